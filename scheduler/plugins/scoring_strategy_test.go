package plugins

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

func strategyArgs(kind, resources string) string {
	return fmt.Sprintf(`{"scoringStrategy": {"type": %q, "resources": [%s]}}`, kind, resources)
}

func fitScore(t testing.TB, args string, p podBuilder, n nodeBuilder, placed ...*cluster.Pod) int64 {
	t.Helper()
	return build[framework.ScorePlugin](t, NodeResourcesFit, args).Score(nil, p.Obj(), n.With(placed...))
}

// Rows of upstream's plugins/noderesources/least_allocated_test.go: TestLeastAllocatedScoringStrategy (v1.36.3).
func TestLeastAllocated(t *testing.T) {
	two := func(p podBuilder) podBuilder { // 1 + 2 cores, 2000 + 3000 bytes
		p.p.Spec.Containers = []cluster.Container{ask("1", "2000").p.Spec.Containers[0], ask("2", "3000").p.Spec.Containers[0]}
		return p
	}
	for _, c := range []struct {
		name   string
		args   string
		pod    podBuilder
		node   nodeBuilder
		placed *cluster.Pod
		want   int64
	}{
		{"nothing scheduled, nothing stated: 100m and 200Mi are assumed", "", pod(), node("n").CPU("4").Mem("2Gi"), nil, (97 + 90) / 2},
		{"resources requested", "", two(pod()), node("n").CPU("4").Mem("10000"), nil, (25 + 50) / 2},
		{"on a bigger node", "", two(pod()), node("n").CPU("6").Mem("10000"), nil, 50},
		{"zero stated, pods scheduled", "", ask("0", "0"), node("n").CPU("10").Mem("20000"), ask("6", "5000").Obj(), (40 + 75) / 2},
		{"resources requested, pods scheduled", "", two(pod()), node("n").CPU("10").Mem("20000"), ask("3", "5000").Obj(), (40 + 50) / 2},
		{"requested beyond capacity", "", ask("3", "0"), node("n").CPU("4").Mem("10000"), ask("3", "5000").Obj(), (0 + 50) / 2},
		{"a node without any resource", "", pod(), node("n"), ask("3", "5000").Obj(), 0},
		{"a resource that the node lacks takes no weight", "", ask("1", "1"), node("n").CPU("4"), nil, 75},
		{"weights", strategyArgs("LeastAllocated", `{"name": "memory", "weight": 2}, {"name": "cpu", "weight": 1}`), two(pod()), node("n").CPU("4").Mem("10000"), nil, (25 + 50*2) / 3},
		{"an extended resource that is not asked for takes no part", strategyArgs("LeastAllocated", `{"name": "cpu"}, {"name": "example.com/gpu", "weight": 9}`), ask("1", "0"), node("n").CPU("4").Ext("example.com/gpu", 8), nil, 75},
		{"one that is asked for does", strategyArgs("LeastAllocated", `{"name": "cpu"}, {"name": "example.com/gpu", "weight": 3}`), ask("1", "0").Ext("example.com/gpu", 2), node("n").CPU("4").Ext("example.com/gpu", 8), pod().Ext("example.com/gpu", 2).CPU("0").Obj(), (75 + 3*50) / 4},
		{"one that the node lacks takes no weight", strategyArgs("LeastAllocated", `{"name": "cpu"}, {"name": "example.com/gpu", "weight": 3}`), ask("1", "0").Ext("example.com/gpu", 2), node("n").CPU("4"), nil, 75},
		{"storage counts as stated", strategyArgs("LeastAllocated", `{"name": "ephemeral-storage"}`), pod(), node("n").Storage("100"), pod().Storage("30").Obj(), 70},
	} {
		t.Run(c.name, func(t *testing.T) {
			var placed []*cluster.Pod
			if c.placed != nil {
				placed = append(placed, c.placed)
			}
			require.Equal(t, c.want, fitScore(t, c.args, c.pod, c.node, placed...))
		})
	}
}

