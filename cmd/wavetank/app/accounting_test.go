package app_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/traces"
	"github.com/wavetank/wavetank/workloads"
)

// TestAccounting runs every scenario with the cluster's invariants checked after each change, and then counts: each pod
// that was submitted has exactly one row, and the summary says what the rows say.
func TestAccounting(t *testing.T) {
	for _, r := range shippedRuns(t) {
		for _, policy := range []string{"default", "bestfit"} {
			t.Run(r.name+"/"+policy, func(t *testing.T) {
				if r.skip != "" {
					t.Skip(r.skip)
				}
				args := append([]string{"--check", "--policy", policy}, r.args...)
				dir := resultsOf(t, args...)
				seen := requireOneRowEach(t, dir)
				requireAllOfTrace(t, r, seen)
				requireSameSums(t, dir)
			})
		}
	}
}

// requireOneRowEach returns the names of all pods with a row.
func requireOneRowEach(t *testing.T, dir string) map[string]bool {
	t.Helper()
	seen, lives := map[string]bool{}, map[string]bool{}
	for _, row := range rowsOf(t, dir) {
		name := row.Namespace + "/" + row.Name
		seen[name] = true
		life := fmt.Sprint(name, " of ", row.Submitted) // pods of StatefulSets come again under their names
		require.False(t, lives[life], "pod %s has two rows", life)
		lives[life] = true
	}
	return seen
}

// requireAllOfTrace checks the rows against the trace itself, read apart from the simulation.
func requireAllOfTrace(t *testing.T, r shippedRun, seen map[string]bool) {
	t.Helper()
	s, err := workloads.Load(r.args[0])
	require.NoError(t, err)
	if s.Workload[0].Trace == nil {
		return
	}
	require.Len(t, s.Workload, 1)
	folder, _ := tracesOf(t, r.args[0])
	rows, err := traces.OpenPods(workloads.Paths{Traces: folder}.Trace(s.Workload[0].Trace.Path), s.Workload[0].Trace.Format)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	inTrace := 0
	for row, ok := rows.Next(); ok; row, ok = rows.Next() {
		require.True(t, seen["default/"+row.Name], "pod %s of the trace has no row", row.Name)
		inTrace++
	}
	require.NoError(t, rows.Err())
	require.Positive(t, inTrace)
	require.Len(t, seen, inTrace, "there are rows of pods that are not in the trace")
}

func requireSameSums(t *testing.T, dir string) {
	t.Helper()
	s, err := results.ReadSummary(dir)
	require.NoError(t, err)
	outcomes, placed, decisions := map[results.Outcome]int{}, 0, 0
	for _, row := range rowsOf(t, dir) {
		outcomes[row.Outcome]++
		decisions += row.Attempts
		if row.Placed() {
			placed++
		}
	}
	require.Equal(t, results.PodCounts{
		Submitted: s.Pods.Submitted, Scheduled: placed, NeverScheduled: s.Pods.Submitted - placed,
		Completed: outcomes[results.Completed], Failed: outcomes[results.Failed], Deleted: outcomes[results.Deleted],
		Running: outcomes[results.Running], Pending: outcomes[results.Pending],
	}, s.Pods)
	require.Equal(t, s.Pods.Submitted, s.Pods.Completed+s.Pods.Failed+s.Pods.Deleted+s.Pods.Running+s.Pods.Pending)
	require.EqualValues(t, decisions, s.Decisions.Total)
	require.Zero(t, s.Decisions.Errors)
}

// TestQuickstartShowsWhatItSays: the scenario's comment promises waits, a lost zone, and a queue worked off.
func TestQuickstartShowsWhatItSays(t *testing.T) {
	var s results.Summary
	out := wavetank(t, "run", absolute(t, "workloads/scenarios/quickstart.yaml"), "--format", "json")
	require.NoError(t, json.Unmarshal([]byte(out), &s))
	require.False(t, s.Partial)
	require.Positive(t, s.PeakPending)
	require.Positive(t, s.Wait.P99)
	require.Contains(t, out, `"reason": "NodeLost"`)
	require.Equal(t, s.Pods.Submitted, s.Pods.Completed+s.Pods.Failed+s.Pods.Deleted, "nobody is left waiting")
}
