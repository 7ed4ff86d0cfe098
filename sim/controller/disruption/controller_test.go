package disruption

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/controllertest"
)

// world is a cluster without other controllers: the tests make the pods.
type world struct {
	*controllertest.Cluster
	t    *testing.T
	self *controller.Controller
	log  []string // statuses of budgets
}

func newWorld(t *testing.T, opts controller.Options) *world {
	w := &world{t: t, Cluster: controllertest.New(t, 2)}
	w.self = New(w.Engine, w.Store, opts)
	w.Store.Observe(func(c *cluster.Change) {
		if b, ok := c.New.(*cluster.PodDisruptionBudget); ok && c.Verb == cluster.Modified {
			w.log = append(w.log, fmt.Sprintf("%v %s", c.At, line(b)))
		}
	})
	return w
}

func line(b *cluster.PodDisruptionBudget) string {
	reason := ""
	for _, c := range b.Conditions {
		reason += " " + c.Reason
	}
	return fmt.Sprintf("%s allowed=%d healthy=%d/%d expected=%d disrupted=%d%s",
		b.Name, b.DisruptionsAllowed, b.CurrentHealthy, b.DesiredHealthy, b.ExpectedPods, len(b.DisruptedPods), reason)
}

func (w *world) budget(name string, min, most *cluster.IntOrPercent) *cluster.PodDisruptionBudget {
	b := &cluster.PodDisruptionBudget{ObjectMeta: controllertest.Meta("default", name), MinAvailable: min, MaxUnavailable: most,
		Selector: cluster.SelectLabels(cluster.Labels{"app": "web"})}
	w.Create(b)
	return b
}

// pods makes pods of an owner, from a number on.
func (w *world) pods(owner cluster.Object, from, n int) {
	w.t.Helper()
	for i := range n {
		name := fmt.Sprintf("web-%d", from+i)
		if owner != nil {
			w.Create(controller.NewPod(controllertest.Template("web"), owner, name))
			continue
		}
		p := &cluster.Pod{ObjectMeta: controllertest.Meta("default", name), Spec: controllertest.Template("web").Spec, RunTime: cluster.Forever}
		p.Labels = cluster.Labels{"app": "web"}
		w.Create(p)
	}
}

func (w *world) replicaSet(replicas int, owner cluster.Object) *cluster.ReplicaSet {
	rs := &cluster.ReplicaSet{ObjectMeta: controllertest.Meta("default", "web"), Replicas: replicas, Template: controllertest.Template("web"),
		Selector: cluster.SelectLabels(cluster.Labels{"app": "web"})}
	if owner != nil {
		rs.Owners = []cluster.OwnerReference{controller.Ref(owner)}
	}
	w.Create(rs)
	return rs
}

func (w *world) now(b *cluster.PodDisruptionBudget) string {
	return line(controllertest.Get(w.Cluster, b))
}

func TestFollowsPods(t *testing.T) {
	w := newWorld(t, controller.Options{})
	w.Ready = func(p *cluster.Pod) time.Duration { return time.Duration(p.Name[4]-'0') * time.Second }
	w.budget("b", number(2), nil)
	w.pods(nil, 1, 3)
	w.At(10*time.Second, func() {
		require.NoError(t, w.Store.Terminate(cluster.KeyOf(w.Pods()[0]), cluster.ReasonKilling))
	})
	w.Run(time.Hour)
	require.Equal(t, []string{
		"0s b allowed=0 healthy=0/2 expected=3 disrupted=0 InsufficientPods",
		"1s b allowed=0 healthy=1/2 expected=3 disrupted=0 InsufficientPods",
		"2s b allowed=0 healthy=2/2 expected=3 disrupted=0 InsufficientPods",
		"3s b allowed=1 healthy=3/2 expected=3 disrupted=0 SufficientPods",
		"10s b allowed=0 healthy=2/2 expected=2 disrupted=0 InsufficientPods",
	}, w.log)
}

