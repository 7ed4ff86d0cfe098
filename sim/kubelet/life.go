package kubelet

import (
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

var _ sim.Event = (*life)(nil)

// Fire implements sim.Event: the next step is due.
func (l *life) Fire(sim.Time) {
	switch l.stage {
	case starting:
		l.start()
	case running:
		l.finish()
	case stopping:
		l.kill()
	case rebooting:
		l.resume()
	}
}

// String names the event in the log.
func (l *life) String() string {
	return [...]string{"", "start", "finish", "kill", "restart"}[l.stage] + " " + l.pod.NamespacedName.String()
}

func (k *Kubelet) newLife(n *node, pod *cluster.Pod) *life {
	var l *life
	if last := len(k.free) - 1; last >= 0 {
		l, k.free = k.free[last], k.free[:last]
	} else {
		l = &life{}
	}
	*l = life{k: k, node: n, pod: pod, stage: starting}
	k.lives[pod.UID] = l
	return l
}

// drop frees what a pod holds on its node, if it holds anything.
func (k *Kubelet) drop(uid cluster.UID) {
	l := k.lives[uid]
	if l == nil {
		return
	}
	delete(k.lives, uid)
	k.engine.Cancel(l.next)
	l.node.info.RemovePod(l.pod)
	if s := l.node.shutting; s != nil {
		s.ended(uid)
	}
	if l.work != nil {
		l.work.abandon()
		l.work.life = nil
	}
	l.node, l.pod, l.work = nil, nil, nil
	k.free = append(k.free, l)
}

// start makes the pod running and ready, and knows when it will end. One that was made in mid-run goes on.
func (l *life) start() {
	k := l.k
	p := k.current(l.pod)
	if p == nil {
		k.drop(l.pod.UID)
		return
	}
	if l.work != nil {
		l.stage, l.end = running, sim.Never
		l.work.begin(k.engine.Now())
		return
	}
	if p.Status.Phase == cluster.Pending {
		k.edit(p, cluster.ReasonStarted, k.markRunning)
	}
	l.stage, l.since = running, k.engine.Now()
	l.end = sim.Never
	if l.pod.RunTime >= 0 {
		l.end = k.engine.Now().Add(l.node.slowed(l.pod.RunTime))
	}
	l.next = k.engine.At(l.end, sim.PhaseWorld, l)
}

func (l *life) finish() {
	k, pod := l.k, l.pod
	k.drop(pod.UID)
	k.end(pod, cluster.ReasonCompleted, k.markSucceeded)
}

// kill ends a pod that is being deleted: its object goes.
func (l *life) kill() {
	k, pod, ended := l.k, l.pod, l.ended
	k.drop(pod.UID)
	if ended {
		k.end(pod, ReasonTerminated, k.markTerminated)
		return
	}
	if p := k.current(pod); p != nil {
		k.remove(p, cluster.ReasonKilled)
	}
}

// terminate begins the graceful end of a pod. A pod that would end by itself before it is killed does so.
func (k *Kubelet) terminate(pod *cluster.Pod) {
	l := k.lives[pod.UID]
	if l == nil {
		return
	}
	if l.work != nil && l.stage == running {
		l.work.terminate(pod)
		return
	}
	if l.stage == stopping {
		return // it is told already
	}
	d := l.stopTime(pod)
	if d <= 0 {
		l.kill()
		return
	}
	if l.end <= k.engine.Now().Add(d) {
		return
	}
	k.engine.Cancel(l.next)
	l.stage = stopping
	l.next = k.engine.After(d, sim.PhaseWorld, l)
}

// stopTime is how long the pod takes to stop: none before it has started, and never longer than its grace period, which
// runs from the deletion.
func (l *life) stopTime(pod *cluster.Pod) time.Duration {
	if l.stage != running || l.k.cfg.Stop == nil {
		return 0
	}
	left := pod.DeletingSince.Add(pod.Spec.TerminationGracePeriod).Sub(l.k.engine.Now())
	return min(left, l.node.slowed(l.k.cfg.Stop(pod)))
}
