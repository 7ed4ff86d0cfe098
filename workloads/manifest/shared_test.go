package manifest_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads/manifest"
)

// shared is the folder of recorded data beside the checkout.
const shared = "../../../shared"

func loaded(t testing.TB, set *manifest.Set) *cluster.Store {
	t.Helper()
	store := cluster.NewStore(sim.New(1))
	require.NoError(t, manifest.Load(set, store))
	return store
}

// TestRecordedCases reads every recorded scheduling case. Each holds one pod that waits, and nothing that is not modelled
// but what a scheduler does not look at.
func TestRecordedCases(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(shared, "golden/scheduler/*/cluster.yaml"))
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("recorded scheduling cases are not beside this checkout")
	}
	warnings := map[string]int{}
	for _, f := range files {
		in, err := os.Open(f)
		require.NoError(t, err)
		set, err := manifest.Read(f, in)
		require.NoError(t, in.Close())
		require.NoError(t, err)
		store := loaded(t, set)
		pending := store.Pod(cluster.NamespacedName{Namespace: "default", Name: "pending"})
		require.NotNil(t, pending, f)
		require.Empty(t, pending.NodeName)
		for _, w := range set.Warnings {
			warnings[w]++
		}
	}
	t.Logf("%d cases, warnings: %v", len(files), warnings)
}
