package generate

import corev1 "k8s.io/api/core/v1"

func (w *world) setSpread(pod *corev1.Pod) {
	if !w.chance(w.spread) {
		return
	}
	for _, topologyKey := range some(w.dice, 3, topologyKeys...) {
		pod.Spec.TopologySpreadConstraints = append(pod.Spec.TopologySpreadConstraints, w.constraint(pod, topologyKey))
	}
}

func (w *world) constraint(pod *corev1.Pod, topologyKey string) corev1.TopologySpreadConstraint {
	c := corev1.TopologySpreadConstraint{
		MaxSkew: int32(w.between(1, 4)), TopologyKey: topologyKey,
		WhenUnsatisfiable: pick(w.dice, corev1.DoNotSchedule, corev1.ScheduleAnyway),
		LabelSelector:     w.podSelector(pod),
	}
	if c.WhenUnsatisfiable == corev1.DoNotSchedule && w.chance(0.25) {
		c.MinDomains = new(int32(w.between(1, 5)))
	}
	if w.chance(0.3) {
		c.NodeAffinityPolicy = new(pick(w.dice, corev1.NodeInclusionPolicyHonor, corev1.NodeInclusionPolicyIgnore))
	}
	if w.chance(0.3) {
		c.NodeTaintsPolicy = new(pick(w.dice, corev1.NodeInclusionPolicyHonor, corev1.NodeInclusionPolicyIgnore))
	}
	if w.chance(0.25) {
		c.MatchLabelKeys = some(w.dice, 2, hashLabel, "tenant")
	}
	if w.chance(0.06) {
		c.LabelSelector, c.MatchLabelKeys = nil, nil // matches no pod
	}
	return c
}
