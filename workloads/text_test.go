package workloads

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParseDuration(t *testing.T) {
	for _, c := range []struct {
		text string
		want time.Duration
	}{
		{"0", 0},
		{"0s", 0},
		{"90s", 90 * time.Second},
		{"1h30m", 90 * time.Minute},
		{"250ms", 250 * time.Millisecond},
		{"7d", 7 * 24 * time.Hour},
		{"1.5d", 36 * time.Hour},
		{"1d12h", 36 * time.Hour},
		{"0d5s", 5 * time.Second},
		{"-1d12h", -36 * time.Hour},
		{"-5s", -5 * time.Second},
		{"106751d", 106751 * 24 * time.Hour},
	} {
		got, err := ParseDuration(c.text)
		require.NoError(t, err, c.text)
		require.Equal(t, c.want, got, c.text)
	}
}

func TestParseDurationErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                  `not a duration such as 90s, 1h30m or 7d: ""`,
		"d":                 "not a duration such as 90s, 1h30m or 7d: d",
		"x":                 "not a duration such as 90s, 1h30m or 7d: x",
		"5":                 "a duration without unit: 5; write 5s for seconds",
		"1.5":               "a duration without unit: 1.5; write 1.5s for seconds",
		"1h1d":              "not a duration such as 90s, 1h30m or 7d: 1h1d",
		"1d1d":              "not a duration such as 90s, 1h30m or 7d: 1d1d",
		"1d-1h":             "not a duration such as 90s, 1h30m or 7d: 1d-1h",
		"1d+1h":             "not a duration such as 90s, 1h30m or 7d: 1d+1h",
		"106752d":           "not a duration such as 90s, 1h30m or 7d: 106752d",
		"106751d24h":        "not a duration such as 90s, 1h30m or 7d: 106751d24h",
		"9999999999999999h": "not a duration such as 90s, 1h30m or 7d: 9999999999999999h",
	} {
		_, err := ParseDuration(text)
		require.EqualError(t, err, want)
	}
}

func TestDurationsAreReadAsWritten(t *testing.T) {
	require.Equal(t, "1h", formatDuration(time.Hour))
	require.Equal(t, "10m", formatDuration(10*time.Minute))
	require.Equal(t, "10s", formatDuration(10*time.Second))
	require.Equal(t, "1h0m5s", formatDuration(time.Hour+5*time.Second))
	rapid.Check(t, func(t *rapid.T) {
		span := time.Duration(rapid.Int64().Draw(t, "span"))
		got, err := ParseDuration(formatDuration(span))
		require.NoError(t, err)
		require.Equal(t, span, got)
	})
}

func TestDaysAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.IntRange(0, 100000).Draw(t, "days")
		rest := time.Duration(rapid.Int64Range(0, int64(100*time.Hour)).Draw(t, "rest"))
		got, err := ParseDuration(formatInt(days) + "d" + rest.String())
		require.NoError(t, err)
		require.Equal(t, time.Duration(days)*24*time.Hour+rest, got)
	})
}

func formatInt(n int) string { return intNode(n).Value }

func TestNearest(t *testing.T) {
	known := []string{"count", "name", "capacity", "allocatable", "zones"}
	for word, want := range map[string]string{
		"cuont":      "count",
		"Count":      "count",
		"counts":     "count",
		"nmae":       "name",
		"capactiy":   "capacity",
		"alocatable": "allocatable",
		"zone":       "zones",
		"x":          "",
		"elephants":  "",
		"":           "",
	} {
		require.Equal(t, want, Nearest(word, known), word)
	}
	require.Equal(t, "ab", Nearest("a", []string{"ab", "ac"}), "the first of several")
	require.Empty(t, Nearest("a", nil))
	long := []string{"node-monitor-period", "node-monitor-grace-period", "nodes"}
	require.Equal(t, "node-monitor-grace-period", Nearest("node-monitor-grace", long), "it begins so")
	require.Equal(t, "node-monitor-period", Nearest("node-monitor-perio", long))
	require.Equal(t, "nodes", Nearest("node", long), "several begin so")
}

// slowDistance is the recursion of the definition.
func slowDistance(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	n, m := len(a)-1, len(b)-1
	replace := slowDistance(a[:n], b[:m])
	if a[n] != b[m] {
		replace++
	}
	best := min(replace, slowDistance(a[:n], b)+1, slowDistance(a, b[:m])+1)
	if n > 0 && m > 0 && a[n] == b[m-1] && a[n-1] == b[m] {
		best = min(best, slowDistance(a[:n-1], b[:m-1])+1)
	}
	return best
}

func TestEditDistanceIsThatOfTheDefinition(t *testing.T) {
	letters := rapid.StringMatching(`[abc]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := letters.Draw(t, "a"), letters.Draw(t, "b")
		require.Equal(t, slowDistance(a, b), editDistance(a, b, math.MaxInt))
	})
}

func TestQuoteOdd(t *testing.T) {
	require.Equal(t, "plain", quoteOdd("plain"))
	require.Equal(t, `""`, quoteOdd(""))
	require.Equal(t, `"a b"`, quoteOdd("a b"))
	require.Equal(t, `"\xff"`, quoteOdd("\xff"))
	require.Len(t, quoteOdd(string(make([]byte, 1000))), 80*len(`\x00`)+len(`""...`))
}
