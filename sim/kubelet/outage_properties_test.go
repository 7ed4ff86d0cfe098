package kubelet

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// failing is a world whose nodes fail in all ways, in which the laws of lives are held against every event and write.
type failing struct {
	t      *rapid.T
	engine *sim.Engine
	store  *cluster.Store
	k      *Kubelet
	ours   bool // the test is writing, not the kubelet
	cut    bool // the API server does not answer
	told   []string
}

func newFailing(t *rapid.T, does map[string]Behaviour) *failing {
	w := &failing{t: t, engine: sim.New(1)}
	w.store = cluster.NewStore(w.engine)
	w.store.Observe(w.write)
	app := func(p *cluster.Pod) App {
		b, ok := does[p.Name]
		if !ok {
			return nil
		}
		return func(*cluster.Container, int) Behaviour { return b }
	}
	size := func(_ *cluster.Pod, c *cluster.Container) (int64, bool) { return 3, c.Image != "none" }
	three := func(*cluster.Pod) time.Duration { return 3 * time.Second }
	w.k = New(w.engine, w.store, Config{Heartbeats: true, App: app, Start: three, Stop: three, Images: &Images{Size: size, Bandwidth: 1}})
	for i := range 2 {
		n := &cluster.Node{ObjectMeta: nodeName(fmt.Sprint("n", i)), AllocatablePods: 9, Allocatable: cluster.Resources{Memory: 1000}}
		w.by(func() { require.NoError(t, w.store.Create(n, cluster.ReasonCreated)) })
	}
	w.engine.Observe(func(sim.Time, sim.Event) { w.look() })
	return w
}

// by has the test write.
func (w *failing) by(do func()) {
	w.ours = true
	do()
	w.ours = false
}

// write is called at each write: a kubelet that cannot reach the API server makes none, and no pod becomes ready on a node
// that is down.
func (w *failing) write(c *cluster.Change) {
	before, after := c.Pods()
	w.told = append(w.told, fmt.Sprintln(c.At, c.Verb, c.Object().Meta().Name, c.Reason))
	p := after
	if p == nil {
		p = before
	}
	if p == nil || p.NodeName == "" || w.ours {
		return
	}
	n := w.store.Node(p.NodeName)
	require.True(w.t, n.Reachable() && !w.cut, "%v: %s of %s is written from a node that nobody hears of", c.At, c.Reason, p.Name)
	require.False(w.t, after != nil && before != nil && before.Terminal() && !after.Terminal(), "%s has risen from the dead", p.Name)
	if after != nil {
		require.LessOrEqual(w.t, after.Status.ReadyTransition, c.At)
	}
}

// look holds the kubelet's own state against the nodes'.
func (w *failing) look() {
	for _, l := range w.k.lives {
		n := w.store.Node(l.pod.NodeName)
		if l.work == nil || !n.Down {
			continue
		}
		for _, c := range l.work.all {
			require.False(w.t, c.up(), "%s runs without power", l.pod.Name)
		}
	}
	for _, o := range w.store.List(cluster.KindPod) {
		p := o.(*cluster.Pod)
		l, n := w.k.lives[p.UID], w.store.Node(p.NodeName)
		if l == nil || l.work == nil || !p.Status.Ready || n == nil || !n.Reachable() || w.cut || l.node.off || l.node.cut {
			continue
		}
		for _, c := range l.work.all {
			if !c.init || c.spec.Sidecar {
				require.True(w.t, c.up() && c.serving, "%v is ready, and its container %s is down", p.Name, c.spec.Name)
			}
		}
	}
}

func drawSteps(t *rapid.T) ([]stepOf, map[string]Behaviour) {
	does := map[string]Behaviour{}
	var steps []stepOf
	for i := range rapid.IntRange(1, 40).Draw(t, "steps") {
		s := stepOf{kind: rapid.IntRange(0, 13).Draw(t, "kind"), node: fmt.Sprint("n", rapid.IntRange(0, 1).Draw(t, "node")),
			yes: rapid.Bool().Draw(t, "yes"), which: rapid.IntRange(0, 40).Draw(t, "which"), pause: drawSeconds(t, "pause", 30)}
		if s.kind > 8 {
			s.name = fmt.Sprint("p", i)
			s.spec = &cluster.PodSpec{RestartPolicy: cluster.RestartPolicy(rapid.IntRange(0, 2).Draw(t, "policy")), TerminationGracePeriod: drawSeconds(t, "grace", 9),
				InitContainers: drawContainers(t, 0, 2, true), Containers: drawContainers(t, 1, 2, false)}
			if s.run = cluster.Forever; rapid.IntRange(0, 3).Draw(t, "plain") == 0 {
				s.spec.InitContainers, s.spec.Containers = nil, []cluster.Container{{Name: "c"}}
				s.run = rapid.SampledFrom([]time.Duration{cluster.Forever, 40 * time.Second}).Draw(t, "run")
			} else {
				does[s.name] = drawBehaviour(t)
			}
		}
		steps = append(steps, s)
	}
	return steps, does
}

