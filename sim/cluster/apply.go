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
		replace(to, from.(*Deployment), &to.Status)
	case *ReplicaSet:
		replace(to, from.(*ReplicaSet), &to.Status)
	case *StatefulSet:
		replace(to, from.(*StatefulSet), &to.Status)
	case *DaemonSet:
		replace(to, from.(*DaemonSet), &to.Status)
	case *Job:
		replace(to, from.(*Job), &to.Status)
	case *CronJob:
		last, scheduled, active := to.LastSchedule, to.Scheduled, to.Active
		*to = *from.(*CronJob)
		to.LastSchedule, to.Scheduled, to.Active = last, scheduled, active
	case *PodDisruptionBudget:
		old := *to
		*to = *from.(*PodDisruptionBudget)
		to.KeepStatus(&old)
	case *HorizontalPodAutoscaler:
		replace(to, from.(*HorizontalPodAutoscaler), &to.Status)
	case *Node:
		replace(to, from.(*Node), &to.NodeState)
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

// replace gives an object all of another but its own status, which is a field of the first.
func replace[O, S any](into, from *O, status *S) {
	kept := *status
	*into = *from
	*status = kept
}
