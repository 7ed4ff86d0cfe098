package nodelifecycle

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// consider finds out whether and when a tick has to look at a node.
func (l *lifecycle) consider(now sim.Time, n *cluster.Node) {
	h := l.troubled[n.Name]
	if n.Reachable() && n.Ready == cluster.ConditionTrue && !l.evicting(n) {
		if h != nil && h.silent {
			l.returned[n.Name] = now
		}
		delete(l.troubled, n.Name)
		return
	}
	if h == nil {
		h = &health{}
		l.troubled[n.Name] = h
	}
	l.listen(now, n, h)
	if h.due = l.due(now, n, h); h.due < sim.Never {
		l.planTick(h.due)
	}
}

// listen takes note of a silence that begins or ends.
func (l *lifecycle) listen(now sim.Time, n *cluster.Node, h *health) {
	switch silent := !n.Reachable(); {
	case silent == h.silent && (!silent || n.Silent == h.since):
	case !silent:
		h.silent = false
		l.returned[n.Name] = now
	case neverReported(n):
		h.silent, h.since, h.startup, h.probe = true, n.Silent, true, n.CreatedAt
	default:
		h.silent, h.since, h.startup, h.renewed = true, n.Silent, false, l.lastRenewal(n)
		h.probe = l.ticks.atOrAfter(h.renewed)
	}
}

// lastRenewal returns when a node that has fallen silent renewed its lease for the last time. A kubelet that starts renews
// at once.
func (l *lifecycle) lastRenewal(n *cluster.Node) sim.Time {
	if l.cfg.LastRenewal != nil {
		if at, known := l.cfg.LastRenewal(n.Name, n.Silent); known {
			return at
		}
	}
	began := max(l.returned[n.Name], n.CreatedAt)
	if began > 0 && n.Silent.Sub(began) < renewInterval {
		return began
	}
	r := l.engine.Draw("nodelifecycle/lease", n.Name, strconv.FormatInt(int64(n.Silent), 10))
	return max(began, n.Silent.Add(-renewalAge(r)))
}

// due returns from when on a tick has something to do about a node, Never if none has.
func (l *lifecycle) due(now sim.Time, n *cluster.Node, h *health) sim.Time {
	due := sim.Never
	if h.silent && (n.Ready != cluster.ConditionUnknown || neverReported(n)) {
		due = h.probe.Add(l.grace(h))
	}
	if l.untended(n) {
		due = min(due, now)
	}
	return due
}

// untended tells whether the taints NoExecute are not what a tick would have made of them.
func (l *lifecycle) untended(n *cluster.Node) bool {
	switch {
	case neverReported(n):
		return false
	case n.Ready == cluster.ConditionTrue:
		return l.evicting(n)
	}
	taint, other := unreachable, notReady
	if n.Ready == cluster.ConditionFalse {
		taint, other = notReady, unreachable
	}
	return hasTaint(n, other) || !hasTaint(n, taint) && !l.zone(n).pending(n.Name)
}

func (l *lifecycle) grace(h *health) time.Duration {
	if h.startup {
		return l.cfg.StartupGracePeriod
	}
	return l.cfg.GracePeriod
}

// planTick has a tick take place from an instant on. While one is under way its end will see to that.
func (l *lifecycle) planTick(from sim.Time) {
	if l.open > 0 {
		return
	}
	at := l.ticks.atOrAfter(max(from, l.engine.Now(), l.last+1))
	if l.tickAt <= at {
		return
	}
	l.engine.Cancel(l.tick)
	l.tickAt = at
	l.tick = l.engine.At(at, sim.PhaseControl, tick{l})
}

// tick is a look at all nodes (monitorNodeHealth, v1.36.3).
type tick struct{ l *lifecycle }

// Fire implements sim.Event: the nodes that something is to be done about are handed to the workers, in the order of their
// names; when they are through the zones are judged.
func (t tick) Fire(now sim.Time) {
	l := t.l
	if l.tickAt = sim.Never; l.paused {
		return
	}
	l.begun, l.last = now, now
	names := slices.Sorted(maps.Keys(l.troubled))
	for _, name := range names {
		n := l.store.Node(name)
		l.troubled[name].tainted = n != nil && (hasTaint(n, notReady) || hasTaint(n, unreachable))
	}
	names = slices.DeleteFunc(names, func(name string) bool { return l.troubled[name].due > now })
	l.look(now, names)
}

// String names the event in the log.
func (t tick) String() string { return "node monitor" }

