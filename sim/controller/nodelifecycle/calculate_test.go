package nodelifecycle

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

func TestZoneStatesAndRates(t *testing.T) {
	cfg := DefaultConfig()
	for _, c := range []struct {
		name            string
		nodes, notReady int
		state           ZoneState
		rate            float64
	}{
		{"an empty zone is well", 0, 0, Normal, 0.1},
		{"one node that is well", 1, 0, Normal, 0.1},
		{"one node that is not is all of them", 1, 1, FullDisruption, 0.1},
		{"two of three are too few for a partial disruption", 3, 2, Normal, 0.1},
		{"three of four are enough; a small zone stops", 4, 3, PartialDisruption, 0},
		{"just below the threshold", 20, 10, Normal, 0.1},
		{"at the threshold, in single precision", 20, 11, PartialDisruption, 0},
		{"fifty nodes are not many", 50, 40, PartialDisruption, 0},
		{"one more is: it slows down", 51, 40, PartialDisruption, 0.01},
		{"all nodes of a large zone", 60, 60, FullDisruption, 0.1},
	} {
		t.Run(c.name, func(t *testing.T) {
			state := cfg.ComputeZoneState(c.nodes, c.notReady)
			require.Equal(t, c.state, state)
			require.Equal(t, c.rate, cfg.Rate(state, c.nodes))
		})
	}
}

func taint(key string, effect cluster.Effect) cluster.Taint {
	return cluster.Taint{Key: key, Effect: effect}
}

func TestNoScheduleTaints(t *testing.T) {
	pressure := taint("node.kubernetes.io/memory-pressure", cluster.NoSchedule)
	for _, c := range []struct {
		name        string
		node        cluster.Node
		add, remove []cluster.Taint
	}{
		{name: "a node that is well"},
		{name: "cordoned", node: cluster.Node{Unschedulable: true}, add: []cluster.Taint{unschedulable}},
		{name: "uncordoned", node: cluster.Node{Taints: []cluster.Taint{unschedulable}}, remove: []cluster.Taint{unschedulable}},
		{name: "not ready", node: cluster.Node{NodeState: cluster.NodeState{Ready: cluster.ConditionFalse}},
			add: []cluster.Taint{notReadyNoSchedule}},
		{name: "given up, after it was not ready", node: cluster.Node{
			NodeState: cluster.NodeState{Ready: cluster.ConditionUnknown, ReadyReason: "NodeStatusUnknown"},
			Taints:    []cluster.Taint{notReadyNoSchedule},
		}, add: []cluster.Taint{unreachableNoSchedule}, remove: []cluster.Taint{notReadyNoSchedule}},
		{name: "a new node has no condition, and nothing to be tainted for", node: cluster.Node{
			NodeState: cluster.NodeState{Ready: cluster.ConditionUnknown}, Taints: []cluster.Taint{notReadyNoSchedule},
		}, remove: []cluster.Taint{notReadyNoSchedule}},
		{name: "the value of a taint does not matter", node: cluster.Node{
			Unschedulable: true, Taints: []cluster.Taint{{Key: cluster.TaintUnschedulable, Value: "x", Effect: cluster.NoSchedule}},
		}},
		{name: "other effects and other conditions are left alone", node: cluster.Node{Taints: []cluster.Taint{notReady, pressure}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			add, remove := noScheduleDiff(&c.node)
			require.Equal(t, c.add, add)
			require.Equal(t, c.remove, remove)
			require.Equal(t, len(add)+len(remove) == 0, settled(&c.node))
			c.node.Taints = swapped(c.node.Taints, add, remove)
			require.True(t, settled(&c.node))
		})
	}
}

func TestSwappedKeepsOrder(t *testing.T) {
	mine := cluster.Taint{Key: "mine", Value: "v", Effect: cluster.NoExecute}
	before := []cluster.Taint{notReady, mine}
	require.Equal(t, []cluster.Taint{mine, unreachable}, swapped(before, []cluster.Taint{unreachable}, []cluster.Taint{notReady}))
	require.Equal(t, []cluster.Taint{notReady, mine}, before, "the old version is not touched")
	require.Equal(t, before, swapped(before, []cluster.Taint{notReady}, nil), "it is there already")
}

