package clusterautoscaler

import (
	"cmp"
	"maps"
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
)

// How far similar groups may be apart (processors/nodegroupset/compare_nodegroups.go:
// config.DefaultMaxCapacityMemoryDifferenceRatio, DefaultMaxAllocatableDifferenceRatio).
const (
	maxMemoryDifference      = 0.015
	maxAllocatableDifference = 0.05
)

// similar returns the other groups that hold the same pods on the same kind of nodes (ComputeSimilarNodeGroups,
// IsCloudProviderNodeInfoSimilar).
func (s *scan) similar(g *group, valid []*group, fitting map[*group][]*class) []*group {
	var like []*group
	mine := g.Template(0)
	for _, other := range valid {
		if other != g && slices.Equal(fitting[g], fitting[other]) && similarNodes(mine, other.Template(0)) {
			like = append(like, other)
		}
	}
	return like
}

func similarNodes(a, b *cluster.Node) bool {
	if a.Capacity.MilliCPU != b.Capacity.MilliCPU || a.GPUs != b.GPUs || !slices.Equal(a.Capacity.Extended, b.Capacity.Extended) {
		return false
	}
	return near(a.Capacity.Memory, b.Capacity.Memory, maxMemoryDifference) &&
		near(a.Allocatable.MilliCPU, b.Allocatable.MilliCPU, maxAllocatableDifference) &&
		near(a.Allocatable.Memory, b.Allocatable.Memory, maxAllocatableDifference) &&
		maps.Equal(comparedLabels(a), comparedLabels(b))
}

func near(a, b int64, ratio float64) bool {
	larger, smaller := max(a, b), min(a, b)
	return float64(larger-smaller) <= ratio*float64(smaller)
}

// comparedLabels are the labels but for those that differ from node to node or place to place (BasicIgnoredLabels).
func comparedLabels(n *cluster.Node) cluster.Labels {
	labels := maps.Clone(n.Labels)
	for _, name := range []string{cluster.LabelHostname, cluster.LabelZone, cluster.LabelRegion, cluster.LabelNodeGroup} {
		delete(labels, name)
	}
	return labels
}

// spread distributes an option's nodes over its group and those like it so that their sizes come together: each node goes
// to the smallest that is not full (processors/nodegroupset/balancing_processor.go: BalanceScaleUpBetweenGroups).
func (s *scan) spread(o *option) []increase {
	plan := []increase{{group: o.group}}
	for _, g := range o.like {
		plan = append(plan, increase{group: g})
	}
	slices.SortStableFunc(plan, func(a, b increase) int { return cmp.Compare(a.group.Target(), b.group.Target()) })
	for range o.nodes {
		smallest := -1
		for i := range plan {
			size := plan[i].group.Target() + plan[i].nodes
			if size < plan[i].group.Max() && (smallest < 0 || size < plan[smallest].group.Target()+plan[smallest].nodes) {
				smallest = i
			}
		}
		if smallest < 0 {
			break
		}
		plan[smallest].nodes++
	}
	return slices.DeleteFunc(plan, func(i increase) bool { return i.nodes == 0 })
}
