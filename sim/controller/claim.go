package controller

import (
	"cmp"
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
)

// The reasons of changed ownership.
const (
	ReasonAdopted  cluster.Reason = "Adopted"
	ReasonReleased cluster.Reason = "Released"
)

// Orphans knows the labelled objects of one kind that no controller manages. It follows every change, so that a
// reconcile need not look through all objects for the few that have no owner.
type Orphans struct {
	store *cluster.Store
	kind  cluster.Kind
	names map[string]map[string]bool // by namespace
}

// NewOrphans returns the orphans of a kind in the store, now and later.
func NewOrphans(store *cluster.Store, kind cluster.Kind) *Orphans {
	o := &Orphans{store: store, kind: kind, names: map[string]map[string]bool{}}
	for _, object := range store.List(kind) {
		o.note(object, true)
	}
	store.Observe(func(c *cluster.Change) {
		if c.Object().Kind() == kind {
			o.note(c.Object(), c.New != nil)
		}
	})
	return o
}

func (o *Orphans) note(object cluster.Object, exists bool) {
	m := object.Meta()
	here := o.names[m.Namespace]
	switch {
	case exists && m.ControllerRef() == nil && len(m.Labels) > 0:
		if here == nil {
			here = map[string]bool{}
			o.names[m.Namespace] = here
		}
		here[m.Name] = true
	case here[m.Name]:
		delete(here, m.Name)
	}
}

// Matching returns the orphans of a namespace that a selector selects, in order of creation.
func (o *Orphans) Matching(namespace string, selector *cluster.Selector) []cluster.Object {
	var found []cluster.Object
	for name := range o.names[namespace] {
		object := o.store.Get(o.kind, cluster.NamespacedName{Namespace: namespace, Name: name})
		if selector.Matches(object.Meta().Labels) {
			found = append(found, object)
		}
	}
	slices.SortFunc(found, func(a, b cluster.Object) int { return cmp.Compare(a.Meta().UID, b.Meta().UID) })
	return found
}

// Claim returns the objects that an owner manages by its selector: those it owns and selects, and the orphans it
// selects. It asks for the calls that adopt the latter and release those it owns and does not select. An owner that is
// being deleted claims nothing new and releases nothing (pkg/controller/controller_ref_manager.go: ClaimObject, v1.36.3).
func Claim[T cluster.Object](calls *Calls, owner cluster.SelectsPods, owned, orphans []T) []T {
	var claimed []T
	dying := owner.Meta().Deleting
	for _, o := range owned {
		switch {
		case owner.PodSelector().Matches(o.Meta().Labels):
			claimed = append(claimed, o)
		case !dying:
			calls.Do(release(o, owner.Meta().UID))
		}
	}
	for _, o := range orphans {
		if !dying && !o.Meta().Deleting && owner.PodSelector().Matches(o.Meta().Labels) {
			calls.Do(adopt(o, Ref(owner)))
			claimed = append(claimed, o)
		}
	}
	return claimed
}

// adopt makes an owner the managing controller. An object that is gone, or was adopted by another meanwhile, is no error.
func adopt[T cluster.Object](o T, ref cluster.OwnerReference) Call {
	return func(s *cluster.Store) error {
		now := s.Get(o.Kind(), o.Meta().NamespacedName)
		if now == nil || now.Meta().UID != o.Meta().UID || now.Meta().ControllerRef() != nil {
			return nil
		}
		return cluster.Edit(s, cluster.KeyOf(o), ReasonAdopted, func(o T) {
			o.Meta().Owners = append(slices.Clone(o.Meta().Owners), ref)
		})
	}
}

func release[T cluster.Object](o T, owner cluster.UID) Call {
	return func(s *cluster.Store) error {
		return IgnoreGone(cluster.Edit(s, cluster.KeyOf(o), ReasonReleased, func(o T) {
			o.Meta().Owners = slices.DeleteFunc(slices.Clone(o.Meta().Owners), func(r cluster.OwnerReference) bool { return r.UID == owner })
		}))
	}
}

// Selecting returns the names of the objects of a kind, in the namespace of o, that select it by label: who might adopt
// it. An object without labels, and one that has a controller, is nobody's business.
func Selecting(s *cluster.Store, kind cluster.Kind, o cluster.Object) []cluster.NamespacedName {
	m := o.Meta()
	if len(m.Labels) == 0 || m.ControllerRef() != nil {
		return nil
	}
	var names []cluster.NamespacedName
	for _, candidate := range s.List(kind) {
		set, ok := candidate.(cluster.SelectsPods)
		if ok && candidate.Meta().Namespace == m.Namespace && !set.PodSelector().Empty() && set.PodSelector().Matches(m.Labels) {
			names = append(names, candidate.Meta().NamespacedName)
		}
	}
	return names
}