// look has the workers look at nodes.
func (l *lifecycle) look(now sim.Time, names []string) {
	l.open = len(names)
	if l.open == 0 {
		l.finish(now)
		return
	}
	for _, name := range names {
		l.troubled[name].due = sim.Never
		l.monitor.Enqueue(cluster.NamespacedName{Name: name})
	}
}

// monitorLoop is the part of a tick that looks at one node.
type monitorLoop struct{ *lifecycle }

// Reconcile implements controller.Reconciler.
func (l monitorLoop) Reconcile(now sim.Time, name cluster.NamespacedName, calls *controller.Calls) (controller.Result, error) {
	n, h := l.store.Node(name.Name), l.troubled[name.Name]
	switch {
	case n == nil || h == nil:
	case h.stricken:
		h.stricken = false
		l.reach(n, calls)
	default:
		l.examine(now, n, h, calls)
	}
	calls.Conclude(func(now sim.Time, _ error) (controller.Call, controller.Result) {
		if n := l.store.Node(name.Name); n != nil {
			l.consider(now, n)
		}
		if l.open--; l.open == 0 {
			l.finish(now)
		}
		return nil, controller.Result{}
	})
	return controller.Result{}, nil
}

// examine gives the node up if its time is over, and then sees to its taints NoExecute (tryUpdateNodeHealth,
// processTaintBaseEviction, v1.36.3).
func (l *lifecycle) examine(now sim.Time, n *cluster.Node, h *health, calls *controller.Calls) {
	observed := n.Ready
	if h.silent && (observed != cluster.ConditionUnknown || neverReported(n)) && now.Sub(h.probe) >= l.grace(h) {
		l.giveUp(n, calls)
		return
	}
	if neverReported(n) {
		return
	}
	switch observed {
	case cluster.ConditionTrue:
		l.reach(n, calls)
	case cluster.ConditionFalse:
		l.repel(n, notReady, unreachable, calls)
	default:
		l.repel(n, unreachable, notReady, calls)
	}
}

// The reasons of the condition Ready that the controller writes (tryUpdateNodeHealth, v1.36.3).
const (
	statusUnknown = "NodeStatusUnknown"
	neverUpdated  = "NodeStatusNeverUpdated"
)

// giveUp writes that nothing is known of the node, has it tainted when it is its turn, and, if it was ready until now, marks
// its pods.
func (l *lifecycle) giveUp(n *cluster.Node, calls *controller.Calls) {
	wasReady, reason := n.Ready == cluster.ConditionTrue, statusUnknown
	if neverReported(n) {
		reason = neverUpdated
	}
	write := func(s *cluster.Store) error {
		is := s.Node(n.Name)
		if is == nil || is.UID != n.UID || is.Ready != n.Ready {
			return nil // it has reported meanwhile
		}
		if !hasTaint(is, notReady) {
			l.queue(is)
		}
		return s.EditNode(n.Name, cluster.ReasonNodeNotReady, func(n *cluster.Node) {
			n.Ready, n.ReadyReason, n.ReadyTransition = cluster.ConditionUnknown, reason, s.WholeSecond(s.Now())
		})
	}
	if wasReady {
		write = l.monitor.Recorded(n.UID, write)
	}
	calls.Do(write)
	if hasTaint(n, notReady) {
		l.swap(n, unreachable, notReady, calls)
	}
	if wasReady {
		l.markPods(n.Name, calls)
	}
}

// markPods makes the pods of a node not ready, one after the other (pkg/controller/util/node: MarkPodsNotReady, v1.36.3).
func (l *lifecycle) markPods(node string, calls *controller.Calls) {
	for _, p := range l.store.PodsOn(node) {
		if p.Status.Ready {
			calls.Do(l.monitor.Recorded(p.UID, l.unready(cluster.KeyOf(p))))
		}
	}
}

func (l *lifecycle) unready(pod cluster.Key) controller.Call {
	return func(s *cluster.Store) error {
		p, n := s.Pod(pod.NamespacedName), (*cluster.Node)(nil)
		if p != nil {
			n = s.Node(p.NodeName)
		}
		if n == nil || p.UID != pod.UID || !p.Status.Ready || n.Ready == cluster.ConditionTrue {
			return nil
		}
		return s.EditPod(pod, ReasonMarked, func(p *cluster.Pod) {
			p.Status.Ready, p.Status.ReadyTransition = false, s.WholeSecond(s.Now())
		})
	}
}
