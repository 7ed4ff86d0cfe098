package workloads

import (
	"strconv"

	"gopkg.in/yaml.v3"
)

// node writes the autoscaler with all its values.
func (a *Autoscaler) node() *yaml.Node {
	if a == nil {
		return nil
	}
	return object(append([]pair{
		{"groups", sequence(a.Groups, AutoscaledGroup.node)},
		{"expander", text(expanderText(a.Expander))},
		{"scaleDown", a.ScaleDown.node()},
	}, a.pairs()...)...)
}

func (a *Autoscaler) pairs() []pair {
	return []pair{
		{"scanInterval", spanNode(a.ScanInterval)},
		{"maxNodeProvisionTime", spanNode(a.MaxNodeProvisionTime)},
		{"maxNodesTotal", intNode(a.MaxNodesTotal)},
		{"maxNodesPerScaleUp", intNode(a.MaxNodesPerScaleUp)},
		{"newPodScaleUpDelay", spanNode(a.NewPodScaleUpDelay)},
		{"balanceSimilarNodeGroups", boolNode(a.BalanceSimilarNodeGroups)},
		{"ignoreDaemonSetsUtilization", boolNode(a.IgnoreDaemonSetsUtilization)},
		{"skipNodesWithLocalStorage", boolNode(a.SkipNodesWithLocalStorage)},
		{"skipNodesWithSystemPods", boolNode(a.SkipNodesWithSystemPods)},
		{"expendablePodsPriorityCutoff", intNode(a.ExpendablePriorityCutoff)},
		{"maxPodEvictionTime", spanNode(a.MaxPodEvictionTime)},
		{"maxGracefulTermination", spanNode(a.MaxGracefulTermination)},
		{"maxScaleDownParallelism", intNode(a.MaxScaleDownParallelism)},
		{"maxDrainParallelism", intNode(a.MaxDrainParallelism)},
		{"maxBulkSoftTaintCount", intNode(a.MaxBulkSoftTaintCount)},
		{"nodeDeleteDelayAfterTaint", spanNode(a.NodeDeleteDelay)},
		{"unremovableNodeRecheckTimeout", spanNode(a.UnremovableRecheck)},
		{"initialNodeGroupBackoff", spanNode(a.InitialNodeGroupBackoff)},
		{"maxNodeGroupBackoff", spanNode(a.MaxNodeGroupBackoff)},
		{"nodeGroupBackoffReset", spanNode(a.NodeGroupBackoffReset)},
		{"maxTotalUnreadyPercentage", floatNode(a.MaxTotalUnreadyPercent)},
		{"okTotalUnreadyCount", intNode(a.OKTotalUnready)},
		{"scaleDownGpuUtilizationThreshold", floatNode(a.ScaleDownGPUUtilization)},
		{"daemonSetEvictionForEmptyNodes", boolNode(a.DaemonSetEvictionEmpty)},
		{"daemonSetEvictionForOccupiedNodes", boolNode(a.DaemonSetEvictionDrained)},
	}
}

func (s ScaleDown) node() *yaml.Node {
	return object(
		pair{"enabled", boolNode(s.Enabled)},
		pair{"unneededTime", spanNode(s.UnneededTime)},
		pair{"unreadyTime", spanNode(s.UnreadyTime)},
		pair{"utilizationThreshold", floatNode(s.UtilizationThreshold)},
		pair{"delayAfterAdd", spanNode(s.DelayAfterAdd)},
		pair{"delayAfterDelete", spanNode(s.DelayAfterDelete)},
		pair{"delayAfterFailure", spanNode(s.DelayAfterFailure)},
	)
}

func (g AutoscaledGroup) node() *yaml.Node {
	return object(append([]pair{
		{"name", text(g.Name)},
		{"min", intNode(g.Min)},
		{"max", intNode(g.Max)},
		{"size", intNode(g.Size)},
		{"provisioning", distributionNode(g.Provisioning)},
		{"priority", intNode(g.Priority)},
		{"unavailable", sequence(g.Unavailable, Stockout.node)},
	}, g.Template.pairs()...)...)
}

func (s Stockout) node() *yaml.Node {
	return object(pair{"at", spanNode(s.At)}, unless(s.For == 0, "for", spanNode(s.For)))
}

func boolNode(b bool) *yaml.Node { return word(strconv.FormatBool(b)) }
