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

// TestAutoscalerEvents: an autoscaler is told of where it asks for another number, finds another, or a condition turns; not
// where a metric alone has another value, or a condition another reason.
func TestAutoscalerEvents(t *testing.T) {
	dir := t.TempDir()
	rec, err := NewRecorder(Config{Dir: dir, Events: true})
	require.NoError(t, err)
	store := cluster.NewStore(sim.New(0))
	store.Observe(rec.OnChange)
	h := &cluster.HorizontalPodAutoscaler{Target: cluster.ObjectRef{Kind: "Deployment", Name: "web"}, MinReplicas: 1, MaxReplicas: 9,
		Metrics: []cluster.MetricSpec{{Source: cluster.ResourceMetric, Resource: cluster.CPU, Target: cluster.UtilizationTarget, Utilization: 50}}}
	h.Namespace, h.Name = "shop", "web"
	require.NoError(t, store.Create(h, cluster.ReasonCreated))
	edit := func(edit func(*cluster.HorizontalPodAutoscaler)) {
		require.NoError(t, cluster.Edit(store, cluster.KeyOf(h), "x", edit))
	}
	able := cluster.Condition{Type: "AbleToScale", Status: true, Reason: "ReadyForNewScale"}
	cpu := cluster.MetricStatus{Source: cluster.ResourceMetric, Name: "cpu", Utilization: 62, HasUtilization: true, MilliValue: 620, Average: true}
	edit(func(h *cluster.HorizontalPodAutoscaler) {
		h.Status = cluster.AutoscalerStatus{CurrentReplicas: 2, DesiredReplicas: 3, Conditions: []cluster.Condition{able}, CurrentMetrics: []cluster.MetricStatus{cpu}}
	})
	cpu.Utilization, able.Reason = 63, "ScaleDownStabilized"
	edit(func(h *cluster.HorizontalPodAutoscaler) { // no news
		h.Status.CurrentMetrics, h.Status.Conditions = []cluster.MetricStatus{cpu}, []cluster.Condition{able}
	})
	able.Status, able.Reason = false, "FailedGetScale"
	edit(func(h *cluster.HorizontalPodAutoscaler) { h.Status.Conditions = []cluster.Condition{able} })
	edit(func(h *cluster.HorizontalPodAutoscaler) { h.MaxReplicas, h.Status.CurrentMetrics = 12, nil })
	require.NoError(t, store.Delete(cluster.KeyOf(h), cluster.ReasonDeleted))
	_, err = rec.Close(0, Ending{})
	require.NoError(t, err)
	events, err := os.ReadFile(filepath.Join(dir, EventsFile))
	require.NoError(t, err)
	const head = `{"t":0,"kind":"HorizontalPodAutoscaler","name":"shop/web","event":"`
	require.Equal(t, head+`created","target":"Deployment/web","min":1,"max":9,"targets":"cpu: <unknown>/50%"}
`+head+`status","current":2,"desired":3,"utilization":62,"avg":"620m","targets":"cpu: 62%/50%"}
`+head+`condition","type":"AbleToScale","status":"True","reason":"ReadyForNewScale"}
`+head+`status","current":2,"desired":3,"utilization":63,"avg":"620m","targets":"cpu: 63%/50%"}
`+head+`condition","type":"AbleToScale","status":"False","reason":"FailedGetScale"}
`+head+`changed","target":"Deployment/web","min":1,"max":12,"targets":"cpu: <unknown>/50%"}
`+head+`deleted"}
`, string(events))
}

// TestTargets: metrics and targets as kubectl prints them.
func TestTargets(t *testing.T) {
	average := func(source cluster.MetricSource, milli int64) (cluster.MetricSpec, cluster.MetricStatus) {
		return cluster.MetricSpec{Source: source, Metric: "m", Target: cluster.AverageValueTarget, MilliValue: 2000}, cluster.MetricStatus{Source: source, MilliValue: milli, Average: true}
	}
	pods, podsStatus := average(cluster.PodsMetric, 1500)
	external, externalStatus := average(cluster.ExternalMetric, 0)
	object := cluster.MetricSpec{Source: cluster.ObjectMetric, Metric: "m", Target: cluster.ValueTarget, MilliValue: 3000000}
	memory := cluster.MetricSpec{Source: cluster.ResourceMetric, Resource: cluster.Memory, Target: cluster.AverageValueTarget, MilliValue: 1000 << 30}
	for _, c := range []struct {
		metrics []cluster.MetricSpec
		status  []cluster.MetricStatus
		want    string
	}{
		{[]cluster.MetricSpec{pods}, []cluster.MetricStatus{podsStatus}, "1500m/2"},
		{[]cluster.MetricSpec{external}, []cluster.MetricStatus{externalStatus}, "0/2 (avg)"},
		{[]cluster.MetricSpec{object}, []cluster.MetricStatus{{Source: cluster.ObjectMetric, MilliValue: 1000}}, "1/3k"},
		{[]cluster.MetricSpec{memory}, []cluster.MetricStatus{{Source: cluster.ResourceMetric, MilliValue: 1536000 << 20}}, "memory: 1536Mi/1Gi"},
		{[]cluster.MetricSpec{memory}, []cluster.MetricStatus{{Source: cluster.ResourceMetric, MilliValue: 1500}}, "memory: 1500m/1Gi"},
		{[]cluster.MetricSpec{pods, external, object, memory}, []cluster.MetricStatus{podsStatus, {}}, "1500m/2, <unknown>/2 (avg) + 2 more..."},
	} {
		require.Equal(t, c.want, targets(&cluster.HorizontalPodAutoscaler{Metrics: c.metrics, Status: cluster.AutoscalerStatus{CurrentMetrics: c.status}}))
	}
}

// TestRestartEvents: a restart of a container is told of once, with how many there were.
func TestRestartEvents(t *testing.T) {
	dir := t.TempDir()
	rec, err := NewRecorder(Config{Dir: dir, Events: true})
	require.NoError(t, err)
	store := cluster.NewStore(sim.New(0))
	store.Observe(rec.OnChange)
	p := &cluster.Pod{Spec: (&cluster.PodSpec{}).Complete()}
	p.Name = "p"
	require.NoError(t, store.Create(p, cluster.ReasonCreated))
	for range 2 {
		require.NoError(t, store.EditPod(cluster.KeyOf(p), "x", func(p *cluster.Pod) { p.Status.Restarts++ }))
		require.NoError(t, store.EditPod(cluster.KeyOf(p), "x", func(*cluster.Pod) {}))
	}
	_, err = rec.Close(0, Ending{})
	require.NoError(t, err)
	events, err := os.ReadFile(filepath.Join(dir, EventsFile))
	require.NoError(t, err)
	require.Equal(t, `{"t":0,"kind":"Pod","name":"p","event":"created"}
{"t":0,"kind":"Pod","name":"p","event":"restarted","restarts":1}
{"t":0,"kind":"Pod","name":"p","event":"restarted","restarts":2}
`, string(events))
}
