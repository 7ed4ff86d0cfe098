package tainteviction_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/tainteviction"
)

const sec = time.Second

var (
	out  = cluster.Taint{Key: "out", Effect: cluster.NoExecute}
	slow = cluster.Taint{Key: "slow", Effect: cluster.NoExecute}
	away = cluster.Taint{Key: "away", Effect: cluster.NoSchedule}
)

// world is a cluster with nodes n0 and n1, and what the controller does to pods.
type world struct {
	t      testing.TB
	engine *sim.Engine
	store  *cluster.Store
	story  []string
}

func newWorld(t testing.TB, opts controller.Options) *world {
	w := &world{t: t, engine: sim.New(1)}
	w.store = cluster.NewStore(w.engine)
	tainteviction.New(w.engine, w.store, opts)
	w.store.Observe(func(c *cluster.Change) {
		before, after := c.Pods()
		if before == nil || after == nil {
			return
		}
		now := time.Duration(w.engine.Now()).Round(time.Millisecond)
		if before.Status.Disrupted == "" && after.Status.Disrupted != "" {
			w.story = append(w.story, fmt.Sprint(now, " ", after.Name, " marked"))
		}
		if after.Deleting && !before.Deleting {
			w.story = append(w.story, fmt.Sprint(now, " ", after.Name, " deleted"))
		}
	})
	for _, name := range []string{"n0", "n1"} {
		w.create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: name}}})
	}
	return w
}

func (w *world) create(o cluster.Object) {
	w.t.Helper()
	require.NoError(w.t, w.store.Create(o, cluster.ReasonCreated))
}

func name(pod string) cluster.NamespacedName {
	return cluster.NamespacedName{Namespace: "default", Name: pod}
}

// pod makes a pod on n0 that tolerates taints for a time: negative for ever.
func (w *world) pod(pod string, tolerates map[string]time.Duration) {
	w.t.Helper()
	spec := &cluster.PodSpec{Containers: []cluster.Container{{Name: "c"}}}
	for _, key := range []string{"out", "slow"} {
		if d, ok := tolerates[key]; ok {
			spec.Tolerations = append(spec.Tolerations, cluster.Toleration{
				Key: key, Operator: cluster.TolerationExists, Effect: cluster.NoExecute, For: max(0, d), Forever: d < 0,
			})
		}
	}
	w.create(&cluster.Pod{ObjectMeta: cluster.ObjectMeta{NamespacedName: name(pod)}, Spec: spec.Complete(), NodeName: "n0", RunTime: cluster.Forever})
}

func (w *world) at(at time.Duration, do func()) {
	w.engine.At(sim.Time(at), sim.PhaseWorld, sim.Func{Name: "test", Do: func(sim.Time) { do() }})
}

// taint sets the taints of n0 at an instant.
func (w *world) taint(at time.Duration, taints ...cluster.Taint) {
	w.at(at, func() {
		require.NoError(w.t, w.store.EditNode("n0", cluster.ReasonUpdated, func(n *cluster.Node) { n.Taints = taints }))
	})
}

func (w *world) run() {
	w.t.Helper()
	require.NoError(w.t, w.engine.Run(sim.Never))
}

