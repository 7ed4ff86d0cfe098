package workloads

import (
	"maps"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParseQuantity(t *testing.T) {
	for _, c := range []struct {
		text  string
		parts int64
		want  int64
	}{
		{"4", 1000, 4000},
		{"500m", 1000, 500},
		{"0.5", 1000, 500},
		{".5", 1000, 500},
		{"5.", 1000, 5000},
		{"2000000u", 1000, 2000},
		{"1000000n", 1000, 1},
		{"1k", 1000, 1000000},
		{"0", 1000, 0},
		{"-1", 1000, -1000},
		{"+1", 1000, 1000},
		{"64Gi", 1, 64 << 30},
		{"1.5Gi", 1, 3 << 29},
		{"0.5Ki", 1, 512},
		{"1Ei", 1, 1 << 60},
		{"1E", 1, 1e18},
		{"1e3", 1, 1000},
		{"1E3", 1, 1000},
		{"1500e-3", 1000, 1500},
		{"12M", 1, 12_000_000},
		{"1T", 1, 1e12},
		{"1P", 1, 1e15},
		{"007", 1, 7},
	} {
		got, err := parseQuantity(c.text, c.parts)
		require.NoError(t, err, c.text)
		require.True(t, got.IsInt64(), c.text)
		require.Equal(t, c.want, got.Int64(), c.text)
	}
}

func TestParseQuantityErrors(t *testing.T) {
	for _, text := range []string{"", ".", "x", "1 Gi", "1gi", "1K", "1KiB", "1/2", "0x10", "1e", "1e999", "--1", "1m1", "inf", "1Kie3", "1_000",
		"1234567890123456789012345678901"} {
		_, err := parseQuantity(text, 1)
		require.ErrorIs(t, err, errNotQuantity, text)
	}
	for _, text := range []string{"0.1", "1n", "0.3Ki", "1e-1", "1m"} {
		_, err := parseQuantity(text, 1)
		require.ErrorIs(t, err, errTooFine, text)
	}
}

// The oracle multiplies fractions: the number, and what its suffix stands for.
func TestQuantitiesAreExact(t *testing.T) {
	factors := map[string]string{
		"": "1", "n": "1/1000000000", "u": "1/1000000", "m": "1/1000", "k": "1000", "M": "1000000", "G": "1000000000",
		"T": "1000000000000", "Ki": "1024", "Mi": "1048576", "Gi": "1073741824", "e3": "1000", "E-2": "1/100", "e+1": "10",
	}
	number := rapid.StringMatching(`[0-9]{1,6}(\.[0-9]{1,4})?`)
	rapid.Check(t, func(t *rapid.T) {
		text := number.Draw(t, "number")
		suffix := rapid.SampledFrom(slices.Sorted(maps.Keys(factors))).Draw(t, "suffix")
		parts := rapid.SampledFrom([]int64{1, 1000}).Draw(t, "parts")
		want := fraction(text)
		want.Mul(want, fraction(factors[suffix])).Mul(want, new(big.Rat).SetInt64(parts))
		got, err := parseQuantity(text+suffix, parts)
		if !want.IsInt() {
			require.ErrorIs(t, err, errTooFine)
			return
		}
		require.NoError(t, err)
		require.Equal(t, want.Num().String(), got.String())
	})
}

func fraction(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		panic("not a fraction: " + text)
	}
	return r
}

func TestQuantitiesAreReadAsWritten(t *testing.T) {
	require.Equal(t, "500m", formatCPU(500))
	require.Equal(t, "4", formatCPU(4000))
	require.Equal(t, "64Gi", formatBytes(64<<30))
	require.Equal(t, "1536Mi", formatBytes(3<<29))
	require.Equal(t, "7", formatBytes(7))
	require.Equal(t, "0", formatBytes(0))
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, maxBytesOf).Draw(t, "n")
		n <<= rapid.IntRange(0, 12).Draw(t, "shift")
		memory, err := parseQuantity(formatBytes(n), 1)
		require.NoError(t, err)
		require.Equal(t, n, memory.Int64())
		cpu, err := parseQuantity(formatCPU(n), 1000)
		require.NoError(t, err)
		require.Equal(t, n, cpu.Int64())
	})
}
