package job_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/controllertest"
	"github.com/wavetank/wavetank/sim/controller/job"
)

func ptr[T any](v T) *T { return &v }

// newJob returns a Job of one pod.
func newJob(name string) *cluster.Job {
	return &cluster.Job{
		ObjectMeta: controllertest.Meta("default", name), Template: controllertest.Template(name),
		Parallelism: 1, Completions: ptr(1), BackoffLimit: 6, ReplaceTerminating: true,
	}
}

// world is a cluster with the controller, and pods that are ready after 1 s and end 10 s later.
type world struct {
	*controllertest.Cluster
	exit func(*cluster.Pod) int32
}

func newWorld(t controllertest.T, opts controller.Options) *world {
	w := &world{Cluster: controllertest.New(t, 3), exit: func(*cluster.Pod) int32 { return 0 }}
	w.Ready = func(*cluster.Pod) time.Duration { return time.Second }
	w.Finish = func(p *cluster.Pod) controllertest.End {
		return controllertest.End{After: 10 * time.Second, Exit: w.exit(p)}
	}
	job.New(w.Engine, w.Store, opts)
	return w
}

// creations returns when the pods of the namespace were created, in order, rounded to milliseconds.
func (w *world) creations(of cluster.Object) *[]time.Duration {
	var at []time.Duration
	w.Store.Observe(func(c *cluster.Change) {
		if _, p := c.Pods(); c.Verb == cluster.Added && p != nil && p.ControllerRef().Name == of.Meta().Name {
			at = append(at, time.Duration(c.At).Round(time.Millisecond))
		}
	})
	return &at
}

func conditions(j *cluster.Job) []string {
	var all []string
	for _, c := range j.Status.Conditions {
		text := c.Type
		if !c.Status {
			text = "not " + text
		}
		all = append(all, text)
	}
	return all
}

func secondsOf(at []time.Duration) []float64 {
	var s []float64
	for _, d := range at {
		s = append(s, d.Seconds())
	}
	return s
}

// TestBackoffOnWholeSeconds replays what a real control plane did (shared timeline "job", first run: the wall clock was at
// 5.201 s when the run began): a Job whose pods all fail, one at a time, makes the next at whole seconds of the wall clock.
func TestBackoffOnWholeSeconds(t *testing.T) {
	w := newWorld(t, controller.Options{})
	w.Store.SetWallFraction(201 * time.Millisecond)
	w.exit = func(*cluster.Pod) int32 { return 1 }
	one, three := newJob("one"), newJob("three")
	one.BackoffLimit, three.BackoffLimit = 3, 4
	three.Parallelism, three.Completions = 3, ptr(3)
	ones, threes := w.creations(one), w.creations(three)
	w.At(6004*time.Millisecond, func() { w.Create(one) })
	w.At(9005*time.Millisecond, func() { w.Create(three) })
	w.Run(5 * time.Minute)
	require.Equal(t, []float64{6.004, 26.799, 57.799, 108.799}, secondsOf(*ones), "recorded: 6.0, 26.80, 57.80, 108.81")
	require.Equal(t, []float64{9.005, 9.005, 9.005, 59.799, 59.799, 59.799}, secondsOf(*threes), "recorded: 9.0, 59.81")
	for j, failed := range map[*cluster.Job]int{one: 4, three: 6} {
		now := controllertest.Get(w.Cluster, j)
		require.Equal(t, failed, now.Status.Failed)
		require.Equal(t, []string{"FailureTarget", "Failed"}, conditions(now))
		require.Equal(t, "BackoffLimitExceeded", now.Status.Conditions[1].Reason)
	}
}

// TestWaves: five at a time, and the next five one SyncPeriod after the first of them has finished.
func TestWaves(t *testing.T) {
	w := newWorld(t, controller.Options{})
	j := newJob("waves")
	j.Parallelism, j.Completions = 5, ptr(12)
	at := w.creations(j)
	w.Create(j)
	w.Run(2 * time.Minute)
	require.Equal(t, []float64{0, 0, 0, 0, 0, 12, 12, 12, 12, 12, 24, 24}, secondsOf(*at))
	now := controllertest.Get(w.Cluster, j)
	require.Equal(t, 12, now.Status.Succeeded)
	require.Equal(t, []string{"SuccessCriteriaMet", "Complete"}, conditions(now))
	require.Equal(t, 36.0, now.Status.CompletionTime.Seconds())
	require.Zero(t, now.Status.Active+now.Status.Ready+now.Status.Terminating+now.Status.Failed)
}

