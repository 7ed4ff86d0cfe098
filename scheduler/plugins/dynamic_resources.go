package plugins

import (
	"fmt"
	"time"

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
	neverAsked           = framework.NewStatus(DynamicResources, framework.Error, "not found")
)

// noClaims is what PreFilter leaves: that it was asked.
type noClaims struct{}

// Clone implements framework.StateData.
func (noClaims) Clone() framework.StateData { return noClaims{} }

// DynamicResourcesArgs are the arguments of DynamicResources. They limit work that is never done here, so that they are
// checked (apis/config/validation/validation_pluginargs.go, v1.36) and have no effect.
type DynamicResourcesArgs struct {
	TypeMeta
	FilterTimeout  string `json:"filterTimeout,omitempty"`  // a duration of 0 or more; upstream's default: 10s
	BindingTimeout string `json:"bindingTimeout,omitempty"` // a duration of at least 1s; upstream's default: 10m
}

func newDynamicResources(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	var a DynamicResourcesArgs
	if err := args.Decode(&a); err != nil {
		return nil, fmt.Errorf("%s: %w", DynamicResources, err)
	}
	if err := a.check(DynamicResources); err != nil {
		return nil, err
	}
	if err := atLeast("filterTimeout", a.FilterTimeout, 0); err != nil {
		return nil, err
	}
	if err := atLeast("bindingTimeout", a.BindingTimeout, time.Second); err != nil {
		return nil, err
	}
	return dynamicResources{}, nil
}

// atLeast checks a duration that may be left out.
func atLeast(field, stated string, least time.Duration) error {
	if stated == "" {
		return nil
	}
	d, err := time.ParseDuration(stated)
	if err != nil {
		return fmt.Errorf("%s: %s: %w", DynamicResources, field, err)
	}
	if d < least {
		return fmt.Errorf("%s: %s: %s: must be at least %v", DynamicResources, field, stated, least)
	}
	return nil
}

func (dynamicResources) Name() string { return DynamicResources }

func (dynamicResources) NodeLocal(*cluster.Pod, *cluster.Snapshot) bool { return true }

func (dynamicResources) PreEnqueue(*cluster.Pod) *framework.Status { return nil }

// PreFilter skips every pod.
func (dynamicResources) PreFilter(state *framework.CycleState, _ *cluster.Pod, _ *cluster.Snapshot) (*framework.PreFilterResult, *framework.Status) {
	state.Write(DynamicResources, noClaims{})
	return nil, skipDynamicResources
}

func (dynamicResources) Filter(*framework.CycleState, *cluster.Pod, *cluster.NodeInfo) *framework.Status {
	return nil
}

// PostFilter misses what PreFilter leaves where an earlier plugin refused the pod for good. It is an error then, which
// ends the search for room: no pod is evicted for a pod that cannot be placed.
func (dynamicResources) PostFilter(state *framework.CycleState, _ *cluster.Pod, _ *cluster.Snapshot, _ framework.NodeStatuses) (*framework.PostFilterResult, *framework.Status) {
	if state.Read(DynamicResources) == nil {
		return nil, neverAsked
	}
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
