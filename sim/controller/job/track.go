package job

import (
	"cmp"
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
)

// The conditions of a Job (k8s.io/api batch/v1 JobConditionType, v0.36). The first two say what the last two will say once
// all pods are counted and gone.
const (
	failureTarget      = "FailureTarget"
	successCriteriaMet = "SuccessCriteriaMet"
	Failed             = "Failed"
	Complete           = "Complete"
	Suspended          = "Suspended"
)

// Finished tells whether a Job is over: Complete or Failed.
func Finished(j *cluster.Job) bool { return finishedAs(&j.Status) != nil }

func finishedAs(s *cluster.JobStatus) *cluster.Condition {
	for _, kind := range []string{Complete, Failed} {
		if c := find(s.Conditions, kind); c != nil && c.Status {
			return c
		}
	}
	return nil
}

func find(conditions []cluster.Condition, kind string) *cluster.Condition {
	for i := range conditions {
		if conditions[i].Type == kind {
			return &conditions[i]
		}
	}
	return nil
}

// ensure puts a condition into the list and tells whether that changed it. A condition that was never true is not put in
// to say that it is false (ensureJobConditionStatus, v1.36.3).
func ensure(list []cluster.Condition, want cluster.Condition) ([]cluster.Condition, bool) {
	old := find(list, want.Type)
	switch {
	case old == nil && !want.Status:
		return list, false
	case old == nil:
		return append(list, want), true
	case old.Status == want.Status && old.Reason == want.Reason && old.Message == want.Message:
		return list, false
	}
	*old = want
	return list, true
}

func (c *calculation) condition(kind string, status bool, reason, message string) cluster.Condition {
	return cluster.Condition{Type: kind, Status: status, Reason: reason, Message: message, LastTransitionTime: c.whole(c.now)}
}

func (c *calculation) fail(reason, message string) {
	failed := c.condition(failureTarget, true, reason, message)
	c.finished = &failed
}

// judgeCompletion decides whether the Job has succeeded, and otherwise says whether it is suspended.
func (c *calculation) judgeCompletion() {
	enough := c.succeeded > 0
	if c.job.Completions != nil {
		enough = c.succeeded >= *c.job.Completions
	}
	if enough && c.nActive == 0 {
		met := c.condition(successCriteriaMet, true, "CompletionsReached", "Reached expected number of succeeded pods")
		c.finished = &met
		return
	}
	c.judgeSuspension()
}

// judgeSuspension keeps the condition Suspended. A Job that is resumed starts again as far as its deadline is concerned.
func (c *calculation) judgeSuspension() {
	want := c.condition(Suspended, false, "JobResumed", "Job resumed")
	if c.job.Suspend {
		want = c.condition(Suspended, true, "JobSuspended", "Job suspended")
	}
	var changed bool
	c.status.Conditions, changed = ensure(c.status.Conditions, want)
	if !changed {
		return
	}
	c.flush = true
	c.status.Started, c.status.StartTime = !c.job.Suspend, 0
	if c.status.Started {
		c.status.StartTime = c.whole(c.now)
	}
}

// track notes finished pods in the first status and counts them in the second
// (trackJobStatusAndRemoveFinalizers, v1.36.3).
func (c *calculation) track() {
	s := &c.status
	if s.Active != c.nActive || s.Ready != c.ready || s.Terminating != c.terminating {
		c.flush = true
	}
	s.Active, s.Ready, s.Terminating = c.nActive, c.ready, c.terminating
	c.settle(c.tracked)
	all := c.note()
	if c.job.Indexed {
		c.noteIndexes()
	}
	c.noteEnd()
	if c.flush {
		first := copyStatus(s)
		c.plan.first = &first
	}
	c.flush = false
	c.settle(func(uid cluster.UID) bool { return c.tracked(uid) && !slices.ContainsFunc(c.release, withUID(uid)) })
	if all {
		c.end()
	}
	if c.flush {
		c.plan.second = s
	}
}

func withUID(uid cluster.UID) func(*cluster.Pod) bool {
	return func(p *cluster.Pod) bool { return p.UID == uid }
}

func (c *calculation) tracked(uid cluster.UID) bool {
	i, found := slices.BinarySearchFunc(c.pods, uid, func(p *cluster.Pod, u cluster.UID) int { return cmp.Compare(p.UID, u) })
	return found && c.pods[i].Tracked
}

