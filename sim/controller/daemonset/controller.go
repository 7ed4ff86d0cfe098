package daemonset

import (
	"maps"
	"slices"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// ReasonStatus is the reason of the controller's writes of a status.
const ReasonStatus cluster.Reason = "DaemonSetStatus"

// defaultWorkers is upstream's (--concurrent-daemonset-syncs, v1.36).
const defaultWorkers = 2

// reconciler is the DaemonSet controller.
type reconciler struct {
	store     *cluster.Store
	self      *controller.Controller
	names     *controller.Names
	revisions map[cluster.UID]map[string]bool // hashes of templates that are known
	backoffs  map[failureKey]*backoff
}

// New returns the controller of all DaemonSets of the store. It must be made before the first write to the store.
func New(engine *sim.Engine, store *cluster.Store, opts controller.Options) *controller.Controller {
	r := &reconciler{store: store, names: controller.NewNames(engine),
		revisions: map[cluster.UID]map[string]bool{}, backoffs: map[failureKey]*backoff{}}
	if opts.Workers == 0 {
		opts.Workers = defaultWorkers
	}
	r.self = controller.New("daemonset", engine, store, r, opts)
	r.self.Watch(r.heardSet, cluster.KindDaemonSet)
	r.self.Watch(r.heardPod, cluster.KindPod)
	r.self.Watch(r.heardNode, cluster.KindNode)
	return r.self
}

func (r *reconciler) heardSet(c *cluster.Change) []cluster.NamespacedName {
	if c.Verb == cluster.Deleted {
		uid := c.Old.Meta().UID
		delete(r.revisions, uid)
		maps.DeleteFunc(r.backoffs, func(k failureKey, _ *backoff) bool { return k.set == uid })
	}
	return controller.Itself(c)
}

// availabilitySlack is added to the wait for a new pod to become available (updatePod, v1.36.3).
const availabilitySlack = time.Second

// heardPod names the set of a pod. It is looked at again when a pod that became ready may have become available: the status
// counts one pod of a node, and may not tell.
func (r *reconciler) heardPod(c *cluster.Change) []cluster.NamespacedName {
	names := controller.OwnerOf(cluster.KindDaemonSet)(c)
	before, after := c.Pods()
	if before == nil || after == nil || before.Status.Ready || !after.Status.Ready {
		return names
	}
	for _, name := range names {
		set, _ := r.store.Get(cluster.KindDaemonSet, name).(*cluster.DaemonSet)
		if set != nil && set.MinReadySeconds > 0 {
			r.self.EnqueueAfter(name, set.MinReadySeconds+availabilitySlack)
		}
	}
	return names
}

// heardNode names the sets for which a new node, or new labels or taints of one, matter (syncNodeUpdate, v1.36.3).
func (r *reconciler) heardNode(c *cluster.Change) []cluster.NamespacedName {
	before, after := c.Nodes()
	if after == nil || before != nil && maps.Equal(before.Labels, after.Labels) && slices.Equal(before.Taints, after.Taints) {
		return nil
	}
	var names []cluster.NamespacedName
	for _, o := range r.store.List(cluster.KindDaemonSet) {
		set := o.(*cluster.DaemonSet)
		start, goOn := newPlacement(set.Template.Spec).fits(after)
		scheduled := slices.ContainsFunc(r.store.OwnedPods(set.UID), func(p *cluster.Pod) bool { return p.NodeName == after.Name })
		if start && !scheduled || scheduled && (!goOn || set.Status.Misscheduled > 0) {
			names = append(names, set.NamespacedName)
		}
	}
	return names
}

// Reconcile implements controller.Reconciler.
func (r *reconciler) Reconcile(now sim.Time, name cluster.NamespacedName, calls *controller.Calls) (controller.Result, error) {
	set, _ := r.store.Get(cluster.KindDaemonSet, name).(*cluster.DaemonSet)
	if set == nil || set.Deleting {
		return controller.Result{}, nil
	}
	hash := controller.TemplateHash(set.Template, 0)
	r.remember(set, hash, calls)
	p := calculate(r.observe(now, set, hash))
	calls.SlowStart(r.creations(set, hash, p.create))
	var deletions []controller.Call
	for _, pod := range p.remove {
		deletions = append(deletions, r.self.Recorded(set.UID, controller.DeletePod(cluster.KeyOf(pod))))
	}
	calls.Together(deletions...)
	calls.Conclude(func(now sim.Time, _ error) (controller.Call, controller.Result) {
		return r.conclude(now, newCalculation(r.observe(now, set, hash)).count(), set)
	})
	return controller.Result{}, nil
}

// remember asks for the call that stores the ControllerRevision of a new template.
func (r *reconciler) remember(set *cluster.DaemonSet, hash string, calls *controller.Calls) {
	if r.revisions[set.UID] == nil {
		r.revisions[set.UID] = map[string]bool{}
	}
	if !r.revisions[set.UID][hash] {
		r.revisions[set.UID][hash] = true
		calls.Do(func(*cluster.Store) error { return nil })
	}
}

func (r *reconciler) observe(now sim.Time, set *cluster.DaemonSet, hash string) observation {
	list := r.store.List(cluster.KindNode)
	nodes := make([]*cluster.Node, len(list))
	for i, o := range list {
		nodes[i] = o.(*cluster.Node)
	}
	return observation{
		set: set, nodes: nodes, pods: r.store.OwnedPods(set.UID), hash: hash, whole: r.store.WholeSecond,
		available: func(p *cluster.Pod) bool { return controller.IsAvailable(r.store, p, set.MinReadySeconds, now) },
		mayDelete: func(node string) bool { return r.mayDelete(now, set, node) },
	}
}

// conclude writes the status if it changed, and looks again when ready pods may have become available: after
// minReadySeconds as upstream, or, if only pods that the status does not count are waiting, when the first of them is.
// Upstream may forget those, if it hears of several, until something else happens.
func (r *reconciler) conclude(now sim.Time, s cluster.DaemonSetStatus, set *cluster.DaemonSet) (controller.Call, controller.Result) {
	var again controller.Result
	if s.Ready != s.Available {
		again.RequeueAfter = set.MinReadySeconds
	} else if wait, some := controller.AvailableIn(r.store, r.store.OwnedPods(set.UID), set.MinReadySeconds, now); some {
		again.RequeueAfter = wait + availabilitySlack
	}
	if s == set.Status {
		return nil, again
	}
	return func(store *cluster.Store) error {
		return controller.IgnoreGone(cluster.Edit(store, cluster.KeyOf(set), ReasonStatus, func(d *cluster.DaemonSet) { d.Status = s }))
	}, again
}

// creations are the calls that make the pods of nodes.
func (r *reconciler) creations(set *cluster.DaemonSet, hash string, nodes []string) []controller.Call {
	where := newPlacement(set.Template.Spec)
	labels := maps.Clone(set.Template.Labels)
	if labels == nil {
		labels = cluster.Labels{}
	}
	labels[LabelRevision] = hash
	calls := make([]controller.Call, len(nodes))
	for i, node := range nodes {
		template := &cluster.PodTemplate{Labels: labels, Annotations: set.Template.Annotations, Spec: where.onNode(node)}
		calls[i] = r.self.Recorded(set.UID, r.names.Create(set, template))
	}
	return calls
}

// failureKey names what fails: the pods of a set on a node, anew with each spec of the set (failedPodsBackoffKey, v1.36.3).
type failureKey struct {
	set        cluster.UID
	generation int64
	node       string
}

// backoff keeps failed pods from being made again too fast.
type backoff struct {
	wait time.Duration
	last sim.Time
}

// The back-off of failed pods (cmd/kube-controller-manager/app/apps.go: failedPodsBackoff, v1.36.3); it is forgotten when
// nothing has failed for twice its most (client-go util/flowcontrol: Backoff, v0.36).
const (
	firstBackoff = time.Second
	mostBackoff  = 15 * time.Minute
)

// mayDelete tells whether a failed pod may be deleted now. If not, the set is looked at again when it may.
func (r *reconciler) mayDelete(now sim.Time, set *cluster.DaemonSet, node string) bool {
	key := failureKey{set.UID, set.Status.ObservedGeneration, node}
	b := r.backoffs[key]
	if b == nil || now.Sub(b.last) > 2*mostBackoff {
		r.backoffs[key] = &backoff{firstBackoff, now}
		return true
	}
	if now.Sub(b.last) < b.wait {
		r.self.EnqueueAfter(set.NamespacedName, b.wait)
		return false
	}
	b.wait, b.last = min(2*b.wait, mostBackoff), now
	return true
}
