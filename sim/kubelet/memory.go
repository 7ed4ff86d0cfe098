package kubelet

import (
	"math"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// MemoryUse is a use of memory: Start bytes, growing by Growth bytes per second to Most. The zero value uses none.
type MemoryUse struct {
	Start  int64
	Growth float64
	Most   int64 // 0: no end
}

// at returns the use after a time of running, in bytes.
func (m MemoryUse) at(d time.Duration) int64 {
	return int64(min(m.exactly(d), math.MaxInt64/2))
}

func (m MemoryUse) exactly(d time.Duration) float64 {
	use := float64(m.Start) + max(0, m.Growth)*d.Seconds()
	if m.Most > 0 {
		use = min(use, float64(m.Most))
	}
	return use
}

// exceeds returns after how long the use is above a limit, cluster.Forever if it never is.
func (m MemoryUse) exceeds(limit int64) time.Duration {
	switch {
	case m.at(0) > limit:
		return 0
	case m.Growth <= 0 || m.Most > 0 && m.Most <= limit:
		return cluster.Forever
	}
	return seconds(float64(limit-m.Start+1) / m.Growth)
}

// flat returns after how long the use grows no more.
func (m MemoryUse) flat() time.Duration {
	switch {
	case m.Growth <= 0:
		return 0
	case m.Most == 0:
		return math.MaxInt64
	}
	return seconds(max(0, float64(m.Most-m.Start)) / m.Growth)
}

// seconds returns a span, rounded up to the nanosecond and at most the length of the clock.
func seconds(s float64) time.Duration {
	ns := math.Ceil(s * float64(time.Second))
	if ns >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(ns)
}

// curve is the use of one container since it started.
type curve struct {
	since sim.Time
	use   MemoryUse
}

// flat returns when the use grows no more.
func (c curve) flat() sim.Time { return c.since.Add(c.use.flat()) }

// crossing returns when the sum of the curves is above what there is room for, sim.Never if it will not be. The sum is a
// chain of straight lines, with a bend where a curve grows no more.
func crossing(now sim.Time, curves []curve, room int64) sim.Time {
	for at := now; at != sim.Never; {
		sum, growth, bend := 0.0, 0.0, sim.Never
		for _, c := range curves {
			sum += c.use.exactly(at.Sub(c.since))
			if flat := c.flat(); flat > at {
				growth += c.use.Growth
				bend = min(bend, flat)
			}
		}
		if sum > float64(room)+0.5 { // a byte more, as far as floating point can tell
			return at
		}
		if growth > 0 {
			if reached := at.Add(seconds((float64(room) + 1 - sum) / growth)); reached <= bend {
				return reached
			}
		}
		at = bend
	}
	return sim.Never
}
