package replicaset

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// DeletionCostAnnotation is the annotation of pods by which their users rank them (core/v1 PodDeletionCost, v0.36).
const DeletionCostAnnotation = "controller.kubernetes.io/pod-deletion-cost"

// Candidate is a pod that may be deleted, and what its rank depends on besides its state.
type Candidate struct {
	Pod     *cluster.Pod
	Related int      // active pods of the same application on its node
	Cost    int      // DeletionCost
	Ready   sim.Time // in whole seconds of the wall clock, as the API has it; of ready pods
	Created sim.Time // likewise
	Tie     uint64   // decides where ages are alike
}

// PodsToDelete returns the n candidates to delete first. It sorts the candidates, unless all are to go.
func PodsToDelete(candidates []Candidate, n int, now sim.Time) []*cluster.Pod {
	if n < len(candidates) {
		slices.SortStableFunc(candidates, func(a, b Candidate) int { return compare(&a, &b, now) })
	}
	pods := make([]*cluster.Pod, n)
	for i := range pods {
		pods[i] = candidates[i].Pod
	}
	return pods
}

// compare is negative if a is to be deleted before b (pkg/controller/controller_utils.go: ActivePodsWithRanks, v1.36.3):
// unassigned, then pending, then not ready, then of lower cost, then doubled up on a node, then ready for a shorter
// time, then of more restarts, then younger.
func compare(a, b *Candidate, now sim.Time) int {
	p, q := a.Pod, b.Pod
	if c := cmp.Or(
		falseFirst(p.NodeName != "", q.NodeName != ""),
		cmp.Compare(p.Status.Phase, q.Status.Phase),
		falseFirst(p.Status.Ready, q.Status.Ready),
		cmp.Compare(a.Cost, b.Cost),
		cmp.Compare(b.Related, a.Related),
	); c != 0 {
		return c
	}
	if p.Status.Ready && a.Ready != b.Ready {
		return younger(a, b, now.Sub(a.Ready).Nanoseconds(), now.Sub(b.Ready).Nanoseconds())
	}
	if c := cmp.Compare(q.Status.Restarts, p.Status.Restarts); c != 0 {
		return c
	}
	if a.Created != b.Created {
		return younger(a, b, now.Sub(a.Created).Nanoseconds(), now.Sub(b.Created).Nanoseconds())
	}
	return 0
}

func falseFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// younger compares ages by powers of two, so that pods of about the same age are treated alike (logarithmicRankDiff).
func younger(a, b *Candidate, ageA, ageB int64) int {
	return cmp.Or(cmp.Compare(magnitude(ageA), magnitude(ageB)), cmp.Compare(a.Tie, b.Tie))
}

func magnitude(age int64) int64 {
	if age <= 0 {
		return -1
	}
	return int64(math.Log2(float64(age)))
}

// DeletionCost returns the cost that a pod's annotation states, 0 if it states none or something else than a 32-bit
// integer without a plus sign or leading zeros (k8s.io/kubernetes pkg/apis/core/helper:
// GetDeletionCostFromPodAnnotations, v1.36.3).
func DeletionCost(annotations map[string]string) int {
	text := annotations[DeletionCostAnnotation]
	if text == "" || text[0] == '+' || text[0] == '0' && text != "0" {
		return 0
	}
	cost, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0
	}
	return int(cost)
}
