package plugins

import (
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// on is the event that a plugin waits for, with the hint that says whether it helps; a nil hint: always.
func on(resource framework.EventResource, action framework.ActionType, hint framework.QueueingHint) framework.ClusterEventWithHint {
	return framework.ClusterEventWithHint{Event: framework.ClusterEvent{Resource: resource, Action: action}, Hint: hint}
}

// goneFrom returns the pod that a change took away: it was deleted, or it ended and holds nothing any more. It is nil for
// other changes.
func goneFrom(change *cluster.Change) *cluster.Pod {
	before, after := change.Pods()
	if after == nil {
		return before
	}
	if after.Terminal() {
		return after
	}
	return nil
}

// heldRoom tells whether a pod had room on a node, or room was being made for it.
func heldRoom(p *cluster.Pod) bool { return p.NodeName != "" || p.Status.NominatedNode != "" }

// ofPod tells whether the change is one of the waiting pod itself.
func ofPod(pod *cluster.Pod, change *cluster.Change) bool {
	_, after := change.Pods()
	return after != nil && after.UID == pod.UID
}
