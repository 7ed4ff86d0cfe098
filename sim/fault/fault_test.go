package fault_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/fault"
)

const second = sim.Time(time.Second)

func at(seconds int) sim.Time { return sim.Time(seconds) * second }

func node(name, zone string) *cluster.Node {
	return &cluster.Node{ObjectMeta: cluster.ObjectMeta{
		NamespacedName: cluster.NamespacedName{Name: name}, Labels: cluster.Labels{cluster.LabelZone: zone}}}
}

// world is a cluster of two nodes in zone a and one in zone b.
func world(t require.TestingT) (*sim.Engine, *cluster.Store) {
	engine := sim.New(1)
	store := cluster.NewStore(engine)
	for _, n := range []*cluster.Node{node("a1", "a"), node("a2", "a"), node("b1", "b")} {
		require.NoError(t, store.Create(n, cluster.ReasonCreated))
	}
	return engine, store
}

// history notes what happens to nodes: "10s a1 NodeDown".
func history(store *cluster.Store) *[]string {
	var lines []string
	store.Observe(func(c *cluster.Change) {
		lines = append(lines, fmt.Sprintf("%v %s %s", c.At, c.Object().Meta().Name, c.Reason))
	})
	return &lines
}

func lose(nodes fault.Nodes) fault.Effect             { return &fault.PowerLoss{Nodes: nodes} }
func isolate(nodes fault.Nodes) fault.Effect          { return &fault.Partition{Nodes: nodes} }
func slow(nodes fault.Nodes, by float64) fault.Effect { return &fault.Slow{Nodes: nodes, Factor: by} }

func named(names ...string) fault.Nodes { return fault.Named(names) }

func TestScript(t *testing.T) {
	tests := []struct {
		name   string
		faults []fault.Fault
		want   []string
	}{
		{"none", nil, nil},
		{"a node goes down and returns",
			[]fault.Fault{{Effect: lose(named("a1")), At: at(10), For: 5 * time.Second}},
			[]string{"10s a1 NodeDown", "15s a1 NodeUp"}},
		{"a node goes down for ever",
			[]fault.Fault{{Effect: lose(named("a1")), At: at(10)}},
			[]string{"10s a1 NodeDown"}},
		{"a zone",
			[]fault.Fault{{Effect: lose(fault.Zone("a")), At: 0, For: time.Second}},
			[]string{"0s a1 NodeDown", "0s a2 NodeDown", "1s a1 NodeUp", "1s a2 NodeUp"}},
		{"the node returns when the longer outage is over",
			[]fault.Fault{{Effect: lose(named("a1")), At: at(10), For: 20 * time.Second}, {Effect: lose(fault.Zone("a")), At: at(20), For: 5 * time.Second}},
			[]string{"10s a1 NodeDown", "20s a2 NodeDown", "25s a2 NodeUp", "30s a1 NodeUp"}},
		{"an outage without end keeps the node down",
			[]fault.Fault{{Effect: lose(named("a1")), At: at(10), For: 20 * time.Second}, {Effect: lose(named("a1")), At: at(20)}},
			[]string{"10s a1 NodeDown"}},
		{"outages that follow each other",
			[]fault.Fault{{Effect: lose(named("a1")), At: at(10), For: 5 * time.Second}, {Effect: lose(named("a1")), At: at(16), For: time.Second}},
			[]string{"10s a1 NodeDown", "15s a1 NodeUp", "16s a1 NodeDown", "17s a1 NodeUp"}},
		{"an outage that begins when another ends: the node does not return in between",
			[]fault.Fault{{Effect: lose(named("a1")), At: at(10), For: 5 * time.Second}, {Effect: lose(named("a1")), At: at(15), For: time.Second}},
			[]string{"10s a1 NodeDown", "16s a1 NodeUp"}},
		{"a partition, and a loss of power within it",
			[]fault.Fault{{Effect: isolate(fault.Zone("b")), At: at(10), For: 20 * time.Second}, {Effect: lose(named("b1")), At: at(20), For: time.Second}},
			[]string{"10s b1 NodeIsolated", "20s b1 NodeDown", "21s b1 NodeUp", "30s b1 NodeConnected"}},
		{"a node that gets slow, and slower",
			[]fault.Fault{{Effect: slow(named("a1"), 2), At: at(1), For: 9 * time.Second}, {Effect: slow(named("a1"), 4), At: at(2), For: 2 * time.Second}},
			[]string{"1s a1 NodeSlow", "2s a1 NodeSlow", "4s a1 NodeSlow", "10s a1 NodeFast"}},
		{"the lesser of two slow-downs does not count",
			[]fault.Fault{{Effect: slow(named("a1"), 4), At: at(1), For: 9 * time.Second}, {Effect: slow(named("a1"), 2), At: at(2), For: 2 * time.Second}},
			[]string{"1s a1 NodeSlow", "10s a1 NodeFast"}},
	}
	for _, test := range tests {
		for _, plain := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, plain %v", test.name, plain), func(t *testing.T) {
				engine, store := world(t)
				lines := history(store)
				faults := fault.New(engine, store, fault.Config{Plain: plain})
				for _, f := range test.faults {
					require.NoError(t, faults.Add(f))
				}
				require.NoError(t, engine.Run(sim.Never))
				require.Equal(t, test.want, *lines)
			})
		}
	}
}

