package daemonset_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/controllertest"
	"github.com/wavetank/wavetank/sim/controller/daemonset"
)

func newSet() *cluster.DaemonSet {
	return &cluster.DaemonSet{ObjectMeta: controllertest.Meta("kube-system", "agent"), Template: controllertest.Template("agent"),
		Selector: cluster.SelectLabels(cluster.Labels{"app": "agent"}), MaxUnavailable: cluster.IntOrPercent{Value: 1}}
}

func newWorld(t controllertest.T, nodes int, opts controller.Options) *controllertest.Cluster {
	c := controllertest.New(t, nodes)
	c.Ready = func(*cluster.Pod) time.Duration { return 2 * time.Second }
	c.Stop = func(*cluster.Pod) time.Duration { return time.Second }
	daemonset.New(c.Engine, c.Store, opts)
	return c
}

// events returns what happened to pods, as "seconds verb node".
func events(c *controllertest.Cluster, verb cluster.Verb) *[]string {
	var all []string
	c.Store.Observe(func(change *cluster.Change) {
		before, after := change.Pods()
		switch {
		case verb == cluster.Modified && before != nil && after != nil && after.NodeName != before.NodeName:
			all = append(all, fmt.Sprintf("%gs %s", change.At.Seconds(), after.NodeName))
		case verb == cluster.Deleted && after == nil && before != nil:
			all = append(all, fmt.Sprintf("%gs %s", change.At.Seconds(), before.NodeName))
		}
	})
	return &all
}

func template(c *controllertest.Cluster, set *cluster.DaemonSet, image string) {
	controllertest.Edit(c, set, func(d *cluster.DaemonSet) { d.Template = controllertest.Template(image) })
}

// TestRollingUpdate: 3 s for each node, one to stop and two to start, as recorded (shared timeline "sets").
func TestRollingUpdate(t *testing.T) {
	c := newWorld(t, 3, controller.Options{})
	placed, gone := events(c, cluster.Modified), events(c, cluster.Deleted)
	set := newSet()
	c.Create(set)
	c.At(10*time.Second, func() { template(c, set, "agent2") })
	c.Run(time.Minute)
	require.Equal(t, []string{"0s n0", "0s n1", "0s n2", "11s n0", "14s n1", "17s n2"}, *placed)
	require.Equal(t, []string{"11s n0", "14s n1", "17s n2"}, *gone)
	require.Equal(t, cluster.DaemonSetStatus{Desired: 3, Current: 3, Ready: 3, Updated: 3, Available: 3, ObservedGeneration: 2},
		controllertest.Get(c, set).Status)
	require.Equal(t, "agent2", c.Pods()[0].Spec.Containers[0].Image)
}

// TestSurge: the old pod of a node goes when the new one is available.
func TestSurge(t *testing.T) {
	c := newWorld(t, 2, controller.Options{})
	placed, gone := events(c, cluster.Modified), events(c, cluster.Deleted)
	set := newSet()
	set.MaxSurge, set.MaxUnavailable, set.MinReadySeconds = cluster.IntOrPercent{Value: 1}, cluster.IntOrPercent{}, 3*time.Second
	c.Create(set)
	c.At(10*time.Second, func() { template(c, set, "agent2") })
	c.Run(time.Minute)
	require.Equal(t, []string{"0s n0", "0s n1", "10s n0", "16s n1"}, *placed)
	require.Equal(t, []string{"17s n0", "23s n1"}, *gone, "a second after the new pod has been ready for 3 s, as upstream, and one to stop")
}

// TestNodes: a new node gets a pod, and so does one that loses its taint; a NoExecute taint ends it.
func TestNodes(t *testing.T) {
	c := newWorld(t, 1, controller.Options{})
	placed, gone := events(c, cluster.Modified), events(c, cluster.Deleted)
	set := newSet()
	c.Create(set)
	late := &cluster.Node{ObjectMeta: controllertest.Meta("", "late"), Taints: []cluster.Taint{{Key: "new", Effect: cluster.NoSchedule}}}
	taint := func(taints ...cluster.Taint) func() {
		return func() {
			require.NoError(t, c.Store.EditNode("late", cluster.ReasonUpdated, func(n *cluster.Node) { n.Taints = taints }))
		}
	}
	c.At(5*time.Second, func() { c.Create(late) })
	c.At(8*time.Second, taint())
	c.At(20*time.Second, taint(cluster.Taint{Key: "bad", Effect: cluster.NoExecute}))
	c.At(30*time.Second, taint())
	c.At(40*time.Second, func() {
		require.NoError(t, c.Store.Delete(cluster.KeyOf(c.Store.Node("late")), cluster.ReasonDeleted))
		for _, p := range c.Pods() {
			if p.NodeName == "late" {
				require.NoError(t, c.Store.Delete(cluster.KeyOf(p), cluster.ReasonDeleted), "as pod garbage collection would")
			}
		}
	})
	c.Run(time.Minute)
	require.Equal(t, []string{"0s n0", "8s late", "30s late"}, *placed)
	require.Equal(t, []string{"21s late", "40s late"}, *gone)
	require.Equal(t, 1, controllertest.Get(c, set).Status.Desired)
}

