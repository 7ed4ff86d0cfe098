package app_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/cmd/wavetank/app"
)

// verdicts is the part of a recorded decision that explain prints under the same names.
type verdicts struct {
	Feasible []string
	Filtered map[string]struct {
		Plugin, Code string
		Reasons      []string
	}
	Scores map[string]struct {
		Total   int64
		Plugins map[string]int64
	}
	Best       []string
	Message    string
	Preemption *struct {
		Node    string
		Victims []string
	}
}

// TestExplainAgreesWithRecordedDecisions holds explain against decisions that the real kube-scheduler took.
func TestExplainAgreesWithRecordedDecisions(t *testing.T) {
	folders, err := filepath.Glob("../../../../shared/golden/scheduler/*/cluster.yaml")
	require.NoError(t, err)
	if len(folders) == 0 {
		t.Skip("the recorded decisions are not here: ../shared/golden/scheduler")
	}
	for _, manifest := range folders {
		dir := filepath.Dir(manifest)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			var out, errs strings.Builder
			code := app.Main([]string{"explain", manifest, "--pod", "default/pending", "-o", "json"}, strings.NewReader(""), &out, &errs)
			require.Zero(t, code, errs.String())
			recorded, readErr := os.ReadFile(filepath.Join(dir, "expected.json"))
			require.NoError(t, readErr)
			require.Equal(t, verdictsOf(t, recorded), verdictsOf(t, []byte(out.String())))
		})
	}
}

func verdictsOf(t *testing.T, text []byte) verdicts {
	var v verdicts
	require.NoError(t, json.Unmarshal(text, &v))
	for _, f := range v.Filtered {
		slices.Sort(f.Reasons)
	}
	if v.Preemption != nil {
		slices.Sort(v.Preemption.Victims)
	}
	return v
}
