package plugins

import (
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// worstFit takes the node that the pod would leave the most room on: Worst Fit of bin packing (Johnson, "Near-optimal bin
// packing algorithms", 1973), with the sum of all resources for the room, as in Weng et al., USENIX ATC 2023 (see
// leftover). It spreads by absolute room, where LeastAllocated spreads by the share of each node.
//
// score = 100 * (left - least left) / (most left - least left) over the nodes that fit, rounded down: 100 is exactly the
// emptiest node, 0 the tightest; 100 for all if they are equal.
type worstFit struct{}

var (
	_ framework.ScorePlugin     = worstFit{}
	_ framework.ScoreNormalizer = worstFit{}
	_ framework.NodeLocal       = worstFit{}
)

func newWorstFit(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	return worstFit{}, noArgs(WorstFit, args)
}

func (worstFit) Name() string { return WorstFit }

// Description is the line that the list of policies shows.
func (worstFit) Description() string {
	return "the node that would have the most room left: spreads pods by absolute room"
}

func (worstFit) NodeLocal(*cluster.Pod, *cluster.Snapshot) bool { return true }

func (worstFit) Score(_ *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo) int64 {
	return leftover(pod.Spec, node)
}

func (worstFit) NormalizeScore(_ *framework.CycleState, _ *cluster.Pod, _ []*cluster.NodeInfo, scores []int64) *framework.Status {
	normalizeRange(scores)
	return nil
}
