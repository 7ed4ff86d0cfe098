package nodelifecycle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/nodelifecycle"
)

const sec = time.Second

// A node that fails is given up at the tick 50 s after the one that saw its last renewal; what follows from that does so
// within a tick of the eviction queue, and all is taken back when the node returns: NoExecute at the next tick.
func TestNodeFailsAndReturns(t *testing.T) {
	w := newWorld(t, punctual(), controller.Options{})
	w.nodes("a", 3)
	w.pod("p", "a1")
	w.pod("other", "a0")
	w.fail(12*sec, "a1")
	w.recover(91*sec, "a1")
	w.runOut()
	require.Equal(t, []string{
		"1m5s a1 Ready=Unknown",
		"1m5s p unready",
		"1m5s a1 +unreachable:NoSchedule",
		"1m5s a1 +unreachable:NoExecute",
		"1m31s a1 Ready=True",
		"1m31s a1 -unreachable:NoSchedule",
		"1m35s a1 -unreachable:NoExecute",
	}, w.story)
	require.Less(t, w.engine.Events(), uint64(40), "a few events, and none for the time between them")
}

func TestWhenNodesAreGivenUp(t *testing.T) {
	phase := 780 * time.Millisecond
	for _, c := range []struct {
		name            string
		renewed, failed time.Duration
		period, grace   time.Duration
		want            time.Duration
	}{
		{"the recorded case", 14010 * time.Millisecond, 15 * sec, 5 * sec, 50 * sec, 65 * sec},
		{"a renewal that the tick before saw", 10700 * time.Millisecond, 15 * sec, 5 * sec, 50 * sec, 60 * sec},
		{"a failure right after a tick, seen by the next", 10790 * time.Millisecond, 10800 * time.Millisecond, 5 * sec, 50 * sec, 65 * sec},
		{"less grace", 14010 * time.Millisecond, 15 * sec, 5 * sec, 20 * sec, 35 * sec},
		{"a grace period between two ticks", 14010 * time.Millisecond, 15 * sec, 5 * sec, 22 * sec, 40 * sec},
		{"ticks every 2 s", 14010 * time.Millisecond, 15 * sec, 2 * sec, 20 * sec, 34 * sec},
		{"no grace at all: the tick that sees it", 14010 * time.Millisecond, 14020 * time.Millisecond, 5 * sec, 0, 15 * sec},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := punctual()
			cfg.MonitorPhase, cfg.MonitorPeriod, cfg.GracePeriod = &phase, c.period, c.grace
			cfg.LastRenewal = func(node string, silent sim.Time) (sim.Time, bool) {
				require.Equal(t, "a1", node)
				require.Equal(t, sim.Time(c.failed), silent)
				return sim.Time(c.renewed), true
			}
			w := newWorld(t, cfg, controller.Options{})
			w.nodes("a", 3)
			w.fail(c.failed, "a1")
			w.runOut()
			require.NotEmpty(t, w.story)
			require.Equal(t, c.want.String()+" a1 Ready=Unknown", w.story[0])
		})
	}
}

// Without a recording the last renewal is drawn by the node and the outage, and lies where renewals every 10 to 10.4 s allow:
// 50 s after that the node is given up at the latest at the second tick.
func TestDrawnRenewals(t *testing.T) {
	var times []time.Duration
	for seed := range 40 {
		cfg := nodelifecycle.DefaultConfig()
		engine := sim.New(uint64(seed))
		store := cluster.NewStore(engine)
		nodelifecycle.New(engine, store, cfg, controller.Options{})
		w := &world{t: t, engine: engine, store: store}
		w.nodes("a", 3)
		w.fail(100*sec, "a1")
		w.runOut()
		n := store.Node("a1")
		require.Equal(t, cluster.ConditionUnknown, n.Ready)
		require.Equal(t, "NodeStatusUnknown", n.ReadyReason)
		given := n.ReadyTransition.Sub(0)
		require.GreaterOrEqual(t, given, 138*sec, "100 s - 10.4 s + 50 s, in whole seconds")
		require.LessOrEqual(t, given, 155*sec, "100 s + 5 s + 50 s")
		times = append(times, given)
	}
	require.NotEqual(t, times[0], times[1])
}