func TestGrid(t *testing.T) {
	s := func(x float64) sim.Time { return sim.Time(math.Round(x*1000)) * sim.Time(time.Millisecond) }
	g := grid{base: s(0.78), period: 5 * time.Second}
	for _, c := range []struct{ from, want float64 }{
		{0, 0.78}, {0.78, 0.78}, {0.79, 5.78}, {14.01, 15.78}, {15.78, 15.78}, {-4.3, -4.22}, {-4.22, -4.22}, {-4.2, 0.78},
	} {
		require.Equal(t, s(c.want), g.atOrAfter(s(c.from)), "%v", c.from)
	}
}

// The age of the last renewal is the age of a renewal process: never above 10.4 s, and on average half the mean interval
// and a little more, E(X^2)/2E(X).
func TestRenewalAge(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const n = 100_000
	sum, old := 0.0, 0
	for range n {
		age := renewalAge(r)
		require.GreaterOrEqual(t, age, time.Duration(0))
		require.Less(t, age, 10400*time.Millisecond)
		sum += age.Seconds()
		if age > 10*time.Second {
			old++
		}
	}
	mean, square := 10.2, (10.4*10.4*10.4-1000)/3/0.4
	require.InDelta(t, square/2/mean, sum/n, 0.05)
	require.InDelta(t, 0.2/mean, float64(old)/n, 0.003, "beyond 10 s the chance falls to nothing at 10.4 s")
}

func TestZoneQueueKeepsItsRate(t *testing.T) {
	z := newZone(0.1)
	for _, n := range []string{"a", "b", "c", "a"} {
		z.add(n)
	}
	require.Equal(t, []string{"a", "b", "c"}, z.waiting, "one that waits is not queued twice")
	node, ok := z.take(0)
	require.True(t, ok)
	require.Equal(t, "a", node)
	require.True(t, z.pending("a"), "until its taint is written")
	z.finish("a")
	require.False(t, z.pending("a"))
	_, ok = z.take(sim.Time(9 * time.Second))
	require.False(t, ok, "0.1 a second is one in 10 s")
	require.InDelta(t, 10, z.next(sim.Time(9*time.Second)).Seconds(), 0.001)
	z.forget("b")
	node, _ = z.take(sim.Time(10 * time.Second))
	require.Equal(t, "c", node)
	require.Equal(t, sim.Never, z.next(sim.Time(11*time.Second)), "nobody waits")
}

func TestZoneRateChanges(t *testing.T) {
	at := func(s int) sim.Time { return sim.Time(s) * sim.Time(time.Second) }
	z := newZone(0.1)
	z.add("a")
	z.add("b")
	z.setRate(0, at(0))
	require.Equal(t, sim.Never, z.next(at(1)), "stopped")
	z.setRate(0.1, at(5))
	require.InDelta(t, 15, z.next(at(5)).Seconds(), 0.001, "a stopped queue has nothing left: the new one begins empty")
	_, ok := z.take(at(15))
	require.True(t, ok)
	z.setRate(0.01, at(16))
	require.InDelta(t, 116, z.next(at(16)).Seconds(), 0.001, "so has one whose token is spent")

	full := newZone(0.1)
	full.add("a")
	full.setRate(0.01, at(100))
	require.Equal(t, at(100), full.next(at(100)), "one that was full begins full")

	quirk := newZone(1)
	quirk.add("a")
	quirk.setRate(0, at(0))
	quirk.setRate(1, at(1))
	require.Equal(t, sim.Never, quirk.next(at(2)), "as upstream: a stopped queue takes itself for one of rate 1")

	none := newZone(0)
	none.add("a")
	none.add("b")
	_, ok = none.take(at(0))
	require.True(t, ok, "a bucket of rate 0 begins with one token")
	require.Equal(t, sim.Never, none.next(at(1)))
}

// In any span the queue gives at most one node and those that the rate allows, and it gives as soon as it may.
func TestZoneQueueNeverExceedsItsRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.SampledFrom([]float64{0.01, 0.1, 0.7, 1, 3}).Draw(t, "rate")
		z := newZone(rate)
		for i := range 50 {
			z.add(string(rune('0' + i)))
		}
		var given []sim.Time
		for now := sim.Time(0); len(given) < 20; now = z.next(now) {
			now += sim.Time(rapid.SampledFrom([]int64{0, 0, 1e6, 1e9, 30e9}).Draw(t, "late"))
			_, ok := z.take(now)
			require.True(t, ok, "at %v, when it said that it would", now)
			given = append(given, now)
		}
		for i := range given {
			for j := i + 1; j < len(given); j++ {
				require.LessOrEqual(t, float64(j-i), given[j].Sub(given[i]).Seconds()*rate+1+1e-6)
			}
		}
	})
}
