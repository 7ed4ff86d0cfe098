package tainteviction

import (
	"math"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// evictor is the taint eviction controller. Its queue holds the pods that are being evicted.
type evictor struct {
	engine *sim.Engine
	store  *cluster.Store
	self   *controller.Controller

	tainted map[string]bool                       // nodes with taints NoExecute, as far as it has heard
	timers  map[cluster.NamespacedName]*evictTime // of pods that wait, and of those that are being evicted
}

// evictTime is when a pod is to be evicted, and the event that does it.
type evictTime struct {
	c       *evictor
	pod     cluster.Key
	created sim.Time // from when the time counts
	running bool     // it is over
	handle  sim.Handle
}

// New returns the taint eviction controller of the store; it must be made before the first write to the store.
func New(engine *sim.Engine, store *cluster.Store, opts controller.Options) *controller.Controller {
	c := &evictor{engine: engine, store: store, tainted: map[string]bool{}, timers: map[cluster.NamespacedName]*evictTime{}}
	opts.Workers = math.MaxInt // each pod has a worker of its own (timed_workers.go, v1.36.3)
	c.self = controller.New("tainteviction", engine, store, c, opts)
	store.WatchSome("tainteviction", opts.WatchLatency, c.wanted, c.heard, cluster.KindNode, cluster.KindPod)
	return c.self
}

// wanted tells whether a change is news: taints NoExecute that come or go, and pods of nodes that have some.
func (c *evictor) wanted(change *cluster.Change) bool {
	if change.Object().Kind() == cluster.KindNode {
		before, after := change.Nodes()
		if before == nil || after == nil {
			return repels(before) || repels(after)
		}
		return (repels(before) || repels(after)) && !sameTaints(before, after)
	}
	before, after := change.Pods()
	switch {
	case after == nil:
		return c.timers[before.NamespacedName] != nil
	case before != nil && before.NodeName == after.NodeName && before.Spec == after.Spec:
		return false
	}
	return after.NodeName != "" && (len(c.tainted) > 0 || repels(c.store.Node(after.NodeName)))
}

func (c *evictor) heard(now sim.Time, change *cluster.Change) {
	if change.Object().Kind() == cluster.KindNode {
		c.heardNode(now, change.Object().Meta().Name)
		return
	}
	if change.New == nil {
		if t := c.timers[change.Old.Meta().NamespacedName]; t != nil && t.pod.UID == change.Old.Meta().UID {
			c.cancel(t.pod.NamespacedName)
		}
		return
	}
	c.heardPod(now, change.New.Meta().NamespacedName)
}

// heardNode looks at all pods of a node (handleNodeUpdate, v1.36.3). With a node that is gone its taints are gone, while
// the times of its pods go on.
func (c *evictor) heardNode(now sim.Time, name string) {
	n := c.store.Node(name)
	if !repels(n) {
		delete(c.tainted, name)
		if n != nil {
			for _, p := range c.store.PodsOn(name) {
				c.cancel(p.NamespacedName)
			}
		}
		return
	}
	c.tainted[name] = true
	for _, p := range c.store.PodsOn(name) {
		c.consider(now, p, n)
	}
}

// heardPod looks at one pod (handlePodUpdate, v1.36.3).
func (c *evictor) heardPod(now sim.Time, name cluster.NamespacedName) {
	p := c.store.Pod(name)
	if p == nil {
		return
	}
	if n := c.store.Node(p.NodeName); c.tainted[p.NodeName] && repels(n) {
		c.consider(now, p, n)
	}
}

// consider finds out when a pod has to go (processPodOnNode, v1.36.3).
func (c *evictor) consider(now sim.Time, p *cluster.Pod, n *cluster.Node) {
	stay := TolerationTime(p.Spec.Tolerations, n.Taints)
	if stay <= 0 {
		c.cancel(p.NamespacedName)
		if stay == 0 {
			c.plan(now, now, p)
		}
		return
	}
	created := now
	if t := c.timers[p.NamespacedName]; t != nil && t.pod.UID == p.UID && !t.running {
		if created = t.created; created < now {
			return
		}
		c.cancel(p.NamespacedName)
	}
	c.plan(created, created.Add(stay), p)
}

// plan has a pod evicted at a time, unless that is planned already.
func (c *evictor) plan(created, at sim.Time, p *cluster.Pod) {
	if t := c.timers[p.NamespacedName]; t != nil && t.pod.UID == p.UID {
		return
	}
	c.cancel(p.NamespacedName)
	t := &evictTime{c: c, pod: cluster.KeyOf(p), created: created}
	c.timers[p.NamespacedName] = t
	if at <= c.engine.Now() {
		t.Fire(at)
		return
	}
	t.handle = c.engine.At(at, sim.PhaseControl, t)
}

// cancel takes an eviction back. One whose calls are under way is not stopped.
func (c *evictor) cancel(pod cluster.NamespacedName) {
	if t := c.timers[pod]; t != nil {
		c.engine.Cancel(t.handle)
		delete(c.timers, pod)
	}
}

// Fire implements sim.Event: the pod's time is over.
func (t *evictTime) Fire(sim.Time) {
	t.running = true
	t.c.self.Enqueue(t.pod.NamespacedName)
}

// String names the event in the log.
func (t *evictTime) String() string {
	return "tainteviction: time of " + t.pod.NamespacedName.String() + " is over"
}

// Reconcile implements controller.Reconciler: it evicts a pod (deletePodHandler, addConditionAndDeletePod, v1.36.3).
func (c *evictor) Reconcile(_ sim.Time, name cluster.NamespacedName, calls *controller.Calls) (controller.Result, error) {
	p, t := c.store.Pod(name), c.timers[name]
	if p == nil || t == nil || t.pod.UID != p.UID {
		return controller.Result{}, nil
	}
	key := cluster.KeyOf(p)
	calls.Do(c.self.Recorded(p.UID, func(*cluster.Store) error { return nil }))
	calls.Do(mark(key))
	calls.Do(func(s *cluster.Store) error {
		return controller.IgnoreGone(s.Terminate(key, cluster.ReasonTaintEvicted))
	})
	calls.Conclude(func(sim.Time, error) (controller.Call, controller.Result) {
		if c.timers[name] == t {
			delete(c.timers, name)
		}
		return nil, controller.Result{}
	})
	return controller.Result{}, nil
}

// mark writes the condition that says why the pod has to go.
func mark(pod cluster.Key) controller.Call {
	return func(s *cluster.Store) error {
		p := s.Pod(pod.NamespacedName)
		if p == nil || p.UID != pod.UID || p.Status.Disrupted == cluster.ReasonTaintEvicted {
			return nil
		}
		return s.EditPod(pod, cluster.ReasonTaintEvicted, func(p *cluster.Pod) { p.Status.Disrupted = cluster.ReasonTaintEvicted })
	}
}
