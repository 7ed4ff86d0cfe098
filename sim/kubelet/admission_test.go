package kubelet

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
)

// The first failure counts, in upstream's order: what stands further up in the table hides what stands below.
func TestAdmission(t *testing.T) {
	gpus := func(devices int, milli int64) cluster.GPURequest {
		return cluster.GPURequest{Devices: devices, Milli: milli}
	}
	ext := func(name cluster.ResourceName, n int64) []cluster.Amount {
		return []cluster.Amount{{Name: name, Value: n}}
	}
	zone := func(z string) *cluster.Affinity {
		in := cluster.Requirement{Key: cluster.LabelZone, Operator: cluster.In, Values: []string{z}}
		return &cluster.Affinity{RequiredNode: &cluster.NodeSelector{Terms: []cluster.NodeSelectorTerm{{MatchExpressions: []cluster.Requirement{in}}}}}
	}
	tests := []struct {
		name     string
		pods     int64 // that the node takes; 0 stands for 10
		requests cluster.Resources
		gpu      cluster.GPURequest
		given    cluster.DeviceSet
		spec     cluster.PodSpec
		want     string
	}{
		{name: "nothing is asked"},
		{name: "all that is left", requests: cluster.Resources{MilliCPU: 1000, Memory: 900, EphemeralStorage: 50, Extended: ext("a.b/c", 2)}},
		{name: "no place for another pod", pods: 1, requests: cluster.Resources{MilliCPU: 9999}, want: "OutOfpods"},
		{name: "cpu before memory", requests: cluster.Resources{MilliCPU: 1001, Memory: 901}, want: "OutOfcpu"},
		{name: "memory before storage", requests: cluster.Resources{Memory: 901, EphemeralStorage: 51}, want: "OutOfmemory"},
		{name: "storage before extended", requests: cluster.Resources{EphemeralStorage: 51, Extended: ext("a.b/c", 3)}, want: "OutOfephemeral-storage"},
		{name: "an extended resource", requests: cluster.Resources{Extended: ext("a.b/c", 3)}, want: "OutOfa.b/c"},
		{name: "an extended resource unknown to the node", requests: cluster.Resources{Extended: ext("x.y/z", 3)}},
		{name: "a share that fits", gpu: gpus(1, 400), given: 0b01},
		{name: "a share that does not fit", gpu: gpus(1, 401), given: 0b01, want: "OutOfgpu"},
		{name: "a whole device", gpu: gpus(1, 1000), given: 0b10},
		{name: "two devices, one in use", gpu: gpus(2, 1000), given: 0b11, want: "OutOfgpu"},
		{name: "no device given", gpu: gpus(1, 100), want: "OutOfgpu"},
		{name: "a device given and not asked for", given: 0b10, want: "OutOfgpu"},
		{name: "a device that is not there", gpu: gpus(1, 100), given: 0b100, want: "OutOfgpu"},
		{name: "devices come after resources", requests: cluster.Resources{Memory: 901}, gpu: gpus(1, 100), want: "OutOfmemory"},
		{name: "the node's zone", spec: cluster.PodSpec{Affinity: zone("a"), NodeSelector: cluster.Labels{cluster.LabelZone: "a"}}},
		{name: "another zone", spec: cluster.PodSpec{Affinity: zone("b")}, want: "NodeAffinity"},
		{name: "a selector for another zone", spec: cluster.PodSpec{NodeSelector: cluster.Labels{cluster.LabelZone: "b"}}, want: "NodeAffinity"},
		{name: "a selector for a label that is not there", spec: cluster.PodSpec{NodeSelector: cluster.Labels{"x": ""}}, want: "NodeAffinity"},
		{name: "a port in use", spec: cluster.PodSpec{HostPorts: []cluster.HostPort{{Port: 81}, {Port: 80}}}, want: "NodePorts"},
		{name: "the same port of another protocol", spec: cluster.PodSpec{HostPorts: []cluster.HostPort{{Port: 80, Protocol: "UDP"}}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n := cluster.NewNodeInfo(&cluster.Node{
				ObjectMeta:  cluster.ObjectMeta{Labels: cluster.Labels{cluster.LabelZone: "a"}},
				Allocatable: cluster.Resources{MilliCPU: 2000, Memory: 1000, EphemeralStorage: 50, Extended: ext("a.b/c", 2)},
				GPUs:        2, AllocatablePods: test.pods})
			if test.pods == 0 {
				n.Node.AllocatablePods = 10
			}
			there := (&cluster.PodSpec{Containers: []cluster.Container{{Requests: cluster.Resources{MilliCPU: 1000, Memory: 100}}},
				GPU: gpus(1, 600), HostPorts: []cluster.HostPort{{Port: 80}}}).Complete()
			n.AddPod(&cluster.Pod{Spec: there, GPUs: 0b01})
			test.spec.Containers = []cluster.Container{{Requests: test.requests}}
			test.spec.GPU = test.gpu
			require.Equal(t, test.want, admission(n, &cluster.Pod{Spec: test.spec.Complete(), GPUs: test.given}))
		})
	}
}
