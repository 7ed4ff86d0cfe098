// Package verdicttest holds verdicts against recorded ones.
package verdicttest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/conformance/verdict"
)

// goldenCases are recorded verdicts of the real scheduler; they lie beside the repository. The path is that of a package
// in a folder of scheduler/conformance.
const goldenCases = "../../../../shared/golden/scheduler/*/cluster.yaml"

// Golden runs a test for each recorded cluster, with the recorded verdict about the pod that waits there. It is skipped
// where there are no recordings.
func Golden(t *testing.T, test func(t *testing.T, manifest []byte, want verdict.Verdict)) {
	clusters, err := filepath.Glob(goldenCases)
	require.NoError(t, err)
	if len(clusters) == 0 {
		t.Skipf("no recorded cases at %s", goldenCases)
	}
	same := 0
	for _, path := range clusters {
		dir := filepath.Dir(path)
		if t.Run(filepath.Base(dir), func(t *testing.T) { read(t, dir, test) }) {
			same++
		}
	}
	t.Logf("%d of %d recorded cases are identical", same, len(clusters))
}

func read(t *testing.T, dir string, test func(t *testing.T, manifest []byte, want verdict.Verdict)) {
	manifest, err := os.ReadFile(filepath.Join(dir, "cluster.yaml"))
	require.NoError(t, err)
	recorded, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	require.NoError(t, err)
	var want verdict.Verdict
	require.NoError(t, json.Unmarshal(recorded, &want))
	test(t, manifest, want)
}
