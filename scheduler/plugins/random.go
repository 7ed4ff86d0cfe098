package plugins

import (
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// randomFit picks one of the nodes that fit with equal probability: the baseline that a policy has to beat. The node drawn
// scores 100, all others 0. The draw depends on the seed, the pod and the list of nodes that fit.
type randomFit struct {
	handle framework.Handle
	chosen chosenNode
}

// chosenNode is the one node that a policy prefers in this cycle.
type chosenNode struct{ node *cluster.NodeInfo }

// Clone returns the same: the choice does not change within a cycle.
func (c *chosenNode) Clone() framework.StateData { return c }

// scoreChosen gives everything to the node that was chosen under a key, and nothing to any if the profile leaves PreScore
// out.
func scoreChosen(state *framework.CycleState, key string, node *cluster.NodeInfo) int64 {
	if c, ok := state.Read(key).(*chosenNode); ok && c.node == node {
		return framework.MaxNodeScore
	}
	return 0
}

var (
	_ framework.PreScorePlugin = (*randomFit)(nil)
	_ framework.ScorePlugin    = (*randomFit)(nil)
)

func newRandom(args framework.Args, h framework.Handle) (framework.Plugin, error) {
	return &randomFit{handle: h}, noArgs(Random, args)
}

func (*randomFit) Name() string { return Random }

// Description is the line that the list of policies shows.
func (*randomFit) Description() string { return "any node that fits, drawn with equal probability" }

// PreScore draws the node.
func (p *randomFit) PreScore(state *framework.CycleState, pod *cluster.Pod, _ *cluster.Snapshot, nodes []*cluster.NodeInfo) *framework.Status {
	p.chosen.node = nodes[p.handle.Draw(Random, pod).IntN(len(nodes))]
	state.Write(Random, &p.chosen)
	return nil
}

func (p *randomFit) Score(state *framework.CycleState, _ *cluster.Pod, node *cluster.NodeInfo) int64 {
	return scoreChosen(state, Random, node)
}
