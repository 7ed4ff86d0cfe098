package disruption

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// pod makes a pod of an owner; "": none.
func pod(name, owner string, ready, deleting bool) *cluster.Pod {
	p := &cluster.Pod{}
	p.Name, p.Deleting, p.Status.Ready = name, deleting, ready
	if owner != "" {
		uid := cluster.UID(owner[0])*100 + cluster.UID(len(owner))
		p.Owners = []cluster.OwnerReference{{Kind: "ReplicaSet", Name: owner, UID: uid, Controller: true}}
	}
	return p
}

// pods makes ready pods of owners.
func pods(owners ...string) []*cluster.Pod {
	var list []*cluster.Pod
	for i, o := range owners {
		list = append(list, pod(fmt.Sprint("p", i), o, true, false))
	}
	return list
}

var errGone = errors.New("gone")

// find knows owners a, bb and ccc with scales 10, 5 and 3; bb and dd stand for the same controller.
func find(_ *cluster.Pod, ref *cluster.OwnerReference) (owner, error) {
	switch ref.Name {
	case "a":
		return owner{1, 10}, nil
	case "bb", "dddd":
		return owner{2, 5}, nil
	case "ccc":
		return owner{3, 3}, nil
	}
	return owner{}, errGone
}

func number(n int) *cluster.IntOrPercent  { return &cluster.IntOrPercent{Value: n} }
func percent(n int) *cluster.IntOrPercent { return &cluster.IntOrPercent{Value: n, Percent: true} }

func TestNeed(t *testing.T) {
	for _, c := range []struct {
		name      string
		min, most *cluster.IntOrPercent
		owners    []string
		want      needs
		err       error
	}{
		{"nothing stated", nil, nil, []string{"a", "a"}, needs{}, nil},
		{"a number counts pods", number(3), nil, []string{"a", "", "x"}, needs{3, 3, 0}, nil},
		{"a number of no pods", number(3), nil, nil, needs{0, 3, 0}, nil},
		{"a percentage asks controllers", percent(50), nil, []string{"a", "a", "a"}, needs{10, 5, 0}, nil},
		{"rounded up", percent(51), nil, []string{"a"}, needs{10, 6, 0}, nil},
		{"of several controllers", percent(50), nil, []string{"a", "bb", "ccc", "bb"}, needs{18, 9, 0}, nil},
		{"a controller behind two others counts once", percent(100), nil, []string{"bb", "dddd"}, needs{5, 5, 0}, nil},
		{"pods without a controller are expected by nobody", percent(100), nil, []string{"a", "", ""}, needs{10, 10, 2}, nil},
		{"none with a controller", percent(50), nil, []string{"", ""}, needs{0, 0, 2}, nil},
		{"no pods", percent(50), nil, nil, needs{}, nil},
		{"a controller that is gone", percent(50), nil, []string{"a", "x"}, needs{}, errGone},
		{"most unavailable", nil, number(2), []string{"a"}, needs{10, 8, 0}, nil},
		{"more than there are", nil, number(20), []string{"a"}, needs{10, 0, 0}, nil},
		{"none", nil, number(0), []string{"a"}, needs{10, 10, 0}, nil},
		{"most unavailable in per cent, rounded up", nil, percent(25), []string{"a"}, needs{10, 7, 0}, nil},
		{"of pods without a controller", nil, number(1), []string{""}, needs{0, 0, 1}, nil},
		{"gone again", nil, number(1), []string{"x"}, needs{}, errGone},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := need(&cluster.PodDisruptionBudget{MinAvailable: c.min, MaxUnavailable: c.most}, pods(c.owners...), find)
			require.ErrorIs(t, err, c.err)
			if c.err == nil {
				require.Equal(t, c.want, got)
			}
		})
	}
}

func TestPending(t *testing.T) {
	minute := func(n int) sim.Time { return sim.Time(time.Duration(n) * time.Minute) }
	b := &cluster.PodDisruptionBudget{DisruptedPods: []cluster.DisruptedPod{
		{Name: "deleting", At: minute(10)}, {Name: "gone", At: minute(10)}, {Name: "new", At: minute(10)}, {Name: "old", At: minute(8)}, {Name: "older", At: minute(7)},
	}}
	list := []*cluster.Pod{pod("new", "", true, false), pod("deleting", "", true, true), pod("old", "", true, false), pod("older", "", true, false), pod("other", "", true, false)}
	kept, recheck := pending(b, list, minute(10))
	require.Equal(t, []cluster.DisruptedPod{{Name: "new", At: minute(10)}, {Name: "old", At: minute(8)}}, kept, "at the end of its time a pod is still noted")
	require.Equal(t, minute(10), recheck)
	require.Equal(t, 3, healthy(list, kept, minute(10)), "and counts again; the one that is deleted does not")
	kept, recheck = pending(b, list, minute(10)+1)
	require.Equal(t, []cluster.DisruptedPod{{Name: "new", At: minute(10)}}, kept)
	require.Equal(t, minute(12), recheck)
	kept, recheck = pending(b, nil, minute(10))
	require.Empty(t, kept)
	require.Equal(t, sim.Never, recheck)
	_, recheck = pending(&cluster.PodDisruptionBudget{}, list, 0)
	require.Equal(t, sim.Never, recheck)
}