// TestTwoWrites: finished pods are noted in one write and counted in the next, with their release between.
func TestTwoWrites(t *testing.T) {
	w := newWorld(t, controller.Options{CallLatency: func() time.Duration { return 10 * time.Millisecond }})
	j := newJob("two")
	j.Parallelism, j.Completions = 2, ptr(2)
	type write struct {
		at               time.Duration
		active, noted, n int
	}
	var writes []write
	w.Store.Observe(func(c *cluster.Change) {
		if now, ok := c.New.(*cluster.Job); ok && c.Verb == cluster.Modified {
			writes = append(writes, write{time.Duration(c.At), now.Status.Active, len(now.Status.UncountedSucceeded), now.Status.Succeeded})
		}
	})
	w.Create(j)
	w.Run(time.Minute)
	const ms = time.Millisecond
	require.Equal(t, []write{
		{30 * ms, 2, 0, 0},    // after creations of one and one
		{2020 * ms, 2, 0, 0},  // ready
		{12020 * ms, 0, 2, 0}, // the first finished at 11.01 s
		{12040 * ms, 0, 0, 2}, // after the release of both
	}, writes)
}

// TestSlowStart: 1, 2, 4 and the rest, each batch a call after the last.
func TestSlowStart(t *testing.T) {
	w := newWorld(t, controller.Options{CallLatency: func() time.Duration { return time.Second }})
	j := newJob("slow")
	j.Parallelism, j.Completions = 9, ptr(9)
	at := w.creations(j)
	w.Create(j)
	w.Run(8 * time.Second)
	require.Equal(t, []float64{1, 2, 2, 3, 3, 3, 3, 4, 4}, secondsOf(*at))
}

func TestSuspendAndResume(t *testing.T) {
	w := newWorld(t, controller.Options{})
	w.Stop = func(*cluster.Pod) time.Duration { return 2 * time.Second }
	j := newJob("s")
	j.Parallelism, j.Completions, j.ActiveDeadline = 2, ptr(4), 20*time.Second
	w.Create(j)
	w.At(5*time.Second, func() { controllertest.Edit(w.Cluster, j, func(j *cluster.Job) { j.Suspend = true }) })
	w.Run(10 * time.Second)
	now := controllertest.Get(w.Cluster, j)
	require.Empty(t, w.Pods())
	require.Equal(t, []string{"Suspended"}, conditions(now))
	require.Zero(t, now.Status.Failed, "pods of a suspended Job do not count")
	require.False(t, now.Status.Started)
	controllertest.Edit(w.Cluster, now, func(j *cluster.Job) { j.Suspend = false })
	w.Run(29 * time.Second)
	now = controllertest.Get(w.Cluster, j)
	require.Equal(t, []string{"not Suspended"}, conditions(now))
	require.Equal(t, 10.0, now.Status.StartTime.Seconds(), "the deadline runs from here")
	w.Run(40 * time.Second)
	now = controllertest.Get(w.Cluster, j)
	require.Equal(t, []string{"not Suspended", "FailureTarget", "Failed"}, conditions(now))
	require.Equal(t, "DeadlineExceeded", now.Status.Conditions[2].Reason)
	require.Equal(t, 2, now.Status.Succeeded)
	require.Equal(t, 2, now.Status.Failed, "those that ran at the deadline")
}

func TestTTL(t *testing.T) {
	for name, ttl := range map[string]time.Duration{"at once": 0, "later": 30 * time.Second} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, controller.Options{})
			j := newJob("short")
			j.TTLAfterFinished = &ttl
			w.Create(j)
			w.Run(12*time.Second + ttl - 1)
			require.NotNil(t, w.Store.Get(cluster.KindJob, j.NamespacedName))
			w.Run(12*time.Second + ttl)
			require.Nil(t, w.Store.Get(cluster.KindJob, j.NamespacedName))
		})
	}
}

// TestIndexed: each index is tried by itself. Index 2 fails for ever, with back-offs of its own.
func TestIndexed(t *testing.T) {
	w := newWorld(t, controller.Options{})
	w.exit = func(p *cluster.Pod) int32 {
		if p.Labels[job.AnnotationIndex] == "2" {
			return 1
		}
		return 0
	}
	j := newJob("i")
	j.Indexed, j.Parallelism, j.Completions, j.BackoffLimit, j.BackoffLimitPerIndex = true, 5, ptr(6), 1<<31-1, ptr(2)
	var twos []float64
	w.Store.Observe(func(c *cluster.Change) {
		if _, p := c.Pods(); c.Verb == cluster.Added && p != nil && p.Labels[job.AnnotationIndex] == "2" {
			twos = append(twos, c.At.Seconds())
			require.Equal(t, "i-2-", p.Name[:4])
			require.Equal(t, string(rune('0'+len(twos)-1)), p.Annotations[job.AnnotationFailures])
		}
	})
	w.Create(j)
	w.Run(5 * time.Minute)
	now := controllertest.Get(w.Cluster, j)
	require.Equal(t, []float64{0, 21, 52}, twos, "10 s and 20 s after the failures at 11 s and 32 s")
	require.Equal(t, []int{0, 1, 3, 4, 5}, now.Status.CompletedIndexes)
	require.Equal(t, []int{2}, now.Status.FailedIndexes)
	require.Equal(t, 5, now.Status.Succeeded)
	require.Equal(t, 3, now.Status.Failed)
	require.Equal(t, "FailedIndexes", now.Status.Conditions[1].Reason)
}

