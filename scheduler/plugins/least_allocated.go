package plugins

import (
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// leastAllocated favours nodes with more room left: it spreads pods over nodes.
//
// score = sum of weight * ((allocatable - requested) * 100 / allocatable) / sum of weights over the resources that the
// node has, each division rounded down; a resource asked beyond the node's capacity scores 0
// (plugins/noderesources/least_allocated.go, v1.36).
type leastAllocated struct{}

func (leastAllocated) score(spec *cluster.PodSpec, node *cluster.NodeInfo, resources []ResourceSpec) int64 {
	return weightedMean(spec, node, resources, func(requested, allocatable int64) int64 {
		if requested > allocatable {
			return 0
		}
		return (allocatable - requested) * framework.MaxNodeScore / allocatable
	})
}

// weightedMean is the mean of the resources' scores, rounded down; 0 if the node has none of the resources.
func weightedMean(spec *cluster.PodSpec, node *cluster.NodeInfo, resources []ResourceSpec, score func(requested, allocatable int64) int64) int64 {
	var sum, weights int64
	for i := range resources {
		u := nonZeroUsage(spec, node, resources[i].Name)
		if u.allocatable == 0 {
			continue
		}
		sum += resources[i].Weight * score(u.allocated+u.pod, u.allocatable)
		weights += resources[i].Weight
	}
	if weights == 0 {
		return 0
	}
	return sum / weights
}
