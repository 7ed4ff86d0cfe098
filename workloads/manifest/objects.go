package manifest

import (
	corev1 "k8s.io/api/core/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wavetank/wavetank/sim/cluster"
)

// podSet adds an object that selects pods.
func (r *reader) podSet(c *check, m *metav1.ObjectMeta, kind cluster.Kind, selector *cluster.Selector) *cluster.PodSet {
	s := &cluster.PodSet{ObjectMeta: r.meta(c, m), Type: kind, Selector: selector}
	r.add(c, s, m)
	return s
}

// selectAll returns the selector for a map of labels. An empty map selects nothing: a Service without a selector has
// its endpoints from elsewhere.
func selectAll(labels map[string]string) *cluster.Selector {
	if len(labels) == 0 {
		return nil
	}
	return cluster.SelectLabels(labels)
}

func serviceObject(r *reader, c *check, o *corev1.Service) {
	r.podSet(c, &o.ObjectMeta, cluster.KindService, selectAll(o.Spec.Selector))
}

// replicationControllerObject takes the template's labels where no selector is stated
// (pkg/apis/core/v1/defaults.go: SetDefaults_ReplicationController, v1.36).
func replicationControllerObject(r *reader, c *check, o *corev1.ReplicationController) {
	selector := o.Spec.Selector
	if o.Spec.Template != nil {
		if len(selector) == 0 {
			selector = o.Spec.Template.Labels
		}
		matchTemplate(c, cluster.SelectLabels(selector), o.Spec.Template)
	}
	c.want(len(selector) > 0, "spec.selector", "is missing")
	s := r.podSet(c, &o.ObjectMeta, cluster.KindReplicationController, selectAll(selector))
	s.Replicas = c.count("spec.replicas", o.Spec.Replicas, defaultReplicas)
}

// matchTemplate checks that a workload selects the pods that it makes.
func matchTemplate(c *check, selector *cluster.Selector, t *corev1.PodTemplateSpec) {
	if c.err == nil && len(t.Labels) > 0 {
		c.want(selector.Matches(t.Labels), "spec.selector", "does not match the labels of spec.template")
	}
}

var preemptionPolicies = map[string]cluster.PreemptionPolicy{
	"PreemptLowerPriority": cluster.PreemptLowerPriority, "Never": cluster.PreemptNever,
}

func preemptionPolicy(c *check, path string, p *corev1.PreemptionPolicy) cluster.PreemptionPolicy {
	if p == nil {
		return cluster.PreemptLowerPriority
	}
	return choose(c, path, string(*p), cluster.PreemptLowerPriority, preemptionPolicies)
}

func priorityClassObject(r *reader, c *check, o *schedulingv1.PriorityClass) {
	p := &cluster.PriorityClass{
		ObjectMeta:       r.meta(c, &o.ObjectMeta),
		Value:            o.Value,
		GlobalDefault:    o.GlobalDefault,
		PreemptionPolicy: preemptionPolicy(c, "preemptionPolicy", o.PreemptionPolicy),
	}
	r.add(c, p, &o.ObjectMeta)
}
