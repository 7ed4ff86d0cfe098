package cluster

// The labels of racks when nothing else is said. Kubernetes has none (k8s.io/api core/v1 well_known_labels.go, v0.36, knows
// zone and region); LabelRack is named as those are.
const (
	LabelRack         = "topology.kubernetes.io/rack"
	LabelWavetankRack = "wavetank.dev/rack"
)

// RackOf returns the rack that a node with these labels stands in, by the label of that key, or without one by LabelRack or
// LabelWavetankRack; "" if none is known.
func RackOf(labels Labels, key string) string {
	if key != "" {
		return labels[key]
	}
	if rack, ok := labels[LabelRack]; ok {
		return rack
	}
	return labels[LabelWavetankRack]
}
