package plugins

import (
	"maps"
	"slices"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// EventsToRegister names what can make a pod fit that broke a spread constraint (podtopologyspread/plugin.go, v1.36).
func (p *podTopologySpread) EventsToRegister() []framework.ClusterEventWithHint {
	pods := framework.ActionAdd | framework.UpdatePodLabel | framework.UpdatePodToleration | framework.ActionDelete
	nodes := framework.ActionAdd | framework.ActionDelete | framework.UpdateNodeLabel | framework.UpdateNodeTaint
	return []framework.ClusterEventWithHint{
		{Event: framework.ClusterEvent{Resource: framework.PodEvent, Action: pods}, Hint: p.afterPodChange},
		{Event: framework.ClusterEvent{Resource: framework.NodeEvent, Action: nodes}, Hint: p.afterNodeChange},
	}
}

// hardConstraints of a pod that an earlier cycle rejected.
func (p *podTopologySpread) hardConstraints(pod *cluster.Pod) []spreadConstraint {
	if p.view == nil {
		return selectConstraints(pod.Spec.SpreadConstraints, true)
	}
	return p.constraintsOf(pod, p.view, true)
}

func (p *podTopologySpread) afterPodChange(pod *cluster.Pod, change *cluster.Change) bool {
	before, after := podMoves(change)
	if after != nil && !involvedInSpreading(after, pod) || before != nil && !involvedInSpreading(before, pod) {
		return false
	}
	constraints := p.hardConstraints(pod)
	switch {
	case before != nil && after != nil:
		return spreadUpdateHelps(pod, before, after, constraints)
	case after != nil:
		return matchesAnyConstraint(constraints, after)
	default:
		return matchesAnyConstraint(constraints, before)
	}
}

// involvedInSpreading tells whether a pod counts for the spreading of another: it is that pod, or one of its namespace
// that has or will have a node.
func involvedInSpreading(p, spreading *cluster.Pod) bool {
	if p.UID == spreading.UID {
		return true
	}
	return heldRoom(p) && p.Namespace == spreading.Namespace
}

func spreadUpdateHelps(pod, before, after *cluster.Pod, constraints []spreadConstraint) bool {
	if pod.UID == after.UID && !slices.Equal(before.Spec.Tolerations, after.Spec.Tolerations) &&
		slices.ContainsFunc(constraints, func(c spreadConstraint) bool { return c.honorTaints }) {
		return true
	}
	if maps.Equal(before.Labels, after.Labels) {
		return false
	}
	return slices.ContainsFunc(constraints, func(c spreadConstraint) bool {
		return c.selector.Matches(before.Labels) != c.selector.Matches(after.Labels)
	})
}

func matchesAnyConstraint(constraints []spreadConstraint, pod *cluster.Pod) bool {
	return slices.ContainsFunc(constraints, func(c spreadConstraint) bool { return c.selector.Matches(pod.Labels) })
}

func (p *podTopologySpread) afterNodeChange(pod *cluster.Pod, change *cluster.Change) bool {
	before, after := change.Nodes()
	constraints := p.hardConstraints(pod)
	had := before != nil && hasSpreadKeys(before, constraints)
	has := after != nil && hasSpreadKeys(after, constraints)
	if before == nil || after == nil || had != has {
		return had || has
	}
	return has && (movesDomain(before, after, constraints) || !slices.Equal(before.Taints, after.Taints))
}

func hasSpreadKeys(node *cluster.Node, constraints []spreadConstraint) bool {
	for i := range constraints {
		if _, has := node.Labels[constraints[i].key]; !has {
			return false
		}
	}
	return true
}

func movesDomain(before, after *cluster.Node, constraints []spreadConstraint) bool {
	return slices.ContainsFunc(constraints, func(c spreadConstraint) bool {
		return before.Labels[c.key] != after.Labels[c.key]
	})
}
