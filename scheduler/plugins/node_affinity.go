package plugins

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// nodeAffinity keeps a pod to the nodes that its nodeSelector and its required node affinity select, and prefers those
// that its preferences select (plugins/nodeaffinity/node_affinity.go, v1.36). addedAffinity holds for all pods of the
// profile besides their own.
//
// score = 100 * weight / (largest weight on any node that fits), weight = sum of the preferences that select the node.
type nodeAffinity struct {
	addedRequired  *cluster.NodeSelector      // nil: none
	addedPreferred []cluster.WeightedNodeTerm // nil: none
}

var (
	_ framework.PreFilterPlugin   = (*nodeAffinity)(nil)
	_ framework.FilterPlugin      = (*nodeAffinity)(nil)
	_ framework.PreScorePlugin    = (*nodeAffinity)(nil)
	_ framework.ScorePlugin       = (*nodeAffinity)(nil)
	_ framework.ScoreNormalizer   = (*nodeAffinity)(nil)
	_ framework.EnqueueExtensions = (*nodeAffinity)(nil)
	_ framework.NodeLocal         = (*nodeAffinity)(nil)
)

var (
	podAffinityMismatch   = framework.NewStatus(NodeAffinity, framework.UnschedulableAndUnresolvable, "node(s) didn't match Pod's node affinity/selector")
	addedAffinityMismatch = framework.NewStatus(NodeAffinity, framework.UnschedulableAndUnresolvable, "node(s) didn't match scheduler-enforced node affinity")
	affinityConflict      = framework.NewStatus(NodeAffinity, framework.UnschedulableAndUnresolvable, "pod affinity terms conflict")
	skipNodeAffinity      = framework.NewStatus(NodeAffinity, framework.Skip)
)

func newNodeAffinity(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	var a NodeAffinityArgs
	if err := args.Decode(&a); err != nil {
		return nil, fmt.Errorf("%s: %w", NodeAffinity, err)
	}
	if err := a.check(NodeAffinity); err != nil {
		return nil, err
	}
	required, preferred, err := a.AddedAffinity.parse("addedAffinity")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", NodeAffinity, err)
	}
	return &nodeAffinity{addedRequired: required, addedPreferred: preferred}, nil
}

func (*nodeAffinity) Name() string { return NodeAffinity }

func (*nodeAffinity) NodeLocal(*cluster.Pod, *cluster.Snapshot) bool { return true }

// PreFilter skips pods that ask for nothing, and narrows the search where every term names its nodes by metadata.name.
func (p *nodeAffinity) PreFilter(_ *framework.CycleState, pod *cluster.Pod, _ *cluster.Snapshot) (*framework.PreFilterResult, *framework.Status) {
	required := requiredNodes(pod)
	if required == nil && p.addedRequired == nil && pod.Spec.NodeSelector == nil {
		return nil, skipNodeAffinity
	}
	names, limited := namedNodes(required)
	if !limited {
		return nil, nil
	}
	if len(names) == 0 {
		return nil, affinityConflict
	}
	return &framework.PreFilterResult{NodeNames: names}, nil
}

func requiredNodes(pod *cluster.Pod) *cluster.NodeSelector {
	if pod.Spec.Affinity == nil {
		return nil
	}
	return pod.Spec.Affinity.RequiredNode
}

// namedNodes returns the sorted names of the only nodes that the selector can select, if each of its terms names some.
func namedNodes(s *cluster.NodeSelector) (names []string, limited bool) {
	if s == nil || len(s.Terms) == 0 {
		return nil, false
	}
	for i := range s.Terms {
		of, limits := namedByTerm(&s.Terms[i])
		if !limits {
			return nil, false // terms are alternatives: this one may select any node
		}
		names = append(names, of...)
	}
	slices.Sort(names)
	return slices.Compact(names), true
}