// Filters and the pods on a node count pod-level requests, the score of the pod itself does not, as in v1.36.3.
func TestFitScoreLeavesPodLevelRequestsOut(t *testing.T) {
	podLevel := func() podBuilder {
		b := pod().CPU("1") // memory is not stated: 200Mi are assumed
		b.p.Spec.PodRequests = &cluster.Resources{MilliCPU: 3000, Memory: 500 << 20}
		b.p.Spec.PodRequestsCPU, b.p.Spec.PodRequestsMem = true, true
		b.p.Spec.Overhead = cluster.Resources{MilliCPU: 500}
		return b
	}
	n := func() nodeBuilder { return node("n").CPU("10").Mem("1000Mi") }
	require.EqualValues(t, (85+80)/2, fitScore(t, "", podLevel(), n()), "1.5 cores and 200Mi")
	require.EqualValues(t, (100-15-35+100-20-50)/2, fitScore(t, "", podLevel(), n(), podLevel().Obj()), "3.5 cores and 500Mi are there")

	filter := build[framework.FilterPlugin](t, NodeResourcesFit, "")
	require.Equal(t, "UnschedulableAndUnresolvable: Insufficient cpu", verdict(filter.Filter(nil, podLevel().Obj(), n().CPU("3").With())))
	balanced := build[framework.ScorePlugin](t, NodeResourcesBalancedAllocation, "")
	require.EqualValues(t, 50+(50+92-100)/2, balanced.Score(nil, podLevel().Obj(), n().With()), "35% of cpu and 50% of memory")
}

// Rows of upstream's plugins/noderesources/most_allocated_test.go: TestMostAllocatedScoringStrategy (v1.36.3).
func TestMostAllocated(t *testing.T) {
	most := strategyArgs("MostAllocated", `{"name": "cpu"}, {"name": "memory"}`)
	require.EqualValues(t, 0, fitScore(t, most, ask("0", "0"), node("n").CPU("4").Mem("10000")))
	require.EqualValues(t, (75+50)/2, fitScore(t, most, ask("3", "5000"), node("n").CPU("4").Mem("10000")))
	require.EqualValues(t, (50+50)/2, fitScore(t, most, ask("3", "5000"), node("n").CPU("6").Mem("10000")))
	require.EqualValues(t, (60+25)/2, fitScore(t, most, ask("0", "0"), node("n").CPU("10").Mem("20000"), ask("6", "5000").Obj()))
	require.EqualValues(t, (100+90)/2, fitScore(t, most, ask("5", "9000"), node("n").CPU("4").Mem("10000")), "beyond capacity is full")
	require.EqualValues(t, 0, fitScore(t, most, ask("1", "1"), node("n")))
	weighted := strategyArgs("MostAllocated", `{"name": "memory", "weight": 2}, {"name": "cpu"}`)
	require.EqualValues(t, (2*50+75)/3, fitScore(t, weighted, ask("3", "5000"), node("n").CPU("4").Mem("10000")))
}

func ratioArgs(resources, shape string) string {
	return fmt.Sprintf(`{"scoringStrategy": {"type": "RequestedToCapacityRatio", "resources": [%s],
		"requestedToCapacityRatio": {"shape": [%s]}}}`, resources, shape)
}

// Rows of upstream's plugins/noderesources/requested_to_capacity_ratio_test.go (v1.36.3).
func TestRequestedToCapacityRatio(t *testing.T) {
	const (
		spread  = `{"utilization": 0, "score": 10}, {"utilization": 100, "score": 0}`
		slow    = `{"utilization": 0, "score": 0}, {"utilization": 100, "score": 1}`
		pack    = `{"utilization": 0, "score": 0}, {"utilization": 100, "score": 10}`
		foo     = `{"name": "intel.com/foo"}`
		fooBar  = `{"name": "intel.com/foo", "weight": 3}, {"name": "intel.com/bar", "weight": 5}`
		cpuMem  = `{"name": "cpu"}, {"name": "memory"}`
		foo8    = 8
		foo4    = 4
		fooName = cluster.ResourceName("intel.com/foo")
	)
	for _, c := range []struct {
		name, args string
		pod        podBuilder
		node       nodeBuilder
		placed     podBuilder
		want       int64
	}{
		{"nothing requested", ratioArgs(cpuMem, spread), ask("0", "0"), node("n").CPU("4").Mem("10000"), ask("0", "0"), 100},
		{"rounded to the nearest: (25+50)/2 = 38", ratioArgs(cpuMem, spread), ask("3", "5000"), node("n").CPU("4").Mem("10000"), ask("0", "0"), 38},
		{"bigger node", ratioArgs(cpuMem, spread), ask("3", "5000"), node("n").CPU("6").Mem("10000"), ask("0", "0"), 50},
		{"pods scheduled", ratioArgs(cpuMem, spread), ask("0", "0"), node("n").CPU("4").Mem("10000"), ask("3", "5000"), 38},
		{"extended, not asked for", ratioArgs(foo, slow), pod(), node("n").Ext(fooName, foo8), pod(), 0},
		{"extended, 2 of 8", ratioArgs(foo, slow), pod().Ext(fooName, 2), node("n").Ext(fooName, foo8), pod(), 2},
		{"extended, 2 of 4", ratioArgs(foo, slow), pod().Ext(fooName, 2), node("n").Ext(fooName, foo4), pod(), 5},
		{"extended, all with the pod there", ratioArgs(foo, slow), pod().Ext(fooName, 2), node("n").Ext(fooName, foo4), pod().Ext(fooName, 2), 10},
		{"beyond capacity is 100 percent", ratioArgs(foo, slow), pod().Ext(fooName, 9), node("n").Ext(fooName, foo4), pod(), 10},
		{"two with weights 3 and 5", ratioArgs(fooBar, pack), pod().Ext(fooName, 2).Ext("intel.com/bar", 2), node("n").Ext(fooName, 8).Ext("intel.com/bar", 4), pod(), 41},
		{"a resource that scores 0 takes no weight", ratioArgs(fooBar, pack), pod().Ext(fooName, 2).Ext("intel.com/bar", 1), node("n").Ext(fooName, 8).Ext("intel.com/bar", 400), pod(), 25},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, fitScore(t, c.args, c.pod, c.node, c.placed.Obj()))
		})
	}
}

