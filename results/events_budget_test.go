package results

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// TestBudgetEvents: what a budget asks for and what its status says, where either is another than before. How many pods are
// expected is told with the rest, and is no news alone.
func TestBudgetEvents(t *testing.T) {
	dir := t.TempDir()
	rec, err := NewRecorder(Config{Dir: dir, Events: true})
	require.NoError(t, err)
	store := cluster.NewStore(sim.New(0))
	store.Observe(rec.OnChange)
	b := &cluster.PodDisruptionBudget{MinAvailable: &cluster.IntOrPercent{Value: 25, Percent: true}}
	b.Namespace, b.Name = "shop", "web"
	require.NoError(t, store.Create(b, cluster.ReasonCreated))
	for _, edit := range []func(*cluster.PodDisruptionBudget){
		func(b *cluster.PodDisruptionBudget) {
			b.CurrentHealthy, b.DesiredHealthy, b.ExpectedPods = 4, 1, 4
			b.SetAllowed(3, 0)
		},
		func(b *cluster.PodDisruptionBudget) { b.ExpectedPods, b.ObservedGeneration = 5, 1 },
		func(b *cluster.PodDisruptionBudget) {
			b.DisruptedPods = []cluster.DisruptedPod{{Name: "a"}}
			b.SetAllowed(2, 0)
		},
		func(b *cluster.PodDisruptionBudget) { b.MinAvailable = &cluster.IntOrPercent{Value: 25, Percent: true} },
		func(b *cluster.PodDisruptionBudget) {
			b.MinAvailable, b.MaxUnavailable = nil, &cluster.IntOrPercent{Value: 2}
		},
	} {
		require.NoError(t, cluster.Edit(store, cluster.KeyOf(b), "x", edit))
	}
	require.NoError(t, store.Delete(cluster.KeyOf(b), cluster.ReasonDeleted))
	_, err = rec.Close(0, Ending{})
	require.NoError(t, err)
	events, err := os.ReadFile(filepath.Join(dir, EventsFile))
	require.NoError(t, err)
	require.Equal(t, `{"t":0,"kind":"PodDisruptionBudget","name":"shop/web","event":"created","minAvailable":"25%"}
{"t":0,"kind":"PodDisruptionBudget","name":"shop/web","event":"status","allowed":3,"healthy":4,"desired":1,"disrupted":0,"expected":4}
{"t":0,"kind":"PodDisruptionBudget","name":"shop/web","event":"condition","type":"DisruptionAllowed","status":"True","reason":"SufficientPods"}
{"t":0,"kind":"PodDisruptionBudget","name":"shop/web","event":"status","allowed":2,"healthy":4,"desired":1,"disrupted":1,"expected":5}
{"t":0,"kind":"PodDisruptionBudget","name":"shop/web","event":"changed","maxUnavailable":"2"}
{"t":0,"kind":"PodDisruptionBudget","name":"shop/web","event":"deleted"}
`, string(events))
}
