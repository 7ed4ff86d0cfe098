package kubelet

import (
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
)

// The reasons of rejection, as pkg/kubelet/lifecycle/predicate.go of v1.36 names them: "OutOf" and the resource, or the
// name of the scheduler's plugin that says the same.
const (
	outOf    = "OutOf"
	noPorts  = "NodePorts"
	badNode  = "NodeAffinity"
	outOfGPU = outOf + "gpu" // of shared devices
)

// admission returns why a pod cannot run on a node, "" if it can: the first failure in the order of upstream's
// noderesources.Fits (pods, cpu, memory, ephemeral storage, extended resources), then required node labels and host
// ports (pkg/scheduler/eventhandlers.go: AdmissionCheck, v1.36). Devices come after the resources.
func admission(n *cluster.NodeInfo, pod *cluster.Pod) string {
	if r := lacking(n, pod); r != "" {
		return outOf + string(r)
	}
	if !devicesFree(n, pod) {
		return outOfGPU
	}
	if !labelsFit(n.Node, pod.Spec) {
		return badNode
	}
	if slices.ContainsFunc(pod.Spec.HostPorts, n.PortConflict) {
		return noPorts
	}
	return ""
}

// lacking returns the first resource that the node has too little of. Extended resources that the node does not know are
// none of its business (removeMissingExtendedResources).
func lacking(n *cluster.NodeInfo, pod *cluster.Pod) cluster.ResourceName {
	want, have, used := pod.Spec.Requests(), &n.Node.Allocatable, &n.Requested
	switch {
	case int64(len(n.Pods)) >= n.Node.AllocatablePods:
		return cluster.Pods
	case exceeds(want.MilliCPU, have.MilliCPU, used.MilliCPU):
		return cluster.CPU
	case exceeds(want.Memory, have.Memory, used.Memory):
		return cluster.Memory
	case exceeds(want.EphemeralStorage, have.EphemeralStorage, used.EphemeralStorage):
		return cluster.EphemeralStorage
	}
	for _, a := range want.Extended {
		if known(have, a.Name) && exceeds(a.Value, have.Get(a.Name), used.Get(a.Name)) {
			return a.Name
		}
	}
	return ""
}

// exceeds tells whether a request is more than what is left. Asking for nothing is never too much.
func exceeds(want, have, used int64) bool { return want > 0 && want > have-used }

func known(r *cluster.Resources, name cluster.ResourceName) bool {
	return slices.ContainsFunc(r.Extended, func(a cluster.Amount) bool { return a.Name == name })
}

// devicesFree tells whether the pod was given the devices it asks for, and each has room for it.
func devicesFree(n *cluster.NodeInfo, pod *cluster.Pod) bool {
	want := pod.Spec.GPU
	if pod.GPUs.Len() != want.Devices {
		return false
	}
	if pod.GPUs>>len(n.FreeGPU) != 0 {
		return false
	}
	for i, free := range n.FreeGPU {
		if pod.GPUs&(1<<i) != 0 && free < want.Milli {
			return false
		}
	}
	return true
}

// labelsFit tells whether the node meets nodeSelector and required node affinity.
func labelsFit(n *cluster.Node, spec *cluster.PodSpec) bool {
	for key, value := range spec.NodeSelector {
		if has, ok := n.Labels[key]; !ok || has != value {
			return false
		}
	}
	return spec.Affinity == nil || spec.Affinity.RequiredNode.Matches(n)
}
