package workloads

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// world is an engine, a store, and a stand-in for scheduler and kubelet: a pod succeeds its run time after its creation.
type world struct {
	engine    *sim.Engine
	store     *cluster.Store
	created   []string
	createdAt []sim.Time
	removed   []cluster.Reason
	peak      int
}

func newWorld(t require.TestingT, seed uint64) *world {
	w := &world{engine: sim.New(seed)}
	w.store = cluster.NewStore(w.engine)
	w.store.Observe(func(c *cluster.Change) {
		before, after := c.Pods()
		switch {
		case before == nil:
			w.created = append(w.created, after.Name)
			w.createdAt = append(w.createdAt, c.At)
			w.peak = max(w.peak, w.store.Len(cluster.KindPod))
		case after == nil:
			w.removed = append(w.removed, c.Reason)
		}
	})
	w.store.Watch("test", nil, func(now sim.Time, c *cluster.Change) {
		if before, pod := c.Pods(); before == nil && pod.RunTime >= 0 {
			w.engine.After(pod.RunTime, sim.PhaseWorld, sim.Func{Name: "end", Do: func(now sim.Time) {
				require.NoError(t, w.store.EditPod(cluster.KeyOf(pod), cluster.ReasonCompleted, func(p *cluster.Pod) {
					p.Status.Phase = cluster.Succeeded
				}))
			}})
		}
	}, cluster.KindPod)
	return w
}

func TestEveryPodIsCreatedOnceAndRemovedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, rapid.Uint64().Draw(t, "seed"))
		at := 5 * time.Second
		s := &Synthetic{Name: "p-{i}", Namespace: "default", Requests: []Request{{Weight: 1}}}
		s.Count = rapid.Int64Range(1, 700).Draw(t, "count")
		s.Arrivals = rapid.SampledFrom([]Arrivals{{Poisson: &Rate{1, time.Second}}, {At: &at}, {Every: time.Second}}).Draw(t, "arrivals")
		s.Duration = rapid.SampledFrom([]Distribution{Constant{}, Exponential{time.Second}}).Draw(t, "duration")
		want := drain(t, NewSyntheticSource(s, sim.New(w.engine.Seed())))

		f := NewFeeder(w.engine, w.store, NewSyntheticSource(s, w.engine))
		require.True(t, f.More())
		require.False(t, f.Done())
		require.NoError(t, w.engine.Run(sim.Never))
		require.True(t, f.Done())
		require.Equal(t, s.Count, f.Submitted())
		require.Len(t, w.created, len(want))
		for i, sub := range want {
			require.Equal(t, sub.Pod.Name, w.created[i])
			require.Equal(t, sub.At, w.createdAt[i])
		}
		require.Len(t, w.removed, len(want))
		for _, reason := range w.removed {
			require.Equal(t, cluster.ReasonCleanedUp, reason)
		}
		require.Zero(t, w.store.Len(cluster.KindPod))
	})
}

func TestOnlyOneArrivalIsPending(t *testing.T) {
	w := newWorld(t, 1)
	s := synthetic(t, "arrivals: {poisson: 1/s}")
	s.Count, s.Duration = 5000, Constant{3 * time.Second}
	NewFeeder(w.engine, w.store, NewSyntheticSource(s, w.engine))
	require.Equal(t, 1, w.engine.Pending())
	w.engine.Observe(func(sim.Time, sim.Event) {
		// Ends of live pods, two watches and the arrival.
		require.LessOrEqual(t, w.engine.Pending(), w.store.Len(cluster.KindPod)+3)
	})
	require.NoError(t, w.engine.Run(sim.Never))
	require.Less(t, w.peak, 20, "memory follows live pods")
}

func TestPodsOfOneInstantAreCreatedInBoundedEvents(t *testing.T) {
	w := newWorld(t, 1)
	at := time.Duration(0)
	s := synthetic(t, "duration: forever")
	s.Arrivals, s.Count = Arrivals{At: &at}, 10*maxAtOnce
	f := NewFeeder(w.engine, w.store, NewSyntheticSource(s, w.engine))
	arrivals := 0
	w.engine.Observe(func(_ sim.Time, ev sim.Event) {
		if ev.String() == "arrival" {
			arrivals++
		}
	})
	require.NoError(t, w.engine.Run(sim.Never))
	require.Equal(t, 10, arrivals)
	require.Equal(t, 10*maxAtOnce, f.Live())
	require.False(t, f.More())
	require.False(t, f.Done(), "pods that run for ever are never done")
}

