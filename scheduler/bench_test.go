package scheduler_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/config"
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/scheduler/plugins"
	"github.com/wavetank/wavetank/sim/cluster"
)

// BenchmarkDecision measures one decision of the default profile, with the node it changes, in a cluster that is 70 %
// full. Compare runs with benchstat: go test -run '^$' -bench Decision -count 10 ./scheduler > new.txt; benchstat old.txt new.txt
func BenchmarkDecision(b *testing.B) {
	for _, nodes := range []int{100, 1000, 5000} {
		for _, percentage := range []int32{0, 100} {
			for _, plain := range []bool{false, true} {
				b.Run(fmt.Sprintf("nodes=%d/percentage=%d/plain=%v", nodes, percentage, plain), func(b *testing.B) {
					benchmarkDecision(b, nodes, percentage, plain)
				})
			}
		}
	}
}

func benchmarkDecision(b *testing.B, nodes int, percentage int32, plain bool) {
	c, err := config.Default(plugins.InTree())
	require.NoError(b, err)
	c.Profiles[0].PercentageOfNodesToScore = percentage
	p, err := scheduler.NewProfile(c.Profiles[0], plugins.InTree(), drawer(), plain)
	require.NoError(b, err)
	view := cluster.NewSnapshot(nil)
	for i := range nodes {
		n := &cluster.Node{AllocatablePods: 110, Allocatable: cluster.Resources{MilliCPU: 32000, Memory: 128 << 30}}
		n.Name = fmt.Sprintf("n%d", i)
		n.Labels = cluster.Labels{cluster.LabelZone: string(rune('a' + i%3))}
		view.AddNode(n)
	}
	spec := (&cluster.PodSpec{Containers: []cluster.Container{{Requests: cluster.Resources{MilliCPU: 1000, Memory: 4 << 30}, RequestsCPU: true, RequestsMemory: true}}}).Complete()
	ring := make([]*cluster.Pod, nodes*32*7/10)
	place := func(i int) {
		slot := i % len(ring)
		if old := ring[slot]; old != nil {
			view.RemovePod(old)
		} else {
			ring[slot] = &cluster.Pod{Spec: spec}
			ring[slot].Namespace, ring[slot].Name, ring[slot].UID = "default", fmt.Sprintf("p%d", slot), cluster.UID(slot+1)
		}
		pod := ring[slot]
		pod.NodeName = ""
		d := &p.Schedule([]*cluster.Pod{pod}, view)[0]
		if !d.Placed() {
			b.Fatal(d.Message())
		}
		pod.NodeName = d.Node
		view.AddPod(pod)
	}
	for i := range ring {
		place(i)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		place(i)
	}
}

var _ framework.Algorithm = (*scheduler.Profile)(nil)
