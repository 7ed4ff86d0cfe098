package plugins

import (
	"math"
	"slices"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// The reasons of PodTopologySpread (podtopologyspread/plugin.go, v1.36).
const (
	ReasonSpreadNotMatch     = "node(s) didn't match pod topology spread constraints"
	ReasonSpreadMissingLabel = ReasonSpreadNotMatch + " (missing required label)"
)

var (
	spreadSkip         = framework.NewStatus(PodTopologySpread, framework.Skip)
	spreadNotMatch     = framework.NewStatus(PodTopologySpread, framework.Unschedulable, ReasonSpreadNotMatch)
	spreadMissingLabel = framework.NewStatus(PodTopologySpread, framework.UnschedulableAndUnresolvable, ReasonSpreadMissingLabel)
)

const spreadFilterKey = "PreFilter" + PodTopologySpread

// spreadState is how the pods of each hard constraint are spread.
type spreadState struct {
	constraints []spreadConstraint
	domains     []spreadDomains // by constraint
}

// spreadDomains are the domains of one constraint's key. Upstream keeps the two least domains instead of all
// (criticalPaths), which says the same as long as pods move on one node only; preemption keeps to that.
type spreadDomains struct {
	table   *topologyTable
	counts  []int32 // matching pods by domain, notEligible for domains without an eligible node
	number  int32   // eligible domains
	least   int32   // of the counts
	shared  bool    // counts belongs to several states: copy before writing
	oneMore int32   // 1 if the pod itself matches
}

// notEligible marks a domain that does not exist for a constraint.
const notEligible = math.MinInt32

// Clone returns a state that shares the counts until either side changes them.
func (s *spreadState) Clone() framework.StateData {
	for i := range s.domains {
		s.domains[i].shared = true
	}
	return &spreadState{constraints: s.constraints, domains: slices.Clone(s.domains)}
}

// PreFilter counts the matching pods of each domain for the pod's hard constraints, and skips a pod without any.
func (p *podTopologySpread) PreFilter(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot) (*framework.PreFilterResult, *framework.Status) {
	p.view = view
	constraints := p.constraintsOf(pod, view, true)
	if len(constraints) == 0 {
		return nil, spreadSkip
	}
	p.begin(view)
	tables := p.tables(constraints)
	counters := make([]podCount, len(constraints))
	s := &spreadState{constraints: constraints, domains: make([]spreadDomains, len(constraints))}
	for i := range constraints {
		counters[i] = p.counter(pod, &constraints[i], view)
		s.domains[i].table = tables[i]
		s.domains[i].oneMore = oneIf(constraints[i].selector.Matches(pod.Labels))
		s.domains[i].counts = make([]int32, 0, len(tables[i].ids))
	}
	for _, n := range view.Nodes() {
		p.countNode(s, pod, n, counters)
	}
	for i := range s.domains {
		s.domains[i].findLeast()
	}
	state.Write(spreadFilterKey, s)
	return nil, nil
}

func oneIf(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

// countNode adds a node that has all topology keys to the domains of the constraints that include it.
func (p *podTopologySpread) countNode(s *spreadState, pod *cluster.Pod, n *cluster.NodeInfo, counters []podCount) {
	if !p.locate(s, n) {
		return
	}
	admitted := selectsNode(pod, n.Node)
	for i := range s.constraints {
		if s.constraints[i].includes(pod, n.Node, admitted) {
			s.domains[i].add(p.ids[i], counters[i].of(n))
		}
	}
}

// locate finds the node's domain for each constraint, and tells whether it has one for all.
func (p *podTopologySpread) locate(s *spreadState, n *cluster.NodeInfo) bool {
	p.ids = p.ids[:0]
	for i := range s.domains {
		id := s.domains[i].table.domain(n)
		if id == noDomain {
			return false
		}
		p.ids = append(p.ids, id)
	}
	return true
}

func (d *spreadDomains) add(id, count int32) {
	for int(id) >= len(d.counts) {
		d.counts = append(d.counts, notEligible)
	}
	if d.counts[id] == notEligible {
		d.counts[id] = 0
		d.number++
	}
	d.counts[id] += count
}

func (d *spreadDomains) findLeast() {
	d.least = math.MaxInt32
	for _, count := range d.counts {
		if count != notEligible {
			d.least = min(d.least, count)
		}
	}
}

// Filter rejects a node where the pod would make the skew of a hard constraint larger than its maxSkew:
// pods in the node's domain, and the pod itself if it matches, less the pods of the emptiest domain.
func (p *podTopologySpread) Filter(state *framework.CycleState, _ *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	s, ok := state.Read(spreadFilterKey).(*spreadState)
	if !ok {
		return nil
	}
	for i := range s.constraints {
		d := &s.domains[i]
		id := d.table.domain(node)
		if id == noDomain {
			return spreadMissingLabel
		}
		if d.at(id)+d.oneMore-d.globalMinimum(s.constraints[i].minDomains) > s.constraints[i].maxSkew {
			return spreadNotMatch
		}
	}
	return nil
}

// at returns the matching pods of a domain, 0 for one that is not eligible.
func (d *spreadDomains) at(id int32) int32 {
	if int(id) >= len(d.counts) || d.counts[id] == notEligible {
		return 0
	}
	return d.counts[id]
}

// globalMinimum is 0 while there are fewer domains than the constraint wants.
func (d *spreadDomains) globalMinimum(minDomains int32) int32 {
	if d.number < minDomains {
		return 0
	}
	return d.least
}

// AddPod counts a pod that is thought onto a node.
func (p *podTopologySpread) AddPod(state *framework.CycleState, pod, added *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	p.move(state, pod, added, node, 1)
	return nil
}

// RemovePod counts a pod off that is thought away from a node.
func (p *podTopologySpread) RemovePod(state *framework.CycleState, pod, removed *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	p.move(state, pod, removed, node, -1)
	return nil
}

// move changes the counts by one pod. It also counts a pod that is being deleted, which PreFilter had left out, and one
// that an empty selector matches: so does upstream (filtering.go: updateWithPod, v1.36).
func (p *podTopologySpread) move(state *framework.CycleState, pod, moved *cluster.Pod, n *cluster.NodeInfo, delta int32) {
	s, ok := state.Read(spreadFilterKey).(*spreadState)
	if !ok || moved.Namespace != pod.Namespace || n.Node == nil || !p.locate(s, n) {
		return
	}
	admitted := selectsNode(pod, n.Node)
	for i := range s.constraints {
		c := &s.constraints[i]
		if c.selector.Matches(moved.Labels) && c.includes(pod, n.Node, admitted) {
			s.domains[i].change(p.ids[i], delta)
		}
	}
}

func (d *spreadDomains) change(id, delta int32) {
	if d.shared {
		d.counts, d.shared = slices.Clone(d.counts), false
	}
	wasLeast := d.at(id) == d.least
	d.add(id, delta)
	switch {
	case d.counts[id] < d.least:
		d.least = d.counts[id]
	case wasLeast:
		d.findLeast()
	}
}