// TestOwners: percentages and maxUnavailable are of what the pods' controllers are asked for.
func TestOwners(t *testing.T) {
	for name, c := range map[string]struct {
		make func(*world)
		want string
	}{
		"replica set": {func(w *world) { w.pods(w.replicaSet(8, nil), 0, 6) },
			"allowed=2 healthy=6/4 expected=8 disrupted=0 SufficientPods"},
		"deployment": {func(w *world) {
			d := &cluster.Deployment{ObjectMeta: controllertest.Meta("default", "web"), Replicas: 12}
			w.Create(d)
			w.pods(w.replicaSet(8, d), 0, 7)
		}, "allowed=1 healthy=7/6 expected=12 disrupted=0 SufficientPods"},
		"replica set of a deployment that is gone": {func(w *world) {
			d := &cluster.Deployment{ObjectMeta: controllertest.Meta("default", "web"), Replicas: 12}
			w.Create(d)
			w.pods(w.replicaSet(8, d), 0, 7)
			require.NoError(w.t, w.Store.Delete(cluster.KeyOf(d), cluster.ReasonDeleted))
		}, "allowed=3 healthy=7/4 expected=8 disrupted=0 SufficientPods"},
		"stateful set": {func(w *world) {
			s := &cluster.StatefulSet{ObjectMeta: controllertest.Meta("default", "db"), Replicas: 4}
			w.Create(s)
			w.pods(s, 0, 4)
		}, "allowed=2 healthy=4/2 expected=4 disrupted=0 SufficientPods"},
		"replication controller": {func(w *world) {
			rc := &cluster.PodSet{ObjectMeta: controllertest.Meta("default", "rc"), Type: cluster.KindReplicationController, Replicas: 6}
			w.Create(rc)
			w.pods(rc, 0, 5)
		}, "allowed=2 healthy=5/3 expected=6 disrupted=0 SufficientPods"},
		"pods without a controller": {func(w *world) { w.pods(nil, 0, 5) },
			"allowed=0 healthy=5/0 expected=0 disrupted=0 InsufficientPods"},
		"daemon set": {func(w *world) {
			d := &cluster.DaemonSet{ObjectMeta: controllertest.Meta("default", "agent")}
			w.Create(d)
			w.pods(d, 0, 5)
		}, "allowed=0 healthy=0/0 expected=0 disrupted=0 SyncFailed: daemonsets.apps does not implement the scale subresource"},
		"job": {func(w *world) {
			j := &cluster.Job{ObjectMeta: controllertest.Meta("default", "j")}
			w.Create(j)
			w.pods(j, 0, 1)
		}, "allowed=0 healthy=0/0 expected=0 disrupted=0 SyncFailed: jobs.batch does not implement the scale subresource"},
		"gone": {func(w *world) {
			rs := w.replicaSet(2, nil)
			w.pods(rs, 0, 2)
			require.NoError(w.t, w.Store.Delete(cluster.KeyOf(rs), cluster.ReasonDeleted))
		}, `allowed=0 healthy=0/0 expected=0 disrupted=0 SyncFailed: found no controllers for pod "web-0"`},
		"another of the name": {func(w *world) {
			rs := w.replicaSet(2, nil)
			w.pods(rs, 0, 2)
			require.NoError(w.t, w.Store.Delete(cluster.KeyOf(rs), cluster.ReasonDeleted))
			w.replicaSet(2, nil)
		}, `allowed=0 healthy=0/0 expected=0 disrupted=0 SyncFailed: found no controllers for pod "web-0"`},
		"of a kind that nobody knows": {func(w *world) {
			p := &cluster.Pod{ObjectMeta: controllertest.Meta("default", "x"), Spec: controllertest.Template("web").Spec}
			p.Labels = cluster.Labels{"app": "web"}
			p.Owners = []cluster.OwnerReference{{Kind: "Rollout", Name: "r", UID: 9, Controller: true}}
			w.Create(p)
		}, `allowed=0 healthy=0/0 expected=0 disrupted=0 SyncFailed: no matches for kind "Rollout"`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, controller.Options{})
			c.make(w)
			b := w.budget("b", percent(50), nil)
			w.Run(time.Minute)
			now := controllertest.Get(w.Cluster, b)
			got := line(now)
			if m := now.Conditions[0].Message; m != "" {
				got += ": " + m
			}
			require.Equal(t, "b "+c.want, got)
		})
	}
}

// TestExpiry: a pod that was to be evicted and is not deleted counts again after two minutes, and nothing happens before.
func TestExpiry(t *testing.T) {
	w := newWorld(t, controller.Options{})
	w.pods(nil, 0, 3)
	b := w.budget("b", number(1), nil)
	w.At(10*time.Second, func() {
		require.NoError(t, cluster.Edit(w.Store, cluster.KeyOf(b), "Test", func(b *cluster.PodDisruptionBudget) {
			b.DisruptionsAllowed--
			b.DisruptedPods = []cluster.DisruptedPod{{Name: "web-0", At: sim.Time(10 * time.Second)}}
		}))
	})
	w.Run(time.Minute)
	require.Equal(t, 1, w.Engine.Pending(), "the look at the pod's time")
	w.Run(time.Hour)
	require.Equal(t, []string{
		"0s b allowed=2 healthy=3/1 expected=3 disrupted=0 SufficientPods",
		"10s b allowed=1 healthy=3/1 expected=3 disrupted=1 SufficientPods",
		"10s b allowed=1 healthy=2/1 expected=3 disrupted=1 SufficientPods",
		"2m10.005s b allowed=2 healthy=3/1 expected=3 disrupted=0 SufficientPods",
	}, w.log)
	require.Zero(t, w.Engine.Pending())
}

