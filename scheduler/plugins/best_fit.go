package plugins

import (
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// bestFit takes the node that the pod would leave the least room on: Best Fit of bin packing (Johnson et al., "Worst-case
// performance bounds for simple one-dimensional packing algorithms", SIAM J. Comput. 1974), with the sum of all resources
// for the room, as in Weng et al., USENIX ATC 2023 (see leftover).
//
// score = 100 * (most left - left) / (most left - least left) over the nodes that fit, rounded down: 100 is exactly the
// tightest node, 0 the emptiest; 100 for all if they are equal.
type bestFit struct{}

var (
	_ framework.ScorePlugin     = bestFit{}
	_ framework.ScoreNormalizer = bestFit{}
	_ framework.NodeLocal       = bestFit{}
)

func newBestFit(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	return bestFit{}, noArgs(BestFit, args)
}

func (bestFit) Name() string { return BestFit }

// Description is the line that the list of policies shows.
func (bestFit) Description() string {
	return "the node that would have the least room left: packs pods tightly"
}

func (bestFit) NodeLocal(*cluster.Pod, *cluster.Snapshot) bool { return true }

func (bestFit) Score(_ *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo) int64 {
	return -leftover(pod.Spec, node)
}

func (bestFit) NormalizeScore(_ *framework.CycleState, _ *cluster.Pod, _ []*cluster.NodeInfo, scores []int64) *framework.Status {
	normalizeRange(scores)
	return nil
}
