package job

import (
	"slices"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// The most that one sync does (pkg/controller/job/job_controller.go, v1.36.3).
const (
	mostPodsPerSync = 500 // MaxPodCreateDeletePerSync
	mostUncounted   = 500 // MaxUncountedPods
)

// observation is what one sync of a Job sees.
type observation struct {
	now   sim.Time
	whole func(sim.Time) sim.Time // what a timestamp of the API keeps of a time
	job   *cluster.Job
	pods  []*cluster.Pod // in order of creation
	known backoff
}

// creation is a pod to be made.
type creation struct {
	index    int // noIndex: the Job is not indexed
	failures int // of its index before, as the policy counts them
	ignored  int // likewise, those that do not count
}

// plan is what one sync does, in this order.
type plan struct {
	remove  []*cluster.Pod // too many: released uncounted, and deleted
	stop    []*cluster.Pod // the Job is over: deleted
	create  []creation
	again   time.Duration      // look again after this; 0: when something changes
	first   *cluster.JobStatus // finished pods are noted; nil: nothing to write
	backoff backoff            // remembered once first is written
	release []*cluster.Pod     // counted from now on: no longer tracked
	second  *cluster.JobStatus // and counted; nil: nothing to write
}

// calculation is one sync while it is worked out (syncJob and syncJobCtx, v1.36.3).
type calculation struct {
	observation
	plan
	status      cluster.JobStatus // as it is to be
	active      []*cluster.Pod
	nActive     int // with this sync's creations and deletions, as the two below
	ready       int
	terminating int
	succeeded   int
	failed      int

	succeededBefore  indexSet
	succeededIndexes indexSet
	failedIndexes    indexSet
	delayed          map[int]*cluster.Pod

	finished *cluster.Condition // how the Job ends, as FailureTarget or SuccessCriteriaMet; nil: not yet
	noted    bool               // and finished is in the status already
	flush    bool               // the status has to be written
}

// calculate works out one sync of a Job that has not finished.
func calculate(o observation) plan {
	c := &calculation{observation: o, status: copyStatus(&o.job.Status)}
	c.count()
	if !c.status.Started && !c.job.Suspend {
		c.status.Started, c.status.StartTime = true, c.whole(c.now)
	}
	c.judge()
	if c.finished != nil {
		c.plan.stop = c.active
		c.deleted(c.active)
	} else {
		c.manage()
		c.judgeCompletion()
	}
	c.track()
	return c.plan
}

func copyStatus(s *cluster.JobStatus) cluster.JobStatus {
	c := *s
	c.UncountedSucceeded, c.UncountedFailed = slices.Clone(s.UncountedSucceeded), slices.Clone(s.UncountedFailed)
	c.Conditions = slices.Clone(s.Conditions)
	return c
}

// count counts the pods, those that have finished since the last sync too.
func (c *calculation) count() {
	var succeeded, failed []*cluster.Pod
	for _, p := range c.pods {
		switch {
		case controller.IsActive(p):
			c.active = append(c.active, p)
			if p.Status.Ready {
				c.ready++
			}
		case controller.IsTerminating(p):
			c.terminating++
		}
		if !p.Tracked || c.job.Indexed && !c.valid(p) {
			continue
		}
		if p.Status.Phase == cluster.Succeeded && !slices.Contains(c.status.UncountedSucceeded, p.UID) {
			succeeded = append(succeeded, p)
		} else if c.isFailed(p) && !slices.Contains(c.status.UncountedFailed, p.UID) {
			failed = append(failed, p)
		}
	}
	c.nActive = len(c.active)
	c.succeeded = c.status.Succeeded + len(succeeded) + len(c.status.UncountedSucceeded)
	c.failed = c.status.Failed + len(c.status.UncountedFailed)
	for _, p := range failed {
		if match(c.job.FailurePolicy, p).counts {
			c.failed++
		}
	}
	c.plan.backoff = c.known.after(succeeded, failed, c.finishOf)
}

// isFailed tells whether a pod counts as failed: it has failed, or it is being deleted and the Job replaces such pods at once.
func (c *calculation) isFailed(p *cluster.Pod) bool {
	return p.Status.Phase == cluster.Failed || controller.IsTerminating(p) && !c.replacesFailedOnly()
}

// replacesFailedOnly tells whether a pod that is being deleted is replaced only once it has ended (onlyReplaceFailedPods).
func (c *calculation) replacesFailedOnly() bool {
	return !c.job.ReplaceTerminating || len(c.job.FailurePolicy) > 0
}

// finishOf returns when a pod finished, in whole seconds (backoff_utils.go: getFinishedTime, v1.36.3).
func (c *calculation) finishOf(p *cluster.Pod) sim.Time {
	switch {
	case p.Terminal():
		return c.whole(p.Status.FinishedAt)
	case p.Deleting:
		return c.whole(p.DeletingSince)
	}
	return c.whole(p.CreatedAt)
}

// judge decides whether the Job is over, or is known to be so from an earlier sync; the order is upstream's.
func (c *calculation) judge() {
	for _, known := range []string{successCriteriaMet, failureTarget} {
		if old := find(c.status.Conditions, known); old != nil && old.Status && c.finished == nil {
			c.finished, c.noted = old, true
		}
	}
	if c.finished == nil {
		c.judgePolicy()
	}
	if c.finished == nil {
		c.judgeLimits()
	}
	if c.job.Indexed {
		c.judgeIndexes()
	}
}

func (c *calculation) judgePolicy() {
	for _, p := range c.pods {
		if !c.isFailed(p) {
			continue
		}
		if m := match(c.job.FailurePolicy, p); m.action == actionFailJob {
			c.fail("PodFailurePolicy", m.message)
			return
		}
	}
}

func (c *calculation) judgeLimits() {
	if c.failed > c.job.BackoffLimit || c.tooManyRestarts() {
		c.fail("BackoffLimitExceeded", "Job has reached the specified backoff limit")
		return
	}
	if c.job.ActiveDeadline == 0 || c.job.Suspend || !c.status.Started {
		return
	}
	left := c.job.ActiveDeadline - c.now.Sub(c.status.StartTime)
	if left <= 0 {
		c.fail("DeadlineExceeded", "Job was active longer than specified deadline")
		return
	}
	c.later(left)
}

// tooManyRestarts tells whether the containers of pods that restart in place have failed too often
// (pastBackoffLimitOnFailure, v1.36.3).
func (c *calculation) tooManyRestarts() bool {
	if c.job.Template.Spec.RestartPolicy != cluster.RestartOnFailure {
		return false
	}
	restarts := 0
	for _, p := range c.pods {
		if !p.Terminal() {
			restarts += int(p.Status.Restarts)
		}
	}
	return restarts >= max(1, c.job.BackoffLimit)
}

// later asks to look again after d, unless it is asked to look sooner.
func (c *calculation) later(d time.Duration) {
	if c.again == 0 || d < c.again {
		c.again = d
	}
}

// deleted takes note that active pods are deleted in this sync.
func (c *calculation) deleted(pods []*cluster.Pod) {
	for _, p := range pods {
		if p.Status.Ready {
			c.ready--
		}
	}
	c.nActive -= len(pods)
	c.terminating += len(pods)
}

// manage decides which pods to delete or make; never both in one sync (manageJob, v1.36.3).
func (c *calculation) manage() {
	want := c.wantActive()
	surplus := c.surplus(max(0, len(c.active)-want))
	if len(surplus) > 0 || c.job.Suspend {
		if !c.job.Suspend {
			surplus = surplus[:min(len(surplus), mostPodsPerSync)]
		}
		c.plan.remove = surplus
		c.deleted(surplus)
		return
	}
	missing := want - len(c.active)
	if c.replacesFailedOnly() {
		missing -= c.terminating
	}
	if missing > 0 {
		c.make(min(missing, mostPodsPerSync))
	}
}

// wantActive returns how many pods should be active.
func (c *calculation) wantActive() int {
	switch {
	case c.job.Suspend:
		return 0
	case c.job.Completions != nil:
		return max(0, min(c.job.Parallelism, *c.job.Completions-c.succeeded))
	case c.succeeded > 0:
		return len(c.active) // no new ones once one has succeeded
	}
	return c.job.Parallelism
}

// make plans n new pods, or the time when they may be made.
func (c *calculation) make(n int) {
	var wait time.Duration
	if c.job.BackoffLimitPerIndex == nil {
		wait = c.plan.backoff.remaining(c.now)
	}
	var made []creation
	switch {
	case wait > 0:
	case c.job.Indexed:
		made, wait = c.creations(c.pendingIndexes(n))
	default:
		made = slices.Repeat([]creation{{index: noIndex}}, n)
	}
	if len(made) == 0 && wait > 0 {
		c.later(max(wait, SyncPeriod))
	}
	c.plan.create = made
	c.nActive += len(made)
}
