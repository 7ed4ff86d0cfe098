package replicaset_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/replicaset"
)

const ms = time.Millisecond

var web = cluster.NamespacedName{Namespace: "default", Name: "web"}

// world is a store with the controller, and a log of what it does.
type world struct {
	t      require.TestingT
	engine *sim.Engine
	store  *cluster.Store
	c      *controller.Controller
	log    []string
}

func newWorld(t require.TestingT, opts controller.Options) *world {
	w := &world{t: t, engine: sim.New(1)}
	w.store = cluster.NewStore(w.engine)
	w.c = replicaset.New(w.engine, w.store, opts)
	w.store.Observe(func(c *cluster.Change) {
		switch o := c.Object().(type) {
		case *cluster.ReplicaSet:
			if st := o.Status; c.Reason == replicaset.ReasonStatus {
				w.log = append(w.log, fmt.Sprintf("%v status %d ready %d available %d terminating %d", c.At, st.Replicas, st.Ready, st.Available, st.Terminating))
			}
		case *cluster.Pod:
			if c.Verb == cluster.Added {
				w.log = append(w.log, fmt.Sprintf("%v pod", c.At))
			}
		}
	})
	w.create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: "n"}}, AllocatablePods: 1e6})
	return w
}

func (w *world) create(o cluster.Object) {
	require.NoError(w.t, w.store.Create(o, cluster.ReasonCreated))
}

func (w *world) createSet(replicas int, minReady time.Duration) *cluster.ReplicaSet {
	labels := cluster.Labels{"app": "web"}
	rs := &cluster.ReplicaSet{ObjectMeta: cluster.ObjectMeta{NamespacedName: web, Generation: 1}, Replicas: replicas, MinReadySeconds: minReady,
		Selector: cluster.SelectLabels(labels),
		Template: &cluster.PodTemplate{Labels: labels, Spec: (&cluster.PodSpec{Containers: []cluster.Container{{Name: "main"}}}).Complete()}}
	w.create(rs)
	return rs
}

func (w *world) run(until time.Duration) { require.NoError(w.t, w.engine.Run(sim.Time(until))) }

func (w *world) set() *cluster.ReplicaSet {
	return w.store.Get(cluster.KindReplicaSet, web).(*cluster.ReplicaSet)
}

func (w *world) scale(replicas int) {
	require.NoError(w.t, cluster.Edit(w.store, cluster.KeyOf(w.set()), cluster.ReasonUpdated, func(rs *cluster.ReplicaSet) {
		rs.Replicas = replicas
		rs.Generation++
	}))
}

func (w *world) active() []*cluster.Pod {
	var pods []*cluster.Pod
	for _, p := range w.store.OwnedPods(w.set().UID) {
		if controller.IsActive(p) {
			pods = append(pods, p)
		}
	}
	return pods
}

func (w *world) edit(p *cluster.Pod, edit func(*cluster.Pod)) {
	require.NoError(w.t, w.store.EditPod(cluster.KeyOf(p), cluster.ReasonUpdated, edit))
}

// start makes a pod run and be ready.
func (w *world) start(p *cluster.Pod) {
	if p.NodeName == "" {
		require.NoError(w.t, w.store.Bind(cluster.KeyOf(p), "n", 0))
	}
	now := w.engine.Now()
	w.edit(p, func(p *cluster.Pod) {
		p.Status.Phase, p.Status.Ready, p.Status.StartedAt, p.Status.ReadyTransition = cluster.Running, true, now, now
	})
}

func TestCreatesAndCounts(t *testing.T) {
	w := newWorld(t, controller.Options{})
	w.createSet(3, 0)
	w.run(0)
	require.Equal(t, []string{"0s pod", "0s pod", "0s pod", "0s status 0 ready 0 available 0 terminating 0", "0s status 3 ready 0 available 0 terminating 0"}, w.log)
	require.EqualValues(t, 1, w.set().Status.ObservedGeneration)
	require.Equal(t, 3, w.set().Status.FullyLabeled)
	w.log = nil
	w.start(w.active()[0])
	w.run(time.Second)
	require.Equal(t, []string{"0s status 3 ready 1 available 1 terminating 0"}, w.log)
	changes := w.store.Changes()
	w.c.Enqueue(web)
	w.run(time.Hour)
	require.Equal(t, changes, w.store.Changes(), "nothing to do, nothing written")
}

