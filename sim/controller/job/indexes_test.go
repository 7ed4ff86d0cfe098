package job

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// perIndex returns an indexed Job of n completions whose indexes may fail limit times.
func perIndex(n, limit int) *cluster.Job {
	return &cluster.Job{Indexed: true, Parallelism: n, Completions: &n, BackoffLimit: 1 << 30, BackoffLimitPerIndex: &limit,
		ReplaceTerminating: true, Template: &cluster.PodTemplate{Spec: &cluster.PodSpec{}}}
}

// failedPod is a pod of an index that failed at a second, after some failures that counted and some that did not.
func failedPod(uid, index, at, failures, ignored int) *cluster.Pod {
	p := pod(uid, "failed", index)
	p.Status.FinishedAt = sim.Time(at) * second
	p.Annotations[AnnotationFailures], p.Annotations[AnnotationIgnoredFailures] = strconv.Itoa(failures), strconv.Itoa(ignored)
	return p
}

// TestBackoffPerIndex: an index whose back-off is over is tried again, with its failures; if there is none, the sync is
// repeated when the first is over.
func TestBackoffPerIndex(t *testing.T) {
	for name, c := range map[string]struct {
		now  int
		pods []*cluster.Pod
		want []creation
		wait time.Duration
	}{
		"nothing failed":            {0, nil, []creation{{index: 0}, {index: 1}, {index: 2}}, 0},
		"one waits, others go":      {100, []*cluster.Pod{failedPod(1, 1, 95, 0, 0)}, []creation{{index: 0}, {index: 2}}, 0},
		"its time has come":         {105, []*cluster.Pod{failedPod(1, 1, 95, 0, 0)}, []creation{{index: 0}, {1, 1, 0}, {index: 2}}, 0},
		"twice as long after two":   {105, []*cluster.Pod{failedPod(1, 1, 95, 1, 0)}, []creation{{index: 0}, {index: 2}}, 0},
		"ignored failures count in": {114, []*cluster.Pod{failedPod(1, 1, 95, 0, 1)}, []creation{{index: 0}, {index: 2}}, 0},
		"the first of all that wait": {100, []*cluster.Pod{failedPod(1, 0, 95, 0, 0), failedPod(2, 1, 92, 0, 0), failedPod(3, 2, 99, 0, 0)},
			nil, 2 * time.Second},
		"an index that has a pod does not matter": {100, []*cluster.Pod{failedPod(1, 0, 95, 0, 0), failedPod(2, 1, 92, 0, 0), pod(3, "ready", 2), failedPod(4, 1, 90, 0, 0)},
			nil, 2 * time.Second},
	} {
		p := calculate(observation{now: sim.Time(c.now) * second, whole: wholeSecond, job: perIndex(3, 5), pods: c.pods})
		require.Equal(t, c.want, p.create, name)
		require.Equal(t, c.wait, p.again, name)
	}
}

// TestReleasePerIndex: the last failed pod of an index is kept until it is replaced, as it knows the count.
func TestReleasePerIndex(t *testing.T) {
	all := []*cluster.Pod{failedPod(1, 0, 10, 0, 0), failedPod(2, 1, 10, 0, 0), pod(3, "ready", 1)}
	p := calculate(observation{now: 11 * second, whole: wholeSecond, job: perIndex(2, 5), pods: all})
	require.Len(t, p.release, 1)
	require.Equal(t, cluster.UID(2), p.release[0].UID)
	require.Equal(t, []cluster.UID{2}, p.first.UncountedFailed)
	require.Equal(t, 1, p.second.Failed)
}

// TestFailedIndexes: which failures make an index a failed one.
func TestFailedIndexes(t *testing.T) {
	coded := func(code int32, p *cluster.Pod) *cluster.Pod { p.Status.ExitCode = code; return p }
	rules := []cluster.FailureRule{{Action: actionFailIndex, In: true, Codes: []int{9}}, {Action: actionIgnore, In: true, Codes: []int{4}}}
	for name, c := range map[string]struct {
		limit int
		pod   *cluster.Pod
		want  []int
	}{
		"within the limit":    {1, failedPod(1, 0, 0, 0, 0), nil},
		"beyond it":           {1, failedPod(1, 0, 0, 1, 0), []int{0}},
		"no failure allowed":  {0, failedPod(1, 0, 0, 0, 0), []int{0}},
		"by rule":             {5, coded(9, failedPod(1, 0, 0, 0, 0)), []int{0}},
		"ignored":             {0, coded(4, failedPod(1, 0, 0, 0, 0)), nil},
		"an index out of use": {0, failedPod(1, 7, 0, 0, 0), nil},
		"no index":            {0, pod(1, "failed", noIndex), nil},
	} {
		j := perIndex(2, c.limit)
		j.FailurePolicy = rules
		p := calculate(observation{now: second, whole: wholeSecond, job: j, pods: []*cluster.Pod{c.pod}})
		require.Equal(t, c.want, p.first.FailedIndexes, name)
	}
}

// TestFewerCompletions: indexes beyond the new number are forgotten, and their pods go.
func TestFewerCompletions(t *testing.T) {
	j := perIndex(2, 1)
	j.Status.CompletedIndexes, j.Status.Succeeded = []int{0, 5, 6}, 3
	p := calculate(observation{whole: wholeSecond, job: j, pods: []*cluster.Pod{pod(1, "ready", 1), pod(2, "ready", 4)}})
	require.Equal(t, []int{0}, p.first.CompletedIndexes)
	require.Equal(t, 1, p.first.Succeeded)
	require.Len(t, p.remove, 1)
	require.Equal(t, cluster.UID(2), p.remove[0].UID)
}

// TestTerminatingIndex: with podReplacementPolicy Failed an index whose pod is going is not made yet.
func TestTerminatingIndex(t *testing.T) {
	for _, atOnce := range []bool{true, false} {
		j := perIndex(2, 1)
		j.BackoffLimitPerIndex, j.ReplaceTerminating = nil, atOnce
		going := pod(1, "deleting", 0)
		p := calculate(observation{now: 100 * second, whole: wholeSecond, job: j, pods: []*cluster.Pod{going}})
		want := []creation{{index: 1}}
		if atOnce {
			want = []creation{{index: 0}, {index: 1}}
		}
		require.Equal(t, want, p.create, "at once: %v", atOnce)
		require.Equal(t, 1, p.first.Terminating)
	}
}

// TestDeadline: the sync is repeated when the deadline is reached, counted from the second of the start.
func TestDeadline(t *testing.T) {
	one := 1
	j := &cluster.Job{Parallelism: 1, Completions: &one, ActiveDeadline: 30 * time.Second, Template: &cluster.PodTemplate{Spec: &cluster.PodSpec{}}}
	p := calculate(observation{now: 10*second + second/2, whole: wholeSecond, job: j})
	require.Equal(t, 29500*time.Millisecond, p.again)
	require.Equal(t, 10*second, p.first.StartTime)
	j.Suspend = true
	p = calculate(observation{now: 10 * second, whole: wholeSecond, job: j})
	require.Zero(t, p.again, "no deadline runs while it is suspended")
	require.False(t, p.first.Started)
}
