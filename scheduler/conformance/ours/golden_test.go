package ours

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/conformance/verdict"
)

// goldenCases are recorded verdicts of the real scheduler; they lie beside the repository.
const goldenCases = "../../../../shared/golden/scheduler/*/cluster.yaml"

func TestGolden(t *testing.T) {
	clusters, err := filepath.Glob(goldenCases)
	require.NoError(t, err)
	if len(clusters) == 0 {
		t.Skipf("no recorded cases at %s", goldenCases)
	}
	same := 0
	for _, path := range clusters {
		dir := filepath.Dir(path)
		if t.Run(filepath.Base(dir), func(t *testing.T) { requireGolden(t, dir) }) {
			same++
		}
	}
	t.Logf("%d of %d recorded cases are identical", same, len(clusters))
}

func requireGolden(t *testing.T, dir string) {
	cluster, err := os.ReadFile(filepath.Join(dir, "cluster.yaml"))
	require.NoError(t, err)
	recorded, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	require.NoError(t, err)
	var want verdict.Verdict
	require.NoError(t, json.Unmarshal(recorded, &want))

	o, err := Open(cluster)
	require.NoError(t, err)
	defer o.Close()
	got, err := o.Decide("default/pending")
	require.NoError(t, err)
	require.Empty(t, verdict.Diff(want, got))
}
