package deployment

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// unlimitedHistory is the revisionHistoryLimit that keeps all (deployment_util.go: HasRevisionHistoryLimit).
const unlimitedHistory = math.MaxInt32

// The delays of a progress check: what is added so that the deadline is over, and how long to wait where less than a
// second is left, which is the first back-off of the queue (progress.go: requeueStuckDeployment; client-go
// workqueue.DefaultTypedControllerRateLimiter, v0.36).
const (
	progressSlack = time.Second
	checkAgain    = 5 * time.Millisecond
)

// conclude has the status written when all calls are made, if it differs from the one the Deployment then has.
func (w *work) conclude(status func(now sim.Time) cluster.DeploymentStatus) {
	w.calls.Conclude(func(now sim.Time, err error) (controller.Call, controller.Result) {
		if err != nil {
			return nil, controller.Result{}
		}
		before := w.d.Status
		w.d.Status = status(now)
		switch {
		case !same(&before, &w.d.Status) && w.stale:
			// Upstream's sync still has the version from before its first write, so that this one is refused and comes with
			// the sync after a back-off (sync.go: getNewReplicaSet and syncRolloutStatus, v1.36.3). Here it is made at once.
			// What matters is the back-off: in the queue it takes the place of a progress check that an earlier rollout
			// has asked for, and the next one counts from this rollout.
			return writing(w.found, w.d.Annotations, w.d.Status), controller.Result{RequeueAfter: checkAgain}
		case !same(&before, &w.d.Status):
			return writing(w.found, w.d.Annotations, w.d.Status), controller.Result{}
		}
		return nil, w.nextCheck(now)
	})
}

// writeIfChanged returns the call that writes what differs from the Deployment that was read.
func (w *work) writeIfChanged() controller.Call {
	if same(&w.found.Status, &w.d.Status) {
		return nil
	}
	return writing(w.found, w.d.Annotations, w.d.Status)
}

func same(a, b *cluster.DeploymentStatus) bool {
	return a.Replicas == b.Replicas && a.Updated == b.Updated && a.Ready == b.Ready && a.Available == b.Available &&
		a.Unavailable == b.Unavailable && a.Terminating == b.Terminating && a.Collisions == b.Collisions &&
		a.ObservedGeneration == b.ObservedGeneration && slices.Equal(a.Conditions, b.Conditions)
}

// scaleStatus is the status when nothing is rolled out: no progress is expected (sync.go: calculateStatus).
func (w *work) scaleStatus(now sim.Time) cluster.DeploymentStatus {
	sets := w.all()
	status := cluster.DeploymentStatus{ObservedGeneration: w.found.Generation, Collisions: w.d.Status.Collisions}
	for _, rs := range sets {
		status.Replicas += rs.Status.Replicas
		status.Ready += rs.Status.Ready
		status.Available += rs.Status.Available
		status.Terminating += rs.Status.Terminating
	}
	if w.fresh != nil {
		status.Updated = w.fresh.Status.Replicas
	}
	status.Unavailable = max(0, total(sets)-status.Available)
	c := condition(Available, true, MinimumReplicasAvailable, "Deployment has minimum availability.", w.store.WholeSecond(now))
	if status.Available < w.d.Replicas-MaxUnavailable(&w.d) {
		c.Status, c.Reason, c.Message = false, MinimumReplicasUnavailable, "Deployment does not have minimum availability."
	}
	status.Conditions = withCondition(w.d.Status.Conditions, c)
	return status
}

// rolloutStatus is the status of a rollout: how it goes on (progress.go: syncRolloutStatus).
func (w *work) rolloutStatus(now sim.Time) cluster.DeploymentStatus {
	status := w.scaleStatus(now)
	if w.d.ProgressDeadline == 0 {
		status.Conditions = withoutCondition(status.Conditions, Progressing)
	}
	was := conditionOf(w.d.Status.Conditions, Progressing)
	done := status.Replicas == status.Updated && was != nil && was.Reason == NewReplicaSetAvailable
	if w.d.ProgressDeadline != 0 && !done {
		w.estimate(&status, was, now)
	}
	status.Conditions = withFailure(status.Conditions, append(freshOnly(w.fresh), w.old...))
	return status
}

