package admission

import (
	"slices"
	"strings"

	"github.com/wavetank/wavetank/sim/cluster"
)

// mergeLabelKeys completes the selectors of a pod that depend on its own labels, such as that of the ReplicaSet's template
// (matchLabelKeys: [pod-template-hash]), which the manifest did not have yet. Pods with the same spec and the same values of
// these labels get the same new spec (pkg/registry/core/pod/strategy.go: mutateTopologySpreadConstraints and
// mutatePodAffinity, v1.36.3).
func (a *Admission) mergeLabelKeys(p *cluster.Pod) {
	if !p.Spec.HasLabelKeys() {
		return
	}
	labels, lacking := valuesOf(p)
	if !lacking {
		return
	}
	p.Spec = a.variant(variant{spec: p.Spec, labels: labels}, func(s *cluster.PodSpec) {
		ownSelectors(s)
		s.EachLabelKeys(func(selector **cluster.Selector, keys []string, operator cluster.Operator) {
			*selector = (*selector).WithLabelKeys(keys, operator, p.Labels)
		})
	})
}

// valuesOf returns the pod's values of the labels that its selectors depend on, and whether a selector lacks one.
func valuesOf(p *cluster.Pod) (values string, lacking bool) {
	var text strings.Builder
	p.Spec.EachLabelKeys(func(selector **cluster.Selector, keys []string, operator cluster.Operator) {
		for _, key := range keys {
			text.WriteString(key + "=" + p.Labels[key] + ",")
		}
		lacking = lacking || (*selector).WithLabelKeys(keys, operator, p.Labels) != *selector
	})
	return text.String(), lacking
}

// ownSelectors gives a spec that is a copy lists of its own, so that their selectors can be replaced.
func ownSelectors(s *cluster.PodSpec) {
	s.SpreadConstraints = slices.Clone(s.SpreadConstraints)
	if s.Affinity == nil {
		return
	}
	a := *s.Affinity
	a.RequiredPod, a.RequiredPodAnti = slices.Clone(a.RequiredPod), slices.Clone(a.RequiredPodAnti)
	a.PreferredPod, a.PreferredPodAnti = slices.Clone(a.PreferredPod), slices.Clone(a.PreferredPodAnti)
	s.Affinity = &a
}
