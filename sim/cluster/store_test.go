package cluster_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
)

var tiny = specOf(cluster.Resources{MilliCPU: 1})

func TestStoreErrors(t *testing.T) {
	tests := []struct {
		name string
		do   func(w *world) error
		want error
		text string
	}{
		{"a name twice", func(w *world) error { return w.Create(pod("a", tiny), cluster.ReasonCreated) }, cluster.ErrAlreadyExists, "Pod default/a: already exists"},
		{"binding to a node that is not there", func(w *world) error { return w.Bind(w.key("a"), "x", 0) }, cluster.ErrNotFound, "Node x: not found"},
		{"binding a pod that is not there", func(w *world) error { return w.Bind(w.key("x"), "n", 0) }, cluster.ErrNotFound, "Pod default/x: not found"},
		{"binding twice", func(w *world) error { return w.Bind(w.key("bound"), "n", 0) }, cluster.ErrConflict,
			`Pod default/bound: binding to n: already on "n", deleting false: conflict`},
		{"binding a pod that is being deleted", func(w *world) error {
			w.edit("a", func(p *cluster.Pod) { p.Deleting = true })
			return w.Bind(w.key("a"), "n", 0)
		}, cluster.ErrConflict, `Pod default/a: binding to n: already on "", deleting true: conflict`},
		{"editing a pod whose name another has taken", func(w *world) error {
			old := w.key("a")
			require.NoError(w.t, w.Delete(old, cluster.ReasonDeleted))
			w.create(pod("a", tiny))
			return w.EditPod(old, cluster.ReasonUpdated, func(*cluster.Pod) { panic("edited the wrong pod") })
		}, cluster.ErrNotFound, "Pod default/a: not found"},
		{"deleting twice", func(w *world) error {
			old := w.key("a")
			require.NoError(w.t, w.Delete(old, cluster.ReasonDeleted))
			return w.Delete(old, cluster.ReasonDeleted)
		}, cluster.ErrNotFound, "Pod default/a: not found"},
		{"terminating a pod that is gone", func(w *world) error { return w.Terminate(w.key("x"), cluster.ReasonKilling) }, cluster.ErrNotFound, "Pod default/x: not found"},
		{"editing a node that is gone", func(w *world) error {
			return w.EditNode("x", cluster.ReasonUpdated, func(*cluster.Node) {})
		}, cluster.ErrNotFound, "Node x: not found"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.create(node("n", 4, 4), pod("a", tiny), pod("bound", tiny))
			w.bind("bound", "n", 0)
			err := test.do(w)
			require.ErrorIs(t, err, test.want)
			require.EqualError(t, err, test.text)
		})
	}
}

// A refused write leaves no trace.
func TestRefusedWriteChangesNothing(t *testing.T) {
	w := newWorld(t)
	w.create(node("n", 4, 4), pod("a", tiny))
	changes, hash := w.Changes(), w.Hash()
	require.Error(t, w.Create(pod("a", tiny), cluster.ReasonCreated))
	require.Error(t, w.Bind(w.key("a"), "x", 0))
	require.Equal(t, changes, w.Changes())
	require.Equal(t, hash, w.Hash())
	require.Empty(t, w.Pod(w.key("a").NamespacedName).NodeName)
}

func TestTerminate(t *testing.T) {
	w := newWorld(t)
	w.create(node("n", 4, 9), pod("waits", tiny), pod("runs", tiny), pod("ended", tiny))
	w.bind("runs", "n", 0)
	w.bind("ended", "n", 0)
	w.end("ended", cluster.Failed)
	w.tick()
	for _, name := range []string{"waits", "runs", "ended"} {
		require.NoError(t, w.Terminate(w.key(name), cluster.ReasonKilling))
	}
	require.Equal(t, 1, w.Len(cluster.KindPod), "only the pod that holds a node has something to end")
	p := w.Pod(w.key("runs").NamespacedName)
	require.True(t, p.Deleting)
	require.Equal(t, w.Now(), p.DeletingSince)
	changes := w.Changes()
	w.tick()
	require.NoError(t, w.Terminate(w.key("runs"), cluster.ReasonKilling))
	require.Equal(t, changes, w.Changes(), "marking twice changes nothing")
}

// Versions that somebody holds never change: not by edits, not by deletion.
func TestEditLeavesOldVersionsAlone(t *testing.T) {
	w := newWorld(t)
	var versions []cluster.Object
	var copies []string
	w.Observe(func(c *cluster.Change) {
		if c.New != nil {
			versions = append(versions, c.New)
			copies = append(copies, fmt.Sprintf("%+v", c.New))
		}
	})
	w.create(node("n", 4, 4), pod("a", tiny))
	w.bind("a", "n", 0)
	w.tick()
	w.start("a")
	w.edit("a", func(p *cluster.Pod) { p.Labels = cluster.Labels{"new": "label"} })
	require.NoError(t, w.EditNode("n", cluster.ReasonNodeDown, func(n *cluster.Node) { n.Down = true }))
	w.end("a", cluster.Succeeded)
	require.NoError(t, w.Delete(w.key("a"), cluster.ReasonCleanedUp))
	require.Len(t, versions, 7)
	for i, v := range versions {
		require.Equal(t, copies[i], fmt.Sprintf("%+v", v))
		require.Equal(t, uint64(i+1), v.Meta().ResourceVersion, "each version knows its change")
	}
}

