package cluster_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// News is told in an event of its own, of the same instant, and of the kinds that were asked for.
func TestWatch(t *testing.T) {
	w := newWorld(t)
	var heard []string
	w.Watch("pods", nil, func(now sim.Time, c *cluster.Change) {
		heard = append(heard, fmt.Sprint(now, " ", c.Verb, " ", c.Object().Meta().Name))
	}, cluster.KindPod)
	w.create(node("n", 1, 1), pod("a", tiny), pod("b", tiny))
	require.Empty(t, heard, "a write calls nobody")
	require.NoError(t, w.Delete(w.key("a"), cluster.ReasonDeleted))
	require.NoError(t, w.engine.Run(0))
	require.Equal(t, []string{"0s Added a", "0s Added b", "0s Deleted a"}, heard)
	require.Equal(t, uint64(1), w.engine.Events(), "one event tells all the news of an instant")
}

// A watcher of some changes is told of no others, and those cost no event.
func TestWatchSome(t *testing.T) {
	w := newWorld(t)
	var heard []string
	big := func(c *cluster.Change) bool { return c.Object().Meta().Name == "b" }
	w.WatchSome("some", nil, big, func(_ sim.Time, c *cluster.Change) { heard = append(heard, c.Object().Meta().Name) }, cluster.KindPod)
	w.create(node("b", 1, 1), pod("a", tiny))
	w.tick()
	require.Zero(t, w.engine.Events(), "of another kind, or not wanted")
	w.create(pod("b", tiny), pod("c", tiny))
	w.tick()
	require.Equal(t, []string{"b"}, heard)
	require.Equal(t, uint64(1), w.engine.Events())
}

// What a watcher writes while it hears is news of its own: others hear it with what they have queued, the writer in an
// event of its own, later in the same instant.
func TestWatcherThatWrites(t *testing.T) {
	w := newWorld(t)
	var order []string
	w.Watch("writer", nil, func(_ sim.Time, c *cluster.Change) {
		order = append(order, "writer "+c.Object().Meta().Name)
		if name := c.Object().Meta().Name; len(name) < 3 {
			w.create(pod(name+"x", tiny))
		}
	}, cluster.KindPod)
	w.Watch("reader", nil, func(_ sim.Time, c *cluster.Change) {
		order = append(order, "reader "+c.Object().Meta().Name)
	}, cluster.KindPod)
	w.create(pod("a", tiny))
	w.tick()
	require.Equal(t, []string{"writer a", "reader a", "reader ax", "writer ax", "reader axx", "writer axx"}, order)
}

// A watcher with latency sees the past.
func TestWatchSeesThePast(t *testing.T) {
	w := newWorld(t)
	var phases []string
	w.Watch("late", func() time.Duration { return 3 * time.Second }, func(now sim.Time, c *cluster.Change) {
		_, p := c.Pods()
		phases = append(phases, fmt.Sprintf("%v: %v, now %v", now, p.Status.Phase, w.Pod(p.NamespacedName).Status.Phase))
	}, cluster.KindPod)
	w.create(node("n", 1, 1), pod("a", tiny))
	w.bind("a", "n", 0)
	w.tick()
	w.start("a")
	require.NoError(t, w.engine.Run(sim.Never))
	require.Equal(t, []string{"3s: Pending, now Running", "3s: Pending, now Running", "4s: Running, now Running"}, phases)
}

// TestWatchOrder draws latencies: each watcher hears every change once, in the order of the writes, never before its
// latency is over, and no later than the longest latency of a change up to then asks for.
func TestWatchOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		var due, told []sim.Time
		var seqs []uint64
		latency := func() time.Duration {
			d := time.Duration(rapid.IntRange(0, 5).Draw(t, "latency")) * time.Second
			at := w.Now().Add(d)
			if len(due) > 0 {
				at = max(at, due[len(due)-1])
			}
			due = append(due, at)
			return d
		}
		w.Watch("w", latency, func(now sim.Time, c *cluster.Change) {
			told = append(told, now)
			seqs = append(seqs, c.Seq)
		}, cluster.KindPod)
		for i := range rapid.IntRange(1, 30).Draw(t, "writes") {
			w.create(pod(fmt.Sprint(i), tiny))
			if rapid.Bool().Draw(t, "tick") {
				w.tick()
			}
		}
		require.NoError(t, w.engine.Run(sim.Never))
		require.Equal(t, due, told, "told when due, where none overtakes another")
		require.True(t, slices.IsSorted(seqs))
		require.Equal(t, w.Changes(), uint64(len(seqs)))
	})
}

// BenchmarkWatch is the delivery of one change to one watcher, with its share of the events.
func BenchmarkWatch(b *testing.B) {
	for _, late := range []time.Duration{0, 10 * time.Millisecond} {
		b.Run(fmt.Sprint("latency=", late), func(b *testing.B) {
			w := newWorld(b)
			w.create(pod("a", tiny))
			heard := 0
			w.Watch("w", func() time.Duration { return late }, func(sim.Time, *cluster.Change) { heard++ }, cluster.KindPod)
			key, edit := w.key("a"), func(*cluster.Pod) {}
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				if err := w.EditPod(key, cluster.ReasonUpdated, edit); err != nil {
					b.Fatal(err)
				}
				if err := w.engine.Run(w.Now().Add(time.Millisecond)); err != nil {
					b.Fatal(err)
				}
			}
			require.LessOrEqual(b, b.N-heard, 10)
		})
	}
}
