package plugins

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

func TestBestAndWorstFit(t *testing.T) {
	for _, c := range []struct {
		name        string
		pod         *cluster.Pod
		nodes       []*cluster.Node
		placed      []*cluster.Pod
		best, worst map[string]int64
	}{
		{
			"the smallest empty node is the tightest", ask("1", "1Gi").Obj(),
			[]*cluster.Node{node("s").CPU("2").Mem("4Gi").Obj(), node("m").CPU("4").Mem("4Gi").Obj(), node("l").CPU("6").Mem("4Gi").Obj()}, nil,
			map[string]int64{"s": 100, "m": 50, "l": 0}, map[string]int64{"s": 0, "m": 50, "l": 100},
		},
		{
			"a big node that is nearly full is tighter", ask("1", "0").Obj(),
			[]*cluster.Node{node("s").CPU("4").Obj(), node("l").CPU("64").Obj()}, []*cluster.Pod{ask("62", "0").On("l").Obj()},
			map[string]int64{"s": 0, "l": 100}, map[string]int64{"s": 100, "l": 0},
		},
		{
			"equal nodes are equally good", ask("1", "0").Obj(),
			[]*cluster.Node{node("a").CPU("4").Obj(), node("b").CPU("4").Obj()}, nil,
			map[string]int64{"a": 100, "b": 100}, map[string]int64{"a": 100, "b": 100},
		},
		{
			"a free GPU is worth twelve cores", ask("1", "0").Obj(),
			[]*cluster.Node{node("gpu").CPU("4").GPUs(1).Obj(), node("less").CPU("15").Obj(), node("more").CPU("17").Obj()}, nil,
			map[string]int64{"less": 100, "gpu": 50, "more": 0}, map[string]int64{"less": 0, "gpu": 50, "more": 100},
		},
		{
			"4 GiB are worth a core", ask("0", "0").Obj(),
			[]*cluster.Node{node("cpu").CPU("2").Obj(), node("mem").Mem("8Gi").Obj(), node("both").CPU("1").Mem("3Gi").Obj()}, nil,
			map[string]int64{"both": 100, "cpu": 0, "mem": 0}, map[string]int64{"both": 0, "cpu": 99, "mem": 100},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := view(c.nodes, c.placed...)
			require.Equal(t, c.best, scores(t, build[framework.ScorePlugin](t, BestFit, ""), c.pod, v))
			require.Equal(t, c.worst, scores(t, build[framework.ScorePlugin](t, WorstFit, ""), c.pod, v))
		})
	}
}

// 100 goes to exactly the nodes with the least (most) left, however close the others are.
func TestOnlyTheBestFitScoresFull(t *testing.T) {
	best, worst := build[framework.ScorePlugin](t, BestFit, ""), build[framework.ScorePlugin](t, WorstFit, "")
	rapid.Check(t, func(t *rapid.T) {
		var nodes []*cluster.Node
		least, most := int64(math.MaxInt64), int64(math.MinInt64)
		left := map[string]int64{}
		p := ask("1", "0").Obj()
		for i := range rapid.IntRange(1, 6).Draw(t, "nodes") {
			b := node(string(rune('a' + i))).CPU("64").GPUs(rapid.IntRange(0, 2).Draw(t, "gpus"))
			b.n.Allocatable.Memory = 1<<38 + rapid.Int64Range(0, 3).Draw(t, "bytes")
			nodes = append(nodes, b.Obj())
			left[b.n.Name] = leftover(p.Spec, b.With())
			least, most = min(least, left[b.n.Name]), max(most, left[b.n.Name])
		}
		v := view(nodes)
		for name, score := range scores(discard{}, best, p, v) {
			require.Equal(t, left[name] == least, score == 100, name)
		}
		for name, score := range scores(discard{}, worst, p, v) {
			require.Equal(t, left[name] == most, score == 100, name)
		}
	})
}

// discard is a testing.TB for helpers inside properties.
type discard struct{ testing.TB }

func (discard) Helper()               {}
func (discard) Errorf(string, ...any) { panic("helper failed") }
func (discard) FailNow()              { panic("helper failed") }

