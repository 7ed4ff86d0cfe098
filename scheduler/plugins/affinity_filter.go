package plugins

import (
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// The reasons of InterPodAffinity (interpodaffinity/filtering.go, v1.36).
const (
	ReasonPodAffinity          = "node(s) didn't match pod affinity rules"
	ReasonPodAntiAffinity      = "node(s) didn't match pod anti-affinity rules"
	ReasonExistingAntiAffinity = "node(s) didn't satisfy existing pods anti-affinity rules"
)

var (
	affinitySkip         = framework.NewStatus(InterPodAffinity, framework.Skip)
	affinityMismatch     = framework.NewStatus(InterPodAffinity, framework.UnschedulableAndUnresolvable, ReasonPodAffinity)
	antiAffinityMismatch = framework.NewStatus(InterPodAffinity, framework.Unschedulable, ReasonPodAntiAffinity)
	existingMismatch     = framework.NewStatus(InterPodAffinity, framework.Unschedulable, ReasonExistingAntiAffinity)
)

const affinityFilterKey = "PreFilter" + InterPodAffinity

// affinityState counts, by topology pair, what the required terms are about.
type affinityState struct {
	affinity     []ownTerm
	antiAffinity []ownTerm
	affinityAt   []int // the key of each affinity term in matching
	namespace    func(string) cluster.Labels
	matchesSelf  bool

	matching pairCounts // running pods that match all affinity terms, once for each term
	hated    pairCounts // running pods that match an anti-affinity term
	hating   pairCounts // anti-affinity terms of running pods that match the pod
}

// Clone returns a state whose counts can be changed without changing s.
func (s *affinityState) Clone() framework.StateData {
	c := *s
	c.matching, c.hated, c.hating = s.matching.clone(), s.hated.clone(), s.hating.clone()
	return &c
}

// PreFilter counts the running pods that the pod's required terms are about, and the required anti-affinity terms of
// running pods that are about the pod. It skips a pod for which there are neither.
func (p *interPodAffinity) PreFilter(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot) (*framework.PreFilterResult, *framework.Status) {
	a := affinityOf(pod)
	haters := view.NodesWithRequiredAntiAffinity()
	if len(haters)+len(a.RequiredPod)+len(a.RequiredPodAnti) == 0 {
		return nil, affinitySkip
	}
	p.begin(view)
	s := &affinityState{
		affinity:     ownTerms(pod, a.RequiredPod, view.NamespaceLabels),
		antiAffinity: ownTerms(pod, a.RequiredPodAnti, view.NamespaceLabels),
		namespace:    namespaceLabels(pod, view),
	}
	s.matchesSelf = matchesAll(s.affinity, pod)
	if len(haters) > 0 {
		p.countHaters(s, pod, haters)
	}
	if s.hating.nonzero+len(s.affinity)+len(s.antiAffinity) == 0 {
		return nil, affinitySkip
	}
	p.countMatching(s)
	p.countHated(s)
	state.Write(affinityFilterKey, s)
	return nil, nil
}

func (p *interPodAffinity) countHaters(s *affinityState, pod *cluster.Pod, nodes []*cluster.NodeInfo) {
	each := func(do func(podEntry)) {
		for _, n := range nodes {
			for _, existing := range n.PodsWithRequiredAntiAffinity {
				do(podEntry{pod: existing, node: n.Node, sign: 1})
			}
		}
	}
	p.key = appendAbout(p.begun('h'), pod)
	s.hating = p.pairs(p.key, each, func(existing *cluster.Pod, found func(string, int64)) {
		terms := affinityOf(existing).RequiredPodAnti
		for i := range terms {
			if terms[i].InDomain(existing, pod, s.namespace) {
				found(terms[i].TopologyKey, 1)
			}
		}
	})
}

// countMatching counts a pod that matches all affinity terms once for each.
func (p *interPodAffinity) countMatching(s *affinityState) {
	if len(s.affinity) == 0 {
		return
	}
	p.key = appendTerms(p.begun('m'), s.affinity)
	s.matching = p.pairs(p.key, p.log.all, func(existing *cluster.Pod, found func(string, int64)) {
		if matchesAll(s.affinity, existing) {
			for i := range s.affinity {
				found(s.affinity[i].TopologyKey, 1)
			}
		}
	})
	for i := range s.affinity {
		s.affinityAt = append(s.affinityAt, s.matching.index(s.affinity[i].TopologyKey, &p.topologies))
	}
}

func (p *interPodAffinity) countHated(s *affinityState) {
	if len(s.antiAffinity) > 0 {
		p.key = appendTerms(p.begun('a'), s.antiAffinity)
		s.hated = p.pairs(p.key, p.log.all, eachMatch(s.antiAffinity))
	}
}

// eachMatch finds every term that a pod matches.
func eachMatch(terms []ownTerm) matches {
	return func(existing *cluster.Pod, found func(string, int64)) {
		for i := range terms {
			if t := &terms[i]; t.matches(existing) {
				found(t.TopologyKey, t.weight)
			}
		}
	}
}

// Filter asks whether the node's domains hold pods for all affinity terms, and none that the pod hates or that hates it.
func (p *interPodAffinity) Filter(state *framework.CycleState, _ *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	s, ok := state.Read(affinityFilterKey).(*affinityState)
	switch {
	case !ok:
		return nil
	case !s.satisfiesAffinity(node):
		return affinityMismatch
	case s.hated.anyIn(node):
		return antiAffinityMismatch
	case s.hating.anyIn(node):
		return existingMismatch
	}
	return nil
}

// satisfiesAffinity lets the first pod of a group that wants to be together go anywhere with the keys: no running pod
// matches its terms, but it matches them itself.
func (s *affinityState) satisfiesAffinity(n *cluster.NodeInfo) bool {
	podsExist := true
	for _, at := range s.affinityAt {
		d := &s.matching.keys[at]
		id := d.table.domain(n)
		if id == noDomain {
			return false
		}
		podsExist = podsExist && d.at(id) > 0
	}
	return podsExist || s.matching.nonzero == 0 && s.matchesSelf
}

// AddPod counts a pod that is thought onto a node.
func (p *interPodAffinity) AddPod(state *framework.CycleState, pod, added *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	p.move(state, pod, added, node, 1)
	return nil
}

// RemovePod counts a pod off that is thought away from a node.
func (p *interPodAffinity) RemovePod(state *framework.CycleState, pod, removed *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	p.move(state, pod, removed, node, -1)
	return nil
}

func (p *interPodAffinity) move(state *framework.CycleState, pod, moved *cluster.Pod, n *cluster.NodeInfo, sign int32) {
	s, ok := state.Read(affinityFilterKey).(*affinityState)
	if !ok || n.Node == nil {
		return
	}
	terms := affinityOf(moved).RequiredPodAnti
	for i := range terms {
		if terms[i].InDomain(moved, pod, s.namespace) {
			s.hating.add(s.hating.index(terms[i].TopologyKey, &p.topologies), n.Node, 1, sign)
		}
	}
	if matchesAll(s.affinity, moved) {
		for _, at := range s.affinityAt {
			s.matching.add(at, n.Node, 1, sign)
		}
	}
	for i := range s.antiAffinity {
		if t := &s.antiAffinity[i]; t.matches(moved) {
			s.hated.add(s.hated.index(t.TopologyKey, &p.topologies), n.Node, 1, sign)
		}
	}
}
