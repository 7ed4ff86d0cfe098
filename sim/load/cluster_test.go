package load_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/load"
)

const shop = "shop"

// world is a cluster whose pods are put where a test wants them, and what was observed of its services.
type world struct {
	t       require.TestingT
	engine  *sim.Engine
	store   *cluster.Store
	load    *load.Load
	samples []load.Sample
}

// newWorld returns a cluster of nodes n0, n1, ... with 4 cores each.
func newWorld(t require.TestingT, nodes int) *world {
	w := &world{t: t, engine: sim.New(1)}
	w.store = cluster.NewStore(w.engine)
	for i := range nodes {
		w.create(&cluster.Node{ObjectMeta: meta("", fmt.Sprint("n", i)), Allocatable: cluster.Resources{MilliCPU: 4000}})
	}
	return w
}

// start begins the load.
func (w *world) start(cfg load.Config) *world {
	if cfg.Observe == nil {
		cfg.Observe = func(s *load.Sample) { w.samples = append(w.samples, *s) }
	}
	w.load = load.New(w.engine, w.store, cfg)
	return w
}

func meta(namespace, name string) cluster.ObjectMeta {
	return cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: namespace, Name: name}}
}

func (w *world) create(o cluster.Object) {
	require.NoError(w.t, w.store.Create(o, cluster.ReasonCreated))
}

// service creates a Service that selects the pods of its name.
func (w *world) service(name string) {
	w.create(&cluster.PodSet{ObjectMeta: meta(shop, name), Type: cluster.KindService, Selector: cluster.SelectLabels(cluster.Labels{"app": name})})
}

// pod creates a pod of an app that runs on a node and is ready; limit is that of its container, 0 for none.
func (w *world) pod(app, name, node string, limit int64) {
	spec := (&cluster.PodSpec{Containers: []cluster.Container{{Name: "main", Requests: cluster.Resources{MilliCPU: 500},
		RequestsCPU: true, Limits: cluster.Resources{MilliCPU: limit}}}}).Complete()
	p := &cluster.Pod{ObjectMeta: meta(shop, name), Spec: spec, NodeName: node, RunTime: cluster.Forever,
		Status: cluster.PodStatus{Phase: cluster.Running, Ready: true, StartedAt: w.engine.Now()}}
	p.Labels = cluster.Labels{"app": app}
	w.create(p)
}

func (w *world) edit(pod string, edit func(*cluster.Pod)) {
	p := w.get(pod)
	require.NotNil(w.t, p, pod)
	require.NoError(w.t, w.store.EditPod(cluster.KeyOf(p), cluster.ReasonUpdated, edit))
}

func (w *world) node(name string, edit func(*cluster.Node)) {
	require.NoError(w.t, w.store.EditNode(name, cluster.ReasonUpdated, edit))
}

func (w *world) get(pod string) *cluster.Pod { return w.store.Pod(named(pod)) }

func (w *world) remove(pod string) {
	require.NoError(w.t, w.store.Delete(cluster.KeyOf(w.get(pod)), cluster.ReasonDeleted))
}

func named(name string) cluster.NamespacedName {
	return cluster.NamespacedName{Namespace: shop, Name: name}
}

// at has something done at an instant.
func (w *world) at(at time.Duration, do func()) {
	w.engine.At(sim.Time(at), sim.PhaseWorld, sim.Func{Name: "test", Do: func(sim.Time) { do() }})
}

// run goes on to an instant.
func (w *world) run(until time.Duration) { require.NoError(w.t, w.engine.Run(sim.Time(until))) }

// finish goes on to an instant, ends the load and returns what was observed of one service.
func (w *world) finish(until time.Duration, service string) []load.Sample {
	w.run(until)
	w.load.Finish(w.engine.Now())
	return w.of(service)
}

func (w *world) of(service string) []load.Sample {
	var all []load.Sample
	for _, s := range w.samples {
		if s.Service.Name == service {
			all = append(all, s)
		}
	}
	return all
}

// web is a service of 20 ms a request.
func web(rate load.Curve) load.Service {
	return load.Service{Name: named("web"), Demand: rate, CPUPerRequest: 20 * time.Millisecond}
}

func services(list ...load.Service) load.Config { return load.Config{Services: list} }

// story is a service with pods web-0, web-1, ... of a core each, one on each node.
func story(t testing.TB, pods int, cfg load.Config) *world {
	w := newWorld(t, pods)
	w.service("web")
	for i := range pods {
		w.pod("web", fmt.Sprint("web-", i), fmt.Sprint("n", i), 1000)
	}
	return w.start(cfg)
}
