package manifest

import (
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/wavetank/wavetank/sim/cluster"
)

// The defaults of pkg/apis/apps/v1/defaults.go, v1.36.
const (
	defaultReplicas         = 1
	defaultHistory          = 10
	defaultProgressDeadline = 600 * time.Second
	defaultRollingPercent   = 25
	defaultUnavailable      = 1 // of StatefulSets and DaemonSets
)

// always is the only restart policy of pods that are replaced.
const always = corev1.RestartPolicyAlways

func deploymentObject(r *reader, c *check, o *appsv1.Deployment) {
	s := &o.Spec
	d := &cluster.Deployment{
		ObjectMeta:           r.workloadMeta(c, &o.ObjectMeta),
		Replicas:             c.count("spec.replicas", s.Replicas, defaultReplicas),
		Selector:             c.selected("spec.selector", s.Selector, &s.Template),
		Template:             *r.template(c, "spec.template", &s.Template, always),
		MinReadySeconds:      c.seconds("spec.minReadySeconds", int64(s.MinReadySeconds)),
		ProgressDeadline:     progressDeadline(c, s),
		RevisionHistoryLimit: c.count("spec.revisionHistoryLimit", s.RevisionHistoryLimit, defaultHistory),
		Paused:               s.Paused,
		Status: cluster.DeploymentStatus{
			Replicas: int(o.Status.Replicas), Updated: int(o.Status.UpdatedReplicas), Ready: int(o.Status.ReadyReplicas),
			Available: int(o.Status.AvailableReplicas), Unavailable: int(o.Status.UnavailableReplicas),
			ObservedGeneration: o.Status.ObservedGeneration,
		},
	}
	r.set.unscaled[d] = s.Replicas == nil
	deploymentStrategy(c, &s.Strategy, d)
	if n := len(o.Status.Conditions); n > 0 {
		d.Status.Conditions = make([]cluster.Condition, n)
	}
	for i, from := range o.Status.Conditions {
		to := &d.Status.Conditions[i]
		*to = newCondition(string(from.Type), from.Status, from.Reason, from.Message)
		r.setLater(&to.LastTransitionTime, from.LastTransitionTime.Time)
		r.setLater(&to.LastUpdateTime, from.LastUpdateTime.Time)
	}
	r.add(c, d, &o.ObjectMeta)
}

func newCondition(kind string, status corev1.ConditionStatus, reason, message string) cluster.Condition {
	return cluster.Condition{Type: kind, Status: status == corev1.ConditionTrue, Reason: reason, Message: message}
}

// progressDeadline returns the deadline, which must leave time to become available. The largest number stands for none
// (pkg/controller/deployment/util: HasProgressDeadline, v1.36).
func progressDeadline(c *check, s *appsv1.DeploymentSpec) time.Duration {
	const path = "spec.progressDeadlineSeconds"
	n := s.ProgressDeadlineSeconds
	switch {
	case n == nil:
		return defaultProgressDeadline
	case *n == 1<<31-1:
		return 0
	}
	c.want(*n > s.MinReadySeconds, path, "%d is not above spec.minReadySeconds", *n)
	return c.seconds(path, int64(*n))
}

// replicaSetObject takes one without a template for what is left of it in a snapshot: a selector that spreads pods.
func replicaSetObject(r *reader, c *check, o *appsv1.ReplicaSet) {
	s := &cluster.ReplicaSet{
		ObjectMeta:      r.workloadMeta(c, &o.ObjectMeta),
		Replicas:        c.count("spec.replicas", o.Spec.Replicas, defaultReplicas),
		MinReadySeconds: c.seconds("spec.minReadySeconds", int64(o.Spec.MinReadySeconds)),
		Status: cluster.ReplicaSetStatus{
			Replicas: int(o.Status.Replicas), Ready: int(o.Status.ReadyReplicas), Available: int(o.Status.AvailableReplicas),
			FullyLabeled: int(o.Status.FullyLabeledReplicas), Terminating: number(o.Status.TerminatingReplicas),
			ObservedGeneration: o.Status.ObservedGeneration,
		},
	}
	r.set.unscaled[s] = o.Spec.Replicas == nil
	s.Selector, s.Template = r.selectorAndTemplate(c, &o.Spec.Template, o.Spec.Selector)
	if s.Template == nil {
		s.Replicas = 0
	}
	r.add(c, s, &o.ObjectMeta)
}

