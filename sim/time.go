package sim

import (
	"fmt"
	"math"
	"time"
)

// Time is an instant of the simulated clock: nanoseconds since the run began.
type Time int64

// Never is later than every instant. Run(Never) runs until no event is left;
// an event scheduled at Never does not happen.
const Never Time = math.MaxInt64

// Add returns the instant d after t. What would lie beyond the end of the
// clock (292 years) is Never, so that a draw from a heavy tail cannot wrap
// around into the past.
func (t Time) Add(d time.Duration) Time {
	sum := t + Time(d)
	if t == Never || d > 0 && sum < t {
		return Never
	}
	return sum
}

// Sub returns the span from u to t, negative when u is later.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t - u) }

// Seconds returns t in seconds since the run began.
func (t Time) Seconds() float64 { return time.Duration(t).Seconds() }

// String formats t as a time.Duration does ("1h2m3.5s"), and Never as "never".
func (t Time) String() string {
	if t == Never {
		return "never"
	}
	return time.Duration(t).String()
}

// Phase orders the events of one instant. The package comment says why the
// order matters.
type Phase uint8

// The phases, in the order in which they fire within one instant.
const (
	PhaseWorld    Phase = iota + 1 // pods end, nodes fail and return, load changes
	PhaseArrive                    // the workload submits
	PhaseWatch                     // watchers hear of changes
	PhaseControl                   // controllers reconcile
	PhaseSchedule                  // a scheduling cycle
	PhaseObserve                   // samplers look, and change nothing
)

var phaseNames = [...]string{"", "World", "Arrive", "Watch", "Control", "Schedule", "Observe"}

// String returns the phase's name without its prefix: "World", "Arrive", ...
func (p Phase) String() string {
	if !p.valid() {
		return fmt.Sprintf("Phase(%d)", uint8(p))
	}
	return phaseNames[p]
}

func (p Phase) valid() bool { return PhaseWorld <= p && p <= PhaseObserve }
