package cluster

import (
	"time"

	"github.com/wavetank/wavetank/sim"
)

// SetWallFraction says at which fraction of a second of the wall clock the run begins. The timestamps of the API have
// whole seconds, so what is computed from them happens at whole seconds of the wall clock and not of the run.
func (s *Store) SetWallFraction(f time.Duration) { s.wall = sim.Time(f % time.Second) }

// WholeSecond returns the instant at which the wall clock's second of t began: what a timestamp of the API keeps of t.
func (s *Store) WholeSecond(t sim.Time) sim.Time {
	into := (t + s.wall) % sim.Time(time.Second)
	if into < 0 {
		into += sim.Time(time.Second)
	}
	return t - into
}
