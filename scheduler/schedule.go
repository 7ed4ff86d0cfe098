package scheduler

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Schedule implements framework.Algorithm: each pod of the batch is decided by itself. The order of steps is
// kube-scheduler's schedulePod (schedule_one.go, v1.36).
func (p *Profile) Schedule(batch []*cluster.Pod, view *cluster.Snapshot) []framework.Decision {
	p.scratch.decisions = slices.Grow(p.scratch.decisions[:0], len(batch))
	for _, pod := range batch {
		d := framework.Decision{Pod: cluster.KeyOf(pod), Tried: pod, At: view.Now, Nodes: len(view.Nodes()), Start: p.start}
		p.scheduleOne(pod, view, &d)
		p.scratch.decisions = append(p.scratch.decisions, d)
	}
	return p.scratch.decisions
}

func (p *Profile) scheduleOne(pod *cluster.Pod, view *cluster.Snapshot, d *framework.Decision) {
	if d.Nodes == 0 {
		d.Renominated = true
		return
	}
	state := p.newState()
	feasible, ok := p.findFeasible(state, pod, view, d)
	if !ok {
		d.Renominated = true // an error withdraws the nomination
		return
	}
	d.Feasible = len(feasible)
	if len(feasible) == 0 {
		p.makeRoom(state, pod, view, d)
		return
	}
	node := feasible[0]
	d.Ties = 1
	if len(feasible) > 1 {
		if node = p.bestOf(state, pod, view, feasible, d); node == nil {
			d.Renominated = true
			return
		}
	}
	p.place(state, pod, node, d)
}

func (p *Profile) place(state *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo, d *framework.Decision) {
	d.Node = node.Name()
	d.GPUs, _ = cluster.PickDevices(node.FreeGPU, pod.Spec.GPU)
	if p.binding.needs(state) {
		d.State, p.scratch.state = state, nil
	}
}

// newState returns an empty state: that of the last cycle, unless a binding cycle has taken it.
func (p *Profile) newState() *framework.CycleState {
	if p.scratch.state == nil {
		p.scratch.state = &framework.CycleState{}
	}
	p.scratch.state.Reset()
	return p.scratch.state
}

// findFeasible runs PreFilter and Filter. It returns false if a plugin failed.
func (p *Profile) findFeasible(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot, d *framework.Decision) ([]*cluster.NodeInfo, bool) {
	p.scratch.statuses.reset(view.Handles())
	p.scratch.tally.reset()
	result, status := p.runPreFilter(state, pod, view)
	if !status.IsSuccess() {
		if !status.IsRejected() {
			d.Err = status.Message()
			return nil, false
		}
		p.scratch.statuses.absent = status
		d.PreFilter = status.Message()
		addRejector(d, status)
		for _, name := range result.plugins {
			d.Rejectors = insertSorted(d.Rejectors, name)
		}
		return nil, true
	}
	nominated, refusal := p.tryNominated(state, pod, view)
	if nominated != nil && refusal.IsSuccess() {
		d.Evaluated = 1
		p.scratch.feasible = append(p.scratch.feasible[:0], nominated)
		return p.scratch.feasible, true
	}
	nodes := view.Nodes()
	if result.narrowed {
		if refusal.IsRejected() {
			result.plugins = insertSorted(result.plugins, refusal.Plugin()) // as upstream's shared set
		}
		nodes = p.narrow(result, view)
	}
	feasible, err := p.search(state, pod, view, nodes)
	if refusal.IsRejected() && p.scratch.statuses.byIndex[nominated.Index] == nil { // the search did not come to it
		p.scratch.statuses.byIndex[nominated.Index] = refusal
		p.scratch.tally.add(refusal)
	}
	d.Evaluated = len(feasible) + p.scratch.tally.nodes
	p.start = (p.start + d.Evaluated) % d.Nodes
	if err != nil {
		d.Err = err.Message()
		return nil, false
	}
	p.scratch.tally.into(d)
	if len(feasible) == 0 && result.narrowed {
		p.rejectAbsent(result, d)
	}
	return feasible, true
}

// tryNominated looks at the node where room was made for the pod before all others. It returns no node if there is none
// (schedule_one.go: evaluateNominatedNode, v1.36).
func (p *Profile) tryNominated(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot) (*cluster.NodeInfo, *framework.Status) {
	if pod.Status.NominatedNode == "" {
		return nil, nil
	}
	node := view.Node(pod.Status.NominatedNode)
	if node == nil {
		return nil, nil
	}
	return node, p.RunFilters(state, pod, view, node)
}