func TestFirstFitFollowsTheSnapshot(t *testing.T) {
	zone := cluster.LabelZone + "="
	v := view([]*cluster.Node{node("b").Labels(zone + "1").Obj(), node("a").Labels(zone + "1").Obj(), node("c").Labels(zone + "2").Obj()})
	plugin := build[framework.ScorePlugin](t, FirstFit, "")
	choose := func(names ...string) string {
		state, nodes := &framework.CycleState{}, []*cluster.NodeInfo{}
		for _, n := range names {
			nodes = append(nodes, v.Node(n))
		}
		require.Nil(t, plugin.(framework.PreScorePlugin).PreScore(state, pod().Obj(), v, nodes))
		chosen := ""
		for _, n := range nodes {
			if s := plugin.Score(state, pod().Obj(), n); s == framework.MaxNodeScore {
				require.Empty(t, chosen, "one node is chosen")
				chosen = n.Name()
			} else {
				require.Zero(t, s)
			}
		}
		return chosen
	}
	require.Equal(t, "b", choose("b", "c", "a"))
	require.Equal(t, "b", choose("a", "b", "c"), "wherever the search began")
	require.Equal(t, "c", choose("a", "c"), "zones take turns: b, c, a")
	require.Equal(t, "a", choose("a"))
	v.RemoveNode("b")
	require.Equal(t, "a", choose("a", "c"), "the order follows the nodes")
	v.AddNode(node("d").Obj())
	require.Equal(t, "d", choose("d"))
}

func TestRandomDrawsEvenlyAndFromThePod(t *testing.T) {
	v := view([]*cluster.Node{node("a").Obj(), node("b").Obj(), node("c").Obj(), node("d").Obj()})
	plugin := build[framework.ScorePlugin](t, Random, "")
	counts := map[string]int{}
	for uid := range cluster.UID(4000) {
		p := pod().UID(uid).Obj()
		first := scores(t, plugin, p, v)
		sum := int64(0)
		for name, s := range first {
			sum += s
			if s == framework.MaxNodeScore {
				counts[name]++
			}
		}
		require.Equal(t, framework.MaxNodeScore, sum, "one node is chosen")
		if uid%500 == 0 {
			require.Equal(t, first, scores(t, plugin, p, v), "the same pod draws the same")
		}
	}
	for name, n := range counts {
		require.InDelta(t, 1000, n, 110, "%s: four standard deviations are 110", name)
	}
}

func TestChoosingPoliciesWithoutPreScoreChooseNone(t *testing.T) {
	for _, name := range []string{Random, FirstFit} {
		require.Zero(t, build[framework.ScorePlugin](t, name, "").Score(&framework.CycleState{}, pod().Obj(), node("n").With()))
	}
}

func TestPoliciesDescribeThemselves(t *testing.T) {
	for _, name := range []string{Random, FirstFit, BestFit, WorstFit} {
		require.NotEmpty(t, build[interface{ Description() string }](t, name, "").Description())
	}
}

func TestNormalize(t *testing.T) {
	for _, c := range []struct {
		name            string
		in              []int64
		toMax, reversed []int64
		inRange         []int64
	}{
		{"none", nil, nil, nil, nil},
		{"all zero", []int64{0, 0}, []int64{0, 0}, []int64{100, 100}, []int64{100, 100}},
		{"scaled and rounded down", []int64{1, 2, 3, 0}, []int64{33, 66, 100, 0}, []int64{67, 34, 0, 100}, []int64{33, 66, 100, 0}},
		{"equal", []int64{7, 7}, []int64{100, 100}, []int64{0, 0}, []int64{100, 100}},
		{"beyond the range", []int64{400, 200, 300}, []int64{100, 50, 75}, []int64{0, 50, 25}, []int64{100, 0, 50}},
	} {
		t.Run(c.name, func(t *testing.T) {
			run := func(normalize func([]int64)) []int64 {
				out := append([]int64(nil), c.in...)
				normalize(out)
				return out
			}
			require.Equal(t, c.toMax, run(func(s []int64) { normalizeToMax(s, false) }))
			require.Equal(t, c.reversed, run(func(s []int64) { normalizeToMax(s, true) }))
			require.Equal(t, c.inRange, run(normalizeRange))
		})
	}
	below := []int64{-5, -1}
	normalizeToMax(below, false)
	require.Equal(t, []int64{-5, -1}, below, "nothing above 0 to scale by, as upstream")
	negative := []int64{-5, -1, -3}
	normalizeRange(negative)
	require.Equal(t, []int64{0, 100, 50}, negative)
}
