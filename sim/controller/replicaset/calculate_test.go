package replicaset

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

func TestDifference(t *testing.T) {
	for _, test := range []struct{ replicas, active, create, remove int }{
		{0, 0, 0, 0}, {3, 3, 0, 0}, {3, 1, 2, 0}, {1, 3, 0, 2}, {0, 7, 0, 7},
		{500, 0, 500, 0}, {501, 0, 500, 0}, {10000, 9600, 400, 0}, {0, 1200, 0, 500},
	} {
		create, remove := Difference(test.replicas, test.active)
		require.Equal(t, [2]int{test.create, test.remove}, [2]int{create, remove}, "%+v", test)
	}
}

func TestDeletionCost(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "0": 0, "7": 7, "-7": -7, "2147483647": 2147483647, "2147483648": 0, "-2147483648": -2147483648,
		"+7": 0, "07": 0, "00": 0, "7.5": 0, "x": 0, " 7": 0,
	} {
		require.Equal(t, want, DeletionCost(map[string]string{DeletionCostAnnotation: text}), "%q", text)
	}
	require.Zero(t, DeletionCost(nil))
}

// candidate returns a pod that runs, ready since the age given, without anything else to tell it by.
func candidate(change func(*Candidate)) Candidate {
	c := Candidate{Pod: &cluster.Pod{NodeName: "n", Status: cluster.PodStatus{Phase: cluster.Running, Ready: true}}}
	change(&c)
	return c
}

const now = sim.Time(time.Hour)

func ago(d time.Duration) sim.Time { return now.Add(-d) }

// In each row the first pod is deleted before the second, whatever stands further down says.
func TestRank(t *testing.T) {
	best := func(c *Candidate) { // what speaks for keeping a pod, by the rules below
		c.Cost, c.Related, c.Ready, c.Created = 5, 0, ago(50*time.Minute), ago(55*time.Minute)
	}
	worst := func(c *Candidate) {
		c.Cost, c.Related, c.Ready, c.Created, c.Pod.Status.Restarts = -5, 9, ago(time.Second), ago(time.Second), 9
	}
	notReady := func(c *Candidate) { c.Pod.Status.Ready = false }
	pending := func(c *Candidate) { notReady(c); c.Pod.Status.Phase = cluster.Pending }
	tests := []struct {
		name        string
		first, then func(*Candidate)
	}{
		{"unassigned before assigned", func(c *Candidate) { best(c); pending(c); c.Pod.NodeName = "" }, func(c *Candidate) { worst(c); pending(c) }},
		{"pending before running", func(c *Candidate) { best(c); pending(c) }, func(c *Candidate) { worst(c); notReady(c) }},
		{"not ready before ready", func(c *Candidate) { best(c); notReady(c) }, worst},
		{"the lower cost", func(c *Candidate) { best(c); c.Cost = -6 }, worst},
		{"more of its like on the node", func(c *Candidate) { best(c); c.Cost, c.Related = 0, 2 }, func(c *Candidate) { worst(c); c.Cost, c.Related = 0, 1 }},
		{"ready for a shorter time, by powers of two", func(c *Candidate) { c.Ready, c.Created = ago(10*time.Second), ago(time.Hour) },
			func(c *Candidate) {
				c.Ready, c.Created, c.Pod.Status.Restarts = ago(20*time.Second), ago(30*time.Second), 3
			}},
		{"ready for about as long: by chance", func(c *Candidate) { c.Ready, c.Tie = ago(12*time.Second), 1 },
			func(c *Candidate) { c.Ready, c.Tie, c.Pod.Status.Restarts = ago(11*time.Second), 2, 5 }},
		{"more restarts", func(c *Candidate) { c.Created, c.Pod.Status.Restarts = ago(time.Hour), 2 },
			func(c *Candidate) { c.Created, c.Pod.Status.Restarts = ago(time.Second), 1 }},
		{"younger, by powers of two", func(c *Candidate) { c.Created, c.Tie = ago(10*time.Second), 2 },
			func(c *Candidate) { c.Created, c.Tie = ago(20*time.Second), 1 }},
		{"about as old: by chance", func(c *Candidate) { c.Created, c.Tie = ago(12*time.Second), 1 },
			func(c *Candidate) { c.Created, c.Tie = ago(11*time.Second), 2 }},
		{"an age that is not over yet is the youngest", func(c *Candidate) { c.Created, c.Tie = ago(0), 2 },
			func(c *Candidate) { c.Created, c.Tie = ago(time.Nanosecond), 1 }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a, b := candidate(test.first), candidate(test.then)
			require.Negative(t, compare(&a, &b, now))
			require.Positive(t, compare(&b, &a, now))
			require.Equal(t, []*cluster.Pod{a.Pod}, PodsToDelete([]Candidate{b, a}, 1, now))
			require.Equal(t, []*cluster.Pod{b.Pod, a.Pod}, PodsToDelete([]Candidate{b, a}, 2, now), "all: unsorted")
		})
	}
	a, b := candidate(best), candidate(best)
	require.Zero(t, compare(&a, &b, now))
}

