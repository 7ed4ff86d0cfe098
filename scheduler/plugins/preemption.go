package plugins

import (
	"fmt"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// DefaultPreemption is the name of the plugin that makes room by evicting pods of lower priority.
const DefaultPreemption = "DefaultPreemption"

// DefaultPreemptionArgs are the plugin's arguments: how many candidate nodes are tried out before the best is taken.
type DefaultPreemptionArgs struct {
	TypeMeta
	MinCandidateNodesPercentage *int `json:"minCandidateNodesPercentage,omitempty"` // of the nodes that might help; default 10
	MinCandidateNodesAbsolute   *int `json:"minCandidateNodesAbsolute,omitempty"`   // default 100
}

// defaultPreemption evicts the fewest and least important pods of one node so that the pod fits there
// (plugins/defaultpreemption and framework/preemption, v1.36).
type defaultPreemption struct {
	h                    framework.Handle
	percentage, absolute int
}

func newDefaultPreemption(args framework.Args, h framework.Handle) (framework.Plugin, error) {
	var a DefaultPreemptionArgs
	if err := args.Decode(&a); err != nil {
		return nil, err
	}
	if err := a.check(DefaultPreemption); err != nil {
		return nil, err
	}
	p := &defaultPreemption{h: h, percentage: 10, absolute: 100}
	if a.MinCandidateNodesPercentage != nil {
		p.percentage = *a.MinCandidateNodesPercentage
	}
	if a.MinCandidateNodesAbsolute != nil {
		p.absolute = *a.MinCandidateNodesAbsolute
	}
	return p, p.validate()
}

func (p *defaultPreemption) validate() error {
	switch {
	case p.percentage < 0 || p.percentage > 100:
		return fmt.Errorf("minCandidateNodesPercentage: %d is not in 0..100", p.percentage)
	case p.absolute < 0:
		return fmt.Errorf("minCandidateNodesAbsolute: %d is negative", p.absolute)
	case p.percentage == 0 && p.absolute == 0:
		return fmt.Errorf("minCandidateNodesPercentage and minCandidateNodesAbsolute cannot both be 0")
	}
	return nil
}

// Name implements framework.Plugin.
func (p *defaultPreemption) Name() string { return DefaultPreemption }

// EventsToRegister implements framework.EnqueueExtensions: the plugin itself holds no pod back, the plugins that rejected
// the pod decide when it is tried again.
func (p *defaultPreemption) EventsToRegister() []framework.ClusterEventWithHint { return nil }

// PostFilter implements framework.PostFilterPlugin.
func (p *defaultPreemption) PostFilter(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot, statuses framework.NodeStatuses) (*framework.PostFilterResult, *framework.Status) {
	if reason := p.notEligible(pod, view, statuses); reason != "" {
		return nil, p.unschedulable(reason)
	}
	candidates, hopeless, failed := p.dryRun(state, pod, view, helpable(view, statuses))
	if failed != nil && len(candidates) == 0 {
		return nil, failed
	}
	if len(candidates) == 0 {
		return &framework.PostFilterResult{}, p.unschedulable(noCandidate(len(view.Nodes()), hopeless))
	}
	best := pickCandidate(candidates, view)
	return &framework.PostFilterResult{Node: best.node, Evict: best.victims}, nil
}

func (p *defaultPreemption) unschedulable(reason string) *framework.Status {
	return framework.NewStatus(DefaultPreemption, framework.Unschedulable, "preemption: "+reason)
}

// notEligible says why the pod may not preempt now: its policy, or that room is being made for it already
// (PodEligibleToPreemptOthers, v1.36).
func (p *defaultPreemption) notEligible(pod *cluster.Pod, view *cluster.Snapshot, statuses framework.NodeStatuses) string {
	if pod.Spec.PreemptionPolicy == cluster.PreemptNever {
		return "not eligible due to preemptionPolicy=Never."
	}
	nominated := view.Node(pod.Status.NominatedNode)
	if nominated == nil || statuses.Of(nominated).Code() == framework.UnschedulableAndUnresolvable {
		return ""
	}
	for _, other := range nominated.Pods {
		if other.Spec.Priority < pod.Spec.Priority && other.Deleting && other.Status.Disrupted == cluster.ReasonPreempted {
			return "not eligible due to a terminating pod on the nominated node."
		}
	}
	return ""
}

// helpable returns the nodes that evictions might open for the pod.
func helpable(view *cluster.Snapshot, statuses framework.NodeStatuses) []*cluster.NodeInfo {
	var nodes []*cluster.NodeInfo
	for _, n := range view.Nodes() {
		if statuses.Of(n).Code() == framework.Unschedulable {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// candidate is a node with the pods to evict there, the most important first.
type candidate struct {
	node       string
	victims    []*cluster.Pod
	violations int // victims whose eviction breaks a PodDisruptionBudget
}

// dryRun tries the nodes out, from one drawn for the pod on, until enough candidates are found, one of them without a
// violated budget (DryRunPreemption, v1.36). It also returns why the other nodes are no candidates.
func (p *defaultPreemption) dryRun(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot, nodes []*cluster.NodeInfo) (candidates []candidate, hopeless []*framework.Status, failed *framework.Status) {
	if len(nodes) == 0 {
		return nil, nil, nil
	}
	budgets := view.List(cluster.KindPodDisruptionBudget)
	wanted := min(max(len(nodes)*p.percentage/100, p.absolute), len(nodes))
	offset := p.h.Draw("preemption/offset", pod).IntN(len(nodes))
	clean := false
	for i := range nodes {
		node := nodes[(offset+i)%len(nodes)]
		trial := trial{h: p.h, state: state.Clone(), pod: pod, view: view, node: node.Clone()}
		c, status := trial.selectVictims(budgets)
		switch {
		case status == nil:
			candidates = append(candidates, c)
			clean = clean || c.violations == 0
		case status.Code() == framework.Error:
			failed = status
		default:
			hopeless = append(hopeless, status)
		}
		if clean && len(candidates) >= wanted {
			break
		}
	}
	return candidates, hopeless, failed
}

// noCandidate words the failure as upstream's FitError does: the nodes that were not tried count as not helpful.
func noCandidate(nodes int, hopeless []*framework.Status) string {
	counts := map[string]int{}
	for _, s := range hopeless {
		for _, r := range s.Reasons() {
			counts[r]++
		}
	}
	d := framework.Decision{Nodes: nodes}
	for reason, n := range counts {
		d.Rejections = append(d.Rejections, framework.Rejection{Reason: reason, Nodes: n})
	}
	if rest := nodes - len(hopeless); rest > 0 {
		d.Rejections = append(d.Rejections, framework.Rejection{Reason: "Preemption is not helpful for scheduling", Nodes: rest})
	}
	return d.Message()
}
