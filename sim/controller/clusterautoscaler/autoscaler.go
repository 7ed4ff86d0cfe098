package clusterautoscaler

import (
	"maps"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Autoscaler scales the node groups of a cluster: the loop around the strategy.
type Autoscaler struct {
	cfg    Config
	engine *sim.Engine
	store  *cluster.Store
	groups []*group

	waiting map[cluster.UID]*waiting
	hints   hints
	pending sim.Handle // the next scan
	next    sim.Time   // its instant; Never: none is pending
	scanned sim.Time   // the last scan
	changes uint64     // of the store that matter, so far
	seen    uint64     // of those, when the last scan was over
	every   bool       // scan at every instant of the grid: for comparison with skipped scans
	paused  bool
	held    []sim.Event // steps of deletions that were due while paused, in order

	lastScaleUp, lastDelete, lastFailure sim.Time // beforeAll: never

	unneeded    map[string]sim.Time // node -> since when
	unremovable map[string]recheck
	deletions   map[string]*deletion
}

// beforeAll is an instant so early that no delay counts from it.
const beforeAll sim.Time = -1 << 62

// waiting is a pod that the scheduler found no node for: its condition PodScheduled is False, for Unschedulable.
type waiting struct {
	pod    cluster.Key
	since  sim.Time
	helped string // the group that was increased for it, "" if none was
}

// recheck is a node that could not be removed.
type recheck struct {
	until   sim.Time
	changes uint64 // of the store when it could not
}

// New returns an autoscaler. It must be made before the first write to the store, and after its groups and its predictor.
func New(engine *sim.Engine, store *cluster.Store, cfg Config) *Autoscaler {
	a := &Autoscaler{
		cfg: cfg, engine: engine, store: store, waiting: map[cluster.UID]*waiting{}, hints: hints{}, next: sim.Never,
		lastScaleUp: beforeAll, lastDelete: beforeAll, lastFailure: beforeAll,
		unneeded: map[string]sim.Time{}, unremovable: map[string]recheck{}, deletions: map[string]*deletion{},
	}
	for i, g := range cfg.Groups {
		a.groups = append(a.groups, newGroup(g, i, cfg.Priorities))
	}
	store.Observe(a.follow)
	return a
}

// Unschedulable tells the autoscaler that the scheduler found no node for a pod.
func (a *Autoscaler) Unschedulable(pod cluster.Key) {
	if p := a.store.Pod(pod.NamespacedName); p == nil || p.UID != pod.UID || p.NodeName != "" {
		return
	}
	if a.waiting[pod.UID] == nil {
		a.waiting[pod.UID] = &waiting{pod: pod, since: a.engine.Now()}
		a.changed()
	}
}

// follow notes what happens to the cluster.
func (a *Autoscaler) follow(c *cluster.Change) {
	switch o := c.Object().(type) {
	case *cluster.Pod:
		a.followPod(c)
	case *cluster.Node:
		if c.Verb == cluster.Added {
			a.joined(o)
		}
		a.changed()
	case *cluster.PodDisruptionBudget, *cluster.PersistentVolumeClaim, *cluster.PersistentVolume, *cluster.StorageClass,
		*cluster.CSINode, *cluster.DaemonSet:
		a.changed()
	}
}

// followPod notes what matters of a pod: where it is, not how it is.
func (a *Autoscaler) followPod(c *cluster.Change) {
	before, after := c.Pods()
	switch {
	case before == nil && after.NodeName == "": // the scheduler has not said anything yet
	case before == nil || after == nil || before.NodeName != after.NodeName || before.Terminal() != after.Terminal() ||
		before.Deleting != after.Deleting || before.Status.NominatedNode != after.Status.NominatedNode ||
		before.Spec != after.Spec || !maps.Equal(before.Labels, after.Labels) || !maps.Equal(before.Annotations, after.Annotations):
		a.placed(before, after)
		a.changed()
	}
}

// placed forgets that a pod waits once it does not any more.
func (a *Autoscaler) placed(before, after *cluster.Pod) {
	if before == nil || after != nil && after.NodeName == "" && !after.Terminal() && !after.Deleting {
		return
	}
	w := a.waiting[before.UID]
	if w == nil {
		return
	}
	delete(a.waiting, before.UID)
	if w.helped != "" && after != nil && after.NodeName != "" {
		a.report(Report{Kind: PodHelped, Group: w.helped, Node: after.NodeName, Pods: 1, Lag: a.engine.Now().Sub(w.since)})
	}
}

// joined notes a node that had been asked for.
func (a *Autoscaler) joined(n *cluster.Node) {
	for _, g := range a.groups {
		if g.request != nil && n.Labels[cluster.LabelNodeGroup] == g.Name() {
			a.report(Report{Kind: NodeReady, Group: g.Name(), Node: n.Name, Nodes: 1, Lag: a.engine.Now().Sub(g.request.since)})
		}
	}
}

// changed has the next scan come: something may have to be done.
func (a *Autoscaler) changed() {
	a.changes++
	a.scanAt(a.engine.Now())
}

// scanAt has a scan come at the first instant of the grid from t on. Scans take place in PhaseControl: what happens in
// later phases of an instant of the grid is seen by the scan after it, as if there had been one at that instant.
func (a *Autoscaler) scanAt(t sim.Time) {
	if t == sim.Never || a.paused {
		return
	}
	now := a.engine.Now()
	at := a.onGrid(max(t, now))
	if at == now && (a.engine.Phase() >= sim.PhaseControl || a.scanned == now && now > 0) {
		at = at.Add(a.cfg.ScanInterval)
	}
	if at >= a.next {
		return
	}
	a.engine.Cancel(a.pending)
	a.next = at
	a.pending = a.engine.At(at, sim.PhaseControl, (*scanEvent)(a))
}

// onGrid rounds up to the next multiple of the scan interval. The first scan comes after one interval.
func (a *Autoscaler) onGrid(t sim.Time) sim.Time {
	interval := sim.Time(a.cfg.ScanInterval)
	if t <= interval {
		return interval
	}
	return sim.Time(0).Add(time.Duration((t + interval - 1) / interval * interval))
}

// scanEvent is one pass of the loop.
type scanEvent Autoscaler

// Fire implements sim.Event.
func (e *scanEvent) Fire(now sim.Time) {
	a := (*Autoscaler)(e)
	if a.next = sim.Never; a.paused {
		return
	}
	a.scanned = now
	a.scan(now)
	if a.every {
		a.scanAt(now + 1)
	}
}

// String names the event in the log.
func (e *scanEvent) String() string { return "cluster-autoscaler scan" }
