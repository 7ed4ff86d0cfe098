package generate

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// setPodAffinity gives a pod terms about other pods, with probability p.
func (w *world) setPodAffinity(pod *corev1.Pod, p float64) {
	if !w.chance(p) {
		return
	}
	if w.chance(0.6) {
		a := &corev1.PodAffinity{}
		if w.chance(0.4) {
			a.RequiredDuringSchedulingIgnoredDuringExecution = w.terms(pod, 2)
		}
		if w.chance(0.7) {
			a.PreferredDuringSchedulingIgnoredDuringExecution = w.weightedTerms(pod)
		}
		affinityOf(pod).PodAffinity = a
	}
	if w.chance(0.6) {
		a := &corev1.PodAntiAffinity{}
		if w.chance(0.4) {
			a.RequiredDuringSchedulingIgnoredDuringExecution = w.terms(pod, 2)
		}
		if w.chance(0.7) {
			a.PreferredDuringSchedulingIgnoredDuringExecution = w.weightedTerms(pod)
		}
		affinityOf(pod).PodAntiAffinity = a
	}
}

func (w *world) terms(pod *corev1.Pod, n int) []corev1.PodAffinityTerm {
	var list []corev1.PodAffinityTerm
	for range w.between(1, n) {
		list = append(list, w.term(pod))
	}
	return list
}

func (w *world) weightedTerms(pod *corev1.Pod) []corev1.WeightedPodAffinityTerm {
	var list []corev1.WeightedPodAffinityTerm
	for _, term := range w.terms(pod, 3) {
		list = append(list, corev1.WeightedPodAffinityTerm{Weight: int32(w.between(1, 100)), PodAffinityTerm: term})
	}
	return list
}

func (w *world) term(pod *corev1.Pod) corev1.PodAffinityTerm {
	term := corev1.PodAffinityTerm{LabelSelector: w.podSelector(pod), TopologyKey: pick(w.dice, topologyKeys[:3]...)}
	if w.chance(0.05) {
		term.LabelSelector = &metav1.LabelSelector{} // matches every pod
	}
	if w.chance(0.25) {
		term.Namespaces = some(w.dice, 2, "default", "shop", "ml", "ghost")
	}
	if w.chance(0.25) {
		term.NamespaceSelector = w.namespaceSelector()
	}
	if w.chance(0.2) {
		term.MatchLabelKeys = []string{hashLabel}
	} else if w.chance(0.15) {
		term.MismatchLabelKeys = []string{"tenant"}
	}
	if w.chance(0.03) {
		term.LabelSelector, term.MatchLabelKeys, term.MismatchLabelKeys = nil, nil, nil // matches no pod
	}
	return term
}

func (w *world) namespaceSelector() *metav1.LabelSelector {
	switch w.IntN(3) {
	case 0:
		return &metav1.LabelSelector{} // every namespace
	case 1:
		return &metav1.LabelSelector{MatchLabels: map[string]string{"team": pick(w.dice, "a", "b")}}
	}
	operator := pick(w.dice, metav1.LabelSelectorOpIn, metav1.LabelSelectorOpNotIn)
	return &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
		{Key: corev1.LabelMetadataName, Operator: operator, Values: []string{pick(w.dice, "default", "shop")}}}}
}

// podSelector selects often the pod's own app, else another app, or uses a set-based requirement.
func (w *world) podSelector(pod *corev1.Pod) *metav1.LabelSelector {
	if w.chance(0.3) {
		operator := pick(w.dice, metav1.LabelSelectorOpIn, metav1.LabelSelectorOpNotIn)
		return &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
			{Key: "app", Operator: operator, Values: some(w.dice, 2, w.apps...)}}}
	}
	if w.chance(0.1) {
		operator := pick(w.dice, metav1.LabelSelectorOpExists, metav1.LabelSelectorOpDoesNotExist)
		return &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "tier", Operator: operator}}}
	}
	app := pick(w.dice, w.apps...)
	if own := pod.Labels["app"]; own != "" && w.chance(0.5) {
		app = own
	}
	return &metav1.LabelSelector{MatchLabels: map[string]string{"app": app}}
}