// estimate sets the condition Progressing: the rollout is complete, it goes on, or it has not done so for too long.
func (w *work) estimate(status *cluster.DeploymentStatus, was *cluster.Condition, now sim.Time) {
	at := w.store.WholeSecond(now)
	switch {
	case complete(&w.d, status):
		status.Conditions = withCondition(status.Conditions, condition(Progressing, true, NewReplicaSetAvailable, w.message("has successfully progressed."), at))
	case progressed(&w.d.Status, status):
		c := condition(Progressing, true, ReplicaSetUpdated, w.message("is progressing."), at)
		if was != nil && was.Status {
			c.LastTransitionTime = was.LastTransitionTime
		}
		status.Conditions = append(withoutCondition(status.Conditions, Progressing), c)
	case timedOut(was, w.d.ProgressDeadline, now):
		status.Conditions = withCondition(status.Conditions, condition(Progressing, false, ProgressDeadlineExceeded, w.message("has timed out progressing."), at))
	}
}

func (w *work) message(what string) string {
	if w.fresh != nil {
		return fmt.Sprintf("ReplicaSet %q %s", w.fresh.Name, what)
	}
	return fmt.Sprintf("Deployment %q %s", w.d.Name, what)
}

// complete tells whether all replicas are of the new template and available, and no others are left (DeploymentComplete).
func complete(d *cluster.Deployment, status *cluster.DeploymentStatus) bool {
	return status.Updated == d.Replicas && status.Replicas == d.Replicas && status.Available == d.Replicas &&
		status.ObservedGeneration >= d.Generation
}

// progressed tells whether there are more new pods, fewer old ones, or more that are ready or available (DeploymentProgressing).
func progressed(before, after *cluster.DeploymentStatus) bool {
	return after.Updated > before.Updated || after.Replicas-after.Updated < before.Replicas-before.Updated ||
		after.Ready > before.Ready || after.Available > before.Available
}

// timedOut tells whether the last progress is longer ago than the deadline (DeploymentTimedOut).
func timedOut(progress *cluster.Condition, deadline time.Duration, now sim.Time) bool {
	switch {
	case progress == nil || progress.Reason == NewReplicaSetAvailable:
		return false
	case progress.Reason == ProgressDeadlineExceeded:
		return true
	}
	return progress.LastUpdateTime.Add(deadline) < now
}

// withFailure takes the condition ReplicaFailure over from the first of the ReplicaSets that has it.
func withFailure(conditions []cluster.Condition, sets []*cluster.ReplicaSet) []cluster.Condition {
	for _, rs := range sets {
		if c := conditionOf(rs.Status.Conditions, ReplicaFailure); c != nil {
			failure := *c
			failure.LastUpdateTime = c.LastTransitionTime
			return withCondition(conditions, failure)
		}
	}
	return withoutCondition(conditions, ReplicaFailure)
}

// nextCheck says when to look whether a rollout that does not go on has timed out (progress.go: requeueStuckDeployment).
// A rollout that was complete once cannot time out: upstream looks at it again every 5 ms for as long as a pod is missing,
// which changes nothing and is not done here.
func (w *work) nextCheck(now sim.Time) controller.Result {
	progress := conditionOf(w.d.Status.Conditions, Progressing)
	switch {
	case w.d.ProgressDeadline == 0 || progress == nil || complete(&w.d, &w.d.Status):
		return controller.Result{}
	case progress.Reason == ProgressDeadlineExceeded || progress.Reason == NewReplicaSetAvailable:
		return controller.Result{}
	}
	after := progress.LastUpdateTime.Add(w.d.ProgressDeadline).Sub(now)
	if after < time.Second {
		return controller.Result{RequeueAfter: checkAgain}
	}
	return controller.Result{RequeueAfter: after + progressSlack}
}