// settle counts the noted pods that are tracked no more (cleanUncountedPodsWithoutFinalizers, v1.36.3).
func (c *calculation) settle(tracked func(cluster.UID) bool) {
	count := func(noted []cluster.UID, total *int) []cluster.UID {
		left := slices.DeleteFunc(noted, func(uid cluster.UID) bool { return !tracked(uid) })
		if n := len(noted) - len(left); n > 0 {
			*total += n
			c.flush = true
		}
		return left
	}
	c.status.UncountedSucceeded = count(c.status.UncountedSucceeded, &c.status.Succeeded)
	c.status.UncountedFailed = count(c.status.UncountedFailed, &c.status.Failed)
}

// note notes the tracked pods that have finished, and releases them. It tells whether it came to the end of them.
func (c *calculation) note() bool {
	indexes := 0
	for _, p := range c.pods {
		if !p.Tracked || !c.releases(p) {
			continue
		}
		c.plan.release = append(c.plan.release, p)
		switch {
		case p.Status.Phase == cluster.Succeeded && !slices.Contains(c.status.UncountedFailed, p.UID):
			indexes += c.noteSucceeded(p)
		case c.isFailed(p) || c.failing():
			c.noteFailed(p)
		}
		if indexes+len(c.status.UncountedSucceeded)+len(c.status.UncountedFailed) >= mostUncounted {
			return false
		}
	}
	return true
}

// noteSucceeded returns 1 if the pod's success is that of an index, which is noted as such.
func (c *calculation) noteSucceeded(p *cluster.Pod) int {
	if c.job.Indexed {
		if c.valid(p) && !c.succeededBefore.has(indexOf(p)) {
			c.flush = true
			return 1
		}
		return 0
	}
	if !slices.Contains(c.status.UncountedSucceeded, p.UID) {
		c.status.UncountedSucceeded = append(c.status.UncountedSucceeded, p.UID)
		c.flush = true
	}
	return 0
}

func (c *calculation) noteFailed(p *cluster.Pod) {
	if slices.Contains(c.status.UncountedFailed, p.UID) || c.job.Indexed && !c.valid(p) || !match(c.job.FailurePolicy, p).counts {
		return
	}
	c.status.UncountedFailed = append(c.status.UncountedFailed, p.UID)
	c.flush = true
}

// failing tells whether the Job ends as failed: then every pod that has not succeeded counts as failed.
func (c *calculation) failing() bool { return c.finished != nil && c.finished.Type == failureTarget }

// releases tells whether the pod may be counted now (canRemoveFinalizer, v1.36.3).
func (c *calculation) releases(p *cluster.Pod) bool {
	if c.finished != nil || p.Status.Phase == cluster.Succeeded {
		return true
	}
	if !c.isFailed(p) {
		return false
	}
	waiting := c.delayed[indexOf(p)]
	return waiting == nil || waiting.UID != p.UID
}

func (c *calculation) noteIndexes() {
	s := &c.status
	if !slices.Equal(s.CompletedIndexes, c.succeededIndexes) || !slices.Equal(s.FailedIndexes, c.failedIndexes) {
		c.flush = true
	}
	s.Succeeded, s.CompletedIndexes, s.FailedIndexes = len(c.succeededIndexes), c.succeededIndexes, c.failedIndexes
}

// noteEnd puts the end that is decided into the status, for the next sync to know.
func (c *calculation) noteEnd() {
	if c.finished == nil || c.noted {
		return
	}
	c.status.Conditions = append(c.status.Conditions, *c.finished)
	c.flush = true
}

// end ends the Job, unless pods are still to be counted or to go (enactJobFinished, v1.36.3).
func (c *calculation) end() {
	s := &c.status
	if c.finished == nil || len(s.UncountedSucceeded)+len(s.UncountedFailed) > 0 || s.Terminating > 0 {
		return
	}
	last := c.condition(Failed, true, c.finished.Reason, c.finished.Message)
	if !c.failing() {
		last.Type = Complete
		s.CompletionTime = last.LastTransitionTime
	}
	s.Conditions, _ = ensure(s.Conditions, last)
	c.flush = true
}
