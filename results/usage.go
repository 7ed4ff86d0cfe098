package results

import (
	"slices"
	"strings"

	"github.com/wavetank/wavetank/sim/cluster"
)

// The resources that every run has, by their place in a vector. Extended resources follow in the order of appearance.
const (
	resourceCPU = iota
	resourceMemory
	resourceGPU
	resourceStorage
	firstExtended
)

// resource is one resource over all nodes that are up.
type resource struct {
	name        string
	allocated   int64 // requests of the pods placed on nodes that are up
	allocatable int64 // of the nodes that are up
	peak        int64 // largest allocated that lasted
	most        int64 // largest allocatable that lasted

	used, usable             integral // allocated and allocatable over time
	usedMarked, usableMarked integral // at the end of the window, as far as it is known
}

// nodeUse is what one node adds to the resources. It is kept while the node exists or holds pods.
type nodeUse struct {
	allocatable []int64 // by resource; nil: the node does not exist
	allocated   []int64
	up          bool // it exists and is not down: it counts
	pods        int
}

// usage keeps the sums over the nodes, and their integrals over time.
type usage struct {
	resources []resource
	index     map[cluster.ResourceName]int // of extended resources
	nodes     map[string]*nodeUse
	up        int // nodes that are up
	mostUp    int
}

func newUsage() *usage {
	u := &usage{index: map[cluster.ResourceName]int{}, nodes: map[string]*nodeUse{}}
	for _, name := range [...]string{"cpu", "memory", "gpu", "ephemeral-storage"} {
		u.resources = append(u.resources, resource{name: name})
	}
	return u
}

// place counts a pod to its node, with sign 1, or takes it away again, with sign -1.
func (u *usage) place(p *cluster.Pod, sign int64) {
	n := u.node(p.NodeName)
	u.addTo(&n.allocated, p.Spec.Requests(), p.Spec.GPU.Total(), sign)
	if n.up {
		u.countAllocated(p.Spec.Requests(), p.Spec.GPU.Total(), sign)
	}
	n.pods += int(sign)
	u.forget(p.NodeName, n)
}

// countAllocated changes the sums by one pod, without a walk over all resources.
func (u *usage) countAllocated(r *cluster.Resources, gpuMilli, sign int64) {
	u.resources[resourceCPU].allocated += sign * r.MilliCPU
	u.resources[resourceMemory].allocated += sign * r.Memory
	u.resources[resourceGPU].allocated += sign * gpuMilli
	u.resources[resourceStorage].allocated += sign * r.EphemeralStorage
	for _, a := range r.Extended {
		u.resources[u.extended(a.Name)].allocated += sign * a.Value
	}
}

// set says what a node is now; nil: it does not exist any more.
func (u *usage) set(name string, node *cluster.Node) {
	n := u.node(name)
	u.count(n, -1)
	n.allocatable, n.up = n.allocatable[:0], node != nil && !node.Down
	if node != nil {
		u.addTo(&n.allocatable, &node.Allocatable, int64(node.GPUs)*cluster.DeviceMilli, 1)
	}
	u.count(n, 1)
	u.forget(name, n)
}

// count adds a node that is up to the sums, or takes it away.
func (u *usage) count(n *nodeUse, sign int64) {
	if !n.up {
		return
	}
	u.up += int(sign)
	for i, v := range n.allocatable {
		u.resources[i].allocatable += sign * v
	}
	for i, v := range n.allocated {
		u.resources[i].allocated += sign * v
	}
}

// addTo adds a vector of the cluster to one of ours.
func (u *usage) addTo(to *[]int64, r *cluster.Resources, gpuMilli, sign int64) {
	v := grow(*to, firstExtended)
	v[resourceCPU] += sign * r.MilliCPU
	v[resourceMemory] += sign * r.Memory
	v[resourceGPU] += sign * gpuMilli
	v[resourceStorage] += sign * r.EphemeralStorage
	for _, a := range r.Extended {
		i := u.extended(a.Name)
		v = grow(v, i+1)
		v[i] += sign * a.Value
	}
	*to = v
}

// grow lengthens a vector to at least n with zeros.
func grow(v []int64, n int) []int64 {
	for len(v) < n {
		v = append(v, 0)
	}
	return v
}

func (u *usage) extended(name cluster.ResourceName) int {
	i, known := u.index[name]
	if !known {
		i = len(u.resources)
		u.index[name] = i
		u.resources = append(u.resources, resource{name: string(name)})
	}
	return i
}

func (u *usage) node(name string) *nodeUse {
	n, known := u.nodes[name]
	if !known {
		n = &nodeUse{}
		u.nodes[name] = n
	}
	return n
}

func (u *usage) forget(name string, n *nodeUse) {
	if n.pods == 0 && len(n.allocatable) == 0 {
		delete(u.nodes, name)
	}
}

// lasted counts the present state, which held for so many nanoseconds.
func (u *usage) lasted(nanos int64) {
	u.mostUp = max(u.mostUp, u.up)
	for i := range u.resources {
		r := &u.resources[i]
		r.peak, r.most = max(r.peak, r.allocated), max(r.most, r.allocatable)
		r.used.add(r.allocated, nanos)
		r.usable.add(r.allocatable, nanos)
	}
}

// mark moves the end of the window to the present.
func (u *usage) mark() {
	for i := range u.resources {
		r := &u.resources[i]
		r.usedMarked, r.usableMarked = r.used, r.usable
	}
}

// summary returns the resources that some node had or some pod got, over a window of so many nanoseconds.
func (u *usage) summary(nanos int64) []ResourceUse {
	var uses []ResourceUse
	for i := range u.resources {
		if r := &u.resources[i]; i <= resourceMemory || r.most > 0 || r.peak > 0 {
			uses = append(uses, r.summary(i, nanos))
		}
	}
	if len(uses) > 2 { // cpu and memory first, as everybody expects
		slices.SortFunc(uses[2:], func(a, b ResourceUse) int { return strings.Compare(a.Name, b.Name) })
	}
	return uses
}

func (r *resource) summary(i int, nanos int64) ResourceUse {
	s := ResourceUse{Name: r.name, Unit: unitOf(i), PeakAllocated: r.peak, PeakAllocatable: r.most}
	if usable := r.usableMarked.float(); usable > 0 {
		s.Utilisation = r.usedMarked.float() / usable
	}
	if nanos > 0 {
		s.MeanAllocated = r.usedMarked.float() / float64(nanos)
		s.MeanAllocatable = r.usableMarked.float() / float64(nanos)
	}
	return s
}

func unitOf(i int) string {
	switch i {
	case resourceCPU:
		return UnitMilliCPU
	case resourceMemory, resourceStorage:
		return UnitBytes
	case resourceGPU:
		return UnitMilliGPU
	}
	return UnitCount
}
