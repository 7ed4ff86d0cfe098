package manifest

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/wavetank/wavetank/sim/cluster"
)

// resized makes a pod that holds a node count with what it may be using there while it is resized in place: of each
// container, and of the pod as a whole, the largest of what is asked for, what the kubelet has allotted and what is in
// effect; without what is asked for where the kubelet found that infeasible
// (component-helpers resource/helpers.go: PodRequests with UseStatusResources, v0.36).
func resized(c *check, o *corev1.Pod, s *cluster.PodSpec) {
	reported := map[string]*corev1.ContainerStatus{}
	for _, list := range [][]corev1.ContainerStatus{o.Status.ContainerStatuses, o.Status.InitContainerStatuses} {
		for i := range list {
			reported[list[i].Name] = &list[i]
		}
	}
	resizedContainers(c, o, "spec.containers", o.Spec.Containers, s.Containers, reported)
	resizedContainers(c, o, "spec.initContainers", o.Spec.InitContainers, s.InitContainers, reported)
	if o.Status.Resources != nil && s.PodRequests != nil {
		resizedPodLevel(c, o, s)
	}
}

// resizedContainers passes over init containers that end: they are not resized.
func resizedContainers(c *check, o *corev1.Pod, path string, specs []corev1.Container, to []cluster.Container, reported map[string]*corev1.ContainerStatus) {
	for i := range specs {
		status := reported[specs[i].Name]
		if status == nil || status.Resources == nil || path == "spec.initContainers" && !to[i].Sidecar {
			continue
		}
		list := inUse(o, specs[i].Resources.Requests, status.Resources.Requests, status.AllocatedResources)
		to[i].Requests = c.resources(at(path, i)+".resources.requests", list)
		_, to[i].RequestsCPU = list[corev1.ResourceCPU]
		_, to[i].RequestsMemory = list[corev1.ResourceMemory]
	}
}

// resizedPodLevel replaces what the pod as a whole asks for, after defaulting; what is in use of a resource and not asked
// for is of no account.
func resizedPodLevel(c *check, o *corev1.Pod, s *cluster.PodSpec) {
	effective := c.resources("status.resources.requests", o.Status.Resources.Requests)
	used := c.resources("status.allocatedResources", o.Status.AllocatedResources)
	used.Max(&effective)
	if !infeasible(o) {
		used.Max(s.PodRequests)
	}
	requests := &cluster.Resources{MilliCPU: used.MilliCPU, Memory: used.Memory}
	for _, a := range s.PodRequests.Extended {
		requests.Set(a.Name, used.Get(a.Name))
	}
	s.PodRequests = requests
}

// infeasible tells whether the kubelet can never give the pod what it asks for now.
func infeasible(o *corev1.Pod) bool {
	pending := condition(o, corev1.PodResizePending)
	return pending != nil && pending.Reason == corev1.PodReasonInfeasible
}

func inUse(o *corev1.Pod, asked, effective, allotted corev1.ResourceList) corev1.ResourceList {
	list := corev1.ResourceList{}
	raise(list, effective)
	raise(list, allotted)
	if !infeasible(o) {
		raise(list, asked)
	}
	return list
}

// raise makes each amount of a list at least that of another list.
func raise(list, other corev1.ResourceList) {
	for name, amount := range other {
		if current, stated := list[name]; !stated || amount.Cmp(current) > 0 {
			list[name] = amount
		}
	}
}
