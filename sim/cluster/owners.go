package cluster

import (
	"cmp"
	"slices"
)

// Owned returns the objects that a controller manages, in the order in which they were created. Not to be changed.
func (s *Store) Owned(controller UID) []Object { return s.owned[controller] }

// OwnedPods returns the pods that a controller manages, in the order in which they were created.
func (s *Store) OwnedPods(controller UID) []*Pod {
	var pods []*Pod
	for _, o := range s.owned[controller] {
		if p, ok := o.(*Pod); ok {
			pods = append(pods, p)
		}
	}
	return pods
}

// index keeps owned in step with a change. UIDs rise, so a new object goes to the end of its owner's list.
func (s *Store) index(c *Change) {
	before, after := controllerOf(c.Old), controllerOf(c.New)
	if before == after && before != 0 {
		i, _ := find(s.owned[before], c.New.Meta().UID)
		s.owned[before][i] = c.New
		return
	}
	if before != 0 {
		s.disown(before, c.Old.Meta().UID)
	}
	if after != 0 {
		i, _ := find(s.owned[after], c.New.Meta().UID)
		s.owned[after] = slices.Insert(s.owned[after], i, c.New)
	}
}

func (s *Store) disown(controller, uid UID) {
	list := s.owned[controller]
	i, _ := find(list, uid)
	if list = slices.Delete(list, i, i+1); len(list) == 0 {
		delete(s.owned, controller)
		return
	}
	s.owned[controller] = list
}

func find(list []Object, uid UID) (int, bool) {
	return slices.BinarySearchFunc(list, uid, func(o Object, u UID) int { return cmp.Compare(o.Meta().UID, u) })
}

func controllerOf(o Object) UID {
	if o == nil || len(o.Meta().Owners) == 0 {
		return 0
	}
	if ref := o.Meta().ControllerRef(); ref != nil {
		return ref.UID
	}
	return 0
}
