package statefulset

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
)

// newSet returns a set of n pods.
func newSet(n int) *cluster.StatefulSet {
	set := &cluster.StatefulSet{Replicas: n, MaxUnavailable: cluster.IntOrPercent{Value: 1}}
	set.Name, set.Generation = "db", 1
	return set
}

// pods reads "0:ready 1:old,ready 3:pending": ordinals and what is to be said of each pod. Pods are of the update revision
// unless they are old.
func pods(text string) []*cluster.Pod {
	var all []*cluster.Pod
	for i, word := range strings.Fields(text) {
		ordinal, states, _ := strings.Cut(word, ":")
		p := &cluster.Pod{Spec: &cluster.PodSpec{}}
		p.Name, p.UID, p.Labels = "db-"+ordinal, cluster.UID(i+1), cluster.Labels{LabelRevision: "new"}
		p.Status.Phase = cluster.Running
		for _, state := range strings.Split(states, ",") {
			switch state {
			case "ready":
				p.Status.Ready = true
			case "running":
			case "pending":
				p.Status.Phase = cluster.Pending
			case "failed":
				p.Status.Phase = cluster.Failed
			case "succeeded":
				p.Status.Phase = cluster.Succeeded
			case "deleting":
				p.Deleting = true
			case "old":
				p.Labels = cluster.Labels{LabelRevision: "old"}
			default:
				panic("statefulset: no such state: " + state)
			}
		}
		all = append(all, p)
	}
	return all
}

// short writes a plan as "+1(new) -2": creations, then deletions.
func short(p *plan) string {
	var words []string
	for _, c := range p.create {
		words = append(words, fmt.Sprintf("+%d(%s)", c.ordinal, c.revision))
	}
	for _, q := range append(p.failed, p.remove...) {
		words = append(words, "-"+strings.TrimPrefix(q.Name, "db-"))
	}
	return strings.Join(words, " ")
}

func observe(set *cluster.StatefulSet, text string) observation {
	return observation{set: set, pods: pods(text), current: "old", update: "new",
		available: func(p *cluster.Pod) bool { return p.Status.Phase == cluster.Running && p.Status.Ready }}
}

