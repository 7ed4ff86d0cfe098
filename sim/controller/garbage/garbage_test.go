package garbage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/controllertest"
	"github.com/wavetank/wavetank/sim/controller/garbage"
)

func newWorld(t controllertest.T, opts controller.Options) *controllertest.Cluster {
	c := controllertest.New(t, 2)
	c.Ready = func(*cluster.Pod) time.Duration { return time.Second }
	c.Stop = func(*cluster.Pod) time.Duration { return 3 * time.Second }
	garbage.New(c.Engine, c.Store, opts)
	return c
}

// pod stores a pod of an owner, nil for none.
func pod(c *controllertest.Cluster, name string, owner cluster.Object) *cluster.Pod {
	t := controllertest.Template("x")
	p := &cluster.Pod{ObjectMeta: controllertest.Meta("default", name), Spec: t.Spec}
	if owner != nil {
		p.Owners = []cluster.OwnerReference{controller.Ref(owner)}
	}
	c.Create(p)
	return p
}

// removals returns what was removed and when.
func removals(c *controllertest.Cluster) *[]string {
	var all []string
	c.Store.Observe(func(change *cluster.Change) {
		if change.Verb == cluster.Deleted {
			all = append(all, fmt.Sprintf("%gs %v/%s", change.At.Seconds(), change.Old.Kind(), change.Old.Meta().Name))
		}
	})
	return &all
}

func (w *family) remove(o cluster.Object) {
	require.NoError(w.t, w.Store.Delete(cluster.KeyOf(o), cluster.ReasonDeleted))
}

// family is a Deployment, its ReplicaSet, a pod of that, and a pod of nobody.
type family struct {
	*controllertest.Cluster
	t   controllertest.T
	d   *cluster.Deployment
	rs  *cluster.ReplicaSet
	pod *cluster.Pod
}

func newFamily(t controllertest.T, opts controller.Options) *family {
	w := &family{Cluster: newWorld(t, opts), t: t}
	w.d = &cluster.Deployment{ObjectMeta: controllertest.Meta("default", "web")}
	w.Create(w.d)
	w.rs = &cluster.ReplicaSet{ObjectMeta: controllertest.Meta("default", "web-1")}
	w.rs.Owners = []cluster.OwnerReference{controller.Ref(w.d)}
	w.Create(w.rs)
	w.pod = pod(w.Cluster, "web-1-a", w.rs)
	pod(w.Cluster, "alone", nil)
	return w
}

// TestCascade: dependents go after their owner, pods gracefully, and what has no owner stays.
func TestCascade(t *testing.T) {
	w := newFamily(t, controller.Options{})
	gone := removals(w.Cluster)
	w.At(10*time.Second, func() { w.remove(w.d) })
	w.Run(time.Minute)
	require.Equal(t, []string{"10s Deployment/web", "10s ReplicaSet/web-1", "13s Pod/web-1-a"}, *gone)
	require.Len(t, w.Pods(), 1)
}

// TestRate: a deletion takes two calls, of which this client may make twice as many as others.
func TestRate(t *testing.T) {
	w := newFamily(t, controller.Options{QPS: 1, Burst: 1})
	gone := removals(w.Cluster)
	w.At(10*time.Second, func() { w.remove(w.d) })
	w.Run(time.Minute)
	require.Equal(t, []string{"10s Deployment/web", "10.5s ReplicaSet/web-1", "14.5s Pod/web-1-a"}, *gone,
		"looked up at 10 s, deleted half a second later; the pod looked up at 11, told at 11.5 s")
}

// TestMadeTooLate: an object that appears after its owner has gone goes as well; so does one of an owner's successor by name.
func TestMadeTooLate(t *testing.T) {
	w := newFamily(t, controller.Options{})
	w.Run(10 * time.Second)
	w.remove(w.rs)
	again := &cluster.ReplicaSet{ObjectMeta: controllertest.Meta("default", "web-1")}
	w.Create(again)
	pod(w.Cluster, "late", w.rs)
	pod(w.Cluster, "right", again)
	w.Run(time.Minute)
	var names []string
	for _, p := range w.Pods() {
		names = append(names, p.Name)
	}
	require.Equal(t, []string{"alone", "right"}, names)
}

// TestUnknownOwners: nobody knows whether they are gone.
func TestUnknownOwners(t *testing.T) {
	w := newWorld(t, controller.Options{})
	for i, ref := range []cluster.OwnerReference{
		{Kind: "ReplicaSet", Name: "elsewhere", Controller: true},
		{Kind: "Rollout", Name: "canary", UID: 77, Controller: true},
		{Kind: "ReplicaSet", Name: "gone", UID: 78},
	} {
		p := &cluster.Pod{ObjectMeta: controllertest.Meta("default", fmt.Sprint(i)), Spec: controllertest.Template("x").Spec}
		p.Owners = []cluster.OwnerReference{ref}
		w.Create(p)
	}
	w.Run(time.Minute)
	require.Len(t, w.Pods(), 3)
}