func TestChangeKnowsOldAndNew(t *testing.T) {
	w := newWorld(t)
	var log []string
	w.Observe(func(c *cluster.Change) {
		log = append(log, fmt.Sprintf("%v change %d: %v %s, UID %d, old %v, new %v", c.At, c.Seq, c.Verb, c.Reason, c.Key().UID, c.Old != nil, c.New != nil))
	})
	w.create(pod("a", tiny))
	w.tick()
	w.edit("a", func(*cluster.Pod) {})
	require.NoError(t, w.Delete(w.key("a"), cluster.ReasonDeleted))
	require.Equal(t, []string{
		"0s change 1: Added Created, UID 1, old false, new true",
		"1s change 2: Modified Updated, UID 1, old true, new true",
		"1s change 3: Deleted Deleted, UID 1, old true, new false",
	}, log)
}

func TestList(t *testing.T) {
	w := newWorld(t)
	require.Empty(t, w.List(cluster.KindPod))
	for _, n := range []string{"b", "c", "a"} {
		w.create(pod(n, tiny))
	}
	w.create(&cluster.Pod{ObjectMeta: namespaced("another", "z"), Spec: tiny})
	names := func() (all []string) {
		for _, o := range w.List(cluster.KindPod) {
			all = append(all, o.Meta().NamespacedName.String())
		}
		return all
	}
	require.Equal(t, []string{"another/z", "default/a", "default/b", "default/c"}, names())
	held := w.List(cluster.KindPod)
	require.NoError(t, w.Delete(w.key("b"), cluster.ReasonDeleted))
	require.Equal(t, []string{"another/z", "default/a", "default/c"}, names())
	require.Len(t, held, 4, "a list that somebody holds stands still")
	require.Nil(t, w.Get(cluster.KindPod, held[2].Meta().NamespacedName))
	require.Nil(t, w.Get(cluster.KindNode, held[1].Meta().NamespacedName), "a name is of its kind")
}

// Histories that differ in one thing have different hashes; equal ones have the same.
func TestHash(t *testing.T) {
	story := func(differ string) uint64 {
		w := newWorld(t)
		w.create(node("n", 4, 4), node("m", 4, 4))
		if differ == "time" {
			w.tick()
		}
		if differ == "name" {
			w.create(pod("b", tiny))
			w.bind("b", "n", 0)
			return w.Hash()
		}
		w.create(pod("a", tiny))
		switch differ {
		case "node":
			w.bind("a", "m", 0)
		case "devices":
			w.bind("a", "n", 1)
		default:
			w.bind("a", "n", 0)
		}
		switch differ {
		case "reason":
			require.NoError(t, w.EditPod(w.key("a"), cluster.ReasonStarted, func(*cluster.Pod) {}))
		case "phase":
			w.edit("a", func(p *cluster.Pod) { p.Status.Phase = cluster.Running })
		case "ready":
			w.edit("a", func(p *cluster.Pod) { p.Status.Ready = true })
		case "verb":
			require.NoError(t, w.Delete(w.key("a"), cluster.ReasonUpdated))
		case "less":
		default:
			w.edit("a", func(*cluster.Pod) {})
		}
		return w.Hash()
	}
	require.Equal(t, story(""), story(""))
	seen := map[uint64]string{}
	for _, differ := range []string{"", "time", "name", "node", "devices", "reason", "phase", "ready", "verb", "less"} {
		h := story(differ)
		require.NotContains(t, seen, h, "%q hashes as %q does", differ, seen[h])
		seen[h] = differ
	}
}

// BenchmarkStoreLife is the store's part of a pod's life: create, bind, start, end, delete, with nobody watching.
func BenchmarkStoreLife(b *testing.B) { benchmarkLives(b, newWorld(b), 1000, 20) }

// BenchmarkNodeInfo adds a pod to a node with 30 others, and takes it off again.
func BenchmarkNodeInfo(b *testing.B) {
	n := cluster.NewNodeInfo(node("n", 96, 110))
	spec := specOf(cluster.Resources{MilliCPU: 1000, Memory: gi})
	for i := range 30 {
		p := pod("p", spec)
		p.UID = cluster.UID(i + 2)
		n.AddPod(p)
	}
	p := pod("p", spec)
	p.UID = 1
	b.ReportAllocs()
	for b.Loop() {
		n.AddPod(p)
		n.RemovePod(p)
	}
}
