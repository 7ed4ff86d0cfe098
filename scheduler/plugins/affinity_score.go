package plugins

import (
	"math"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

const affinityScoreKey = "PreScore" + InterPodAffinity

// affinityScores holds the sums of weights by topology pair: over the pod's own terms and over those of running pods.
type affinityScores struct{ own, theirs pairCounts }

// Clone returns s itself: it does not change after PreScore.
func (s *affinityScores) Clone() framework.StateData { return s }

// PreScore adds up, by topology pair, the weights of the pod's preferred terms that running pods match and of running
// pods' terms that the pod matches; anti-affinity counts against a domain. It skips a pod that no term is about.
func (p *interPodAffinity) PreScore(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot, _ []*cluster.NodeInfo) *framework.Status {
	a := affinityOf(pod)
	prefers := len(a.PreferredPod)+len(a.PreferredPodAnti) > 0
	if p.ignorePreferred && !prefers {
		return affinitySkip
	}
	havingTerms := view.NodesWithAffinity()
	if !prefers && len(havingTerms) == 0 {
		return affinitySkip
	}
	p.begin(view)
	s := &affinityScores{}
	if prefers {
		terms := preferredTerms(pod, view)
		p.key = appendTerms(p.begun('p'), terms)
		s.own = p.pairs(p.key, p.log.all, eachMatch(terms))
	}
	if len(havingTerms) > 0 {
		p.key = appendAbout(p.begun('s'), pod)
		s.theirs = p.pairs(p.key, podsWithAffinity(havingTerms), p.symmetric(pod, view))
	}
	if s.own.seen+s.theirs.seen == 0 {
		return affinitySkip
	}
	state.Write(affinityScoreKey, s)
	return nil
}

func podsWithAffinity(nodes []*cluster.NodeInfo) func(func(podEntry)) {
	return func(do func(podEntry)) {
		for _, n := range nodes {
			for _, existing := range n.PodsWithAffinity {
				do(podEntry{pod: existing, node: n.Node, sign: 1})
			}
		}
	}
}

// preferredTerms are the pod's preferred terms, those of anti-affinity with negative weights.
func preferredTerms(pod *cluster.Pod, view *cluster.Snapshot) []ownTerm {
	var own []ownTerm
	add := func(terms []cluster.WeightedPodAffinityTerm, sign int64) {
		for i := range terms {
			t := &terms[i]
			own = append(own, ownTerm{&t.Term, pod.Namespace, view.NamespaceLabels, sign * int64(t.Weight)})
		}
	}
	a := affinityOf(pod)
	add(a.PreferredPod, 1)
	add(a.PreferredPodAnti, -1)
	return own
}

// symmetric finds the terms of running pods that are about the pod in hand. Required affinity counts with
// hardPodAffinityWeight: a pod that must be near this one would like it near.
func (p *interPodAffinity) symmetric(pod *cluster.Pod, view *cluster.Snapshot) matches {
	namespace := namespaceLabels(pod, view)
	return func(existing *cluster.Pod, found func(string, int64)) {
		consider := func(t *cluster.PodAffinityTerm, weight int64) {
			if t.InDomain(existing, pod, namespace) {
				found(t.TopologyKey, weight)
			}
		}
		a := affinityOf(existing)
		if p.hardWeight > 0 {
			for i := range a.RequiredPod {
				consider(&a.RequiredPod[i], p.hardWeight)
			}
		}
		for i := range a.PreferredPod {
			consider(&a.PreferredPod[i].Term, int64(a.PreferredPod[i].Weight))
		}
		for i := range a.PreferredPodAnti {
			consider(&a.PreferredPodAnti[i].Term, -int64(a.PreferredPodAnti[i].Weight))
		}
	}
}

// Score returns the sum of weights of the node's domains: negative where anti-affinity prevails.
func (p *interPodAffinity) Score(state *framework.CycleState, _ *cluster.Pod, node *cluster.NodeInfo) int64 {
	s, ok := state.Read(affinityScoreKey).(*affinityScores)
	if !ok {
		return 0
	}
	return s.own.sum(node) + s.theirs.sum(node)
}

// sum adds the counts of the node's domains.
func (c *pairCounts) sum(n *cluster.NodeInfo) (sum int64) {
	for i := range c.keys {
		d := &c.keys[i]
		if id := d.table.domain(n); id != noDomain {
			sum += d.at(id)
		}
	}
	return sum
}

// NormalizeScore maps the least score to 0 and the greatest to MaxNodeScore, and all to 0 if they are equal.
func (p *interPodAffinity) NormalizeScore(_ *framework.CycleState, _ *cluster.Pod, _ []*cluster.NodeInfo, scores []int64) *framework.Status {
	least, most := int64(math.MaxInt64), int64(math.MinInt64)
	for _, score := range scores {
		least, most = min(least, score), max(most, score)
	}
	for i, score := range scores {
		scores[i] = 0
		if most > least {
			scores[i] = int64(float64(framework.MaxNodeScore) * (float64(score-least) / float64(most-least)))
		}
	}
	return nil
}
