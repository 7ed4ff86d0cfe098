package plugins

import (
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// nodeName keeps a pod that names its node to that node (plugins/nodename/node_name.go, v1.36).
type nodeName struct{}

var (
	_ framework.FilterPlugin      = nodeName{}
	_ framework.EnqueueExtensions = nodeName{}
	_ framework.NodeLocal         = nodeName{}
)

var wrongNodeName = framework.NewStatus(NodeName, framework.UnschedulableAndUnresolvable,
	"node(s) didn't match the requested node name")

func newNodeName(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	return nodeName{}, noArgs(NodeName, args)
}

func (nodeName) Name() string { return NodeName }

// NodeLocal holds for pods that name no node: the name is no part of the spec that pods share.
func (nodeName) NodeLocal(pod *cluster.Pod, _ *cluster.Snapshot) bool { return pod.NodeName == "" }

func (nodeName) Filter(_ *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	if pod.NodeName == "" || pod.NodeName == node.Name() {
		return nil
	}
	return wrongNodeName
}

func (nodeName) EventsToRegister() []framework.ClusterEventWithHint {
	return []framework.ClusterEventWithHint{on(framework.NodeEvent, framework.ActionAdd, nil)}
}
