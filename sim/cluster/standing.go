package cluster

// Snapshot returns the store's cluster as a scheduler sees it that has heard all news: nodes and pods in order of their
// names, pods that have ended left out, waiting pods with a nominated node nominated to it.
func (s *Store) Snapshot() *Snapshot {
	view := NewSnapshot(s)
	view.Now = s.Now()
	for _, o := range s.List(KindNode) {
		view.AddNode(o.(*Node))
	}
	for _, o := range s.List(KindPod) {
		switch p := o.(*Pod); {
		case p.Terminal():
		case p.NodeName != "":
			view.AddPod(p)
		default:
			view.Nominate(p)
		}
	}
	return view
}
