package cluster

import (
	"cmp"
	"slices"
)

// PodsOn returns the pods that are bound to a node, those that have ended included, in the order in which they were
// created. Not to be changed; valid until the next write. From the first call on the store keeps them by node.
func (s *Store) PodsOn(node string) []*Pod {
	if s.onNode == nil {
		s.onNode = map[string][]*Pod{}
		for _, o := range s.List(KindPod) {
			s.indexNode(nil, o.(*Pod))
		}
	}
	return s.onNode[node]
}

// indexNode keeps the pods by node in step with a change. A pod never leaves its node but by being removed.
func (s *Store) indexNode(before, after *Pod) {
	switch {
	case after == nil && before.NodeName != "":
		list := s.onNode[before.NodeName]
		i, _ := findPod(list, before.UID)
		if list = slices.Delete(list, i, i+1); len(list) == 0 {
			delete(s.onNode, before.NodeName)
			return
		}
		s.onNode[before.NodeName] = list
	case after != nil && after.NodeName != "":
		list := s.onNode[after.NodeName]
		i, there := findPod(list, after.UID)
		if there {
			list[i] = after
			return
		}
		s.onNode[after.NodeName] = slices.Insert(list, i, after)
	}
}

func findPod(list []*Pod, uid UID) (int, bool) {
	return slices.BinarySearchFunc(list, uid, func(p *Pod, u UID) int { return cmp.Compare(p.UID, u) })
}
