package plugins

import "github.com/wavetank/wavetank/sim/cluster"

// usage is one resource of a node, in the resource's unit, as a score sees it.
type usage struct {
	pod         int64 // what the pod asks for
	allocated   int64 // what the pods there ask for
	allocatable int64 // what the node has; 0: the resource takes no part in the score
}

// nonZeroUsage assumes DefaultMilliCPU and DefaultMemory for containers that state no request, so that pods without
// requests spread too (plugins/noderesources/resource_allocation.go: calculateNodeAllocatableRequest, v1.36).
func nonZeroUsage(spec *cluster.PodSpec, node *cluster.NodeInfo, name cluster.ResourceName) usage {
	switch name {
	case cluster.CPU:
		return usage{spec.NonZeroMilliCPU(), node.NonZeroMilliCPU, node.Node.Allocatable.MilliCPU}
	case cluster.Memory:
		return usage{spec.NonZeroMemory(), node.NonZeroMemory, node.Node.Allocatable.Memory}
	}
	return statedUsage(spec, node, name)
}

// statedUsage takes requests as they are stated. An extended resource takes no part if the pod does not ask for it.
func statedUsage(spec *cluster.PodSpec, node *cluster.NodeInfo, name cluster.ResourceName) usage {
	asked, used, has := spec.Requests(), &node.Requested, &node.Node.Allocatable
	switch name {
	case cluster.CPU:
		return usage{asked.MilliCPU, used.MilliCPU, has.MilliCPU}
	case cluster.Memory:
		return usage{asked.Memory, used.Memory, has.Memory}
	case cluster.EphemeralStorage:
		return usage{asked.EphemeralStorage, used.EphemeralStorage, has.EphemeralStorage}
	}
	want := asked.Get(name)
	if want == 0 {
		return usage{}
	}
	return usage{want, used.Get(name), has.Get(name)}
}
