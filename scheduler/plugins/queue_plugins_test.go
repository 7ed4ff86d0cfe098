package plugins

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Upstream's plugins/schedulinggates/scheduling_gates_test.go (v1.36.3).
func TestSchedulingGates(t *testing.T) {
	plugin := build[framework.PreEnqueuePlugin](t, SchedulingGates, "")
	require.Nil(t, plugin.PreEnqueue(pod().Obj()))
	require.Equal(t, "UnschedulableAndUnresolvable: waiting for scheduling gates: [foo bar]", verdict(plugin.PreEnqueue(pod().Gates("foo", "bar").Obj())))

	gone := event(framework.UnschedulablePod, framework.UpdatePodSchedulingGatesEliminated)
	waiting, hints := pod().UID(1).Obj(), plugin.(framework.EnqueueExtensions)
	require.True(t, hint(hints, gone, waiting, changed(waiting, pod().UID(1).Obj())))
	require.False(t, hint(hints, gone, waiting, changed(waiting, pod().UID(2).Obj())))
	require.False(t, hint(hints, event(framework.UnschedulablePod, framework.UpdatePodLabel), waiting, changed(waiting, waiting)))
}

func queued(uid cluster.UID, priority int32, at sim.Time) *framework.QueuedPod {
	return &framework.QueuedPod{Pod: pod().UID(uid).Priority(priority).Obj(), Timestamp: at}
}

// The first six rows are upstream's plugins/queuesort/priority_sort_test.go: TestLess (v1.36.3).
func TestPrioritySort(t *testing.T) {
	plugin := build[framework.QueueSortPlugin](t, PrioritySort, "")
	for _, c := range []struct {
		name string
		a, b *framework.QueuedPod
		want bool
	}{
		{"a has lower priority", queued(1, 1, 0), queued(2, 2, 0), false},
		{"a has higher priority", queued(1, 2, 0), queued(2, 1, 0), true},
		{"higher priority, later", queued(1, 2, 9), queued(2, 1, 0), true},
		{"equal, a earlier", queued(1, 1, 0), queued(2, 1, 1), true},
		{"equal, b earlier", queued(1, 1, 1), queued(2, 1, 0), false},
		{"the same pod", queued(1, 1, 1), queued(1, 1, 1), false},
		{"same instant: the older pod", queued(1, 1, 1), queued(2, 1, 1), true},
		{"same instant: the younger pod", queued(2, 1, 1), queued(1, 1, 1), false},
		{"negative priority", queued(1, -1, 0), queued(2, 0, 9), false},
	} {
		require.Equal(t, c.want, plugin.Less(c.a, c.b), c.name)
	}
}

func TestPrioritySortIsATotalOrder(t *testing.T) {
	plugin := build[framework.QueueSortPlugin](t, PrioritySort, "")
	rapid.Check(t, func(t *rapid.T) {
		var pods []*framework.QueuedPod
		for i := range rapid.IntRange(2, 12).Draw(t, "pods") {
			pods = append(pods, queued(cluster.UID(i), rapid.Int32Range(0, 2).Draw(t, "priority"), sim.Time(rapid.IntRange(0, 2).Draw(t, "at"))))
		}
		order := func(pods []*framework.QueuedPod) (uids []cluster.UID) {
			slices.SortFunc(pods, func(a, b *framework.QueuedPod) int {
				if plugin.Less(a, b) {
					return -1
				}
				return 1
			})
			for _, p := range pods {
				uids = append(uids, p.Pod.UID)
			}
			return uids
		}
		shuffled := rapid.Permutation(pods).Draw(t, "order of arrival")
		require.Equal(t, order(slices.Clone(pods)), order(shuffled))
	})
}

func TestDynamicResourcesHasNoSay(t *testing.T) {
	plugin := build[framework.ScorePlugin](t, DynamicResources, "")
	state := &framework.CycleState{}
	result, early := plugin.(framework.PostFilterPlugin).PostFilter(state, pod().Obj(), nil, nil)
	require.Nil(t, result)
	require.Equal(t, "Error: not found", verdict(early), "an earlier plugin refused the pod before PreFilter was asked")
	_, pre := plugin.(framework.PreFilterPlugin).PreFilter(state, pod().Obj(), nil)
	require.Equal(t, "Skip", verdict(pre))
	require.Nil(t, plugin.(framework.PreEnqueuePlugin).PreEnqueue(pod().Obj()))
	require.Nil(t, plugin.(framework.FilterPlugin).Filter(nil, pod().Obj(), node("n").With()))
	result, post := plugin.(framework.PostFilterPlugin).PostFilter(state.Clone(), pod().Obj(), nil, nil)
	require.Nil(t, result)
	require.Equal(t, "Unschedulable: no new claims to deallocate", verdict(post))
	nodes := []*cluster.Node{node("a").Obj(), node("b").Obj()}
	require.Equal(t, map[string]int64{"a": 0, "b": 0}, scores(t, plugin, pod().Obj(), view(nodes)))
}

// binder records what it is told, and fails if it has an error to give.
type binder struct {
	framework.Binder // of volumes: not asked here
	err              error
	pod              cluster.Key
	node             string
	gpus             cluster.DeviceSet
}

func (b *binder) Bind(pod cluster.Key, node string, gpus cluster.DeviceSet) error {
	b.pod, b.node, b.gpus = pod, node, gpus
	return b.err
}

func TestDefaultBinder(t *testing.T) {
	plugin := build[framework.BindPlugin](t, DefaultBinder, "")
	p, b := pod().Name("web").UID(3).Obj(), &binder{}
	require.True(t, plugin.Bind(nil, p, "n1", 5, b).IsSuccess())
	require.Equal(t, &binder{pod: cluster.KeyOf(p), node: "n1", gpus: 5}, b)
	require.Equal(t, "Error: gone", verdict(plugin.Bind(nil, p, "n1", 5, &binder{err: errors.New("gone")})))
}
