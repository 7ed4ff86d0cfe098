// Package tainteviction moves pods off tainted nodes as the taint eviction controller of kube-controller-manager does.
//
// A pod on a node with taints NoExecute that it does not tolerate is evicted at once; one that tolerates them for a time
// when that time is over; one that tolerates them for ever stays. The time is the shortest of the tolerations that match,
// one for each taint, and counts from when the controller hears of the taints, or of the pod if that is later. Once it
// runs it is not changed by further taints that are tolerated, whatever their times; it ends when all the taints are gone.
//
// Eviction is three calls, one after the other: the pod is read, its condition DisruptionTarget is written, and it is
// deleted. All pods share one client, so that a node full of pods takes a while. Whether the pods end is their kubelet's
// business.
//
// A cluster without such taints costs nothing; a pod that waits costs one event.
//
// Semantics are those of pkg/controller/tainteviction, v1.36.3.
package tainteviction
