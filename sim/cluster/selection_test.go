package cluster_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// chosen counts anew what a selection should hold.
func chosen(s *cluster.Store, namespace string, selector *cluster.Selector) []*cluster.Pod {
	var pods []*cluster.Pod
	for _, o := range s.List(cluster.KindPod) {
		if p := o.(*cluster.Pod); p.Namespace == namespace && selector.Matches(p.Labels) {
			pods = append(pods, p)
		}
	}
	slices.SortFunc(pods, func(a, b *cluster.Pod) int { return cmp.Compare(a.UID, b.UID) })
	return pods
}

// onNode counts anew what is bound to a node.
func onNode(s *cluster.Store, node string) []*cluster.Pod {
	var pods []*cluster.Pod
	for _, o := range s.List(cluster.KindPod) {
		if p := o.(*cluster.Pod); p.NodeName == node {
			pods = append(pods, p)
		}
	}
	slices.SortFunc(pods, func(a, b *cluster.Pod) int { return cmp.Compare(a.UID, b.UID) })
	return pods
}

// TestSelectionsFollowEveryChange: whatever is written, a live selection and the pods by node are what counting finds.
func TestSelectionsFollowEveryChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store := cluster.NewStore(sim.New(1))
		for i := range 3 {
			require.NoError(t, store.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: fmt.Sprint("n", i)}}}, cluster.ReasonCreated))
		}
		labels := func() cluster.Labels {
			return cluster.Labels{"app": rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "app")}
		}
		namespace := func() string { return rapid.SampledFrom([]string{"x", "y"}).Draw(t, "namespace") }
		type live struct {
			*cluster.Selection
			namespace string
			selector  *cluster.Selector
		}
		var open []live
		next := 0
		pick := func() *cluster.Pod {
			list := store.List(cluster.KindPod)
			if len(list) == 0 {
				return nil
			}
			return list[rapid.IntRange(0, len(list)-1).Draw(t, "pod")].(*cluster.Pod)
		}
		edit := func(fn func(*cluster.Pod)) {
			if p := pick(); p != nil {
				require.NoError(t, store.EditPod(cluster.KeyOf(p), cluster.ReasonUpdated, fn))
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"create": func(*rapid.T) {
				next++
				require.NoError(t, store.Create(&cluster.Pod{Spec: &cluster.PodSpec{}, ObjectMeta: cluster.ObjectMeta{
					NamespacedName: cluster.NamespacedName{Namespace: namespace(), Name: fmt.Sprint("p", next)}, Labels: labels()}}, cluster.ReasonCreated))
			},
			"bind": func(*rapid.T) {
				if p := pick(); p != nil && p.NodeName == "" {
					require.NoError(t, store.Bind(cluster.KeyOf(p), rapid.SampledFrom([]string{"n0", "n1", "n2"}).Draw(t, "node"), 0))
				}
			},
			"label":  func(*rapid.T) { l := labels(); edit(func(p *cluster.Pod) { p.Labels = l }) },
			"status": func(*rapid.T) { edit(func(p *cluster.Pod) { p.Status.Restarts++ }) },
			"delete": func(*rapid.T) {
				if p := pick(); p != nil {
					require.NoError(t, store.Delete(cluster.KeyOf(p), cluster.ReasonDeleted))
				}
			},
			"select": func(*rapid.T) {
				ns, sel := namespace(), cluster.SelectLabels(labels())
				open = append(open, live{store.Select(ns, sel), ns, sel})
			},
			"close": func(*rapid.T) {
				if len(open) > 0 {
					open[0].Close()
					open = open[1:]
				}
			},
			"": func(*rapid.T) {
				for _, l := range open {
					require.Equal(t, chosen(store, l.namespace, l.selector), append([]*cluster.Pod(nil), l.Pods()...))
				}
				for _, n := range []string{"n0", "n1", "n2", "none"} {
					require.Equal(t, onNode(store, n), append([]*cluster.Pod(nil), store.PodsOn(n)...))
				}
			},
		})
	})
}

func TestSelectionVersion(t *testing.T) {
	store := cluster.NewStore(sim.New(1))
	pod := func(name, app string) *cluster.Pod {
		return &cluster.Pod{Spec: &cluster.PodSpec{}, ObjectMeta: cluster.ObjectMeta{
			NamespacedName: cluster.NamespacedName{Namespace: "x", Name: name}, Labels: cluster.Labels{"app": app}}}
	}
	sel := store.Select("x", cluster.SelectLabels(cluster.Labels{"app": "a"}))
	before := sel.Version()
	other := pod("other", "b")
	require.NoError(t, store.Create(other, cluster.ReasonCreated))
	require.NoError(t, store.EditPod(cluster.KeyOf(other), cluster.ReasonUpdated, func(p *cluster.Pod) { p.Status.Restarts++ }))
	require.Equal(t, before, sel.Version(), "what is not selected is no news")
	mine := pod("mine", "a")
	require.NoError(t, store.Create(mine, cluster.ReasonCreated))
	require.Greater(t, sel.Version(), before)
	before, members := sel.Version(), sel.Membership()
	require.NoError(t, store.EditPod(cluster.KeyOf(mine), cluster.ReasonUpdated, func(p *cluster.Pod) { p.Status.Ready = true }))
	require.Greater(t, sel.Version(), before)
	require.True(t, sel.Pods()[0].Status.Ready, "the newest version of the pod")
	require.Equal(t, members, sel.Membership(), "the same pods")
	require.NoError(t, store.Delete(cluster.KeyOf(mine), cluster.ReasonDeleted))
	require.Greater(t, sel.Membership(), members)
}

func TestSelectNothing(t *testing.T) {
	store := cluster.NewStore(sim.New(1))
	require.NoError(t, store.Create(&cluster.Pod{Spec: &cluster.PodSpec{}, ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: "x", Name: "p"}}}, cluster.ReasonCreated))
	require.Empty(t, store.Select("x", nil).Pods(), "a nil selector selects nothing")
	require.Len(t, store.Select("x", &cluster.Selector{}).Pods(), 1, "an empty one selects everything")
}

func BenchmarkSelectionStatusChange(b *testing.B) {
	store := cluster.NewStore(sim.New(1))
	for i := range 60 {
		store.Select("x", cluster.SelectLabels(cluster.Labels{"app": fmt.Sprint(i)}))
	}
	var keys []cluster.Key
	for i := range 600 {
		p := &cluster.Pod{Spec: &cluster.PodSpec{}, ObjectMeta: cluster.ObjectMeta{
			NamespacedName: cluster.NamespacedName{Namespace: "x", Name: fmt.Sprint("p", i)}, Labels: cluster.Labels{"app": fmt.Sprint(i % 60)}}}
		require.NoError(b, store.Create(p, cluster.ReasonCreated))
		keys = append(keys, cluster.KeyOf(p))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		_ = store.EditPod(keys[i%len(keys)], cluster.ReasonUpdated, func(p *cluster.Pod) { p.Status.Restarts++ })
	}
}
