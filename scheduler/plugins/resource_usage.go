package plugins

import "github.com/wavetank/wavetank/sim/cluster"

// usage is one resource of a node, in the resource's unit, as a score sees it.
type usage struct {
	pod         int64 // what the pod asks for
	allocated   int64 // what the pods there ask for
	allocatable int64 // what the node has; 0: the resource takes no part in the score
}

// nonZeroUsage assumes DefaultMilliCPU and DefaultMemory for containers that state no request, so that pods without
// requests spread too (plugins/noderesources/resource_allocation.go: calculateNodeAllocatableRequest, v1.36). Of the pod
// itself the containers' requests count, and pod-level requests do not, though those of the pods on the node do: NewFit in
// plugins/noderesources/fit.go, v1.36, never tells its scorer that pod-level resources are on.
func nonZeroUsage(spec *cluster.PodSpec, node *cluster.NodeInfo, name cluster.ResourceName) usage {
	u := usageOf(spec.ContainerRequests(), node, name)
	switch name {
	case cluster.CPU:
		u.allocated = node.NonZeroMilliCPU
	case cluster.Memory:
		u.allocated = node.NonZeroMemory
	}
	return u
}

// statedUsage takes requests as they are stated.
func statedUsage(spec *cluster.PodSpec, node *cluster.NodeInfo, name cluster.ResourceName) usage {
	return usageOf(spec.Requests(), node, name)
}

// usageOf compares one resource. An extended resource takes no part if the pod does not ask for it.
func usageOf(asked *cluster.Resources, node *cluster.NodeInfo, name cluster.ResourceName) usage {
	used, has := &node.Requested, &node.Node.Allocatable
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