// A batch begins when the one before is done, and the status waits for all: 1, 2, 4, then the last 3.
func TestSlowStart(t *testing.T) {
	w := newWorld(t, controller.Options{CallLatency: func() time.Duration { return 10 * ms }})
	w.createSet(10, 0)
	w.run(55 * ms)
	require.Equal(t, []string{"10ms pod", "20ms pod", "20ms pod", "30ms pod", "30ms pod", "30ms pod", "30ms pod", "40ms pod", "40ms pod", "40ms pod",
		"50ms status 0 ready 0 available 0 terminating 0"}, w.log)
	w.run(time.Second)
	require.Equal(t, "60ms status 10 ready 0 available 0 terminating 0", w.log[len(w.log)-1])
}

// 20 calls a second with a burst of 30, 10 ms a call: as recorded of a real control plane. The events about the pods take
// tokens too, one at a time: so 27 pods come at once, the last batch begins 100 ms after the one before, and the 60th pod
// comes at 1.77 s. Then status and events take turns until there were 25 events, the most about one object.
func TestLimitedClient(t *testing.T) {
	w := newWorld(t, controller.Options{QPS: 20, Burst: 30, CallLatency: func() time.Duration { return 10 * ms }})
	w.run(10 * ms)
	w.createSet(60, 0)
	w.run(2500 * ms)
	for _, p := range w.active() {
		w.start(p)
		w.run(time.Duration(w.engine.Now()) + 20*ms)
	}
	w.run(time.Hour)
	require.Equal(t, "70ms pod", w.log[26])
	for i := 27; i < 31; i++ {
		require.Equal(t, fmt.Sprintf("%v pod", time.Duration(70+50*(i-26))*ms), w.log[i])
	}
	for i := 31; i < 60; i++ {
		require.Equal(t, fmt.Sprintf("%v pod", time.Duration(370+50*(i-31))*ms), w.log[i])
	}
	require.Equal(t, []string{"1.87s status 0 ready 0 available 0 terminating 0", "1.97s status 60 ready 0 available 0 terminating 0"}, w.log[60:62])
	require.Equal(t, "3.77s status 60 ready 60 available 60 terminating 0", w.log[len(w.log)-1])
}

// At most 500 pods are created between two writes of the status.
func TestBurstReplicas(t *testing.T) {
	w := newWorld(t, controller.Options{})
	w.createSet(1200, 0)
	w.run(0)
	var statuses []int
	pods := 0
	for _, text := range w.log {
		if text == "0s pod" {
			pods++
		} else {
			statuses = append(statuses, pods)
		}
	}
	require.Equal(t, []int{500, 1000, 1200, 1200}, statuses)
	w.scale(0)
	w.run(0)
	require.Empty(t, w.active())
	begun, _ := w.c.Syncs()
	require.Less(t, begun, uint64(20))
}

// Ready at 1.2 s of a clock that was 0.5 s into its second: the timestamp is 0.5 s, and 5 s later it is available.
func TestAvailableAtWholeSeconds(t *testing.T) {
	w := newWorld(t, controller.Options{})
	w.store.SetWallFraction(500 * ms)
	w.createSet(2, 5*time.Second)
	w.run(1200 * ms)
	w.start(w.active()[0])
	w.run(2600 * ms)
	w.start(w.active()[1])
	w.log = nil
	w.run(time.Hour)
	require.Equal(t, []string{"2.6s status 2 ready 2 available 0 terminating 0", "5.5s status 2 ready 2 available 1 terminating 0", "7.5s status 2 ready 2 available 2 terminating 0"}, w.log)
}