func TestHealthy(t *testing.T) {
	list := []*cluster.Pod{
		pod("ready", "", true, false), pod("unready", "", false, false), pod("deleting", "", true, true), pod("disrupted", "", true, false),
	}
	disrupted := []cluster.DisruptedPod{{Name: "disrupted"}}
	require.Equal(t, 1, healthy(list, disrupted, 1))
	require.Equal(t, 2, healthy(list, nil, 1))
	require.Equal(t, 2, healthy(list, disrupted, sim.Time(DeletionTimeout)), "its time is over")
}

func TestAllowed(t *testing.T) {
	for _, c := range []struct {
		healthy, expected, desired int
		want                       int32
	}{{10, 10, 7, 3}, {7, 10, 7, 0}, {5, 10, 7, 0}, {10, 0, 0, 0}, {3, 10, 0, 3}} {
		require.Equal(t, c.want, allowed(c.healthy, needs{expected: c.expected, desired: c.desired}), "%+v", c)
	}
}

// TestStatus: what is written is up to date, and each part of it counts.
func TestStatus(t *testing.T) {
	b := &cluster.PodDisruptionBudget{MinAvailable: number(1), DisruptedPods: []cluster.DisruptedPod{{Name: "p0"}}}
	b.Generation = 2
	s, err := calculate(b, pods("a", "a", "a"), find, 5)
	require.NoError(t, err)
	require.False(t, s.upToDate(b))
	s.write(b, 7)
	require.True(t, s.upToDate(b))
	require.Equal(t, []cluster.Condition{{Type: "DisruptionAllowed", Status: true, Reason: "SufficientPods", LastTransitionTime: 7}}, b.Conditions)
	require.Equal(t, []any{int32(1), 2, 1, 3, int64(2)}, []any{b.DisruptionsAllowed, b.CurrentHealthy, b.DesiredHealthy, b.ExpectedPods, b.ObservedGeneration})
	for name, change := range map[string]func(*cluster.PodDisruptionBudget){
		"healthy":    func(b *cluster.PodDisruptionBudget) { b.CurrentHealthy++ },
		"desired":    func(b *cluster.PodDisruptionBudget) { b.DesiredHealthy++ },
		"expected":   func(b *cluster.PodDisruptionBudget) { b.ExpectedPods++ },
		"allowed":    func(b *cluster.PodDisruptionBudget) { b.DisruptionsAllowed++ },
		"disrupted":  func(b *cluster.PodDisruptionBudget) { b.DisruptedPods = nil },
		"generation": func(b *cluster.PodDisruptionBudget) { b.Generation++ },
		"condition":  func(b *cluster.PodDisruptionBudget) { b.Conditions = nil },
		"status": func(b *cluster.PodDisruptionBudget) {
			b.Conditions = []cluster.Condition{{Type: "DisruptionAllowed", Reason: "SufficientPods"}}
		},
		"reason": func(b *cluster.PodDisruptionBudget) { writeFailure(b, errGone, 9); b.DisruptionsAllowed = 1 },
	} {
		other := *b
		change(&other)
		require.False(t, s.upToDate(&other), name)
	}
	// What fails allows nothing; the time of the condition moves with its status alone.
	writeFailure(b, errGone, 9)
	require.True(t, saysFailed(b, errGone))
	require.False(t, saysFailed(b, errors.New("else")))
	require.Equal(t, []cluster.Condition{{Type: "DisruptionAllowed", Reason: "SyncFailed", Message: "gone", LastTransitionTime: 9}}, b.Conditions)
	require.EqualValues(t, 0, b.DisruptionsAllowed)
	b.SetAllowed(0, 11)
	require.Equal(t, []cluster.Condition{{Type: "DisruptionAllowed", Reason: "InsufficientPods", LastTransitionTime: 9}}, b.Conditions)
	b.SetAllowed(1, 13)
	require.EqualValues(t, 13, b.Conditions[0].LastTransitionTime)
}
