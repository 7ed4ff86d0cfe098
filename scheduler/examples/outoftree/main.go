// Command outoftree is wavetank with a policy of its own: all commands and flags are the same, and MostPods is one more
// policy.
//
//	go run ./scheduler/examples/outoftree run workloads/scenarios/quickstart.yaml --policy MostPods
package main

import (
	"os"

	"github.com/wavetank/wavetank/cmd/wavetank/app"
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

func main() {
	os.Exit(app.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, app.WithPlugin("MostPods", newMostPods)))
}

// mostPods prefers the node with the most pods, so that others become empty and could be switched off.
//
// score = 100 * (pods there + 1) / places, rounded down.
type mostPods struct{}

func newMostPods(framework.Args, framework.Handle) (framework.Plugin, error) { return mostPods{}, nil }

func (mostPods) Name() string        { return "MostPods" }
func (mostPods) Description() string { return "the node with the most pods: others become empty" }

func (mostPods) Score(_ *framework.CycleState, _ *cluster.Pod, node *cluster.NodeInfo) int64 {
	return framework.MaxNodeScore * int64(len(node.Pods)+1) / node.Node.AllocatablePods
}