// TestFailedPods: each failure of a pod on a node doubles the wait until it is made again, from 1 s.
func TestFailedPods(t *testing.T) {
	c := newWorld(t, 1, controller.Options{})
	c.Ready = nil
	c.Finish = func(*cluster.Pod) controllertest.End {
		return controllertest.End{After: 100 * time.Millisecond, Exit: 1}
	}
	gone := events(c, cluster.Deleted)
	c.Create(newSet())
	c.Run(10 * time.Second)
	require.Equal(t, []string{"0.1s n0", "1.2s n0", "3.3s n0", "7.4s n0"}, *gone,
		"at once, then 1, 2 and 4 s after it was seen too soon")
}

// TestLaws: without surge no node has two pods of a set; an update keeps all but maxUnavailable of the nodes available,
// as far as pods do not fail by themselves; and in the end each node has one pod, of the last template.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		milli := func(most int) time.Duration { return time.Duration(rng.IntN(most+1)) * time.Millisecond }
		var opts controller.Options
		if rapid.Bool().Draw(t, "slow") {
			opts = controller.Options{QPS: 20, Burst: 30, WatchLatency: func() time.Duration { return milli(50) },
				CallLatency: func() time.Duration { return milli(50) }}
		}
		nodes := rapid.IntRange(1, 6).Draw(t, "nodes")
		c := newWorld(t, nodes, opts)
		c.Ready = func(*cluster.Pod) time.Duration { return milli(3000) }
		c.Stop = func(*cluster.Pod) time.Duration { return milli(2000) }
		set := newSet()
		set.MinReadySeconds = time.Duration(rapid.IntRange(0, 2).Draw(t, "minReady")) * time.Second
		if rapid.Bool().Draw(t, "surge") {
			set.MaxSurge, set.MaxUnavailable = cluster.IntOrPercent{Value: rapid.IntRange(1, 3).Draw(t, "maxSurge")}, cluster.IntOrPercent{}
		} else {
			set.MaxUnavailable.Value = rapid.IntRange(1, 3).Draw(t, "maxUnavailable")
		}
		l := &laws{t: t, c: c, set: set, nodes: nodes}
		c.Create(set)
		c.At(20*time.Second, func() { c.Store.Observe(l.look) })
		last := "agent"
		at := 20 * time.Second
		for i := range rapid.IntRange(0, 3).Draw(t, "updates") {
			last = fmt.Sprintf("agent%d", i)
			image := last
			at += time.Second + milli(8000)
			c.At(at, func() { template(c, set, image) })
		}
		c.Run(10 * time.Minute)
		require.Len(t, c.Pods(), nodes)
		for _, p := range c.Pods() {
			require.Equal(t, last, p.Spec.Containers[0].Image)
		}
		require.Equal(t, nodes, controllertest.Get(c, set).Status.Available)
	})
}

type laws struct {
	t     *rapid.T
	c     *controllertest.Cluster
	set   *cluster.DaemonSet
	nodes int
}

// look is called at every change once the set has been complete.
func (l *laws) look(*cluster.Change) {
	perNode, ready := map[string]int{}, map[string]bool{}
	for _, p := range l.c.Pods() {
		perNode[p.NodeName]++
		ready[p.NodeName] = ready[p.NodeName] || p.Status.Ready && !p.Deleting
	}
	up, two := 0, 0
	for node := range perNode {
		if ready[node] {
			up++
		}
		if perNode[node] > 1 {
			two++
		}
	}
	require.GreaterOrEqual(l.t, up, l.nodes-l.set.MaxUnavailable.Value)
	if l.set.MaxSurge.Value == 0 {
		require.Zero(l.t, two)
	}
}

// TestRefused: pods that the API server refuses are asked for again, and the status tells of those that are there.
func TestRefused(t *testing.T) {
	c := newWorld(t, 3, controller.Options{})
	c.Quota(2)
	set := newSet()
	c.Create(set)
	c.Run(10 * time.Second)
	require.Equal(t, []int{3, 2}, []int{controllertest.Get(c, set).Status.Desired, controllertest.Get(c, set).Status.Ready})
	c.Quota(3)
	c.Run(time.Minute)
	require.Equal(t, 3, controllertest.Get(c, set).Status.Ready)
}
