package results

import (
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// A workload is a Deployment, StatefulSet, DaemonSet, or a ReplicaSet that nobody owns. One that is deleted and made anew
// under its name goes on where it stopped.
type workload struct {
	kind     cluster.Kind
	name     cluster.NamespacedName
	template *cluster.PodTemplate
	exists   bool

	now   standing
	since sim.Time // when it came to be so

	created  sim.Time
	complete bool     // it was complete once: the window has begun
	from, to sim.Time // the window
	total    tally    // from its creation on
	before   tally    // of that, before the window
	short    shortages

	losses []loss // faults that wait until it is whole again
	scaled *scaling
	queued bool     // among the awaited
	dirty  bool     // it has changed since its last row of workloads.csv
	rowed  standing // as in its last row
}

// A group is the pods that one object owns. Those of a Deployment's ReplicaSet count for the Deployment.
type group struct {
	deployment            *group    // of a ReplicaSet that a Deployment owns
	workload              *workload // otherwise; nil: it is gone
	ready, serving, milli int64
}

// countsFor returns the workload that the pods are part of, nil if it is gone.
func (g *group) countsFor() *workload {
	if g.deployment != nil {
		return g.deployment.workload
	}
	return g.workload
}

// availability follows the workloads of a run and their pods.
type availability struct {
	now       sim.Time
	workloads map[workloadKey]*workload
	groups    map[cluster.UID]*group // by owner: the workloads themselves, and the ReplicaSets of Deployments
	list      []*workload            // in the order of appearance
	budgets   map[cluster.NamespacedName]*cluster.PodDisruptionBudget
	scalers   map[cluster.NamespacedName]*cluster.HorizontalPodAutoscaler
	selectors map[cluster.NamespacedName]*cluster.Selector // of Services
	dirty     []*workload
	awaited   []*workload // that somebody waits for to be whole, and that have changed in this instant
}

type workloadKey struct {
	kind cluster.Kind
	name cluster.NamespacedName
}

func newAvailability() availability {
	return availability{
		workloads: map[workloadKey]*workload{}, groups: map[cluster.UID]*group{},
		budgets:   map[cluster.NamespacedName]*cluster.PodDisruptionBudget{},
		scalers:   map[cluster.NamespacedName]*cluster.HorizontalPodAutoscaler{},
		selectors: map[cluster.NamespacedName]*cluster.Selector{},
	}
}

// touch counts the present state of a workload up to now: something of it is about to change.
func (a *availability) touch(w *workload) {
	if !w.dirty {
		w.dirty = true
		a.dirty = append(a.dirty, w)
	}
	if len(w.losses) > 0 {
		a.await(w)
	}
	w.lasted(a.now)
}

// await has a workload looked at as soon as time moves on.
func (a *availability) await(w *workload) {
	if !w.queued {
		w.queued = true
		a.awaited = append(a.awaited, w)
	}
}

// elapse counts the states of the workloads that somebody waits for: they have lasted until now.
func (a *availability) elapse(now sim.Time) {
	for _, w := range a.awaited {
		w.queued = false
		w.lasted(now)
	}
	a.awaited = a.awaited[:0]
}

// abandon ends what waits for a workload that is deleted.
func (w *workload) abandon(now sim.Time) {
	w.settle(now)
	if w.scaled != nil {
		w.scaled.overtaken(0)
	}
}

// lasted counts the state that held until now. Only states that last count: a pod may be replaced in no time.
func (w *workload) lasted(now sim.Time) {
	if now == w.since {
		return
	}
	if w.exists {
		w.count(now)
	}
	w.since = now
}

func (w *workload) count(now sim.Time) {
	if !w.complete && w.now.desired > 0 && w.now.whole() {
		w.complete, w.from, w.before, w.short = true, w.since, w.total, shortages{}
	}
	w.total.add(&w.now, spanOf(w.since, now))
	w.short.add(&w.now, w.since, now)
	w.to = now
	if len(w.losses) > 0 {
		w.countLosses()
	}
	if w.scaled != nil {
		w.scaled.reached(w.now.serving, w.since)
	}
}

// workloadOf returns what is known of a workload that has just come to be.
func (a *availability) workloadOf(o cluster.Object) *workload {
	key := workloadKey{o.Kind(), o.Meta().NamespacedName}
	w := a.workloads[key]
	if w == nil {
		w = &workload{kind: key.kind, name: key.name, created: a.now, from: a.now, since: a.now}
		a.workloads[key] = w
		a.list = append(a.list, w)
	}
	a.touch(w)
	w.exists = true
	return w
}

// workloadChanged follows an object that may be a workload, or part of one.
func (a *availability) workloadChanged(c *cluster.Change) {
	switch {
	case c.Old == nil:
		a.appeared(c.New)
	case c.New == nil:
		a.vanished(c.Old)
		delete(a.groups, c.Old.Meta().UID)
	default:
		if replicaSetOwner(c.Old) != replicaSetOwner(c.New) {
			a.vanished(c.Old)
			a.appeared(c.New)
		}
		a.edited(c)
	}
}

// replicaSetOwner returns who manages a ReplicaSet, 0 for all else.
func replicaSetOwner(o cluster.Object) cluster.UID {
	if o.Kind() != cluster.KindReplicaSet {
		return 0
	}
	return managerOf(o.Meta())
}

func managerOf(m *cluster.ObjectMeta) cluster.UID {
	if ref := m.ControllerRef(); ref != nil {
		return ref.UID
	}
	return 0
}

// appeared has an object's pods counted from now on: for itself, or for its owner. A ReplicaSet that changes its owner
// keeps its pods.
func (a *availability) appeared(o cluster.Object) {
	uid := o.Meta().UID
	g := a.groups[uid]
	if g == nil {
		g = &group{}
		a.groups[uid] = g
	}
	if owner := replicaSetOwner(o); owner != 0 {
		g.deployment = a.groups[owner]
	} else {
		g.workload = a.workloadOf(o)
		g.workload.template = cluster.TemplateOf(o)
		a.want(g.workload, o)
		a.scale(g.workload)
	}
	a.move(g, 1)
}

// vanished ends the counting of an object's pods.
func (a *availability) vanished(o cluster.Object) {
	g := a.groups[o.Meta().UID]
	a.move(g, -1)
	if w := g.workload; w != nil {
		a.touch(w)
		w.exists, w.now = false, standing{}
		w.abandon(a.now)
	}
	g.deployment, g.workload = nil, nil
}

// move adds the pods of a group to its workload, or takes them away.
func (a *availability) move(g *group, sign int64) {
	if w := g.countsFor(); w != nil {
		a.touch(w)
		w.now.ready += sign * g.ready
		w.now.serving += sign * g.serving
		w.now.milli += sign * g.milli
	}
}

// edited follows what a workload asks for.
func (a *availability) edited(c *cluster.Change) {
	g := a.groups[c.New.Meta().UID]
	w := g.workload
	if w == nil { // a ReplicaSet of a Deployment
		return
	}
	if template := cluster.TemplateOf(c.New); template != w.template {
		w.template = template
	} else if desiredOf(c.Old) == desiredOf(c.New) {
		return
	}
	a.touch(w)
	if c.Reason == cluster.ReasonScaled && w.scaled == nil {
		a.follow(w)
	}
	before := w.now.desired
	a.want(w, c.New)
	if w.scaled != nil {
		w.scaled.turned(a.now, before, w.now.desired, c.Reason)
	}
}

// want takes over how many pods an object asks for.
func (a *availability) want(w *workload, o cluster.Object) {
	w.now.desired = desiredOf(o)
	w.now.needed = a.needed(w)
}

func desiredOf(o cluster.Object) int64 {
	if d, is := o.(*cluster.DaemonSet); is {
		return int64(d.Status.Desired)
	}
	scale, _ := cluster.ScaleOf(o)
	return int64(scale.Replicas)
}

// selects tells whether a selector of the workload's namespace selects its pods.
func (w *workload) selects(namespace string, s *cluster.Selector) bool {
	return w.template != nil && namespace == w.name.Namespace && s.Matches(w.template.Labels)
}
