package job

import (
	"encoding/json"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

const second = sim.Time(time.Second)

func TestRemaining(t *testing.T) {
	for _, c := range []struct {
		failures int
		ago      time.Duration
		want     time.Duration
	}{
		{0, 0, 0},
		{1, 0, 10 * time.Second},
		{1, 10 * time.Second, 0},
		{1, time.Hour, 0},
		{3, 25 * time.Second, 15 * time.Second},
		{6, 0, 320 * time.Second},
		{7, 0, 600 * time.Second},
		{1000, 0, 600 * time.Second},
	} {
		b := backoff{failures: c.failures, last: 50 * second}
		require.Equal(t, c.want, b.remaining(b.last.Add(c.ago)), "%+v", c)
	}
}

// TestGoldenBackoff compares with the real controller's table, where it is at hand.
func TestGoldenBackoff(t *testing.T) {
	text, err := os.ReadFile("../../../../shared/golden/controllers/backoff.json")
	if err != nil {
		t.Skip("no recorded table: ", err)
	}
	var golden struct {
		JobPodFailureBackOff struct {
			InitialSeconds, MaxSeconds int
			Table                      []struct{ Failures, Seconds, SecondsIfLastFailure25sAgo int }
		}
	}
	require.NoError(t, json.Unmarshal(text, &golden))
	g := golden.JobPodFailureBackOff
	require.Equal(t, FirstBackoff, time.Duration(g.InitialSeconds)*time.Second)
	require.Equal(t, MostBackoff, time.Duration(g.MaxSeconds)*time.Second)
	require.NotEmpty(t, g.Table)
	for _, row := range g.Table {
		b := backoff{failures: row.Failures, last: 100 * second}
		require.Equal(t, time.Duration(row.Seconds)*time.Second, b.remaining(100*second), "%+v", row)
		require.Equal(t, time.Duration(row.SecondsIfLastFailure25sAgo)*time.Second, b.remaining(125*second), "%+v", row)
	}
}

func ended(phase cluster.Phase, at int) *cluster.Pod {
	return &cluster.Pod{Status: cluster.PodStatus{Phase: phase, FinishedAt: sim.Time(at) * second}}
}

func TestBackoffAfter(t *testing.T) {
	ok := func(at ...int) (pods []*cluster.Pod) {
		for _, a := range at {
			pods = append(pods, ended(cluster.Succeeded, a))
		}
		return pods
	}
	bad := ok
	finish := func(p *cluster.Pod) sim.Time { return p.Status.FinishedAt }
	for name, c := range map[string]struct {
		before            backoff
		succeeded, failed []*cluster.Pod
		want              backoff
	}{
		"nothing new":                       {before: backoff{2, 9}, want: backoff{2, 9}},
		"failures add up":                   {backoff{2, 9}, nil, bad(20, 15), backoff{4, 20 * second}},
		"a success forgets":                 {backoff{2, 9}, ok(3), nil, backoff{}},
		"failures before the success":       {backoff{2, 9}, ok(30), bad(20, 30), backoff{}},
		"only failures after it count":      {backoff{2, 9}, ok(10, 30), bad(20, 31, 40), backoff{2, 40 * second}},
		"the last success, not the longest": {backoff{}, ok(30, 10), bad(31), backoff{1, 31 * second}},
	} {
		require.Equal(t, c.want, c.before.after(c.succeeded, c.failed, finish), name)
	}
}

func TestIndexSet(t *testing.T) {
	s := indexSet{1, 2, 5}
	require.Equal(t, indexSet{0, 1, 2, 3, 5}, s.with(3, 0, 2))
	require.Equal(t, indexSet{1, 2, 5}, s, "with makes a new set")
	require.Equal(t, indexSet{1, 2}, s.below(5))
	require.True(t, s.has(5))
	require.False(t, s.has(4))
	require.Equal(t, []int{0, 3}, s.pending(2, 10))
	require.Equal(t, []int{0, 3, 4, 6}, s.pending(9, 7))
	require.Equal(t, []int{0}, indexSet(nil).pending(5, 1))
	require.Empty(t, s.pending(0, 10))
}

func TestIndexOf(t *testing.T) {
	for text, want := range map[string]int{"0": 0, "17": 17, "-1": noIndex, "x": noIndex, "": noIndex} {
		p := &cluster.Pod{ObjectMeta: cluster.ObjectMeta{Annotations: map[string]string{AnnotationIndex: text}}}
		require.Equal(t, want, indexOf(p), text)
	}
	require.Equal(t, noIndex, indexOf(&cluster.Pod{}))
}

func TestMatch(t *testing.T) {
	spec := &cluster.PodSpec{Containers: []cluster.Container{{Name: "main"}}}
	exited := func(code int32) *cluster.Pod {
		return &cluster.Pod{Spec: spec, Status: cluster.PodStatus{Phase: cluster.Failed, ExitCode: code}}
	}
	deleted := func(why cluster.Reason) *cluster.Pod {
		return &cluster.Pod{Spec: spec, Status: cluster.PodStatus{Phase: cluster.Failed, Disrupted: why}}
	}
	in := func(action, container string, codes ...int) cluster.FailureRule {
		return cluster.FailureRule{Action: action, Container: container, In: true, Codes: codes}
	}
	disruption := cluster.FailureRule{Action: "Ignore", Condition: "DisruptionTarget"}
	for name, c := range map[string]struct {
		rules  []cluster.FailureRule
		pod    *cluster.Pod
		action string
		counts bool
	}{
		"no rules":                    {nil, exited(1), "", true},
		"no match":                    {[]cluster.FailureRule{in("FailJob", "", 2)}, exited(1), "", true},
		"the first match":             {[]cluster.FailureRule{in("Ignore", "", 1), in("FailJob", "", 1)}, exited(1), "Ignore", false},
		"Count":                       {[]cluster.FailureRule{in("Count", "", 1)}, exited(1), "Count", true},
		"FailIndex counts":            {[]cluster.FailureRule{in("FailIndex", "", 1)}, exited(1), "FailIndex", true},
		"NotIn":                       {[]cluster.FailureRule{{Action: "Ignore", Codes: []int{2}}}, exited(1), "Ignore", false},
		"NotIn, without an exit code": {[]cluster.FailureRule{{Action: "Ignore", Codes: []int{2}}}, exited(0), "", true},
		"of a container":              {[]cluster.FailureRule{in("Ignore", "main", 1)}, exited(1), "Ignore", false},
		"of another container":        {[]cluster.FailureRule{in("Ignore", "other", 1)}, exited(1), "", true},
		"preempted":                   {[]cluster.FailureRule{disruption}, deleted(cluster.ReasonPreempted), "Ignore", false},
		"deleted by its user":         {[]cluster.FailureRule{disruption}, deleted(cluster.ReasonKilling), "", true},
		"crashed":                     {[]cluster.FailureRule{disruption}, exited(1), "", true},
		"another condition":           {[]cluster.FailureRule{{Action: "Ignore", Condition: "X"}}, deleted(cluster.ReasonPreempted), "", true},
	} {
		m := match(c.rules, c.pod)
		require.Equal(t, c.action, m.action, name)
		require.Equal(t, c.counts, m.counts, name)
	}
}

func TestEnsure(t *testing.T) {
	yes, no := cluster.Condition{Type: "A", Status: true}, cluster.Condition{Type: "A"}
	list, changed := ensure(nil, no)
	require.False(t, changed, "nothing is not worth saying that it is false")
	require.Empty(t, list)
	list, changed = ensure(list, yes)
	require.True(t, changed)
	list, changed = ensure(list, yes)
	require.False(t, changed)
	list, changed = ensure(list, no)
	require.True(t, changed)
	require.Equal(t, []cluster.Condition{no}, list)
}

// pod is a pod of the Job under test, in short: its state and its index.
func pod(uid int, state string, index int) *cluster.Pod {
	p := &cluster.Pod{ObjectMeta: cluster.ObjectMeta{UID: cluster.UID(uid)}, Tracked: true, NodeName: "n", Spec: &cluster.PodSpec{}}
	if index != noIndex {
		p.Annotations = map[string]string{AnnotationIndex: strconv.Itoa(index)}
	}
	switch state {
	case "pending":
		p.NodeName = ""
	case "running":
		p.Status.Phase = cluster.Running
	case "ready":
		p.Status.Phase, p.Status.Ready = cluster.Running, true
	case "deleting":
		p.Status.Phase, p.Deleting = cluster.Running, true
	case "succeeded":
		p.Status.Phase = cluster.Succeeded
	case "failed":
		p.Status.Phase = cluster.Failed
	default:
		panic("job: no such state: " + state)
	}
	return p
}

func pods(states ...string) []*cluster.Pod {
	var all []*cluster.Pod
	for i, s := range states {
		all = append(all, pod(i+1, s, noIndex))
	}
	return all
}

// TestManage has the columns of upstream's TestControllerSyncJob (job_controller_test.go, v1.36.3).
func TestManage(t *testing.T) {
	three := 3
	for name, c := range map[string]struct {
		parallelism  int
		completions  *int
		states       []string
		create, kill int
	}{
		"from nothing":                      {2, &three, nil, 2, 0},
		"completions bound it":              {5, &three, nil, 3, 0},
		"enough":                            {2, &three, []string{"ready", "pending"}, 0, 0},
		"one succeeded, two to go":          {2, &three, []string{"succeeded", "ready"}, 1, 0},
		"only as many as are missing":       {2, &three, []string{"succeeded", "succeeded", "ready"}, 0, 0},
		"too many":                          {1, &three, []string{"ready", "pending", "running"}, 0, 2},
		"parallelism 0":                     {0, &three, []string{"ready"}, 0, 1},
		"no completions":                    {2, nil, []string{"ready"}, 1, 0},
		"no completions, one has succeeded": {2, nil, []string{"ready", "succeeded"}, 0, 0},
		"one is being deleted":              {2, &three, []string{"deleting", "ready"}, 0, 0},
	} {
		j := &cluster.Job{Parallelism: c.parallelism, Completions: c.completions, BackoffLimit: 6, Template: &cluster.PodTemplate{Spec: &cluster.PodSpec{}}}
		p := calculate(observation{whole: wholeSecond, job: j, pods: pods(c.states...)})
		require.Len(t, p.create, c.create, name)
		require.Len(t, p.remove, c.kill, name)
	}
}

func wholeSecond(t sim.Time) sim.Time { return t - t%second }

// TestSurplus: what has come less far goes first.
func TestSurplus(t *testing.T) {
	c := &calculation{observation: observation{whole: wholeSecond, job: &cluster.Job{}}}
	c.active = pods("ready", "pending", "running", "ready")
	c.active[0].Status.ReadyTransition = 5 * second
	c.active[3].Status.ReadyTransition = 9 * second
	var order []cluster.UID
	for _, p := range c.surplus(4) {
		order = append(order, p.UID)
	}
	require.Equal(t, []cluster.UID{2, 3, 4, 1}, order)
}

// TestDuplicates: an index has one pod, the one that has come farthest; pods without a valid index go.
func TestDuplicates(t *testing.T) {
	three := 3
	c := &calculation{observation: observation{whole: wholeSecond, job: &cluster.Job{Indexed: true, Completions: &three}}}
	c.active = []*cluster.Pod{pod(1, "ready", 0), pod(2, "pending", 0), pod(3, "running", 7), pod(4, "ready", noIndex), pod(5, "pending", 2)}
	var gone []cluster.UID
	for _, p := range c.surplus(0) {
		gone = append(gone, p.UID)
	}
	require.ElementsMatch(t, []cluster.UID{2, 3, 4}, gone)
}

// TestEnd: how a sync ends a Job, and what keeps it from doing so.
func TestEnd(t *testing.T) {
	two := 2
	for name, c := range map[string]struct {
		edit   func(*cluster.Job)
		states []string
		first  []string // conditions of the first write
		last   []string // and of the second
		reason string
	}{
		"complete":                {nil, []string{"succeeded", "succeeded"}, []string{successCriteriaMet}, []string{successCriteriaMet, Complete}, "CompletionsReached"},
		"nothing to do":           {func(j *cluster.Job) { j.Completions = new(int) }, nil, []string{successCriteriaMet}, []string{successCriteriaMet, Complete}, "CompletionsReached"},
		"too many failures":       {func(j *cluster.Job) { j.BackoffLimit = 0 }, []string{"failed"}, []string{failureTarget}, []string{failureTarget, Failed}, "BackoffLimitExceeded"},
		"pods have to go first":   {func(j *cluster.Job) { j.BackoffLimit = 0 }, []string{"failed", "ready"}, []string{failureTarget}, []string{failureTarget}, "BackoffLimitExceeded"},
		"the deadline has passed": {func(j *cluster.Job) { j.ActiveDeadline = time.Second; j.Status.Started = true }, nil, []string{failureTarget}, []string{failureTarget, Failed}, "DeadlineExceeded"},
		"too many failed indexes": {func(j *cluster.Job) { j.Indexed, j.BackoffLimitPerIndex, j.MaxFailedIndexes = true, new(int), new(int) }, []string{"failed"}, []string{failureTarget}, []string{failureTarget, Failed}, "MaxFailedIndexesExceeded"},
	} {
		j := &cluster.Job{Parallelism: 2, Completions: &two, BackoffLimit: 6, Template: &cluster.PodTemplate{Spec: &cluster.PodSpec{}}}
		if c.edit != nil {
			c.edit(j)
		}
		all := pods(c.states...)
		if j.Indexed {
			all = []*cluster.Pod{pod(1, c.states[0], 0)}
		}
		p := calculate(observation{now: 100 * second, whole: wholeSecond, job: j, pods: all})
		require.Equal(t, c.first, kinds(p.first), name)
		last := p.second
		if last == nil {
			last = p.first
		}
		require.Equal(t, c.last, kinds(last), name)
		require.Equal(t, c.reason, last.Conditions[0].Reason, name)
		require.Len(t, p.release, len(all), name)
	}
}

func kinds(s *cluster.JobStatus) []string {
	var all []string
	for _, c := range s.Conditions {
		all = append(all, c.Type)
	}
	return all
}

// TestRestarts: with restartPolicy OnFailure the restarts of containers count against the limit.
func TestRestarts(t *testing.T) {
	for _, c := range []struct {
		limit, restarts int
		want            bool
	}{{0, 0, false}, {0, 1, true}, {2, 1, false}, {2, 2, true}} {
		j := &cluster.Job{Parallelism: 1, BackoffLimit: c.limit, Template: &cluster.PodTemplate{Spec: &cluster.PodSpec{RestartPolicy: cluster.RestartOnFailure}}}
		all := pods("ready")
		all[0].Status.Restarts = int32(c.restarts)
		p := calculate(observation{whole: wholeSecond, job: j, pods: all})
		require.Equal(t, c.want, len(p.stop) == 1, "%+v", c)
	}
}

// TestManyFinished: one sync notes no more than mostUncounted pods, and does not end the Job before all are counted.
func TestManyFinished(t *testing.T) {
	n := mostUncounted + 100
	j := &cluster.Job{Parallelism: n, Completions: &n, BackoffLimit: 6, Template: &cluster.PodTemplate{Spec: &cluster.PodSpec{}}}
	var all []*cluster.Pod
	for i := range n {
		all = append(all, pod(i+1, "succeeded", noIndex))
	}
	p := calculate(observation{whole: wholeSecond, job: j, pods: all})
	require.Len(t, p.first.UncountedSucceeded, mostUncounted)
	require.Equal(t, mostUncounted, p.second.Succeeded)
	require.Equal(t, []string{successCriteriaMet}, kinds(p.second))
}

// TestInterrupted: what an earlier sync noted and released is counted now; what it noted and did not release is not noted twice.
func TestInterrupted(t *testing.T) {
	three := 3
	j := &cluster.Job{Parallelism: 3, Completions: &three, BackoffLimit: 6, Template: &cluster.PodTemplate{Spec: &cluster.PodSpec{}}}
	j.Status.UncountedSucceeded = []cluster.UID{1, 2}
	all := pods("succeeded", "succeeded", "ready")
	all[0].Tracked = false
	p := calculate(observation{whole: wholeSecond, job: j, pods: all})
	require.Equal(t, 1, p.first.Succeeded)
	require.Equal(t, []cluster.UID{2}, p.first.UncountedSucceeded)
	require.Equal(t, 2, p.second.Succeeded)
	require.Empty(t, p.second.UncountedSucceeded)
	require.Equal(t, []cluster.UID{1, 2}, j.Status.UncountedSucceeded, "the stored status is not written to")
}
