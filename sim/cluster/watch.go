package cluster

import (
	"time"

	"github.com/wavetank/wavetank/sim"
)

// Latency draws how long news takes to reach a watcher. A nil Latency is none: same instant, later phase.
type Latency func() time.Duration

// watcher delivers changes in order, each after its latency: a later change never overtakes an earlier one, as on a
// watch stream. One pending event serves all that is queued.
type watcher struct {
	engine  *sim.Engine
	name    string
	kinds   [kindCount]bool
	latency Latency
	wanted  func(*Change) bool // nil: all are
	fn      func(sim.Time, *Change)
	queue   []delivery
	head    int
	last    sim.Time // due time of the newest queued change
	pending bool
}

type delivery struct {
	due    sim.Time
	change *Change
}

// Watch has fn called for every later change of the given kinds, in PhaseWatch, after the watcher's latency.
func (s *Store) Watch(name string, latency Latency, fn func(sim.Time, *Change), kinds ...Kind) {
	w := &watcher{engine: s.engine, name: name, latency: latency, fn: fn}
	for _, k := range kinds {
		w.kinds[k] = true
	}
	s.watchers = append(s.watchers, w)
}

// WatchSome is Watch for those changes that wanted picks when they are made: the others cost no event. It is for a
// component that has nothing to do as long as all is well.
func (s *Store) WatchSome(name string, latency Latency, wanted func(*Change) bool, fn func(sim.Time, *Change), kinds ...Kind) {
	s.Watch(name, latency, fn, kinds...)
	s.watchers[len(s.watchers)-1].wanted = wanted
}

func (w *watcher) push(c *Change) {
	if !w.kinds[c.Object().Kind()] || w.wanted != nil && !w.wanted(c) {
		return
	}
	due := w.engine.Now()
	if w.latency != nil {
		due = due.Add(w.latency())
	}
	w.last = max(w.last, due)
	w.queue = append(w.queue, delivery{due: w.last, change: c})
	if !w.pending {
		w.pending = true
		w.engine.At(w.last, sim.PhaseWatch, w)
	}
}

// Fire delivers what is due and was queued before now's deliveries began; what those cause comes in an event of its own.
func (w *watcher) Fire(now sim.Time) {
	for end := len(w.queue); w.head < end && w.queue[w.head].due <= now; w.head++ {
		c := w.queue[w.head].change
		w.queue[w.head].change = nil
		w.fn(now, c)
	}
	w.compact()
	w.pending = w.head < len(w.queue)
	if w.pending {
		w.engine.At(w.queue[w.head].due, sim.PhaseWatch, w)
	}
}

// compact keeps the queue as short as what is undelivered, at a constant cost per change.
func (w *watcher) compact() {
	if w.head*2 < len(w.queue) {
		return
	}
	rest := copy(w.queue, w.queue[w.head:])
	clear(w.queue[rest:])
	w.queue, w.head = w.queue[:rest], 0
}

// String names the watcher in the event log.
func (w *watcher) String() string { return "watch " + w.name }
