package app_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/cmd/wavetank/app"
	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/workloads"
)

// A shippedRun is a scenario of this project as the tests here run it.
type shippedRun struct {
	name string   // of the scenario
	args []string // of wavetank run, the output folder apart
	skip string   // why it cannot be run here; empty: it can
}

// shorter cuts down what would take too long for a test. The scenarios that are not named here run whole.
var shorter = map[string][]string{
	"million":     {"workload[0].synthetic.count=10000"},
	"mm1":         {"workload[0].synthetic.count=1000"},
	"mmc":         {"workload[0].synthetic.count=600"},
	"day":         {"until=70m"},
	"zone-outage": {"until=3h", "faults[0].at=2h"},
}

// shippedRuns returns all scenarios of this project, also those that someone adds tomorrow.
func shippedRuns(t *testing.T) []shippedRun {
	t.Helper()
	files, err := filepath.Glob(absolute(t, "workloads/scenarios/*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var runs []shippedRun
	for _, file := range files {
		r := shippedRun{name: strings.TrimSuffix(filepath.Base(file), ".yaml")}
		folder, missing := tracesOf(t, file)
		if missing != "" {
			r.skip = missing + " is neither in traces/data nor in ../shared/traces: it is public, but not shipped"
		}
		r.args = []string{file, "--traces", folder}
		for _, cut := range shorter[r.name] {
			r.args = append(r.args, "--set", cut)
		}
		runs = append(runs, r)
	}
	return runs
}

// tracesOf returns the folder that has the trace files of a scenario, or the first file that neither folder has.
func tracesOf(t *testing.T, scenario string) (folder, missing string) {
	t.Helper()
	s, err := workloads.Load(scenario)
	require.NoError(t, err)
	for _, folder = range []string{absolute(t, "traces/data"), absolute(t, "../shared/traces")} {
		missing = ""
		for _, file := range s.Inputs(workloads.Paths{Traces: folder}) {
			if _, err = os.Stat(file); err != nil {
				missing = file
			}
		}
		if missing == "" {
			return folder, ""
		}
	}
	return "", missing
}

// wavetank runs the program in this process. It must succeed and say nothing on standard error.
func wavetank(t testing.TB, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	code := app.Main(args, strings.NewReader(""), &out, &errs)
	require.Zero(t, code, "wavetank %v: %s", args, &errs)
	require.Empty(t, errs.String())
	return out.String()
}

// resultsOf returns a folder of its own with the results of `wavetank run args...`.
func resultsOf(t testing.TB, args ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "out")
	wavetank(t, append([]string{"run", "-o", dir}, args...)...)
	return dir
}

// rowsOf reads pods.csv.
func rowsOf(t testing.TB, dir string) []results.PodRow {
	t.Helper()
	var rows []results.PodRow
	for row, err := range results.ReadPods(dir) {
		require.NoError(t, err)
		rows = append(rows, row)
	}
	return rows
}

// scenarioFile writes a scenario, or another input, for one test.
func scenarioFile(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}
