package cluster

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
	Down            bool // the machine is off: nothing runs there and nobody has to know yet
}

// Kind returns KindNode.
func (n *Node) Kind() Kind { return KindNode }

func (n *Node) clone() Object { c := *n; return &c }
