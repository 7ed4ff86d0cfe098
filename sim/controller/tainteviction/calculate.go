package tainteviction

import (
	"slices"
	"time"

	"github.com/wavetank/wavetank/sim/cluster"
)

// forever is the time of a pod that tolerates everything without end.
const forever time.Duration = -1

// TolerationTime returns how long a pod with these tolerations may stay on a node with these taints: 0 if it may not,
// negative if for ever. Of several tolerations that match a taint the first counts (processPodOnNode,
// getMinTolerationTime, v1.36.3; component-helpers scheduling/corev1: GetMatchingTolerations, v0.36.3). Taints of other
// effects than NoExecute do not count.
func TolerationTime(tolerations []cluster.Toleration, taints []cluster.Taint) time.Duration {
	least := forever
	for i := range taints {
		if taints[i].Effect != cluster.NoExecute {
			continue
		}
		at := slices.IndexFunc(tolerations, func(t cluster.Toleration) bool { return t.Tolerates(&taints[i]) })
		if at < 0 {
			return 0
		}
		if t := &tolerations[at]; !t.Forever && (least == forever || t.For < least) {
			least = max(0, t.For)
		}
	}
	return least
}

// repels tells whether a node has a taint NoExecute.
func repels(n *cluster.Node) bool {
	return n != nil && slices.ContainsFunc(n.Taints, noExecute)
}

func noExecute(t cluster.Taint) bool { return t.Effect == cluster.NoExecute }

// sameTaints tells whether two versions of a node have the same taints NoExecute.
func sameTaints(a, b *cluster.Node) bool {
	return slices.Equal(slices.DeleteFunc(slices.Clone(a.Taints), not(noExecute)), slices.DeleteFunc(slices.Clone(b.Taints), not(noExecute)))
}

func not(f func(cluster.Taint) bool) func(cluster.Taint) bool {
	return func(t cluster.Taint) bool { return !f(t) }
}
