package manifest

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/wavetank/wavetank/sim/cluster"
)

// Apply brings a set into a store that may hold objects of its names already, as kubectl apply does: new objects are
// created in the order of Load, others get the spec, the labels and the annotations of the files, and keep their status.
// What does not change is not written. Of pods, volumes and claims, whose specs are immutable, labels and annotations
// alone are taken. Replicas that the files do not state stay as they are; other numbers that the files leave to the API's
// defaults go back to them.
func Apply(set *Set, store *cluster.Store) error {
	return newLoader(set, store, true).run()
}

// update replaces an object of the store by what a file says of it.
func (l *loader) update(old, next cluster.Object) error {
	applied := l.applied(old, next)
	if asText(applied) == asText(old) {
		return nil
	}
	err := cluster.Edit(l.store, cluster.KeyOf(old), cluster.ReasonUpdated, func(o cluster.Object) { assign(o, applied) })
	if err != nil {
		return fmt.Errorf("%s: %w", l.place(next), err)
	}
	return nil
}

// applied returns what the object becomes: next with the identity and the status of old.
func (l *loader) applied(old, next cluster.Object) cluster.Object {
	result := cluster.NewObject(old.Kind())
	assign(result, old)
	spec := cluster.NewObject(old.Kind())
	assign(spec, next)
	*spec.Meta() = *old.Meta()
	keepStatus(spec, old)
	if l.set.unscaled[next] {
		keepReplicas(spec, old)
	}
	if mutable(old.Kind()) && asText(spec) != asText(old) {
		assign(result, spec)
		if m := result.Meta(); m.Generation > 0 {
			m.Generation++
		}
	}
	m, from := result.Meta(), next.Meta()
	m.Labels, m.Annotations = merged(m.Labels, from.Labels), merged(m.Annotations, from.Annotations)
	return result
}

// mutable tells whether the spec of a kind may change.
func mutable(k cluster.Kind) bool {
	return k != cluster.KindPod && k != cluster.KindPersistentVolume && k != cluster.KindPersistentVolumeClaim
}

func merged[M ~map[string]string](old, next M) M {
	if len(next) == 0 {
		return old
	}
	all := maps.Clone(old)
	if all == nil {
		all = M{}
	}
	maps.Copy(all, next)
	return all
}

// keepStatus puts into an object what files do not decide. A template that says the same stays the same one, as its spec
// is the class of the pods that were made of it.
func keepStatus(o, old cluster.Object) {
	switch o := o.(type) {
	case *cluster.Deployment:
		from := old.(*cluster.Deployment)
		o.Status, o.Template = from.Status, sameTemplate(from.Template, o.Template)
	case *cluster.ReplicaSet:
		from := old.(*cluster.ReplicaSet)
		o.Status, o.Template = from.Status, sameTemplate(from.Template, o.Template)
	case *cluster.StatefulSet:
		from := old.(*cluster.StatefulSet)
		o.Status, o.Template = from.Status, sameTemplate(from.Template, o.Template)
	case *cluster.DaemonSet:
		from := old.(*cluster.DaemonSet)
		o.Status, o.Template = from.Status, sameTemplate(from.Template, o.Template)
	case *cluster.Job:
		from := old.(*cluster.Job)
		o.Status, o.Template = from.Status, from.Template // immutable
	case *cluster.CronJob:
		from := old.(*cluster.CronJob)
		o.LastSchedule, o.Scheduled, o.Active = from.LastSchedule, from.Scheduled, from.Active
	case *cluster.Node:
		o.NodeState = old.(*cluster.Node).NodeState
	case *cluster.PodDisruptionBudget:
		o.KeepStatus(old.(*cluster.PodDisruptionBudget))
	case *cluster.HorizontalPodAutoscaler:
		o.Status = old.(*cluster.HorizontalPodAutoscaler).Status
	}
}

// keepReplicas leaves the replicas as they are: as an autoscaler has set them, for example.
func keepReplicas(o, old cluster.Object) {
	switch o := o.(type) {
	case *cluster.Deployment:
		o.Replicas = old.(*cluster.Deployment).Replicas
	case *cluster.ReplicaSet:
		o.Replicas = old.(*cluster.ReplicaSet).Replicas
	case *cluster.StatefulSet:
		o.Replicas = old.(*cluster.StatefulSet).Replicas
	}
}

func sameTemplate(old, next *cluster.PodTemplate) *cluster.PodTemplate {
	if asText(old) == asText(next) {
		return old
	}
	return next
}

// asText writes all of an object that is modelled.
func asText(o any) string {
	text, err := json.Marshal(o)
	if err != nil {
		panic("manifest: an object that does not marshal: " + err.Error())
	}
	return string(text)
}

// assign copies an object of the same kind.
func assign(to, from cluster.Object) {
	switch to := to.(type) {
	case *cluster.Deployment:
		*to = *from.(*cluster.Deployment)
	case *cluster.ReplicaSet:
		*to = *from.(*cluster.ReplicaSet)
	case *cluster.StatefulSet:
		*to = *from.(*cluster.StatefulSet)
	case *cluster.DaemonSet:
		*to = *from.(*cluster.DaemonSet)
	case *cluster.Job:
		*to = *from.(*cluster.Job)
	case *cluster.CronJob:
		*to = *from.(*cluster.CronJob)
	default:
		assignOther(to, from)
	}
}

func assignOther(to, from cluster.Object) {
	switch to := to.(type) {
	case *cluster.Node:
		*to = *from.(*cluster.Node)
	case *cluster.Pod:
		*to = *from.(*cluster.Pod)
	case *cluster.Namespace:
		*to = *from.(*cluster.Namespace)
	case *cluster.PodSet:
		*to = *from.(*cluster.PodSet)
	case *cluster.PodDisruptionBudget:
		*to = *from.(*cluster.PodDisruptionBudget)
	case *cluster.HorizontalPodAutoscaler:
		*to = *from.(*cluster.HorizontalPodAutoscaler)
	case *cluster.PriorityClass:
		*to = *from.(*cluster.PriorityClass)
	case *cluster.ConfigMap:
		*to = *from.(*cluster.ConfigMap)
	case *cluster.ResourceQuota:
		*to = *from.(*cluster.ResourceQuota)
	case *cluster.LimitRange:
		*to = *from.(*cluster.LimitRange)
	case *cluster.PersistentVolume:
		*to = *from.(*cluster.PersistentVolume)
	case *cluster.PersistentVolumeClaim:
		*to = *from.(*cluster.PersistentVolumeClaim)
	case *cluster.StorageClass:
		*to = *from.(*cluster.StorageClass)
	case *cluster.CSINode:
		*to = *from.(*cluster.CSINode)
	default:
		panic(fmt.Sprintf("manifest: applying an object of kind %v", to.Kind()))
	}
}
