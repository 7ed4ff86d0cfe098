package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/results"
)

// latencies make every component draw.
const latencies = `latency={watch: {exponential: 100ms}, schedule: {uniform: {min: 1ms, max: 5ms}}, bind: {exponential: 50ms}, ` +
	`pull: {lognormal: {median: 2s, sigma: 1}}, start: {constant: 1s}}`

// TestDeterminism holds the first promise of this project: same scenario, same seed, same bytes. Each scenario runs twice
// in this process, whose maps iterate in another order each time, and once more on one processor.
func TestDeterminism(t *testing.T) {
	variants := []struct {
		name string
		args []string
	}{
		{"default", []string{"--set", "results.sampleEvery=10m", "--set", "results.events=true"}},
		{"bestfit", []string{"--policy", "bestfit"}},
		{"random with latencies", []string{"--check", "--policy", "random", "--set", latencies, "--seed", "18446744073709551615"}},
	}
	for _, r := range shippedRuns(t) {
		for _, v := range variants {
			t.Run(r.name+"/"+v.name, func(t *testing.T) {
				if r.skip != "" {
					t.Skip(r.skip)
				}
				args := append(append([]string{}, r.args...), v.args...)
				first := resultsOf(t, args...)
				requireSameBytes(t, first, resultsOf(t, args...))
				requireSameBytes(t, first, onOneProcessor(t, args))
			})
		}
	}
}

func onOneProcessor(t *testing.T, args []string) string {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	return resultsOf(t, args...)
}

// requireSameBytes compares two folders of results, save the file that tells of this machine.
func requireSameBytes(t *testing.T, a, b string) {
	t.Helper()
	if d := firstDifference(t, a, b); d != "" {
		t.Fatal(d)
	}
}

// firstDifference names the first file and line in which two folders differ, "" if they do not.
func firstDifference(t *testing.T, a, b string) string {
	t.Helper()
	names := fileNames(t, a)
	require.Contains(t, names, results.PodsFile)
	require.Contains(t, names, results.WallclockFile)
	if other := fileNames(t, b); strings.Join(names, " ") != strings.Join(other, " ") {
		return fmt.Sprintf("one run wrote %v, the other %v", names, other)
	}
	slices.SortStableFunc(names, func(a, b string) int { return packed(a) - packed(b) })
	for _, name := range names {
		if name == results.WallclockFile {
			continue
		}
		if d := differingLine(fileText(t, a, name), fileText(t, b, name)); d != "" {
			return name + ":" + d
		}
	}
	return ""
}

// packed puts compressed files last: a person can read where the others differ.
func packed(name string) int {
	return strings.Count(name, ".zst")
}

func differingLine(a, b string) string {
	if a == b {
		return ""
	}
	as, bs := strings.SplitAfter(a, "\n"), strings.SplitAfter(b, "\n")
	for i := range min(len(as), len(bs)) {
		if as[i] != bs[i] {
			return fmt.Sprintf("%d: %.200q in one run, %.200q in the other", i+1, as[i], bs[i])
		}
	}
	return fmt.Sprintf("%d: one run has %d lines, the other %d", min(len(as), len(bs))+1, len(as), len(bs))
}

func fileNames(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func fileText(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	return string(text)
}

// TestFirstDifference would fail if the comparison of TestDeterminism overlooked something.
func TestFirstDifference(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"x\ny\n", "x\ny\n", ""},
		{"x\ny\n", "x\nz\n", `2: "y\n" in one run, "z\n" in the other`},
		{"x\ny\n", "x\ny", `2: "y\n" in one run, "y" in the other`},
		{"", "x\n", `1: "" in one run, "x\n" in the other`},
	} {
		require.Equal(t, c.want, differingLine(c.a, c.b))
	}
	quickstart := absolute(t, "workloads/scenarios/quickstart.yaml")
	short := []string{quickstart, "--set", "workload[0].synthetic.count=50"}
	one := resultsOf(t, short...)
	require.Contains(t, firstDifference(t, one, resultsOf(t, append(short, "--seed", "2")...)), "events.jsonl:", "another seed must show")
	require.Contains(t, firstDifference(t, one, resultsOf(t, append(short, "--set", "results.events=false")...)), "the other [")
}
