package controller

import (
	"maps"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// The limit of events about one object (client-go tools/record/events_cache.go: defaultSpamBurst, defaultSpamQPS, v0.36).
const (
	spamBurst = 25
	spamQPS   = 1.0 / 300
)

// recorder stands for the events that a controller writes about what it does. They say nothing that the history does not,
// but they are calls of the controller's client and take its tokens: one event at a time, in order, beside the reconciles.
// What is said about one object is limited.
//
// In a recorded creation of 60 pods this is why 27 of them come at once where the burst is 30, why there is a gap between
// the last two batches, and why the status is then written with every other token.
type recorder struct {
	about   map[cluster.UID]*Limiter // of objects of which something was said not long ago
	sweepAt int                      // size of about at which it is gone through
	waiting int                      // events, the one on its way among them
}

// Recorded returns a call after which, if it succeeds, the controller writes an event about an object. With an unlimited
// client it is the call itself.
func (c *Controller) Recorded(about cluster.UID, call Call) Call {
	if c.opts.QPS <= 0 {
		return call
	}
	return func(s *cluster.Store) error {
		if err := call(s); err != nil {
			return err
		}
		if c.mayRecord(about) {
			c.record()
		}
		return nil
	}
}

// mayRecord tells whether one more event may be written about an object.
func (c *Controller) mayRecord(about cluster.UID) bool {
	if c.recorder.about == nil {
		c.recorder.about = map[cluster.UID]*Limiter{}
	}
	l := c.recorder.about[about]
	if l == nil {
		c.recorder.sweep(c.engine.Now())
		l = &Limiter{QPS: spamQPS, Burst: spamBurst}
		c.recorder.about[about] = l
	}
	return l.TryTake(c.engine.Now())
}

// fewLimits is how many limits are kept without asking whether they are still needed (client-go
// tools/record/events_cache.go: maxLruCacheEntries, v0.36; there the one that was least used goes).
const fewLimits = 4096

// sweep forgets limits that are as good as new, when there are many: most objects are spoken of once, and are gone.
func (r *recorder) sweep(now sim.Time) {
	if len(r.about) < max(r.sweepAt, fewLimits) {
		return
	}
	maps.DeleteFunc(r.about, func(_ cluster.UID, l *Limiter) bool { return l.full(now) })
	r.sweepAt = 2 * len(r.about)
}

// record queues an event.
func (c *Controller) record() {
	if c.recorder.waiting++; c.recorder.waiting == 1 {
		c.sendRecord()
	}
}

func (c *Controller) sendRecord() {
	c.engine.At(c.when(c.engine.Now()), sim.PhaseControl, &recorded{c})
}

// recorded is an event that reaches the API.
type recorded struct{ c *Controller }

// Fire implements sim.Event.
func (r *recorded) Fire(sim.Time) {
	if r.c.recorder.waiting--; r.c.recorder.waiting > 0 {
		r.c.sendRecord()
	}
}

// String names the event in the log.
func (r *recorded) String() string { return r.c.name + ": event" }
