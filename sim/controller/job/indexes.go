package job

import (
	"slices"
	"strconv"
	"time"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// The annotations of pods of indexed Jobs (k8s.io/api batch/v1, v0.36); the first is a label too.
const (
	AnnotationIndex           = "batch.kubernetes.io/job-completion-index"
	AnnotationFailures        = "batch.kubernetes.io/job-index-failure-count"
	AnnotationIgnoredFailures = "batch.kubernetes.io/job-index-ignored-failure-count"
)

const noIndex = -1

// indexOf returns the completion index of a pod, noIndex if it has none.
func indexOf(p *cluster.Pod) int {
	if i, err := strconv.Atoi(p.Annotations[AnnotationIndex]); err == nil && i >= 0 {
		return i
	}
	return noIndex
}

// countIn returns the number that an annotation holds, 0 if it holds none.
func countIn(p *cluster.Pod, annotation string) int {
	if n, err := strconv.Atoi(p.Annotations[annotation]); err == nil && n > 0 {
		return n
	}
	return 0
}

// tries returns how many pods of its index failed before p.
func tries(p *cluster.Pod) int {
	return countIn(p, AnnotationFailures) + countIn(p, AnnotationIgnoredFailures)
}

// indexSet is a sorted set of completion indexes.
type indexSet []int

func (s indexSet) has(i int) bool {
	_, found := slices.BinarySearch(s, i)
	return found
}

// with returns the set and the others, as a new one.
func (s indexSet) with(others ...int) indexSet {
	all := append(slices.Clone(s), others...)
	slices.Sort(all)
	return slices.Compact(all)
}

// below returns the part of the set that a Job of n completions still has.
func (s indexSet) below(n int) indexSet {
	i, _ := slices.BinarySearch(s, n)
	return s[:i]
}

// pending returns the first count of n indexes that the set does not have.
func (s indexSet) pending(count, n int) []int {
	var free []int
	for i, next := 0, 0; i < n && len(free) < count; i++ {
		if next < len(s) && s[next] == i {
			next++
			continue
		}
		free = append(free, i)
	}
	return free
}

func indexesOf(pods []*cluster.Pod) []int {
	var all []int
	for _, p := range pods {
		if i := indexOf(p); i != noIndex {
			all = append(all, i)
		}
	}
	return all
}

// valid tells whether the pod has an index that the Job has.
func (c *calculation) valid(p *cluster.Pod) bool {
	i := indexOf(p)
	return i != noIndex && i < *c.job.Completions
}

// judgeIndexes counts the indexes that are done, and ends a Job that has too many failed ones.
func (c *calculation) judgeIndexes() {
	c.succeededBefore = indexSet(c.job.Status.CompletedIndexes).below(*c.job.Completions)
	c.succeededIndexes = c.succeededBefore.with(c.indexesWhere(func(p *cluster.Pod) bool { return p.Status.Phase == cluster.Succeeded })...)
	c.succeeded = len(c.succeededIndexes)
	if c.job.BackoffLimitPerIndex == nil {
		return
	}
	c.failedIndexes = indexSet(c.job.Status.FailedIndexes).below(*c.job.Completions).with(c.indexesWhere(c.failsIndex)...)
	c.delayed = c.delayedByIndex()
	failed := len(c.failedIndexes)
	switch {
	case c.finished != nil:
	case c.job.MaxFailedIndexes != nil && failed > *c.job.MaxFailedIndexes:
		c.fail("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes")
	case failed > 0 && failed+c.succeeded >= *c.job.Completions:
		c.fail("FailedIndexes", "Job has failed indexes")
	}
}

// indexesWhere returns the indexes of tracked pods that meet a condition.
func (c *calculation) indexesWhere(holds func(*cluster.Pod) bool) []int {
	var found []int
	for _, p := range c.pods {
		if p.Tracked && c.valid(p) && holds(p) {
			found = append(found, indexOf(p))
		}
	}
	return found
}

// failsIndex tells whether the failure of a pod is the last that its index may have
// (indexed_job_utils.go: isIndexFailed, v1.36.3).
func (c *calculation) failsIndex(p *cluster.Pod) bool {
	if !c.isFailed(p) {
		return false
	}
	m := match(c.job.FailurePolicy, p)
	return m.action == actionFailIndex || m.counts && countIn(p, AnnotationFailures) >= *c.job.BackoffLimitPerIndex
}

// delayedByIndex returns for each index that is to be tried again its last failed pod: it stays until it is replaced, as it
// knows how often the index has failed (getPodsWithDelayedDeletionPerIndex, v1.36.3).
func (c *calculation) delayedByIndex() map[int]*cluster.Pod {
	last := map[int]*cluster.Pod{}
	settled := c.succeededIndexes.with(c.failedIndexes...).with(indexesOf(c.active)...)
	for _, p := range c.pods {
		i := indexOf(p)
		if !p.Tracked || !c.valid(p) || !c.isFailed(p) || settled.has(i) {
			continue
		}
		if q := last[i]; q == nil || tries(q) <= tries(p) && c.finishOf(q) <= c.finishOf(p) {
			last[i] = p
		}
	}
	return last
}

// pendingIndexes returns the indexes for which pods are to be made, at most count (firstPendingIndexes, v1.36.3).
func (c *calculation) pendingIndexes(count int) []int {
	taken := c.succeededIndexes.with(c.failedIndexes...).with(indexesOf(c.active)...)
	if c.replacesFailedOnly() {
		for _, p := range c.pods {
			if i := indexOf(p); i != noIndex && controller.IsTerminating(p) {
				taken = taken.with(i)
			}
		}
	}
	return taken.pending(count, *c.job.Completions)
}

// creations returns the pods to be made for the indexes whose back-off is over; if it is over for none of them, how long
// the first of them has to wait (getPodCreationInfoForIndependentIndexes and addIndexFailureCountAnnotation, v1.36.3).
func (c *calculation) creations(indexes []int) (now []creation, wait time.Duration) {
	for _, i := range indexes {
		p := c.delayed[i]
		if p == nil {
			now = append(now, creation{index: i})
			continue
		}
		left := backoff{failures: tries(p) + 1, last: c.finishOf(p)}.remaining(c.now)
		if left == 0 {
			now = append(now, c.retry(i, p))
		} else if wait == 0 || left < wait {
			wait = left
		}
	}
	return now, wait
}

func (c *calculation) retry(index int, failed *cluster.Pod) creation {
	made := creation{index: index, failures: countIn(failed, AnnotationFailures), ignored: countIn(failed, AnnotationIgnoredFailures)}
	if match(c.job.FailurePolicy, failed).counts {
		made.failures++
	} else {
		made.ignored++
	}
	return made
}
