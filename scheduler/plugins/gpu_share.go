package plugins

import (
	"slices"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// gpuShare keeps a pod off nodes that cannot give it the GPUs it asks for: a share of one device, or whole devices, of a
// model it can run on. Which devices it gets is cluster.PickDevices' choice. The request is that of the openb trace and
// the rule that of open-gpu-share, both from Weng et al., "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with
// Fragmentation Gradient Descent", USENIX ATC 2023. kube-scheduler has no such plugin.
type gpuShare struct{}

var (
	_ framework.PreFilterPlugin   = gpuShare{}
	_ framework.FilterPlugin      = gpuShare{}
	_ framework.EnqueueExtensions = gpuShare{}
	_ framework.NodeLocal         = gpuShare{}
)

var (
	skipGPUShare    = framework.NewStatus(GPUShare, framework.Skip)
	insufficientGPU = framework.NewStatus(GPUShare, framework.Unschedulable, "Insufficient gpu")
	tooFewGPUs      = framework.NewStatus(GPUShare, framework.UnschedulableAndUnresolvable, "Insufficient gpu")
	wrongGPUModel   = framework.NewStatus(GPUShare, framework.UnschedulableAndUnresolvable, "node(s) didn't match the GPU model")
)

func newGPUShare(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	return gpuShare{}, noArgs(GPUShare, args)
}

func (gpuShare) Name() string { return GPUShare }

func (gpuShare) NodeLocal(*cluster.Pod, *cluster.Snapshot) bool { return true }

// PreFilter skips pods that ask for no GPU.
func (gpuShare) PreFilter(_ *framework.CycleState, pod *cluster.Pod, _ *cluster.Snapshot) (*framework.PreFilterResult, *framework.Status) {
	if pod.Spec.GPU.Devices == 0 && len(pod.Spec.GPUModels) == 0 {
		return nil, skipGPUShare
	}
	return nil, nil
}

// Filter rejects the wrong model and, beyond the help of preemption, more devices than the node has at all.
func (gpuShare) Filter(_ *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	if !rightGPUModel(pod.Spec, node.Node) {
		return wrongGPUModel
	}
	if _, fits := cluster.PickDevices(node.FreeGPU, pod.Spec.GPU); fits {
		return nil
	}
	if !enoughGPUs(pod.Spec.GPU, node.Node) {
		return tooFewGPUs
	}
	return insufficientGPU
}

func rightGPUModel(spec *cluster.PodSpec, node *cluster.Node) bool {
	return len(spec.GPUModels) == 0 || slices.Contains(spec.GPUModels, node.Labels[cluster.LabelGPUModel])
}

// enoughGPUs tells whether the request fits the node when all its devices are free.
func enoughGPUs(want cluster.GPURequest, node *cluster.Node) bool {
	return want.Devices == 0 || want.Devices <= node.GPUs && want.Milli <= cluster.DeviceMilli
}

func (p gpuShare) EventsToRegister() []framework.ClusterEventWithHint {
	node := framework.ActionAdd | framework.UpdateNodeAllocatable | framework.UpdateNodeLabel
	return []framework.ClusterEventWithHint{
		on(framework.PodEvent, framework.ActionDelete, p.afterPodGone),
		on(framework.NodeEvent, node, p.afterNodeChange),
	}
}

// afterPodGone: the pod that went away held GPUs.
func (gpuShare) afterPodGone(_ *cluster.Pod, change *cluster.Change) bool {
	gone := goneFrom(change)
	return gone != nil && heldRoom(gone) && gone.Spec.GPU.Devices > 0
}

// afterNodeChange: a node that could hold the pod if it were empty joined, got more devices, or the right model.
func (gpuShare) afterNodeChange(pod *cluster.Pod, change *cluster.Change) bool {
	before, after := change.Nodes()
	if !rightGPUModel(pod.Spec, after) || !enoughGPUs(pod.Spec.GPU, after) {
		return false
	}
	return before == nil || after.GPUs > before.GPUs || !rightGPUModel(pod.Spec, before)
}
