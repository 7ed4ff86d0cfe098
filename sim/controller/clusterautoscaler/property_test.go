package clusterautoscaler

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/nodegroup"
)

// play is a drawn story: groups, applications that grow and shrink, batch pods, budgets, pods that hold their node.
type play struct {
	options Options
	groups  []nodegroup.Config
	acts    []act
	delay   time.Duration // of evictions
}

type act struct {
	at       time.Duration
	kind     int
	app      int
	replicas int
	cpu      int64
	flag     int
}

func genPlay(t *rapid.T) play {
	p := play{options: defaults(), delay: rapid.SampledFrom([]time.Duration{7 * time.Millisecond, 20 * time.Millisecond}).Draw(t, "eviction")}
	p.options.Expanders = rapid.SampledFrom([][]string{{"random"}, {"least-waste"}, {"most-pods"}, {"price"}}).Draw(t, "expander")
	p.options.MaxDrainParallelism = rapid.IntRange(1, 3).Draw(t, "drains")
	p.options.BalanceSimilarNodeGroups = rapid.Bool().Draw(t, "balance")
	if rapid.Bool().Draw(t, "limited") {
		p.options.MaxNodesTotal = rapid.IntRange(6, 12).Draw(t, "total")
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "groups") {
		least := rapid.IntRange(0, 1).Draw(t, "min")
		g := groupConfig(string(rune('a'+i)), least, least+rapid.IntRange(1, 5).Draw(t, "more"),
			1000*rapid.SampledFrom([]int64{2, 4, 8}).Draw(t, "cpu"), 32*gib)
		span := time.Duration(rapid.IntRange(0, 400).Draw(t, "provisioning")) * time.Second
		g.Provisioning = func(node string) time.Duration { return span + time.Duration(len(node))*time.Millisecond }
		p.groups = append(p.groups, g)
	}
	for range rapid.IntRange(1, 8).Draw(t, "acts") {
		p.acts = append(p.acts, act{
			at:   time.Duration(rapid.IntRange(0, 240).Draw(t, "at"))*5*time.Second + 1234*time.Millisecond, // never together with a scan
			kind: rapid.IntRange(0, 3).Draw(t, "kind"), app: rapid.IntRange(0, 2).Draw(t, "app"),
			replicas: rapid.IntRange(0, 9).Draw(t, "replicas"), cpu: rapid.Int64Range(1, 50).Draw(t, "cpu") * 100,
			flag: rapid.IntRange(0, 4).Draw(t, "flag"),
		})
	}
	return p
}

// stage makes the world of a play.
func (p *play) stage(t require.TestingT) *world {
	w := newWorld(t, p.options, p.groups...)
	w.evictor.delay = p.delay
	for i := range p.acts {
		a := p.acts[i]
		w.at(a.at, func() { p.perform(w, &a) })
	}
	return w
}

func (p *play) perform(w *world, a *act) {
	name := fmt.Sprintf("app%d", a.app)
	o, _ := w.store.Get(cluster.KindReplicaSet, cluster.NamespacedName{Namespace: "default", Name: name}).(*cluster.ReplicaSet)
	switch {
	case a.kind == 0:
		for range a.replicas {
			w.bare(podSpec(a.cpu, gib), time.Duration(a.cpu)*time.Second)
		}
	case a.kind == 1 && w.store.Get(cluster.KindPodDisruptionBudget, cluster.NamespacedName{Namespace: "default", Name: name}) == nil:
		w.budget(name, a.replicas/2)
	case o != nil:
		w.scale(o, a.replicas)
	default:
		w.create(p.application(name, a))
	}
}

func (p *play) application(name string, a *act) *cluster.ReplicaSet {
	spec := podSpec(a.cpu, gib)
	if a.flag == 1 {
		spec = antiSpec(a.cpu, name)
	}
	r := &cluster.ReplicaSet{Replicas: a.replicas, Selector: cluster.SelectLabels(cluster.Labels{"app": name})}
	r.NamespacedName = cluster.NamespacedName{Namespace: "default", Name: name}
	r.Template = &cluster.PodTemplate{Labels: cluster.Labels{"app": name}, Spec: spec}
	if a.flag == 2 {
		r.Template.Annotations = map[string]string{AnnotationSafeToEvict: "false"}
	}
	return r
}

