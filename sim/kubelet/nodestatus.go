package kubelet

import (
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// readyReason is the reason of the condition Ready of a node that is well (pkg/kubelet/nodestatus/setters.go:
// ReadyCondition, v1.36.3).
const readyReason = "KubeletReady"

// reports tells whether a change makes the kubelet of a node report that it is ready: it has just registered itself, or is
// back, or others say that nothing is known of it.
func reports(c *cluster.Change) bool {
	before, after := c.Nodes()
	switch {
	case after == nil || !after.Reachable() || after.Ready == cluster.ConditionTrue:
		return false
	case after.Ready == cluster.ConditionUnknown:
		return true
	}
	return before != nil && !before.Reachable()
}

// report has the kubelet of a node report. A real one does so at once: how long a machine and its kubelet take to come up
// belongs to the outage. A fake one takes one of its workers for it, as for a stage of a pod.
func (k *Kubelet) report(now sim.Time, c *cluster.Change) {
	r := nodeReport{k, cluster.KeyOf(c.New)}
	if k.stages != nil {
		k.engine.At(k.stages.work(now), sim.PhaseWorld, r)
		return
	}
	r.Fire(now)
}

// nodeReport is the report of one node.
type nodeReport struct {
	k    *Kubelet
	node cluster.Key
}

// Fire implements sim.Event. A node that is gone or silent again, or has reported meanwhile, says nothing.
func (r nodeReport) Fire(now sim.Time) {
	n := r.k.store.Node(r.node.Name)
	if n == nil || n.UID != r.node.UID || !n.Reachable() || n.Ready == cluster.ConditionTrue || r.k.severed {
		return
	}
	if err := r.k.store.EditNode(n.Name, cluster.ReasonNodeReady, func(n *cluster.Node) {
		n.Ready, n.ReadyReason, n.ReadyTransition = cluster.ConditionTrue, readyReason, r.k.store.WholeSecond(now)
	}); err != nil {
		panic("kubelet: " + err.Error())
	}
}

// String names the event in the log.
func (r nodeReport) String() string { return "node " + r.node.Name + " reports" }
