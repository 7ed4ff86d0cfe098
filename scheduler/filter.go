package scheduler

import (
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// nodeStatuses keeps why nodes were rejected, by dense handle. It implements framework.NodeStatuses.
type nodeStatuses struct {
	byIndex []*framework.Status
	absent  *framework.Status // of the nodes that were never looked at
}

func (s *nodeStatuses) reset(handles int) {
	clear(s.byIndex)
	for len(s.byIndex) < handles {
		s.byIndex = append(s.byIndex, nil)
	}
	s.absent = nil
}

// Of returns the status of a node.
func (s *nodeStatuses) Of(node *cluster.NodeInfo) *framework.Status {
	if st := s.byIndex[node.Index]; st != nil {
		return st
	}
	return s.absent
}

// tally counts the nodes of each status. Statuses are few and shared, so a short list beats a map.
type tally struct {
	counts []statusCount
	nodes  int
}

type statusCount struct {
	status *framework.Status
	nodes  int
}

func (t *tally) reset() { t.counts, t.nodes = t.counts[:0], 0 }

func (t *tally) add(s *framework.Status) {
	t.nodes++
	for i := range t.counts {
		if t.counts[i].status == s {
			t.counts[i].nodes++
			return
		}
	}
	t.counts = append(t.counts, statusCount{s, 1})
}

// into adds the counts to the decision, one line for each plugin and reason.
func (t *tally) into(d *framework.Decision) {
	for _, c := range t.counts {
		for _, reason := range c.status.Reasons() {
			addRejection(d, framework.Rejection{Plugin: c.status.Plugin(), Code: c.status.Code(), Reason: reason, Nodes: c.nodes})
		}
		addRejector(d, c.status)
	}
}

func addRejection(d *framework.Decision, r framework.Rejection) {
	for i := range d.Rejections {
		o := &d.Rejections[i]
		if o.Plugin == r.Plugin && o.Code == r.Code && o.Reason == r.Reason {
			o.Nodes += r.Nodes
			return
		}
	}
	d.Rejections = append(d.Rejections, r)
}

// wanted returns how many fitting nodes end the search (schedule_one.go: numFeasibleNodesToFind, v1.36).
func (p *Profile) wanted(nodes int) int {
	if len(p.score) == 0 {
		return 1
	}
	if nodes < minFeasibleNodesToFind {
		return nodes
	}
	percentage := int(p.percentage)
	if percentage == 0 {
		percentage = max(adaptivePercentageBase-nodes/adaptivePercentageNodesForOneLess, minFeasibleNodesPercentageToFind)
	}
	return max(nodes*percentage/100, minFeasibleNodesToFind)
}

// search filters the nodes, from where the last search ended, until enough fit. It returns an Error status if a plugin fails.
func (p *Profile) search(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot, nodes []*cluster.NodeInfo) ([]*cluster.NodeInfo, *framework.Status) {
	wanted, n := p.wanted(len(nodes)), len(nodes)
	check := p.checker(state, pod, view)
	if check.allRemembered() {
		return p.searchRemembered(&check, nodes, wanted), nil
	}
	feasible := p.scratch.feasible[:0]
	defer func() { p.scratch.feasible = feasible }()
	for i, at := 0, p.start; i < n && len(feasible) < wanted; i, at = i+1, at+1 {
		node := nodes[at%n]
		status := check.run(node)
		switch {
		case status == nil:
			feasible = append(feasible, node)
		case status.Code() == framework.Error:
			return nil, status
		default:
			p.scratch.statuses.byIndex[node.Index] = status
			p.scratch.tally.add(status)
		}
	}
	return feasible, nil
}

// checker answers for one pod whether nodes fit: from memory where it may.
type checker struct {
	p     *Profile
	state *framework.CycleState
	pod   *cluster.Pod
	view  *cluster.Snapshot
	class *classMemo // nil: plain path
}

func (p *Profile) checker(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot) checker {
	c := checker{p: p, state: state, pod: pod, view: view}
	if p.memo != nil {
		c.class = p.memo.class(state, pod, view)
	}
	return c
}

func (c *checker) run(node *cluster.NodeInfo) *framework.Status {
	if c.class == nil || len(c.view.Nominated(node.Node.Name)) > 0 {
		return c.p.RunFilters(c.state, c.pod, c.view, node)
	}
	return c.p.filterRemembered(c.class, c.state, c.pod, node)
}

// allRemembered tells whether every answer of this cycle can come from memory.
func (c *checker) allRemembered() bool {
	return c.class != nil && c.class.remoteFilters == 0 && !c.view.AnyNominated()
}

// searchRemembered is search for the usual case, in which most nodes cost one comparison.
func (p *Profile) searchRemembered(c *checker, nodes []*cluster.NodeInfo, wanted int) []*cluster.NodeInfo {
	feasible := p.scratch.feasible[:0]
	entries := c.class.entries
	at := 0
	if len(nodes) > 0 {
		at = p.start % len(nodes)
	}
	for range nodes {
		node := nodes[at]
		if at++; at == len(nodes) {
			at = 0
		}
		e := &entries[node.Index]
		if e.generation != node.Generation {
			e = p.remember(c.class, c.state, c.pod, node)
		}
		if e.status == nil {
			if feasible = append(feasible, node); len(feasible) == wanted {
				break
			}
			continue
		}
		p.scratch.statuses.byIndex[node.Index] = e.status
		p.scratch.tally.add(e.status)
	}
	p.scratch.feasible = feasible
	return feasible
}

// filterRemembered gives the answer of the first filter that rejects, as if all had been run in order.
func (p *Profile) filterRemembered(class *classMemo, state *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	entry := p.remember(class, state, pod, node)
	upTo := len(p.filter)
	if entry.status != nil {
		upTo = int(entry.rejector)
	}
	if rest := class.remoteFilters & (1<<upTo - 1); rest != 0 {
		if s := p.runFilters(rest, state, pod, node); s != nil {
			return s
		}
	}
	return entry.status
}

// runFilters runs the filter plugins in the set, in order, until one rejects.
func (p *Profile) runFilters(set uint64, state *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	for i, pl := range p.filter {
		if set&(1<<i) == 0 {
			continue
		}
		if s := pl.Filter(state, pod, node); !s.IsSuccess() {
			return s
		}
	}
	return nil
}

// RunFilters implements framework.Handle. With pods nominated to the node the pod has to fit twice: with them there and
// without (runtime/framework.go: RunFilterPluginsWithNominatedPods, v1.36).
func (p *Profile) RunFilters(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot, node *cluster.NodeInfo) *framework.Status {
	set := ^state.SkipFilters
	with, withState := p.withNominated(state, pod, view, node)
	if with != node {
		if s := p.runFilters(set, withState, pod, with); s != nil {
			return s
		}
	}
	return p.runFilters(set, state, pod, node)
}

// withNominated returns the node with the pods of equal or higher priority that are nominated to it, and the state to
// match; node and state themselves if there are none.
func (p *Profile) withNominated(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot, node *cluster.NodeInfo) (*cluster.NodeInfo, *framework.CycleState) {
	with, withState := node, state
	for _, nominated := range view.Nominated(node.Node.Name) {
		if nominated.UID == pod.UID || nominated.Spec.Priority < pod.Spec.Priority {
			continue
		}
		if with == node {
			with, withState = node.Clone(), state.Clone()
		}
		placed := *nominated
		placed.GPUs, _ = cluster.PickDevices(with.FreeGPU, placed.Spec.GPU)
		with.AddPod(&placed)
		p.AddPod(withState, pod, &placed, with)
	}
	return with, withState
}

// AddPod implements framework.Handle.
func (p *Profile) AddPod(state *framework.CycleState, pod, added *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	for _, e := range p.extensions {
		if state.SkipFilters&e.bit != 0 {
			continue
		}
		if s := e.AddPod(state, pod, added, node); !s.IsSuccess() {
			return s
		}
	}
	return nil
}

// RemovePod implements framework.Handle.
func (p *Profile) RemovePod(state *framework.CycleState, pod, removed *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	for _, e := range p.extensions {
		if state.SkipFilters&e.bit != 0 {
			continue
		}
		if s := e.RemovePod(state, pod, removed, node); !s.IsSuccess() {
			return s
		}
	}
	return nil
}