// A kubelet that has just come back has renewed its lease then, and not before.
func TestRenewalsBeginWithTheKubelet(t *testing.T) {
	cfg := nodelifecycle.DefaultConfig()
	cfg.MonitorPhase = new(time.Duration)
	w := newWorld(t, cfg, controller.Options{})
	w.nodes("a", 3)
	w.fail(100*sec, "a1")
	w.recover(301*sec, "a1")
	w.fail(309*sec, "a1")
	w.runOut()
	require.Contains(t, w.story, "5m55s a1 Ready=Unknown", "renewed at 301 s, seen at 305 s")
}

// A short outage is nobody's business.
func TestShortOutage(t *testing.T) {
	w := newWorld(t, punctual(), controller.Options{})
	w.nodes("a", 3)
	w.pod("p", "a1")
	w.fail(12*sec, "a1")
	w.recover(64*sec, "a1")
	w.runOut()
	require.Empty(t, w.story)
}

// The nodes of one zone get their taints one after the other, those of another zone do not wait for them.
func TestZonesHaveTheirOwnQueues(t *testing.T) {
	w := newWorld(t, punctual(), controller.Options{})
	w.nodes("a", 10)
	w.nodes("b", 10)
	w.fail(10*sec, "a1", "a2", "a3", "b1")
	w.recover(79*sec, "a3")
	w.runOut()
	require.Equal(t, []string{"1m0s a1 Ready=Unknown", "1m0s a1 +unreachable:NoSchedule", "1m0s a1 +unreachable:NoExecute"}, w.of("a1"))
	require.Equal(t, "1m10s a2 +unreachable:NoExecute", w.of("a2")[2])
	require.Equal(t, "1m0s b1 +unreachable:NoExecute", w.of("b1")[2])
	require.Equal(t, []string{
		"1m0s a3 Ready=Unknown", "1m0s a3 +unreachable:NoSchedule", "1m19s a3 Ready=True", "1m19s a3 -unreachable:NoSchedule",
	}, w.of("a3"), "it is back before its turn comes")
}

// Of a small zone that has mostly failed no more nodes are given up for good; of a large one they are, slowly.
func TestPartialDisruption(t *testing.T) {
	for _, c := range []struct {
		name  string
		nodes int
		last  string
	}{
		{"a small zone", 10, ""},
		{"a large zone", 52, "2m40s a1 +unreachable:NoExecute"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, punctual(), controller.Options{})
			w.nodes("a", c.nodes)
			w.nodes("b", 1)
			for i := range c.nodes * 6 / 10 {
				w.fail(10*sec, w.name(i))
			}
			w.run(200 * sec)
			require.Equal(t, c.last, last(w.story, "NoExecute"))
		})
	}
}

func (w *world) name(i int) string { return w.store.List(cluster.KindNode)[i].Meta().Name }

// last returns the last line of a story that ends like that.
func last(story []string, suffix string) string {
	line := ""
	for _, l := range story {
		if len(l) >= len(suffix) && l[len(l)-len(suffix):] == suffix {
			line = l
		}
	}
	return line
}

// When no node of the cluster is heard of any more, evictions stop and the taints are taken back. When one is heard of
// again, the others get their full time, and evictions go on at the usual rate.
func TestFullDisruptionOfAllZones(t *testing.T) {
	w := newWorld(t, punctual(), controller.Options{})
	w.nodes("a", 2)
	w.nodes("b", 2)
	w.fail(10*sec, "a0")
	w.fail(100*sec, "a1", "b0", "b1")
	w.run(149 * sec)
	require.Equal(t, "1m0s a0 +unreachable:NoExecute", last(w.story, "NoExecute"))
	w.story = nil
	w.run(300 * sec)
	require.ElementsMatch(t, []string{
		"2m30s a1 Ready=Unknown", "2m30s b0 Ready=Unknown", "2m30s b1 Ready=Unknown", "2m30s a0 -unreachable:NoExecute",
		"2m30s a1 +unreachable:NoSchedule", "2m30s b0 +unreachable:NoSchedule", "2m30s b1 +unreachable:NoSchedule",
	}, w.story)
	w.story = nil
	w.recover(302*sec, "b1")
	w.run(400 * sec)
	require.Equal(t, []string{
		"5m2s b1 Ready=True", "5m2s b1 -unreachable:NoSchedule",
		"5m15s a0 +unreachable:NoExecute", "5m15s b0 +unreachable:NoExecute", "5m25s a1 +unreachable:NoExecute",
	}, w.story, "the buckets begin empty")
}

