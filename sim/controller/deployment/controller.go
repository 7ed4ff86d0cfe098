package deployment

import (
	"maps"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// The reasons of the controller's writes, as kubectl's events name them where there is one.
const (
	ReasonScaled   cluster.Reason = "ScalingReplicaSet"
	ReasonRevision cluster.Reason = "ReplicaSetRevision"
	ReasonStatus   cluster.Reason = "DeploymentStatus"
	ReasonCleanup  cluster.Reason = "RevisionHistoryLimit"
)

// reconciler rolls Deployments out.
type reconciler struct {
	store   *cluster.Store
	self    *controller.Controller
	orphans *controller.Orphans
}

// New returns the controller of all Deployments of the store. It must be made before the first write to the store.
func New(engine *sim.Engine, store *cluster.Store, opts controller.Options) *controller.Controller {
	r := &reconciler{store: store, orphans: controller.NewOrphans(store, cluster.KindReplicaSet)}
	c := controller.New("deployment", engine, store, r, opts)
	r.self = c
	c.Watch(controller.Itself, cluster.KindDeployment)
	c.Watch(r.concerned, cluster.KindReplicaSet)
	c.Watch(r.emptied, cluster.KindPod)
	return c
}

// concerned names the Deployments that a change of a ReplicaSet is news for: its owners, or who might adopt it.
func (r *reconciler) concerned(change *cluster.Change) []cluster.NamespacedName {
	names := controller.OwnerOf(cluster.KindDeployment)(change)
	if change.New == nil {
		return names
	}
	if old := change.Old; old != nil && old.Meta().ControllerRef() == nil && maps.Equal(old.Meta().Labels, change.New.Meta().Labels) {
		return names
	}
	return append(names, controller.Selecting(r.store, cluster.KindDeployment, change.New)...)
}

// emptied names the Deployment that recreates its pods and has lost the last of the old ones.
func (r *reconciler) emptied(change *cluster.Change) []cluster.NamespacedName {
	if change.Verb != cluster.Deleted {
		return nil
	}
	for _, name := range controller.OwnerOf(cluster.KindReplicaSet)(change) {
		d := r.owner(name)
		if d != nil && d.Recreate && r.pods(d) == 0 {
			return []cluster.NamespacedName{d.NamespacedName}
		}
	}
	return nil
}

// owner returns the Deployment that manages a ReplicaSet, nil if there is none.
func (r *reconciler) owner(replicaSet cluster.NamespacedName) *cluster.Deployment {
	rs := r.store.Get(cluster.KindReplicaSet, replicaSet)
	if rs == nil {
		return nil
	}
	ref := rs.Meta().ControllerRef()
	if ref == nil || ref.Kind != cluster.KindDeployment.String() {
		return nil
	}
	d, _ := r.store.Get(cluster.KindDeployment, cluster.NamespacedName{Namespace: replicaSet.Namespace, Name: ref.Name}).(*cluster.Deployment)
	return d
}

func (r *reconciler) pods(d *cluster.Deployment) int {
	n := 0
	for _, o := range r.store.Owned(d.UID) {
		n += len(r.store.Owned(o.Meta().UID))
	}
	return n
}

// Reconcile implements controller.Reconciler.
func (r *reconciler) Reconcile(now sim.Time, name cluster.NamespacedName, calls *controller.Calls) (controller.Result, error) {
	d, ok := r.store.Get(cluster.KindDeployment, name).(*cluster.Deployment)
	if !ok {
		return controller.Result{}, nil
	}
	w := r.begin(now, d, calls)
	switch {
	case d.Selector.Empty(): // it would select all pods
		w.d.Status.ObservedGeneration = d.Generation
		calls.Conclude(func(sim.Time, error) (controller.Call, controller.Result) {
			return w.writeIfChanged(), controller.Result{}
		})
	case d.Deleting:
		w.syncRevision()
		w.conclude(w.scaleStatus)
	default:
		w.roll()
	}
	return controller.Result{}, nil
}

// roll takes the next step of a Deployment (deployment_controller.go: syncDeployment).
func (w *work) roll() {
	w.notePause()
	if revised := w.syncRevision(); revised && !w.d.Paused {
		return // the ReplicaSet's change brings the next reconcile; upstream's fails here, with a conflict with itself
	}
	switch {
	case w.d.Paused, w.resized():
		w.scale()
		if w.d.Paused {
			w.cleanUp()
		}
		w.conclude(w.scaleStatus)
	case w.d.Recreate:
		w.recreate()
		w.conclude(w.rolloutStatus)
	default:
		w.rollingUpdate()
		w.conclude(w.rolloutStatus)
	}
}