// What is physically so changes; what the API says of a node is for others to write, but where there is nobody.
func TestStates(t *testing.T) {
	type state struct {
		cluster.NodeState
		taints int
	}
	tests := []struct {
		name   string
		plain  bool
		effect fault.Effect
		want   state
	}{
		{"power", false, lose(named("a1")), state{cluster.NodeState{Down: true, Silent: at(3)}, 0}},
		{"power, with nobody to see it", true, lose(named("a1")), state{cluster.NodeState{Down: true, Silent: at(3), Ready: cluster.ConditionUnknown}, 1}},
		{"partition", false, isolate(named("a1")), state{cluster.NodeState{Isolated: true, Silent: at(3)}, 0}},
		{"slow", false, slow(named("a1"), 2.5), state{cluster.NodeState{Slowdown: 2.5}, 0}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			engine, store := world(t)
			faults := fault.New(engine, store, fault.Config{Plain: test.plain})
			require.NoError(t, faults.Add(fault.Fault{Effect: test.effect, At: at(3), For: time.Second}))
			require.NoError(t, engine.Run(at(3)))
			n := store.Node("a1")
			require.Equal(t, test.want, state{n.NodeState, len(n.Taints)})
			require.Equal(t, cluster.NodeState{}, store.Node("a2").NodeState)
			require.NoError(t, engine.Run(at(4)))
			n = store.Node("a1")
			n = &cluster.Node{NodeState: n.NodeState, Taints: n.Taints}
			n.Silent = 0 // says nothing of a node that can be reached
			require.Equal(t, &cluster.Node{Taints: n.Taints}, n)
			require.Empty(t, n.Taints)
		})
	}
}

// A node that has been silent for one reason stays so for another: the first counts.
func TestSilentSinceTheFirst(t *testing.T) {
	engine, store := world(t)
	faults := fault.New(engine, store, fault.Config{})
	require.NoError(t, faults.Add(fault.Fault{Effect: isolate(named("a1")), At: at(1), For: 9 * time.Second}))
	require.NoError(t, faults.Add(fault.Fault{Effect: lose(named("a1")), At: at(5), For: 20 * time.Second}))
	require.NoError(t, engine.Run(at(20)))
	require.Equal(t, cluster.NodeState{Down: true, Silent: at(1)}, store.Node("a1").NodeState)
}

func TestAddRefuses(t *testing.T) {
	tests := []struct {
		name  string
		fault fault.Fault
		want  string
	}{
		{"a node that is not there", fault.Fault{Effect: lose(named("a1", "x")), At: at(9)}, `there is no node "x"`},
		{"a zone without nodes", fault.Fault{Effect: lose(fault.Zone("x")), At: at(9)}, `no node is hit by it: zone x`},
		{"no nodes", fault.Fault{Effect: lose(nil), At: at(9)}, "no nodes are given"},
		{"no names", fault.Fault{Effect: lose(named()), At: at(9)}, "no node is hit by it: nodes []"},
		{"nothing", fault.Fault{At: at(9)}, "nothing goes wrong"},
		{"the past", fault.Fault{Effect: lose(fault.Zone("a")), At: at(4)}, "at 4s is in the past: it is 5s"},
		{"a negative time", fault.Fault{Effect: lose(fault.Zone("a")), At: at(9), For: -time.Second}, "for -1s is negative"},
		{"a factor of nothing", fault.Fault{Effect: slow(fault.Zone("a"), 0), At: at(9)}, "factor 0 is not above 0"},
		{"no component of the name", fault.Fault{Effect: &fault.Pause{Component: "etcd"}, At: at(9)}, `there is no component "etcd" to pause: known are kube-scheduler`},
		{"a shutdown without kubelets", fault.Fault{Effect: &fault.Shutdown{Nodes: named("a1")}, At: at(9)}, "there are no kubelets to shut down"},
		{"a crash without kubelets", fault.Fault{Effect: &fault.Crash{Pods: every{}}, At: at(9)}, "there are no kubelets to run pods"},
		{"a rollout of nothing", fault.Fault{Effect: &fault.BadRollout{}, At: at(9)}, "no Deployment is given"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			engine, store := world(t)
			require.NoError(t, engine.Run(at(5)))
			faults := fault.New(engine, store, fault.Config{Components: map[string][]fault.Pausable{"kube-scheduler": {&machine{}}}})
			require.EqualError(t, faults.Add(test.fault), test.want)
			require.Zero(t, engine.Pending())
		})
	}
}