// narrowing is what the PreFilter plugins left of the nodes, and which of them left some out.
type narrowing struct {
	narrowed bool
	names    []string // sorted
	plugins  []string // sorted
	first    string   // the plugin that narrowed first
}

func (n *narrowing) intersect(plugin string, names []string) {
	n.plugins = insertSorted(n.plugins, plugin)
	if !n.narrowed {
		n.narrowed, n.names, n.first = true, slices.Clone(names), plugin
		return
	}
	n.names = slices.DeleteFunc(n.names, func(name string) bool {
		_, found := slices.BinarySearch(names, name)
		return !found
	})
}

func insertSorted(list []string, s string) []string {
	i, found := slices.BinarySearch(list, s)
	if found {
		return list
	}
	return slices.Insert(list, i, s)
}

// runPreFilter runs all PreFilter plugins until one rejects (runtime/framework.go: RunPreFilterPlugins, v1.36).
func (p *Profile) runPreFilter(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot) (narrowing, *framework.Status) {
	var left narrowing
	var rejected *framework.Status
	for _, pl := range p.preFilter {
		result, status := pl.PreFilter(state, pod, view)
		if status.IsSkip() {
			state.SkipFilters |= p.filterBit(pl.Name())
			continue
		}
		if status.Code() == framework.Unschedulable {
			rejected = status // preemption may help: let the others prepare for it
			continue
		}
		if !status.IsSuccess() {
			return left, status
		}
		if result == nil || result.NodeNames == nil {
			continue
		}
		left.intersect(pl.Name(), result.NodeNames)
		if len(left.names) == 0 {
			reason := fmt.Sprintf("node(s) didn't satisfy plugin(s) %v simultaneously", left.plugins)
			if len(left.plugins) == 1 {
				reason = fmt.Sprintf("node(s) didn't satisfy plugin %v", left.plugins[0])
			}
			return left, framework.NewStatus("", framework.UnschedulableAndUnresolvable, reason)
		}
	}
	return left, rejected
}

// narrow returns the nodes that PreFilter left, by name: upstream's order is that of a Go map.
func (p *Profile) narrow(left narrowing, view *cluster.Snapshot) []*cluster.NodeInfo {
	p.scratch.statuses.absent = absentStatus(left)
	nodes := make([]*cluster.NodeInfo, 0, len(left.names))
	for _, name := range left.names {
		if n := view.Node(name); n != nil {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

func absentStatus(left narrowing) *framework.Status {
	return framework.NewStatus(left.first, framework.UnschedulableAndUnresolvable,
		fmt.Sprintf("node(s) didn't satisfy plugin(s) %v", left.plugins))
}

// rejectAbsent counts the nodes that PreFilter left out.
func (p *Profile) rejectAbsent(left narrowing, d *framework.Decision) {
	if absent := d.Nodes - p.scratch.tally.nodes; absent > 0 {
		s := absentStatus(left)
		d.Rejections = append(d.Rejections, framework.Rejection{Plugin: s.Plugin(), Code: s.Code(), Reason: s.Reasons()[0], Nodes: absent})
	}
	for _, name := range left.plugins {
		d.Rejectors = insertSorted(d.Rejectors, name)
	}
}

func addRejector(d *framework.Decision, s *framework.Status) {
	if s.Plugin() == "" {
		return
	}
	d.Rejectors = insertSorted(d.Rejectors, s.Plugin())
	if s.Code() == framework.Pending {
		d.PendingOn = insertSorted(d.PendingOn, s.Plugin())
	}
}

// makeRoom asks the PostFilter plugins until one makes room (runtime/framework.go: RunPostFilterPlugins, v1.36).
func (p *Profile) makeRoom(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot, d *framework.Decision) {
	if len(p.postFilter) == 0 {
		d.Renominated = true
		return
	}
	var reasons []string
	var outcome *framework.PostFilterResult
	for _, pl := range p.postFilter {
		result, status := pl.PostFilter(state, pod, view, &p.scratch.statuses)
		if status.Code() != framework.Unschedulable {
			outcome, reasons = result, status.Reasons()
			break
		}
		if result != nil {
			outcome = result
		}
		reasons = append(reasons, status.Reasons()...)
	}
	d.PostFilter = strings.Join(reasons, ", ")
	if outcome != nil {
		d.Nominated, d.Renominated = outcome.Node, true
		for _, victim := range outcome.Evict {
			d.Evict = append(d.Evict, cluster.KeyOf(victim))
		}
	}
}
