package manifest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads/manifest"
)

// snapshot is a small cluster, written in an order that no store could take it in.
const snapshot = `
{apiVersion: v1, kind: Pod, metadata: {name: waits}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: runs, namespace: shop, uid: pod-uid, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: rs-uid, controller: true}]}, spec: {nodeName: n2, containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: orphan, namespace: shop, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: older-uid, controller: true}]}, spec: {nodeName: n1, containers: [{name: c}]}}
---
{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web, namespace: shop, uid: rs-uid}, spec: {selector: {matchLabels: {a: b}}}}
---
{apiVersion: v1, kind: PersistentVolume, metadata: {name: v}, spec: {claimRef: {namespace: shop, name: runs-data, uid: claim-uid}}}
---
{apiVersion: v1, kind: PersistentVolume, metadata: {name: stale}, spec: {claimRef: {namespace: shop, name: runs-data, uid: deleted-uid}}}
---
{apiVersion: v1, kind: PersistentVolume, metadata: {name: kept}, spec: {claimRef: {namespace: shop, name: runs-data}}}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: runs-data, namespace: shop, uid: claim-uid, ownerReferences: [{apiVersion: v1, kind: Pod, name: runs, uid: pod-uid, controller: true}]}, spec: {}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}}
---
{apiVersion: v1, kind: Node, metadata: {name: n1}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: a}}}
`

func TestLoad(t *testing.T) {
	store := cluster.NewStore(sim.New(1))
	var order []string
	store.Observe(func(c *cluster.Change) {
		order = append(order, c.Verb.String()+" "+c.Object().Kind().String()+" "+c.Key().NamespacedName.String())
	})
	require.NoError(t, manifest.Load(read(t, snapshot), store))
	require.Equal(t, []string{
		"Added Namespace shop", "Added Namespace default",
		"Added PersistentVolumeClaim shop/runs-data",
		"Added PersistentVolume v", "Added PersistentVolume stale", "Added PersistentVolume kept",
		"Added Node n2", "Added Node n1", "Added ReplicaSet shop/web",
		"Added Pod shop/runs", "Added Pod shop/orphan", "Added Pod default/waits",
		"Modified PersistentVolumeClaim shop/runs-data",
	}, order)

	get := func(kind cluster.Kind, namespace, name string) cluster.Object {
		o := store.Get(kind, cluster.NamespacedName{Namespace: namespace, Name: name})
		require.NotNil(t, o)
		return o
	}
	runs, set := get(cluster.KindPod, "shop", "runs"), get(cluster.KindReplicaSet, "shop", "web")
	require.Equal(t, set.Meta().UID, runs.Meta().ControllerRef().UID)
	require.Zero(t, get(cluster.KindPod, "shop", "orphan").Meta().ControllerRef().UID, "the ReplicaSet of that name is another one")

	claim := get(cluster.KindPersistentVolumeClaim, "shop", "runs-data")
	require.Equal(t, runs.Meta().UID, claim.Meta().ControllerRef().UID, "set once the pod was there")
	uid := func(name string) cluster.UID {
		return get(cluster.KindPersistentVolume, "", name).(*cluster.PersistentVolume).ClaimUID
	}
	require.Equal(t, claim.Meta().UID, uid("v"))
	require.Zero(t, uid("kept"), "any claim of that name")
	require.NotEqual(t, claim.Meta().UID, uid("stale"))
	require.NotZero(t, uid("stale"))
	require.Equal(t, cluster.Labels{"kubernetes.io/metadata.name": "default"}, get(cluster.KindNamespace, "", "default").Meta().Labels)
}

func TestLoadRefusesTakenNames(t *testing.T) {
	store := loaded(t, read(t, snapshot))
	err := manifest.Load(read(t, snapshot), store)
	require.ErrorIs(t, err, cluster.ErrAlreadyExists)
	require.ErrorContains(t, err, "test.yaml:22: Namespace shop: already exists")
}

// TestSameFilesSameHistory: nothing of a map's order reaches the store.
func TestSameFilesSameHistory(t *testing.T) {
	want := loaded(t, read(t, snapshot)).Hash()
	for range 20 {
		require.Equal(t, want, loaded(t, read(t, snapshot)).Hash())
	}
}

// TestEveryKindIsLoaded: what can be read goes into the store.
func TestEveryKindIsLoaded(t *testing.T) {
	set := read(t, manifest.EveryKind)
	store := loaded(t, set)
	for _, o := range set.Objects {
		require.NotNil(t, store.Get(o.Kind(), o.Meta().NamespacedName), "%v %v", o.Kind(), o.Meta().NamespacedName)
	}
}