func statefulSetObject(r *reader, c *check, o *appsv1.StatefulSet) {
	s := &cluster.StatefulSet{
		ObjectMeta:           r.workloadMeta(c, &o.ObjectMeta),
		Replicas:             c.count("spec.replicas", o.Spec.Replicas, defaultReplicas),
		Parallel:             choose(c, "spec.podManagementPolicy", string(o.Spec.PodManagementPolicy), false, managementPolicies),
		MinReadySeconds:      c.seconds("spec.minReadySeconds", int64(o.Spec.MinReadySeconds)),
		RevisionHistoryLimit: c.count("spec.revisionHistoryLimit", o.Spec.RevisionHistoryLimit, defaultHistory),
		Status: cluster.StatefulSetStatus{
			Replicas: int(o.Status.Replicas), Ready: int(o.Status.ReadyReplicas), Available: int(o.Status.AvailableReplicas),
			Current: int(o.Status.CurrentReplicas), Updated: int(o.Status.UpdatedReplicas),
			CurrentRevision: o.Status.CurrentRevision, UpdateRevision: o.Status.UpdateRevision,
			ObservedGeneration: o.Status.ObservedGeneration,
		},
	}
	r.set.unscaled[s] = o.Spec.Replicas == nil
	if first := o.Spec.Ordinals; first != nil {
		s.Ordinal = c.count("spec.ordinals.start", &first.Start, 0)
	}
	s.Selector, s.Template = r.selectorAndTemplate(c, &o.Spec.Template, o.Spec.Selector)
	if s.Template == nil {
		s.Replicas = 0
	}
	statefulSetStrategy(c, &o.Spec.UpdateStrategy, s)
	claimTemplates(c, o, s)
	r.add(c, s, &o.ObjectMeta)
}

var managementPolicies = map[string]bool{"OrderedReady": false, "Parallel": true}

func claimTemplates(c *check, o *appsv1.StatefulSet, s *cluster.StatefulSet) {
	for i := range o.Spec.VolumeClaimTemplates {
		t, path := &o.Spec.VolumeClaimTemplates[i], at("spec.volumeClaimTemplates", i)
		c.want(t.Name != "", path+".metadata.name", "is missing")
		converted := claim(c, path+".spec", t)
		converted.ObjectMeta = cluster.ObjectMeta{
			NamespacedName: cluster.NamespacedName{Namespace: s.Namespace, Name: t.Name}, Labels: t.Labels, Annotations: t.Annotations,
		}
		s.ClaimTemplates = append(s.ClaimTemplates, *converted)
	}
}

func daemonSetObject(r *reader, c *check, o *appsv1.DaemonSet) {
	s := &cluster.DaemonSet{
		ObjectMeta:      r.workloadMeta(c, &o.ObjectMeta),
		Selector:        c.selected("spec.selector", o.Spec.Selector, &o.Spec.Template),
		Template:        *r.template(c, "spec.template", &o.Spec.Template, always),
		MinReadySeconds: c.seconds("spec.minReadySeconds", int64(o.Spec.MinReadySeconds)),
		Status: cluster.DaemonSetStatus{
			Desired: int(o.Status.DesiredNumberScheduled), Current: int(o.Status.CurrentNumberScheduled),
			Misscheduled: int(o.Status.NumberMisscheduled), Ready: int(o.Status.NumberReady),
			Updated: int(o.Status.UpdatedNumberScheduled), Available: int(o.Status.NumberAvailable),
			Unavailable: int(o.Status.NumberUnavailable), ObservedGeneration: o.Status.ObservedGeneration,
		},
	}
	daemonSetStrategy(c, &o.Spec.UpdateStrategy, s)
	r.add(c, s, &o.ObjectMeta)
}
