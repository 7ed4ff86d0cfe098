package job

import (
	"slices"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// The times of the Job controller (pkg/controller/job/job_controller.go, v1.36.3).
const (
	// SyncPeriod is how long news of pods waits for more of it (SyncJobBatchPeriod).
	SyncPeriod = time.Second
	// FirstBackoff is the wait after one failed pod (DefaultJobPodFailureBackOff).
	FirstBackoff = 10 * time.Second
	// MostBackoff bounds the wait after many (MaxJobPodFailureBackOff).
	MostBackoff = 10 * time.Minute

	// The waits after a sync that failed (DefaultJobApiBackOff, MaxJobApiBackOff).
	firstRetry = time.Second
	mostRetry  = time.Minute
)

// backoff is what the controller remembers of a Job's failures. It is not part of any object.
type backoff struct {
	failures int      // since the last success
	last     sim.Time // when the last of them finished, in whole seconds
}

// remaining returns how long after now the next pod may be made: FirstBackoff, doubled for each failure but the first and
// at most MostBackoff, from the last failure (backoff_utils.go: getRemainingTimeForFailuresCount, v1.36.3).
func (b backoff) remaining(now sim.Time) time.Duration {
	if b.failures == 0 {
		return 0
	}
	wait := FirstBackoff
	for range b.failures - 1 {
		if wait *= 2; wait >= MostBackoff {
			wait = MostBackoff
			break
		}
	}
	return max(0, wait-now.Sub(b.last))
}

// after returns the back-off once these pods have finished: failures that are later than the last success count
// (backoff_utils.go: newBackoffRecord, v1.36.3).
func (b backoff) after(succeeded, failed []*cluster.Pod, finish func(*cluster.Pod) sim.Time) backoff {
	if len(succeeded) > 0 {
		b = backoff{}
		lastSuccess := latest(succeeded, finish)
		failed = slices.DeleteFunc(slices.Clone(failed), func(p *cluster.Pod) bool { return finish(p) <= lastSuccess })
	}
	if len(failed) > 0 {
		b.failures += len(failed)
		b.last = latest(failed, finish)
	}
	return b
}

func latest(pods []*cluster.Pod, finish func(*cluster.Pod) sim.Time) sim.Time {
	last := finish(pods[0])
	for _, p := range pods[1:] {
		last = max(last, finish(p))
	}
	return last
}
