package cluster

import "github.com/wavetank/wavetank/sim"

// Lister reads objects other than nodes and their pods. The Store is one.
type Lister interface {
	Get(kind Kind, name NamespacedName) Object // nil if there is none
	List(kind Kind) []Object                   // by namespace and name; not to be changed
}

// ImageState is an image as the scheduler's cache knows it: its size on the node that reported it first.
type ImageState struct {
	SizeBytes int64
	Nodes     int // how many nodes hold it

	holders map[string]bool
}

// Snapshot is the cluster as one scheduling cycle sees it. It is kept up to date by single changes instead of being
// taken anew for each cycle: between two changes it stands still, and nothing changes while an algorithm decides.
type Snapshot struct {
	Lister
	Now sim.Time // the instant of the cycle

	nominated map[string][]*Pod // node -> pods for which room is being made there
	byName    map[string]*NodeInfo
	tree      nodeTree
	nodes     []*NodeInfo
	stale     bool // nodes does not follow tree

	affinity, antiAffinity           []*NodeInfo
	affinityStale, antiAffinityStale bool

	images map[string]*ImageState

	handles     int
	freeHandles []int
	generation  uint64
	epoch       uint64

	journal func(ViewChange) // nil: nobody listens
}

// NewSnapshot returns an empty cluster that reads other objects from l, which may be nil.
func NewSnapshot(l Lister) *Snapshot {
	if l == nil {
		l = noObjects{}
	}
	return &Snapshot{Lister: l, byName: map[string]*NodeInfo{}, nominated: map[string][]*Pod{}, images: map[string]*ImageState{}}
}

type noObjects struct{}

func (noObjects) Get(Kind, NamespacedName) Object { return nil }
func (noObjects) List(Kind) []Object              { return nil }

// Nodes returns all nodes in the scheduler's order: round-robin over the zones, so that a search that stops early has
// seen every zone (backend/cache/node_tree.go, v1.36). Not to be changed.
func (s *Snapshot) Nodes() []*NodeInfo {
	if s.stale {
		s.nodes = s.tree.order(s.nodes[:0], s.byName)
		s.stale, s.affinityStale, s.antiAffinityStale = false, true, true
	}
	return s.nodes
}

// Node returns a node by name, nil if there is none.
func (s *Snapshot) Node(name string) *NodeInfo {
	if n := s.byName[name]; n != nil && n.Node != nil {
		return n
	}
	return nil
}

// Handles returns the upper bound of all NodeInfo.Index, for dense tables.
func (s *Snapshot) Handles() int { return s.handles }

// Generation moves whenever any node or pod here changes.
func (s *Snapshot) Generation() uint64 { return s.generation }

// Epoch moves whenever the set of nodes or of their images changes: what was computed over the whole cluster is then void.
func (s *Snapshot) Epoch() uint64 { return s.epoch }

// AddNode adds a node, or replaces the object of a known one.
func (s *Snapshot) AddNode(node *Node) {
	s.tell(ViewChange{Op: ViewNode, Node: node})
	s.setNode(node)
}

// setNode makes the node known with all that hangs on its object.
func (s *Snapshot) setNode(node *Node) {
	info := s.info(node.Name)
	if old := info.Node; old != nil {
		s.tree.remove(old)
		s.forgetImages(old)
	}
	s.tree.add(node)
	s.learnImages(node)
	info.SetNode(node)
	s.touch(info)
	s.stale = true
	s.epoch++
}

// UpdateNode replaces the object of a node. Only a change of its zone or images costs more than the replacement.
func (s *Snapshot) UpdateNode(node *Node) {
	s.tell(ViewChange{Op: ViewNodeUpdate, Node: node})
	info := s.byName[node.Name]
	if info == nil || info.Node == nil || zoneOf(info.Node) != zoneOf(node) || !sameImages(info.Node, node) {
		s.setNode(node)
		return
	}
	info.SetNode(node)
	s.touch(info)
}

// RemoveNode removes a node. Its pods stay known until they are removed.
func (s *Snapshot) RemoveNode(name string) {
	info := s.byName[name]
	if info == nil || info.Node == nil {
		return
	}
	s.tell(ViewChange{Op: ViewNodeGone, Node: info.Node})
	s.tree.remove(info.Node)
	s.forgetImages(info.Node)
	info.Node = nil
	s.touch(info)
	s.stale = true
	s.epoch++
	s.dropIfEmpty(name, info)
}

