package plugins

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim/cluster"
)

// TestPodLogFollows: what the log adds up to is what the snapshot holds, whatever happened in between.
func TestPodLogFollows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		view := cluster.NewSnapshot(nil)
		var log podLog
		held := map[*cluster.Pod]int32{}
		var pods []*cluster.Pod
		read := uint64(0)
		for i := range rapid.IntRange(1, 30).Draw(t, "steps") {
			node := fmt.Sprint("n", rapid.IntRange(0, 3).Draw(t, "node"))
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0:
				view.AddNode(machine(node, rapid.SampledFrom([]string{"zone=1", "zone=2"}).Draw(t, "labels")))
			case 1:
				view.RemoveNode(node)
			case 2:
				p := workload(fmt.Sprint("p", i), node, "")
				pods = append(pods, p)
				view.AddPod(p)
			case 3:
				if len(pods) > 0 {
					gone := rapid.IntRange(0, len(pods)-1).Draw(t, "gone")
					view.RemovePod(pods[gone])
					pods = append(pods[:gone:gone], pods[gone+1:]...)
				}
			case 4:
				log.sync(view)
				entries, complete := log.since(read)
				require.True(t, complete)
				for _, e := range entries {
					if held[e.pod] += e.sign; held[e.pod] == 0 {
						delete(held, e.pod)
					}
				}
				read = log.end()
				want := map[*cluster.Pod]int32{}
				for _, n := range view.Nodes() {
					for _, p := range n.Pods {
						want[p] = 1
					}
				}
				require.Equal(t, want, held)
			}
		}
	})
}

// TestPodLogForgets: a count that has not read for long begins anew.
func TestPodLogForgets(t *testing.T) {
	view := fourNodes("a=1", "foo").snapshot()
	plugin := mustPlugin[*podTopologySpread](NewPodTopologySpread, nil)
	pod := workload("p", "", "foo", spread(hard(cluster.LabelHostname, "foo", maxPodEntries)))
	require.Equal(t, "a b x y", fitting(filterAll(plugin, pod, view)))
	for i := range maxPodEntries + 1 {
		view.AddPod(workload(fmt.Sprint(i), "b", "foo"))
	}
	require.Equal(t, "a x y", fitting(filterAll(plugin, pod, view)))
	_, complete := plugin.log.since(0)
	require.False(t, complete)
}

// TestTalliesMakeRoom: the count that was not used for longest goes, and begins anew when it is asked for again.
func TestTalliesMakeRoom(t *testing.T) {
	view := cluster.NewSnapshot(nil)
	var log podLog
	counts := tallies[int]{most: 8}
	fresh := 0
	ask := func(key byte) {
		counts.of([]byte{key}, &log, view, func() int { fresh++; return 0 }, func(*int, podEntry) {})
	}
	for key := range byte(8) {
		ask(key)
	}
	ask(0)
	ask(8)
	require.Equal(t, 9, fresh)
	ask(0)
	require.Equal(t, 9, fresh, "used lately")
	ask(1)
	require.Equal(t, 10, fresh, "made room")
}