// watchInvariants fails the run at the first event after which something is not as it has to be.
func (w *world) watchInvariants(p *play) {
	w.store.Observe(func(c *cluster.Change) {
		before, after := c.Nodes()
		if before != nil && after == nil {
			for _, pod := range w.store.PodsOn(before.Name) {
				require.True(w.t, pod.Terminal() || isDaemonPod(pod), "node %s is removed with pod %s on it", before.Name, pod.Name)
			}
		}
		pod, _ := c.Object().(*cluster.Pod)
		if pod != nil && pod.Deleting && pod.Status.Disrupted == cluster.ReasonEvicted && c.Verb == cluster.Modified {
			w.checkEviction(c)
		}
	})
	w.engine.Observe(func(now sim.Time, _ sim.Event) {
		for i := range p.groups {
			g := w.groups[p.groups[i].Name]
			require.True(w.t, g.Target() >= g.Min() && g.Target() <= g.Max(), "group %s has %d of %d to %d", g.Name(), g.Target(), g.Min(), g.Max())
		}
		if now > sim.Time(20*24*time.Hour) {
			w.engine.Fail(fmt.Errorf("the run does not end"))
		}
	})
}

func (w *world) checkEviction(c *cluster.Change) {
	before, pod := c.Pods()
	if before.Deleting {
		return
	}
	require.NotEqual(w.t, "false", pod.Annotations[AnnotationSafeToEvict])
	require.NotNil(w.t, pod.ControllerRef(), "pod %s would not come again", pod.Name)
	for _, b := range w.evictor.budgets() {
		if b.Selector.Matches(pod.Labels) {
			require.GreaterOrEqual(w.t, w.evictor.healthy(b), b.MinAvailable.Value, "the budget of %s", b.Name)
		}
	}
}

// checkHelp tells that a scale-up was for pods that a node of its group can hold, and no node that is there.
func (w *world) checkHelp(r *Report) {
	require.Positive(w.t, r.Pods)
	require.Positive(w.t, r.Nodes)
	predictor := w.ca.cfg.Predictor
	predictor.Fork()
	defer predictor.Revert()
	n := groupNode("probe", 0, 0, 0)
	template := w.groups[r.Group].Template(0)
	n.Allocatable, n.Capacity = template.Allocatable, template.Capacity
	predictor.AddNode(n)
	helped := 0
	for _, p := range w.pending() {
		if predictor.FirstFit(p, w.nodes(), 0) < 0 && predictor.FirstFit(p, []string{n.Name}, 0) == 0 {
			helped++
		}
	}
	draining := len(w.ca.deletions) > 0 // then pods may be helped that are about to lose their node
	require.True(w.t, helped > 0 || draining, "a scale-up of %s helps nobody", r.Group)
}

// checkSettled tells that no pod waits that a group could hold.
func (w *world) checkSettled(p *play) {
	full := p.options.MaxNodesTotal > 0 && len(w.nodes())+1 >= p.options.MaxNodesTotal
	for _, pod := range w.pending() {
		for i := range p.groups {
			g := w.groups[p.groups[i].Name]
			fits := pod.Spec.Requests().MilliCPU <= g.Template(0).Allocatable.MilliCPU
			require.True(w.t, full || g.Target() == g.Max() || !fits, "pod %s waits, and group %s could grow", pod.Name, g.Name())
		}
	}
	require.Empty(w.t, w.ca.deletions)
	for _, name := range w.nodes() {
		for _, taint := range w.store.Node(name).Taints {
			require.NotEqual(w.t, TaintToBeDeleted, taint.Key)
		}
	}
}

func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := genPlay(t)
		w := p.stage(t)
		w.watchInvariants(&p)
		report := w.ca.cfg.Report
		w.ca.cfg.Report = func(r Report) {
			report(r)
			if r.Kind == ScaleUp {
				w.checkHelp(&r)
			}
			require.NotContains(t, r.Reason, nodegroup.ErrLimit.Error(), "nothing is asked of a provider that it would refuse")
		}
		require.NoError(t, w.engine.Run(sim.Never))
		w.checkSettled(&p)
	})
}

// The scans that are left out would have decided nothing: one at every instant of the grid does the same at the same time.
func TestSkippedScansDecideNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := genPlay(t)
		fast := p.stage(t)
		require.NoError(t, fast.engine.Run(sim.Never))
		end := fast.engine.Now()
		dumb := p.stage(t)
		dumb.ca.every = true
		dumb.ca.scanAt(0)
		dumb.run(time.Duration(end) + 20*time.Minute)
		require.Equal(t, fast.reports, dumb.reports)
		require.Equal(t, fast.nodes(), dumb.nodes())
	})
}
