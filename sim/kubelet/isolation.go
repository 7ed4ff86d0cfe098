package kubelet

import (
	"maps"
	"slices"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// deferral is what a node that cannot reach the API server has to write of one pod.
type deferral struct {
	pod    *cluster.Pod
	reason cluster.Reason // of the last write
	marks  []mark
	remove bool
}

// mark is a write, and when it was due.
type mark struct {
	at sim.Time
	do func(*cluster.Pod)
}

// now is when what is being written came to pass.
func (k *Kubelet) now() sim.Time {
	if k.past > 0 {
		return k.past
	}
	return k.engine.Now()
}

// isCut tells whether the kubelet of a node cannot reach the API server.
func (k *Kubelet) isCut(name string) bool {
	st := k.nodes[name]
	return st != nil && st.cut
}

// postpone keeps a write for later if it cannot be made now; a nil mark removes the pod.
func (k *Kubelet) postpone(p *cluster.Pod, reason cluster.Reason, do func(*cluster.Pod)) bool {
	if !k.isCut(p.NodeName) {
		return false
	}
	st := k.nodes[p.NodeName]
	i := slices.IndexFunc(st.deferred, func(d *deferral) bool { return d.pod.UID == p.UID })
	if i < 0 {
		i = len(st.deferred)
		st.deferred = append(st.deferred, &deferral{pod: p})
	}
	d := st.deferred[i]
	if d.reason = reason; do == nil {
		d.remove = true
	} else {
		d.marks = append(d.marks, mark{k.engine.Now(), do})
	}
	return true
}

// flush writes what was postponed: of each pod the last state, as the status manager keeps no other
// (pkg/kubelet/status/status_manager.go: syncBatch, v1.36), in the order in which they had something to write.
func (k *Kubelet) flush(st *node) {
	list := st.deferred
	st.deferred = nil
	for _, d := range list {
		p := k.current(d.pod)
		if p != nil && len(d.marks) > 0 {
			k.edit(p, d.reason, func(p *cluster.Pod) {
				for _, m := range d.marks {
					k.past = m.at
					m.do(p)
				}
				k.past = 0
			})
		}
		p = k.store.Pod(d.pod.NamespacedName)
		if p != nil && p.UID == d.pod.UID && (d.remove || p.Deleting && p.Terminal()) {
			k.remove(p, cluster.ReasonKilled)
		}
	}
}

// reconnect has a node write what has happened there meanwhile, and hear what it missed: pods that are gone from the API
// or have ended there are no more, those that are being deleted are told to end, with their whole grace period
// (pkg/kubelet/pod_workers.go: it runs from when the kubelet hears of it, v1.36).
func (k *Kubelet) reconnect(st *node, now sim.Time) {
	st.cut = false
	k.flush(st)
	for _, pod := range st.pods() {
		l := k.lives[pod.UID]
		if l == nil {
			continue // it went with another
		}
		p := k.current(pod)
		switch {
		case p == nil:
			k.drop(pod.UID)
		case p.Deleting:
			late := *p
			late.DeletingSince = now
			k.terminate(&late)
		case l.stage == running:
			l.tell(p, now)
		}
	}
}

// tell writes that a pod is ready where the API has it otherwise, since when it is so, and all else that is new.
func (l *life) tell(p *cluster.Pod, now sim.Time) {
	k := l.k
	since, ready := l.since, true
	if l.work != nil {
		since, ready = l.work.readySince(now)
	}
	if ready && !p.Status.Ready && p.Status.Phase == cluster.Running {
		k.past = since
		k.edit(p, ReasonReady, func(p *cluster.Pod) { k.setReady(&p.Status, true) })
		k.past = 0
	}
	if w := l.work; w != nil {
		if w.awaits { // what it waits for may be there by now
			k.forget(w)
			w.retry(now)
		}
		w.sync(now)
	}
}

// readySince tells whether the pod is ready, and since when.
func (w *worker) readySince(now sim.Time) (since sim.Time, ready bool) {
	for _, c := range w.all {
		if c.up() && (!c.init || c.spec.Sidecar) {
			since = max(since, c.ready)
		}
	}
	return since, w.report(now).ready
}

// Pause cuts all kubelets off from the API server, or lets them reach it again: what is isolated or has no power stays so.
// It has an effect with Config.Heartbeats alone.
func (k *Kubelet) Pause(paused bool) {
	if !k.cfg.Heartbeats || k.severed == paused {
		return
	}
	k.severed = paused
	names := map[string]bool{}
	for name, st := range k.nodes {
		st.cut = st.cut || paused
		names[name] = true
	}
	for name := range k.missed {
		names[name] = true
	}
	if paused {
		return
	}
	for _, o := range slices.Clone(k.store.List(cluster.KindNode)) {
		if o.(*cluster.Node).Ready == cluster.ConditionUnknown {
			nodeReport{k, cluster.KeyOf(o)}.Fire(k.engine.Now())
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		k.revive(k.engine.Now(), name)
	}
}
