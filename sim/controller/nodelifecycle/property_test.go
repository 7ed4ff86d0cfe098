package nodelifecycle_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/nodelifecycle"
	"github.com/wavetank/wavetank/sim/controller/tainteviction"
)

// judge holds what must never happen against every change and every event.
type judge struct {
	t       *rapid.T
	w       *world
	rate    float64
	unknown map[string]sim.Time   // since when a node's condition is that
	tainted map[string]sim.Time   // since when it has the taint NoExecute
	turns   map[string][]sim.Time // when nodes of a zone got it
	calls   bool                  // calls take time
}

var unreachable = cluster.Taint{Key: cluster.TaintUnreachable, Effect: cluster.NoExecute}

func (j *judge) change(c *cluster.Change) {
	if before, after := c.Nodes(); before != nil && after != nil {
		j.node(before, after)
	}
	if before, after := c.Pods(); before != nil && after != nil && after.Deleting && !before.Deleting {
		j.evicted(after)
	}
}

func (j *judge) node(before, after *cluster.Node) {
	now := j.w.engine.Now()
	if after.Ready != before.Ready {
		delete(j.unknown, after.Name)
		if after.Ready == cluster.ConditionUnknown {
			j.unknown[after.Name] = now
			require.True(j.t, !after.Reachable() || j.calls, "%s is given up and is well", after.Name)
		}
	}
	had, has := has(before), has(after)
	switch {
	case has && !had:
		j.tainted[after.Name] = now
		j.turn(after.Labels[cluster.LabelZone], now)
	case had && !has:
		delete(j.tainted, after.Name)
	}
}

func has(n *cluster.Node) bool {
	for _, t := range n.Taints {
		if t == unreachable {
			return true
		}
	}
	return false
}

// turn: in a zone no more nodes get their taint than its rate allows. Calls may make them bunch up.
func (j *judge) turn(zone string, now sim.Time) {
	j.turns[zone] = append(j.turns[zone], now)
	list, slack := j.turns[zone], 1e-3
	if j.calls {
		slack = 10
	}
	for i, at := range list {
		require.LessOrEqual(j.t, float64(len(list)-1-i), (now.Sub(at).Seconds()+slack)*j.rate+1e-6, "zone %s: %v", zone, list)
	}
}

// evicted: nobody goes before the time that the pod tolerates is over.
func (j *judge) evicted(p *cluster.Pod) {
	since, is := j.tainted[p.NodeName]
	require.True(j.t, is || j.calls, "%s goes from %s, which is not tainted", p.Name, p.NodeName)
	for _, t := range p.Spec.Tolerations {
		require.False(j.t, t.Forever, "%s tolerates that for ever", p.Name)
		if is {
			require.GreaterOrEqual(j.t, j.w.engine.Now().Sub(since), t.For, "%s of %s", p.Name, p.NodeName)
		}
	}
	require.Equal(j.t, cluster.ReasonTaintEvicted, p.Status.Disrupted)
}

// event: a pod does not stay ready on a node of which nothing is known.
func (j *judge) event(now sim.Time, _ sim.Event) {
	if j.calls {
		return
	}
	for name, since := range j.unknown {
		for _, p := range j.w.store.PodsOn(name) {
			require.False(j.t, now > since && p.Status.Ready, "%v: %s is ready on %s, unknown since %v", now, p.Name, name, since)
		}
	}
}

func TestOutagesOfAllKinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := nodelifecycle.DefaultConfig()
		cfg.EvictionRate = rapid.SampledFrom([]float64{0.1, 0.5, 2}).Draw(t, "rate")
		cfg.LargeClusterSizeThreshold = rapid.SampledFrom([]int{2, 50}).Draw(t, "large")
		cfg.GracePeriod = rapid.SampledFrom([]time.Duration{20 * sec, 50 * sec}).Draw(t, "grace")
		opts := controller.Options{}
		calls := rapid.Bool().Draw(t, "calls take time")
		if calls {
			opts = controller.Options{QPS: 20, Burst: 30, WatchLatency: func() time.Duration { return 4 * time.Millisecond },
				CallLatency: func() time.Duration { return 8 * time.Millisecond }}
		}
		w := newWorld(t, cfg, opts)
		tainteviction.New(w.engine, w.store, opts)
		j := &judge{t: t, w: w, rate: max(cfg.EvictionRate, cfg.SecondaryEvictionRate), calls: calls,
			unknown: map[string]sim.Time{}, tainted: map[string]sim.Time{}, turns: map[string][]sim.Time{}}
		w.store.Observe(j.change)
		w.engine.Observe(j.event)
		names := populate(t, w)
		outages(t, w, names)
		w.runOut()
		for _, name := range names {
			n := w.store.Node(name)
			require.Equal(t, cluster.ConditionTrue, n.Ready, name)
			require.Empty(t, n.Taints, name)
		}
		require.Less(t, w.engine.Now(), sim.Time(2*time.Hour), "it comes to an end")
	})
}

// populate makes nodes in three zones, and pods that tolerate failures for various times.
func populate(t *rapid.T, w *world) []string {
	var names []string
	for _, zone := range []string{"a", "b", "c"} {
		n := rapid.IntRange(1, 6).Draw(t, zone)
		w.nodes(zone, n)
		for i := range n {
			names = append(names, fmt.Sprint(zone, i))
		}
	}
	for i := range rapid.IntRange(0, 20).Draw(t, "pods") {
		w.tolerant(fmt.Sprint("p", i), rapid.SampledFrom(names).Draw(t, "on"), rapid.SampledFrom([]time.Duration{-1, 0, 30 * sec, 300 * sec}).Draw(t, "tolerates"))
	}
	return names
}

// tolerant makes a pod that tolerates the failure of its node for a time, for ever if it is negative.
func (w *world) tolerant(name, node string, d time.Duration) {
	w.pod(name, node)
	p := w.store.Pod(cluster.NamespacedName{Namespace: "default", Name: name})
	spec := *p.Spec
	spec.Tolerations = []cluster.Toleration{{
		Key: cluster.TaintUnreachable, Operator: cluster.TolerationExists, Effect: cluster.NoExecute, For: max(0, d), Forever: d < 0,
	}}
	require.NoError(w.t, w.store.EditPod(cluster.KeyOf(p), cluster.ReasonUpdated, func(p *cluster.Pod) { p.Spec = spec.Complete() }))
}

// outages has nodes fail and return, one after the other or many at once, and all return in the end.
func outages(t *rapid.T, w *world, names []string) {
	for _, name := range names {
		at := time.Duration(0)
		for range rapid.IntRange(0, 3).Draw(t, "outages") {
			at += time.Duration(rapid.SampledFrom([]int{1, 7, 100, 100, 100}).Draw(t, "after")) * sec
			w.fail(at, name)
			at += time.Duration(rapid.SampledFrom([]int{1, 20, 60, 61, 400, 1000}).Draw(t, "for")) * sec
			w.recover(at, name)
		}
	}
}
