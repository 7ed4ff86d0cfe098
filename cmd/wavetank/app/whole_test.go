package app_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/cmd/wavetank/app"
	"github.com/wavetank/wavetank/results"
)

// checks sets how many cases a property is tried with, whatever the default: these are whole runs.
func checks(t *testing.T, n int) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	before := f.Value.String()
	require.NoError(t, f.Value.Set(strconv.Itoa(n)))
	t.Cleanup(func() { require.NoError(t, f.Value.Set(before)) })
}

// run runs an experiment in a folder, and returns where its results are and what was warned of.
func (e *experiment) run(dir string, opts ...app.Option) (results, warnings string) {
	write := func(name string, text *strings.Builder) string {
		path := filepath.Join(dir, name)
		require.NoError(e.t, os.WriteFile(path, []byte(text.String()), 0o600))
		return path
	}
	write("whole.yaml", &e.manifests)
	path := write("scenario.yaml", &e.scenario)
	results = filepath.Join(dir, "out")
	var out, errs bytes.Buffer
	code := app.Main([]string{"run", path, "--check", "-o", results}, strings.NewReader(""), &out, &errs, opts...)
	if code != 0 {
		e.t.Fatalf("%s\n%s\n%s", &errs, &e.scenario, &e.manifests)
	}
	return results, errs.String()
}

// TestWholeRuns: whatever shares a cluster, the laws that the referee knows hold after every change, all faults end or are
// named, and the same scenario comes to the same bytes, on one processor too and whether or not anybody looks.
func TestWholeRuns(t *testing.T) {
	checks(t, 60)
	cases, evictions, scalings, lost := 0, 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		cases++
		dir := func(run string) string {
			path := filepath.Join(t.TempDir(), fmt.Sprint(cases, run))
			require.NoError(rt, os.MkdirAll(path, 0o700))
			return path
		}
		e := drawExperiment(rt, false)
		r, factory := newReferee(e)
		first, warnings := e.run(dir("a"), app.WithController("referee", factory))
		evictions, scalings, lost = evictions+r.evictions, scalings+r.scalings, lost+r.lost
		requireFaultsEnd(rt, first, warnings)
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		second, again := e.run(dir("b"))
		require.Equal(rt, warnings, again)
		if d := firstDifference(t, first, second); d != "" {
			rt.Fatalf("%s\n%s\n%s", d, &e.scenario, &e.manifests)
		}
	})
	t.Logf("%d runs: %d evictions, %d scalings, %d nodes lost", cases, evictions, scalings, lost)
	require.True(t, evictions > 0 && scalings > 0 && lost > 0, "there was nothing to look at")
}

// TestWholeRunsEnd: where all that was to happen has happened a run ends by itself, with all faults over and in less time than
// the guard allows.
func TestWholeRunsEnd(t *testing.T) {
	checks(t, 40)
	cases := 0
	rapid.Check(t, func(rt *rapid.T) {
		cases++
		dir := filepath.Join(t.TempDir(), fmt.Sprint(cases))
		require.NoError(rt, os.MkdirAll(dir, 0o700))
		e := drawExperiment(rt, true)
		_, factory := newReferee(e)
		folder, warnings := e.run(dir, app.WithController("referee", factory))
		require.NotContains(rt, warnings, "was still on when the run ended")
		s, err := results.ReadSummary(folder)
		require.NoError(rt, err)
		require.False(rt, s.Partial)
	})
}

// requireFaultsEnd: what began has ended, or is counted as still on and told of in a warning.
func requireFaultsEnd(t *rapid.T, dir, warnings string) {
	s, err := results.ReadSummary(dir)
	require.NoError(t, err)
	on := 0
	for _, f := range s.Faults {
		if f.End != nil {
			require.GreaterOrEqual(t, *f.End, f.Begin)
			continue
		}
		on++
		named := strings.Contains(warnings, fmt.Sprintf("warning: %s of %s, since ", f.Kind, f.Name))
		counted := strings.Contains(warnings, fmt.Sprintf("warning: %s: ", f.Kind))
		require.True(t, named || counted, "%s of %s is still on, and nobody says so: %s", f.Kind, f.Name, warnings)
	}
	if all := s.FaultTotals; all != nil {
		require.Equal(t, all.Count, all.Duration.Count+all.StillOn)
		require.True(t, all.StillOn == on || all.Listed < all.Count, "%d are still on, and %d are listed", all.StillOn, on)
	}
}