// A node that was silent but not given up when all zones were disrupted is given its time anew.
func TestResumeResetsTheProbes(t *testing.T) {
	w := newWorld(t, punctual(), controller.Options{})
	w.nodes("a", 3)
	w.at(10*sec, func() { // excluded nodes do not count
		w.edit("a2", func(n *cluster.Node) {
			n.Labels = cluster.Labels{cluster.LabelZone: "a", "node.kubernetes.io/exclude-disruption": ""}
		})
	})
	w.fail(10*sec, "a0", "a1")
	w.fail(50*sec, "a2")
	w.recover(71*sec, "a0")
	w.runOut()
	require.Equal(t, "2m5s a2 Ready=Unknown", w.of("a2")[0], "75 s + 50 s and not 50 s + 50 s")
}

func TestNotReadyAsTheKubeletSays(t *testing.T) {
	w := newWorld(t, punctual(), controller.Options{})
	w.nodes("a", 3)
	w.pod("p", "a1")
	w.at(11*sec, func() {
		w.edit("a1", func(n *cluster.Node) { n.Ready, n.ReadyReason = cluster.ConditionFalse, "KubeletNotReady" })
	})
	w.fail(21*sec, "a1")
	w.recover(121*sec, "a1")
	w.runOut()
	require.Equal(t, []string{
		"11s a1 Ready=False", "11s a1 +not-ready:NoSchedule", "15s a1 +not-ready:NoExecute",
		"1m15s a1 Ready=Unknown",
		"1m15s a1 +unreachable:NoExecute", "1m15s a1 -not-ready:NoExecute", // swapped at once
		"1m15s a1 +unreachable:NoSchedule", "1m15s a1 -not-ready:NoSchedule",
		"2m1s a1 Ready=True", "2m1s a1 -unreachable:NoSchedule", "2m5s a1 -unreachable:NoExecute",
	}, w.story)
	require.True(t, w.store.Pod(cluster.NamespacedName{Namespace: "default", Name: "p"}).Status.Ready,
		"the kubelet says what its pods are, as long as it says something")
}

func TestCordonIsATaint(t *testing.T) {
	w := newWorld(t, punctual(), controller.Options{})
	w.nodes("a", 3)
	cordon := func(on bool) func() {
		return func() { w.edit("a1", func(n *cluster.Node) { n.Unschedulable = on }) }
	}
	w.at(11*sec, cordon(true))
	w.at(12*sec, cordon(false))
	w.runOut()
	require.Equal(t, []string{"11s a1 +unschedulable:NoSchedule", "12s a1 -unschedulable:NoSchedule"}, w.story)
	require.Equal(t, sim.Time(12*sec), w.engine.Now(), "no tick looks for what is not there")
}

// A new node loses its taint, and one that never reports is given up after the start-up grace period.
func TestNewNodes(t *testing.T) {
	w := newWorld(t, punctual(), controller.Options{})
	w.nodes("a", 3)
	joins := func(name string, down bool) func() {
		return func() {
			w.create(&cluster.Node{
				ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: name}, Labels: cluster.Labels{cluster.LabelZone: "a"}},
				Taints:     []cluster.Taint{{Key: cluster.TaintNotReady, Effect: cluster.NoSchedule}},
				NodeState:  cluster.NodeState{Ready: cluster.ConditionUnknown, Down: down},
			})
		}
	}
	w.at(11*sec, joins("well", false))
	w.at(12*sec, joins("dead", true))
	w.runOut()
	require.Equal(t, []string{"11s well Ready=True", "11s well -not-ready:NoSchedule"}, w.of("well"))
	require.Equal(t, []string{
		"12s dead -not-ready:NoSchedule", "1m15s dead +unreachable:NoSchedule", "1m15s dead +unreachable:NoExecute",
	}, w.of("dead"))
	require.Equal(t, "NodeStatusNeverUpdated", w.store.Node("dead").ReadyReason)
}

