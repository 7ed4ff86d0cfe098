package workloads

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
)

var distributions = []struct {
	name   string
	dist   Distribution
	mean   float64 // seconds
	stddev float64 // seconds
}{
	{"constant", Constant{3 * time.Second}, 3, 0},
	{"exponential", Exponential{10 * time.Second}, 10, 10},
	// mean = median exp(s²/2), variance = mean² (exp(s²) - 1)
	{"lognormal", Lognormal{time.Minute, 0.5}, 60 * math.Exp(0.125), 60 * math.Exp(0.125) * math.Sqrt(math.Exp(0.25)-1)},
	{"uniform", Uniform{time.Second, 4 * time.Second}, 2.5, 3 / math.Sqrt(12)},
	{"weibull", Weibull{2, 10 * time.Second}, 10 * math.Gamma(1.5), 10 * math.Sqrt(1-math.Gamma(1.5)*math.Gamma(1.5))},
	{"gamma", Gamma{4, 10 * time.Second}, 10, 5},
}

func TestDistributionsHaveTheirMoments(t *testing.T) {
	const n = 20000
	for _, c := range distributions {
		t.Run(c.name, func(t *testing.T) {
			src := rand.NewPCG(1, 2)
			draws := make([]float64, n)
			for i := range draws {
				draws[i] = c.dist.Sample(src).Seconds()
				require.GreaterOrEqual(t, draws[i], 0.0)
			}
			mean, stddev := stat.MeanStdDev(draws, nil)
			require.InDelta(t, c.mean, mean, 4*c.stddev/math.Sqrt(n)+1e-9, "within four standard errors")
			require.InEpsilon(t, c.stddev+1, stddev+1, 0.05)
			require.InDelta(t, c.mean, c.dist.Mean().Seconds(), 1e-8)
		})
	}
}

func TestDistributionsTakeAllRandomnessFromTheSource(t *testing.T) {
	for _, c := range distributions {
		a, b := rand.NewPCG(1, 2), rand.NewPCG(1, 2)
		for range 100 {
			require.Equal(t, c.dist.Sample(a), c.dist.Sample(b), c.name)
		}
	}
}

func TestDrawsBeyondTheClockAreCut(t *testing.T) {
	src := rand.NewPCG(1, 2)
	heavy := Lognormal{math.MaxInt64, 100}
	cut, none := 0, 0
	for range 100 {
		switch heavy.Sample(src) {
		case math.MaxInt64:
			cut++
		case 0:
			none++
		}
	}
	require.Positive(t, cut)
	require.Positive(t, none, "less than a nanosecond is nothing")
	require.Equal(t, time.Duration(math.MaxInt64), heavy.Mean())
}

func TestToDuration(t *testing.T) {
	for in, want := range map[float64]time.Duration{
		0: 0, -1: 0, 0.4: 0, 0.5: 1, 1e9: time.Second, 1e30: math.MaxInt64,
		math.Inf(1): math.MaxInt64, math.Inf(-1): 0, math.MaxInt64: math.MaxInt64,
	} {
		require.Equal(t, want, toDuration(in), in)
	}
	require.Zero(t, toDuration(math.NaN()))
}

func TestRates(t *testing.T) {
	require.Equal(t, 500*time.Millisecond, Rate{2, time.Second}.Gap())
	require.Equal(t, 2*time.Minute, Rate{0.5, time.Minute}.Gap())
	require.Equal(t, "2/s", Rate{2, time.Second}.String())
	require.Equal(t, "0.25/d", Rate{0.25, 24 * time.Hour}.String())
	require.Equal(t, "2 per 5s", Rate{2, 5 * time.Second}.String(), "none that a scenario can name")
}
