package ours

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/conformance/generate"
	"github.com/wavetank/wavetank/scheduler/conformance/lockstep"
	"github.com/wavetank/wavetank/scheduler/conformance/oracle"
	"github.com/wavetank/wavetank/scheduler/conformance/verdict"
	"github.com/wavetank/wavetank/scheduler/framework"
)

// oneNode is a node that one of its pods fills, and a pod that is worth more.
const oneNode = `
apiVersion: v1
kind: Node
metadata: {name: one}
status: {capacity: {cpu: 2, memory: 4Gi, pods: 10}}
---
apiVersion: v1
kind: Pod
metadata: {name: low, namespace: default}
spec: {nodeName: one, priority: 0, containers: [{name: c, image: i, resources: {requests: {cpu: 2}}}]}
status: {phase: Running, startTime: 2024-05-01T10:00:00Z}
---
apiVersion: v1
kind: Pod
metadata: {name: done, namespace: default}
spec: {nodeName: one, priority: 0, containers: [{name: c, image: i, resources: {requests: {cpu: 2}}}]}
status: {phase: Succeeded}
---
apiVersion: v1
kind: Pod
metadata: {name: pending, namespace: default}
spec: {priority: 10, containers: [{name: c, image: i, resources: {requests: {cpu: 1}}}]}
`

func open(t *testing.T, manifest string) verdict.Scheduler {
	o, err := Open([]byte(manifest))
	require.NoError(t, err)
	t.Cleanup(o.Close)
	return o
}

func decide(t *testing.T, s verdict.Scheduler, pod string) verdict.Verdict {
	v, err := s.Decide(pod)
	require.NoError(t, err)
	return v
}

// TestOnePodsWay: the pod preempts, is nominated, and is placed, as the real scheduler does it.
func TestOnePodsWay(t *testing.T) {
	tested := open(t, oneNode)
	reference, err := oracle.Open([]byte(oneNode))
	require.NoError(t, err)
	defer reference.Close()
	both := func(do func(verdict.Scheduler) error) {
		require.NoError(t, do(tested))
		require.NoError(t, do(reference))
	}
	agree := func() verdict.Verdict {
		v := decide(t, tested, "default/pending")
		require.Empty(t, verdict.Diff(decide(t, reference, "default/pending"), v))
		return v
	}

	v := agree()
	require.Equal(t, []string{"default/low"}, v.Preemption.Victims)
	require.Equal(t, "0/1 nodes are available: 1 Insufficient cpu.", v.Message)
	both(func(s verdict.Scheduler) error { return s.Preempt("default/pending", "one", v.Preemption.Victims) })
	require.Equal(t, []string{"one"}, agree().Best)
	both(func(s verdict.Scheduler) error { return s.Assume("default/pending", "one", time.Now()) })
}

// TestGeneratedClusters takes two clusters of each kind, sequences in lock-step among them.
func TestGeneratedClusters(t *testing.T) {
	var coverage verdict.Coverage
	for i := range 38 {
		c, err := generate.New(3, i)
		require.NoError(t, err)
		cluster, err := oracle.Load(c.YAML)
		require.NoError(t, err, c)
		reference, err := oracle.New(cluster)
		require.NoError(t, err, c)
		steps, err := lockstep.Run(cluster.Pending, reference, open(t, string(c.YAML)))
		reference.Close()
		require.NoError(t, err, c)
		for _, step := range steps {
			require.Empty(t, step.Differences, "%v, pod %s", c, step.Pod)
			coverage.Add(step.Reference)
		}
	}
	require.NotZero(t, coverage.SeveralFeasible)
	require.NotZero(t, coverage.Preempted)
}

func TestMistakesAreErrors(t *testing.T) {
	for _, bad := range []string{"kind: Pod", "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofile: []"} {
		_, err := Open([]byte(bad))
		require.Error(t, err, bad)
	}
	o := open(t, oneNode+"---\n{apiVersion: v1, kind: Pod, metadata: {name: other}, spec: {schedulerName: x, priority: 0, containers: [{name: c}]}}\n")
	_, err := o.Decide("default/nobody")
	require.EqualError(t, err, "pod default/nobody: not in the cluster")
	_, err = o.Decide("default/done")
	require.EqualError(t, err, "pod default/done: not in the cluster", "the scheduler does not see finished pods")
	_, err = o.Decide("default/other")
	require.EqualError(t, err, `pod default/other: no profile is named "x"`)
	require.EqualError(t, o.Assume("default/pending", "m", time.Now()), "pod default/pending: assumed on m: no such node")
	require.EqualError(t, o.Preempt("default/pending", "one", []string{"default/pending"}), "victim default/pending: not on a node")
}

// TestTheTwoPathsAreCompared changes what the remembering path decided, one thing at a time.
func TestTheTwoPathsAreCompared(t *testing.T) {
	placed := framework.Decision{Node: "a", Score: 7, Ties: 2, Feasible: 2, Nodes: 3,
		Rejections: []framework.Rejection{{Plugin: "p", Reason: "r", Nodes: 1}, {Plugin: "o", Reason: "r", Nodes: 1}}}
	explained := scheduler.Explanation{Decision: placed, Best: []string{"a", "b"}}
	require.NoError(t, agree(explained, placed))
	for name, change := range map[string]func(*framework.Decision){
		"node":       func(d *framework.Decision) { d.Node = "c" },
		"score":      func(d *framework.Decision) { d.Score++ },
		"feasible":   func(d *framework.Decision) { d.Feasible++ },
		"rejections": func(d *framework.Decision) { d.Rejections = d.Rejections[:1] },
	} {
		other := placed
		change(&other)
		require.Error(t, agree(explained, other), name)
	}
	single := scheduler.Explanation{Decision: framework.Decision{Node: "a", Score: 7, Feasible: 1}, Best: []string{"a"}}
	require.NoError(t, agree(single, framework.Decision{Node: "a", Feasible: 1}), "a single feasible node is not scored")
}
