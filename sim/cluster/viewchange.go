package cluster

import "maps"

// ViewOp is what happened to a Snapshot.
type ViewOp uint8

// The changes of a Snapshot.
const (
	ViewNode        ViewOp = iota + 1 // a node was added, or replaced with all that hangs on it
	ViewNodeUpdate                    // the object of a node was replaced
	ViewNodeGone                      // a node was removed
	ViewPod                           // a pod was placed
	ViewPodUpdate                     // a newer version took the place of Old
	ViewPodGone                       // a pod was taken off its node
	ViewNominated                     // room is being made for a pod
	ViewUnnominated                   // and no more
)

// ViewChange is one change of a Snapshot. The sequence of changes is the whole Snapshot: applied to an empty one they
// give an equal one, with the same order of nodes and pods, and so the same decisions.
type ViewChange struct {
	Op   ViewOp
	Node *Node
	Pod  *Pod
	Old  *Pod // ViewPodUpdate: the version before
}

// OnViewChange has fn called with every change of the snapshot, before it is made. There is one listener.
func (s *Snapshot) OnViewChange(fn func(ViewChange)) { s.journal = fn }

func (s *Snapshot) tell(c ViewChange) {
	if s.journal != nil {
		s.journal(c)
	}
}

// Apply makes a change that another Snapshot told of.
func (s *Snapshot) Apply(c ViewChange) {
	switch c.Op {
	case ViewNode:
		s.AddNode(c.Node)
	case ViewNodeUpdate:
		s.UpdateNode(c.Node)
	case ViewNodeGone:
		s.RemoveNode(c.Node.Name)
	case ViewPod:
		s.AddPod(c.Pod)
	case ViewPodUpdate:
		s.ReplacePod(c.Old, c.Pod)
	case ViewPodGone:
		s.RemovePod(c.Pod)
	case ViewNominated:
		s.Nominate(c.Pod)
	case ViewUnnominated:
		s.Unnominate(c.Pod.UID)
	}
}

// ReplacePod puts a newer version of a pod in the place of the old one. Only what the scheduler may look at moves the
// generation: labels, spec and deletion.
func (s *Snapshot) ReplacePod(before, after *Pod) {
	info := s.byName[before.NodeName]
	if info == nil {
		return
	}
	s.tell(ViewChange{Op: ViewPodUpdate, Old: before, Pod: after})
	for _, list := range []([]*Pod){info.Pods, info.PodsWithAffinity, info.PodsWithRequiredAntiAffinity} {
		for i, p := range list {
			if p.UID == after.UID {
				list[i] = after
				break
			}
		}
	}
	if before.Spec != after.Spec || before.Deleting != after.Deleting || !maps.Equal(before.Labels, after.Labels) {
		s.touch(info)
	}
}
