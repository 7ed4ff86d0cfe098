package load

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
)

const hour = sim.Time(time.Hour)

func TestCurves(t *testing.T) {
	steps := Step{{At: 10, Rate: 1}, {At: 20, Rate: 0}}
	ramp := Ramp{{At: 10, Rate: 0}, {At: 20, Rate: 10}, {At: 30, Rate: 10}}
	weekly := NewDiurnal(10, 10, time.Hour, 0, []float64{1, 2})
	for _, c := range []struct {
		name  string
		curve Curve
		at    sim.Time
		want  Stretch
	}{
		{"constant", Constant(3), 5, Stretch{3, sim.Never, false}},
		{"before the first step", steps, 9, Stretch{0, 10, false}},
		{"at the first step", steps, 10, Stretch{1, 20, false}},
		{"after the last step", steps, 20, Stretch{0, sim.Never, false}},
		{"no steps", Step{}, 20, Stretch{0, sim.Never, false}},
		{"before the ramp", Ramp{{At: 10, Rate: 7}}, 0, Stretch{7, 10, false}},
		{"on the ramp", ramp, 15, Stretch{5, 20, true}},
		{"on a level ramp", ramp, 25, Stretch{10, 30, false}},
		{"after the ramp", ramp, 40, Stretch{10, sim.Never, false}},
		{"no ramp", Ramp{}, 40, Stretch{0, sim.Never, false}},
		{"a sum", Sum{Constant(1), steps, ramp}, 15, Stretch{7, 20, true}},
		{"an empty sum", Sum{}, 15, Stretch{0, sim.Never, false}},
		{"scaled", Scaled{ramp, 3, 1}, 15, Stretch{15, 20, true}},
		{"slower", Scaled{ramp, 1, 2}, 30, Stretch{5, 40, true}},
		{"faster", Scaled{ramp, 1, 0.5}, 8, Stretch{6, 10, true}},
		{"scaled for ever", Scaled{Constant(1), 1, 3}, 8, Stretch{1, sim.Never, false}},
		{"a level day", weekly, 5, Stretch{10, hour, false}},
		{"the next day", weekly, hour, Stretch{20, 2 * hour, false}},
		{"the next week", weekly, 2 * hour, Stretch{10, 3 * hour, false}},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, c.curve.At(c.at)) })
	}
}

// A diurnal demand has its mean, its peak where it belongs, and never falls below 0.
func TestDiurnal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mean, ratio := rapid.Float64Range(1e-6, 1e6).Draw(t, "mean"), rapid.Float64Range(1, MaxPeak).Draw(t, "ratio")
		peakAt := time.Duration(rapid.Int64Range(0, int64(24*hour)-1).Draw(t, "peakAt"))
		d := NewDiurnal(mean, mean*ratio, 24*time.Hour, peakAt, nil)
		require.InEpsilon(t, mean*ratio, d.At(sim.Time(peakAt)).Rate, 1e-9)
		require.InEpsilon(t, mean*ratio, d.At(sim.Time(peakAt)+48*hour).Rate, 1e-9)
		const parts = 24 * 240
		sum := 0.0
		for i := range parts {
			r := d.At(24*hour/parts*sim.Time(i) + 1).Rate
			require.True(t, r >= 0 && r <= mean*ratio*(1+1e-9))
			sum += r
		}
		require.InEpsilon(t, mean, sum/parts, 1e-6)
	})
	gentle := NewDiurnal(100, 101, 24*time.Hour, 0, nil)
	require.InDelta(t, 99, gentle.At(12*hour).Rate, 0.01, "a sine wave")
	require.InDelta(t, 100, gentle.At(6*hour).Rate, 0.01)
	require.Zero(t, NewDiurnal(0, 0, time.Hour, 0, nil).At(5).Rate)
}

func drawn(seed uint64) func(int) *rand.Rand {
	return func(n int) *rand.Rand { return rand.New(rand.NewPCG(seed, uint64(n))) }
}

