package plugins

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Compare with benchstat: go test -run '^$' -bench . -benchmem -count 10 ./scheduler/plugins

// hotCases are the filters and scores that run on every node, on a node that fits and one that does not.
func hotCases(t testing.TB) map[string]func() {
	fit := build[framework.FilterPlugin](t, NodeResourcesFit, "")
	balanced := build[framework.ScorePlugin](t, NodeResourcesBalancedAllocation, `{"resources": [{"name": "cpu"}, {"name": "memory"}, {"name": "example.com/gpu"}]}`)
	ratio := build[framework.ScorePlugin](t, NodeResourcesFit, ratioArgs(`{"name": "cpu"}, {"name": "example.com/gpu"}`, `{"utilization": 0, "score": 0}, {"utilization": 100, "score": 10}`))
	taints := build[framework.FilterPlugin](t, TaintToleration, "")
	gpus, best := build[framework.FilterPlugin](t, GPUShare, ""), build[framework.ScorePlugin](t, BestFit, "")
	affinity := build[framework.FilterPlugin](t, NodeAffinity, "")

	p := ask("2", "4Gi").Ext("example.com/gpu", 1).GPU(1, 500).Selector("disk=ssd").Prefers(5, term("zone=a")).Obj()
	room := node("n").CPU("64").Mem("256Gi").Ext("example.com/gpu", 8).GPUs(8).Labels("disk=ssd zone=a").Taint("a", "", cluster.PreferNoSchedule).
		With(ask("8", "32Gi").Ext("example.com/gpu", 2).Obj())
	full := node("n").CPU("1").Mem("1Gi").Taint("b", "", cluster.NoSchedule).With()
	filter := func(plugin framework.FilterPlugin, n *cluster.NodeInfo, fits bool) func() {
		require.Equal(t, fits, plugin.Filter(nil, p, n).IsSuccess())
		return func() { plugin.Filter(nil, p, n) }
	}
	score := func(plugin framework.ScorePlugin) func() { return func() { plugin.Score(nil, p, room) } }
	return map[string]func(){
		"NodeResourcesFit/Filter/fits":          filter(fit, room, true),
		"NodeResourcesFit/Filter/rejected":      filter(fit, full, false),
		"NodeResourcesFit/Score":                score(fit.(framework.ScorePlugin)),
		"NodeResourcesFit/Score/ratio":          score(ratio),
		"NodeResourcesBalancedAllocation/Score": score(balanced),
		"TaintToleration/Filter/rejected":       filter(taints, full, false),
		"TaintToleration/Score":                 score(taints.(framework.ScorePlugin)),
		"NodeAffinity/Filter/fits":              filter(affinity, room, true),
		"NodeAffinity/Score":                    score(affinity.(framework.ScorePlugin)),
		"GPUShare/Filter/fits":                  filter(gpus, room, true),
		"GPUShare/Filter/rejected":              filter(gpus, full, false),
		"BestFit/Score":                         score(best),
	}
}

func TestHotPathsAllocateNothing(t *testing.T) {
	for name, run := range hotCases(t) {
		require.Zero(t, testing.AllocsPerRun(100, run), name)
	}
}

func BenchmarkNode(b *testing.B) {
	cases := hotCases(b)
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				cases[name]()
			}
		})
	}
}

// BenchmarkFilterAndScore is one decision's work of the two resource plugins over 1,000 nodes.
func BenchmarkFilterAndScore(b *testing.B) {
	fit := build[framework.FilterPlugin](b, NodeResourcesFit, "")
	score, balanced := fit.(framework.ScorePlugin), build[framework.ScorePlugin](b, NodeResourcesBalancedAllocation, "")
	p := ask("2", "4Gi").Obj()
	var nodes []*cluster.NodeInfo
	for i := range 1000 {
		placed := ask("1", "2Gi")
		placed.main().Requests.MilliCPU = int64(i * 70)
		nodes = append(nodes, node("n").CPU("64").Mem("256Gi").With(placed.Obj()))
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, n := range nodes {
			if fit.Filter(nil, p, n) == nil {
				score.Score(nil, p, n)
				balanced.Score(nil, p, n)
			}
		}
	}
}
