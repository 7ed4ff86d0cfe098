package nodelifecycle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// pause has the controller stand still from one instant to another.
func (w *world) pause(from, to int) {
	w.at(time.Duration(from)*sec, func() { w.controller.Pause(true) })
	w.at(time.Duration(to)*sec, func() { w.controller.Pause(false) })
}

// A controller that stands still writes nothing, neither conditions nor taints, and makes good for it afterwards. A silence
// whose begin it saw has lasted; one that began meanwhile counts from then on.
func TestPause(t *testing.T) {
	for name, opts := range map[string]controller.Options{"at once": {}, "limited": {QPS: 20, Burst: 30}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, punctual(), opts)
			w.nodes("a", 9)
			w.pause(12, 203)
			w.fail(10*sec, "a1")
			w.fail(50*sec, "a2")
			w.fail(60*sec, "a3")
			w.recover(80*sec, "a3")
			w.at(100*sec, func() { w.edit("a4", func(n *cluster.Node) { n.Unschedulable = true }) })
			w.at(203*sec-1, func() { require.Empty(t, w.story) })
			w.runOut()
			require.Equal(t, []string{"3m25s a1 Ready=Unknown", "3m25s a1 +unreachable:NoSchedule", "3m25s a1 +unreachable:NoExecute"}, w.of("a1"))
			require.Equal(t, []string{"4m15s a2 Ready=Unknown", "4m15s a2 +unreachable:NoSchedule", "4m15s a2 +unreachable:NoExecute"}, w.of("a2"))
			require.Empty(t, w.of("a3"), "it was never found to be silent")
			require.Equal(t, []string{"3m23s a4 +unschedulable:NoSchedule"}, w.of("a4"))
		})
	}
}

// Nodes whose turn comes while the controller stands still have it later, still one after the other; those that are back do
// not, and lose their taints when it goes on.
func TestPauseWhileTainting(t *testing.T) {
	w := newWorld(t, punctual(), controller.Options{QPS: 20, Burst: 30})
	w.nodes("a", 9)
	w.fail(10*sec, "a1", "a2", "a3", "a4")
	w.pause(65, 300)
	w.recover(200*sec, "a1", "a2")
	w.at(300*sec-1, func() {
		require.Contains(t, w.story, "1m0s a1 +unreachable:NoExecute")
		require.NotContains(t, w.story, "1m10s a2 +unreachable:NoExecute")
		require.True(t, w.store.Node("a1").Ready == cluster.ConditionTrue && len(w.store.Node("a1").Taints) == 2)
	})
	w.runOut()
	require.Empty(t, w.store.Node("a1").Taints)
	require.Empty(t, w.store.Node("a2").Taints)
	require.Equal(t, "5m0s a3 +unreachable:NoExecute", last(w.of("a3"), "NoExecute"))
	require.Equal(t, "5m10s a4 +unreachable:NoExecute", last(w.of("a4"), "NoExecute"))
	require.Zero(t, w.engine.Pending())
}

// A pause with all well costs nothing, and one that ends twice ends once.
func TestPauseOfNothing(t *testing.T) {
	w := newWorld(t, punctual(), controller.Options{})
	w.nodes("a", 3)
	w.pause(10, 20)
	w.at(30*sec, func() { w.controller.Pause(false) })
	w.runOut()
	require.Equal(t, sim.Time(30*sec), w.engine.Now())
	require.Empty(t, w.story)
}
