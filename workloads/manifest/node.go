package manifest

import (
	"maps"

	corev1 "k8s.io/api/core/v1"

	"github.com/wavetank/wavetank/sim/cluster"
)

var effects = map[string]cluster.Effect{
	"NoSchedule": cluster.NoSchedule, "PreferNoSchedule": cluster.PreferNoSchedule, "NoExecute": cluster.NoExecute,
}

func nodeObject(r *reader, c *check, o *corev1.Node) {
	if o.Status.Allocatable == nil {
		o.Status.Allocatable = o.Status.Capacity
	}
	n := &cluster.Node{
		ObjectMeta:    r.meta(c, &o.ObjectMeta),
		Capacity:      c.resources("status.capacity", o.Status.Capacity),
		Allocatable:   c.resources("status.allocatable", o.Status.Allocatable),
		Unschedulable: o.Spec.Unschedulable,
		Taints:        taints(c, o.Spec.Taints),
	}
	if pods, ok := o.Status.Allocatable[corev1.ResourcePods]; ok {
		n.AllocatablePods = c.amount("status.allocatable[pods]", corev1.ResourcePods, pods)
	}
	for i, image := range o.Status.Images {
		c.want(image.SizeBytes >= 0, at("status.images", i)+".sizeBytes", "%d is negative", image.SizeBytes)
		n.Images = append(n.Images, cluster.Image{Names: image.Names, SizeBytes: image.SizeBytes})
	}
	nodeGPUs(c, n)
	r.keep(c, n, &o.ObjectMeta)
	r.set.Nodes = append(r.set.Nodes, n)
}

func taints(c *check, list []corev1.Taint) []cluster.Taint {
	var taints []cluster.Taint
	for i, t := range list {
		path := at("spec.taints", i)
		c.want(t.Key != "", path+".key", "is missing")
		c.want(t.Effect != "", path+".effect", "is missing")
		taints = append(taints, cluster.Taint{
			Key: t.Key, Value: t.Value,
			Effect: choose(c, path+".effect", string(t.Effect), 0, effects),
		})
	}
	return taints
}

func namespaceObject(r *reader, c *check, o *corev1.Namespace) {
	n := &cluster.Namespace{ObjectMeta: r.meta(c, &o.ObjectMeta)}
	n.Labels = namespaceLabels(n.Name, n.Labels)
	r.add(c, n, &o.ObjectMeta)
}

// namespaceLabels adds the label that every namespace has (pkg/apis/core/v1/defaults.go: SetDefaults_Namespace, v1.36).
func namespaceLabels(name string, labels cluster.Labels) cluster.Labels {
	all := cluster.Labels{}
	maps.Copy(all, labels)
	all[corev1.LabelMetadataName] = name
	return all
}
