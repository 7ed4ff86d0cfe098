package nodelifecycle_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/nodelifecycle"
	"github.com/wavetank/wavetank/sim/kubelet"
)

// T is what testing.T, testing.B and rapid.T share.
type T interface {
	require.TestingT
	Helper()
}

// world is a cluster with the controller and fake kubelets, and the story of its nodes.
type world struct {
	t      T
	engine *sim.Engine
	store  *cluster.Store
	story  []string

	controller *controller.Controller
}

// ticks at 0, 5, 10, ..., renewals at the instant of the failure: what the tests below count on unless they say otherwise.
func punctual() nodelifecycle.Config {
	cfg := nodelifecycle.DefaultConfig()
	cfg.MonitorPhase = new(time.Duration)
	cfg.LastRenewal = func(_ string, silent sim.Time) (sim.Time, bool) { return silent, true }
	return cfg
}

func newWorld(t T, cfg nodelifecycle.Config, opts controller.Options) *world {
	w := &world{t: t, engine: sim.New(1)}
	w.store = cluster.NewStore(w.engine)
	w.store.Observe(w.tell)
	w.controller = nodelifecycle.New(w.engine, w.store, cfg, opts)
	kubelet.New(w.engine, w.store, kubelet.Config{Heartbeats: true, Stages: &kubelet.Stages{}})
	return w
}

// tell writes down what becomes of nodes, and of pods which stop being ready, in whole seconds.
func (w *world) tell(c *cluster.Change) {
	before, after := c.Nodes()
	if before == nil || after == nil {
		if old, p := c.Pods(); old != nil && p != nil && old.Status.Ready && !p.Status.Ready {
			w.note(p.Name, "unready")
		}
		return
	}
	if before.Ready != after.Ready {
		w.note(after.Name, "Ready="+after.Ready.String())
	}
	for _, t := range after.Taints {
		if !slices.Contains(before.Taints, t) {
			w.note(after.Name, "+"+short(t))
		}
	}
	for _, t := range before.Taints {
		if !slices.Contains(after.Taints, t) {
			w.note(after.Name, "-"+short(t))
		}
	}
}

func short(t cluster.Taint) string { return strings.TrimPrefix(t.String(), "node.kubernetes.io/") }

func (w *world) note(name, what string) {
	w.story = append(w.story, fmt.Sprintf("%v %s %s", time.Duration(w.engine.Now()).Truncate(time.Second), name, what))
}

// node makes a node that is well, in a zone.
func (w *world) node(name, zone string) {
	w.t.Helper()
	w.create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{
		NamespacedName: cluster.NamespacedName{Name: name}, Labels: cluster.Labels{cluster.LabelZone: zone},
	}})
}

// nodes makes nodes z0, z1, ... in a zone z.
func (w *world) nodes(zone string, n int) {
	for i := range n {
		w.node(fmt.Sprint(zone, i), zone)
	}
}

// pod makes a pod that runs and is ready.
func (w *world) pod(name, node string) {
	w.t.Helper()
	spec := &cluster.PodSpec{Containers: []cluster.Container{{Name: "c"}}}
	p := &cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: "default", Name: name}},
		Spec:       spec.Complete(), NodeName: node, RunTime: cluster.Forever,
	}
	p.Status.Phase, p.Status.Ready = cluster.Running, true
	w.create(p)
}

func (w *world) create(o cluster.Object) {
	w.t.Helper()
	require.NoError(w.t, w.store.Create(o, cluster.ReasonCreated))
}

func (w *world) at(at time.Duration, do func()) {
	w.engine.At(sim.Time(at), sim.PhaseWorld, sim.Func{Name: "test", Do: func(sim.Time) { do() }})
}

func (w *world) edit(node string, edit func(*cluster.Node)) {
	w.t.Helper()
	require.NoError(w.t, w.store.EditNode(node, cluster.ReasonUpdated, edit))
}

// fail takes the power from nodes at an instant.
func (w *world) fail(at time.Duration, nodes ...string) {
	w.at(at, func() {
		for _, name := range nodes {
			w.edit(name, func(n *cluster.Node) { n.Down, n.Silent = true, w.engine.Now() })
		}
	})
}

// recover gives it back.
func (w *world) recover(at time.Duration, nodes ...string) {
	w.at(at, func() {
		for _, name := range nodes {
			w.edit(name, func(n *cluster.Node) { n.Down = false })
		}
	})
}

func (w *world) run(until time.Duration) {
	w.t.Helper()
	require.NoError(w.t, w.engine.Run(sim.Time(until)))
}

// runOut runs until nothing happens any more.
func (w *world) runOut() {
	w.t.Helper()
	require.NoError(w.t, w.engine.Run(sim.Never))
}

// of returns the story of one object.
func (w *world) of(name string) []string {
	var lines []string
	for _, line := range w.story {
		if strings.Contains(line, " "+name+" ") {
			lines = append(lines, line)
		}
	}
	return lines
}
