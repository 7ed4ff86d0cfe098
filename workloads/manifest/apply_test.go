package manifest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads/manifest"
)

func applied(t *testing.T, store *cluster.Store, text string) {
	t.Helper()
	require.NoError(t, manifest.Apply(read(t, text), store))
}

func deploymentX(t *testing.T, store *cluster.Store) *cluster.Deployment {
	t.Helper()
	d, ok := store.Get(cluster.KindDeployment, cluster.NamespacedName{Namespace: "default", Name: "x"}).(*cluster.Deployment)
	require.True(t, ok)
	return d
}

func TestApply(t *testing.T) {
	store := loaded(t, read(t, appsObject("Deployment", "replicas: 2")))
	first := deploymentX(t, store)
	require.NoError(t, cluster.Edit(store, cluster.KeyOf(first), cluster.ReasonUpdated, func(d *cluster.Deployment) { d.Status.Ready = 2 }))

	changes := store.Changes()
	applied(t, store, appsObject("Deployment", "replicas: 2"))
	require.Equal(t, changes, store.Changes(), "nothing to write")

	applied(t, store, appsObject("Deployment", "replicas: 3"))
	second := deploymentX(t, store)
	require.Equal(t, 3, second.Replicas)
	require.Equal(t, int64(2), second.Generation)
	require.Equal(t, first.UID, second.UID)
	require.Equal(t, 2, second.Status.Ready)
	require.Same(t, first.Template, second.Template, "a template that says the same stays")
	require.Equal(t, 2, first.Replicas, "the old version is history")
}

func TestApplyOfLabelsIsNoNewGeneration(t *testing.T) {
	store := loaded(t, read(t, appsObject("Deployment", "")))
	text := appsObject("Deployment", "")
	applied(t, store, text[:len("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x")]+", labels: {a: b}"+text[len("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x"):])
	d := deploymentX(t, store)
	require.Equal(t, cluster.Labels{"a": "b"}, d.Labels)
	require.Equal(t, int64(1), d.Generation)
}

// TestApplyCreates: what is new is created, next to what is updated, each once.
func TestApplyCreates(t *testing.T) {
	store := loaded(t, read(t, everyKindText()))
	changes := store.Changes()
	applied(t, store, everyKindText())
	require.Equal(t, changes, store.Changes())
	applied(t, store, appsObject("Deployment", ""))
	require.NotNil(t, deploymentX(t, store))
}

func everyKindText() string { return manifest.EveryKind }

// TestApplyWithoutReplicas: what the files do not say of the replicas stays as it was scaled.
func TestApplyWithoutReplicas(t *testing.T) {
	for _, kind := range []string{"Deployment", "StatefulSet", "ReplicaSet"} {
		store := loaded(t, read(t, appsObject(kind, "replicas: 2")))
		o := store.Get(cluster.KindNamed(kind), cluster.NamespacedName{Namespace: "default", Name: "x"})
		require.NoError(t, store.SetScale(cluster.KeyOf(o), 7, cluster.ReasonScaled))
		applied(t, store, appsObject(kind, "minReadySeconds: 3"))
		scale, _ := cluster.ScaleOf(store.Get(o.Kind(), o.Meta().NamespacedName))
		require.Equal(t, 7, scale.Replicas, kind)
		applied(t, store, appsObject(kind, "replicas: 3"))
		scale, _ = cluster.ScaleOf(store.Get(o.Kind(), o.Meta().NamespacedName))
		require.Equal(t, 3, scale.Replicas, kind)
	}
	require.Equal(t, 1, deploymentX(t, loaded(t, read(t, appsObject("Deployment", "")))).Replicas, "where there was none, the API's default")
}
