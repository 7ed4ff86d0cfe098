package manifest

import (
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/wavetank/wavetank/sim/cluster"
)

const podDisruptionBudgetFields = `spec.selector spec.minAvailable spec.maxUnavailable spec.unhealthyPodEvictionPolicy status`

var evictionPolicies = map[string]bool{
	string(policyv1.IfHealthyBudget): false, string(policyv1.AlwaysAllow): true,
}

// podDisruptionBudgetObject converts a budget (pkg/apis/policy/validation: ValidatePodDisruptionBudgetSpec, v1.36). Its
// generation counts from 1, and its status is of that generation or of none.
func podDisruptionBudgetObject(r *reader, c *check, o *policyv1.PodDisruptionBudget) {
	s, status := &o.Spec, &o.Status
	c.want(s.MinAvailable == nil || s.MaxUnavailable == nil, "spec.minAvailable", "may not be stated together with maxUnavailable")
	b := &cluster.PodDisruptionBudget{
		ObjectMeta:         r.workloadMeta(c, &o.ObjectMeta),
		Selector:           c.selector("spec.selector", s.Selector),
		MinAvailable:       c.availability("spec.minAvailable", s.MinAvailable),
		MaxUnavailable:     c.availability("spec.maxUnavailable", s.MaxUnavailable),
		DisruptionsAllowed: status.DisruptionsAllowed,
		CurrentHealthy:     int(status.CurrentHealthy),
		DesiredHealthy:     int(status.DesiredHealthy),
		ExpectedPods:       int(status.ExpectedPods),
		ObservedGeneration: status.ObservedGeneration,
	}
	if p := s.UnhealthyPodEvictionPolicy; p != nil {
		b.AlwaysAllow = choose(c, "spec.unhealthyPodEvictionPolicy", string(*p), false, evictionPolicies)
	}
	r.budgetStatus(b, status)
	r.add(c, b, &o.ObjectMeta)
}

// budgetStatus converts what has a time.
func (r *reader) budgetStatus(b *cluster.PodDisruptionBudget, status *policyv1.PodDisruptionBudgetStatus) {
	if n := len(status.DisruptedPods); n > 0 {
		b.DisruptedPods = make([]cluster.DisruptedPod, n)
	}
	for i, name := range sortedKeys(status.DisruptedPods) {
		b.DisruptedPods[i].Name = name
		r.setLater(&b.DisruptedPods[i].At, status.DisruptedPods[name].Time)
	}
	if n := len(status.Conditions); n > 0 {
		b.Conditions = make([]cluster.Condition, n)
	}
	for i, from := range status.Conditions {
		to := &b.Conditions[i]
		*to = cluster.Condition{Type: from.Type, Status: from.Status == "True", Reason: from.Reason, Message: from.Message}
		r.setLater(&to.LastTransitionTime, from.LastTransitionTime.Time)
	}
}

// availability converts minAvailable or maxUnavailable, nil if it is not stated.
func (c *check) availability(path string, v *intstr.IntOrString) *cluster.IntOrPercent {
	if v == nil {
		return nil
	}
	n := c.intOrPercent(path, v, cluster.IntOrPercent{})
	c.notAll(path, n)
	return &n
}
