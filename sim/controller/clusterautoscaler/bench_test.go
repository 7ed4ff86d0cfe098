package clusterautoscaler

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/nodegroup"
)

// crowded is a cluster of full nodes in two groups, and pods that wait.
func crowded(b *testing.B, nodes, pending int, owned bool) *world {
	least := groupConfig("a", nodes, 2*nodes, 4000, 16*gib)
	w := newWorld(b, defaults(), least, groupConfig("b", 0, nodes, 16000, 64*gib))
	full := podSpec(3500, 8*gib)
	for i, name := range w.nodes() {
		p := &cluster.Pod{Spec: full}
		p.NamespacedName = cluster.NamespacedName{Namespace: "default", Name: fmt.Sprintf("full-%d", i)}
		p.NodeName = name
		w.create(p)
	}
	spec := podSpec(1000, gib)
	for i := range pending {
		p := &cluster.Pod{Spec: spec}
		p.NamespacedName = cluster.NamespacedName{Namespace: "default", Name: fmt.Sprintf("waits-%d", i)}
		if owned {
			p.Owners = []cluster.OwnerReference{{Kind: "ReplicaSet", Name: "web", UID: 1 << 40, Controller: true}}
		}
		w.create(p)
		w.ca.Unschedulable(cluster.KeyOf(p))
	}
	return w
}

// BenchmarkScaleUp is the decision of one scan with many pods that fit nowhere: without a controller, so that each is tried
// by itself, or of one.
func BenchmarkScaleUp(b *testing.B) {
	for _, owned := range []bool{false, true} {
		b.Run(fmt.Sprintf("1000nodes/1000pods/owned=%v", owned), func(b *testing.B) {
			w := crowded(b, 1000, 1000, owned)
			b.ReportAllocs()
			for b.Loop() {
				s := w.thought()
				s.now += 60e9
				require.NotNil(b, s.decide())
				w.ca.cfg.Predictor.Revert()
			}
		})
	}
}

// BenchmarkScaleDown is the decision of one scan in which every node is little used and its pod could move.
func BenchmarkScaleDown(b *testing.B) {
	b.Run("1000nodes", func(b *testing.B) {
		w := newWorld(b, defaults(), nodegroup.Config(groupConfig("a", 1000, 1000, 4000, 16*gib)))
		w.ca.groups[0].NodeGroup = roomy{w.groups["a"]}
		spec := podSpec(1000, gib)
		for i, name := range w.nodes() {
			p := &cluster.Pod{Spec: spec, NodeName: name}
			p.NamespacedName = cluster.NamespacedName{Namespace: "default", Name: fmt.Sprintf("p-%d", i)}
			p.Owners = []cluster.OwnerReference{{Kind: "ReplicaSet", Name: "web", UID: 1 << 40, Controller: true}}
			w.create(p)
		}
		b.ReportAllocs()
		for b.Loop() {
			clear(w.ca.unremovable)
			s := w.thought()
			require.NotEmpty(b, s.findUnneeded(s.candidates()))
			w.ca.cfg.Predictor.Revert()
		}
	})
}

// roomy is a group that may lose all its nodes.
type roomy struct{ *nodegroup.Group }

// Min returns no node.
func (roomy) Min() int { return 0 }
