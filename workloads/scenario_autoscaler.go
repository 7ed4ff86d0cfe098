package workloads

import (
	"strconv"
	"strings"
	"time"

	"github.com/wavetank/wavetank/sim/cluster"
)

// Autoscaler is a cluster autoscaler and the node groups that it scales. Defaults are those of the cluster-autoscaler's
// flags of the same meaning (cluster-autoscaler/config/flags/flags.go and FAQ.md, "What are the parameters to CA?").
type Autoscaler struct {
	Groups       []AutoscaledGroup // at least one
	Expander     []string          // each asked about what the one before left; default least-waste
	ScanInterval time.Duration     // default 10s
	ScaleDown    ScaleDown

	MaxNodeProvisionTime        time.Duration // default 15m
	MaxNodesTotal               int           // of the whole cluster; 0 (the default): no limit
	MaxNodesPerScaleUp          int           // default 1000
	NewPodScaleUpDelay          time.Duration // default 0
	BalanceSimilarNodeGroups    bool          // default false
	IgnoreDaemonSetsUtilization bool          // default false
	SkipNodesWithLocalStorage   bool          // default true
	SkipNodesWithSystemPods     bool          // default true
	ExpendablePriorityCutoff    int32         // pods below it neither cause a scale-up nor hold up a scale-down; default -10

	MaxPodEvictionTime       time.Duration // how long an eviction is tried; default 2m
	MaxGracefulTermination   time.Duration // that evicted pods are given; default 10m
	MaxScaleDownParallelism  int           // nodes being removed at a time; default 10
	MaxDrainParallelism      int           // of those with pods to be moved; default 1
	MaxBulkSoftTaintCount    int           // nodes marked as candidates in one scan; default 10
	NodeDeleteDelay          time.Duration // from the taint to the drain or deletion; default 5s
	UnremovableRecheck       time.Duration // until a node is looked at again that could not be removed; default 5m
	InitialNodeGroupBackoff  time.Duration // after a failed scale-up of a group, doubled with each further; default 5m
	MaxNodeGroupBackoff      time.Duration // default 30m
	NodeGroupBackoffReset    time.Duration // without failures until the first back-off is used again; default 3h
	MaxTotalUnreadyPercent   float64       // of the nodes; above it, and OKTotalUnready, nothing is done; default 45
	OKTotalUnready           int           // default 3
	ScaleDownGPUUtilization  float64       // in place of ScaleDown.UtilizationThreshold on nodes with GPUs; default 0.5
	DaemonSetEvictionEmpty   bool          // evict daemon pods of nodes without others; default false
	DaemonSetEvictionDrained bool          // and of nodes with others; default true
}

// AutoscaledGroup is a group of like nodes that grows and shrinks.
type AutoscaledGroup struct {
	Name         string
	Template     NodeGroup // its Count is not used, and its Name is Name-{i}
	Min, Max     int
	Size         int          // at the begin; default Min
	Provisioning Distribution // from the request of a node until it is ready; default 0
	Priority     int          // for the expander priority; default 0
	Unavailable  []Stockout   // when the provider has no such machines
}

// Stockout is a stretch of time in which a provider refuses to add nodes to a group.
type Stockout struct {
	At  time.Duration
	For time.Duration // 0 (the default): to the end
}

// ScaleDown says when nodes are removed.
type ScaleDown struct {
	Enabled              bool          // default true
	UnneededTime         time.Duration // default 10m
	UnreadyTime          time.Duration // likewise for nodes that are not ready; default 20m
	UtilizationThreshold float64       // default 0.5
	DelayAfterAdd        time.Duration // default 10m
	DelayAfterDelete     time.Duration // default 0: the next scan
	DelayAfterFailure    time.Duration // default 3m
}

// The expanders.
const (
	ExpanderRandom     = "random"
	ExpanderMostPods   = "most-pods"
	ExpanderLeastWaste = "least-waste"
	ExpanderPrice      = "price"
	ExpanderPriority   = "priority"
)

// Expanders lists the expanders.
func Expanders() []string {
	return []string{ExpanderRandom, ExpanderMostPods, ExpanderLeastWaste, ExpanderPrice, ExpanderPriority}
}

// DefaultAutoscaler returns an autoscaler without groups.
func DefaultAutoscaler() Autoscaler {
	return Autoscaler{
		Expander: []string{ExpanderLeastWaste}, ScanInterval: 10 * time.Second,
		ScaleDown: ScaleDown{
			Enabled: true, UnneededTime: 10 * time.Minute, UnreadyTime: 20 * time.Minute, UtilizationThreshold: 0.5,
			DelayAfterAdd: 10 * time.Minute, DelayAfterFailure: 3 * time.Minute,
		},
		MaxNodeProvisionTime: 15 * time.Minute, MaxNodesPerScaleUp: 1000,
		SkipNodesWithLocalStorage: true, SkipNodesWithSystemPods: true, ExpendablePriorityCutoff: -10,
		MaxPodEvictionTime: 2 * time.Minute, MaxGracefulTermination: 10 * time.Minute,
		MaxScaleDownParallelism: 10, MaxDrainParallelism: 1, MaxBulkSoftTaintCount: 10,
		NodeDeleteDelay: 5 * time.Second, UnremovableRecheck: 5 * time.Minute,
		InitialNodeGroupBackoff: 5 * time.Minute, MaxNodeGroupBackoff: 30 * time.Minute, NodeGroupBackoffReset: 3 * time.Hour,
		MaxTotalUnreadyPercent: 45, OKTotalUnready: 3, ScaleDownGPUUtilization: 0.5, DaemonSetEvictionDrained: true,
	}
}

// Node makes the i-th node of the group, counted from 0: GROUP-I, with the label cluster.LabelNodeGroup.
func (g *AutoscaledGroup) Node(i int) *cluster.Node {
	node := g.Template.Node(i)
	node.Name = g.Name + "-" + strconv.Itoa(i)
	node.Labels[cluster.LabelHostname] = node.Name
	node.Labels[cluster.LabelNodeGroup] = g.Name
	return node
}

// Available tells whether the provider has machines for the group at an instant of the run.
func (g *AutoscaledGroup) Available(at time.Duration) bool {
	for _, s := range g.Unavailable {
		if at >= s.At && (s.For == 0 || at < s.At+s.For) {
			return false
		}
	}
	return true
}

// expanderText writes a chain of expanders as the flag --expander has it.
func expanderText(chain []string) string { return strings.Join(chain, ",") }
