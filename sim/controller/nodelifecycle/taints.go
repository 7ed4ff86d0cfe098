package nodelifecycle

import (
	"errors"
	"slices"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// The taints NoExecute of nodes that are not ready and of nodes that are not heard of. A node has at most one of them
// (UnreachableTaintTemplate and NotReadyTaintTemplate, v1.36.3).
var (
	notReady    = cluster.Taint{Key: cluster.TaintNotReady, Effect: cluster.NoExecute}
	unreachable = cluster.Taint{Key: cluster.TaintUnreachable, Effect: cluster.NoExecute}
)

// errConflict is the API's refusal of a patch of taints that was made from an older version of the node. It is tried again
// after taintConflict.
var errConflict = errors.New("the node has changed since it was read")

// edit asks for the two calls that change a node's taints: one reads the node, the other patches it (AddOrUpdateTaintOnNode
// and RemoveTaintOffNode of pkg/controller/controller_utils.go, v1.36.3). A change in between is a conflict if strict, and
// otherwise met by reading anew at no further cost.
func (l *lifecycle) edit(node string, strict bool, reason cluster.Reason, add, remove []cluster.Taint, calls *controller.Calls) {
	var version uint64
	calls.Do(func(s *cluster.Store) error {
		if n := s.Node(node); n != nil {
			version = n.ResourceVersion
		}
		return nil
	})
	calls.Do(func(s *cluster.Store) error {
		n := s.Node(node)
		if n == nil {
			return nil
		}
		if strict && n.ResourceVersion != version {
			return errConflict
		}
		next := swapped(n.Taints, add, remove)
		if slices.Equal(next, n.Taints) {
			return nil
		}
		return s.EditNode(node, reason, func(n *cluster.Node) { n.Taints = next })
	})
}

// swap adds one of the taints NoExecute and takes off the other, if it is there (SwapNodeControllerTaint, v1.36.3).
func (l *lifecycle) swap(n *cluster.Node, add, remove cluster.Taint, calls *controller.Calls) {
	l.edit(n.Name, false, ReasonTainted, []cluster.Taint{add}, nil, calls)
	if hasTaint(n, remove) {
		l.edit(n.Name, false, ReasonUntainted, nil, []cluster.Taint{remove}, calls)
	}
}

// repel has a node tainted NoExecute: at once if it has the other taint, otherwise when its zone's queue allows it
// (processTaintBaseEviction, v1.36.3).
func (l *lifecycle) repel(n *cluster.Node, taint, other cluster.Taint, calls *controller.Calls) {
	switch {
	case hasTaint(n, other):
		l.swap(n, taint, other, calls)
	case !hasTaint(n, taint):
		l.queue(n)
	}
}

// queue has a node wait for its taint.
func (l *lifecycle) queue(n *cluster.Node) {
	l.zone(n).add(n.Name)
	l.wake(l.engine.Now())
}

// reach takes the taints NoExecute off a node, and the node out of the queue (markNodeAsReachable, v1.36.3).
func (l *lifecycle) reach(n *cluster.Node, calls *controller.Calls) {
	for _, t := range []cluster.Taint{unreachable, notReady} {
		if hasTaint(n, t) {
			l.edit(n.Name, false, ReasonUntainted, nil, []cluster.Taint{t}, calls)
		}
	}
	l.zone(n).forget(n.Name)
}

// taintLoop keeps the taints NoSchedule in step with the condition Ready and with cordons.
type taintLoop struct{ *lifecycle }

// Reconcile implements controller.Reconciler (doNoScheduleTaintingPass, v1.36.3).
func (l taintLoop) Reconcile(_ sim.Time, name cluster.NamespacedName, calls *controller.Calls) (controller.Result, error) {
	n := l.store.Node(name.Name)
	if n == nil {
		return controller.Result{}, nil
	}
	add, remove := noScheduleDiff(n)
	if len(add) > 0 {
		l.edit(n.Name, true, ReasonTainted, add, nil, calls)
	}
	if len(remove) > 0 {
		l.edit(n.Name, true, ReasonUntainted, nil, remove, calls)
	}
	return controller.Result{}, nil
}

// wake plans the pass that takes the next node of any queue.
func (l *lifecycle) wake(now sim.Time) {
	at := sim.Never
	for _, z := range l.zones {
		at = min(at, z.next(now))
	}
	if at == sim.Never {
		return
	}
	if at = l.passes.atOrAfter(at); l.passAt <= at {
		return
	}
	l.engine.Cancel(l.pass)
	l.passAt = at
	l.pass = l.engine.At(at, sim.PhaseControl, pass{l})
}

// pass is a look at the queues of all zones (doNoExecuteTaintingPass, v1.36.3).
type pass struct{ l *lifecycle }

// Fire implements sim.Event.
func (p pass) Fire(sim.Time) {
	if p.l.passAt = sim.Never; !p.l.paused {
		p.l.evictor.Enqueue(cluster.NamespacedName{Name: "zones"})
	}
}

// String names the event in the log.
func (p pass) String() string { return "node taints NoExecute" }

// evictionLoop adds the taints NoExecute.
type evictionLoop struct{ *lifecycle }

// Reconcile implements controller.Reconciler. Each zone gives as many nodes as its rate allows: one, as the bucket holds one.
func (l evictionLoop) Reconcile(now sim.Time, _ cluster.NamespacedName, calls *controller.Calls) (controller.Result, error) {
	turns := map[string]*zone{}
	for _, key := range l.zoneKeys() {
		z := l.zones[key]
		for node, ok := z.take(now); ok; node, ok = z.take(now) {
			turns[node] = z
			l.evict(node, calls)
		}
	}
	calls.Conclude(func(now sim.Time, _ error) (controller.Call, controller.Result) {
		for node, z := range turns {
			z.finish(node)
		}
		l.wake(now)
		return nil, controller.Result{}
	})
	return controller.Result{}, nil
}

// evict taints a node as its condition is then. One that is ready again is left as it is.
func (l *lifecycle) evict(node string, calls *controller.Calls) {
	n := l.store.Node(node)
	if n == nil || n.Ready == cluster.ConditionTrue {
		return
	}
	add, remove := unreachable, notReady
	if n.Ready == cluster.ConditionFalse {
		add, remove = notReady, unreachable
	}
	l.swap(n, add, remove, calls)
}