// Pods that end, are deleted or fail are replaced; those being deleted are counted apart until they are gone.
func TestReplaces(t *testing.T) {
	w := newWorld(t, controller.Options{})
	w.createSet(3, 0)
	w.run(0)
	pods := w.active()
	for _, p := range pods {
		w.start(p)
	}
	w.run(time.Second)
	w.log = nil
	require.NoError(t, w.store.Terminate(cluster.KeyOf(pods[0]), cluster.ReasonKilling))
	now := w.engine.Now()
	w.edit(pods[1], func(p *cluster.Pod) { p.Status.Phase, p.Status.Ready, p.Status.FinishedAt = cluster.Failed, false, now })
	require.NoError(t, w.store.Delete(cluster.KeyOf(pods[2]), cluster.ReasonKilled))
	w.run(2 * time.Second)
	require.Len(t, w.active(), 3)
	require.Equal(t, "1s status 3 ready 0 available 0 terminating 1", w.log[len(w.log)-1])
	require.NoError(t, w.store.Delete(cluster.KeyOf(pods[0]), cluster.ReasonKilled))
	w.run(3 * time.Second)
	require.Equal(t, "2s status 3 ready 0 available 0 terminating 0", w.log[len(w.log)-1])
}

func TestAdoptsAndReleases(t *testing.T) {
	w := newWorld(t, controller.Options{})
	orphan := func(name, app string) {
		w.create(&cluster.Pod{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: "default", Name: name},
			Labels: cluster.Labels{"app": app}}, Spec: (&cluster.PodSpec{}).Complete(), RunTime: cluster.Forever})
	}
	orphan("one", "web")
	orphan("other", "db")
	rs := w.createSet(2, 0)
	w.run(0)
	require.Len(t, w.active(), 2, "one adopted, one made")
	require.Equal(t, rs.UID, w.store.Pod(cluster.NamespacedName{Namespace: "default", Name: "one"}).ControllerRef().UID)

	orphan("two", "web")
	w.run(time.Second)
	require.Len(t, w.active(), 2, "one too many was adopted, and one deleted")

	stray := w.active()[0]
	w.edit(stray, func(p *cluster.Pod) { p.Labels = cluster.Labels{"app": "debug"} })
	w.run(2 * time.Second)
	require.Nil(t, w.store.Pod(stray.NamespacedName).ControllerRef(), "released")
	require.Len(t, w.active(), 2)

	w.edit(w.store.Pod(stray.NamespacedName), func(p *cluster.Pod) { p.Labels = cluster.Labels{"app": "web"} })
	w.run(3 * time.Second)
	require.Len(t, w.active(), 2, "taken back")
	require.Equal(t, 1+2, w.store.Len(cluster.KindPod))
}

// Of pods that are alike the one with the lower cost goes, and of those the one beside pods of the same Deployment.
func TestWhoIsDeleted(t *testing.T) {
	w := newWorld(t, controller.Options{})
	w.createSet(3, 0)
	w.run(0)
	pods := w.active()
	for _, p := range pods {
		w.start(p)
	}
	w.edit(pods[1], func(p *cluster.Pod) { p.Annotations = map[string]string{replicaset.DeletionCostAnnotation: "-1"} })
	w.run(time.Second)
	w.scale(2)
	w.run(time.Second)
	require.True(t, w.store.Pod(pods[1].NamespacedName).Deleting)
	require.Len(t, w.active(), 2)
}

func TestSpreadsOverNodesWhenItShrinks(t *testing.T) {
	w := newWorld(t, controller.Options{})
	w.create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: "m"}}, AllocatablePods: 10})
	owner := &cluster.Deployment{ObjectMeta: cluster.ObjectMeta{NamespacedName: web}, Selector: cluster.SelectLabels(cluster.Labels{"app": "web"})}
	w.create(owner)
	rs := w.createSet(3, 0)
	require.NoError(t, cluster.Edit(w.store, cluster.KeyOf(rs), cluster.ReasonUpdated, func(rs *cluster.ReplicaSet) {
		rs.Owners = []cluster.OwnerReference{controller.Ref(owner)}
	}))
	w.run(0)
	pods := w.active()
	require.NoError(t, w.store.Bind(cluster.KeyOf(pods[0]), "m", 0))
	for _, p := range pods {
		w.start(w.store.Pod(p.NamespacedName))
	}
	w.run(time.Second)
	w.scale(2)
	w.run(time.Second)
	nodes := map[string]int{}
	for _, p := range w.active() {
		nodes[p.NodeName]++
	}
	require.Equal(t, map[string]int{"n": 1, "m": 1}, nodes)
}

