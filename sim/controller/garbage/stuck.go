package garbage

import (
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// outOfService tells whether somebody has vouched, by a taint of whatever effect, that a node which is not ready is off
// and will not come back by itself (gcTerminating, v1.36.3).
func outOfService(n *cluster.Node) bool {
	return n.Ready != cluster.ConditionTrue &&
		slices.ContainsFunc(n.Taints, func(t cluster.Taint) bool { return t.Key == cluster.TaintOutOfService })
}

// stuck tells whether a pod is being deleted and there is no kubelet to end it: its node is out of service, or it never
// had one (gcTerminating and gcUnscheduledTerminating, v1.36.3).
func (g *podCollector) stuck(p *cluster.Pod) bool {
	if !p.Deleting {
		return false
	}
	if p.NodeName == "" {
		return true
	}
	n := g.store.Node(p.NodeName)
	return n != nil && outOfService(n)
}

// removeStuck deletes pods without waiting for their kubelet, all that are on nodes at the same time and then the others.
func (g *podCollector) removeStuck(pods []*cluster.Pod, calls *controller.Calls) {
	slices.SortFunc(pods, g.compare)
	var marks, removals []controller.Call
	for _, p := range pods {
		if p.NodeName == "" {
			continue
		}
		if !p.Terminal() {
			marks = append(marks, fail(p, ""))
		}
		removals = append(removals, remove(p))
	}
	calls.Together(marks...)
	calls.Together(removals...)
	for _, p := range pods {
		if p.NodeName == "" {
			if !p.Terminal() {
				calls.Do(fail(p, ""))
			}
			calls.Do(remove(p))
		}
	}
}