// stepOf is one thing that happens.
type stepOf struct {
	kind  int
	node  string
	yes   bool
	which int
	pause time.Duration
	name  string
	spec  *cluster.PodSpec
	run   time.Duration
}

func (w *failing) do(s stepOf) {
	edit := func(change func(*cluster.Node)) {
		w.by(func() { require.NoError(w.t, w.store.EditNode(s.node, cluster.ReasonUpdated, change)) })
	}
	switch s.kind {
	case 0, 1:
		edit(func(n *cluster.Node) { n.Down = s.yes })
	case 2, 3:
		edit(func(n *cluster.Node) { n.Isolated = s.yes })
	case 4:
		edit(func(n *cluster.Node) { n.Slowdown = map[bool]float64{true: 2.5}[s.yes] })
	case 5:
		w.cut = s.yes
		w.k.Pause(s.yes)
	case 6:
		w.k.Registry().Pause(s.yes)
	case 7:
		if s.yes {
			w.k.Shutdown(s.node, 9*time.Second, 3*time.Second, func() {})
		} else {
			w.k.CancelShutdown(s.node)
		}
	case 8:
		if p := w.some(s.which); p != nil && s.yes {
			w.by(func() { require.NoError(w.t, w.store.Terminate(cluster.KeyOf(p), cluster.ReasonKilling)) })
		} else if p != nil {
			w.k.Crash(p.UID, "", 1, false)
		}
	default:
		p := &cluster.Pod{ObjectMeta: name(s.name), Spec: s.spec.Complete(), RunTime: s.run}
		w.by(func() {
			require.NoError(w.t, w.store.Create(p, cluster.ReasonCreated))
			require.NoError(w.t, w.store.Bind(cluster.KeyOf(p), s.node, 0))
		})
	}
}

func (w *failing) some(which int) *cluster.Pod {
	pods := w.store.List(cluster.KindPod)
	if len(pods) == 0 {
		return nil
	}
	return pods[which%len(pods)].(*cluster.Pod)
}

// heal ends all failures.
func (w *failing) heal() {
	w.cut = false
	w.k.Pause(false)
	w.k.Registry().Pause(false)
	for i := range 2 {
		w.by(func() {
			require.NoError(w.t, w.store.EditNode(fmt.Sprint("n", i), cluster.ReasonUpdated, func(n *cluster.Node) { n.NodeState = cluster.NodeState{} }))
		})
	}
}

// Whatever fails: nothing runs without power, nothing is written that cannot be, and when all is well again every pod can
// be ended, and nothing is left of it.
func TestLawsOfOutages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps, does := drawSteps(t)
		w := newFailing(t, does)
		for _, s := range steps {
			w.do(s)
			require.NoError(t, w.engine.Run(w.engine.Now().Add(s.pause)))
			require.NoError(t, w.store.CheckRules(cluster.Rules{Unsettled: true}))
			w.look()
		}
		w.heal()
		require.NoError(t, w.engine.Run(w.engine.Now().Add(time.Hour)))
		require.NoError(t, w.store.Check())
		for _, o := range w.store.List(cluster.KindPod) {
			w.by(func() { require.NoError(t, w.store.Terminate(cluster.KeyOf(o), cluster.ReasonKilling)) })
		}
		require.NoError(t, w.engine.Run(sim.Never))
		require.Empty(t, w.store.List(cluster.KindPod), "%s", w.told)
		require.Zero(t, w.k.Pods())
		require.Zero(t, w.engine.Pending())
		require.Empty(t, w.k.waiting)
		require.Empty(t, w.k.missed)
		for _, n := range w.k.nodes {
			require.Empty(t, n.workers)
			require.Empty(t, n.info.Pods)
			require.Empty(t, n.deferred)
			require.Nil(t, n.shutting)
		}
	})
}

// The same failures have the same end.
func TestOutagesAreDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps, does := drawSteps(t)
		var told [2][]string
		for i := range told {
			w := newFailing(t, does)
			for _, s := range steps {
				w.do(s)
				require.NoError(t, w.engine.Run(w.engine.Now().Add(s.pause)))
			}
			told[i] = append(w.told, fmt.Sprint(w.engine.Hash(), w.store.Hash()))
		}
		require.Equal(t, told[0], told[1])
	})
}
