package plugins

import (
	"math"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// nodeResourcesBalancedAllocation favours nodes whose resources the pod would make more evenly used
// (plugins/noderesources/balanced_allocation.go, v1.36; the idea is that of Huang et al., "An Energy Efficient Virtual
// Machine Placement Algorithm with Balanced Resource Utilization", IMIS 2013).
//
// balance = (1 - standard deviation of the resources' used fractions) * 100, rounded down, between 50 and 100;
// score = 50 + (50 + balance with the pod - balance without it) / 2: 75 where nothing changes.
//
// Requests count as stated; fractions are cut at 1. Pods that ask for none of the resources are skipped.
type nodeResourcesBalancedAllocation struct{ resources []ResourceSpec }

var (
	_ framework.PreScorePlugin = (*nodeResourcesBalancedAllocation)(nil)
	_ framework.ScorePlugin    = (*nodeResourcesBalancedAllocation)(nil)
	_ framework.NodeLocal      = (*nodeResourcesBalancedAllocation)(nil)
)

var skipBalancedAllocation = framework.NewStatus(NodeResourcesBalancedAllocation, framework.Skip)

func newNodeResourcesBalancedAllocation(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	a, err := readBalancedArgs(args)
	if err != nil {
		return nil, err
	}
	return &nodeResourcesBalancedAllocation{resources: a.Resources}, nil
}

func (*nodeResourcesBalancedAllocation) Name() string { return NodeResourcesBalancedAllocation }

func (*nodeResourcesBalancedAllocation) NodeLocal(*cluster.Pod, *cluster.Snapshot) bool { return true }

func (p *nodeResourcesBalancedAllocation) PreScore(_ *framework.CycleState, pod *cluster.Pod, _ *cluster.Snapshot, _ []*cluster.NodeInfo) *framework.Status {
	if p.asksNothing(pod.Spec) {
		return skipBalancedAllocation
	}
	return nil
}

func (p *nodeResourcesBalancedAllocation) asksNothing(spec *cluster.PodSpec) bool {
	for i := range p.resources {
		if spec.Requests().Get(p.resources[i].Name) != 0 {
			return false
		}
	}
	return true
}

// Score gives 0 to pods that ask for nothing: a profile may leave PreScore out.
func (p *nodeResourcesBalancedAllocation) Score(_ *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo) int64 {
	if p.asksNothing(pod.Spec) {
		return 0
	}
	const half = framework.MaxNodeScore / 2
	return half + (half+p.balance(pod.Spec, node, true)-p.balance(pod.Spec, node, false))/2
}

// balance computes the deviation in the order and precision of upstream, so that it rounds alike: with two resources it
// is half their difference.
func (p *nodeResourcesBalancedAllocation) balance(spec *cluster.PodSpec, node *cluster.NodeInfo, withPod bool) int64 {
	var sum, first, last float64
	count := 0
	for i := range p.resources {
		f, ok := usedFraction(spec, node, p.resources[i].Name, withPod)
		if !ok {
			continue
		}
		if count == 0 {
			first = f
		}
		sum += f
		last = f
		count++
	}
	deviation := 0.0
	if count == 2 {
		deviation = math.Abs((first - last) / 2)
	} else if count > 2 {
		deviation = p.deviation(spec, node, withPod, sum/float64(count), count)
	}
	return int64((1 - deviation) * float64(framework.MaxNodeScore))
}

func (p *nodeResourcesBalancedAllocation) deviation(spec *cluster.PodSpec, node *cluster.NodeInfo, withPod bool, mean float64, count int) float64 {
	var squares float64
	for i := range p.resources {
		if f, ok := usedFraction(spec, node, p.resources[i].Name, withPod); ok {
			squares += float64((f - mean) * (f - mean)) // the conversion keeps processors from fusing the two operations
		}
	}
	return math.Sqrt(squares / float64(count))
}

func usedFraction(spec *cluster.PodSpec, node *cluster.NodeInfo, name cluster.ResourceName, withPod bool) (fraction float64, ok bool) {
	u := statedUsage(spec, node, name)
	if u.allocatable == 0 {
		return 0, false
	}
	if !withPod {
		u.pod = 0
	}
	return min(1, float64(u.allocated+u.pod)/float64(u.allocatable)), true
}
