package plugins

import (
	"fmt"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// schedulingGates keeps a pod out of the active queue while it carries spec.schedulingGates
// (plugins/schedulinggates/scheduling_gates.go, v1.36).
type schedulingGates struct{}

var (
	_ framework.PreEnqueuePlugin  = schedulingGates{}
	_ framework.EnqueueExtensions = schedulingGates{}
)

func newSchedulingGates(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	return schedulingGates{}, noArgs(SchedulingGates, args)
}

func (schedulingGates) Name() string { return SchedulingGates }

func (schedulingGates) PreEnqueue(pod *cluster.Pod) *framework.Status {
	if len(pod.Spec.SchedulingGates) == 0 {
		return nil
	}
	return framework.NewStatus(SchedulingGates, framework.UnschedulableAndUnresolvable,
		fmt.Sprintf("waiting for scheduling gates: %v", pod.Spec.SchedulingGates))
}

func (schedulingGates) EventsToRegister() []framework.ClusterEventWithHint {
	return []framework.ClusterEventWithHint{on(framework.PodEvent, framework.UpdatePodSchedulingGatesEliminated, ofPod)}
}
