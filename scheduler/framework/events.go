package framework

import "github.com/wavetank/wavetank/sim/cluster"

// EventResource is what a cluster event is about.
type EventResource string

// The resources of events (kube-scheduler framework/types.go, v0.36). Pod stands for both kinds of pods.
const (
	PodEvent              EventResource = "Pod"
	AssignedPod           EventResource = "AssignedPod"
	UnschedulablePod      EventResource = "UnschedulablePod"
	NodeEvent             EventResource = "Node"
	PersistentVolume      EventResource = "PersistentVolume"
	PersistentVolumeClaim EventResource = "PersistentVolumeClaim"
	StorageClass          EventResource = "storage.k8s.io/StorageClass"
	CSINode               EventResource = "storage.k8s.io/CSINode"
	WildCard              EventResource = "*"
)

// ActionType is a set of things that can happen to a resource.
type ActionType uint32

// The actions, as kube-scheduler's.
const (
	ActionAdd ActionType = 1 << iota
	ActionDelete
	UpdateNodeAllocatable
	UpdateNodeLabel
	UpdateNodeTaint // taints or unschedulable
	UpdateNodeCondition
	UpdateNodeAnnotation
	UpdatePodLabel
	UpdatePodScaleDown
	UpdatePodToleration
	UpdatePodSchedulingGatesEliminated
	UpdateOther // any other change of an object

	ActionAll    ActionType = 1<<iota - 1
	ActionUpdate            = ActionAll &^ (ActionAdd | ActionDelete)
)

// ClusterEvent is something that happened in the cluster, or a set of such things.
type ClusterEvent struct {
	Resource EventResource
	Action   ActionType
}

// Matches tells whether a registered event covers one that happened.
func (e ClusterEvent) Matches(happened ClusterEvent) bool {
	if e.Action&happened.Action == 0 {
		return false
	}
	return e.Resource == WildCard || happened.Resource == WildCard || e.Resource == happened.Resource ||
		e.Resource == PodEvent && (happened.Resource == AssignedPod || happened.Resource == UnschedulablePod)
}

// QueueingHint tells whether a change makes it worth trying a pod again that the plugin had rejected.
type QueueingHint func(pod *cluster.Pod, change *cluster.Change) bool

// ClusterEventWithHint is an event a plugin waits for; a nil Hint means that it always helps.
type ClusterEventWithHint struct {
	Event ClusterEvent
	Hint  QueueingHint
}
