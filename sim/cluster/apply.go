package cluster

import (
	"fmt"
	"maps"
	"reflect"
)

// Apply makes the object true: it is created, or what is there under its name gets its labels, annotations and spec, and
// keeps its identity and status, as kubectl apply does with a complete manifest. The generation counts changes of the
// spec. Pods and kinds without a spec of their own cannot be changed that way: ErrAlreadyExists.
func (s *Store) Apply(o Object, reason Reason) error {
	m := o.Meta()
	old := s.Get(o.Kind(), m.NamespacedName)
	if old == nil {
		m.Generation = 1
		return s.Create(o, reason)
	}
	next := old.clone()
	if !respec(next, o) {
		return fmt.Errorf("%v %v: %w", o.Kind(), m.NamespacedName, ErrAlreadyExists)
	}
	changed := !reflect.DeepEqual(old, next)
	if !changed && maps.Equal(old.Meta().Labels, m.Labels) && maps.Equal(old.Meta().Annotations, m.Annotations) {
		return nil
	}
	return Edit(s, KeyOf(old), reason, func(edited Object) {
		respec(edited, o)
		em := edited.Meta()
		em.Labels, em.Annotations = m.Labels, merged(em.Annotations, m.Annotations)
		if changed {
			em.Generation++
		}
	})
}

// merged keeps the annotations that components have added.
func merged(old, stated map[string]string) map[string]string {
	if len(old) == 0 {
		return stated
	}
	all := maps.Clone(old)
	maps.Copy(all, stated)
	return all
}

// respec gives an object the spec of another of its kind, and tells whether it has one.
func respec(into, from Object) bool {
	meta := *into.Meta()
	switch to := into.(type) {
	case *Deployment:
		status := to.Status
		*to = *from.(*Deployment)
		to.Status = status
	case *ReplicaSet:
		status := to.Status
		*to = *from.(*ReplicaSet)
		to.Status = status
	case *StatefulSet:
		status := to.Status
		*to = *from.(*StatefulSet)
		to.Status = status
	case *DaemonSet:
		status := to.Status
		*to = *from.(*DaemonSet)
		to.Status = status
	case *Job:
		status := to.Status
		*to = *from.(*Job)
		to.Status = status
	case *CronJob:
		last, scheduled, active := to.LastSchedule, to.Scheduled, to.Active
		*to = *from.(*CronJob)
		to.LastSchedule, to.Scheduled, to.Active = last, scheduled, active
	case *PodDisruptionBudget:
		allowed, disrupted := to.DisruptionsAllowed, to.DisruptedPods
		*to = *from.(*PodDisruptionBudget)
		to.DisruptionsAllowed, to.DisruptedPods = allowed, disrupted
	case *Node:
		down := to.Down
		*to = *from.(*Node)
		to.Down = down
	case *PodSet:
		*to = *from.(*PodSet)
	case *Namespace:
		*to = *from.(*Namespace)
	case *PriorityClass:
		*to = *from.(*PriorityClass)
	case *ConfigMap:
		*to = *from.(*ConfigMap)
	default:
		return false
	}
	*into.Meta() = meta
	return true
}
