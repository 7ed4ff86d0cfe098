package plugins

import (
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// taintToleration keeps pods off nodes with a NoSchedule or NoExecute taint that they do not tolerate, and prefers nodes
// with fewer PreferNoSchedule taints that they do not tolerate (plugins/tainttoleration/taint_toleration.go, v1.36).
//
// score = 100 - 100 * untolerated / (most untolerated on any node that fits); 100 if there is none anywhere.
type taintToleration struct{}

var (
	_ framework.FilterPlugin      = taintToleration{}
	_ framework.PreScorePlugin    = taintToleration{}
	_ framework.ScorePlugin       = taintToleration{}
	_ framework.ScoreNormalizer   = taintToleration{}
	_ framework.EnqueueExtensions = taintToleration{}
	_ framework.NodeLocal         = taintToleration{}
)

var untoleratedTaint = framework.NewStatus(TaintToleration, framework.UnschedulableAndUnresolvable,
	"node(s) had untolerated taint(s)")

func newTaintToleration(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	return taintToleration{}, noArgs(TaintToleration, args)
}

func (taintToleration) Name() string { return TaintToleration }

func (taintToleration) NodeLocal(*cluster.Pod, *cluster.Snapshot) bool { return true }

func (taintToleration) Filter(_ *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	if repelled(pod, node.Node) {
		return untoleratedTaint
	}
	return nil
}

// repelled tells whether a taint of the node keeps the pod off it.
func repelled(pod *cluster.Pod, node *cluster.Node) bool {
	for i := range node.Taints {
		t := &node.Taints[i]
		if t.Effect != cluster.PreferNoSchedule && !cluster.Tolerated(pod.Spec.Tolerations, t) {
			return true
		}
	}
	return false
}

// PreScore has nothing to keep: a toleration of another effect never matches a PreferNoSchedule taint, so that Score can
// ask the pod's own list. It never skips, as upstream.
func (taintToleration) PreScore(*framework.CycleState, *cluster.Pod, *cluster.Snapshot, []*cluster.NodeInfo) *framework.Status {
	return nil
}

// Score counts the PreferNoSchedule taints that the pod does not tolerate.
func (taintToleration) Score(_ *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo) int64 {
	untolerated := int64(0)
	for i := range node.Node.Taints {
		t := &node.Node.Taints[i]
		if t.Effect == cluster.PreferNoSchedule && !cluster.Tolerated(pod.Spec.Tolerations, t) {
			untolerated++
		}
	}
	return untolerated
}

// NormalizeScore makes fewer taints better.
func (taintToleration) NormalizeScore(_ *framework.CycleState, _ *cluster.Pod, _ []*cluster.NodeInfo, scores []int64) *framework.Status {
	normalizeToMax(scores, true)
	return nil
}

func (p taintToleration) EventsToRegister() []framework.ClusterEventWithHint {
	return []framework.ClusterEventWithHint{
		on(framework.NodeEvent, framework.ActionAdd|framework.UpdateNodeTaint, p.afterNodeChange),
		on(framework.PodEvent, framework.UpdatePodToleration, ofPod),
	}
}

// afterNodeChange: the node repels the pod no longer.
func (taintToleration) afterNodeChange(pod *cluster.Pod, change *cluster.Change) bool {
	before, after := change.Nodes()
	return !repelled(pod, after) && (before == nil || repelled(pod, before))
}