// A taint that somebody takes off comes back while the reason for it lasts.
func TestTaintsComeBack(t *testing.T) {
	w := newWorld(t, punctual(), controller.Options{})
	w.nodes("a", 3)
	w.fail(10*sec, "a1")
	w.at(81*sec, func() { w.edit("a1", func(n *cluster.Node) { n.Taints = nil }) })
	w.runOut()
	require.Equal(t, []string{"1m21s a1 +unreachable:NoSchedule", "1m25s a1 +unreachable:NoExecute"}, w.story[5:])
}

// A node that is deleted is forgotten; one made anew under its name begins anew.
func TestDeletedNodes(t *testing.T) {
	w := newWorld(t, punctual(), controller.Options{})
	w.nodes("a", 4)
	w.fail(10*sec, "a1", "a2")
	w.at(62*sec, func() {
		for _, name := range []string{"a1", "a2"} {
			require.NoError(t, w.store.Delete(cluster.KeyOf(w.store.Node(name)), cluster.ReasonDeleted))
		}
	})
	w.at(63*sec, func() { w.node("a2", "a") })
	w.runOut()
	require.Empty(t, w.store.Node("a2").Taints)
	require.Less(t, w.engine.Now(), sim.Time(71*sec))
}

// The report of a kubelet that comes while its node is being given up is not lost.
func TestReturnsWhileItIsGivenUp(t *testing.T) {
	w := newWorld(t, punctual(), controller.Options{CallLatency: func() time.Duration { return sec }})
	w.nodes("a", 3)
	w.fail(10*sec, "a1")
	w.recover(60500*time.Millisecond, "a1")
	w.runOut()
	n := w.store.Node("a1")
	require.Equal(t, cluster.ConditionTrue, n.Ready)
	require.Empty(t, n.Taints)
}

// All calls share one client: the pods of a node take their time, and the next tick comes a period after the last is done.
func TestOneClient(t *testing.T) {
	w := newWorld(t, punctual(), controller.Options{QPS: 20, Burst: 30})
	w.nodes("a", 5)
	for i := range 100 {
		w.pod(string(rune('a'+i/10))+string(rune('0'+i%10))+"-p", "a1")
	}
	w.fail(10*sec, "a1")
	w.recover(72*sec, "a1")
	w.runOut()
	done := last(w.story, "unready")
	require.Equal(t, "1m8s", done[:len("1m8s")], "100 pods, an event for each, the node's own two calls, two taints of two calls: all but 30 at 20/s")
	require.Contains(t, w.story, "1m13s a1 -unreachable:NoExecute", "the tick of 65 s was not yet over at 65 s")
}

// With all well there is no event, whatever happens to pods; and none when a node is changed in other ways.
func TestAllIsWell(t *testing.T) {
	run := func(with bool) uint64 {
		engine := sim.New(1)
		store := cluster.NewStore(engine)
		if with {
			nodelifecycle.New(engine, store, nodelifecycle.DefaultConfig(), controller.Options{})
		}
		w := &world{t: t, engine: engine, store: store}
		w.nodes("a", 10)
		w.at(5*sec, func() { w.pod("p", "a1") })
		w.at(6*sec, func() { w.edit("a1", func(n *cluster.Node) { n.Labels = cluster.Labels{"x": "y"} }) })
		w.at(7*sec, func() { w.node("more", "b") })
		w.runOut()
		return engine.Events()
	}
	require.Equal(t, run(false), run(true))
}
