package replicaset

import (
	"slices"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// Difference returns how many pods to create or to delete in one reconcile; at least one of the two is 0.
func Difference(replicas, active int) (create, remove int) {
	if active < replicas {
		return min(replicas-active, BurstReplicas), 0
	}
	return 0, min(active-replicas, BurstReplicas)
}

// count returns the status that the pods amount to, with the conditions of before (replica_set_utils.go: calculateStatus,
// v1.36.3).
func count(s *cluster.Store, rs *cluster.ReplicaSet, active []*cluster.Pod, terminating int, now sim.Time) cluster.ReplicaSetStatus {
	status := cluster.ReplicaSetStatus{Replicas: len(active), Terminating: terminating,
		ObservedGeneration: rs.Generation, Conditions: rs.Status.Conditions}
	for _, p := range active {
		if contains(p.Labels, rs.Template.Labels) {
			status.FullyLabeled++
		}
		if p.Status.Ready {
			status.Ready++
		}
		if controller.IsAvailable(s, p, rs.MinReadySeconds, now) {
			status.Available++
		}
	}
	return status
}

func contains(labels, part cluster.Labels) bool {
	for key, value := range part {
		if has, ok := labels[key]; !ok || has != value {
			return false
		}
	}
	return true
}

// ReplicaFailure is the type of the condition of a ReplicaSet whose pods cannot be created or deleted.
const ReplicaFailure = "ReplicaFailure"

// setFailure adds the condition ReplicaFailure when the first call fails, and removes it when all succeed.
func setFailure(status *cluster.ReplicaSetStatus, rs *cluster.ReplicaSet, active int, err error, now sim.Time) {
	isFailure := func(c cluster.Condition) bool { return c.Type == ReplicaFailure }
	had := slices.ContainsFunc(status.Conditions, isFailure)
	switch {
	case err != nil && !had:
		reason := "FailedCreate"
		if active > rs.Replicas {
			reason = "FailedDelete"
		}
		status.Conditions = append(slices.Clone(status.Conditions), cluster.Condition{Type: ReplicaFailure, Status: true,
			Reason: reason, Message: err.Error(), LastTransitionTime: now})
	case err == nil && had:
		status.Conditions = slices.DeleteFunc(slices.Clone(status.Conditions), isFailure)
	}
}

// writeStatus returns the call that writes a status, nil if it is the one that the ReplicaSet has.
func writeStatus(rs *cluster.ReplicaSet, status cluster.ReplicaSetStatus) controller.Call {
	if same(&rs.Status, &status) {
		return nil
	}
	write := func(s *cluster.Store) error {
		return controller.IgnoreGone(cluster.Edit(s, cluster.KeyOf(rs), ReasonStatus, func(rs *cluster.ReplicaSet) { rs.Status = status }))
	}
	return func(s *cluster.Store) error {
		now := s.Get(cluster.KindReplicaSet, rs.NamespacedName)
		if now != nil && now.Meta().ResourceVersion != rs.ResourceVersion { // its Deployment has scaled it meanwhile
			return controller.Refused(write)
		}
		return write(s)
	}
}

func same(a, b *cluster.ReplicaSetStatus) bool {
	return a.Replicas == b.Replicas && a.Ready == b.Ready && a.Available == b.Available && a.FullyLabeled == b.FullyLabeled &&
		a.Terminating == b.Terminating && a.ObservedGeneration == b.ObservedGeneration && slices.Equal(a.Conditions, b.Conditions)
}

// nextLook says when the next ready pod becomes available.
func nextLook(s *cluster.Store, rs *cluster.ReplicaSet, status *cluster.ReplicaSetStatus, active []*cluster.Pod, now sim.Time) controller.Result {
	if rs.MinReadySeconds == 0 || status.Ready == status.Available {
		return controller.Result{}
	}
	after, found := controller.AvailableIn(s, active, rs.MinReadySeconds, now)
	if !found {
		after = rs.MinReadySeconds
	}
	return controller.Result{RequeueAfter: after}
}
