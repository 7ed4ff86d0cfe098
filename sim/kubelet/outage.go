package kubelet

import (
	"cmp"
	"slices"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// How containers end that the machine took with it: nobody saw how (containerd's CRI plugin, internal/cri/server:
// unknownExitCode and unknownExitReason, v2.0).
const (
	reasonUnknown = "Unknown"
	codeUnknown   = 255
)

// witness sees at once what befalls a node, and stops there what stops. Nothing is written: nobody is left to write.
func (k *Kubelet) witness(c *cluster.Change) {
	before, after := c.Nodes()
	if before == nil || after == nil {
		return
	}
	st := k.nodes[after.Name]
	if st == nil || st.info.Node.UID != after.UID {
		return
	}
	if after.Down && !st.off {
		k.halt(st)
	}
	if after.Isolated {
		st.cut = true
	}
}

// halt takes the power from a node: nothing that was going to happen there does. How containers ended before is known to
// the container runtime, and is still written.
func (k *Kubelet) halt(st *node) {
	now := k.engine.Now()
	st.off, st.workers = true, nil
	k.engine.Cancel(st.next)
	st.next = sim.Handle{}
	st.stopPulls(now)
	if st.shutting != nil {
		st.shutting.abandon()
	}
	for _, pod := range st.info.Pods {
		l := k.lives[pod.UID]
		k.engine.Cancel(l.next)
		if l.work != nil {
			l.work.halt(now)
		}
	}
}

// halt ends all containers.
func (w *worker) halt(now sim.Time) {
	for _, c := range w.all {
		w.k.engine.Cancel(c.next)
		if c.up() {
			c.state, c.reason, c.code, c.finished = exited, reasonUnknown, codeUnknown, now
		}
	}
	w.k.forget(w)
}

// deaf tells whether a node cannot hear the news of a pod, and remembers pods that were bound to it.
func (k *Kubelet) deaf(c *cluster.Change) bool {
	before, after := c.Pods()
	pod := after
	if pod == nil {
		pod = before
	}
	n := k.store.Node(pod.NodeName)
	if n == nil {
		return false
	}
	if st := k.nodes[n.Name]; n.Reachable() && !k.severed && (st == nil || !st.off && !st.cut) {
		return false
	}
	if after != nil && (before == nil || before.NodeName == "") {
		k.missed[n.Name] = append(k.missed[n.Name], cluster.KeyOf(after))
	}
	return true
}

// revive takes up the life of a node again that has power and is heard of, and ends that of one that is gone.
func (k *Kubelet) revive(now sim.Time, name string) {
	n, st := k.store.Node(name), k.nodes[name]
	switch {
	case n == nil && st != nil:
		k.lose(name)
	case n == nil || st == nil || st.info.Node.UID != n.UID:
	case !n.Reachable() || k.severed:
		return
	case st.off:
		st.info.SetNode(n)
		k.reboot(st, now)
	case st.cut:
		st.info.SetNode(n)
		k.reconnect(st, now)
	}
	if n == nil || n.Reachable() && !k.severed {
		k.catchUp(name)
	}
}

// catchUp admits the pods that were bound to a node meanwhile, and removes those that are being deleted already.
func (k *Kubelet) catchUp(name string) {
	keys := k.missed[name]
	delete(k.missed, name)
	for _, key := range keys {
		p := k.store.Pod(key.NamespacedName)
		switch {
		case p == nil || p.UID != key.UID || p.Terminal() || k.lives[p.UID] != nil:
		case p.Deleting:
			k.remove(p, cluster.ReasonKilled)
		default:
			k.admit(p)
		}
	}
}

// pods returns the pods of a node in the order in which they were made.
func (n *node) pods() []*cluster.Pod {
	pods := slices.Clone(n.info.Pods)
	slices.SortFunc(pods, func(a, b *cluster.Pod) int { return cmp.Compare(a.UID, b.UID) })
	return pods
}

// reboot is the return of the power. The kubelet finds its pods in the API and no container: those that are being deleted
// are gone, the others are started again, in a new sandbox and without back-off, since it remembers none
// (pkg/kubelet/kuberuntime/kuberuntime_manager.go: computePodActions, v1.36). Pods that had not started begin anew.
func (k *Kubelet) reboot(st *node, now sim.Time) {
	st.off, st.cut = false, false
	k.flush(st)
	for _, pod := range st.pods() {
		l, p := k.lives[pod.UID], k.current(pod)
		switch {
		case p == nil:
			k.drop(pod.UID)
		case p.Deleting:
			k.drop(pod.UID)
			k.remove(p, cluster.ReasonKilled)
		case l.stage == starting:
			l.after(k.startLatency(pod), l.start)
		case l.stage == rebooting:
			l.again()
		case l.work != nil:
			l.work.reboot(now)
		default:
			l.reboot(p)
		}
	}
}

// after has the life's next step taken after a time; at once if there is none.
func (l *life) after(d time.Duration, step func()) {
	if d = l.node.slowed(d); d > 0 {
		l.next = l.k.engine.After(d, sim.PhaseWorld, l)
		return
	}
	step()
}

// reboot starts a plain pod again. One that is not to be started twice has failed: so have those of which nothing is known
// but how long they run, as what they had done is lost.
func (l *life) reboot(p *cluster.Pod) {
	k := l.k
	if l.pod.RunTime >= 0 || p.Spec.RestartPolicy == cluster.RestartNever {
		pod := l.pod
		k.drop(pod.UID)
		k.end(pod, ReasonFailed, func(p *cluster.Pod) {
			k.markEnded(p, cluster.Failed, reasonUnknown)
			p.Status.ExitCode = codeUnknown
		})
		return
	}
	k.edit(p, ReasonRestarted, func(p *cluster.Pod) {
		p.Status.Restarts += int32(max(1, len(p.Spec.Containers)))
		k.setReady(&p.Status, false)
	})
	l.again()
}

// again runs the pod once more, after the time that containers take to start.
func (l *life) again() {
	var d time.Duration
	if l.k.cfg.Start != nil {
		d = l.k.cfg.Start(l.pod)
	}
	l.stage = rebooting
	l.after(d, l.resume)
}

// resume is the moment from which a pod runs again.
func (l *life) resume() {
	k, now := l.k, l.k.engine.Now()
	p := k.current(l.pod)
	if p == nil {
		k.drop(l.pod.UID)
		return
	}
	l.stage, l.since, l.end = running, now, sim.Never
	if l.work != nil {
		l.work.begin(now)
		return
	}
	k.edit(p, ReasonReady, func(p *cluster.Pod) { k.setReady(&p.Status, true) })
}

// reboot starts the containers again: init containers too, and of the others all but those that had done their work. A
// pod that is never restarted ends with what its containers have come to.
func (w *worker) reboot(now sim.Time) {
	if w.policy == cluster.RestartNever {
		for _, c := range w.all {
			c.abort()
		}
		w.finish()
		return
	}
	w.initialized, w.mounted, w.closing, w.deleted = len(w.init) == 0, false, false, false
	for _, c := range w.all {
		c.crashes, c.starved, c.message = backoff{}, false, ""
		if c.init || c.state != exited || c.code != 0 || w.policy == cluster.RestartAlways {
			if c.reason != reasonUnknown {
				c.reason = ""
			}
			c.state = idle
		}
	}
	w.write(now)
	w.life.again()
}

// slowed returns how long something takes on the node that takes d elsewhere.
func (n *node) slowed(d time.Duration) time.Duration {
	f := n.info.Node.Slowdown
	if f == 0 || d <= 0 {
		return d
	}
	return seconds(d.Seconds() * f)
}

// slowedRun returns what a container does in a run that begins on the node now.
func (n *node) slowedRun(b Behaviour) Behaviour {
	b.RunTime, b.Startup, b.Response = n.slowed(b.RunTime), n.slowed(b.Startup), n.slowed(b.Response)
	return b
}
