package plugins

import (
	"math"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// requestedToCapacityRatio scores a node by a function of its utilization that the user draws as a line through points.
//
// score = round(sum of weight * f(requested * 100 / allocatable) / sum of weights), over the resources that the node has
// and for which f is above 0; f is a point's score times 10 at the point, linear between points (rounded towards zero) and
// constant outside them; beyond the capacity utilization is 100
// (plugins/noderesources/requested_to_capacity_ratio.go and plugins/helper/shape_score.go, v1.36).
type requestedToCapacityRatio struct{ shape []shapePoint }

type shapePoint struct{ utilization, score int64 }

// maxCustomScore is the best score that a user gives to a point (apis/config/types.go: MaxCustomPriorityScore, v1.36).
const maxCustomScore = 10

func newRequestedToCapacityRatio(points []UtilizationShapePoint) *requestedToCapacityRatio {
	r := &requestedToCapacityRatio{}
	for _, p := range points {
		r.shape = append(r.shape, shapePoint{int64(p.Utilization), int64(p.Score) * (framework.MaxNodeScore / maxCustomScore)})
	}
	return r
}

func (r *requestedToCapacityRatio) score(spec *cluster.PodSpec, node *cluster.NodeInfo, resources []ResourceSpec) int64 {
	var sum, weights int64
	for i := range resources {
		u := nonZeroUsage(spec, node, resources[i].Name)
		if u.allocatable == 0 {
			continue
		}
		if s := r.at(utilization(u.allocated+u.pod, u.allocatable)); s > 0 {
			sum += resources[i].Weight * s
			weights += resources[i].Weight
		}
	}
	if weights == 0 {
		return 0
	}
	return int64(math.Round(float64(sum) / float64(weights)))
}

func utilization(requested, allocatable int64) int64 {
	if requested > allocatable {
		return 100
	}
	return requested * 100 / allocatable
}

// at is the function that the points draw.
func (r *requestedToCapacityRatio) at(utilization int64) int64 {
	for i, p := range r.shape {
		if utilization > p.utilization {
			continue
		}
		if i == 0 {
			return p.score
		}
		left := r.shape[i-1]
		return left.score + (p.score-left.score)*(utilization-left.utilization)/(p.utilization-left.utilization)
	}
	return r.shape[len(r.shape)-1].score
}
