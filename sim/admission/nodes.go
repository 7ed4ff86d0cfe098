package admission

import (
	"slices"
	"time"

	"github.com/wavetank/wavetank/sim/cluster"
)

// TolerateFailures has pods that are created from now on tolerate the failure of their node for a while, each kind of
// failure for its time: unless they say themselves that they tolerate it (plugin/pkg/admission/defaulttolerationseconds,
// v1.36.3).
func (a *Admission) TolerateFailures(notReady, unreachable time.Duration) {
	a.tolerations = []cluster.Toleration{
		{Key: cluster.TaintNotReady, Operator: cluster.TolerationExists, Effect: cluster.NoExecute, For: notReady},
		{Key: cluster.TaintUnreachable, Operator: cluster.TolerationExists, Effect: cluster.NoExecute, For: unreachable},
	}
}

// tolerate adds the tolerations that a pod lacks. Pods with the same spec get the same new one.
func (a *Admission) tolerate(p *cluster.Pod) {
	lacking := func(t cluster.Toleration) bool { return !mentions(p.Spec.Tolerations, t.Key) }
	if !slices.ContainsFunc(a.tolerations, lacking) {
		return
	}
	p.Spec = a.variant(variant{spec: p.Spec, tolerant: true}, func(s *cluster.PodSpec) {
		all := slices.Clone(s.Tolerations)
		for _, t := range a.tolerations {
			if lacking(t) {
				all = append(all, t)
			}
		}
		s.Tolerations = all
	})
}

// mentions tells whether one of the tolerations is about taints NoExecute of that key, whatever their value.
func mentions(tolerations []cluster.Toleration, key string) bool {
	return slices.ContainsFunc(tolerations, func(t cluster.Toleration) bool {
		return (t.Key == key || t.Key == "") && (t.Effect == cluster.NoExecute || t.Effect == 0)
	})
}

// newNode is the taint of a node whose kubelet has not reported yet (plugin/pkg/admission/nodetaint, v1.36.3).
var newNode = cluster.Taint{Key: cluster.TaintNotReady, Effect: cluster.NoSchedule}

// admitNode taints a new node. One that is ready from the first has been there before the run.
func admitNode(n *cluster.Node) {
	if n.Ready != cluster.ConditionTrue && !slices.Contains(n.Taints, newNode) {
		n.Taints = append(slices.Clone(n.Taints), newNode)
	}
}