// One that is being deleted makes no pods, and one that is gone is nobody's business.
func TestDyingAndGone(t *testing.T) {
	w := newWorld(t, controller.Options{})
	w.createSet(2, 0)
	w.run(0)
	require.NoError(t, cluster.Edit(w.store, cluster.KeyOf(w.set()), cluster.ReasonDeleted, func(rs *cluster.ReplicaSet) { rs.Deleting = true }))
	require.NoError(t, w.store.Delete(cluster.KeyOf(w.active()[0]), cluster.ReasonKilled))
	w.run(time.Second)
	require.Len(t, w.active(), 1)
	require.Equal(t, 1, w.set().Status.Replicas)
	require.NoError(t, w.store.Delete(cluster.KeyOf(w.set()), cluster.ReasonDeleted))
	w.c.Enqueue(web)
	w.run(time.Hour)
	_, failed := w.c.Syncs()
	require.Zero(t, failed)
	require.Equal(t, 1, w.store.Len(cluster.KindPod))
}

// However it is scaled and whatever becomes of its pods, with and without limits, in the end there are as many as asked
// for, and the status says so.
func TestConverges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		latency := func(name string) func() time.Duration {
			d := time.Duration(rapid.SampledFrom([]int{0, 0, 20, 400}).Draw(t, name)) * ms
			return func() time.Duration { return d }
		}
		w := newWorld(t, controller.Options{QPS: rapid.SampledFrom([]float64{0, 20}).Draw(t, "qps"), Burst: 3, WatchLatency: latency("watch"), CallLatency: latency("call")})
		w.createSet(rapid.IntRange(0, 20).Draw(t, "replicas"), time.Duration(rapid.IntRange(0, 2).Draw(t, "minReadySeconds"))*time.Second)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			w.run(time.Duration(w.engine.Now()) + time.Duration(rapid.IntRange(0, 1000).Draw(t, "wait ms"))*ms)
			if rapid.IntRange(0, 4).Draw(t, "what") == 0 {
				w.scale(rapid.IntRange(0, 20).Draw(t, "to"))
			}
			for _, p := range w.active() {
				switch rapid.IntRange(0, 3).Draw(t, "pod") {
				case 0:
					w.start(p)
				case 1:
					require.NoError(t, w.store.Delete(cluster.KeyOf(p), cluster.ReasonKilled))
				}
			}
		}
		require.NoError(t, w.engine.Run(sim.Never))
		rs, ready, terminating := w.set(), 0, 0
		for _, p := range w.active() {
			if p.Status.Ready {
				ready++
			}
		}
		for _, p := range w.store.OwnedPods(rs.UID) {
			if controller.IsTerminating(p) {
				terminating++
			}
		}
		require.Len(t, w.active(), rs.Replicas)
		require.Equal(t, cluster.ReplicaSetStatus{Replicas: rs.Replicas, FullyLabeled: rs.Replicas, Ready: ready, Available: ready,
			Terminating: terminating, ObservedGeneration: rs.Generation}, rs.Status)
		require.NoError(t, w.store.Check())
	})
}

// BenchmarkScale is what a pod of a ReplicaSet costs: made, counted and deleted again.
func BenchmarkScale(b *testing.B) {
	w := newWorld(b, controller.Options{})
	w.createSet(0, 0)
	b.ReportAllocs()
	b.ResetTimer()
	for done := 0; done < b.N; done += 100 {
		w.scale(100)
		w.run(0)
		w.scale(0)
		w.run(0)
		w.log = w.log[:0]
	}
}
