package garbage

import (
	"cmp"
	"slices"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// ReasonPodGC is the reason of the pod garbage collector's writes; a pod of a node that is gone has it as disruption
// (gc_controller.go: the reason of its condition DisruptionTarget, v1.36.3).
const ReasonPodGC cluster.Reason = "DeletionByPodGC"

// The times and limits of the pod garbage collector (pkg/controller/podgc/gc_controller.go and config/v1alpha1, v1.36.3).
const (
	// Period is the time between two looks (gcCheckPeriod).
	Period = 20 * time.Second
	// Quarantine is how long a node has been seen to be missing before its pods are deleted (quarantineTime).
	Quarantine = 40 * time.Second
	// DefaultThreshold is how many ended pods may stay (--terminated-pod-gc-threshold).
	DefaultThreshold = 12500
)

// podCollector is the pod garbage collector. Its queue holds one name: all pods.
type podCollector struct {
	engine    *sim.Engine
	store     *cluster.Store
	self      *controller.Controller
	threshold int
	ended     int                 // pods that have ended
	missing   map[string]sim.Time // nodes that pods are on and that are not there, and when that was seen
}

// allPods is the only name in the queue of the pod garbage collector.
var allPods = cluster.NamespacedName{Name: "pods"}

// NewPods returns the pod garbage collector of the store; it must be made before the first write to the store. Of the pods
// that have ended, threshold may stay: 0 stands for DefaultThreshold, and all may if it is negative.
func NewPods(engine *sim.Engine, store *cluster.Store, threshold int, opts controller.Options) *controller.Controller {
	if threshold == 0 {
		threshold = DefaultThreshold
	}
	g := &podCollector{engine: engine, store: store, threshold: threshold, missing: map[string]sim.Time{}}
	g.self = controller.New("podgc", engine, store, g, opts)
	store.Observe(g.count)
	g.self.Watch(g.heardPod, cluster.KindPod)
	g.self.Watch(g.heardNode, cluster.KindNode)
	return g.self
}

// count keeps the number of ended pods.
func (g *podCollector) count(c *cluster.Change) {
	before, after := c.Pods()
	if before != nil && before.Terminal() {
		g.ended--
	}
	if after != nil && after.Terminal() {
		g.ended++
	}
}

func (g *podCollector) tooMany() bool { return g.threshold > 0 && g.ended > g.threshold }

func (g *podCollector) heardPod(c *cluster.Change) []cluster.NamespacedName {
	_, p := c.Pods()
	if p != nil && (p.Terminal() && g.tooMany() || g.isOrphan(p) || g.stuck(p)) {
		g.nextTick()
	}
	return nil
}

func (g *podCollector) heardNode(c *cluster.Change) []cluster.NamespacedName {
	_, n := c.Nodes()
	if n == nil || outOfService(n) && slices.ContainsFunc(g.store.PodsOn(n.Name), g.stuck) {
		g.nextTick()
	}
	return nil
}

// nextTick has the pods looked at when a multiple of Period has passed since the begin of the run.
func (g *podCollector) nextTick() {
	g.self.EnqueueAfter(allPods, Period-g.engine.Now().Sub(0)%Period)
}

func (g *podCollector) isOrphan(p *cluster.Pod) bool {
	return p.NodeName != "" && g.store.Node(p.NodeName) == nil
}

// Reconcile implements controller.Reconciler (gc, v1.36.3).
func (g *podCollector) Reconcile(now sim.Time, _ cluster.NamespacedName, calls *controller.Calls) (controller.Result, error) {
	var ended, stuck, orphans []*cluster.Pod
	for _, o := range g.store.List(cluster.KindPod) {
		p := o.(*cluster.Pod)
		if p.Terminal() {
			ended = append(ended, p)
		}
		if g.stuck(p) {
			stuck = append(stuck, p)
		}
		if g.isOrphan(p) {
			orphans = append(orphans, p)
		}
	}
	if g.threshold > 0 {
		g.removeEnded(ended, calls)
	}
	g.removeStuck(stuck, calls)
	g.removeOrphans(now, orphans, calls)
	if len(g.missing) > 0 {
		g.nextTick()
	}
	return controller.Result{}, nil
}

// removeEnded deletes the first of the ended pods, all at the same time: evicted ones, then the oldest
// (gcTerminated, v1.36.3).
func (g *podCollector) removeEnded(ended []*cluster.Pod, calls *controller.Calls) {
	n := len(ended) - g.threshold
	if n <= 0 {
		return
	}
	slices.SortFunc(ended, g.compare)
	var removals []controller.Call
	for _, p := range ended[:n] {
		removals = append(removals, remove(p))
	}
	calls.Together(removals...)
}

// evicted is the reason of pods that their kubelet evicted (pkg/kubelet/eviction: Reason, v1.36.3).
const evicted = "Evicted"

func (g *podCollector) compare(p, q *cluster.Pod) int {
	rank := func(p *cluster.Pod) int {
		if p.Status.Phase == cluster.Failed && p.Status.Reason == evicted {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(rank(p), rank(q)),
		cmp.Compare(g.store.WholeSecond(p.CreatedAt), g.store.WholeSecond(q.CreatedAt)),
		cmp.Compare(p.Name, q.Name),
	)
}

// removeOrphans deletes the pods of nodes that have been missing for Quarantine, one after the other. Those that have not
// ended have failed (gcOrphaned and markFailedAndDeletePodWithCondition, v1.36.3).
func (g *podCollector) removeOrphans(now sim.Time, orphans []*cluster.Pod, calls *controller.Calls) {
	waiting := map[string]sim.Time{}
	for _, p := range orphans {
		since, seen := g.missing[p.NodeName]
		if seen && now.Sub(since) >= Quarantine {
			if !p.Terminal() {
				calls.Do(fail(p, ReasonPodGC))
			}
			calls.Do(remove(p))
			continue
		}
		if !seen {
			since = now
		}
		waiting[p.NodeName] = since
	}
	g.missing = waiting
}

// fail has a pod that has not ended fail. What is to be its condition DisruptionTarget is why; "" leaves it as it is.
func fail(p *cluster.Pod, why cluster.Reason) controller.Call {
	return func(s *cluster.Store) error {
		return controller.IgnoreGone(s.EditPod(cluster.KeyOf(p), ReasonPodGC, func(p *cluster.Pod) {
			p.Status.Phase, p.Status.Ready, p.Status.FinishedAt = cluster.Failed, false, s.Now()
			if why != "" {
				p.Status.Disrupted = why
			}
		}))
	}
}

func remove(p *cluster.Pod) controller.Call {
	return func(s *cluster.Store) error { return controller.IgnoreGone(s.Delete(cluster.KeyOf(p), ReasonPodGC)) }
}
