package load

import "github.com/wavetank/wavetank/sim"

// Recorded is a rate that was recorded: each of its points holds until the next, the last for ever. Only two of them are
// held at a time.
type Recorded struct {
	next  func() (Point, bool)
	now   float64
	ahead Point
	more  bool
}

// NewRecorded returns the curve of points that next hands out in order of time. Before the first the rate is 0.
func NewRecorded(next func() (Point, bool)) *Recorded {
	r := &Recorded{next: next}
	r.ahead, r.more = next()
	return r
}

// At returns the rate of the last point up to t.
func (r *Recorded) At(t sim.Time) Stretch {
	for r.more && r.ahead.At <= t {
		r.now = r.ahead.Rate
		r.ahead, r.more = r.next()
	}
	if !r.more {
		return Stretch{Rate: r.now, Until: sim.Never}
	}
	return Stretch{Rate: r.now, Until: r.ahead.At}
}
