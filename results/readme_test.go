package results

import (
	"os"
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
	source, err := os.ReadFile("events.go")
	require.NoError(t, err)
	for _, event := range []string{
		"created", "scheduled", "nominated", "unschedulable", "preempted", "deleting", "running", "ready", "unready", "restarted",
		"succeeded", "failed", "deleted", "notready", "tainted", "untainted", "cordoned", "uncordoned",
	} {
		require.Contains(t, string(source), `"`+event+`"`)
		require.Contains(t, text, "`"+event+"`")
	}
}
