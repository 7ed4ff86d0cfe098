package job

import (
	"cmp"
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
)

// surplus returns the active pods to be deleted: those without an index that the Job has, all but one of each index, and as
// many more as it takes to make n (activePodsForRemoval, v1.36.3).
func (c *calculation) surplus(n int) []*cluster.Pod {
	left := slices.Clone(c.active)
	slices.SortStableFunc(left, c.compare)
	var surplus []*cluster.Pod
	if c.job.Indexed {
		surplus, left = c.duplicates(left)
	}
	if more := n - len(surplus); more > 0 {
		surplus = append(surplus, left[:more]...)
	}
	return surplus
}

// duplicates parts pods, which are sorted, into those whose index is none or has a better pod, and the others.
func (c *calculation) duplicates(pods []*cluster.Pod) (rest, best []*cluster.Pod) {
	seen := map[int]bool{}
	for _, p := range slices.Backward(pods) {
		i := indexOf(p)
		if !c.valid(p) || seen[i] {
			rest = append(rest, p)
			continue
		}
		seen[i] = true
		best = append(best, p)
	}
	slices.Reverse(rest)
	slices.Reverse(best)
	return rest, best
}

// compare puts pods first that have come less far: not on a node, not running, not ready, ready for a shorter time, more
// often restarted, newer (pkg/controller/controller_utils.go: ActivePods, v1.36.3).
func (c *calculation) compare(p, q *cluster.Pod) int {
	ready := 0
	if p.Status.Ready && q.Status.Ready {
		ready = cmp.Compare(c.readySince(q), c.readySince(p))
	}
	return cmp.Or(
		boolCompare(p.NodeName != "", q.NodeName != ""),
		cmp.Compare(p.Status.Phase, q.Status.Phase),
		boolCompare(p.Status.Ready, q.Status.Ready),
		ready,
		cmp.Compare(q.Status.Restarts, p.Status.Restarts),
		cmp.Compare(c.whole(q.CreatedAt), c.whole(p.CreatedAt)),
	)
}

func (c *calculation) readySince(p *cluster.Pod) int64 {
	return int64(c.whole(max(p.Status.ReadyTransition, p.Status.StartedAt)))
}

func boolCompare(p, q bool) int {
	switch {
	case p == q:
		return 0
	case q:
		return -1
	}
	return 1
}
