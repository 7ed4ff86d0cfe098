package plugins

import (
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// mostAllocated favours nodes with less room left: it packs pods onto few nodes.
//
// score = sum of weight * (min(requested, allocatable) * 100 / allocatable) / sum of weights over the resources that the
// node has, each division rounded down (plugins/noderesources/most_allocated.go, v1.36).
type mostAllocated struct{}

func (mostAllocated) score(spec *cluster.PodSpec, node *cluster.NodeInfo, resources []ResourceSpec) int64 {
	return weightedMean(spec, node, resources, func(requested, allocatable int64) int64 {
		return min(requested, allocatable) * framework.MaxNodeScore / allocatable
	})
}
