package sim

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

// take draws n numbers.
func take(r *rand.Rand, n int) []uint64 {
	out := make([]uint64, n)
	for i := range out {
		out[i] = r.Uint64()
	}
	return out
}

func TestStreamsAreIndependent(t *testing.T) {
	want := take(New(1).Rand("arrivals"), 10)

	e := New(1)
	arrivals := e.Rand("arrivals")
	var got []uint64
	for i := range 10 { // other consumers, before and in between
		take(e.Rand("faults"), i)
		take(e.Rand(fmt.Sprint("stream ", i)), 3)
		take(e.Draw("arrivals", "key"), 3)
		got = append(got, arrivals.Uint64())
	}
	require.Equal(t, want, got)
	require.Same(t, arrivals, e.Rand("arrivals"))
	require.NotEqual(t, want, take(New(1).Rand("faults"), 10))
	require.NotEqual(t, want, take(New(2).Rand("arrivals"), 10))
}

func TestDrawDependsOnTheKeyOnly(t *testing.T) {
	want := take(New(1).Draw("run", "default/web-7"), 10)

	e := New(1)
	take(e.Rand("run"), 5)
	take(e.Draw("run", "default/web-6"), 5)
	take(e.Draw("run", "default/web-7"), 5)
	require.Equal(t, want, take(e.Draw("run", "default/web-7"), 10))
	require.Equal(t, want, take(rand.New(e.Source("run", "default/web-7")), 10), "Source is Draw")

	others := map[string][]uint64{
		"another key":        take(e.Draw("run", "default/web-8"), 10),
		"another stream":     take(e.Draw("start", "default/web-7"), 10),
		"another seed":       take(New(2).Draw("run", "default/web-7"), 10),
		"seed 0":             take(New(0).Draw("run", "default/web-7"), 10),
		"no key":             take(e.Draw("run", ""), 10),
		"the stream alone":   take(e.Rand("run"), 10),
		"the border shifted": take(e.Draw("rund", "efault/web-7"), 10),
		"one name":           take(e.Rand("rundefault/web-7"), 10),
	}
	for name, got := range others {
		require.NotEqual(t, want, got, name)
	}
	require.NotEqual(t, take(e.Draw("run", ""), 10), take(New(1).Rand("run"), 10))
}

// Distributions of gonum draw from a Source: the same key, the same value.
func TestSourceFeedsGonum(t *testing.T) {
	e := New(1)
	life := func(node string) float64 {
		return distuv.Exponential{Rate: 1, Src: e.Source("fault", node)}.Rand()
	}
	a, b := life("n-1"), life("n-2")
	require.NotEqual(t, a, b)
	require.Equal(t, a, life("n-1"))
}

// What is used of Draw is mostly its first number, over many similar keys; and
// experiments are repeated over seeds 1, 2, 3. Both must look uniform, and one
// must not tell the next. Chi-square with 63 degrees of freedom: 103.4 is the
// 99.9 % quantile. The lag-1 correlation of n uniforms has the deviation 1/sqrt(n).
func TestFirstDrawsAreUniform(t *testing.T) {
	const n = 64_000
	e := New(42)
	tests := map[string]func(i int) float64{
		"keys":    func(i int) float64 { return e.Draw("run", fmt.Sprint("default/web-", i)).Float64() },
		"seeds":   func(i int) float64 { return New(uint64(i)).Draw("run", "default/web-1").Float64() },
		"streams": func(i int) float64 { return New(1).Rand(fmt.Sprint("stream-", i)).Float64() },
	}
	for name, first := range tests {
		t.Run(name, func(t *testing.T) {
			var cells [64]int
			last, lag := 0.5, 0.0
			for i := range n {
				u := first(i)
				cells[int(u*64)]++
				lag += (u - 0.5) * (last - 0.5) * 12 / n
				last = u
			}
			chi2 := 0.0
			for _, c := range cells {
				chi2 += math.Pow(float64(c)-n/64, 2) / (n / 64)
			}
			require.Less(t, chi2, 103.4)
			require.Less(t, math.Abs(lag), 3.3/math.Sqrt(n))
		})
	}
}

func TestDrawDoesNotAllocate(t *testing.T) {
	e := New(1)
	stream := e.Rand("arrivals")
	sum := 0.0
	require.Zero(t, testing.AllocsPerRun(100, func() {
		sum += e.Draw("run", "default/web-7").Float64()
		sum += float64(e.Source("run", "default/web-8").Uint64())
		sum += e.Rand("arrivals").Float64() + stream.Float64()
	}))
	require.Positive(t, sum)
}

// The numbers of a seed are the same on every machine and in every version.
func TestDrawsArePinned(t *testing.T) {
	e := New(1)
	require.Equal(t, []uint64{0xc74e3f1bce5a3b12, 0x42d60fedc0ac52a5, 0xf3175d7b97e79dab}, []uint64{
		e.Rand("arrivals").Uint64(), e.Draw("run", "default/web-7").Uint64(), e.Source("run", "").Uint64(),
	})
}

func TestHashStringIsFNV1a(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		want := fnv.New64a()
		_, _ = want.Write([]byte(s))
		require.Equal(t, want.Sum64(), hashString(hashStart, s))
	})
}

// The first outputs of SplitMix64 from state 0, which adds the golden ratio and
// then finishes: https://prng.di.unimi.it/splitmix64.c
func TestFinishIsSplitMix64(t *testing.T) {
	const golden uint64 = 0x9e3779b97f4a7c15
	state, got := uint64(0), []uint64{}
	for range 3 {
		state += golden
		got = append(got, finish(state))
	}
	require.Equal(t, []uint64{0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f}, got)
}
