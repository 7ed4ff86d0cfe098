package manifest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
)

func readNode(t *testing.T, rest string) *cluster.Node {
	t.Helper()
	set := read(t, "apiVersion: v1\nkind: Node\nmetadata: {name: n, labels: {zone: a}}\n"+rest)
	require.Len(t, set.Nodes, 1)
	return set.Nodes[0]
}

func TestNode(t *testing.T) {
	n := readNode(t, `
spec:
  unschedulable: true
  taints: [{key: a, value: b, effect: NoSchedule}, {key: c, effect: PreferNoSchedule}, {key: d, effect: NoExecute, timeAdded: 2024-01-01T00:00:00Z}]
status:
  capacity: {cpu: 4, memory: 8Gi, pods: 110, ephemeral-storage: 1Gi, example.com/dongle: 3, made-up: 1}
  allocatable: {cpu: 3900m, memory: 7Gi, pods: "100", hugepages-2Mi: 4Mi, attachable-volumes-csi-x: 5}
  images: [{names: ["nginx:1", "nginx@sha256:abc"], sizeBytes: 1000}]
  nodeInfo: {kubeletVersion: v1.36.3}
`)
	want := &cluster.Node{
		ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: "n"}, Labels: cluster.Labels{"zone": "a"}},
		Capacity: cluster.Resources{MilliCPU: 4000, Memory: 8 << 30, EphemeralStorage: 1 << 30,
			Extended: []cluster.Amount{{Name: "example.com/dongle", Value: 3}}},
		Allocatable: cluster.Resources{MilliCPU: 3900, Memory: 7 << 30,
			Extended: []cluster.Amount{{Name: "attachable-volumes-csi-x", Value: 5}, {Name: "hugepages-2Mi", Value: 4 << 20}}},
		AllocatablePods: 100,
		Taints:          []cluster.Taint{{Key: "a", Value: "b", Effect: cluster.NoSchedule}, {Key: "c", Effect: cluster.PreferNoSchedule}, {Key: "d", Effect: cluster.NoExecute}},
		Unschedulable:   true,
		Images:          []cluster.Image{{Names: []string{"nginx:1", "nginx@sha256:abc"}, SizeBytes: 1000}},
	}
	require.Equal(t, want, n)
}

func TestAllocatableDefaultsToCapacity(t *testing.T) {
	n := readNode(t, "status: {capacity: {cpu: 4, pods: 110}}")
	require.Equal(t, int64(4000), n.Allocatable.MilliCPU)
	require.Equal(t, int64(110), n.AllocatablePods)

	n = readNode(t, "status: {capacity: {cpu: 4, pods: 110}, allocatable: {cpu: 3}}")
	require.Equal(t, int64(3000), n.Allocatable.MilliCPU)
	require.Zero(t, n.AllocatablePods, "a stated allocatable is complete")
}

// TestSharedGPUs reads a node as the openb trace has it, and pods that ask as its simulators have them ask.
func TestSharedGPUs(t *testing.T) {
	set := read(t, `
apiVersion: v1
kind: Node
metadata: {name: n, labels: {alibabacloud.com/gpu-card-model: P100}}
status: {allocatable: {alibabacloud.com/gpu-count: '2', alibabacloud.com/gpu-milli: '2000', cpu: 64000m}}
---
{apiVersion: v1, kind: Pod, metadata: {name: share, annotations: {alibabacloud.com/gpu-milli: "300"}}, spec: {nodeName: n, containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: stated, annotations: {alibabacloud.com/gpu-milli: "400", alibabacloud.com/gpu-count: "1", alibabacloud.com/gpu-index: "1"}}, spec: {nodeName: n, containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: whole, annotations: {alibabacloud.com/gpu-count: "2", alibabacloud.com/gpu-card-model: "P100|T4"}}, spec: {containers: [{name: c}]}}
`)
	n := set.Nodes[0]
	require.Equal(t, 2, n.GPUs)
	require.Equal(t, "P100", n.Labels[cluster.LabelGPUModel])
	require.Empty(t, n.Allocatable.Extended)
	share, stated, whole := set.Pods[0], set.Pods[1], set.Pods[2]
	require.Equal(t, cluster.GPURequest{Devices: 1, Milli: 300}, share.Spec.GPU)
	require.Equal(t, cluster.DeviceSet(0b10), stated.GPUs)
	require.Equal(t, cluster.DeviceSet(0b10), share.GPUs, "the tightest fit")
	require.Equal(t, cluster.GPURequest{Devices: 2, Milli: 1000}, whole.Spec.GPU)
	require.Equal(t, []string{"P100", "T4"}, whole.Spec.GPUModels)
	require.Zero(t, whole.GPUs)
}
