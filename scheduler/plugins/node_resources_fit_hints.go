package plugins

import (
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

func (p *nodeResourcesFit) EventsToRegister() []framework.ClusterEventWithHint {
	return []framework.ClusterEventWithHint{
		on(framework.PodEvent, framework.ActionDelete|framework.UpdatePodScaleDown, p.afterPodChange),
		on(framework.NodeEvent, framework.ActionAdd|framework.UpdateNodeAllocatable, p.afterNodeChange),
	}
}

// afterPodChange: a placed pod went away or asks for less of something that this pod asks for, or the pod itself asks for
// less (plugins/noderesources/fit.go: isSchedulableAfterPodEvent, v1.36).
func (*nodeResourcesFit) afterPodChange(pod *cluster.Pod, change *cluster.Change) bool {
	if gone := goneFrom(change); gone != nil {
		return heldRoom(gone)
	}
	if ofPod(pod, change) {
		return true
	}
	before, after := change.Pods()
	if before == nil || after.NodeName == "" {
		return false
	}
	return moreOfAny(pod.Spec.Requests(), before.Spec.Requests(), after.Spec.Requests())
}

// moreOfAny tells whether a holds more than b of anything that is asked for.
func moreOfAny(asked, a, b *cluster.Resources) bool {
	if asked.MilliCPU > 0 && a.MilliCPU > b.MilliCPU || asked.Memory > 0 && a.Memory > b.Memory ||
		asked.EphemeralStorage > 0 && a.EphemeralStorage > b.EphemeralStorage {
		return true
	}
	for _, e := range asked.Extended {
		if e.Value > 0 && a.Get(e.Name) > b.Get(e.Name) {
			return true
		}
	}
	return false
}

// afterNodeChange: a node on which the pod would fit if it were empty joined, or grew in the number of pods or in
// something that the pod asks for. As upstream, ignored resources are not left out here.
func (*nodeResourcesFit) afterNodeChange(pod *cluster.Pod, change *cluster.Change) bool {
	before, after := change.Nodes()
	asked := pod.Spec.Requests()
	if after.AllocatablePods < 1 || moreOfAny(asked, asked, &after.Allocatable) {
		return false
	}
	return before == nil || after.AllocatablePods > before.AllocatablePods || moreOfAny(asked, &after.Allocatable, &before.Allocatable)
}
