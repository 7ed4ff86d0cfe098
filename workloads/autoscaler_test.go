package workloads

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim/cluster"
)

const autoscaled = `workload: [{synthetic: {arrivals: {every: 1s}, duration: 1s, requests: [{}], count: 1}}]
autoscaler:
  expander: priority, least-waste
  scanInterval: 5s
  maxNodesTotal: 12
  scaleDown: {unneededTime: 1m, utilizationThreshold: 0.25}
  groups:
    - {name: small, max: 3, capacity: {cpu: 4, memory: 8Gi}, zones: [a, b], labels: {pool: web}, price: 0.25, provisioning: {exponential: 2m}}
    - {name: big, min: 1, max: 4, size: 2, capacity: {cpu: 16, memory: 64Gi}, priority: 10, unavailable: [{at: 1h, for: 10m}, {at: 3h}]}
`

func TestAutoscalerIsRead(t *testing.T) {
	s := decode(t, autoscaled)
	require.True(t, s.Reconciled())
	require.Empty(t, s.Cluster, "the groups have all nodes")
	a := s.Autoscaler
	want := DefaultAutoscaler()
	want.Expander, want.ScanInterval, want.MaxNodesTotal = []string{"priority", "least-waste"}, 5*time.Second, 12
	want.ScaleDown.UnneededTime, want.ScaleDown.UtilizationThreshold = time.Minute, 0.25
	want.Groups = a.Groups
	require.Equal(t, &want, a)
	small, big := a.Groups[0], a.Groups[1]
	require.Equal(t, []any{0, 3, 0, Exponential{2 * time.Minute}}, []any{small.Min, small.Max, small.Size, small.Provisioning})
	require.Equal(t, []any{1, 4, 2, 10, Constant{}}, []any{big.Min, big.Max, big.Size, big.Priority, big.Provisioning})
	require.Equal(t, "big-{i}", big.Template.Name)
	for at, want := range map[time.Duration]bool{0: true, time.Hour: false, 70*time.Minute - 1: false, 70 * time.Minute: true, 3 * time.Hour: false, 99 * time.Hour: false} {
		require.Equal(t, want, big.Available(at), at)
	}
}

func TestNodesOfAnAutoscaledGroup(t *testing.T) {
	a := decode(t, autoscaled).Autoscaler
	n := a.Groups[0].Node(3)
	require.Equal(t, "small-3", n.Name)
	require.Equal(t, 0.25, n.Price)
	require.Equal(t, []string{"small-3", "small", "b", "web"},
		[]string{n.Labels[cluster.LabelHostname], n.Labels[cluster.LabelNodeGroup], n.Labels[cluster.LabelZone], n.Labels["pool"]})
	require.Equal(t, int64(DefaultPods), n.AllocatablePods)
	require.NotSame(t, a.Groups[0].Node(3), n, "a new object each time")
	require.Equal(t, int64(4000), n.Allocatable.MilliCPU)
}

func TestPriceOfFixedNodes(t *testing.T) {
	s := decode(t, strings.Replace(small, "capacity:", "price: 0.5, capacity:", 1))
	require.Equal(t, 0.5, s.Cluster[0].Nodes.Node(0).Price)
}

func TestAutoscalerTakesItsDefaultsFromTheFlags(t *testing.T) {
	a := DefaultAutoscaler()
	require.Equal(t, []any{10 * time.Second, 15 * time.Minute, 10 * time.Minute, 20 * time.Minute, 0.5, 10 * time.Minute, time.Duration(0), 3 * time.Minute},
		[]any{a.ScanInterval, a.MaxNodeProvisionTime, a.ScaleDown.UnneededTime, a.ScaleDown.UnreadyTime, a.ScaleDown.UtilizationThreshold,
			a.ScaleDown.DelayAfterAdd, a.ScaleDown.DelayAfterDelete, a.ScaleDown.DelayAfterFailure})
	require.True(t, a.ScaleDown.Enabled)
}

