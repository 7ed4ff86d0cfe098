package manifest

import (
	corev1 "k8s.io/api/core/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"

	"github.com/wavetank/wavetank/sim/cluster"
)

// selectAll returns the selector for a map of labels. An empty map selects nothing: a Service without a selector has
// its endpoints from elsewhere.
func selectAll(labels map[string]string) *cluster.Selector {
	if len(labels) == 0 {
		return nil
	}
	return cluster.SelectLabels(labels)
}

var affinities = map[string]bool{string(corev1.ServiceAffinityNone): false, string(corev1.ServiceAffinityClientIP): true}

// serviceObject takes the selector and the session affinity. How long a client sticks is passed over: it is one of a number
// of clients that come again and again.
func serviceObject(r *reader, c *check, o *corev1.Service) {
	r.add(c, &cluster.PodSet{
		ObjectMeta: r.meta(c, &o.ObjectMeta), Type: cluster.KindService, Selector: selectAll(o.Spec.Selector),
		ClientIP: choose(c, "spec.sessionAffinity", string(o.Spec.SessionAffinity), false, affinities),
	}, &o.ObjectMeta)
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
	r.add(c, &cluster.PodSet{
		ObjectMeta: r.meta(c, &o.ObjectMeta), Type: cluster.KindReplicationController, Selector: selectAll(selector),
		Replicas: c.count("spec.replicas", o.Spec.Replicas, defaultReplicas),
	}, &o.ObjectMeta)
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