func TestEvictions(t *testing.T) {
	for _, c := range []struct {
		name string
		acts func(w *world)
		want []string
	}{
		{"at once, after a time, never", func(w *world) {
			w.pod("none", nil)
			w.pod("some", map[string]time.Duration{"out": 30 * sec})
			w.pod("all", map[string]time.Duration{"out": -1})
			w.taint(10*sec, out)
		}, []string{"10s none marked", "10s none deleted", "40s some marked", "40s some deleted"}},
		{"only what keeps pods away", func(w *world) {
			w.pod("none", nil)
			w.taint(10*sec, away)
		}, nil},
		{"the taint goes in time", func(w *world) {
			w.pod("some", map[string]time.Duration{"out": 30 * sec})
			w.taint(10*sec, out)
			w.taint(39 * sec)
		}, nil},
		{"and comes again: the time begins anew", func(w *world) {
			w.pod("some", map[string]time.Duration{"out": 30 * sec})
			w.taint(10*sec, out)
			w.taint(39*sec, away)
			w.taint(45*sec, out)
		}, []string{"1m15s some marked", "1m15s some deleted"}},
		{"a second taint does not change a time that runs", func(w *world) {
			w.pod("some", map[string]time.Duration{"out": 30 * sec, "slow": 5 * sec})
			w.taint(10*sec, out)
			w.taint(20*sec, out, slow)
		}, []string{"40s some marked", "40s some deleted"}},
		{"nor does one taking the place of another", func(w *world) {
			w.pod("some", map[string]time.Duration{"out": 30 * sec, "slow": 300 * sec})
			w.taint(10*sec, out)
			w.taint(20*sec, slow)
		}, []string{"40s some marked", "40s some deleted"}},
		{"a second taint that is not tolerated ends it", func(w *world) {
			w.pod("some", map[string]time.Duration{"out": 30 * sec})
			w.taint(10*sec, out)
			w.taint(20*sec, out, slow)
		}, []string{"20s some marked", "20s some deleted"}},
		{"one that is tolerated for ever takes it back", func(w *world) {
			w.pod("some", map[string]time.Duration{"out": 30 * sec, "slow": -1})
			w.taint(10*sec, out)
			w.taint(20*sec, slow)
		}, nil},
		{"a pod that comes later has its own time", func(w *world) {
			w.taint(10*sec, out)
			w.at(25*sec, func() { w.pod("late", map[string]time.Duration{"out": 30 * sec}) })
		}, []string{"55s late marked", "55s late deleted"}},
		{"a pod that goes by itself", func(w *world) {
			w.pod("some", map[string]time.Duration{"out": 30 * sec})
			w.taint(10*sec, out)
			w.at(20*sec, func() {
				require.NoError(w.t, w.store.Delete(cluster.KeyOf(w.store.Pod(name("some"))), cluster.ReasonDeleted))
			})
		}, nil},
		{"one made anew under its name", func(w *world) {
			some := map[string]time.Duration{"out": 30 * sec}
			w.pod("some", some)
			w.taint(10*sec, out)
			w.at(20*sec, func() {
				require.NoError(w.t, w.store.Delete(cluster.KeyOf(w.store.Pod(name("some"))), cluster.ReasonDeleted))
				w.pod("some", some)
			})
		}, []string{"50s some marked", "50s some deleted"}},
		{"the node goes: the time goes on", func(w *world) {
			w.pod("some", map[string]time.Duration{"out": 30 * sec})
			w.taint(10*sec, out)
			w.at(20*sec, func() { require.NoError(w.t, w.store.Delete(cluster.KeyOf(w.store.Node("n0")), cluster.ReasonDeleted)) })
		}, []string{"40s some marked", "40s some deleted"}},
		{"a pod that is being deleted is marked all the same", func(w *world) {
			w.pod("some", nil)
			w.at(5*sec, func() {
				require.NoError(w.t, w.store.Terminate(cluster.KeyOf(w.store.Pod(name("some"))), cluster.ReasonKilling))
			})
			w.taint(10*sec, out)
			w.at(11*sec, func() { require.Equal(w.t, cluster.ReasonTaintEvicted, w.store.Pod(name("some")).Status.Disrupted) })
		}, []string{"5s some marked", "5s some deleted"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, controller.Options{})
			c.acts(w)
			w.run()
			require.Equal(t, c.want, w.story)
		})
	}
}

// A pod that has ended on the node is removed too.
func TestEndedPods(t *testing.T) {
	w := newWorld(t, controller.Options{})
	w.pod("ended", nil)
	require.NoError(t, w.store.EditPod(cluster.KeyOf(w.store.Pod(name("ended"))), cluster.ReasonCompleted, func(p *cluster.Pod) { p.Status.Phase = cluster.Succeeded }))
	w.taint(10*sec, out)
	w.run()
	require.Nil(t, w.store.Pod(name("ended")))
}

// The client makes 30 calls at once and then 20 a second: three for each pod, and now and then one for an event. 19 pods
// took 1.25 to 1.4 s in a recording, 12 pods 0.3 s.
func TestOneClient(t *testing.T) {
	for pods, want := range map[int]time.Duration{5: 40 * time.Millisecond, 12: 400 * time.Millisecond, 19: 1450 * time.Millisecond} {
		w := newWorld(t, controller.Options{QPS: 20, Burst: 30, CallLatency: func() time.Duration { return 8 * time.Millisecond }})
		for i := range pods {
			w.pod(fmt.Sprint("p", i), nil)
		}
		w.taint(0, out)
		w.run()
		require.Len(t, w.story, 2*pods)
		var last time.Duration
		for i := range pods {
			since := w.store.Pod(name(fmt.Sprint("p", i))).DeletingSince
			last = max(last, since.Sub(0))
		}
		require.InDelta(t, want.Seconds(), last.Seconds(), 0.15, "%d pods", pods)
	}
}

// Without taints the controller costs no event, and with them one for each pod that waits.
func TestCost(t *testing.T) {
	run := func(with bool, taints ...cluster.Taint) uint64 {
		engine := sim.New(1)
		w := &world{t: t, engine: engine, store: cluster.NewStore(engine)}
		if with {
			tainteviction.New(engine, w.store, controller.Options{})
		}
		w.create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: "n0"}}})
		for i := range 100 {
			w.pod(fmt.Sprint("p", i), map[string]time.Duration{"out": 100 * sec})
		}
		w.taint(sec, taints...)
		w.taint(50 * sec)
		w.run()
		return engine.Events()
	}
	require.Equal(t, run(false, away), run(true, away))
	require.Equal(t, run(false, out)+2, run(true, out), "the news of two changes; the timers of the pods are taken back")
}

func BenchmarkTaintedNode(b *testing.B) {
	b.ReportAllocs()
	for range b.N {
		w := newWorld(b, controller.Options{QPS: 20, Burst: 30})
		for i := range 110 {
			w.pod(fmt.Sprint("p", i), map[string]time.Duration{"out": 300 * sec})
		}
		w.taint(0, out)
		w.run()
	}
}
