package plugins

import (
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// firstFit takes the first node that fits, in the order of the snapshot (round-robin over the zones, nodes of a zone in
// the order they joined): First Fit of bin packing (Johnson, "Near-optimal bin packing algorithms", 1973), with nodes for
// bins. The node scores 100, all others 0. It is exact if all nodes are looked at (percentageOfNodesToScore: 100);
// otherwise it is the first of those found.
type firstFit struct {
	chosen chosenNode
	view   *cluster.Snapshot
	epoch  uint64
	rank   []int // by NodeInfo.Index: the node's place in the snapshot's order at that epoch
}

var (
	_ framework.PreScorePlugin = (*firstFit)(nil)
	_ framework.ScorePlugin    = (*firstFit)(nil)
)

func newFirstFit(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	return &firstFit{}, noArgs(FirstFit, args)
}

func (*firstFit) Name() string { return FirstFit }

// Description is the line that the list of policies shows.
func (*firstFit) Description() string {
	return "the first node that fits, in the order in which nodes joined, zones in turn"
}

// PreScore finds the first node: the list of nodes that fit begins where the last search stopped, so that its order is
// not the snapshot's.
func (p *firstFit) PreScore(state *framework.CycleState, _ *cluster.Pod, view *cluster.Snapshot, nodes []*cluster.NodeInfo) *framework.Status {
	p.rankNodes(view)
	first := nodes[0]
	for _, n := range nodes[1:] {
		if p.rank[n.Index] < p.rank[first.Index] {
			first = n
		}
	}
	p.chosen.node = first
	state.Write(FirstFit, &p.chosen)
	return nil
}

func (p *firstFit) rankNodes(view *cluster.Snapshot) {
	if p.view == view && p.epoch == view.Epoch() {
		return
	}
	p.view, p.epoch = view, view.Epoch()
	p.rank = make([]int, view.Handles())
	for i, n := range view.Nodes() {
		p.rank[n.Index] = i
	}
}

func (p *firstFit) Score(state *framework.CycleState, _ *cluster.Pod, node *cluster.NodeInfo) int64 {
	return scoreChosen(state, FirstFit, node)
}
