package plugins

import (
	"math"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

const affinityScoreKey = "PreScore" + InterPodAffinity

// affinityScores holds the sum of weights by topology pair.
type affinityScores struct{ sums pairCounts }

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
	p.begin(view)
	s := &affinityScores{}
	if prefers {
		terms := preferredTerms(pod, view)
		tally := p.tally('p', func(key []byte) []byte { return appendTerms(key, terms) })
		s.sums.addNodes(view.Nodes(), tally, eachMatch(terms), p.topologies, view)
	}
	if nodes := view.NodesWithAffinity(); len(nodes) > 0 {
		s.sums.addNodes(nodes, p.tally('s', about(pod)), p.symmetric(pod, view), p.topologies, view)
	}
	if s.sums.seen == 0 {
		return affinitySkip
	}
	state.Write(affinityScoreKey, s)
	return nil
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

// symmetric adds up the weights of the terms of a node's pods that the pod in hand matches. Required affinity counts with
// hardPodAffinityWeight: a pod that must be near this one would like it near.
func (p *interPodAffinity) symmetric(pod *cluster.Pod, view *cluster.Snapshot) func(*cluster.NodeInfo) []keyCount {
	namespace := namespaceLabels(pod, view)
	return func(n *cluster.NodeInfo) (counts []keyCount) {
		consider := func(existing *cluster.Pod, t *cluster.PodAffinityTerm, weight int64) {
			if t.InDomain(existing, pod, namespace) {
				counts = addKey(counts, t.TopologyKey, weight)
			}
		}
		for _, existing := range n.PodsWithAffinity {
			a := existing.Spec.Affinity
			if p.hardWeight > 0 {
				for i := range a.RequiredPod {
					consider(existing, &a.RequiredPod[i], p.hardWeight)
				}
			}
			for i := range a.PreferredPod {
				consider(existing, &a.PreferredPod[i].Term, int64(a.PreferredPod[i].Weight))
			}
			for i := range a.PreferredPodAnti {
				consider(existing, &a.PreferredPodAnti[i].Term, -int64(a.PreferredPodAnti[i].Weight))
			}
		}
		return counts
	}
}

// Score returns the sum of weights of the node's domains: negative where anti-affinity prevails.
func (p *interPodAffinity) Score(state *framework.CycleState, _ *cluster.Pod, node *cluster.NodeInfo) int64 {
	s, ok := state.Read(affinityScoreKey).(*affinityScores)
	if !ok {
		return 0
	}
	var score int64
	for i := range s.sums.keys {
		d := &s.sums.keys[i]
		if id := d.table.domain(node); id != noDomain {
			score += d.at(id)
		}
	}
	return score
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
