package eviction_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/eviction"
)

const ms = time.Millisecond

// world is a store with pods p0, p1, ... of label app=web on a node, and answers to evictions.
type world struct {
	t      testing.TB
	engine *sim.Engine
	store  *cluster.Store
	api    *eviction.API
	log    []string
}

func newWorld(t testing.TB, pods int, latency func() time.Duration) *world {
	w := &world{t: t, engine: sim.New(1)}
	w.store = cluster.NewStore(w.engine)
	w.api = eviction.New(w.engine, w.store, latency)
	for i := range pods {
		w.create(&cluster.Pod{ObjectMeta: meta(fmt.Sprint("p", i)), NodeName: "n", Status: cluster.PodStatus{Phase: cluster.Running, Ready: true}})
	}
	return w
}

func meta(name string) cluster.ObjectMeta {
	return cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: "d", Name: name}, Labels: cluster.Labels{"app": "web"}, Generation: 1}
}

func constant(d time.Duration) func() time.Duration { return func() time.Duration { return d } }

func (w *world) create(o cluster.Object) {
	require.NoError(w.t, w.store.Create(o, cluster.ReasonCreated))
}

// budget makes one that allows so many, of 5 healthy pods.
func (w *world) budget(name string, allowed int32) *cluster.PodDisruptionBudget {
	b := &cluster.PodDisruptionBudget{ObjectMeta: meta(name), Selector: cluster.SelectLabels(cluster.Labels{"app": "web"}),
		DisruptionsAllowed: allowed, CurrentHealthy: 5, DesiredHealthy: 5 - int(allowed), ObservedGeneration: 1}
	w.create(b)
	return b
}

func (w *world) now(b *cluster.PodDisruptionBudget) *cluster.PodDisruptionBudget {
	return w.store.Get(cluster.KindPodDisruptionBudget, b.NamespacedName).(*cluster.PodDisruptionBudget)
}

func (w *world) edit(b *cluster.PodDisruptionBudget, edit func(*cluster.PodDisruptionBudget)) {
	require.NoError(w.t, cluster.Edit(w.store, cluster.KeyOf(b), "Test", edit))
}

func (w *world) pod(name string) *cluster.Pod {
	return w.store.Pod(cluster.NamespacedName{Namespace: "d", Name: name})
}

func (w *world) editPod(name string, edit func(*cluster.Pod)) {
	require.NoError(w.t, w.store.EditPod(cluster.KeyOf(w.pod(name)), "Test", edit))
}

func (w *world) at(at time.Duration, do func()) {
	w.engine.At(sim.Time(at), sim.PhaseWorld, sim.Func{Name: "test", Do: func(sim.Time) { do() }})
}

// evict asks for the end of pods, and notes the answers.
func (w *world) evict(names ...string) {
	for _, name := range names {
		w.api.Evict(cluster.KeyOf(w.pod(name)), func(now sim.Time, err error) {
			w.log = append(w.log, fmt.Sprintf("%v %s %v", now, name, err))
		})
	}
}

func (w *world) run() []string {
	require.NoError(w.t, w.engine.Run(sim.Never))
	return w.log
}

// TestWithinABudget: an API that takes no time gives what the budget has, and no more.
func TestWithinABudget(t *testing.T) {
	w := newWorld(t, 4, nil)
	b := w.budget("b", 2)
	w.evict("p0", "p1", "p2")
	require.Equal(t, []string{"0s p0 <nil>", "0s p1 <nil>",
		"0s p2 cannot evict pod as it would violate the pod's disruption budget: the disruption budget b does not allow evicting pods currently"}, w.run())
	now := w.now(b)
	require.EqualValues(t, 0, now.DisruptionsAllowed)
	require.Equal(t, []cluster.DisruptedPod{{Name: "p0"}, {Name: "p1"}}, now.DisruptedPods)
	require.Equal(t, []cluster.Condition{{Type: "DisruptionAllowed", Reason: "InsufficientPods"}}, now.Conditions)
	for name, want := range map[string]bool{"p0": true, "p1": true, "p2": false, "p3": false} {
		require.Equal(t, want, w.pod(name).Deleting, name)
	}
	require.Equal(t, cluster.ReasonEvicted, w.pod("p0").Status.Disrupted)
}

// TestConflicts: of several requests that have read the same version one writes it; the others try again after half a
// second and up to 50 ms. Whole seconds are what is noted.
func TestConflicts(t *testing.T) {
	w := newWorld(t, 4, constant(10*ms))
	b := w.budget("b", 3)
	w.at(1700*ms, func() { w.evict("p0", "p1") })
	require.NoError(t, w.engine.Run(sim.Time(1715*ms)))
	require.EqualValues(t, 2, w.now(b).DisruptionsAllowed)
	require.Equal(t, []cluster.DisruptedPod{{Name: "p0", At: sim.Time(time.Second)}}, w.now(b).DisruptedPods)
	require.False(t, w.pod("p0").Deleting, "the pod goes after the budget was written")
	require.NoError(t, w.engine.Run(sim.Time(1720*ms)))
	require.Equal(t, []string{"1.72s p0 <nil>"}, w.log)
	w.run()
	require.Len(t, w.log, 2)
	answered, err := time.ParseDuration(strings.Fields(w.log[1])[0])
	require.NoError(t, err)
	retried := answered - 15*ms
	require.GreaterOrEqual(t, retried, 1710*ms+eviction.Wait)
	require.LessOrEqual(t, retried, 1710*ms+eviction.Wait*11/10)
	require.Len(t, w.now(b).DisruptedPods, 2)
}

