package job_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/controllertest"
)

// draft draws a Job.
func draft(t *rapid.T) *cluster.Job {
	j := newJob("j")
	j.Parallelism = rapid.IntRange(0, 6).Draw(t, "parallelism")
	j.Completions = ptr(rapid.IntRange(0, 12).Draw(t, "completions"))
	j.BackoffLimit = rapid.IntRange(0, 5).Draw(t, "backoffLimit")
	j.ReplaceTerminating = rapid.Bool().Draw(t, "replaceTerminating")
	if j.Indexed = rapid.Bool().Draw(t, "indexed"); j.Indexed && rapid.Bool().Draw(t, "perIndex") {
		j.BackoffLimitPerIndex, j.BackoffLimit = ptr(rapid.IntRange(0, 2).Draw(t, "limit")), 1<<31-1
	}
	if !j.Indexed && rapid.IntRange(0, 3).Draw(t, "workQueue") == 0 {
		j.Completions = nil
	}
	if rapid.IntRange(0, 3).Draw(t, "deadline") == 0 {
		j.ActiveDeadline = time.Duration(rapid.IntRange(1, 120).Draw(t, "seconds")) * time.Second
	}
	return j
}

// TestLaws: at no instant has a Job more active pods than its parallelism, nor two active pods of an index; it ends exactly
// once, with nothing left active; and all pods that ended by themselves before it did are counted, once.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		opts := options(t, rng)
		w := newWorld(t, opts)
		w.Store.SetWallFraction(time.Duration(rapid.IntRange(0, 999).Draw(t, "fraction")) * time.Millisecond)
		milli := func(most int) time.Duration { return time.Duration(rng.IntN(most+1)) * time.Millisecond }
		w.Ready = func(*cluster.Pod) time.Duration { return milli(3000) }
		w.Stop = func(*cluster.Pod) time.Duration { return milli(3000) }
		w.Finish = func(*cluster.Pod) controllertest.End {
			return controllertest.End{After: milli(20000), Exit: int32(rng.IntN(2))}
		}
		j := draft(t)
		l := watchLaws(t, w, j.Parallelism)
		l.ideal = opts.QPS == 0
		w.Create(j)
		for range rapid.IntRange(0, 4).Draw(t, "kills") {
			w.At(milli(60000), func() {
				for _, p := range w.Pods() {
					if !p.Terminal() && !p.Deleting {
						require.NoError(t, w.Store.Terminate(cluster.KeyOf(p), cluster.ReasonKilling))
						l.killed++
						return
					}
				}
			})
		}
		w.Run(24 * time.Hour)
		now := controllertest.Get(w.Cluster, j)
		if j.Parallelism == 0 && (j.Completions == nil || *j.Completions > 0) {
			require.Zero(t, l.ends, "nothing is ever done: upstream does not write the start of such a Job, so it meets no deadline either")
			return
		}
		require.Equal(t, 1, l.ends, "%+v", now.Status)
		require.Zero(t, now.Status.Active+now.Status.Ready+now.Status.Terminating)
		require.Empty(t, append(now.Status.UncountedSucceeded, now.Status.UncountedFailed...))
		for _, p := range w.Pods() {
			require.True(t, p.Terminal() && !p.Tracked)
		}
		l.counted(now)
	})
}

func options(t *rapid.T, rng *rand.Rand) controller.Options {
	if rapid.Bool().Draw(t, "ideal") {
		return controller.Options{}
	}
	const ms = time.Millisecond
	return controller.Options{
		QPS: 20, Burst: 30,
		WatchLatency: func() time.Duration { return time.Duration(rng.IntN(21)) * ms },
		CallLatency:  func() time.Duration { return time.Duration(rng.IntN(21)) * ms },
	}
}

// laws is what is seen of one Job.
type laws struct {
	t                         *rapid.T
	ideal                     bool // nothing happens between a decision and its calls
	ends, killed              int
	active                    map[cluster.UID]string
	succeeded, failed, forced int
}

func watchLaws(t *rapid.T, w *world, parallelism int) *laws {
	l := &laws{t: t, active: map[cluster.UID]string{}}
	w.Store.Observe(func(c *cluster.Change) {
		if j, ok := c.New.(*cluster.Job); ok && c.Old != nil {
			l.job(c.Old.(*cluster.Job), j)
		}
		if before, after := c.Pods(); before != nil || after != nil {
			l.pod(before, after)
			require.LessOrEqual(t, len(l.active), parallelism)
		}
	})
	return l
}

func (l *laws) job(before, after *cluster.Job) {
	isOver := func(j *cluster.Job) bool {
		n := len(j.Status.Conditions)
		return n > 0 && (j.Status.Conditions[n-1].Type == "Complete" || j.Status.Conditions[n-1].Type == "Failed")
	}
	require.False(l.t, isOver(before), "a finished Job is not written to")
	if isOver(after) {
		l.ends++
	}
	require.LessOrEqual(l.t, before.Status.Succeeded, after.Status.Succeeded)
	require.LessOrEqual(l.t, before.Status.Failed, after.Status.Failed)
}

func (l *laws) pod(before, after *cluster.Pod) {
	if before != nil && after != nil && after.Terminal() && !before.Terminal() {
		if after.Status.Phase == cluster.Succeeded {
			l.succeeded++
		} else {
			l.failed++
		}
	}
	if after == nil && !before.Terminal() {
		l.forced++
	}
	if after == nil || !controller.IsActive(after) {
		if before != nil {
			delete(l.active, before.UID)
		}
		return
	}
	index := after.Labels["batch.kubernetes.io/job-completion-index"]
	for uid, other := range l.active {
		require.False(l.t, index != "" && other == index && uid != after.UID, "two active pods of index %s", index)
	}
	l.active[after.UID] = index
}

// counted compares the counts with what was seen: each pod is counted once. Pods that were removed before they ended count
// as failed, and so do those that succeed while they are being deleted, as their Job has failed.
func (l *laws) counted(j *cluster.Job) {
	require.LessOrEqual(l.t, j.Status.Succeeded, l.succeeded)
	failed := j.Status.Conditions[len(j.Status.Conditions)-1].Type == "Failed"
	switch {
	case j.Indexed:
		require.Len(l.t, j.Status.CompletedIndexes, j.Status.Succeeded)
	case l.ideal && l.killed == 0 && !failed:
		require.Equal(l.t, l.succeeded, j.Status.Succeeded)
	case failed:
		require.Equal(l.t, l.succeeded+l.failed+l.forced, j.Status.Succeeded+j.Status.Failed)
	}
	require.LessOrEqual(l.t, j.Status.Succeeded+j.Status.Failed, l.succeeded+l.failed+l.forced)
}
