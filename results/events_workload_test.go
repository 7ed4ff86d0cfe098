package results

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// TestWorkloadEvents: what happens to the objects that make pods is told in the words of a watcher, and only where it is
// another than before.
func TestWorkloadEvents(t *testing.T) {
	dir := t.TempDir()
	rec, err := NewRecorder(Config{Dir: dir, Events: true})
	require.NoError(t, err)
	store := cluster.NewStore(sim.New(0))
	store.Observe(rec.OnChange)
	named := func(name string) cluster.ObjectMeta {
		return cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: "shop", Name: name}}
	}
	rec.Mute(true)
	require.NoError(t, store.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: "before"}}}, cluster.ReasonCreated))
	rec.Mute(false)
	create := func(o cluster.Object) cluster.Key {
		require.NoError(t, store.Create(o, cluster.ReasonCreated))
		return cluster.KeyOf(o)
	}
	rs := create(&cluster.ReplicaSet{ObjectMeta: named("web-1"), Replicas: 3})
	deployment := create(&cluster.Deployment{ObjectMeta: named("web"), Replicas: 3})
	set := create(&cluster.StatefulSet{ObjectMeta: named("db"), Replicas: 2})
	daemons := create(&cluster.DaemonSet{ObjectMeta: named("agent")})
	job := create(&cluster.Job{ObjectMeta: named("batch")})
	other := create(&cluster.ConfigMap{ObjectMeta: named("settings")})

	require.NoError(t, cluster.Edit(store, rs, "x", func(o *cluster.ReplicaSet) { o.Replicas = 5 }))
	require.NoError(t, cluster.Edit(store, rs, "x", func(o *cluster.ReplicaSet) { o.Status.Ready, o.Status.Replicas = 1, 5 }))
	require.NoError(t, cluster.Edit(store, rs, "x", func(o *cluster.ReplicaSet) { o.Status.ObservedGeneration++ })) // nothing to tell
	available := cluster.Condition{Type: "Available", Reason: "MinimumReplicasUnavailable"}
	require.NoError(t, cluster.Edit(store, deployment, "x", func(o *cluster.Deployment) {
		o.Status = cluster.DeploymentStatus{Replicas: 5, Updated: 5, Unavailable: 5, Conditions: []cluster.Condition{available}}
	}))
	available.Status, available.Reason = true, "MinimumReplicasAvailable"
	require.NoError(t, cluster.Edit(store, deployment, "x", func(o *cluster.Deployment) { o.Status.Conditions = []cluster.Condition{available} }))
	require.NoError(t, cluster.Edit(store, set, "x", func(o *cluster.StatefulSet) { o.Replicas, o.Status.Ready = 1, 2 }))
	require.NoError(t, cluster.Edit(store, daemons, "x", func(o *cluster.DaemonSet) { o.Status.Desired, o.Status.Updated = 4, 1 }))
	require.NoError(t, cluster.Edit(store, job, "x", func(o *cluster.Job) { o.Status.Active = 2 }))
	require.NoError(t, store.Delete(other, cluster.ReasonDeleted))
	require.NoError(t, store.Delete(rs, cluster.ReasonDeleted))
	_, err = rec.Close(0, Ending{})
	require.NoError(t, err)
	events, err := os.ReadFile(filepath.Join(dir, EventsFile))
	require.NoError(t, err)
	require.Equal(t, `{"t":0,"kind":"ReplicaSet","name":"shop/web-1","event":"created","replicas":3}
{"t":0,"kind":"Deployment","name":"shop/web","event":"created","replicas":3}
{"t":0,"kind":"StatefulSet","name":"shop/db","event":"created","replicas":2}
{"t":0,"kind":"DaemonSet","name":"shop/agent","event":"created"}
{"t":0,"kind":"Job","name":"shop/batch","event":"created"}
{"t":0,"kind":"ConfigMap","name":"shop/settings","event":"created"}
{"t":0,"kind":"ReplicaSet","name":"shop/web-1","event":"scaled","from":3,"to":5}
{"t":0,"kind":"ReplicaSet","name":"shop/web-1","event":"status","replicas":5,"ready":1,"available":0}
{"t":0,"kind":"Deployment","name":"shop/web","event":"status","replicas":5,"updated":5,"ready":0,"available":0,"unavailable":5}
{"t":0,"kind":"Deployment","name":"shop/web","event":"condition","type":"Available","status":"False","reason":"MinimumReplicasUnavailable"}
{"t":0,"kind":"Deployment","name":"shop/web","event":"condition","type":"Available","status":"True","reason":"MinimumReplicasAvailable"}
{"t":0,"kind":"StatefulSet","name":"shop/db","event":"scaled","from":2,"to":1}
{"t":0,"kind":"StatefulSet","name":"shop/db","event":"status","replicas":0,"ready":2,"available":0,"current":0,"updated":0}
{"t":0,"kind":"DaemonSet","name":"shop/agent","event":"status","desired":4,"current":0,"ready":0,"available":0,"updated":1,"misscheduled":0}
{"t":0,"kind":"Job","name":"shop/batch","event":"status","active":2,"ready":0,"succeeded":0,"failed":0,"terminating":0}
{"t":0,"kind":"ConfigMap","name":"shop/settings","event":"deleted"}
{"t":0,"kind":"ReplicaSet","name":"shop/web-1","event":"deleted"}
`, string(events))
}