func TestOthersPodsAreLeftAlone(t *testing.T) {
	w := newWorld(t, 1)
	NewFeeder(w.engine, w.store, NewMerge())
	pod := &cluster.Pod{Spec: newSpec(cluster.Container{}).Complete(), RunTime: time.Second}
	pod.Namespace, pod.Name = "default", "foreign"
	require.NoError(t, w.store.Create(pod, cluster.ReasonCreated))
	require.NoError(t, w.engine.Run(sim.Never))
	require.True(t, w.store.Pod(pod.NamespacedName).Terminal())
}

func TestPodsThatOthersRemoveAreForgotten(t *testing.T) {
	w := newWorld(t, 1)
	s := synthetic(t, "duration: forever")
	f := NewFeeder(w.engine, w.store, NewSyntheticSource(s, w.engine))
	w.engine.After(time.Minute, sim.PhaseWorld, sim.Func{Name: "withdraw", Do: func(sim.Time) {
		pod := w.store.List(cluster.KindPod)[0].(*cluster.Pod)
		require.NoError(t, w.store.Delete(cluster.KeyOf(pod), cluster.ReasonWithdrawn))
	}})
	require.NoError(t, w.engine.Run(sim.Never))
	require.True(t, f.Done())
}

func TestAPodThatEndsAndVanishesAtOnceIsNoError(t *testing.T) {
	w := newWorld(t, 1)
	s := synthetic(t, "duration: forever")
	f := NewFeeder(w.engine, w.store, NewSyntheticSource(s, w.engine))
	w.engine.After(time.Minute, sim.PhaseWorld, sim.Func{Name: "lose", Do: func(sim.Time) {
		key := cluster.KeyOf(w.store.List(cluster.KindPod)[0])
		require.NoError(t, w.store.EditPod(key, cluster.ReasonNodeLost, func(p *cluster.Pod) { p.Status.Phase = cluster.Failed }))
		require.NoError(t, w.store.Delete(key, cluster.ReasonDeleted))
	}})
	require.NoError(t, w.engine.Run(sim.Never))
	require.True(t, f.Done())
	require.Equal(t, []cluster.Reason{cluster.ReasonDeleted}, w.removed)
}

func TestADuplicateNameFailsTheRun(t *testing.T) {
	second := sim.Time(time.Second)
	run := func(again sim.Time) error {
		w := newWorld(t, 1)
		first := &fixed{name: "a", times: []sim.Time{second}}
		NewFeeder(w.engine, w.store, NewMerge(first, &fixed{name: "a", times: []sim.Time{again}}))
		return w.engine.Run(sim.Never)
	}
	require.EqualError(t, run(second), "workload: pod default/a-0 comes twice: the one submitted at 1s still exists at 1s")
	require.NoError(t, run(2*second), "the first has ended, and its name is free")
}

func TestAnErrorOfTheSourceFailsTheRun(t *testing.T) {
	broken := errors.New("pods.csv:7: broken")
	w := newWorld(t, 1)
	f := NewFeeder(w.engine, w.store, &fixed{name: "a", times: []sim.Time{1, 2}, err: broken})
	require.ErrorIs(t, w.engine.Run(sim.Never), broken)
	require.Equal(t, int64(2), f.Submitted(), "what came before was submitted")

	w = newWorld(t, 1)
	NewFeeder(w.engine, w.store, &fixed{err: broken})
	require.ErrorIs(t, w.engine.Run(sim.Never), broken, "at once, too")
}

func TestASourceOutOfOrderIsAMistakeOfOurs(t *testing.T) {
	w := newWorld(t, 1)
	NewFeeder(w.engine, w.store, &fixed{name: "a", times: []sim.Time{2, 1}})
	require.PanicsWithValue(t, "workloads: pod default/a-0 is submitted at 1ns, before 2ns: the source is not in order",
		func() { _ = w.engine.Run(sim.Never) })
}
