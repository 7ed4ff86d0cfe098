package actions

import (
	"errors"
	"slices"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// departure is the way of one pod from a node that is drained. It is the event of the next request for its eviction.
type departure struct {
	drain   *Drain
	pod     cluster.Key
	evicted sim.Time      // when the eviction was allowed
	poll    time.Duration // between two looks whether it is gone: the interval, and a call of the API
	refused sim.Time      // when it was last not allowed
	retry   time.Duration // until it is asked for again
	err     error         // of that
	gone    bool
}

// Fire asks for the eviction.
func (p *departure) Fire(now sim.Time) {
	if p.drain.over {
		return
	}
	cfg := &p.drain.d.cfg
	switch {
	case p.drain.byForce:
		p.answered(now, cfg.Store.Terminate(p.pod, cluster.ReasonKilling))
	case cfg.Evict == nil:
		p.answered(now, cfg.Store.Terminate(p.pod, cluster.ReasonEvicted))
	default:
		cfg.Evict(p.pod, p.answered)
	}
}

// String names the event in the log.
func (p *departure) String() string { return "evict again " + p.pod.NamespacedName.String() }

// answered goes on as kubectl does: an eviction that is not allowed is asked for again, one that is allowed is waited for.
func (p *departure) answered(now sim.Time, err error) {
	if p.drain.over {
		return
	}
	d := p.drain.d
	there := p.isThere(d.cfg.Store)
	switch {
	case !there && (err == nil || errors.Is(err, cluster.ErrNotFound)):
		p.leave(now, nil)
	case err == nil:
		p.evicted, p.poll, p.err = now, PollDeletion+d.call(), nil
		d.leaving[p.pod.UID] = p
		d.observe()
	case errors.Is(err, cluster.ErrTooManyRequests):
		p.refused, p.retry, p.err = now, RetryEviction+d.call(), err
		d.refused = append(d.refused, p)
		d.observe()
	case errors.Is(err, cluster.ErrNotFound): // its budget was, and is gone
		d.cfg.Engine.After(RetryEviction, sim.PhaseArrive, p)
	default:
		p.leave(now, err)
	}
}

func (p *departure) isThere(store *cluster.Store) bool {
	now := store.Pod(p.pod.NamespacedName)
	return now != nil && now.UID == p.pod.UID
}

func (p *departure) leave(now sim.Time, err error) {
	p.gone = err == nil
	p.drain.left(now, err)
}

// observe has changes looked at from the first drain on. Asking again and looking again happen at regular times; those at
// which nothing can have changed are left out, so that a drain that waits costs nothing and does not keep a run from
// ending.
func (d *Drainer) observe() {
	if !d.observes {
		d.observes = true
		d.cfg.Store.Observe(d.changed)
	}
}

func (d *Drainer) changed(c *cluster.Change) {
	if len(d.leaving) == 0 && len(d.refused) == 0 {
		return
	}
	switch o := c.Object().(type) {
	case *cluster.Pod:
		if p := d.leaving[o.UID]; p != nil && c.Verb == cluster.Deleted {
			delete(d.leaving, o.UID)
			answer := (p.poll - PollDeletion) / 2 // a look is answered half a call after it was made
			at := nextTick(p.evicted, c.At.Add(answer), p.poll, 0)
			d.cfg.Engine.At(at, sim.PhaseArrive, sim.Func{Name: "see that " + o.NamespacedName.String() + " is gone", Do: p.seeGone})
		}
		d.wake(c.At, func(p *departure) bool { return p.pod.UID == o.UID })
	case *cluster.PodDisruptionBudget:
		d.wake(c.At, func(p *departure) bool { return p.pod.Namespace == o.Namespace })
	}
}

// seeGone is the first look that does not find the pod.
func (p *departure) seeGone(now sim.Time) {
	if !p.drain.over {
		p.leave(now, nil)
	}
}

// wake has evictions asked for again, at their times.
func (d *Drainer) wake(now sim.Time, concerned func(*departure) bool) {
	d.refused = slices.DeleteFunc(d.refused, func(p *departure) bool {
		if !concerned(p) {
			return false
		}
		d.cfg.Engine.At(nextTick(p.refused, now, p.retry, 1), sim.PhaseArrive, p)
		return true
	})
}

// nextTick returns the first of start + k x period from now on, k at least the least.
func nextTick(start, now sim.Time, period time.Duration, least int64) sim.Time {
	k := (int64(now.Sub(start)) + int64(period) - 1) / int64(period)
	return start.Add(time.Duration(max(k, least)) * period)
}

// forget drops what was waited for on behalf of a drain.
func (d *Drainer) forget(n *Drain) {
	for _, p := range n.pods {
		delete(d.leaving, p.pod.UID)
	}
	d.refused = slices.DeleteFunc(d.refused, func(p *departure) bool { return p.drain == n })
}
