package results

import (
	"encoding/csv"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"
)

func TestSeconds(t *testing.T) {
	for _, c := range []struct {
		nanos int64
		want  string
	}{
		{0, "0"}, {1, "0.000000001"}, {-1, "-0.000000001"}, {1_500_000_000, "1.5"}, {10_000_000_000, "10"},
		{-12_340_000_000, "-12.34"}, {math.MaxInt64, "9223372036.854775807"}, {math.MinInt64, "-9223372036.854775808"},
	} {
		require.Equal(t, c.want, string(appendSeconds(nil, c.nanos)))
		back, err := parseSeconds(c.want)
		require.NoError(t, err)
		require.Equal(t, c.nanos, back)
	}
}

func TestSecondsRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		nanos := rapid.Int64().Draw(rt, "nanos")
		text := string(appendSeconds(nil, nanos))
		back, err := parseSeconds(text)
		require.NoError(rt, err)
		require.Equal(rt, nanos, back)
		exact, ok := new(big.Rat).SetString(text)
		require.True(rt, ok)
		require.Zero(rt, exact.Cmp(big.NewRat(nanos, nanosPerSecond)))
	})
}

func TestSecondsOfAnotherForm(t *testing.T) {
	for _, text := range []string{
		"", "-", ".5", "1.", "1.50", "01", "+1", "1e3", "-0", "1.2345678901", "1.-5", "1.+5", "1,5", " 1", "NaN",
		"9223372036.854775808", "99999999999", "1.5.5", "1_000",
	} {
		_, err := parseSeconds(text)
		require.Error(t, err, "%q", text)
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", -1: "-1", -999: "-999", -1000: "-1,000", 1234567: "1,234,567",
		math.MinInt64: "-9,223,372,036,854,775,808",
	} {
		require.Equal(t, want, thousands(n))
	}
}

func TestHumanSeconds(t *testing.T) {
	for s, want := range map[float64]string{
		0: "0s", 1e-9: "1ns", 0.000123456: "123.46µs", 0.123456: "123.46ms", 1.23456: "1.23s", 12.3456: "12.3s",
		61.4: "1m1s", 3723.4: "1h2m3s", 90000: "25h0m0s",
	} {
		require.Equal(t, want, humanSeconds(s))
	}
}

func TestHumanAmount(t *testing.T) {
	for _, c := range []struct {
		v          float64
		unit, want string
	}{
		{1500, UnitMilliCPU, "1.50 cores"}, {123456, UnitMilliCPU, "123.5 cores"}, {2000, UnitMilliGPU, "2 GPUs"},
		{0, UnitBytes, "0 B"}, {1536, UnitBytes, "1.50 KiB"}, {1 << 30, UnitBytes, "1 GiB"},
		{1 << 42, UnitBytes, "4,096 GiB"}, {1 << 44, UnitBytes, "16 TiB"}, {1234567.25, UnitCount, "1,234,567.2"},
		{0.25, UnitCount, "0.25"}, {3, UnitCount, "3"},
	} {
		require.Equal(t, c.want, humanAmount(c.v, c.unit))
	}
}

func TestDescribe(t *testing.T) {
	require.Equal(t, Distribution{}, describe(nil))
	require.Equal(t, Distribution{1, 4, 4, 4, 4, 4}, describe([]float64{4}))
	hundred := make([]float64, 100)
	for i := range hundred {
		hundred[i] = float64(100 - i)
	}
	require.Equal(t, Distribution{Count: 100, Mean: 50.5, P50: 50, P90: 90, P99: 99, Max: 100}, describe(hundred))
}

// TestQuantile: gonum's empirical quantile is the definition that README.md gives.
func TestQuantile(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		sample := rapid.SliceOfN(rapid.Float64Range(0, 5), 1, 200).Draw(rt, "sample")
		d := describe(sample)
		require.Equal(rt, plainQuantile(sample, 0.5), d.P50)
		require.Equal(rt, plainQuantile(sample, 0.9), d.P90)
		require.Equal(rt, plainQuantile(sample, 0.99), d.P99)
		require.InDelta(rt, stat.Mean(sample, nil), d.Mean, 1e-12)
	})
}

// TestIntegral: 128 bits hold what 64 do not, and it does not matter where a stretch is cut.
func TestIntegral(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var whole, cut integral
		exact := new(big.Int)
		for range rapid.IntRange(1, 20).Draw(rt, "stretches") {
			v := rapid.Int64Range(0, math.MaxInt64).Draw(rt, "value")
			a := rapid.Int64Range(0, 1<<61).Draw(rt, "nanos")
			b := rapid.Int64Range(0, 1<<61).Draw(rt, "more nanos")
			whole.add(v, a+b)
			cut.add(v, a)
			cut.add(v, b)
			exact.Add(exact, new(big.Int).Mul(big.NewInt(v), big.NewInt(a+b)))
		}
		require.Equal(rt, whole, cut)
		want, _ := new(big.Float).SetInt(exact).Float64()
		require.InEpsilon(rt, want+1, whole.float()+1, 1e-15)
	})
}

// TestFields: what the row writer quotes, the standard reader reads as it was, but for carriage returns before newlines.
func TestFields(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := strings.ReplaceAll(rapid.String().Draw(rt, "text"), "\r", "")
		in := csv.NewReader(strings.NewReader(string(appendField([]byte("x,"), text)) + "\n"))
		fields, err := in.Read()
		require.NoError(rt, err)
		require.Equal(rt, []string{"x", text}, fields)
	})
}
