package manifest

import (
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wavetank/wavetank/sim/cluster"
)

// workloadMeta converts the metadata of an object that controllers reconcile: its spec has a generation.
func (r *reader) workloadMeta(c *check, m *metav1.ObjectMeta) cluster.ObjectMeta {
	meta := r.meta(c, m)
	meta.Generation = max(m.Generation, 1)
	return meta
}

// template converts what pods are to be made of. The restart policy must be one of those that are given: that of the pods
// of ReplicaSets and their like is Always, that of Jobs anything else (pkg/apis/apps/validation:
// ValidatePodTemplateSpecForReplicaSet, and pkg/apis/batch/validation: validateJobSpec, v1.36).
func (r *reader) template(c *check, path string, o *corev1.PodTemplateSpec, policies ...corev1.RestartPolicy) **cluster.PodTemplate {
	spec := &o.Spec
	defaultPodSpec(spec)
	if spec.RestartPolicy == "" {
		spec.RestartPolicy = corev1.RestartPolicyAlways
	}
	t := &cluster.PodTemplate{Labels: o.Labels, Annotations: o.Annotations, Spec: podSpec(c, path+".spec", o.Labels, spec)}
	if !slices.Contains(policies, spec.RestartPolicy) {
		c.fail(path+".spec.restartPolicy", "%s is not allowed in a %s (%s)", spec.RestartPolicy, c.kind, joined(policies))
	}
	podGPUs(c, path+".metadata.annotations", o.Annotations, t.Spec)
	r.specs = append(r.specs, &pendingSpec{source: c.source, path: path + ".spec", spec: &t.Spec, template: true,
		admitted: spec.Priority != nil, policy: spec.PreemptionPolicy})
	return &t
}

func joined[T ~string](list []T) string {
	words := make([]string, len(list))
	for i, w := range list {
		words[i] = string(w)
	}
	return strings.Join(words, ", ")
}

// selected converts the selector of a workload object, which must select the pods that it makes.
func (c *check) selected(path string, s *metav1.LabelSelector, t *corev1.PodTemplateSpec) *cluster.Selector {
	selector := c.selector(path, s)
	c.want(!selector.Empty(), path, "is missing or empty")
	if c.err == nil {
		c.want(selector.Matches(t.Labels), path, "does not match the labels of spec.template")
	}
	return selector
}

// count converts a number that must not be negative, def if it is not stated.
func (c *check) count(path string, n *int32, def int) int {
	if n == nil {
		return def
	}
	c.want(*n >= 0, path, "%d is negative", *n)
	return int(*n)
}

// optionalCount is count for numbers that may be missing for good.
func (c *check) optionalCount(path string, n *int32) *int {
	if n == nil {
		return nil
	}
	count := c.count(path, n, 0)
	return &count
}

// seconds converts a span that must not be negative.
func (c *check) seconds(path string, n int64) time.Duration {
	if n < 0 || n > maxSeconds {
		c.fail(path, "%d is not from 0 to %d", n, int64(maxSeconds))
		return 0
	}
	return time.Duration(n) * time.Second
}

// optionalSeconds is seconds for spans that may be missing.
func (c *check) optionalSeconds(path string, n *int64) *time.Duration {
	if n == nil {
		return nil
	}
	span := c.seconds(path, *n)
	return &span
}

// number is what a status says of a count.
func number(n *int32) int {
	if n == nil {
		return 0
	}
	return int(*n)
}