// TestConflict: what another has written while a status was on its way is not overwritten; the budget is looked at again.
func TestConflict(t *testing.T) {
	w := newWorld(t, controller.Options{CallLatency: func() time.Duration { return 10 * time.Millisecond }})
	w.pods(nil, 0, 3)
	b := w.budget("b", number(1), nil)
	w.At(5*time.Millisecond, func() {
		require.NoError(t, cluster.Edit(w.Store, cluster.KeyOf(b), "Test", func(b *cluster.PodDisruptionBudget) { b.AlwaysAllow = true }))
	})
	w.Run(time.Hour)
	require.Len(t, w.log, 2)
	require.True(t, strings.HasPrefix(w.log[1], "20ms b allowed=2 "), w.log[1])
	_, failed := w.self.Syncs()
	require.EqualValues(t, 1, failed)
	require.True(t, controllertest.Get(w.Cluster, b).AlwaysAllow)
}

// TestChangesOfABudget: another spec, another selector, and the end.
func TestChangesOfABudget(t *testing.T) {
	w := newWorld(t, controller.Options{})
	w.pods(nil, 0, 3)
	b := w.budget("b", number(1), nil)
	w.At(time.Minute, func() {
		controllertest.Edit(w.Cluster, b, func(b *cluster.PodDisruptionBudget) { b.MinAvailable = number(3) })
	})
	w.Run(2 * time.Minute)
	require.Equal(t, "b allowed=0 healthy=3/3 expected=3 disrupted=0 InsufficientPods", w.now(b))
	require.EqualValues(t, 2, controllertest.Get(w.Cluster, b).ObservedGeneration)
	w.At(3*time.Minute, func() {
		controllertest.Edit(w.Cluster, b, func(b *cluster.PodDisruptionBudget) { b.Selector = cluster.SelectLabels(cluster.Labels{"app": "db"}) })
	})
	w.Run(4 * time.Minute)
	require.Equal(t, "b allowed=0 healthy=0/3 expected=0 disrupted=0 InsufficientPods", w.now(b))
	w.At(5*time.Minute, func() { require.NoError(t, w.Store.Delete(cluster.KeyOf(b), cluster.ReasonDeleted)) })
	w.Run(6 * time.Minute)
	syncs, _ := w.self.Syncs()
	w.pods(nil, 10, 1)
	w.Run(7 * time.Minute)
	after, _ := w.self.Syncs()
	require.Equal(t, syncs, after, "nobody selects the pod any more")
}

// TestSeveralBudgets: news of a pod reaches one of its budgets, not always the same.
func TestSeveralBudgets(t *testing.T) {
	w := newWorld(t, controller.Options{})
	budgets := []*cluster.PodDisruptionBudget{w.budget("a", number(1), nil), w.budget("b", number(2), nil)}
	w.Run(time.Second)
	w.pods(nil, 0, 40)
	w.Run(time.Minute)
	for _, b := range budgets {
		now := controllertest.Get(w.Cluster, b)
		require.Greater(t, now.CurrentHealthy, 20, now.Name)
	}
	r := map[string]int{}
	for _, l := range w.log {
		r[strings.Fields(l)[1]]++
	}
	require.Greater(t, r["a"], 0)
	require.Greater(t, r["b"], 0)
}

// TestCostsNothingUnused: as long as there is no budget pods are not watched.
func TestCostsNothingUnused(t *testing.T) {
	with, without := newWorld(t, controller.Options{}), controllertest.New(t, 2)
	for _, c := range []*controllertest.Cluster{with.Cluster, without} {
		for i := range 5 {
			p := &cluster.Pod{ObjectMeta: controllertest.Meta("default", fmt.Sprint(i)), Spec: controllertest.Template("web").Spec}
			c.Create(p)
		}
		c.Run(time.Hour)
	}
	require.Equal(t, without.Engine.Hash(), with.Engine.Hash())
}

func BenchmarkSync(b *testing.B) {
	engine := sim.New(1)
	store := cluster.NewStore(engine)
	r := &reconciler{engine: engine, store: store, budgets: budgets{}, pods: map[cluster.NamespacedName]selected{}}
	rs := &cluster.ReplicaSet{ObjectMeta: controllertest.Meta("default", "web"), Replicas: 500}
	require.NoError(b, store.Create(rs, cluster.ReasonCreated))
	for i := range 500 {
		p := controller.NewPod(controllertest.Template("web"), rs, fmt.Sprint("web-", i))
		p.Status.Phase, p.Status.Ready = cluster.Running, true
		require.NoError(b, store.Create(p, cluster.ReasonCreated))
	}
	budget := &cluster.PodDisruptionBudget{ObjectMeta: controllertest.Meta("default", "b"), MaxUnavailable: percent(10),
		Selector: cluster.SelectLabels(cluster.Labels{"app": "web"})}
	require.NoError(b, store.Create(budget, cluster.ReasonCreated))
	b.ReportAllocs()
	for b.Loop() {
		var calls controller.Calls
		if _, err := r.Reconcile(0, budget.NamespacedName, &calls); err != nil || calls.Len() != 1 {
			b.Fatal(err, calls.Len())
		}
	}
}
