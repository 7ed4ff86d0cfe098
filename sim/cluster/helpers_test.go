package cluster_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

func named(name string) cluster.ObjectMeta {
	return cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: name}}
}

func namespaced(namespace, name string) cluster.ObjectMeta {
	return cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: namespace, Name: name}}
}

const gi = 1 << 30

// node returns a node with room for the given cores and pods, 16 GiB and two GPUs.
func node(name string, cores, pods int64) *cluster.Node {
	return &cluster.Node{ObjectMeta: named(name), AllocatablePods: pods, GPUs: 2,
		Allocatable: cluster.Resources{MilliCPU: cores * 1000, Memory: 16 * gi}}
}

// specOf returns the spec of a pod with one container.
func specOf(requests cluster.Resources) *cluster.PodSpec {
	return (&cluster.PodSpec{Containers: []cluster.Container{
		{Requests: requests, RequestsCPU: requests.MilliCPU > 0, RequestsMemory: requests.Memory > 0},
	}}).Complete()
}

func pod(name string, spec *cluster.PodSpec) *cluster.Pod {
	return &cluster.Pod{ObjectMeta: namespaced("default", name), Spec: spec}
}

// world is an engine with a store.
type world struct {
	t      require.TestingT
	engine *sim.Engine
	*cluster.Store
}

func newWorld(t require.TestingT) *world {
	e := sim.New(1)
	return &world{t: t, engine: e, Store: cluster.NewStore(e)}
}

// tick lets time pass, and the news arrive.
func (w *world) tick() { require.NoError(w.t, w.engine.Run(w.engine.Now().Add(time.Second))) }

func (w *world) create(objects ...cluster.Object) {
	for _, o := range objects {
		require.NoError(w.t, w.Create(o, cluster.ReasonCreated))
	}
}

func (w *world) key(name string) cluster.Key {
	p := w.Pod(cluster.NamespacedName{Namespace: "default", Name: name})
	if p == nil {
		return cluster.Key{Kind: cluster.KindPod, NamespacedName: cluster.NamespacedName{Namespace: "default", Name: name}}
	}
	return cluster.KeyOf(p)
}

func (w *world) bind(name, node string, gpus cluster.DeviceSet) {
	require.NoError(w.t, w.Bind(w.key(name), node, gpus))
}

func (w *world) edit(name string, edit func(*cluster.Pod)) {
	require.NoError(w.t, w.EditPod(w.key(name), cluster.ReasonUpdated, edit))
}

func (w *world) start(name string) {
	w.edit(name, func(p *cluster.Pod) {
		p.Status.Phase, p.Status.Ready, p.Status.StartedAt = cluster.Running, true, w.Now()
	})
}

func (w *world) end(name string, phase cluster.Phase) {
	w.edit(name, func(p *cluster.Pod) {
		p.Status.Phase, p.Status.Ready, p.Status.FinishedAt = phase, false, w.Now()
	})
}

func require1(t *testing.T, err error, part string) {
	t.Helper()
	if part == "" {
		require.NoError(t, err)
		return
	}
	require.ErrorContains(t, err, part)
}
