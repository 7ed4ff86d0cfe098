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

func TestMemoryUse(t *testing.T) {
	tests := []struct {
		name    string
		use     MemoryUse
		limit   int64
		after9  int64
		exceeds time.Duration
	}{
		{"none", MemoryUse{}, 1, 0, cluster.Forever},
		{"constant", MemoryUse{Start: 10}, 10, 10, cluster.Forever},
		{"too much from the start", MemoryUse{Start: 11}, 10, 11, 0},
		{"growing", MemoryUse{Start: 10, Growth: 2}, 19, 28, 5 * time.Second},
		{"to a most below the limit", MemoryUse{Start: 10, Growth: 2, Most: 20}, 20, 20, cluster.Forever},
		{"to a most above the limit", MemoryUse{Start: 10, Growth: 2, Most: 21}, 19, 21, 5 * time.Second},
		{"shrinking is not modelled", MemoryUse{Start: 10, Growth: -2}, 10, 10, cluster.Forever},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.after9, test.use.at(9*time.Second))
			require.Equal(t, test.exceeds, test.use.exceeds(test.limit))
		})
	}
	require.Equal(t, time.Duration(math.MaxInt64), MemoryUse{Growth: 1e-12}.exceeds(1<<40), "beyond the clock")
}

func TestCrossing(t *testing.T) {
	sec := func(n int) sim.Time { return sim.Time(n) * sim.Time(time.Second) }
	tests := []struct {
		name   string
		curves []curve
		want   sim.Time
	}{
		{"nobody", nil, sim.Never},
		{"all that there is room for", []curve{{0, MemoryUse{Start: 100}}}, sim.Never},
		{"more than that", []curve{{0, MemoryUse{Start: 60}}, {0, MemoryUse{Start: 41}}}, sec(10)},
		{"one grows", []curve{{sec(10), MemoryUse{Start: 51, Growth: 10}}}, sec(15)},
		{"two grow, one stops", []curve{{sec(10), MemoryUse{Start: 1, Growth: 10, Most: 31}}, {sec(10), MemoryUse{Start: 10, Growth: 10}}}, sec(16)},
		{"both stop in time", []curve{{0, MemoryUse{Growth: 10, Most: 50}}, {0, MemoryUse{Growth: 1, Most: 50}}}, sim.Never},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, crossing(sec(10), test.curves, 100)) })
	}
}

// At the instant returned the sum is above what there is room for, or less than a byte per curve below, as each is rounded
// down; and before it is not.
func TestCrossingAgainstSampling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var curves []curve
		for range rapid.IntRange(0, 5).Draw(t, "curves") {
			curves = append(curves, curve{since: sim.Time(rapid.IntRange(0, 100).Draw(t, "since")) * sim.Time(time.Second),
				use: MemoryUse{Start: rapid.Int64Range(0, 300).Draw(t, "start"), Growth: float64(rapid.IntRange(0, 20).Draw(t, "growth")), Most: rapid.Int64Range(0, 400).Draw(t, "most")}})
		}
		room := rapid.Int64Range(0, 1000).Draw(t, "room")
		sum := func(at sim.Time) (n int64) {
			for _, c := range curves {
				n += c.use.at(at.Sub(c.since))
			}
			return n
		}
		now := sim.Time(100 * time.Second)
		got := crossing(now, curves, room)
		for at := now; at < now.Add(10*time.Minute) && at.Add(time.Millisecond) < got; at = at.Add(3 * time.Second) {
			require.LessOrEqual(t, sum(at), room, "at %v, before %v", at, got)
		}
		if got != sim.Never {
			require.Greater(t, sum(got.Add(time.Millisecond)), room-int64(len(curves)))
		}
	})
}

func TestStopTime(t *testing.T) {
	s := time.Second
	tests := []struct {
		name                 string
		grace, preStop, stop time.Duration
		want                 time.Duration
		killed               bool
	}{
		{"at once", 30 * s, 0, 0, 0, false},
		{"in time", 30 * s, 0, 5 * s, 5 * s, false},
		{"too slow", 30 * s, 0, time.Hour, 30 * s, true},
		{"the hook first", 30 * s, 10 * s, 5 * s, 15 * s, false},
		{"the hook takes of the grace period", 30 * s, 10 * s, 25 * s, 30 * s, true},
		{"the hook takes all, the app still gets two seconds", 30 * s, time.Hour, 5 * s, 32 * s, true},
		{"the least", s, 0, 5 * s, 2 * s, true},
		{"no grace", 0, 10 * s, 5 * s, 0, true},
		{"late", -s, 10 * s, 0, 0, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d, killed := stopTime(test.grace, test.preStop, test.stop)
			require.Equal(t, test.want, d)
			require.Equal(t, test.killed, killed)
		})
	}
}
