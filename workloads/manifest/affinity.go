package manifest

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/wavetank/wavetank/sim/cluster"
)

func affinity(c *check, path string, labels map[string]string, o *corev1.Affinity) *cluster.Affinity {
	if o == nil || o.NodeAffinity == nil && o.PodAffinity == nil && o.PodAntiAffinity == nil {
		return nil
	}
	a := &cluster.Affinity{}
	if n := o.NodeAffinity; n != nil {
		nodeAffinity(c, path+".nodeAffinity", n, a)
	}
	if p := o.PodAffinity; p != nil {
		of := path + ".podAffinity"
		a.RequiredPod = podTerms(c, of+required, labels, p.RequiredDuringSchedulingIgnoredDuringExecution)
		a.PreferredPod = weightedPodTerms(c, of+preferred, labels, p.PreferredDuringSchedulingIgnoredDuringExecution)
	}
	if p := o.PodAntiAffinity; p != nil {
		of := path + ".podAntiAffinity"
		a.RequiredPodAnti = podTerms(c, of+required, labels, p.RequiredDuringSchedulingIgnoredDuringExecution)
		a.PreferredPodAnti = weightedPodTerms(c, of+preferred, labels, p.PreferredDuringSchedulingIgnoredDuringExecution)
	}
	return a
}

const (
	required  = ".requiredDuringSchedulingIgnoredDuringExecution"
	preferred = ".preferredDuringSchedulingIgnoredDuringExecution"
)

func nodeAffinity(c *check, path string, o *corev1.NodeAffinity, a *cluster.Affinity) {
	a.RequiredNode = c.nodeSelector(path+required, o.RequiredDuringSchedulingIgnoredDuringExecution)
	for i, p := range o.PreferredDuringSchedulingIgnoredDuringExecution {
		of := at(path+preferred, i)
		a.PreferredNode = append(a.PreferredNode, cluster.WeightedNodeTerm{
			Weight: weight(c, of, p.Weight),
			Term:   c.nodeTerm(of+".preference", &p.Preference),
		})
	}
}

func weight(c *check, path string, w int32) int32 {
	c.want(w >= 1 && w <= 100, path+".weight", "%d is not from 1 to 100", w)
	return w
}

func podTerms(c *check, path string, labels map[string]string, list []corev1.PodAffinityTerm) []cluster.PodAffinityTerm {
	var terms []cluster.PodAffinityTerm
	for i := range list {
		terms = append(terms, podTerm(c, at(path, i), labels, &list[i]))
	}
	return terms
}

func weightedPodTerms(c *check, path string, labels map[string]string, list []corev1.WeightedPodAffinityTerm) []cluster.WeightedPodAffinityTerm {
	var terms []cluster.WeightedPodAffinityTerm
	for i := range list {
		of := at(path, i)
		terms = append(terms, cluster.WeightedPodAffinityTerm{
			Weight: weight(c, of, list[i].Weight),
			Term:   podTerm(c, of+".podAffinityTerm", labels, &list[i].PodAffinityTerm),
		})
	}
	return terms
}

func podTerm(c *check, path string, labels map[string]string, o *corev1.PodAffinityTerm) cluster.PodAffinityTerm {
	c.want(o.TopologyKey != "", path+".topologyKey", "is missing")
	t := cluster.PodAffinityTerm{
		Selector:          c.selector(path+".labelSelector", o.LabelSelector),
		Namespaces:        o.Namespaces,
		NamespaceSelector: c.selector(path+".namespaceSelector", o.NamespaceSelector),
		TopologyKey:       o.TopologyKey,
		MatchLabelKeys:    o.MatchLabelKeys,
		MismatchLabelKeys: o.MismatchLabelKeys,
	}
	t.Selector = t.Selector.WithLabelKeys(o.MatchLabelKeys, cluster.In, labels)
	t.Selector = t.Selector.WithLabelKeys(o.MismatchLabelKeys, cluster.NotIn, labels)
	return t
}

var unsatisfiable = map[string]bool{"DoNotSchedule": true, "ScheduleAnyway": false}

var inclusionPolicies = map[string]cluster.NodeInclusionPolicy{"Honor": cluster.InclusionHonor, "Ignore": cluster.InclusionIgnore}

func spread(c *check, path string, labels map[string]string, list []corev1.TopologySpreadConstraint) []cluster.TopologySpreadConstraint {
	var constraints []cluster.TopologySpreadConstraint
	for i := range list {
		constraints = append(constraints, spreadConstraint(c, at(path, i), labels, &list[i]))
	}
	return constraints
}

func spreadConstraint(c *check, path string, labels map[string]string, o *corev1.TopologySpreadConstraint) cluster.TopologySpreadConstraint {
	c.want(o.MaxSkew > 0, path+".maxSkew", "%d is not above 0", o.MaxSkew)
	c.want(o.TopologyKey != "", path+".topologyKey", "is missing")
	c.want(o.WhenUnsatisfiable != "", path+".whenUnsatisfiable", "is missing")
	t := cluster.TopologySpreadConstraint{
		MaxSkew:            o.MaxSkew,
		TopologyKey:        o.TopologyKey,
		Hard:               choose(c, path+".whenUnsatisfiable", string(o.WhenUnsatisfiable), false, unsatisfiable),
		Selector:           c.selector(path+".labelSelector", o.LabelSelector),
		NodeAffinityPolicy: inclusion(c, path+".nodeAffinityPolicy", o.NodeAffinityPolicy),
		NodeTaintsPolicy:   inclusion(c, path+".nodeTaintsPolicy", o.NodeTaintsPolicy),
		MatchLabelKeys:     o.MatchLabelKeys,
	}
	if o.MinDomains != nil {
		c.want(*o.MinDomains > 0, path+".minDomains", "%d is not above 0", *o.MinDomains)
		c.want(t.Hard, path+".minDomains", "needs whenUnsatisfiable DoNotSchedule")
		t.MinDomains = *o.MinDomains
	}
	t.Selector = t.Selector.WithLabelKeys(o.MatchLabelKeys, cluster.In, labels)
	return t
}

func inclusion(c *check, path string, p *corev1.NodeInclusionPolicy) cluster.NodeInclusionPolicy {
	if p == nil {
		return cluster.InclusionDefault
	}
	return choose(c, path, string(*p), cluster.InclusionDefault, inclusionPolicies)
}
