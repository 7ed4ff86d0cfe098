package actions

import (
	"fmt"
	"maps"
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads"
)

// patch merges into an object. One that changes nothing is not written; one that changes the spec adds to the generation.
func (t *Timetable) patch(o cluster.Object, p *workloads.Patch) error {
	template, err := patchedTemplate(o, p)
	if err != nil {
		return err
	}
	if h, ok := o.(*cluster.HorizontalPodAutoscaler); ok {
		if err = checkBounds(h, p); err != nil {
			return err
		}
	}
	specChanges := changesSpec(o, p) || template != cluster.TemplateOf(o)
	m := o.Meta()
	labels, annotations := merged(m.Labels, p.Labels), merged(m.Annotations, p.Annotations)
	if !specChanges && maps.Equal(labels, m.Labels) && maps.Equal(annotations, m.Annotations) {
		return nil
	}
	return cluster.Edit(t.cfg.Store, cluster.KeyOf(o), cluster.ReasonUpdated, func(o cluster.Object) {
		m := o.Meta()
		m.Labels, m.Annotations = labels, annotations
		assignSpec(o, p)
		setTemplate(o, template)
		if specChanges && o.Kind() != cluster.KindNode {
			m.Generation++
		}
	})
}

// spec are the fields of a spec that can be patched, as they are in an object of any kind; nil: it has none of the kind.
type spec struct {
	replicas, parallelism, partition, least, most *int
	paused, suspend, unschedulable                *bool
}

func specOf(o cluster.Object) spec {
	switch o := o.(type) {
	case *cluster.Deployment:
		return spec{replicas: &o.Replicas, paused: &o.Paused}
	case *cluster.ReplicaSet:
		return spec{replicas: &o.Replicas}
	case *cluster.StatefulSet:
		return spec{replicas: &o.Replicas, partition: &o.Partition}
	case *cluster.Job:
		return spec{parallelism: &o.Parallelism, suspend: &o.Suspend}
	case *cluster.CronJob:
		return spec{suspend: &o.Suspend}
	case *cluster.HorizontalPodAutoscaler:
		return spec{least: &o.MinReplicas, most: &o.MaxReplicas}
	case *cluster.Node:
		return spec{unschedulable: &o.Unschedulable}
	}
	return spec{}
}

func changesSpec(o cluster.Object, p *workloads.Patch) bool {
	s := specOf(o)
	return differs(s.replicas, p.Replicas) || differs(s.parallelism, p.Parallelism) || differs(s.partition, p.Partition) ||
		differs(s.least, p.MinReplicas) || differs(s.most, p.MaxReplicas) ||
		differs(s.paused, p.Paused) || differs(s.suspend, p.Suspend) || differs(s.unschedulable, p.Unschedulable)
}

// checkBounds refuses bounds that an API server would refuse (pkg/apis/autoscaling/validation, v1.36).
func checkBounds(h *cluster.HorizontalPodAutoscaler, p *workloads.Patch) error {
	least, most := h.MinReplicas, h.MaxReplicas
	set(&least, p.MinReplicas)
	set(&most, p.MaxReplicas)
	toZero := slices.ContainsFunc(h.Metrics, func(m cluster.MetricSpec) bool {
		return m.Source == cluster.ObjectMetric || m.Source == cluster.ExternalMetric
	})
	switch {
	case most < max(1, least):
		return fmt.Errorf("%v %v: maxReplicas %d is below %d", h.Kind(), h.NamespacedName, most, max(1, least))
	case least == 0 && !toZero:
		return fmt.Errorf("%v %v: minReplicas 0 needs at least one Object or External metric", h.Kind(), h.NamespacedName)
	}
	return nil
}

func differs[T comparable](have, want *T) bool { return have != nil && want != nil && *have != *want }

// assignSpec writes to a copy that is about to be stored.
func assignSpec(o cluster.Object, p *workloads.Patch) {
	s := specOf(o)
	set(s.replicas, p.Replicas)
	set(s.parallelism, p.Parallelism)
	set(s.partition, p.Partition)
	set(s.least, p.MinReplicas)
	set(s.most, p.MaxReplicas)
	set(s.paused, p.Paused)
	set(s.suspend, p.Suspend)
	set(s.unschedulable, p.Unschedulable)
}

func set[T any](have, want *T) {
	if have != nil && want != nil {
		*have = *want
	}
}

func setTemplate(o cluster.Object, t *cluster.PodTemplate) {
	switch o := o.(type) {
	case *cluster.Deployment:
		o.Template = t
	case *cluster.StatefulSet:
		o.Template = t
	case *cluster.DaemonSet:
		o.Template = t
	}
}

// patchedTemplate returns the object's template, a new one where the patch changes it. What selects its pods must still do
// so (pkg/apis/apps/validation, v1.36).
func patchedTemplate(o cluster.Object, p *workloads.Patch) (*cluster.PodTemplate, error) {
	old := cluster.TemplateOf(o)
	if old == nil {
		return nil, nil
	}
	next := *old
	next.Labels, next.Annotations = merged(old.Labels, p.TemplateLabels), merged(old.Annotations, p.TemplateAnnotations)
	var err error
	if next.Spec, err = withImages(old.Spec, p.Images); err != nil {
		return nil, fmt.Errorf("%v %v: %w", o.Kind(), o.Meta().NamespacedName, err)
	}
	if s, ok := o.(cluster.SelectsPods); ok && !s.PodSelector().Matches(next.Labels) {
		return nil, fmt.Errorf("%v %v: its selector would not match the labels of its template", o.Kind(), o.Meta().NamespacedName)
	}
	if next.Spec == old.Spec && maps.Equal(next.Labels, old.Labels) && maps.Equal(next.Annotations, old.Annotations) {
		return old, nil
	}
	return &next, nil
}

// withImages returns the spec with other images, the same one if none is another.
func withImages(old *cluster.PodSpec, images []workloads.ContainerImage) (*cluster.PodSpec, error) {
	next := *old
	next.Containers = slices.Clone(old.Containers)
	changed := false
	for _, image := range images {
		i := slices.IndexFunc(next.Containers, func(c cluster.Container) bool { return c.Name == image.Name })
		if i < 0 {
			return nil, fmt.Errorf("there is no container %q", image.Name)
		}
		changed = changed || next.Containers[i].Image != image.Image
		next.Containers[i].Image = image.Image
	}
	if !changed {
		return old, nil
	}
	return next.Complete(), nil
}

func merged[M ~map[string]string](old M, add cluster.Labels) M {
	if len(add) == 0 {
		return old
	}
	all := maps.Clone(old)
	if all == nil {
		all = M{}
	}
	maps.Copy(all, add)
	return all
}

func without(labels cluster.Labels, key string) cluster.Labels {
	rest := maps.Clone(labels)
	delete(rest, key)
	return rest
}
