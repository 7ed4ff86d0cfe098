package plugins

import (
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// nodePorts keeps a pod off nodes where a host port it wants is taken (plugins/nodeports/node_ports.go, v1.36).
type nodePorts struct{}

var (
	_ framework.PreFilterPlugin   = nodePorts{}
	_ framework.FilterPlugin      = nodePorts{}
	_ framework.EnqueueExtensions = nodePorts{}
	_ framework.NodeLocal         = nodePorts{}
)

var (
	portTaken     = framework.NewStatus(NodePorts, framework.Unschedulable, "node(s) didn't have free ports for the requested pod ports")
	skipNodePorts = framework.NewStatus(NodePorts, framework.Skip)
)

func newNodePorts(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	return nodePorts{}, noArgs(NodePorts, args)
}

func (nodePorts) Name() string { return NodePorts }

func (nodePorts) NodeLocal(*cluster.Pod, *cluster.Snapshot) bool { return true }

// PreFilter skips pods without host ports.
func (nodePorts) PreFilter(_ *framework.CycleState, pod *cluster.Pod, _ *cluster.Snapshot) (*framework.PreFilterResult, *framework.Status) {
	if len(pod.Spec.HostPorts) == 0 {
		return nil, skipNodePorts
	}
	return nil, nil
}

func (nodePorts) Filter(_ *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	for _, port := range pod.Spec.HostPorts {
		if node.PortConflict(port) {
			return portTaken
		}
	}
	return nil
}

func (p nodePorts) EventsToRegister() []framework.ClusterEventWithHint {
	return []framework.ClusterEventWithHint{
		on(framework.PodEvent, framework.ActionDelete, p.afterPodGone),
		on(framework.NodeEvent, framework.ActionAdd, nil),
	}
}

// afterPodGone: the pod that went away held a port that this one wants.
func (p nodePorts) afterPodGone(pod *cluster.Pod, change *cluster.Change) bool {
	gone := goneFrom(change)
	if gone == nil || !heldRoom(gone) {
		return false
	}
	held := cluster.NodeInfo{UsedPorts: gone.Spec.HostPorts}
	return p.Filter(nil, pod, &held) != nil
}
