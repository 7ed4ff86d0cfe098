package app

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller/hpa"
	"github.com/wavetank/wavetank/sim/load"
)

// TestLoadMetrics: autoscalers read what the load says, of everything that it says something of.
func TestLoadMetrics(t *testing.T) {
	s := &simulation{engine: sim.New(1)}
	s.store = cluster.NewStore(s.engine)
	metrics := loadMetrics{s} // handed out before there is a load
	require.NoError(t, s.store.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: "n"}}}, cluster.ReasonCreated))
	web := cluster.NamespacedName{Namespace: "shop", Name: "web"}
	labels := cluster.Labels{"app": "web"}
	require.NoError(t, s.store.Create(&cluster.PodSet{ObjectMeta: cluster.ObjectMeta{NamespacedName: web}, Type: cluster.KindService,
		Selector: cluster.SelectLabels(labels)}, cluster.ReasonCreated))
	spec := &cluster.PodSpec{Containers: []cluster.Container{{Name: "c", Limits: cluster.Resources{MilliCPU: 1000}}}}
	pod := &cluster.Pod{ObjectMeta: cluster.ObjectMeta{NamespacedName: web, Labels: labels}, Spec: spec.Complete(), NodeName: "n",
		Status: cluster.PodStatus{Phase: cluster.Running, Ready: true}}
	require.NoError(t, s.store.Create(pod, cluster.ReasonCreated))
	s.load = load.New(s.engine, s.store, load.Config{
		Services:  []load.Service{{Name: web, Demand: load.Constant(10), CPUPerRequest: 20 * time.Millisecond}},
		Externals: []load.External{{Name: "backlog", Value: load.Constant(7)}},
	})
	require.NoError(t, s.engine.Run(sim.Time(30*time.Second)))
	sample := func(milli int64, window time.Duration) hpa.Sample {
		return hpa.Sample{MilliValue: milli, Timestamp: sim.Time(30 * time.Second), Window: window}
	}
	const window = 15 * time.Second
	got, ok := metrics.Resource(pod, "c", cluster.CPU)
	require.True(t, ok)
	require.Equal(t, sample(200, window), got)
	got, ok = metrics.Pods(pod, "http_requests_per_second", nil)
	require.True(t, ok)
	require.Equal(t, sample(10_000, window), got)
	got, ok = metrics.Object("shop", cluster.ObjectRef{Kind: "Service", Name: "web"}, "requests_per_second", nil)
	require.True(t, ok)
	require.Equal(t, sample(10_000, window), got)
	all, ok := metrics.External("shop", "backlog", nil)
	require.True(t, ok)
	require.Equal(t, []hpa.Sample{sample(7000, 0)}, all)
	_, ok = metrics.External("shop", "other", nil)
	require.False(t, ok)
}