func TestBadAutoscalers(t *testing.T) {
	group := func(line string) string { return small + "autoscaler:\n  groups:\n    - {" + line + "}\n" }
	capacity := "capacity: {cpu: 4, memory: 8Gi}"
	checkBad(t, []badCase{
		{"no groups", small + "autoscaler: {scanInterval: 10s}\n", ":5: autoscaler: groups is missing"},
		{"an empty list of groups", small + "autoscaler: {groups: []}\n", ":5: autoscaler.groups: an empty list"},
		{"no name", group("max: 1, " + capacity), ":7: autoscaler.groups[0]: name is missing"},
		{"no max", group("name: a, " + capacity), ":7: autoscaler.groups[0]: max is missing"},
		{"no capacity", group("name: a, max: 1"), ":7: autoscaler.groups[0]: capacity is missing"},
		{"numbered", group("name: 'a-{i}', max: 1, " + capacity), ":7: autoscaler.groups[0]: name: the nodes of a-{i} are numbered by themselves: {i} is not to stand in it"},
		{"min over max", group("name: a, min: 3, max: 2, size: 2, " + capacity), ":7: autoscaler.groups[0]: min 3 is over max 2"},
		{"size over max", group("name: a, max: 2, size: 3, " + capacity), ":7: autoscaler.groups[0]: size 3 is not between min 0 and max 2"},
		{"size under min", group("name: a, min: 1, max: 2, size: 0, " + capacity), ":7: autoscaler.groups[0]: size 0 is not between min 1 and max 2"},
		{"a count", group("name: a, max: 2, count: 3, " + capacity), ":7: autoscaler.groups[0].count: unknown field; known are name, min, max, size, provisioning, priority, unavailable, capacity, allocatable, zones, regions, labels, taints, gpus, gpuModel, price"},
		{"a negative price", group("name: a, max: 2, price: -1, " + capacity), ":7: autoscaler.groups[0].price: negative: -1"},
		{"a stockout without begin", group("name: a, max: 2, unavailable: [{for: 1m}], " + capacity), ":7: autoscaler.groups[0].unavailable[0]: at is missing"},
		{"an unknown expander", small + "autoscaler:\n  expander: least-wase\n", ":6: autoscaler.expander: unknown: least-wase; did you mean least-waste?"},
		{"an expander twice", small + "autoscaler:\n  expander: price,price\n", ":6: autoscaler.expander: price comes twice"},
		{"a share over 1", small + "autoscaler:\n  scaleDown: {utilizationThreshold: 1.5}\n", ":6: autoscaler.scaleDown.utilizationThreshold: not a number from 0 to 1: 1.5"},
		{"no time between scans", small + "autoscaler:\n  scanInterval: 0s\n", ":6: autoscaler.scanInterval: not above 0: 0s"},
		{"two groups of a name", small + "autoscaler:\n  groups:\n    - {name: a, max: 1, " + capacity + "}\n    - {name: a, max: 1, " + capacity + "}\n",
			":8: autoscaler.groups[1]: the same names as autoscaler.groups[0]"},
		{"a group named as nodes are", small + "autoscaler:\n  groups:\n    - {name: n, max: 1, " + capacity + "}\n",
			":7: autoscaler.groups[0]: the same names as cluster[0].nodes"},
	})
}

// The README names every key of an autoscaler.
func TestReadmeOfAutoscaler(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	keys := 0
	for _, m := range regexp.MustCompile(`(?m)^[ -]*([A-Za-z]+):( |$)`).FindAllStringSubmatch(marshal(t, decode(t, autoscaled)), -1) {
		if m[1] != "pool" {
			require.Contains(t, string(text), "`"+m[1]+"`", "README.md does not say what %s is", m[1])
			keys++
		}
	}
	require.Greater(t, keys, 50)
	for _, name := range Expanders() {
		require.Contains(t, string(text), "`"+name+"`")
	}
}

func genAutoscaler(t *rapid.T) *Autoscaler {
	a := DefaultAutoscaler()
	a.Expander = rapid.SampledFrom([][]string{{"random"}, {"price"}, {"priority", "most-pods", "least-waste"}}).Draw(t, "expander")
	for _, span := range []*time.Duration{&a.NewPodScaleUpDelay, &a.MaxPodEvictionTime, &a.MaxGracefulTermination, &a.NodeDeleteDelay,
		&a.ScaleDown.UnneededTime, &a.ScaleDown.UnreadyTime, &a.ScaleDown.DelayAfterAdd, &a.ScaleDown.DelayAfterDelete, &a.ScaleDown.DelayAfterFailure} {
		*span = genSpan.Draw(t, "span")
	}
	for _, span := range []*time.Duration{&a.ScanInterval, &a.MaxNodeProvisionTime, &a.UnremovableRecheck, &a.InitialNodeGroupBackoff,
		&a.MaxNodeGroupBackoff, &a.NodeGroupBackoffReset} {
		*span = genLong.Draw(t, "long span")
	}
	for _, flag := range []*bool{&a.BalanceSimilarNodeGroups, &a.IgnoreDaemonSetsUtilization, &a.SkipNodesWithLocalStorage, &a.SkipNodesWithSystemPods,
		&a.ScaleDown.Enabled, &a.DaemonSetEvictionDrained, &a.DaemonSetEvictionEmpty} {
		*flag = rapid.Bool().Draw(t, "flag")
	}
	a.ScaleDown.UtilizationThreshold = rapid.Float64Range(0, 1).Draw(t, "threshold")
	a.MaxTotalUnreadyPercent = rapid.Float64Range(0, 100).Draw(t, "percentage")
	a.ExpendablePriorityCutoff = rapid.Int32().Draw(t, "cutoff")
	a.MaxNodesTotal = rapid.IntRange(0, maxNodes).Draw(t, "total")
	for i := range rapid.IntRange(1, 3).Draw(t, "groups") {
		a.Groups = append(a.Groups, genGroup(t, i))
	}
	return &a
}

func genGroup(t *rapid.T, i int) AutoscaledGroup {
	g := AutoscaledGroup{Template: *genNodes(t, i+100), Provisioning: genDist(t), Priority: rapid.IntRange(0, 9).Draw(t, "priority")}
	g.Name = rapid.StringMatching(`[a-z]{1,5}`).Draw(t, "group") + string(rune('0'+i))
	g.Template.Count, g.Template.Name = 1, g.Name+"-{i}"
	g.Max = rapid.IntRange(1, 50).Draw(t, "max")
	g.Min = rapid.IntRange(0, g.Max).Draw(t, "min")
	g.Size = rapid.IntRange(g.Min, g.Max).Draw(t, "size")
	g.Unavailable = genList(t, "unavailable", func(t *rapid.T) Stockout {
		return Stockout{At: genSpan.Draw(t, "at"), For: genSpan.Draw(t, "for")}
	})
	return g
}

func TestEveryAutoscalerIsReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genScenario(t)
		s.Autoscaler = genAutoscaler(t)
		require.Equal(t, s, again(t, s))
	})
}