// A modulated demand is at its levels for as long as they last, and jumps from each to any other.
func TestModulated(t *testing.T) {
	m := NewModulated([]Level{{10, time.Minute}, {20, 3 * time.Minute}, {60, 2 * time.Minute}}, drawn(1))
	require.Equal(t, 10.0, m.At(0).Rate, "it begins at the first")
	spent, jumps := map[float64]float64{}, map[[2]float64]int{}
	last := 10.0
	const end = 3000 * hour
	for at := sim.Time(0); at < end; {
		st := m.At(at)
		require.Greater(t, st.Until, at)
		require.False(t, st.Smooth)
		spent[st.Rate] += float64(st.Until-at) / float64(end)
		if at > 0 {
			jumps[[2]float64{last, st.Rate}]++
		}
		last, at = st.Rate, st.Until
	}
	require.InDelta(t, 1.0/6, spent[10], 0.01)
	require.InDelta(t, 3.0/6, spent[20], 0.01)
	require.InDelta(t, 2.0/6, spent[60], 0.01)
	require.Len(t, jumps, 6)
	for way, n := range jumps {
		require.InEpsilon(t, 3000*60/2/3/2, n, 0.05, way)
	}
}

// Counts have the mean and the variance of a Poisson distribution, and belong to their interval.
func TestNoisy(t *testing.T) {
	const rate, every = 0.4, 10 * time.Second
	n := NewNoisy(Constant(rate), every, drawn(1)(0))
	var sum, squares float64
	const intervals = 20_000
	values := map[sim.Time]float64{}
	for i := range intervals {
		at := sim.Time(i) * sim.Time(every)
		st := n.At(at)
		require.Equal(t, at+sim.Time(every), st.Until)
		count := st.Rate * every.Seconds()
		require.InDelta(t, math.Round(count), count, 1e-9)
		sum += count
		squares += count * count
		values[at] = st.Rate
	}
	mean := sum / intervals
	require.InDelta(t, 4, mean, 0.05)
	require.InDelta(t, 4, squares/intervals-mean*mean, 0.15)
	late := NewNoisy(Constant(rate), every, drawn(1)(0))
	for i := 5000; i < 5100; i++ {
		at := sim.Time(i) * sim.Time(every)
		require.Equal(t, values[at], late.At(at+3).Rate, "whatever came before, and wherever in the interval")
	}
}

// Noise on a demand that is over, or has not begun, draws nothing.
func TestNoiseRests(t *testing.T) {
	n := NewNoisy(Step{{At: hour, Rate: 100}, {At: 2 * hour, Rate: 0}}, time.Second, drawn(1)(0))
	require.Equal(t, Stretch{0, hour, false}, n.At(0))
	require.Positive(t, n.At(hour).Rate)
	require.Equal(t, Stretch{0, sim.Never, false}, n.At(2*hour))
}

func TestRecorded(t *testing.T) {
	i := 0
	r := NewRecorded(func() (Point, bool) {
		points := []Point{{10, 1}, {20, 2}, {30, 0}}
		if i == len(points) {
			return Point{}, false
		}
		i++
		return points[i-1], true
	})
	require.Equal(t, 1, i, "one ahead")
	require.Equal(t, Stretch{0, 10, false}, r.At(0))
	require.Equal(t, Stretch{1, 20, false}, r.At(15))
	require.Equal(t, Stretch{0, sim.Never, false}, r.At(99))
	require.Equal(t, Stretch{0, sim.Never, false}, NewRecorded(func() (Point, bool) { return Point{}, false }).At(5))
}

// Every curve goes forward: what it says holds until a later instant, and asking on the way changes nothing.
func TestCurvesGoForward(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Sum{
			Scaled{NewDiurnal(5, 20, time.Hour, time.Minute, []float64{1, 0.5}), 2, rapid.SampledFrom([]float64{1, 0.3, 7, 1e-6}).Draw(t, "time")},
			NewNoisy(NewModulated([]Level{{0, time.Minute}, {9, time.Minute}}, drawn(3)), 7*time.Second, drawn(4)(0)),
		}
		at := sim.Time(0)
		for range 50 {
			st := c.At(at)
			require.Greater(t, st.Until, at)
			require.GreaterOrEqual(t, st.Rate, 0.0)
			if !st.Smooth {
				require.Equal(t, st.Rate, c.At(at+(st.Until-at)/2).Rate)
			}
			at = st.Until
		}
	})
}

func BenchmarkCurves(b *testing.B) {
	for name, c := range map[string]Curve{
		"diurnal": NewDiurnal(400, 900, 24*time.Hour, 0, nil), "noisy": NewNoisy(Constant(400), 15*time.Second, drawn(1)(0)),
		"modulated": NewModulated([]Level{{1, 15 * time.Second}, {9, 15 * time.Second}}, drawn(1)),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				c.At(sim.Time(i) * sim.Time(15*time.Second))
			}
		})
	}
}
