package controller

import (
	"errors"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// sync is one reconcile while its calls are made. It is the event of the end of its current step.
type sync struct {
	c      *Controller
	name   cluster.NamespacedName
	calls  Calls
	result Result
	err    error
	open   int // calls of the current step that have not been made

	concluded bool
	decided   sim.Time // when it was concluded: RequeueAfter counts from then
}

// next makes the calls of the next step, or ends the reconcile.
func (s *sync) next(now sim.Time) {
	for {
		step := s.take(now)
		if step == nil {
			s.c.done(s, now)
			return
		}
		if !s.c.takesTime() {
			for _, call := range step {
				s.note(call(s.c.store))
			}
			continue
		}
		s.open = len(step)
		for _, call := range step {
			s.issue(now, call)
		}
		return
	}
}

// take returns the next step, nil if none is left. After an error only the final calls are left, and the conclusion.
func (s *sync) take(now sim.Time) []Call {
	if s.err == nil && len(s.calls.steps) > 0 {
		step := s.calls.steps[0]
		s.calls.steps = s.calls.steps[1:]
		return step
	}
	if len(s.calls.finally) > 0 {
		step := s.calls.finally[0]
		s.calls.finally = s.calls.finally[1:]
		return step
	}
	if decide := s.calls.conclude; decide != nil {
		s.calls.conclude, s.decided, s.concluded = nil, now, true
		call, result := decide(now, s.err)
		s.result = result
		if call != nil {
			return []Call{call}
		}
	}
	return nil
}

// requeueAfter returns how long after now the name is to be looked at again, false if it is not.
func (s *sync) requeueAfter(now sim.Time) (time.Duration, bool) {
	d := s.result.RequeueAfter
	if d <= 0 {
		return 0, false
	}
	if s.concluded {
		d -= now.Sub(s.decided)
	}
	return max(0, d), true
}

// note keeps the first error. A call that was refused costs two more: one that reads, one that writes.
func (s *sync) note(err error) {
	var r *refusal
	if errors.As(err, &r) {
		read := func(*cluster.Store) error { return nil }
		s.calls.finally = append([][]Call{{read}, {r.then}}, s.calls.finally...)
		return
	}
	if s.err == nil {
		s.err = err
	}
}

func (c *Controller) takesTime() bool { return c.opts.QPS > 0 || c.opts.CallLatency != nil }

// issue makes a call when its token and the API's latency have passed.
func (s *sync) issue(now sim.Time, call Call) {
	s.c.engine.At(s.c.when(now), sim.PhaseControl, &arrival{s, call})
}

// when takes a token and returns when a call that waits for it is done.
func (c *Controller) when(now sim.Time) sim.Time {
	at := c.limiter.Take(now)
	if c.opts.CallLatency != nil {
		at = at.Add(c.opts.CallLatency())
	}
	return at
}

// arrival is a call that reaches the API.
type arrival struct {
	s    *sync
	call Call
}

// Fire implements sim.Event.
func (a *arrival) Fire(now sim.Time) {
	if a.s.c.hold(a) {
		return
	}
	a.s.note(a.call(a.s.c.store))
	if a.s.open--; a.s.open == 0 {
		a.s.next(now)
	}
}

// String names the event in the log.
func (a *arrival) String() string { return a.s.c.name + ": call for " + a.s.name.String() }