// TestAdopted: a dependent that has another owner by the time of its turn stays.
func TestAdopted(t *testing.T) {
	w := newFamily(t, controller.Options{CallLatency: func() time.Duration { return time.Second }})
	other := &cluster.ReplicaSet{ObjectMeta: controllertest.Meta("default", "other")}
	w.Create(other)
	w.Run(5 * time.Second)
	w.remove(w.rs)
	w.Run(6 * time.Second)
	require.NoError(t, w.Store.EditPod(cluster.KeyOf(w.pod), cluster.ReasonUpdated, func(p *cluster.Pod) {
		p.Owners = []cluster.OwnerReference{controller.Ref(other)}
	}))
	w.Run(time.Minute)
	require.Len(t, w.Pods(), 2)
}

// TestForest: of any forest of owners all and only the descendants of what is deleted go, whatever the order of creation.
func TestForest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newWorld(t, controller.Options{})
		n := rapid.IntRange(1, 20).Draw(t, "n")
		sets, parent := make([]*cluster.ReplicaSet, n), make([]int, n)
		for i := range n {
			sets[i] = &cluster.ReplicaSet{ObjectMeta: controllertest.Meta("default", fmt.Sprint(i))}
			parent[i] = rapid.IntRange(-1, i-1).Draw(t, "parent")
			if parent[i] >= 0 {
				sets[i].Owners = []cluster.OwnerReference{controller.Ref(sets[parent[i]])}
			}
			c.Create(sets[i])
		}
		victim := rapid.IntRange(0, n-1).Draw(t, "victim")
		require.NoError(t, c.Store.Delete(cluster.KeyOf(sets[victim]), cluster.ReasonDeleted))
		c.Run(time.Minute)
		for i := range n {
			under := i
			for under > victim {
				under = parent[under]
			}
			require.Equal(t, under != victim, c.Store.Get(cluster.KindReplicaSet, sets[i].NamespacedName) != nil, "%d", i)
		}
	})
}

// newPods returns a cluster with the pod garbage collector, whose pods end after 5 s.
func newPods(t *testing.T, threshold int) *controllertest.Cluster {
	c := controllertest.New(t, 2)
	c.Finish = func(*cluster.Pod) controllertest.End { return controllertest.End{After: 5 * time.Second} }
	garbage.NewPods(c.Engine, c.Store, threshold, controller.Options{})
	return c
}

// TestThreshold: at the next multiple of 20 s the oldest ended pods go, evicted ones before them.
func TestThreshold(t *testing.T) {
	c := newPods(t, 2)
	gone := removals(c)
	for i, name := range []string{"d", "c", "b", "a"} {
		c.At(time.Duration(i)*time.Second, func() { pod(c, name, nil) })
	}
	c.At(15*time.Second, func() {
		key := cluster.NamespacedName{Namespace: "default", Name: "a"}
		require.NoError(t, c.Store.EditPod(cluster.KeyOf(c.Store.Pod(key)), cluster.ReasonUpdated, func(p *cluster.Pod) {
			p.Status.Phase, p.Status.Reason = cluster.Failed, "Evicted"
		}))
	})
	c.Run(time.Hour)
	require.Equal(t, []string{"20s Pod/a", "20s Pod/d"}, *gone)
}

func TestNoThreshold(t *testing.T) {
	for _, threshold := range []int{0, -1, 4} {
		c := newPods(t, threshold)
		for i := range 4 {
			pod(c, fmt.Sprint(i), nil)
		}
		c.Run(time.Hour)
		require.Len(t, c.Pods(), 4, "threshold %d", threshold)
	}
}

// TestOrphans: the pods of a node that is gone fail and go after the quarantine, which begins at a look; a node that returns
// in time keeps them.
func TestOrphans(t *testing.T) {
	for name, c := range map[string]struct {
		back time.Duration
		want []string
	}{
		"for good":         {-1, []string{"30s Node/n0", "80s Pod/a"}}, // seen at 40 s
		"back in time":     {79 * time.Second, []string{"30s Node/n0"}},
		"back and no pods": {90 * time.Second, []string{"30s Node/n0", "80s Pod/a"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newPods(t, 0)
			w.Finish = nil
			w.Ready = func(*cluster.Pod) time.Duration { return -1 }
			gone := removals(w)
			var last *cluster.Pod
			w.Store.Observe(func(change *cluster.Change) {
				if _, p := change.Pods(); p != nil {
					last = p
				}
			})
			a := pod(w, "a", nil)
			require.NoError(t, w.Store.Bind(cluster.KeyOf(a), "n0", 0))
			w.At(30*time.Second, func() {
				require.NoError(t, w.Store.Delete(cluster.KeyOf(w.Store.Node("n0")), cluster.ReasonDeleted))
			})
			if c.back > 0 {
				w.At(c.back, func() { w.Create(&cluster.Node{ObjectMeta: controllertest.Meta("", "n0")}) })
			}
			require.NoError(t, w.Engine.Run(sim.Never), "the run ends by itself")
			require.Equal(t, c.want, *gone)
			if len(*gone) == 2 {
				require.Equal(t, cluster.Failed, last.Status.Phase)
				require.Equal(t, garbage.ReasonPodGC, last.Status.Disrupted)
			}
		})
	}
}