// namedByTerm returns the names that all metadata.name requirements of a term agree on.
func namedByTerm(t *cluster.NodeSelectorTerm) (names []string, limited bool) {
	for _, r := range t.MatchFields {
		if r.Key != "metadata.name" || r.Operator != cluster.In {
			continue
		}
		if !limited {
			names, limited = slices.Clone(r.Values), true
			continue
		}
		names = slices.DeleteFunc(names, func(n string) bool { return !slices.Contains(r.Values, n) })
	}
	return names, limited
}

func (p *nodeAffinity) Filter(_ *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	if !p.addedRequired.Matches(node.Node) {
		return addedAffinityMismatch
	}
	if !selectsNode(pod, node.Node) {
		return podAffinityMismatch
	}
	return nil
}

// selectsNode tells whether the pod's nodeSelector and required node affinity both select the node.
func selectsNode(pod *cluster.Pod, node *cluster.Node) bool {
	for key, value := range pod.Spec.NodeSelector {
		if has, ok := node.Labels[key]; !ok || has != value {
			return false
		}
	}
	return requiredNodes(pod).Matches(node)
}

// PreScore skips pods without preferences, as long as the profile adds none. A preference that cannot be read ends the
// cycle with an error: the API lets some through that the scheduler does not take.
func (p *nodeAffinity) PreScore(_ *framework.CycleState, pod *cluster.Pod, _ *cluster.Snapshot, _ []*cluster.NodeInfo) *framework.Status {
	preferred := preferredNodes(pod)
	if preferred == nil && p.addedPreferred == nil {
		return skipNodeAffinity
	}
	for i := range preferred {
		if preferred[i].Weight == 0 {
			continue
		}
		if err := readable(&preferred[i].Term); err != nil {
			return framework.AsStatus(NodeAffinity, err)
		}
	}
	return nil
}

func preferredNodes(pod *cluster.Pod) []cluster.WeightedNodeTerm {
	if pod.Spec.Affinity == nil {
		return nil
	}
	return pod.Spec.Affinity.PreferredNode
}

// readable finds a bound of Gt or Lt that is an integer with a sign: no label can have such a value, and upstream
// refuses it there (apimachinery pkg/labels NewRequirement, v0.36).
func readable(t *cluster.NodeSelectorTerm) error {
	for _, r := range t.MatchExpressions {
		if r.Operator != cluster.Gt && r.Operator != cluster.Lt {
			continue
		}
		for _, v := range r.Values {
			if _, err := strconv.ParseUint(v, 10, 63); err != nil {
				return fmt.Errorf("preferred node affinity: label %s is compared with %q, which is no label value", r.Key, v)
			}
		}
	}
	return nil
}

// Score adds up the weights of the preferences that select the node.
func (p *nodeAffinity) Score(_ *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo) int64 {
	return weightOf(p.addedPreferred, node.Node) + weightOf(preferredNodes(pod), node.Node)
}

func weightOf(preferences []cluster.WeightedNodeTerm, node *cluster.Node) int64 {
	sum := int64(0)
	for i := range preferences {
		if preferences[i].Term.Matches(node) {
			sum += int64(preferences[i].Weight)
		}
	}
	return sum
}

func (*nodeAffinity) NormalizeScore(_ *framework.CycleState, _ *cluster.Pod, _ []*cluster.NodeInfo, scores []int64) *framework.Status {
	normalizeToMax(scores, false)
	return nil
}

func (p *nodeAffinity) EventsToRegister() []framework.ClusterEventWithHint {
	return []framework.ClusterEventWithHint{
		on(framework.NodeEvent, framework.ActionAdd|framework.UpdateNodeLabel, p.afterNodeChange),
	}
}

// afterNodeChange: a node that the pod selects joined, or one came to be selected. As upstream, a node that only now
// matches the added affinity is no news if the pod's own affinity selected it before.
func (p *nodeAffinity) afterNodeChange(pod *cluster.Pod, change *cluster.Change) bool {
	before, after := change.Nodes()
	if !p.addedRequired.Matches(after) || !selectsNode(pod, after) {
		return false
	}
	return before == nil || !selectsNode(pod, before)
}
