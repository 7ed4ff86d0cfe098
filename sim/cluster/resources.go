package cluster

import (
	"math/bits"
	"slices"
	"strings"
)

// ResourceName is the name of a resource as in manifests.
type ResourceName string

// The resources every node has. All other names are extended resources.
const (
	CPU              ResourceName = "cpu"               // milli-CPU in Resources
	Memory           ResourceName = "memory"            // bytes
	EphemeralStorage ResourceName = "ephemeral-storage" // bytes
	Pods             ResourceName = "pods"              // count
)

// Amount is a quantity of one extended resource, in its own integral unit.
type Amount struct {
	Name  ResourceName
	Value int64
}

// Resources is a vector of resource quantities. Extended is sorted by name and has no duplicate.
type Resources struct {
	MilliCPU         int64 // thousandths of a core
	Memory           int64 // bytes
	EphemeralStorage int64 // bytes
	Extended         []Amount
}

// Get returns the quantity of one resource (0 when absent; Pods is not part of the vector).
func (r *Resources) Get(name ResourceName) int64 {
	switch name {
	case CPU:
		return r.MilliCPU
	case Memory:
		return r.Memory
	case EphemeralStorage:
		return r.EphemeralStorage
	}
	if i, ok := r.find(name); ok {
		return r.Extended[i].Value
	}
	return 0
}

// Set sets the quantity of one resource.
func (r *Resources) Set(name ResourceName, value int64) {
	switch name {
	case CPU:
		r.MilliCPU = value
	case Memory:
		r.Memory = value
	case EphemeralStorage:
		r.EphemeralStorage = value
	default:
		i, ok := r.find(name)
		if !ok {
			r.Extended = slices.Insert(r.Extended, i, Amount{Name: name})
		}
		r.Extended[i].Value = value
	}
}

func (r *Resources) find(name ResourceName) (int, bool) {
	return slices.BinarySearchFunc(r.Extended, name, func(a Amount, n ResourceName) int {
		return strings.Compare(string(a.Name), string(n))
	})
}

// Add adds o to r in place. r must own its Extended slice.
func (r *Resources) Add(o *Resources) { r.addScaled(o, 1) }

// Sub subtracts o from r in place. r must own its Extended slice.
func (r *Resources) Sub(o *Resources) { r.addScaled(o, -1) }

func (r *Resources) addScaled(o *Resources, sign int64) {
	r.MilliCPU += sign * o.MilliCPU
	r.Memory += sign * o.Memory
	r.EphemeralStorage += sign * o.EphemeralStorage
	for _, a := range o.Extended {
		r.Set(a.Name, r.Get(a.Name)+sign*a.Value)
	}
}

// Max raises every quantity of r to at least that of o, in place.
func (r *Resources) Max(o *Resources) {
	r.MilliCPU = max(r.MilliCPU, o.MilliCPU)
	r.Memory = max(r.Memory, o.Memory)
	r.EphemeralStorage = max(r.EphemeralStorage, o.EphemeralStorage)
	for _, a := range o.Extended {
		r.Set(a.Name, max(r.Get(a.Name), a.Value))
	}
}

// Clone returns a copy that shares nothing with r.
func (r *Resources) Clone() Resources {
	c := *r
	c.Extended = slices.Clone(r.Extended)
	return c
}

// Equal tells whether two vectors are equal; an absent resource equals zero.
func (r *Resources) Equal(o *Resources) bool {
	if r.MilliCPU != o.MilliCPU || r.Memory != o.Memory || r.EphemeralStorage != o.EphemeralStorage {
		return false
	}
	return r.coversExtended(o) && o.coversExtended(r)
}

func (r *Resources) coversExtended(o *Resources) bool {
	for _, a := range o.Extended {
		if r.Get(a.Name) != a.Value {
			return false
		}
	}
	return true
}

// DeviceMilli is the capacity of one GPU in milli-GPU.
const DeviceMilli = 1000

// MaxDevices is the largest number of GPUs on one node.
const MaxDevices = 64

// GPURequest asks for GPUs of one node as the openb trace does: either a share of one device (Devices 1, Milli below
// 1000) or whole devices (Milli 1000). The zero value asks for none.
type GPURequest struct {
	Devices int
	Milli   int64 // of each device
}

// Total returns the request in milli-GPU over all its devices.
func (g GPURequest) Total() int64 { return int64(g.Devices) * g.Milli }

// DeviceSet is a set of GPUs of one node, by bit.
type DeviceSet uint64

// Len returns the number of devices in the set.
func (d DeviceSet) Len() int { return bits.OnesCount64(uint64(d)) }

// PickDevices chooses the devices for a request, given what is free on each device in milli-GPU, and tells whether they
// suffice. A share goes to the fitting device with the least left (tightest fit, lowest number on a tie), whole devices
// to the lowest-numbered empty ones: the choice of open-gpu-share in the artefact of "Beware of Fragmentation"
// (Weng et al., USENIX ATC 2023), which the openb trace comes from.
func PickDevices(free []int64, want GPURequest) (DeviceSet, bool) {
	if want.Devices == 0 {
		return 0, true
	}
	if want.Devices == 1 {
		return tightestDevice(free, want.Milli)
	}
	var set DeviceSet
	for i, f := range free {
		if f >= want.Milli && set.Len() < want.Devices {
			set |= 1 << i
		}
	}
	return set, set.Len() == want.Devices
}

func tightestDevice(free []int64, milli int64) (DeviceSet, bool) {
	best := -1
	for i, f := range free {
		if f >= milli && (best < 0 || f < free[best]) {
			best = i
		}
	}
	if best < 0 {
		return 0, false
	}
	return 1 << best, true
}
