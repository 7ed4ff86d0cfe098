package hpa

import (
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// The types of an autoscaler's conditions (k8s.io/api autoscaling/v2 types.go, v0.36).
const (
	AbleToScale    = "AbleToScale"
	ScalingActive  = "ScalingActive"
	ScalingLimited = "ScalingLimited"
	ScaledToZero   = "ScaledToZero"
)

// limit is a reason of ScalingLimited with its message (horizontal.go: convertDesiredReplicasWithRules, v1.36.3).
type limit struct{ reason, message string }

var (
	withinRange    = limit{"DesiredWithinRange", "the desired count is within the acceptable range"}
	tooFew         = limit{"TooFewReplicas", "the desired replica count is less than the minimum replica count"}
	tooMany        = limit{"TooManyReplicas", "the desired replica count is more than the maximum replica count"}
	scaleUpLimit   = limit{"ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate"}
	scaleDownLimit = limit{"ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate"}
)

// conditions are those of one autoscaler while it is looked at. The slice belongs to the look.
type conditions []cluster.Condition

// set sets one condition. Its time moves only with its status (setConditionInList).
func (c *conditions) set(at sim.Time, kind string, status bool, reason, message string) {
	list := *c
	for i := range list {
		if list[i].Type != kind {
			continue
		}
		if list[i].Status != status {
			list[i].LastTransitionTime = at
		}
		list[i].Status, list[i].Reason, list[i].Message = status, reason, message
		return
	}
	*c = append(list, cluster.Condition{Type: kind, Status: status, Reason: reason, Message: message, LastTransitionTime: at})
}

func (c conditions) isTrue(kind string) bool {
	for i := range c {
		if c[i].Type == kind {
			return c[i].Status
		}
	}
	return false
}
