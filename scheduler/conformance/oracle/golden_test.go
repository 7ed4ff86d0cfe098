package oracle

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/conformance/verdict"
)

// goldenCases are the recorded verdicts of the real scheduler; they lie beside the repository.
const goldenCases = "../../../../shared/golden/scheduler/*/cluster.yaml"

func TestGolden(t *testing.T) {
	clusters, err := filepath.Glob(goldenCases)
	require.NoError(t, err)
	if len(clusters) == 0 {
		t.Skipf("no recorded cases at %s", goldenCases)
	}
	for _, path := range clusters {
		dir := filepath.Dir(path)
		t.Run(filepath.Base(dir), func(t *testing.T) { requireGolden(t, dir) })
	}
}

func requireGolden(t *testing.T, dir string) {
	manifest, err := os.ReadFile(filepath.Join(dir, "cluster.yaml"))
	require.NoError(t, err)
	recorded, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	require.NoError(t, err)
	var want verdict.Verdict
	require.NoError(t, json.Unmarshal(recorded, &want))

	got := decide(t, manifest)
	require.Empty(t, verdict.Diff(want, got))
	require.Equal(t, want, got)
}

// decide is the verdict about the one pod of a manifest.
func decide(t *testing.T, manifest []byte) verdict.Verdict {
	cluster, err := Load(manifest)
	require.NoError(t, err)
	require.Len(t, cluster.Pending, 1)
	real, err := New(cluster)
	require.NoError(t, err)
	defer real.Close()
	got, err := real.Decide(cluster.Pending[0])
	require.NoError(t, err)
	return got
}