// Those that go are never better by readiness and cost than those that stay.
func TestPodsToDeleteTakesTheWorst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []Candidate
		for range rapid.IntRange(1, 20).Draw(t, "pods") {
			all = append(all, candidate(func(c *Candidate) {
				c.Pod.Status.Ready = rapid.Bool().Draw(t, "ready")
				c.Cost, c.Tie = rapid.IntRange(-2, 2).Draw(t, "cost"), rapid.Uint64().Draw(t, "tie")
				c.Ready = ago(time.Duration(rapid.IntRange(1, 100).Draw(t, "age")) * time.Second)
			}))
		}
		n := rapid.IntRange(0, len(all)).Draw(t, "n")
		gone := PodsToDelete(all, n, now)
		require.Len(t, gone, n)
		value := func(c Candidate) int {
			if !c.Pod.Status.Ready {
				return c.Cost - 100
			}
			return c.Cost
		}
		for _, g := range all[:n] {
			require.Contains(t, gone, g.Pod)
			for _, s := range all[n:] {
				require.LessOrEqual(t, value(g), value(s))
			}
		}
	})
}

func TestCount(t *testing.T) {
	store := cluster.NewStore(sim.New(1))
	rs := &cluster.ReplicaSet{Replicas: 4, MinReadySeconds: 10 * time.Second, Template: &cluster.PodTemplate{Labels: cluster.Labels{"app": "web", "tier": "x"}}}
	rs.Generation = 3
	pod := func(ready bool, since time.Duration, labels cluster.Labels) *cluster.Pod {
		return &cluster.Pod{ObjectMeta: cluster.ObjectMeta{Labels: labels}, Status: cluster.PodStatus{Phase: cluster.Running, Ready: ready, ReadyTransition: sim.Time(since)}}
	}
	full := cluster.Labels{"app": "web", "tier": "x", "more": "y"}
	pods := []*cluster.Pod{
		pod(true, 5*time.Second, full), pod(true, 5900*time.Millisecond, full), pod(true, 6*time.Second, full),
		pod(false, 0, full), pod(true, time.Second, cluster.Labels{"app": "web"}),
	}
	got := count(store, rs, pods, 2, sim.Time(15*time.Second))
	require.Equal(t, cluster.ReplicaSetStatus{Replicas: 5, Ready: 4, Available: 3, FullyLabeled: 4, Terminating: 2, ObservedGeneration: 3}, got)
	result := nextLook(store, rs, &got, pods, sim.Time(15*time.Second))
	require.Equal(t, time.Second, result.RequeueAfter)
	require.Zero(t, nextLook(store, &cluster.ReplicaSet{}, &got, pods, 0))
	require.Equal(t, 10*time.Second, nextLook(store, rs, &got, nil, 0).RequeueAfter, "of pods unknown: a whole minReadySeconds later")
}

func TestFailureCondition(t *testing.T) {
	rs := &cluster.ReplicaSet{Replicas: 3}
	refused := errors.New("exceeded quota")
	status := rs.Status
	setFailure(&status, rs, 1, refused, 5)
	want := cluster.Condition{Type: ReplicaFailure, Status: true, Reason: "FailedCreate", Message: "exceeded quota", LastTransitionTime: 5}
	require.Equal(t, []cluster.Condition{want}, status.Conditions)
	require.Empty(t, rs.Status.Conditions)

	setFailure(&status, rs, 1, refused, 9)
	require.Equal(t, []cluster.Condition{want}, status.Conditions, "it stays as it is")
	before := status
	setFailure(&status, rs, 3, nil, 9)
	require.Empty(t, status.Conditions)
	require.Len(t, before.Conditions, 1)
	require.False(t, same(&before, &status))

	setFailure(&status, rs, 5, refused, 9)
	require.Equal(t, "FailedDelete", status.Conditions[0].Reason)
}
