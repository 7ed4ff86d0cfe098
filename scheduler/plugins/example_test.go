package plugins_test

import (
	"fmt"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// fewestPods prefers nodes on which few of the places for pods are taken.
//
// score = 100 * (1 - (pods there + 1) / places), rounded down.
type fewestPods struct{}

func newFewestPods(framework.Args, framework.Handle) (framework.Plugin, error) {
	return fewestPods{}, nil
}

func (fewestPods) Name() string { return "FewestPods" }

// NodeLocal holds: the answer depends on nothing but the node, so that it is remembered until the node changes.
func (fewestPods) NodeLocal(*cluster.Pod, *cluster.Snapshot) bool { return true }

func (fewestPods) Score(_ *framework.CycleState, _ *cluster.Pod, node *cluster.NodeInfo) int64 {
	places, taken := node.Node.AllocatablePods, int64(len(node.Pods))+1
	return framework.MaxNodeScore * (places - taken) / places
}

// A policy is a type with a Score method and a factory. This one is all there is to write.
func Example_policy() {
	registry := framework.Registry{"FewestPods": newFewestPods}
	policy, err := registry["FewestPods"](nil, nil)
	if err != nil {
		panic(err)
	}
	spec := (&cluster.PodSpec{}).Complete()
	empty := cluster.NewNodeInfo(&cluster.Node{AllocatablePods: 10})
	busy := cluster.NewNodeInfo(&cluster.Node{AllocatablePods: 10}, &cluster.Pod{Spec: spec}, &cluster.Pod{Spec: spec})
	for _, node := range []*cluster.NodeInfo{empty, busy} {
		fmt.Println(policy.Name(), policy.(framework.ScorePlugin).Score(nil, &cluster.Pod{Spec: spec}, node))
	}
	// Output:
	// FewestPods 90
	// FewestPods 70
}
