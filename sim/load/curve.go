package load

import (
	"math"
	"sort"
	"time"

	"github.com/wavetank/wavetank/sim"
)

// Curve is a demand over time: a rate in requests a second or, where it is no rate, a plain number. It is asked in order of
// time, never for an instant before one that it was asked for already: so a curve may be read from a file on the way.
type Curve interface {
	At(t sim.Time) Stretch
}

// Stretch is what a curve knows of an instant and the time after it.
type Stretch struct {
	Rate   float64  // at the instant
	Until  sim.Time // when something happens to it that Rate and Smooth do not tell: after the instant, sim.Never for no more
	Smooth bool     // until then it moves gently; otherwise it stays as it is
}

// Constant is a rate that stays.
type Constant float64

// At returns the rate, for ever.
func (c Constant) At(sim.Time) Stretch { return Stretch{Rate: float64(c), Until: sim.Never} }

// Point is a rate at an instant.
type Point struct {
	At   sim.Time
	Rate float64
}

// Step is a rate that jumps at each of its points, which are in order of time. Before the first it is 0.
type Step []Point

// At returns the rate of the last point up to t.
func (s Step) At(t sim.Time) Stretch {
	i := after(s, t)
	st := Stretch{Until: sim.Never}
	if i > 0 {
		st.Rate = s[i-1].Rate
	}
	if i < len(s) {
		st.Until = s[i].At
	}
	return st
}

// after returns the number of the first point after t.
func after(points []Point, t sim.Time) int {
	return sort.Search(len(points), func(i int) bool { return points[i].At > t })
}

// Ramp is a rate that goes in straight lines from point to point, which are in order of time. Before the first it is that
// of the first, after the last that of the last.
type Ramp []Point

// At returns the rate on the line between the points around t.
func (r Ramp) At(t sim.Time) Stretch {
	i := after(r, t)
	switch {
	case len(r) == 0:
		return Stretch{Until: sim.Never}
	case i == 0:
		return Stretch{Rate: r[0].Rate, Until: r[0].At}
	case i == len(r):
		return Stretch{Rate: r[i-1].Rate, Until: sim.Never}
	}
	from, to := r[i-1], r[i]
	part := float64(t-from.At) / float64(to.At-from.At)
	return Stretch{Rate: from.Rate + part*(to.Rate-from.Rate), Until: to.At, Smooth: from.Rate != to.Rate}
}

// Sum is the sum of several curves.
type Sum []Curve

// At returns the sum of the rates.
func (s Sum) At(t sim.Time) Stretch {
	all := Stretch{Until: sim.Never}
	for _, c := range s {
		st := c.At(t)
		all.Rate += st.Rate
		all.Until = min(all.Until, st.Until)
		all.Smooth = all.Smooth || st.Smooth
	}
	return all
}

// Scaled is a curve with all rates multiplied by Factor and all instants by Time: below 1 it goes by faster.
type Scaled struct {
	Of     Curve
	Factor float64
	Time   float64
}

// At returns the scaled rate of the curve at t/Time.
func (s Scaled) At(t sim.Time) Stretch {
	if s.Time == 1 {
		st := s.Of.At(t)
		st.Rate *= s.Factor
		return st
	}
	st := s.Of.At(clock(math.Floor(float64(t) / s.Time)))
	st.Rate *= s.Factor
	if st.Until != sim.Never {
		st.Until = max(t+1, clock(math.Ceil(float64(st.Until)*s.Time))) // rounding must not stop the clock
	}
	return st
}

// clock returns an instant given in nanoseconds, sim.Never for what lies beyond the clock.
func clock(ns float64) sim.Time {
	if ns >= math.MaxInt64 {
		return sim.Never
	}
	return sim.Time(ns)
}

// step returns the next multiple of a span after t.
func step(t sim.Time, span time.Duration) sim.Time {
	return sim.Time(int64(t) / int64(span) * int64(span)).Add(span)
}
