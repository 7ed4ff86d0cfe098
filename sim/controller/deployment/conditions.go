package deployment

import (
	"slices"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// The types of a Deployment's conditions, and their reasons (pkg/controller/deployment/util/deployment_util.go, v1.36.3).
const (
	Available      = "Available"
	Progressing    = "Progressing"
	ReplicaFailure = "ReplicaFailure"

	MinimumReplicasAvailable   = "MinimumReplicasAvailable"
	MinimumReplicasUnavailable = "MinimumReplicasUnavailable"

	NewReplicaSetCreated     = "NewReplicaSetCreated"
	FoundNewReplicaSet       = "FoundNewReplicaSet"
	ReplicaSetUpdated        = "ReplicaSetUpdated"
	NewReplicaSetAvailable   = "NewReplicaSetAvailable"
	ReplicaSetCreateError    = "ReplicaSetCreateError"
	ProgressDeadlineExceeded = "ProgressDeadlineExceeded"
	DeploymentPaused         = "DeploymentPaused"
	DeploymentResumed        = "DeploymentResumed"
)

// conditionOf returns the condition of a type, nil if there is none.
func conditionOf(conditions []cluster.Condition, kind string) *cluster.Condition {
	for i := range conditions {
		if conditions[i].Type == kind {
			return &conditions[i]
		}
	}
	return nil
}

// withCondition returns the conditions with c in place of the one of its type. One of the same status and reason stays as
// it is, and one of the same status keeps the time of its transition (SetDeploymentCondition).
func withCondition(conditions []cluster.Condition, c cluster.Condition) []cluster.Condition {
	if old := conditionOf(conditions, c.Type); old != nil && old.Status == c.Status && old.Unknown == c.Unknown {
		if old.Reason == c.Reason {
			return conditions
		}
		c.LastTransitionTime = old.LastTransitionTime
	}
	return append(withoutCondition(conditions, c.Type), c)
}

// withoutCondition returns a copy of the conditions without those of a type.
func withoutCondition(conditions []cluster.Condition, kind string) []cluster.Condition {
	return slices.DeleteFunc(slices.Clone(conditions), func(c cluster.Condition) bool { return c.Type == kind })
}

// condition returns a condition that begins now, in whole seconds of the wall clock.
func condition(kind string, status bool, reason, message string, now sim.Time) cluster.Condition {
	return cluster.Condition{Type: kind, Status: status, Reason: reason, Message: message, LastTransitionTime: now, LastUpdateTime: now}
}
