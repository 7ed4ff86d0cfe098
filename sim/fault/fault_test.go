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

func TestScript(t *testing.T) {
	tests := []struct {
		name    string
		outages []fault.Outage
		want    []string
	}{
		{"none", nil, nil},
		{"a node goes down and returns",
			[]fault.Outage{{Nodes: []string{"a1"}, At: at(10), For: 5 * time.Second}},
			[]string{"10s a1 NodeDown", "15s a1 NodeUp"}},
		{"a node goes down for ever",
			[]fault.Outage{{Nodes: []string{"a1"}, At: at(10)}},
			[]string{"10s a1 NodeDown"}},
		{"a zone",
			[]fault.Outage{{Zone: "a", At: 0, For: time.Second}},
			[]string{"0s a1 NodeDown", "0s a2 NodeDown", "1s a1 NodeUp", "1s a2 NodeUp"}},
		{"the node returns when the longer outage is over",
			[]fault.Outage{{Nodes: []string{"a1"}, At: at(10), For: 20 * time.Second}, {Zone: "a", At: at(20), For: 5 * time.Second}},
			[]string{"10s a1 NodeDown", "20s a2 NodeDown", "25s a2 NodeUp", "30s a1 NodeUp"}},
		{"an outage without end keeps the node down",
			[]fault.Outage{{Nodes: []string{"a1"}, At: at(10), For: 20 * time.Second}, {Nodes: []string{"a1"}, At: at(20)}},
			[]string{"10s a1 NodeDown"}},
		{"outages that follow each other",
			[]fault.Outage{{Nodes: []string{"a1"}, At: at(10), For: 5 * time.Second}, {Nodes: []string{"a1"}, At: at(16), For: time.Second}},
			[]string{"10s a1 NodeDown", "15s a1 NodeUp", "16s a1 NodeDown", "17s a1 NodeUp"}},
		{"an outage that begins when another ends: the node does not return in between",
			[]fault.Outage{{Nodes: []string{"a1"}, At: at(10), For: 5 * time.Second}, {Nodes: []string{"a1"}, At: at(15), For: time.Second}},
			[]string{"10s a1 NodeDown", "16s a1 NodeUp"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			engine, store := world(t)
			lines := history(store)
			require.NoError(t, fault.Script(engine, store, test.outages))
			require.NoError(t, engine.Run(sim.Never))
			require.Equal(t, test.want, *lines)
		})
	}
}

func TestScriptRefuses(t *testing.T) {
	tests := []struct {
		name   string
		outage fault.Outage
		want   string
	}{
		{"a node that is not there", fault.Outage{Nodes: []string{"a1", "x"}, At: at(9)}, `outage 2: there is no node "x"`},
		{"a zone without nodes", fault.Outage{Zone: "x", At: at(9)}, `outage 2: no node is in zone "x"`},
		{"nothing", fault.Outage{At: at(9)}, "outage 2: either nodes or a zone must be given"},
		{"nodes and a zone", fault.Outage{Nodes: []string{"a1"}, Zone: "a", At: at(9)}, "outage 2: either nodes or a zone must be given"},
		{"the past", fault.Outage{Zone: "a", At: at(4)}, "outage 2: at 4s is in the past: it is 5s"},
		{"a negative time", fault.Outage{Zone: "a", At: at(9), For: -time.Second}, "outage 2: for -1s is negative"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			engine, store := world(t)
			require.NoError(t, engine.Run(at(5)))
			err := fault.Script(engine, store, []fault.Outage{{Zone: "a", At: at(5)}, test.outage})
			require.EqualError(t, err, test.want)
			require.Zero(t, engine.Pending(), "nothing of a script with an error happens")
		})
	}
}

// The node keeps its own taints, and versions that others hold do not change.
func TestTaint(t *testing.T) {
	engine, store := world(t)
	own := cluster.Taint{Key: "own", Effect: cluster.NoExecute}
	require.NoError(t, store.EditNode("a1", cluster.ReasonUpdated, func(n *cluster.Node) { n.Taints = []cluster.Taint{own} }))
	before := store.Node("a1")
	require.NoError(t, fault.Script(engine, store, []fault.Outage{{Nodes: []string{"a1"}, At: at(1), For: time.Second}}))

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
	require.NoError(t, fault.Script(engine, store, []fault.Outage{
		{Nodes: []string{"a1", "a2"}, At: at(1), For: 9 * time.Second},
		{Nodes: []string{"a2"}, At: at(5), For: time.Second},
	}))
	require.NoError(t, engine.Run(at(2)))
	require.NoError(t, store.Delete(cluster.KeyOf(store.Node("a1")), cluster.ReasonDeleted))
	require.NoError(t, store.Delete(cluster.KeyOf(store.Node("a2")), cluster.ReasonDeleted))
	require.NoError(t, store.Create(node("a1", "a"), cluster.ReasonCreated))
	require.NoError(t, fault.TakeDown(store, "a1"))
	require.NoError(t, engine.Run(sim.Never))
	require.True(t, store.Node("a1").Down, "the outage of another machine ended")
	require.Nil(t, store.Node("a2"))
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

// TestScriptAgainstIntervals holds each node's state against the plain question: does any outage cover this second?
func TestScriptAgainstIntervals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		engine, store := world(t)
		outages := rapid.SliceOfN(rapid.Custom(drawOutage), 0, 8).Draw(t, "outages")
		require.NoError(t, fault.Script(engine, store, outages))
		for s := range 30 {
			require.NoError(t, engine.Run(at(s)))
			for _, name := range []string{"a1", "a2", "b1"} {
				n := store.Node(name)
				want := slices.ContainsFunc(outages, func(o fault.Outage) bool { return covers(o, n, at(s)) })
				require.Equal(t, want, n.Down, "%s at %ds", name, s)
				require.Equal(t, want, len(n.Taints) == 1)
			}
		}
	})
}

func drawOutage(t *rapid.T) fault.Outage {
	o := fault.Outage{At: at(rapid.IntRange(0, 20).Draw(t, "at")), For: time.Duration(rapid.IntRange(0, 10).Draw(t, "for")) * time.Second}
	if rapid.Bool().Draw(t, "zone") {
		o.Zone = rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name")
	} else {
		o.Nodes = rapid.SliceOfN(rapid.SampledFrom([]string{"a1", "a2", "b1"}), 1, 3).Draw(t, "names")
	}
	return o
}

func covers(o fault.Outage, n *cluster.Node, now sim.Time) bool {
	hit := o.Zone == n.Labels[cluster.LabelZone] || slices.Contains(o.Nodes, n.Name)
	return hit && o.At <= now && (o.For == 0 || now < o.At.Add(o.For))
}
