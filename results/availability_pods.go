package results

import "github.com/wavetank/wavetank/sim/cluster"

// follow begins to keep who sits where. The pods that are there already take their seats.
func (r *Recorder) follow() {
	if r.seats.taken {
		return
	}
	r.seats.taken = true
	for _, live := range r.pods.alive() {
		r.stand(live, live.pod)
	}
}

// workloadChanged follows the objects that decide what is to serve.
func (r *Recorder) workloadChanged(c *cluster.Change) {
	r.avail.now = r.now
	switch c.Object().(type) {
	case *cluster.PodDisruptionBudget:
		r.avail.budgetChanged(c)
	case *cluster.HorizontalPodAutoscaler:
		r.avail.scalerChanged(c)
	case *cluster.PodSet:
		if c.Object().Kind() == cluster.KindService {
			r.avail.serviceChanged(c)
		}
	default:
		r.follow()
		r.avail.workloadChanged(c)
	}
}

// podStands follows a pod through a change.
func (r *Recorder) podStands(live *livePod, c *cluster.Change, before, after *cluster.Pod) {
	r.avail.now = r.now
	st := live.standing
	if st == nil {
		st = r.seats.standing()
		live.standing = st
	}
	if after == nil || after.Terminal() {
		r.leave(live, c)
		return
	}
	if before == nil || len(before.Owners) != len(after.Owners) || managerOf(&before.ObjectMeta) != managerOf(&after.ObjectMeta) {
		r.avail.join(st, r.avail.groups[managerOf(&after.ObjectMeta)])
	}
	if st.seat == nil && after.NodeName != "" {
		r.seats.of(after.NodeName).sit(st)
		r.placedFor(st, after)
	}
	if st.seat != nil && (before == nil || before.Spec != after.Spec || before.NodeName == "") {
		r.avail.ask(st, after.Spec.Requests().MilliCPU)
	}
	ready := after.Status.Ready && after.NodeName != "" && !after.Deleting
	if len(st.hits) > 0 {
		st.told(r.now, c.Reason, ready, after.Deleting)
	}
	r.avail.set(st, ready)
}

// stand gives a pod that is there already its place.
func (r *Recorder) stand(live *livePod, p *cluster.Pod) {
	r.podStands(live, &cluster.Change{At: r.now, Verb: cluster.Added, New: p}, nil, p)
}

// leave takes out a pod that has ended or is gone.
func (r *Recorder) leave(live *livePod, c *cluster.Change) {
	st := live.standing
	if len(st.hits) > 0 {
		st.told(r.now, c.Reason, false, true)
	}
	r.avail.set(st, false)
	r.avail.join(st, nil)
	r.seats.drop(st, live.pod.NodeName)
	live.standing = nil
}

// join counts a pod to another group than before; nil: to none.
func (a *availability) join(st *podStanding, g *group) {
	if st.group == g {
		return
	}
	ready, milli := st.ready, st.milli
	a.set(st, false)
	a.ask(st, 0)
	st.group = g
	a.ask(st, milli)
	a.set(st, ready)
}

// set says whether a pod is ready for the API, and counts it accordingly.
func (a *availability) set(st *podStanding, ready bool) {
	serving := ready && st.seat != nil && st.seat.reachable
	if ready == st.ready && serving == st.serving {
		return
	}
	lost := st.serving && !serving
	a.count(st, b2i(ready)-b2i(st.ready), b2i(serving)-b2i(st.serving))
	st.ready, st.serving = ready, serving
	if lost && len(st.hits) > 0 && st.group != nil {
		st.lose(a)
	}
}

// ask says what a pod requests.
func (a *availability) ask(st *podStanding, milli int64) {
	if st.group == nil || milli == st.milli {
		st.milli = milli
		return
	}
	st.group.milli += milli - st.milli
	if w := st.group.countsFor(); w != nil {
		a.touch(w)
		w.now.milli += milli - st.milli
	}
	st.milli = milli
}

func (a *availability) count(st *podStanding, ready, serving int64) {
	g := st.group
	if g == nil {
		return
	}
	g.ready += ready
	g.serving += serving
	if w := g.countsFor(); w != nil {
		a.touch(w)
		w.now.ready += ready
		w.now.serving += serving
	}
}

func b2i(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// nodeStands follows what the truth and the API say of a node.
func (r *Recorder) nodeStands(before, after *cluster.Node) {
	name := either(after != nil, after, before).Name
	at := r.seats.of(name)
	wasReady := at.ready
	turned := at.set(r.now, after)
	if turned {
		r.avail.now = r.now
		for _, st := range at.pods {
			r.avail.set(st, st.ready)
		}
	}
	if len(at.faults) > 0 {
		at.seen(r.now, wasReady, before, after)
	}
	r.seats.forget(name, at)
}