// TestEndlessConflicts: a request does not try for ever.
func TestEndlessConflicts(t *testing.T) {
	w := newWorld(t, 1, constant(10*ms))
	b := w.budget("b", 1)
	tries := 0
	w.store.Observe(func(*cluster.Change) { tries++ })
	w.evict("p0")
	for at := 7 * ms; at < 12*time.Second; at += 3 * ms {
		w.at(at, func() { w.edit(b, func(b *cluster.PodDisruptionBudget) { b.ExpectedPods++ }) })
	}
	log := w.run()
	require.Len(t, log, 1)
	require.Contains(t, log[0], "p0 Pod d/p0: 20 tries: conflict")
	require.EqualValues(t, 1, w.now(b).DisruptionsAllowed)
	require.False(t, w.pod("p0").Deleting)
}

// TestWithoutAsking: pods that have ended, wait or are on their way go whatever the budget says.
func TestWithoutAsking(t *testing.T) {
	for name, edit := range map[string]func(*cluster.Pod){
		"pending":   func(p *cluster.Pod) { p.Status.Phase, p.Status.Ready = cluster.Pending, false },
		"succeeded": func(p *cluster.Pod) { p.Status.Phase, p.Status.Ready = cluster.Succeeded, false },
		"failed":    func(p *cluster.Pod) { p.Status.Phase, p.Status.Ready = cluster.Failed, false },
		"deleting":  func(p *cluster.Pod) { p.Deleting = true },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1, constant(10*ms))
			b := w.budget("b", 0)
			w.budget("c", 0) // not even that there are two is an error
			w.editPod("p0", edit)
			w.evict("p0")
			require.Equal(t, []string{"15ms p0 <nil>"}, w.run())
			require.Empty(t, w.now(b).DisruptedPods)
			if p := w.pod("p0"); p != nil {
				require.True(t, p.Deleting)
			}
		})
	}
	// No budget, no question.
	w := newWorld(t, 1, constant(10*ms))
	w.evict("p0")
	require.Equal(t, []string{"15ms p0 <nil>"}, w.run())
}

// TestUnhealthyPods: unhealthyPodEvictionPolicy.
func TestUnhealthyPods(t *testing.T) {
	for _, c := range []struct {
		name             string
		always           bool
		healthy, desired int
		evicted          bool
	}{
		{"always", true, 1, 5, true},
		{"enough are healthy", false, 5, 5, true},
		{"too few are healthy", false, 4, 5, false},
		{"none is desired", false, 0, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, 1, nil)
			b := w.budget("b", 0)
			w.edit(b, func(b *cluster.PodDisruptionBudget) {
				b.AlwaysAllow, b.CurrentHealthy, b.DesiredHealthy = c.always, c.healthy, c.desired
			})
			w.editPod("p0", func(p *cluster.Pod) { p.Status.Ready = false })
			w.evict("p0")
			w.run()
			require.Equal(t, c.evicted, w.pod("p0").Deleting)
			require.Empty(t, w.now(b).DisruptedPods, "what does not count is not counted")
		})
	}
}

// TestPodsThatChange: what was let go because it was not healthy, or waited, and is another meanwhile, is asked for anew.
func TestPodsThatChange(t *testing.T) {
	w := newWorld(t, 2, constant(10*ms))
	w.budget("b", 0)
	w.editPod("p0", func(p *cluster.Pod) { p.Status.Ready = false })
	w.editPod("p1", func(p *cluster.Pod) { p.Status.Phase, p.Status.Ready = cluster.Pending, false })
	w.evict("p0", "p1")
	w.at(8*ms, func() {
		w.editPod("p0", func(p *cluster.Pod) { p.Status.Ready = true })
		w.editPod("p1", func(p *cluster.Pod) { p.Status.Phase, p.Status.Ready = cluster.Running, true })
	})
	log := w.run()
	require.Len(t, log, 2)
	require.Equal(t, "15ms p0 cannot evict pod as it would violate the pod's disruption budget: the disruption budget b is still being processed by the server", log[0])
	require.Contains(t, log[1], "p1 cannot evict pod", "after half a second it runs, and its budget is asked")
	require.False(t, w.pod("p0").Deleting || w.pod("p1").Deleting)
}

