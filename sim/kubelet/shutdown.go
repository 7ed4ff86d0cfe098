package kubelet

import (
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// ReasonTerminated is the reason of pods that the kubelet ended since their machine shuts down.
const ReasonTerminated cluster.Reason = "Terminated"

// What the API is told of a machine that shuts down, of its pods, and of pods that come too late
// (pkg/kubelet/nodeshutdown/nodeshutdown_manager.go and pkg/kubelet/nodestatus/setters.go: ReadyCondition, v1.36).
const (
	reasonNotReady  = "KubeletNotReady"
	shutMessage     = "Pod was terminated in response to imminent node shutdown."
	lateReason      = "NodeShutdown"
	lateMessage     = "Pod was rejected as the node is shutting down."
	terminationSelf = "TerminationByKubelet" // reason of the condition DisruptionTarget
)

// shutdown is a machine that has been told to shut down, and waits for its pods to end: first those that are not critical,
// then the others. It is the event of the end of a group's time.
type shutdown struct {
	k      *Kubelet
	n      *node
	groups []shutdownGroup
	left   map[cluster.UID]bool // pods of the current group that are still there
	busy   bool                 // they are being told
	timer  sim.Handle
	done   func()
}

// shutdownGroup is the pods that are ended together, and the time they have.
type shutdownGroup struct {
	pods   []*cluster.Pod
	period time.Duration
}

var _ sim.Event = (*shutdown)(nil)

// Shutdown tells the kubelet of a node that the machine is about to shut down, and calls done when the machine may: when
// all pods have ended, or their time is up. The node is not ready from now on and takes no more pods. Of the grace period,
// counted in whole seconds, the last part is for critical pods alone; with none, nothing is waited for
// (pkg/kubelet/nodeshutdown/nodeshutdown_manager_linux.go: processShutdownEvent, and migrateConfig, v1.36). If the power
// fails meanwhile, done is never called.
func (k *Kubelet) Shutdown(name string, grace, critical time.Duration, done func()) {
	n, st := k.store.Node(name), k.nodes[name]
	if n == nil || !n.Reachable() || grace < time.Second || critical > grace || k.stages != nil {
		done()
		return
	}
	k.markNotReady(n)
	if st == nil || st.off || st.shutting != nil {
		done()
		return
	}
	st.shutting = &shutdown{k: k, n: st, groups: byPriority(st.pods(), grace, critical), done: done}
	st.shutting.Fire(k.engine.Now())
}

// CancelShutdown takes back what Shutdown has told a kubelet, if the machine is still there: the node is ready again, and
// those of its pods that have been told to end go on ending.
func (k *Kubelet) CancelShutdown(name string) {
	if st := k.nodes[name]; st != nil && st.shutting != nil {
		st.shutting.abandon()
	}
	n := k.store.Node(name)
	if n != nil && n.Ready == cluster.ConditionFalse && n.ReadyReason == reasonNotReady {
		nodeReport{k, cluster.KeyOf(n)}.Fire(k.engine.Now())
	}
}

func (k *Kubelet) markNotReady(n *cluster.Node) {
	if k.severed || n.Ready == cluster.ConditionFalse {
		return
	}
	err := k.store.EditNode(n.Name, cluster.ReasonNodeNotReady, func(n *cluster.Node) {
		n.Ready, n.ReadyReason, n.ReadyTransition = cluster.ConditionFalse, reasonNotReady, k.store.WholeSecond(k.engine.Now())
	})
	if err != nil {
		panic("kubelet: " + err.Error())
	}
}

// byPriority makes the two groups (migrateConfig and groupByPriority). Those without pods are not waited for.
func byPriority(pods []*cluster.Pod, grace, critical time.Duration) []shutdownGroup {
	whole := func(d time.Duration) time.Duration { return d / time.Second * time.Second }
	groups := []shutdownGroup{{period: whole(grace - critical)}, {period: whole(critical)}}
	for _, p := range pods {
		g := &groups[b2i(p.Spec.Priority >= systemCritical)]
		g.pods = append(g.pods, p)
	}
	return groups
}

// Fire implements sim.Event: the next group ends, or the machine may go.
func (s *shutdown) Fire(now sim.Time) {
	for len(s.groups) > 0 {
		g := s.groups[0]
		s.groups = s.groups[1:]
		if s.tell(g, now); len(s.left) > 0 {
			s.timer = s.k.engine.After(g.period, sim.PhaseWorld, s)
			return
		}
	}
	s.n.shutting = nil
	s.done()
}

// tell ends the pods of a group.
func (s *shutdown) tell(g shutdownGroup, now sim.Time) {
	s.left, s.busy = map[cluster.UID]bool{}, true
	for _, p := range g.pods {
		if s.k.lives[p.UID] != nil {
			s.left[p.UID] = true
		}
	}
	for _, p := range g.pods {
		if l := s.k.lives[p.UID]; l != nil {
			l.shut(now, min(g.period, p.Spec.TerminationGracePeriod))
		}
	}
	s.busy = false
}

// ended notes that a pod is no more. When all of the group are gone the next one has its turn at once.
func (s *shutdown) ended(uid cluster.UID) {
	if !s.left[uid] {
		return
	}
	if delete(s.left, uid); len(s.left) == 0 && !s.busy {
		s.k.engine.Cancel(s.timer)
		s.timer = s.k.engine.After(0, sim.PhaseWorld, s)
	}
}

// abandon forgets a shutdown: the machine went before its time.
func (s *shutdown) abandon() {
	s.k.engine.Cancel(s.timer)
	s.n.shutting = nil
}

// String names the event in the log.
func (s *shutdown) String() string { return "shutdown of " + s.n.info.Node.Name }

// shut ends a pod that the machine will not outlive. One that is being deleted goes on ending.
func (l *life) shut(now sim.Time, grace time.Duration) {
	switch {
	case l.work != nil && l.stage == running:
		w := l.work
		w.closing, w.ended, w.deadline = true, !w.deleted, now.Add(grace)
		w.sync(now)
		return
	case l.stage == stopping:
		return
	}
	l.ended = true
	var d time.Duration
	if l.stage == running && l.k.cfg.Stop != nil {
		d = min(grace, l.node.slowed(l.k.cfg.Stop(l.pod)))
	}
	if d <= 0 {
		l.kill()
		return
	}
	l.k.engine.Cancel(l.next)
	l.stage = stopping
	l.next = l.k.engine.After(d, sim.PhaseWorld, l)
}

func (k *Kubelet) markTerminated(p *cluster.Pod) {
	k.markEnded(p, cluster.Failed, string(ReasonTerminated))
	p.Status.Message, p.Status.Disrupted = shutMessage, terminationSelf
}

func (k *Kubelet) markShut(p *cluster.Pod) {
	k.markEnded(p, cluster.Failed, lateReason)
	p.Status.Message = lateMessage
}