// AddPod puts a pod on its node (pod.NodeName).
func (s *Snapshot) AddPod(p *Pod) {
	s.tell(ViewChange{Op: ViewPod, Pod: p})
	info := s.info(p.NodeName)
	info.AddPod(p)
	s.touch(info)
	s.podAffinityMoved(p)
}

// RemovePod takes a pod off its node, and tells whether it was there.
func (s *Snapshot) RemovePod(p *Pod) bool {
	info := s.byName[p.NodeName]
	if info == nil || !info.RemovePod(p) {
		return false
	}
	s.tell(ViewChange{Op: ViewPodGone, Pod: p})
	s.touch(info)
	s.podAffinityMoved(p)
	s.dropIfEmpty(p.NodeName, info)
	return true
}

func (s *Snapshot) podAffinityMoved(p *Pod) {
	if p.Spec.HasPodAffinity() {
		s.affinityStale, s.antiAffinityStale = true, true
	}
}

func (s *Snapshot) info(name string) *NodeInfo {
	info := s.byName[name]
	if info == nil {
		info = &NodeInfo{Index: s.takeHandle()}
		s.byName[name] = info
		s.touch(info)
	}
	return info
}

func (s *Snapshot) takeHandle() int {
	if n := len(s.freeHandles); n > 0 {
		h := s.freeHandles[n-1]
		s.freeHandles = s.freeHandles[:n-1]
		return h
	}
	s.handles++
	return s.handles - 1
}

func (s *Snapshot) dropIfEmpty(name string, info *NodeInfo) {
	if info.Node == nil && len(info.Pods) == 0 {
		delete(s.byName, name)
		s.freeHandles = append(s.freeHandles, info.Index)
	}
}

// touch gives the node a generation that no node ever had.
func (s *Snapshot) touch(info *NodeInfo) {
	s.generation++
	info.Generation = s.generation
}

// NodesWithAffinity returns, in the order of Nodes, the nodes that hold a pod with any rule about other pods.
func (s *Snapshot) NodesWithAffinity() []*NodeInfo {
	nodes := s.Nodes()
	if s.affinityStale {
		s.affinityStale = false
		s.affinity = filterNodes(s.affinity[:0], nodes, func(n *NodeInfo) bool { return len(n.PodsWithAffinity) > 0 })
	}
	return s.affinity
}

// NodesWithRequiredAntiAffinity returns, in the order of Nodes, the nodes that hold a pod with required anti-affinity.
func (s *Snapshot) NodesWithRequiredAntiAffinity() []*NodeInfo {
	nodes := s.Nodes()
	if s.antiAffinityStale {
		s.antiAffinityStale = false
		s.antiAffinity = filterNodes(s.antiAffinity[:0], nodes, func(n *NodeInfo) bool { return len(n.PodsWithRequiredAntiAffinity) > 0 })
	}
	return s.antiAffinity
}

func filterNodes(into, nodes []*NodeInfo, keep func(*NodeInfo) bool) []*NodeInfo {
	for _, n := range nodes {
		if keep(n) {
			into = append(into, n)
		}
	}
	return into
}

// Nominate records that room is being made for a pod on the node named in its status, in place of an earlier record.
func (s *Snapshot) Nominate(p *Pod) {
	s.Unnominate(p.UID)
	if node := p.Status.NominatedNode; node != "" {
		s.tell(ViewChange{Op: ViewNominated, Pod: p})
		s.nominated[node] = append(s.nominated[node], p)
	}
}

// Unnominate forgets the nomination of a pod.
func (s *Snapshot) Unnominate(uid UID) {
	for node, pods := range s.nominated {
		if p := removePod(&pods, uid); p != nil {
			s.tell(ViewChange{Op: ViewUnnominated, Pod: p})
			s.nominated[node] = pods
			if len(pods) == 0 {
				delete(s.nominated, node)
			}
		}
	}
}

// AnyNominated tells whether room is being made for any pod.
func (s *Snapshot) AnyNominated() bool { return len(s.nominated) > 0 }

// Nominated returns the pods for which room is being made on a node.
func (s *Snapshot) Nominated(node string) []*Pod {
	if len(s.nominated) == 0 {
		return nil
	}
	return s.nominated[node]
}

// NamespaceLabels returns the labels of a namespace; one that nobody declared has its name as its only label.
func (s *Snapshot) NamespaceLabels(name string) Labels {
	if ns, ok := s.Get(KindNamespace, NamespacedName{Name: name}).(*Namespace); ok {
		return ns.Labels
	}
	return Labels{"kubernetes.io/metadata.name": name}
}