// The node keeps its own taints, and versions that others hold do not change.
func TestTaint(t *testing.T) {
	engine, store := world(t)
	own := cluster.Taint{Key: "own", Effect: cluster.NoExecute}
	require.NoError(t, store.EditNode("a1", cluster.ReasonUpdated, func(n *cluster.Node) { n.Taints = []cluster.Taint{own} }))
	before := store.Node("a1")
	faults := fault.New(engine, store, fault.Config{Plain: true})
	require.NoError(t, faults.Add(fault.Fault{Effect: lose(named("a1")), At: at(1), For: time.Second}))

	require.NoError(t, engine.Run(at(1)))
	down := store.Node("a1")
	require.True(t, down.Down)
	require.Equal(t, []cluster.Taint{own, {Key: "node.kubernetes.io/unreachable", Effect: cluster.NoSchedule}}, down.Taints)

	require.NoError(t, engine.Run(at(2)))
	require.False(t, store.Node("a1").Down)
	require.Equal(t, []cluster.Taint{own}, store.Node("a1").Taints)
	require.Equal(t, []cluster.Taint{own}, before.Taints)
	require.Len(t, down.Taints, 2)
}

// A machine that was taken out of the cluster does not come back with the power, nor does its successor fail with it.
func TestNodeDeletedDuringOutage(t *testing.T) {
	engine, store := world(t)
	faults := fault.New(engine, store, fault.Config{Plain: true})
	require.NoError(t, faults.Add(fault.Fault{Effect: lose(named("a1", "a2")), At: at(1), For: 9 * time.Second}))
	require.NoError(t, faults.Add(fault.Fault{Effect: lose(named("a2")), At: at(5), For: time.Second}))
	require.NoError(t, engine.Run(at(2)))
	require.NoError(t, store.Delete(cluster.KeyOf(store.Node("a1")), cluster.ReasonDeleted))
	require.NoError(t, store.Delete(cluster.KeyOf(store.Node("a2")), cluster.ReasonDeleted))
	require.NoError(t, store.Create(node("a1", "a"), cluster.ReasonCreated))
	require.NoError(t, fault.TakeDown(store, "a1"))
	require.NoError(t, engine.Run(sim.Never))
	require.True(t, store.Node("a1").Down, "the outage of another machine ended")
	require.Nil(t, store.Node("a2"))
	require.Equal(t, []string{"at 5s: power loss of node a2: there is no such node"}, faults.Notes())
}

func TestTakeDownAndBringUp(t *testing.T) {
	_, store := world(t)
	require.ErrorIs(t, fault.TakeDown(store, "x"), cluster.ErrNotFound)
	require.ErrorIs(t, fault.BringUp(store, "x"), cluster.ErrNotFound)
	changes := store.Changes()
	require.NoError(t, fault.BringUp(store, "a1"))
	require.Equal(t, changes, store.Changes(), "it is up")
	require.NoError(t, fault.TakeDown(store, "a1"))
	require.NoError(t, fault.TakeDown(store, "a1"))
	require.Equal(t, changes+1, store.Changes(), "it is down")
}

