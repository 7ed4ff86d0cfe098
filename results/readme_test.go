package results

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReadmeIsComplete: README.md names every file, column, metric and event, so that none is added without a definition.
func TestReadmeIsComplete(t *testing.T) {
	data, err := os.ReadFile("README.md")
	require.NoError(t, err)
	text := string(data)
	for _, name := range append(append([]string{}, runFiles...), podColumns...) {
		require.Contains(t, text, "`"+name+"`")
	}
	s := &Summary{Resources: []ResourceUse{{Name: "cpu"}}, Lost: []ReasonCount{{Reason: "NodeLost"}}}
	for _, m := range s.Metrics() {
		group, figure, nested := strings.Cut(m.Name, ".")
		require.Contains(t, text, group, m.Name)
		if nested {
			require.Contains(t, text, figure, m.Name)
		}
	}
	for _, section := range []any{WorkloadSummary{}, ServiceSummary{}, ObjectiveSummary{}, FaultSummary{}, FaultTotals{}, ScalingSummary{}, CostSummary{}, PoolSummary{}} {
		for _, field := range jsonNames(reflect.TypeOf(section)) {
			if !slices.Contains([]string{"kind", "namespace", "name", "pool", "offeredCoreHours", "listed"}, field) {
				require.Regexp(t, "[`.]"+field+"(`|: true|\\[\\])", text, "%T", section)
			}
		}
	}
	for _, header := range []string{workloadColumns, nodeColumns, serviceColumns} {
		for column := range strings.SplitSeq(strings.TrimSpace(header), ",") {
			require.Contains(t, text, "`"+column+"`")
		}
	}
	source, err := os.ReadFile("events.go")
	require.NoError(t, err)
	for _, event := range []string{
		"created", "scheduled", "nominated", "unschedulable", "preempted", "deleting", "running", "ready", "unready",
		"succeeded", "failed", "deleted", "down", "up", "isolated", "connected", "evicted", "notready", "tainted", "untainted", "cordoned", "uncordoned",
	} {
		require.Contains(t, string(source), `"`+event+`"`)
		require.Contains(t, text, "`"+event+"`")
	}
}

// jsonNames returns the names of a struct's fields in JSON.
func jsonNames(of reflect.Type) []string {
	var names []string
	for i := range of.NumField() {
		name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}