// TestRefusals: why a budget allows nothing, and when to ask again.
func TestRefusals(t *testing.T) {
	ask := func(edit func(*cluster.PodDisruptionBudget)) error {
		w := newWorld(t, 1, nil)
		b := w.budget("b", 0)
		w.edit(b, edit)
		var answer error
		w.api.Evict(cluster.KeyOf(w.pod("p0")), func(_ sim.Time, err error) { answer = err })
		w.run()
		require.False(t, w.pod("p0").Deleting)
		return answer
	}
	failed := func(reason string) func(*cluster.PodDisruptionBudget) {
		return func(b *cluster.PodDisruptionBudget) {
			b.SetCondition(cluster.Condition{Type: cluster.DisruptionAllowed, Reason: reason, Message: "why"}, 0)
			b.CurrentHealthy, b.DesiredHealthy = 3, 2
		}
	}
	for _, c := range []struct {
		name  string
		edit  func(*cluster.PodDisruptionBudget)
		cause string
		after time.Duration
	}{
		{"too few", func(b *cluster.PodDisruptionBudget) { b.CurrentHealthy = 3 }, "needs 5 healthy pods and has 3 currently", 0},
		{"not seen yet", func(b *cluster.PodDisruptionBudget) { b.Generation, b.DisruptionsAllowed = 2, 3 }, "is still being processed by the server", 10 * time.Second},
		{"not counted", failed(cluster.SyncFailed), "because it failed sync: why", 0},
		{"a condition", failed("Other"), "(Other): why", 0},
		{"nothing said", func(b *cluster.PodDisruptionBudget) { b.DesiredHealthy = 2 }, "does not allow evicting pods currently", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := ask(c.edit)
			require.ErrorIs(t, err, cluster.ErrTooManyRequests)
			var refusal *eviction.TooManyRequests
			require.ErrorAs(t, err, &refusal)
			require.Contains(t, refusal.Cause, c.cause)
			require.Equal(t, c.after, refusal.RetryAfter)
			require.Equal(t, cluster.NamespacedName{Namespace: "d", Name: "b"}, refusal.Budget)
		})
	}
	require.ErrorIs(t, ask(func(b *cluster.PodDisruptionBudget) { b.DisruptionsAllowed = -1 }), cluster.ErrForbidden)
	require.ErrorIs(t, ask(func(b *cluster.PodDisruptionBudget) {
		b.DisruptedPods, b.DisruptionsAllowed = make([]cluster.DisruptedPod, eviction.MaxDisrupted+1), 1
	}), cluster.ErrForbidden)
}

func TestErrors(t *testing.T) {
	w := newWorld(t, 3, nil)
	w.budget("b", 1)
	w.budget("c", 1)
	w.evict("p0")
	require.Equal(t, []string{"0s p0 Pod d/p0: this pod has more than one PodDisruptionBudget, which the eviction subresource does not support"}, w.run())
	gone := cluster.KeyOf(w.pod("p1"))
	gone.UID++
	w.api.Evict(gone, func(_ sim.Time, err error) { require.ErrorIs(t, err, cluster.ErrNotFound) })
	w.run()

	// A budget that goes, and a pod that goes, while the request is served.
	w = newWorld(t, 2, constant(10*ms))
	b := w.budget("b", 1)
	w.evict("p0")
	w.at(8*ms, func() { require.NoError(t, w.store.Delete(cluster.KeyOf(b), cluster.ReasonDeleted)) })
	require.Equal(t, []string{"10ms p0 PodDisruptionBudget d/b: not found"}, w.run())
	b = w.budget("b", 1)
	w.evict("p1")
	w.at(25*ms, func() { require.NoError(t, w.store.Delete(cluster.KeyOf(w.pod("p1")), cluster.ReasonDeleted)) })
	require.Equal(t, "30ms p1 Pod d/p1: not found", w.run()[1])
	require.Len(t, w.now(b).DisruptedPods, 1, "left to the disruption controller")
}

// TestWhatGoesMeanwhile: the budget is deleted between two tries.
func TestWhatGoesMeanwhile(t *testing.T) {
	w := newWorld(t, 2, constant(10*ms))
	b := w.budget("b", 2)
	w.evict("p0", "p1")
	w.at(100*ms, func() { require.NoError(t, w.store.Delete(cluster.KeyOf(b), cluster.ReasonDeleted)) })
	log := w.run()
	require.Equal(t, "20ms p0 <nil>", log[0])
	require.Contains(t, log[1], "p1 PodDisruptionBudget d/b: not found")
}

// TestSameForAll: what a request draws depends on its pod, not on others.
func TestSameForAll(t *testing.T) {
	answer := func(others ...string) string {
		w := newWorld(t, 5, constant(10*ms))
		w.budget("b", 5)
		w.evict(append([]string{"p0", "p1"}, others...)...)
		for _, l := range w.run() {
			if strings.HasSuffix(l, "p1 <nil>") {
				return l
			}
		}
		return ""
	}
	require.NotEmpty(t, answer())
	require.Equal(t, answer(), answer())
}

// BenchmarkStorm evicts 100 pods of one budget at the same time, with conflicts.
func BenchmarkStorm(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		w := newWorld(b, 100, constant(8*ms))
		w.budget("b", 100)
		done := 0
		for i := range 100 {
			w.api.Evict(cluster.KeyOf(w.pod(fmt.Sprint("p", i))), func(sim.Time, error) { done++ })
		}
		w.run()
		if done != 100 {
			b.Fatal(done)
		}
	}
}
