package kubelet

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

const never = -1 * time.Second // in tables

func at(d time.Duration) sim.Time {
	if d == never {
		return sim.Never
	}
	return sim.Time(d)
}

// The container starts at 0, and so does the schedule of its probes unless the row says otherwise.
func TestProberVerdicts(t *testing.T) {
	s := time.Second
	tests := []struct {
		name                 string
		probe                cluster.Probe
		base, from           time.Duration
		does                 Behaviour
		passes, fails, again time.Duration
	}{
		{"at once", cluster.Probe{}, 0, 0, Behaviour{}, 0, never, never},
		{"at the first probe after it is up", cluster.Probe{}, 0, 0, Behaviour{Startup: 11 * s}, 20 * s, never, never},
		{"exactly when it is up", cluster.Probe{}, 0, 0, Behaviour{Startup: 20 * s}, 20 * s, never, never},
		{"the third failure comes first", cluster.Probe{}, 0, 0, Behaviour{Startup: 21 * s}, 30 * s, 20 * s, never},
		{"the delay is filled up to a whole period", cluster.Probe{InitialDelay: 5 * s}, 0, 0, Behaviour{}, 10 * s, never, never},
		{"a period of its own", cluster.Probe{InitialDelay: 5 * s, Period: 2 * s}, 0, 0, Behaviour{}, 6 * s, never, never},
		{"a schedule that began before", cluster.Probe{Period: 4 * s}, -3 * s, 0, Behaviour{}, s, never, never},
		{"not before it is asked for", cluster.Probe{Period: 4 * s}, 0, 9 * s, Behaviour{}, 12 * s, never, never},
		{"two successes", cluster.Probe{SuccessThreshold: 2}, 0, 0, Behaviour{Startup: 3 * s}, 20 * s, never, never},
		{"an answer takes its time", cluster.Probe{}, 0, 0, Behaviour{Response: s / 2}, s / 2, never, never},
		{"an answer that is too late", cluster.Probe{}, 0, 0, Behaviour{Response: s}, never, 21 * s, 21 * s},
		{"but in time for a longer timeout", cluster.Probe{Timeout: 2 * s}, 0, 0, Behaviour{Response: s}, s, never, never},
		{"it hangs: three timeouts", cluster.Probe{}, 0, 0, Behaviour{HangAfter: 25 * s}, 0, 51 * s, 51 * s},
		{"it hangs before anyone asked", cluster.Probe{InitialDelay: 30 * s}, 0, 0, Behaviour{HangAfter: 25 * s}, never, 51 * s, 51 * s},
		{"it hangs between two probes that pass", cluster.Probe{SuccessThreshold: 3}, 0, 0, Behaviour{HangAfter: 15 * s}, never, 41 * s, 41 * s},
		{"one failure is enough", cluster.Probe{FailureThreshold: 1}, 0, 0, Behaviour{Startup: s}, 10 * s, 0, never},
		{"it is never up", cluster.Probe{Period: s}, 0, 0, Behaviour{Startup: math.MaxInt64}, never, 2 * s, never},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newProber(&test.probe, sim.Time(test.base), sim.Time(test.from), 0, &test.does)
			require.Equal(t, at(test.passes), p.passes(), "passes")
			require.Equal(t, at(test.fails), p.fails(), "fails")
			if test.passes != never {
				require.Equal(t, at(test.again), p.failsAgain(), "fails again")
			}
		})
	}
}

// slow sends the probes one by one, and counts.
func slow(p cluster.Probe, base, from, start sim.Time, b *Behaviour, limit int) (passes, fails sim.Time) {
	p = p.WithDefaults()
	good, bad := 0, 0
	passes, fails = sim.Never, sim.Never
	now := base
	for range limit {
		if since := now.Sub(start); now >= from && since >= p.InitialDelay && now >= start {
			up := since >= b.Startup
			answers := up && (b.HangAfter == 0 || since < b.HangAfter) && b.Response < p.Timeout
			if answers {
				good, bad = good+1, 0
			} else {
				good, bad = 0, bad+1
			}
			if good == p.SuccessThreshold && passes == sim.Never {
				passes = now.Add(b.Response)
			}
			if bad == p.FailureThreshold && fails == sim.Never {
				if fails = now; up {
					fails = now.Add(p.Timeout)
				}
			}
		}
		now = now.Add(p.Period)
	}
	return passes, fails
}

// The verdicts computed at once are those of probes sent one by one.
func TestProberAgainstProbesOneByOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := func(name string, most int) time.Duration {
			return time.Duration(rapid.IntRange(0, most).Draw(t, name)) * time.Second
		}
		p := cluster.Probe{InitialDelay: s("delay", 20), Period: s("period", 7), Timeout: s("timeout", 3),
			SuccessThreshold: rapid.IntRange(0, 3).Draw(t, "successes"), FailureThreshold: rapid.IntRange(0, 4).Draw(t, "failures")}
		b := &Behaviour{Startup: s("startup", 30), Response: s("response", 3)}
		if rapid.Bool().Draw(t, "hangs") {
			b.HangAfter = b.Startup + s("hang", 60) + time.Second
		}
		base := sim.Time(s("base", 20))
		start := base.Add(s("start", 20))
		from := start.Add(s("from", 20))
		w := newProber(&p, base, from, start, b)
		passes, fails := slow(p, base, from, start, b, 300)
		require.Equal(t, passes, w.passes(), "passes")
		require.Equal(t, fails, w.fails(), "fails")
	})
}
