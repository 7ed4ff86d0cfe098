package cluster

import "github.com/wavetank/wavetank/sim"

// Effect is what a taint does to pods that do not tolerate it.
type Effect uint8

// The taint effects. The zero value stands in a toleration for all effects.
const (
	NoSchedule Effect = iota + 1
	PreferNoSchedule
	NoExecute
)

// String returns the effect as manifests spell it, "" for the zero value.
func (e Effect) String() string {
	return [...]string{"", "NoSchedule", "PreferNoSchedule", "NoExecute"}[e]
}

// Taint repels pods from a node.
type Taint struct {
	Key    string
	Value  string
	Effect Effect
}

// String returns the taint as kubectl prints it: key=value:Effect.
func (t Taint) String() string {
	if t.Value == "" {
		return t.Key + ":" + t.Effect.String()
	}
	return t.Key + "=" + t.Value + ":" + t.Effect.String()
}

// The label and taint keys that the components know (k8s.io/api core/v1 well_known_labels.go and well_known_taints.go).
const (
	LabelHostname = "kubernetes.io/hostname"
	LabelZone     = "topology.kubernetes.io/zone"
	LabelRegion   = "topology.kubernetes.io/region"

	// LabelGPUModel holds the model of a node's GPUs where nodes come from a trace.
	LabelGPUModel = "wavetank.dev/gpu-model"

	TaintUnschedulable = "node.kubernetes.io/unschedulable"
	TaintNotReady      = "node.kubernetes.io/not-ready"
	TaintUnreachable   = "node.kubernetes.io/unreachable"
	TaintOutOfService  = "node.kubernetes.io/out-of-service"

	// LabelNodeGroup holds the name of the node group that a node belongs to.
	LabelNodeGroup = "wavetank.dev/node-group"
)

// Image is a container image that a node holds.
type Image struct {
	Names     []string
	SizeBytes int64
}

// Node is a machine. Capacity is what it has, Allocatable what pods may ask for.
type Node struct {
	ObjectMeta
	Capacity        Resources
	Allocatable     Resources
	AllocatablePods int64 // the resource "pods"
	GPUs            int   // devices that can be shared, of DeviceMilli each; at most MaxDevices
	Taints          []Taint
	Unschedulable   bool // cordoned
	Images          []Image
	Price           float64 // of an hour, in the scenario's currency; 0: not known
	NodeState
}

// NodeState is what has become of a machine, and what the API knows of it.
type NodeState struct {
	Down     bool     // the machine is off: nothing runs there and nobody has to know yet
	Isolated bool     // it runs, and reaches neither the API server nor other zones
	Silent   sim.Time // since when no heartbeat can have been sent; valid if Down or Isolated
	Slowdown float64  // how many times as long everything takes there; 0: not at all

	Ready           ConditionStatus // the condition Ready
	ReadyReason     string          // why it is what it is: "NodeStatusUnknown", "KubeletNotReady", ...
	ReadyTransition sim.Time        // when it changed, in whole seconds of the wall clock
}

// ConditionStatus is the status of a condition. The zero value is True: nodes are well unless something is said.
type ConditionStatus uint8

// The statuses of a condition.
const (
	ConditionTrue ConditionStatus = iota
	ConditionFalse
	ConditionUnknown
)

// String returns the status as manifests spell it.
func (s ConditionStatus) String() string { return [...]string{"True", "False", "Unknown"}[s] }

// Reachable tells whether the node runs and is heard of.
func (s *NodeState) Reachable() bool { return !s.Down && !s.Isolated }

// Kind returns KindNode.
func (n *Node) Kind() Kind { return KindNode }

func (n *Node) clone() Object { c := *n; return &c }