// Upstream's TestBrokenLinearFunction (v1.36.3); scores here are times ten.
func TestShape(t *testing.T) {
	for _, c := range []struct {
		points []UtilizationShapePoint
		want   map[int64]int64
	}{
		{[]UtilizationShapePoint{{10, 1}, {90, 9}}, map[int64]int64{0: 10, 9: 10, 10: 10, 15: 15, 20: 20, 89: 89, 90: 90, 100: 90}},
		{[]UtilizationShapePoint{{0, 2}, {40, 10}, {100, 0}}, map[int64]int64{0: 20, 20: 60, 30: 80, 40: 100, 70: 50, 71: 49, 100: 0}},
		{[]UtilizationShapePoint{{0, 2}, {40, 2}, {100, 2}}, map[int64]int64{0: 20, 40: 20, 70: 20, 100: 20}},
		{[]UtilizationShapePoint{{50, 7}}, map[int64]int64{0: 70, 50: 70, 100: 70}},
	} {
		r := newRequestedToCapacityRatio(c.points)
		for at, want := range c.want {
			require.Equal(t, want, r.at(at), "%v at %d", c.points, at)
		}
	}
}

func TestFitScoresStayInRange(t *testing.T) {
	const all = `{"name": "cpu", "weight": 7}, {"name": "memory"}, {"name": "ephemeral-storage"}, {"name": "example.com/a", "weight": 3}`
	var strategies []framework.ScorePlugin
	for _, args := range []string{
		strategyArgs("LeastAllocated", all), strategyArgs("MostAllocated", all),
		ratioArgs(all, `{"utilization": 0, "score": 3}, {"utilization": 30, "score": 10}, {"utilization": 90, "score": 0}`),
	} {
		strategies = append(strategies, build[framework.ScorePlugin](t, NodeResourcesFit, args))
	}
	balanced := build[framework.ScorePlugin](t, NodeResourcesBalancedAllocation, `{"resources": [{"name": "cpu"}, {"name": "memory"}, {"name": "example.com/a"}]}`)
	rapid.Check(t, func(t *rapid.T) {
		p, n := drawRequests(t, "pod", 9), drawRoom(t)
		for _, s := range append(strategies, balanced) {
			require.GreaterOrEqual(t, s.Score(nil, p, n), int64(0))
			require.LessOrEqual(t, s.Score(nil, p, n), framework.MaxNodeScore)
		}
	})
}

// Where exact fractions are at hand, least and most allocated are complements but for rounding.
func TestLeastAndMostAllocatedAreComplements(t *testing.T) {
	least, most := build[framework.ScorePlugin](t, NodeResourcesFit, ""), build[framework.ScorePlugin](t, NodeResourcesFit, strategyArgs("MostAllocated", ""))
	rapid.Check(t, func(t *rapid.T) {
		cpu, mem := rapid.Int64Range(1, 1000).Draw(t, "cpu"), rapid.Int64Range(1, 1<<40).Draw(t, "memory")
		b := ask("0", "0")
		b.main().Requests = cluster.Resources{MilliCPU: rapid.Int64Range(0, cpu).Draw(t, "asked cpu"), Memory: rapid.Int64Range(0, mem).Draw(t, "asked memory")}
		n := node("n")
		n.n.Allocatable = cluster.Resources{MilliCPU: cpu, Memory: mem}
		p, info := b.Obj(), n.With()
		sum := least.Score(nil, p, info) + most.Score(nil, p, info)
		require.LessOrEqual(t, math.Abs(float64(100-sum)), 2.0)
	})
}
