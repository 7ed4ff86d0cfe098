package scheduler

import (
	"cmp"
	"slices"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Explanation says all there is to say about one decision. The lists are sorted by node name.
type Explanation struct {
	Pod      cluster.NamespacedName
	Decision framework.Decision // Node is empty where nothing fits

	Feasible []NodeScores // nodes that fit, with their scores
	Filtered []Verdict    // nodes that do not
	Unseen   []string     // nodes that the search did not come to, as enough others fitted
	Best     []string     // feasible nodes with the highest total
	Nearest  *Nearest     // when nothing fits: the node that lacks least; nil if there are no nodes
	Message  string       // what the FailedScheduling event would say, "" if a node fits
}

// NodeScores is the score of one node.
type NodeScores struct {
	Node    string
	Total   int64
	Plugins []PluginScore // in the order in which the plugins run
}

// PluginScore is the normalised score of one plugin times its weight.
type PluginScore struct {
	Plugin string
	Score  int64
}

// Verdict is the rejection of one node: that of the first plugin, which is what counts, and those of all others.
type Verdict struct {
	Node string
	Rejected
	Also []Rejected // what the later plugins say about the node, in their order
}

// Rejected is one plugin's verdict.
type Rejected struct {
	Plugin  string
	Code    framework.Code
	Reasons []string // sorted
}

// Nearest is the node on which the least would have to change for the pod to fit: the fewest plugins that reject it,
// then the smallest shortage in the largest share of its allocatable resources.
type Nearest struct {
	Node      string
	Obstacles []Rejected
	Lacks     []Lack // resources that are short, by name
}

// Lack is a shortage of one resource on one node.
type Lack struct {
	Resource cluster.ResourceName
	Asked    int64 // by the pod; milli for cpu and gpu, bytes for memory and ephemeral-storage, else a count
	Free     int64
}

// Explain decides about a pod as Schedule would, with the search beginning at start, and says why. It remembers nothing
// and changes nothing: neither the cluster nor where the next search begins.
func (p *Profile) Explain(pod *cluster.Pod, view *cluster.Snapshot, start int) Explanation {
	q := *p
	q.memo, q.scratch, q.start = nil, scratch{}, start
	e := Explanation{Pod: pod.NamespacedName}
	d := &e.Decision
	*d = framework.Decision{Pod: cluster.KeyOf(pod), Tried: pod, At: view.Now, Nodes: len(view.Nodes()), Start: start}
	state := &framework.CycleState{}
	if d.Nodes > 0 {
		q.explain(state, pod, view, &e)
	}
	if !d.Placed() {
		e.Message = d.Message()
	}
	return e
}

func (p *Profile) explain(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot, e *Explanation) {
	d := &e.Decision
	found, ok := p.findFeasible(state, pod, view, d)
	if !ok {
		return
	}
	feasible := slices.Clone(found)
	d.Feasible = len(feasible)
	p.explainFilters(state, pod, view, feasible, e)
	if len(feasible) == 0 {
		p.makeRoom(state, pod, view, d)
		e.Nearest = p.nearest(pod, view, e.Filtered)
		return
	}
	totals, ok := p.explainScores(state, pod, view, feasible, e)
	if !ok {
		return
	}
	i := p.selectHost(pod, totals, d)
	p.place(state, pod, feasible[i], d)
	for k, total := range totals {
		if total == d.Score {
			e.Best = append(e.Best, feasible[k].Name())
		}
	}
	slices.Sort(e.Best)
}

// explainFilters sorts the nodes into those that were rejected and those that the search never came to.
func (p *Profile) explainFilters(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot, feasible []*cluster.NodeInfo, e *Explanation) {
	fits := make([]bool, view.Handles())
	for _, n := range feasible {
		fits[n.Index] = true
	}
	for _, n := range view.Nodes() {
		if fits[n.Index] {
			continue
		}
		first := p.scratch.statuses.Of(n)
		if first == nil {
			e.Unseen = append(e.Unseen, n.Name())
			continue
		}
		v := Verdict{Node: n.Name(), Rejected: rejected(first)}
		if e.Decision.PreFilter == "" && p.scratch.statuses.byIndex[n.Index] != nil {
			v.Also = p.laterRejections(first.Plugin(), state, pod, n)
		}
		e.Filtered = append(e.Filtered, v)
	}
	slices.SortFunc(e.Filtered, func(a, b Verdict) int { return cmp.Compare(a.Node, b.Node) })
	slices.Sort(e.Unseen)
}

func rejected(s *framework.Status) Rejected {
	reasons := slices.Clone(s.Reasons())
	slices.Sort(reasons)
	return Rejected{Plugin: s.Plugin(), Code: s.Code(), Reasons: reasons}
}

// laterRejections asks the filters behind the one that rejected a node.
func (p *Profile) laterRejections(first string, state *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo) []Rejected {
	var also []Rejected
	behind := false
	for i, pl := range p.filter {
		if behind && state.SkipFilters&(1<<i) == 0 {
			if s := pl.Filter(state, pod, node); s.IsRejected() {
				also = append(also, rejected(s))
			}
		}
		behind = behind || pl.Name() == first
	}
	return also
}

// explainScores scores the feasible nodes plugin by plugin. It returns false, and the error in the decision, if one fails.
func (p *Profile) explainScores(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot, feasible []*cluster.NodeInfo, e *Explanation) ([]int64, bool) {
	if s := p.runPreScore(state, pod, view, feasible); s != nil {
		e.Decision.Err = s.Message()
		return nil, false
	}
	scores := make([]NodeScores, len(feasible))
	totals := make([]int64, len(feasible))
	for i, n := range feasible {
		scores[i].Node = n.Name()
	}
	for i := range p.score {
		s := &p.score[i]
		if state.SkipScores&(1<<i) != 0 {
			continue
		}
		before := slices.Clone(totals)
		if status := p.weigh(s, state, pod, feasible, p.column(i, nil, state, pod, feasible), totals); status != nil {
			e.Decision.Err = status.Message()
			return nil, false
		}
		for k := range scores {
			scores[k].Plugins = append(scores[k].Plugins, PluginScore{s.Name(), totals[k] - before[k]})
		}
	}
	for k := range scores {
		scores[k].Total = totals[k]
	}
	slices.SortFunc(scores, func(a, b NodeScores) int { return cmp.Compare(a.Node, b.Node) })
	e.Feasible = scores
	return totals, true
}

// nearest finds the node that lacks least, the first by name among equals.
func (p *Profile) nearest(pod *cluster.Pod, view *cluster.Snapshot, filtered []Verdict) *Nearest {
	var best *Nearest
	var bestShare float64
	for _, v := range filtered {
		node := view.Node(v.Node)
		n := &Nearest{Node: v.Node, Obstacles: append([]Rejected{v.Rejected}, v.Also...), Lacks: lacks(pod, node)}
		share := worstShare(n.Lacks, node)
		if best == nil || len(n.Obstacles) < len(best.Obstacles) || len(n.Obstacles) == len(best.Obstacles) && share < bestShare {
			best, bestShare = n, share
		}
	}
	return best
}

// lacks lists the resources of which the node has less free than the pod asks for.
func lacks(pod *cluster.Pod, node *cluster.NodeInfo) []Lack {
	want, total := pod.Spec.Requests(), &node.Node.Allocatable
	var short []Lack
	add := func(name cluster.ResourceName, asked, free int64) {
		if asked > 0 && asked > free {
			short = append(short, Lack{Resource: name, Asked: asked, Free: max(free, 0)})
		}
	}
	for _, name := range []cluster.ResourceName{cluster.CPU, cluster.Memory, cluster.EphemeralStorage} {
		add(name, want.Get(name), total.Get(name)-node.Requested.Get(name))
	}
	add(cluster.Pods, 1, node.Node.AllocatablePods-int64(len(node.Pods)))
	for _, a := range want.Extended {
		add(a.Name, a.Value, total.Get(a.Name)-node.Requested.Get(a.Name))
	}
	if _, ok := cluster.PickDevices(node.FreeGPU, pod.Spec.GPU); !ok {
		add("gpu", pod.Spec.GPU.Total(), freeGPU(node, pod.Spec.GPU))
	}
	slices.SortFunc(short, func(a, b Lack) int { return cmp.Compare(a.Resource, b.Resource) })
	return short
}

// freeGPU returns how much of the request the node's devices could take: of a share the most that one device has left, of
// whole devices those that are empty.
func freeGPU(node *cluster.NodeInfo, want cluster.GPURequest) int64 {
	var free int64
	for _, f := range node.FreeGPU {
		switch {
		case want.Devices == 1:
			free = max(free, f)
		case f >= want.Milli:
			free += want.Milli
		}
	}
	return free
}

// worstShare returns the largest shortage as a share of what the node has; very large where it has none of the resource.
func worstShare(short []Lack, node *cluster.NodeInfo) float64 {
	worst := 0.0
	for _, l := range short {
		total := node.Node.Allocatable.Get(l.Resource)
		switch l.Resource {
		case cluster.Pods:
			total = node.Node.AllocatablePods
		case "gpu":
			total = int64(node.Node.GPUs) * cluster.DeviceMilli
		}
		worst = max(worst, float64(l.Asked-l.Free)/float64(max(total, 1)))
	}
	return worst
}
