package replicaset

import (
	"maps"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// ReasonStatus is the reason of the controller's writes of a status.
const ReasonStatus cluster.Reason = "ReplicaSetStatus"

// BurstReplicas is the most pods that one reconcile creates or deletes (pkg/controller/replicaset/replica_set.go:
// BurstReplicas, v1.36.3).
const BurstReplicas = 500

// reconciler keeps the pods of ReplicaSets.
type reconciler struct {
	engine  *sim.Engine
	store   *cluster.Store
	names   *controller.Names
	orphans *controller.Orphans
	self    *controller.Controller
}

// New returns the controller of all ReplicaSets of the store. It must be made before the first write to the store.
func New(engine *sim.Engine, store *cluster.Store, opts controller.Options) *controller.Controller {
	r := &reconciler{engine: engine, store: store, names: controller.NewNames(engine),
		orphans: controller.NewOrphans(store, cluster.KindPod)}
	c := controller.New("replicaset", engine, store, r, opts)
	r.self = c
	c.Watch(controller.Itself, cluster.KindReplicaSet)
	c.Watch(r.concerned, cluster.KindPod)
	return c
}

// concerned names the ReplicaSets that a change of a pod is news for: its owners, or who might adopt it.
func (r *reconciler) concerned(change *cluster.Change) []cluster.NamespacedName {
	names := controller.OwnerOf(cluster.KindReplicaSet)(change)
	before, after := change.Pods()
	if after == nil || before != nil && before.ControllerRef() == nil && maps.Equal(before.Labels, after.Labels) {
		return names
	}
	return append(names, controller.Selecting(r.store, cluster.KindReplicaSet, after)...)
}

// Reconcile implements controller.Reconciler.
func (r *reconciler) Reconcile(now sim.Time, name cluster.NamespacedName, calls *controller.Calls) (controller.Result, error) {
	rs, ok := r.store.Get(cluster.KindReplicaSet, name).(*cluster.ReplicaSet)
	if !ok {
		return controller.Result{}, nil
	}
	owned := r.store.OwnedPods(rs.UID)
	active := controller.Claim(calls, rs, filter(owned, controller.IsActive), r.adoptable(rs))
	terminating := 0
	for _, p := range owned {
		if controller.IsTerminating(p) && rs.Selector.Matches(p.Labels) {
			terminating++
		}
	}
	if !rs.Deleting {
		r.manage(now, rs, active, calls)
	}
	calls.Conclude(func(now sim.Time, err error) (controller.Call, controller.Result) {
		status := count(r.store, rs, active, terminating, now)
		setFailure(&status, rs, len(active), err, r.store.WholeSecond(now))
		return writeStatus(rs, status), nextLook(r.store, rs, &status, active, now)
	})
	return controller.Result{}, nil
}

func filter(pods []*cluster.Pod, keep func(*cluster.Pod) bool) []*cluster.Pod {
	var kept []*cluster.Pod
	for _, p := range pods {
		if keep(p) {
			kept = append(kept, p)
		}
	}
	return kept
}

// adoptable returns the active pods without a controller that a ReplicaSet selects.
func (r *reconciler) adoptable(rs *cluster.ReplicaSet) []*cluster.Pod {
	var pods []*cluster.Pod
	for _, o := range r.orphans.Matching(rs.Namespace, rs.Selector) {
		if p := o.(*cluster.Pod); controller.IsActive(p) {
			pods = append(pods, p)
		}
	}
	return pods
}

// manage asks for the pods that are missing, or for the end of those that are too many.
func (r *reconciler) manage(now sim.Time, rs *cluster.ReplicaSet, active []*cluster.Pod, calls *controller.Calls) {
	create, remove := Difference(rs.Replicas, len(active))
	var batch []controller.Call
	for range create {
		batch = append(batch, r.self.Recorded(rs.UID, r.names.Create(rs, rs.Template)))
	}
	calls.SlowStart(batch)
	if remove == 0 {
		return
	}
	var deletions []controller.Call
	for _, p := range PodsToDelete(r.ranked(active, r.related(rs)), remove, now) {
		deletions = append(deletions, r.self.Recorded(rs.UID, controller.DeletePod(cluster.KeyOf(p))))
	}
	calls.Together(deletions...)
}

// related returns the pods of all ReplicaSets with the same controller, the ReplicaSet's own among them: the old and the
// new pods of a Deployment. It has none if it has no controller.
func (r *reconciler) related(rs *cluster.ReplicaSet) []*cluster.Pod {
	ref := rs.ControllerRef()
	if ref == nil {
		return nil
	}
	var pods []*cluster.Pod
	for _, o := range r.store.Owned(ref.UID) {
		if o.Kind() == cluster.KindReplicaSet {
			pods = append(pods, r.store.OwnedPods(o.Meta().UID)...)
		}
	}
	return pods
}

// ranked tells of each pod what the choice of those to delete depends on. Upstream breaks ties by UID, which is random;
// here a draw by the pod's name stands for it.
func (r *reconciler) ranked(pods, related []*cluster.Pod) []Candidate {
	onNode := map[string]int{}
	for _, p := range related {
		if controller.IsActive(p) {
			onNode[p.NodeName]++
		}
	}
	candidates := make([]Candidate, len(pods))
	for i, p := range pods {
		candidates[i] = Candidate{
			Pod: p, Related: onNode[p.NodeName], Cost: DeletionCost(p.Annotations),
			Ready: controller.ReadySince(r.store, p), Created: r.store.WholeSecond(p.CreatedAt),
			Tie: r.engine.Draw("replicaset/uid", p.Namespace, p.Name).Uint64(),
		}
	}
	return candidates
}