// TestScriptAgainstIntervals holds each node's state against the plain question: does any fault of the kind cover this
// second?
func TestScriptAgainstIntervals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		engine, store := world(t)
		plain := rapid.Bool().Draw(t, "plain")
		var events []fault.Event
		list := rapid.SliceOfN(rapid.Custom(drawFault), 0, 8).Draw(t, "faults")
		faults := fault.New(engine, store, fault.Config{Plain: plain, Report: func(e fault.Event) { events = append(events, e) }})
		for _, f := range list {
			require.NoError(t, faults.Add(f))
		}
		for s := range 30 {
			require.NoError(t, engine.Run(at(s)))
			for _, name := range []string{"a1", "a2", "b1"} {
				n := store.Node(name)
				require.Equal(t, covered[*fault.PowerLoss](list, n, at(s)), n.Down, "%s at %ds", name, s)
				require.Equal(t, covered[*fault.Partition](list, n, at(s)), n.Isolated, "%s at %ds", name, s)
				require.Equal(t, covered[*fault.Slow](list, n, at(s)), n.Slowdown > 0, "%s at %ds", name, s)
				require.Equal(t, plain && n.Down, len(n.Taints) == 1)
			}
		}
		checkEvents(t, events, faults.StillOn, len(list))
	})
}

// checkEvents checks that every fault begins once and ends once, or is told of as still on.
func checkEvents(t *rapid.T, events []fault.Event, open func() []fault.Event, want int) {
	on := map[int]fault.Event{}
	begun := 0
	for _, e := range events {
		if e.Begin {
			begun++
			require.Equal(t, begun, e.ID, "numbered in the order in which they begin")
			on[e.ID] = e
			continue
		}
		b, known := on[e.ID]
		require.True(t, known, "%v ended and had not begun", e)
		require.LessOrEqual(t, b.At, e.At)
		b.Begin, b.At = false, e.At
		require.Equal(t, b, e)
		delete(on, e.ID)
	}
	require.Equal(t, want, begun)
	var still []int
	for _, e := range open() {
		still = append(still, e.ID)
		require.Equal(t, on[e.ID].At, e.At)
	}
	require.Len(t, still, len(on), "what has not ended is told of")
	require.True(t, slices.IsSorted(still))
}

func drawFault(t *rapid.T) fault.Fault {
	f := fault.Fault{At: at(rapid.IntRange(0, 20).Draw(t, "at")), For: time.Duration(rapid.IntRange(0, 10).Draw(t, "for")) * time.Second}
	var nodes fault.Nodes
	if rapid.Bool().Draw(t, "zone") {
		nodes = fault.Zone(rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name"))
	} else {
		names := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a1", "a2", "b1"}), 1, 3, rapid.ID).Draw(t, "names")
		nodes = fault.Named(names)
	}
	factor := float64(rapid.IntRange(2, 4).Draw(t, "factor"))
	f.Effect = rapid.SampledFrom([]fault.Effect{lose(nodes), isolate(nodes), slow(nodes, factor)}).Draw(t, "effect")
	return f
}

// covered tells whether one of the faults of a kind lies on a node.
func covered[E fault.Effect](list []fault.Fault, n *cluster.Node, now sim.Time) bool {
	return slices.ContainsFunc(list, func(f fault.Fault) bool {
		_, kind := f.Effect.(E)
		return kind && nodesOf(f.Effect).Matches(n) && f.At <= now && (f.For == 0 || now < f.At.Add(f.For))
	})
}

func nodesOf(e fault.Effect) fault.Nodes {
	switch e := e.(type) {
	case *fault.PowerLoss:
		return e.Nodes
	case *fault.Partition:
		return e.Nodes
	}
	return e.(*fault.Slow).Nodes
}

func TestReport(t *testing.T) {
	engine, store := world(t)
	var events []fault.Event
	faults := fault.New(engine, store, fault.Config{Report: func(e fault.Event) { events = append(events, e) }})
	require.NoError(t, faults.Add(fault.Fault{Effect: lose(fault.Zone("a")), At: at(9), For: time.Second}))
	require.NoError(t, faults.Add(fault.Fault{Name: "cable", Effect: isolate(named("b1")), At: at(2)}))
	require.NoError(t, engine.Run(at(60)))
	want := []fault.Event{
		{ID: 1, Kind: "partition", Name: "cable", Nodes: []string{"b1"}, At: at(2), Begin: true},
		{ID: 2, Kind: "power loss", Name: "zone a", Nodes: []string{"a1", "a2"}, At: at(9), Begin: true},
		{ID: 2, Kind: "power loss", Name: "zone a", Nodes: []string{"a1", "a2"}, At: at(10)},
	}
	require.Equal(t, want, events)
	for range 2 { // looking changes nothing
		require.Len(t, faults.StillOn(), 1)
	}
	require.Equal(t, []fault.Event{{ID: 1, Kind: "partition", Name: "cable", At: at(2), Begin: true}}, faults.StillOn())
}
