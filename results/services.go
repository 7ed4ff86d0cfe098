package results

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// failed is requests that went wrong.
type failed struct {
	errors float64 // not answered
	bad    float64 // that count against an objective: not answered, or too late
}

// serviceTally is what has become of the requests of one service.
type serviceTally struct {
	name      cluster.NamespacedName
	index     int // in the order of appearance
	objective Objective

	from, to               sim.Time
	requests, errors, slow float64
	seconds                float64 // of all intervals with answers
	response, responseTime float64 // sums, weighted by answers and by seconds
	p99, p99Time           float64
	answered               float64
	worstP99               float64
	worstP99At             sim.Time
	milliSeconds           float64 // used
	endpoints, servingSpan float64 // times seconds
	spent                  budgetCurve
	hour, minutes          burnWindow
	marks                  []faultMark // instants that lie beyond the last interval
	row                    serviceRow
}

// faultMark is the begin or the end of a fault, at which the failed requests up to then are asked for.
type faultMark struct {
	fault *faultTally
	at    sim.Time
	end   bool
}

// services are all of a run.
type services struct {
	byName map[cluster.NamespacedName]*serviceTally
	list   []*serviceTally
}

// OnService takes in how a service fared in the interval that ends now. The intervals of one service follow each other;
// what lies between two of them is time without requests. The interval is not kept. It panics at one that begins before
// the one before has ended, and at requests that are no number.
func (r *Recorder) OnService(v *ServiceInterval) {
	if v.To > r.now {
		r.advance(v.To)
	}
	s := r.services.of(v, r.faults.list)
	s.check(v)
	if len(s.marks) > 0 {
		s.meet(v)
	}
	s.add(v)
	if r.out.services != nil {
		r.out.services.add(s, v)
	}
}

func (t *services) of(v *ServiceInterval, faults []*faultTally) *serviceTally {
	s := t.byName[v.Service]
	if s == nil {
		if t.byName == nil {
			t.byName = map[cluster.NamespacedName]*serviceTally{}
		}
		s = &serviceTally{name: v.Service, index: len(t.list), from: v.From, to: v.From, marks: marksAfter(faults, v.From)}
		s.hour.width, s.minutes.width = hourSlot, minutesSlot
		s.hour.begin(v.From)
		s.minutes.begin(v.From)
		t.byName[v.Service] = s
		t.list = append(t.list, s)
	}
	return s
}

func (s *serviceTally) check(v *ServiceInterval) {
	if v.From < s.to || v.To < v.From {
		panic(fmt.Sprintf("results: service %v: an interval from %v to %v follows one that ends at %v", s.name, v.From, v.To, s.to))
	}
	if !(v.Requests >= 0) || math.IsInf(v.Requests, 1) {
		panic(fmt.Sprintf("results: service %v: %v requests from %v to %v", s.name, v.Requests, v.From, v.To))
	}
}

// add sums up an interval.
func (s *serviceTally) add(v *ServiceInterval) {
	span := seconds(spanOf(v.From, v.To))
	if v.Objective != (Objective{}) {
		s.objective = v.Objective
	}
	s.to = v.To
	s.requests += v.Requests
	s.errors += v.Errors
	s.slow += v.Slow
	s.milliSeconds += v.MilliCPU * span
	s.endpoints += float64(v.Endpoints) * span
	s.servingSpan += float64(v.Serving) * span
	if answered := v.Requests - v.Errors; answered > 0 {
		s.answered += answered
		s.seconds += span
		s.response += v.Response * answered
		s.responseTime += v.Response * span
		s.p99 += v.P99 * answered
		s.p99Time += v.P99 * span
		if v.P99 > s.worstP99 {
			s.worstP99, s.worstP99At = v.P99, v.From
		}
	}
	if s.objective.Target > 0 {
		bad := v.Errors + v.Slow
		s.spent.add(v.From, v.To, bad)
		s.hour.add(v.From, v.To, v.Requests, bad)
		s.minutes.add(v.From, v.To, v.Requests, bad)
	}
}

// failed returns what has gone wrong so far.
func (s *serviceTally) failed() failed {
	f := failed{errors: s.errors}
	if s.objective.Target > 0 {
		f.bad = s.errors + s.slow
	}
	return f
}

// meet answers the marks up to the end of an interval that is about to be added: within it requests fail evenly.
func (s *serviceTally) meet(v *ServiceInterval) {
	n := 0
	for _, m := range s.marks {
		if m.at > v.To {
			break
		}
		f := s.failed()
		if m.at > v.From {
			share := float64(m.at-v.From) / float64(v.To-v.From)
			f.errors += share * v.Errors
			if v.Objective.Target > 0 || s.objective.Target > 0 {
				f.bad += share * (v.Errors + v.Slow)
			}
		}
		m.fault.counted(s, f, m.end)
		n++
	}
	s.marks = append(s.marks[:0], s.marks[n:]...)
}

// marksAfter returns what faults would have asked a service that is heard of only now, for a time that began before.
func marksAfter(faults []*faultTally, from sim.Time) []faultMark {
	var marks []faultMark
	for _, f := range faults {
		if f.At > from {
			marks = append(marks, faultMark{f, f.At, false})
		}
		if f.closed() && f.closedAt > from {
			marks = append(marks, faultMark{f, f.closedAt, true})
		}
	}
	slices.SortStableFunc(marks, func(a, b faultMark) int { return cmp.Compare(a.at, b.at) })
	return marks
}

// mark asks all services what had failed up to an instant at which a fault begins or is closed.
func (t *services) mark(f *faultTally, at sim.Time, end bool) {
	for _, s := range t.list {
		s.marks = append(s.marks, faultMark{f, at, end})
	}
}

// settle answers all marks that are left at the end of the run, and closes the faults that are not.
func (t *services) settle(open []*faultTally) {
	for _, s := range t.list {
		for _, m := range s.marks {
			m.fault.counted(s, s.failed(), m.end)
		}
		s.marks = nil
		for _, f := range open {
			f.counted(s, s.failed(), true)
		}
	}
}

// counted takes in what a service had failed up to the fault's begin or end.
func (f *faultTally) counted(s *serviceTally, up failed, end bool) {
	for len(f.before) <= s.index {
		f.before = append(f.before, failed{})
	}
	if !end {
		f.before[s.index] = up
		return
	}
	errors := up.errors - f.before[s.index].errors
	f.failed.errors += errors
	f.failed.bad += up.bad - f.before[s.index].bad
	if errors > f.worstFailed {
		f.worstFailed, f.worstService = errors, s
	}
}
