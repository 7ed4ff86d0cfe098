package plugins

import "github.com/wavetank/wavetank/sim/cluster"

// podMoves returns the pod before and after a change as the watch on pods that hold room shows it: a pod that was just
// bound is a new one (before is nil), a pod that ended is gone (after is nil), as kube-scheduler's filtered informers
// have it (pkg/scheduler/eventhandlers.go, v1.36).
func podMoves(change *cluster.Change) (before, after *cluster.Pod) {
	before, after = change.Pods()
	if gone := goneFrom(change); gone != nil {
		return gone, nil
	}
	if before != nil && after != nil && before.NodeName == "" && after.NodeName != "" {
		return nil, after
	}
	return before, after
}