// TestGoneUncounted: a pod that is removed by force counts as failed, even if nobody was told before.
func TestGoneUncounted(t *testing.T) {
	w := newWorld(t, controller.Options{})
	j := newJob("g")
	w.Create(j)
	w.At(4*time.Second, func() {
		require.NoError(t, w.Store.Delete(cluster.KeyOf(w.Pods()[0]), cluster.ReasonDeleted))
	})
	at := w.creations(j)
	w.Run(time.Minute)
	now := controllertest.Get(w.Cluster, j)
	require.Equal(t, []float64{0, 14}, secondsOf(*at), "the back-off runs from the removal")
	require.Equal(t, []int{1, 1}, []int{now.Status.Succeeded, now.Status.Failed})
}

// TestReplacement: a pod that is being deleted is replaced at once, or only when it is gone.
func TestReplacement(t *testing.T) {
	for name, c := range map[string]struct {
		atOnce bool
		want   []float64
	}{
		"TerminatingOrFailed": {true, []float64{0, 15}}, // 10 s after the deletion at 5 s
		"Failed":              {false, []float64{0, 35}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, controller.Options{})
			w.Finish = func(*cluster.Pod) controllertest.End { return controllertest.End{After: -1} }
			w.Stop = func(*cluster.Pod) time.Duration { return 20 * time.Second }
			j := newJob("r")
			j.ReplaceTerminating = c.atOnce
			at := w.creations(j)
			w.Create(j)
			w.At(5*time.Second, func() {
				require.NoError(t, w.Store.Terminate(cluster.KeyOf(w.Pods()[0]), cluster.ReasonKilling))
			})
			w.Run(2 * time.Minute)
			require.Equal(t, c.want, secondsOf(*at))
			require.Equal(t, 1, controllertest.Get(w.Cluster, j).Status.Failed)
		})
	}
}

// TestFailurePolicy: the exit code decides whether a failure counts, and whether it ends the Job.
func TestFailurePolicy(t *testing.T) {
	w := newWorld(t, controller.Options{})
	codes := []int32{42, 42, 7}
	w.exit = func(*cluster.Pod) int32 { code := codes[0]; codes = codes[1:]; return code }
	j := newJob("p")
	j.BackoffLimit = 0
	j.FailurePolicy = []cluster.FailureRule{
		{Action: "Ignore", In: true, Codes: []int{42}},
		{Action: "FailJob", Container: "main", In: false, Codes: []int{1, 2}},
	}
	w.Create(j)
	w.Run(5 * time.Minute)
	now := controllertest.Get(w.Cluster, j)
	require.Empty(t, codes)
	require.Equal(t, 1, now.Status.Failed, "ignored failures are not counted")
	require.Equal(t, "PodFailurePolicy", now.Status.Conditions[1].Reason)
	require.Contains(t, now.Status.Conditions[1].Message, "failed with exit code 7 matching FailJob rule at index 1")
}

// TestFewerAtATime: a smaller parallelism deletes pods, those that have come less far first, and does not count them.
func TestFewerAtATime(t *testing.T) {
	w := newWorld(t, controller.Options{})
	j := newJob("f")
	j.Parallelism, j.Completions = 4, ptr(4)
	w.Create(j)
	w.At(5*time.Second, func() { controllertest.Edit(w.Cluster, j, func(j *cluster.Job) { j.Parallelism = 1 }) })
	w.Run(6 * time.Second)
	require.Len(t, w.Pods(), 1)
	w.Run(3 * time.Minute)
	now := controllertest.Get(w.Cluster, j)
	require.Equal(t, []int{4, 0}, []int{now.Status.Succeeded, now.Status.Failed})
}

// TestRefused: pods that the API server refuses are not counted as active, and are made when there is room.
func TestRefused(t *testing.T) {
	w := newWorld(t, controller.Options{})
	w.Quota(2)
	j := newJob("n")
	j.Parallelism, j.Completions = 3, ptr(3)
	at := w.creations(j)
	w.Create(j)
	w.Run(5 * time.Second)
	require.Equal(t, 2, controllertest.Get(w.Cluster, j).Status.Active)
	require.Len(t, w.Pods(), 2)
	w.Run(time.Minute)
	require.Equal(t, 3, controllertest.Get(w.Cluster, j).Status.Succeeded)
	require.Equal(t, []float64{0, 0, 12}, secondsOf(*at), "with the sync after the first has finished")
}
