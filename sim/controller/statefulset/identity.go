package statefulset

import (
	"maps"
	"slices"
	"strconv"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// newPod returns the pod of an ordinal, made of the template of a revision (newStatefulSetPod, v1.36.3).
func newPod(set *cluster.StatefulSet, template *cluster.PodTemplate, made creation) *cluster.Pod {
	name := podName(set, made.ordinal)
	p := controller.NewPod(template, set, name)
	labels := maps.Clone(p.Labels)
	if labels == nil {
		labels = cluster.Labels{}
	}
	labels[LabelRevision], labels[LabelPodName], labels[LabelPodIndex] = made.revision, name, strconv.Itoa(made.ordinal)
	p.Labels = labels
	p.Spec = withClaims(set, p.Spec, made.ordinal)
	return p
}

func podName(set *cluster.StatefulSet, ordinal int) string {
	return set.Name + "-" + strconv.Itoa(ordinal)
}

func claimName(set *cluster.StatefulSet, template *cluster.PersistentVolumeClaim, ordinal int) string {
	return template.Name + "-" + podName(set, ordinal)
}

// withClaims returns the spec with the volumes of an ordinal: those of the claim templates, which take the place of others
// of their name (updateStorage, v1.36.3).
func withClaims(set *cluster.StatefulSet, spec *cluster.PodSpec, ordinal int) *cluster.PodSpec {
	if len(set.ClaimTemplates) == 0 {
		return spec
	}
	own := *spec
	own.Volumes = nil
	for i := range set.ClaimTemplates {
		t := &set.ClaimTemplates[i]
		own.Volumes = append(own.Volumes, cluster.Volume{Name: t.Name, Claim: claimName(set, t, ordinal)})
	}
	for _, v := range spec.Volumes {
		if !slices.ContainsFunc(set.ClaimTemplates, func(t cluster.PersistentVolumeClaim) bool { return t.Name == v.Name }) {
			own.Volumes = append(own.Volumes, v)
		}
	}
	return &own
}

// newClaim returns the claim of an ordinal (getPersistentVolumeClaims, v1.36.3).
func newClaim(set *cluster.StatefulSet, template *cluster.PersistentVolumeClaim, ordinal int) *cluster.PersistentVolumeClaim {
	claim := *template
	claim.ObjectMeta = cluster.ObjectMeta{
		NamespacedName: cluster.NamespacedName{Namespace: set.Namespace, Name: claimName(set, template, ordinal)},
		Annotations:    template.Annotations,
		Labels:         cluster.Labels{},
	}
	maps.Copy(claim.Labels, template.Labels)
	if set.Selector != nil {
		for _, r := range set.Selector.Requirements {
			if r.Operator == cluster.In && len(r.Values) == 1 {
				claim.Labels[r.Key] = r.Values[0]
			}
		}
	}
	return &claim
}
