package nodelifecycle

import (
	"maps"
	"slices"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// The reasons of the controller's writes, besides cluster.ReasonNodeNotReady for those that give a node up.
const (
	ReasonTainted   cluster.Reason = "NodeTainted"
	ReasonUntainted cluster.Reason = "NodeUntainted"
	ReasonMarked    cluster.Reason = "NodeNotReady" // of pods that are not ready because their node is not
)

// lifecycle is the node lifecycle controller: three loops with one client.
type lifecycle struct {
	engine *sim.Engine
	store  *cluster.Store
	cfg    Config

	monitor *controller.Controller // looks at nodes, at ticks
	tainter *controller.Controller // keeps the taints NoSchedule in step with the node
	evictor *controller.Controller // adds the taints NoExecute as the zones' queues allow

	zones    map[zoneKey]*zone
	troubled map[string]*health  // nodes that are not well, or not treated as if they were
	returned map[string]sim.Time // since when nodes that were silent have been renewing again

	ticks       grid
	begun, last sim.Time // when the last tick began; when it ended, if it has
	open        int      // nodes that the tick under way has not done with
	judged      bool     // and the zones have been judged
	tick        sim.Handle
	tickAt      sim.Time // Never: none is planned

	passes grid
	pass   sim.Handle
	passAt sim.Time // Never: none is planned

	paused   bool
	pausedAt sim.Time // when that began
}

// health is what is known of a node that is not well.
type health struct {
	silent   bool
	since    sim.Time // the node's Silent
	renewed  sim.Time // the last renewal before the silence
	probe    sim.Time // the tick that saw it
	due      sim.Time // from when on a tick has something to do; Never: it has not
	startup  bool     // its kubelet has never reported: probe is its creation
	tainted  bool     // when the tick began it had a taint NoExecute
	stricken bool     // that is to be taken off, as all zones are disrupted
}

// New returns the controller that monitors the nodes; the loops that taint run beside it and are paused with it. It must be
// made before the first write to the store.
func New(engine *sim.Engine, store *cluster.Store, cfg Config, opts controller.Options) *controller.Controller {
	l := &lifecycle{
		engine: engine, store: store, cfg: cfg,
		zones: map[zoneKey]*zone{}, troubled: map[string]*health{}, returned: map[string]sim.Time{},
		ticks:  grid{base: phase(engine, cfg), period: cfg.MonitorPeriod},
		passes: grid{period: evictionPass},
		begun:  -1, last: -1, tickAt: sim.Never, passAt: sim.Never,
	}
	l.passes.base = l.ticks.base.Add(evictionPass / 2) // where between two passes a tick falls is anybody's guess
	monitor, tainter, evictor := options(opts)
	l.monitor = controller.New("nodelifecycle", engine, store, monitorLoop{l}, monitor)
	l.tainter = controller.New("nodelifecycle taints", engine, store, taintLoop{l}, tainter)
	l.evictor = controller.New("nodelifecycle evictions", engine, store, evictionLoop{l}, evictor)
	l.monitor.Beside(l.tainter, l.evictor, l)
	store.Observe(l.count)
	store.WatchSome("nodelifecycle", opts.WatchLatency, l.wanted, l.heard, cluster.KindNode)
	return l.monitor
}

// phase returns when the first tick would be, drawn where it is not given.
func phase(engine *sim.Engine, cfg Config) sim.Time {
	if cfg.MonitorPhase != nil {
		return sim.Time(*cfg.MonitorPhase)
	}
	return sim.Time(engine.Draw("nodelifecycle").Int64N(int64(cfg.MonitorPeriod)))
}

func (l *lifecycle) zone(n *cluster.Node) *zone {
	key := zoneOf(n)
	z := l.zones[key]
	if z == nil {
		z = newZone(l.cfg.EvictionRate)
		l.zones[key] = z
	}
	return z
}

// zoneKeys returns the zones that there are or were, in order.
func (l *lifecycle) zoneKeys() []zoneKey {
	return slices.SortedFunc(maps.Keys(l.zones), zoneKey.compare)
}

// count keeps the sizes of the zones: an observer, as the state of a zone is that of the store.
func (l *lifecycle) count(c *cluster.Change) {
	before, after := c.Nodes()
	if before != nil {
		l.zone(before).count(before, -1)
	}
	switch {
	case after != nil:
		l.zone(after).count(after, 1)
	case before != nil:
		delete(l.returned, before.Name)
	}
}

// wanted tells whether a change is news: that of a node that is or was not well, and, while there are such nodes, of one
// that comes or goes.
func (l *lifecycle) wanted(c *cluster.Change) bool {
	before, after := c.Nodes()
	if before != nil && !l.well(before) || after != nil && !l.well(after) {
		return true
	}
	return c.Verb != cluster.Modified && len(l.troubled) > 0
}

// well tells whether there is nothing to do about a node, and nothing to wait for.
func (l *lifecycle) well(n *cluster.Node) bool {
	return n.Reachable() && n.Ready == cluster.ConditionTrue && !l.evicting(n) && settled(n)
}

// evicting tells whether the node has a taint NoExecute of the controller, or is to get one.
func (l *lifecycle) evicting(n *cluster.Node) bool {
	return hasTaint(n, notReady) || hasTaint(n, unreachable) || len(l.troubled) > 0 && l.zone(n).turns[n.Name] != 0
}

// heard takes note of a node's news.
func (l *lifecycle) heard(now sim.Time, c *cluster.Change) {
	before, _ := c.Nodes()
	name := c.Object().Meta().Name
	n := l.store.Node(name)
	if before != nil && (n == nil || n.UID != before.UID) {
		l.drop(before)
	}
	if n == nil {
		l.lookAgain(now)
		return
	}
	if before != nil && zoneOf(before) != zoneOf(n) {
		l.zone(before).forget(name)
	}
	if !settled(n) {
		l.tainter.Enqueue(n.NamespacedName)
	}
	l.consider(now, n)
	if c.Verb == cluster.Added {
		l.lookAgain(now)
	}
}

// drop forgets a node that is gone.
func (l *lifecycle) drop(n *cluster.Node) {
	delete(l.troubled, n.Name)
	delete(l.returned, n.Name)
	l.zone(n).forget(n.Name)
}

// lookAgain has the next tick judge the zones anew, where the number of nodes matters.
func (l *lifecycle) lookAgain(now sim.Time) {
	if len(l.troubled) > 0 {
		l.planTick(now)
	}
}
