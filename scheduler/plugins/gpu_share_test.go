package plugins

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// given is a placed pod that holds the devices.
func given(devices cluster.DeviceSet, milli int64) *cluster.Pod {
	p := pod().GPU(devices.Len(), milli).On("n").Obj()
	p.GPUs = devices
	return p
}

func TestGPUShare(t *testing.T) {
	const (
		short    = "Unschedulable: Insufficient gpu"
		tooSmall = "UnschedulableAndUnresolvable: Insufficient gpu"
		wrong    = "UnschedulableAndUnresolvable: node(s) didn't match the GPU model"
	)
	v100 := cluster.LabelGPUModel + "=V100M16"
	for _, c := range []struct {
		name   string
		pod    podBuilder
		node   nodeBuilder
		placed []*cluster.Pod
		want   string
	}{
		{"a share of an empty device", pod().GPU(1, 300), node("n").GPUs(1), nil, ""},
		{"a share of what is left", pod().GPU(1, 300), node("n").GPUs(1), []*cluster.Pod{given(1, 700)}, ""},
		{"a share of too little", pod().GPU(1, 301), node("n").GPUs(1), []*cluster.Pod{given(1, 700)}, short},
		{"what is left on two devices is not added up", pod().GPU(1, 600), node("n").GPUs(2), []*cluster.Pod{given(3, 500)}, short},
		{"whole devices", pod().GPU(2, 1000), node("n").GPUs(3), []*cluster.Pod{given(2, 100)}, ""},
		{"one of them is shared", pod().GPU(2, 1000), node("n").GPUs(2), []*cluster.Pod{given(2, 100)}, short},
		{"more devices than there are", pod().GPU(3, 1000), node("n").GPUs(2), nil, tooSmall},
		{"a node without devices", pod().GPU(1, 10), node("n"), nil, tooSmall},
		{"the right model", pod().GPU(1, 1000).Models("T4", "V100M16"), node("n").GPUs(1).Labels(v100), nil, ""},
		{"the wrong model", pod().GPU(1, 1000).Models("T4"), node("n").GPUs(1).Labels(v100), nil, wrong},
		{"no model", pod().GPU(1, 1000).Models("T4"), node("n").GPUs(1), nil, wrong},
		{"the model comes first", pod().GPU(2, 1000).Models("T4"), node("n").GPUs(1), nil, wrong},
		{"a model without a request", pod().Models("T4"), node("n"), nil, wrong},
	} {
		t.Run(c.name, func(t *testing.T) {
			plugin, p := build[framework.FilterPlugin](t, GPUShare, ""), c.pod.Obj()
			_, pre := plugin.(framework.PreFilterPlugin).PreFilter(nil, p, nil)
			require.Equal(t, "", verdict(pre))
			require.Equal(t, c.want, verdict(plugin.Filter(nil, p, c.node.With(c.placed...))))
		})
	}
	_, pre := build[framework.PreFilterPlugin](t, GPUShare, "").PreFilter(nil, pod().Obj(), nil)
	require.Equal(t, "Skip", verdict(pre))
}

// What the filter lets through can be picked, and what it calls unresolvable fits no empty node of that size.
func TestGPUShareAgreesWithTheDevices(t *testing.T) {
	plugin := build[framework.FilterPlugin](t, GPUShare, "")
	rapid.Check(t, func(t *rapid.T) {
		want := cluster.GPURequest{Devices: rapid.IntRange(1, 4).Draw(t, "devices"), Milli: 1000}
		if want.Devices == 1 {
			want.Milli = rapid.Int64Range(1, 1000).Draw(t, "milli")
		}
		count := rapid.IntRange(0, 4).Draw(t, "gpus")
		n := node("n").GPUs(count).With()
		enough := 0
		for i := range n.FreeGPU {
			n.FreeGPU[i] = rapid.Int64Range(0, 1000).Draw(t, "free")
			if n.FreeGPU[i] >= want.Milli {
				enough++
			}
		}
		status := plugin.Filter(nil, pod().GPU(want.Devices, want.Milli).Obj(), n)
		require.Equal(t, enough >= want.Devices, status.IsSuccess())
		require.Equal(t, count < want.Devices, status.Code() == framework.UnschedulableAndUnresolvable)
	})
}

func TestGPUShareHints(t *testing.T) {
	plugin := build[framework.EnqueueExtensions](t, GPUShare, "")
	waiting := pod().GPU(2, 1000).Models("T4").Obj()
	t4 := func(n int) *cluster.Node { return node("n").GPUs(n).Labels(cluster.LabelGPUModel + "=T4").Obj() }
	deleted := event(framework.AssignedPod, framework.ActionDelete)
	joined, changedNode := event(framework.NodeEvent, framework.ActionAdd), event(framework.NodeEvent, framework.UpdateNodeLabel)
	for _, c := range []struct {
		name  string
		event framework.ClusterEvent
		c     *cluster.Change
		want  bool
	}{
		{"a pod with GPUs goes", deleted, changed(given(1, 500), nil), true},
		{"a pod with GPUs ends", deleted, changed(given(1, 500), pod().GPU(1, 500).On("n").Phase(cluster.Succeeded).Obj()), true},
		{"a pod without GPUs goes", deleted, changed(pod().On("n").Obj(), nil), false},
		{"a waiting pod with GPUs goes", deleted, changed(pod().GPU(1, 500).Obj(), nil), false},
		{"a node with enough joins", joined, changed(nil, t4(2)), true},
		{"a node with too few joins", joined, changed(nil, t4(1)), false},
		{"a node of another model joins", joined, changed(nil, node("n").GPUs(8).Obj()), false},
		{"a node becomes the right model", changedNode, changed(node("n").GPUs(2).Obj(), t4(2)), true},
		{"a node gets more devices", changedNode, changed(t4(1), t4(2)), true},
		{"a node changes otherwise", changedNode, changed(t4(2), t4(2)), false},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, hint(plugin, c.event, waiting, c.c)) })
	}
}
