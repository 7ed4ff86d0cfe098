package plugins

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Rows of upstream's plugins/noderesources/balanced_allocation_test.go: TestNodeResourcesBalancedAllocation (v1.36.3).
func TestBalancedAllocation(t *testing.T) {
	const withGPU = `{"resources": [{"name": "cpu"}, {"name": "memory"}, {"name": "nvidia.com/gpu", "weight": 1}]}`
	room := func(cpu, mem string) nodeBuilder { return node("n").CPU(cpu).Mem(mem) }
	for _, c := range []struct {
		name, args string
		pod        podBuilder
		node       nodeBuilder
		placed     podBuilder
		want       int64
	}{
		{"75% cpu, 50% memory: 100 -> 87", "", ask("3", "5000"), room("4", "10000"), pod(), 68},
		{"balanced before and after", "", ask("3", "5000"), room("6", "10000"), pod(), 75},
		{"85 -> 82", "", ask("3", "5000"), room("10", "20000"), pod().CPU("3"), 73},
		{"97 -> 95", "", ask("3", "5000"), room("10", "20000"), ask("3", "5000"), 74},
		{"90 -> 80", "", ask("3", "5000"), room("10", "50000"), ask("3", "5000"), 70},
		{"the best there is: 50 -> 100", "", pod().Mem("5000"), room("3", "5000"), pod().CPU("3"), 100},
		{"the worst there is: 100 -> 50", "", pod().Mem("5000"), room("3", "5000"), pod(), 50},
		{"at capacity: 75 -> 50", "", pod().CPU("3"), room("6", "10000"), pod().CPU("3"), 62},
		{"beyond capacity fractions are cut at 1", "", pod().CPU("30"), room("6", "10000"), pod().CPU("3"), 62},
		{"extended: 69 -> 70", withGPU, ask("0", "0").Ext("nvidia.com/gpu", 1), room("3500m", "40000").Ext("nvidia.com/gpu", 8), ask("3", "5000").Ext("nvidia.com/gpu", 3), 75},
		{"extended: 62 -> 65", withGPU, ask("0", "0").Ext("nvidia.com/gpu", 1), room("3500m", "40000").Ext("nvidia.com/gpu", 8), ask("3", "5000"), 76},
		{"extended, not asked for", withGPU, ask("3", "5000"), room("3500m", "40000").Ext("nvidia.com/gpu", 8), pod(), 56},
		{"extended, node has none", withGPU, ask("3", "5000"), room("3500m", "40000"), pod(), 56},
		{"no defaults for what is not stated", "", pod().CPU("1"), room("2", "400Mi"), pod(), 50 + (50+75-100)/2},
		{"one resource is always balanced", `{"resources": [{"name": "cpu"}]}`, pod().CPU("1"), room("2", "1"), pod(), 75},
		{"a node without resources", "", ask("1", "1"), node("n"), pod(), 75},
	} {
		t.Run(c.name, func(t *testing.T) {
			plugin := build[framework.ScorePlugin](t, NodeResourcesBalancedAllocation, c.args)
			p := c.pod.Obj()
			require.True(t, plugin.(framework.PreScorePlugin).PreScore(nil, p, nil, nil).IsSuccess())
			require.Equal(t, c.want, plugin.Score(nil, p, c.node.With(c.placed.Obj())))
		})
	}
}

func TestBalancedAllocationSkipsPodsThatAskForNothing(t *testing.T) {
	plugin := build[framework.ScorePlugin](t, NodeResourcesBalancedAllocation, "")
	for _, p := range []*cluster.Pod{pod().Obj(), ask("0", "0").Obj(), pod().Storage("1").Ext("example.com/a", 1).Obj()} {
		require.Equal(t, "Skip", verdict(plugin.(framework.PreScorePlugin).PreScore(nil, p, nil, nil)))
		require.Zero(t, plugin.Score(nil, p, node("n").CPU("1").With()), "without PreScore the score is 0")
	}
}

// slowBalance is the formula as the textbook writes it, over a list of fractions.
func slowBalance(fractions []float64) int64 {
	mean, squares := 0.0, 0.0
	for _, f := range fractions {
		mean += f / float64(len(fractions))
	}
	for _, f := range fractions {
		squares += (f - mean) * (f - mean) / float64(len(fractions))
	}
	return int64((1 - math.Sqrt(squares)) * 100)
}

func TestBalancedAllocationAgreesWithTheTextbook(t *testing.T) {
	names := []cluster.ResourceName{"cpu", "memory", "ephemeral-storage", "example.com/a"}
	plugin := build[framework.ScorePlugin](t, NodeResourcesBalancedAllocation,
		`{"resources": [{"name": "cpu"}, {"name": "memory"}, {"name": "ephemeral-storage"}, {"name": "example.com/a"}]}`)
	rapid.Check(t, func(t *rapid.T) {
		p, n := drawRequests(t, "pod", 14), drawRoom(t)
		var with, without []float64
		asked := false
		for _, name := range names {
			want, has, used := p.Spec.Requests().Get(name), n.Node.Allocatable.Get(name), n.Requested.Get(name)
			asked = asked || want > 0
			if has == 0 || want == 0 && name == "example.com/a" {
				continue
			}
			with = append(with, min(1, float64(used+want)/float64(has)))
			without = append(without, min(1, float64(used)/float64(has)))
		}
		want := int64(0)
		if asked {
			want = 50 + (50+slowBalance(with)-slowBalance(without))/2
		}
		require.InDelta(t, want, plugin.Score(nil, p, n), 1, "but for the last bit of a sum")
	})
}
