package plugins

import (
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// nodeUnschedulable keeps pods off cordoned nodes, unless they tolerate the taint node.kubernetes.io/unschedulable
// (plugins/nodeunschedulable/node_unschedulable.go, v1.36). The field alone counts here, not a taint on the node.
type nodeUnschedulable struct{}

var (
	_ framework.FilterPlugin      = nodeUnschedulable{}
	_ framework.EnqueueExtensions = nodeUnschedulable{}
	_ framework.NodeLocal         = nodeUnschedulable{}
)

var nodeIsUnschedulable = framework.NewStatus(NodeUnschedulable, framework.UnschedulableAndUnresolvable,
	"node(s) were unschedulable")

func newNodeUnschedulable(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	return nodeUnschedulable{}, noArgs(NodeUnschedulable, args)
}

func (nodeUnschedulable) Name() string { return NodeUnschedulable }

func (nodeUnschedulable) NodeLocal(*cluster.Pod, *cluster.Snapshot) bool { return true }

func (nodeUnschedulable) Filter(_ *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	if !node.Node.Unschedulable || toleratesUnschedulable(pod) {
		return nil
	}
	return nodeIsUnschedulable
}

func toleratesUnschedulable(pod *cluster.Pod) bool {
	taint := cluster.Taint{Key: cluster.TaintUnschedulable, Effect: cluster.NoSchedule}
	return cluster.Tolerated(pod.Spec.Tolerations, &taint)
}

func (p nodeUnschedulable) EventsToRegister() []framework.ClusterEventWithHint {
	return []framework.ClusterEventWithHint{
		on(framework.NodeEvent, framework.ActionAdd|framework.UpdateNodeTaint, p.afterNodeChange),
		on(framework.PodEvent, framework.UpdatePodToleration, p.afterToleration),
	}
}

// afterNodeChange: a schedulable node joined, or a node was uncordoned.
func (nodeUnschedulable) afterNodeChange(_ *cluster.Pod, change *cluster.Change) bool {
	before, after := change.Nodes()
	return !after.Unschedulable && (before == nil || before.Unschedulable)
}

// afterToleration: the pod itself now tolerates cordoned nodes.
func (nodeUnschedulable) afterToleration(pod *cluster.Pod, change *cluster.Change) bool {
	_, after := change.Pods()
	return ofPod(pod, change) && toleratesUnschedulable(after)
}
