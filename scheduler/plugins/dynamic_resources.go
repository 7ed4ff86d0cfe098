package plugins

import (
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// dynamicResources is what kube-scheduler's plugin does for pods without resource claims, which are all that there are
// here (plugins/dynamicresources/dynamicresources.go, v1.36): it rejects nothing, scores every node 0, and says in
// PostFilter that it has nothing to free. It is part of every default profile, hence of its scores and messages.
type dynamicResources struct{}

var (
	_ framework.PreEnqueuePlugin  = dynamicResources{}
	_ framework.PreFilterPlugin   = dynamicResources{}
	_ framework.FilterPlugin      = dynamicResources{}
	_ framework.PostFilterPlugin  = dynamicResources{}
	_ framework.ScorePlugin       = dynamicResources{}
	_ framework.ScoreNormalizer   = dynamicResources{}
	_ framework.EnqueueExtensions = dynamicResources{}
	_ framework.NodeLocal         = dynamicResources{}
)

var (
	skipDynamicResources = framework.NewStatus(DynamicResources, framework.Skip)
	nothingToDeallocate  = framework.NewStatus(DynamicResources, framework.Unschedulable, "no new claims to deallocate")
)

func newDynamicResources(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	return dynamicResources{}, noArgs(DynamicResources, args)
}

func (dynamicResources) Name() string { return DynamicResources }

func (dynamicResources) NodeLocal(*cluster.Pod, *cluster.Snapshot) bool { return true }

func (dynamicResources) PreEnqueue(*cluster.Pod) *framework.Status { return nil }

// PreFilter skips every pod.
func (dynamicResources) PreFilter(*framework.CycleState, *cluster.Pod, *cluster.Snapshot) (*framework.PreFilterResult, *framework.Status) {
	return nil, skipDynamicResources
}

func (dynamicResources) Filter(*framework.CycleState, *cluster.Pod, *cluster.NodeInfo) *framework.Status {
	return nil
}

func (dynamicResources) PostFilter(*framework.CycleState, *cluster.Pod, *cluster.Snapshot, framework.NodeStatuses) (*framework.PostFilterResult, *framework.Status) {
	return nil, nothingToDeallocate
}

func (dynamicResources) Score(*framework.CycleState, *cluster.Pod, *cluster.NodeInfo) int64 { return 0 }

func (dynamicResources) NormalizeScore(_ *framework.CycleState, _ *cluster.Pod, _ []*cluster.NodeInfo, scores []int64) *framework.Status {
	normalizeToMax(scores, false)
	return nil
}

func (dynamicResources) EventsToRegister() []framework.ClusterEventWithHint {
	action := framework.ActionAdd | framework.UpdateNodeLabel | framework.UpdateNodeAllocatable
	return []framework.ClusterEventWithHint{on(framework.NodeEvent, action, nil)}
}