func TestCalculate(t *testing.T) {
	parallel := func(s *cluster.StatefulSet) { s.Parallel = true }
	onDelete := func(s *cluster.StatefulSet) { s.OnDelete = true }
	partition := func(n int) func(*cluster.StatefulSet) { return func(s *cluster.StatefulSet) { s.Partition = n } }
	from := func(n int) func(*cluster.StatefulSet) { return func(s *cluster.StatefulSet) { s.Ordinal = n } }
	most := func(v int, percent bool) func(*cluster.StatefulSet) {
		return func(s *cluster.StatefulSet) { s.MaxUnavailable = cluster.IntOrPercent{Value: v, Percent: percent} }
	}
	both := func(f, g func(*cluster.StatefulSet)) func(*cluster.StatefulSet) {
		return func(s *cluster.StatefulSet) { f(s); g(s) }
	}
	none := func(*cluster.StatefulSet) {}
	for _, c := range []struct {
		name string
		edit func(*cluster.StatefulSet)
		n    int
		pods string
		want string
	}{
		{"the first", none, 3, "", "+0(new)"},
		{"the next", none, 3, "0:ready", "+1(new)"},
		{"waits for the pod before", none, 3, "0:running", ""},
		{"waits for a pod that is going", none, 3, "0:deleting,ready", ""},
		{"a hole is filled first", none, 3, "0:ready 2:ready", "+1(new)"},
		{"a failed pod is made again", none, 3, "0:ready 1:failed 2:ready", "-1"},
		{"a succeeded one too", none, 1, "0:succeeded", "-0"},
		{"a failed pod that is going", none, 1, "0:failed,deleting", ""},
		{"nothing to do", none, 2, "0:ready 1:ready", ""},
		{"the highest goes first", none, 1, "0:ready 1:ready 2:ready", "-2"},
		{"one at a time", none, 1, "0:ready 1:ready 2:ready,deleting", ""},
		{"not before all are available", none, 1, "0:running 1:ready", ""},
		{"the lowest that is not available may go", none, 1, "0:ready 1:running", "-1"},
		{"a higher one that is not available waits for it", none, 1, "0:ready 1:running 2:running", ""},
		{"to nothing", none, 0, "0:running", "-0"},
		{"all at once", parallel, 3, "1:pending", "+0(new) +2(new)"},
		{"all surplus at once", parallel, 0, "0:ready 1:pending 2:deleting", "-1 -0"},
		{"all that failed", parallel, 3, "0:failed 1:succeeded 2:ready", "-0 -1"},
		{"ordinals from 5", from(5), 2, "5:ready", "+6(new)"},
		{"pods below the first ordinal go", from(1), 1, "0:ready 1:ready", "-0"},
		{"an update begins at the top", none, 3, "0:old,ready 1:old,ready 2:old,ready", "-2"},
		{"and goes down", none, 3, "0:old,ready 1:old,ready 2:ready", "-1"},
		{"waits for the new pod", none, 3, "0:old,ready 1:old,ready 2:pending", ""},
		{"is done", none, 2, "0:ready 1:ready", ""},
		{"stops at the partition", partition(2), 3, "0:old,ready 1:old,ready 2:ready", ""},
		{"the partition counts from the first ordinal", both(partition(1), from(5)), 2, "5:old,ready 6:old,ready", "-6"},
		{"below the partition a pod is made as before", partition(2), 3, "0:old,ready 2:ready", "+1(old)"},
		{"above it a pod is made anew", partition(1), 3, "0:old,ready 2:ready", "+1(new)"},
		{"OnDelete", onDelete, 2, "0:old,ready 1:old,ready", ""},
		{"OnDelete makes new ones", both(onDelete, partition(2)), 2, "0:old,ready", "+1(new)"},
		{"scaling goes before updates", none, 1, "0:old,ready 1:old,ready", "-1"},
		{"Parallel updates one at a time", parallel, 3, "0:old,ready 1:old,ready 2:old,ready", "-2"},
		{"maxUnavailable", most(2, false), 3, "0:old,ready 1:old,ready 2:old,ready", "-2 -1"},
		{"maxUnavailable counts those that are out", both(parallel, most(2, false)), 3, "0:old,ready 1:old,ready 2:pending", "-1"},
		{"maxUnavailable is used up", both(parallel, most(2, false)), 3, "0:old,ready 1:running 2:pending", ""},
		{"maxUnavailable in percent, rounded down", most(50, true), 5, "0:old,ready 1:old,ready 2:old,ready 3:old,ready 4:old,ready", "-4 -3"},
		{"a small percentage is one", most(10, true), 2, "0:old,ready 1:old,ready", "-1"},
		{"Parallel deletes a failed old pod once", both(parallel, most(3, false)), 2, "0:old,ready 1:old,failed", "-1 -0"},
		{"pods of other names do not matter", none, 1, "0:ready x:ready", ""},
	} {
		set := newSet(c.n)
		c.edit(set)
		p := calculate(observe(set, c.pods))
		require.Equal(t, c.want, short(&p), c.name)
	}
}

func TestStatus(t *testing.T) {
	set := newSet(3)
	p := calculate(observe(set, "0:old,ready 1:old,ready 2:running"))
	require.Equal(t, cluster.StatefulSetStatus{Replicas: 3, Ready: 2, Available: 2, Current: 2, Updated: 1,
		CurrentRevision: "old", UpdateRevision: "new", ObservedGeneration: 1}, p.status)
	p = calculate(observe(set, "0:old,ready 1:old,ready 2:ready"))
	require.Equal(t, 1, p.status.Current, "one is deleted in this sync")
	p = calculate(observe(set, "0:ready 1:ready 2:ready"))
	require.Equal(t, cluster.StatefulSetStatus{Replicas: 3, Ready: 3, Available: 3, Current: 3, Updated: 3,
		CurrentRevision: "new", UpdateRevision: "new", ObservedGeneration: 1}, p.status, "the update is complete")
	set.OnDelete = true
	p = calculate(observe(set, "0:ready 1:ready 2:ready"))
	require.Equal(t, "old", p.status.CurrentRevision, "OnDelete never completes")
}

func TestDiffers(t *testing.T) {
	s := cluster.StatefulSetStatus{Replicas: 1, ObservedGeneration: 2}
	later, earlier, other := s, s, s
	later.ObservedGeneration, earlier.ObservedGeneration, other.Ready = 3, 1, 1
	require.False(t, differs(s, s))
	require.True(t, differs(s, later))
	require.False(t, differs(s, earlier))
	require.True(t, differs(s, other))
}

func TestOrdinalOf(t *testing.T) {
	set := newSet(1)
	for name, want := range map[string]int{"db-0": 0, "db-12": 12, "db": -1, "db-": -1, "db-x": -1, "web-1": -1, "db--1": -1} {
		p := &cluster.Pod{}
		p.Name = name
		require.Equal(t, want, OrdinalOf(set, p), name)
	}
}

func TestPendingPodsNeedClaims(t *testing.T) {
	p := calculate(observe(newSet(2), "0:pending"))
	require.Equal(t, []int{0}, p.claims)
}
