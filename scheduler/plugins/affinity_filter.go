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
	p.begin(view)
	a := affinityOf(pod)
	haters := view.NodesWithRequiredAntiAffinity()
	if len(haters)+len(a.RequiredPod)+len(a.RequiredPodAnti) == 0 {
		return nil, affinitySkip
	}
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
	count := func(n *cluster.NodeInfo) (counts []keyCount) {
		for _, existing := range n.PodsWithRequiredAntiAffinity {
			terms := existing.Spec.Affinity.RequiredPodAnti
			for i := range terms {
				if terms[i].InDomain(existing, pod, s.namespace) {
					counts = addKey(counts, terms[i].TopologyKey, 1)
				}
			}
		}
		return counts
	}
	s.hating.addNodes(nodes, p.tally('h', about(pod)), count, p.topologies, p.view)
}

func (p *interPodAffinity) countMatching(s *affinityState) {
	if len(s.affinity) == 0 {
		return
	}
	for i := range s.affinity {
		s.affinityAt = append(s.affinityAt, s.matching.index(s.affinity[i].TopologyKey, p.topologies, p.view))
	}
	count := func(n *cluster.NodeInfo) (counts []keyCount) {
		for _, existing := range n.Pods {
			if !matchesAll(s.affinity, existing) {
				continue
			}
			for i := range s.affinity {
				counts = addKey(counts, s.affinity[i].TopologyKey, 1)
			}
		}
		return counts
	}
	tally := p.tally('m', func(key []byte) []byte { return appendTerms(key, s.affinity) })
	s.matching.addNodes(p.view.Nodes(), tally, count, p.topologies, p.view)
}

func (p *interPodAffinity) countHated(s *affinityState) {
	if len(s.antiAffinity) == 0 {
		return
	}
	tally := p.tally('a', func(key []byte) []byte { return appendTerms(key, s.antiAffinity) })
	s.hated.addNodes(p.view.Nodes(), tally, eachMatch(s.antiAffinity), p.topologies, p.view)
}

// eachMatch adds up the weights of the terms that the pods of a node match.
func eachMatch(terms []ownTerm) func(*cluster.NodeInfo) []keyCount {
	return func(n *cluster.NodeInfo) (counts []keyCount) {
		for _, existing := range n.Pods {
			for i := range terms {
				if t := &terms[i]; t.matches(existing) {
					counts = addKey(counts, t.TopologyKey, t.weight)
				}
			}
		}
		return counts
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

// anyIn tells whether any domain of the node has a positive count.
func (c *pairCounts) anyIn(n *cluster.NodeInfo) bool {
	for i := range c.keys {
		d := &c.keys[i]
		if id := d.table.domain(n); id != noDomain && d.at(id) > 0 {
			return true
		}
	}
	return false
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

func (p *interPodAffinity) move(state *framework.CycleState, pod, moved *cluster.Pod, n *cluster.NodeInfo, delta int64) {
	s, ok := state.Read(affinityFilterKey).(*affinityState)
	if !ok || n.Node == nil {
		return
	}
	terms := affinityOf(moved).RequiredPodAnti
	for i := range terms {
		if terms[i].InDomain(moved, pod, s.namespace) {
			s.hating.add(s.hating.index(terms[i].TopologyKey, p.topologies, p.view), n, delta)
		}
	}
	if matchesAll(s.affinity, moved) {
		for _, at := range s.affinityAt {
			s.matching.add(at, n, delta)
		}
	}
	for i := range s.antiAffinity {
		if t := &s.antiAffinity[i]; t.matches(moved) {
			s.hated.add(s.hated.index(t.TopologyKey, p.topologies, p.view), n, delta)
		}
	}
}
