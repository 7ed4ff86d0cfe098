package generate

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// setContainers gives a pod one to three containers that request about cpu and mem together, and what else the mix holds.
func (w *world) setContainers(pod *corev1.Pod, cpuMilli, memBytes int64) {
	n := int64(w.between(1, 3))
	for i := range n {
		c := corev1.Container{Name: fmt.Sprintf("c%d", i), Image: pick(w.dice, images...).asked}
		c.Resources.Requests = corev1.ResourceList{corev1.ResourceCPU: milli(max(cpuMilli/n, 1)), corev1.ResourceMemory: byteQuantity(max(memBytes/n, mebi))}
		w.vary(&c)
		pod.Spec.Containers = append(pod.Spec.Containers, c)
	}
	w.setDevice(&pod.Spec.Containers[0])
	w.setPorts(pod)
	w.setInitContainers(pod, cpuMilli, memBytes)
	w.setOverhead(pod)
	w.setPodLevel(pod)
}

// vary drops requests, or writes them as limits only.
func (w *world) vary(c *corev1.Container) {
	switch {
	case w.chance(w.noRequest):
		delete(c.Resources.Requests, pick(w.dice, corev1.ResourceCPU, corev1.ResourceMemory))
	case w.chance(w.noRequest / 2):
		c.Resources.Requests = nil
	case w.chance(w.limitsOnly):
		c.Resources.Limits, c.Resources.Requests = c.Resources.Requests, nil
	}
	if c.Resources.Requests != nil && w.chance(0.1) {
		c.Resources.Requests[corev1.ResourceEphemeralStorage] = byteQuantity(w.between64(1, 60) << 30)
	}
}

func (w *world) setDevice(c *corev1.Container) {
	if !w.chance(w.extended) {
		return
	}
	name, quantity := pick(w.dice, gpu, gpu, dongle), *resource.NewQuantity(w.between64(1, 4), resource.DecimalSI)
	if w.chance(0.15) && c.Resources.Requests != nil { // huge pages need a request of cpu or memory beside them
		name, quantity = hugePages, byteQuantity(w.between64(1, 200)*2*mebi)
		c.Resources.Requests[corev1.ResourceCPU] = milli(100)
	}
	if c.Resources.Limits == nil {
		c.Resources.Limits = corev1.ResourceList{}
	}
	c.Resources.Limits[name] = quantity
	if c.Resources.Requests != nil {
		c.Resources.Requests[name] = quantity
	}
}

func (w *world) setPorts(pod *corev1.Pod) {
	if !w.chance(w.hostPort) {
		return
	}
	if w.chance(0.1) {
		pod.Spec.HostNetwork = true // every container port is a host port then
		pod.Spec.Containers[0].Ports = []corev1.ContainerPort{{ContainerPort: int32(pick(w.dice, 80, 443, 8080))}}
		return
	}
	for _, port := range some(w.dice, 2, 80, 443, 8080, 9090) {
		pod.Spec.Containers[0].Ports = append(pod.Spec.Containers[0].Ports, corev1.ContainerPort{
			ContainerPort: int32(port), HostPort: int32(port),
			Protocol: pick(w.dice, corev1.ProtocolTCP, corev1.ProtocolTCP, corev1.ProtocolUDP, ""),
			HostIP:   pick(w.dice, "", "", "0.0.0.0", "127.0.0.1", "10.0.0.1"),
		})
	}
}

func (w *world) setInitContainers(pod *corev1.Pod, cpuMilli, memBytes int64) {
	if !w.chance(w.initContainer) {
		return
	}
	for i := range w.between(1, 3) {
		c := corev1.Container{Name: fmt.Sprintf("init%d", i), Image: pick(w.dice, images...).asked}
		share := w.between64(10, 130)
		if w.chance(0.5) {
			c.RestartPolicy, share = new(corev1.ContainerRestartPolicyAlways), w.between64(1, 20)
		}
		c.Resources.Requests = corev1.ResourceList{
			corev1.ResourceCPU:    milli(max(cpuMilli*share/100, 1)),
			corev1.ResourceMemory: byteQuantity(max(memBytes*share/100, mebi)),
		}
		w.vary(&c)
		pod.Spec.InitContainers = append(pod.Spec.InitContainers, c)
	}
}

func (w *world) setOverhead(pod *corev1.Pod) {
	if !w.chance(w.overhead) {
		return
	}
	pod.Spec.RuntimeClassName = new("kata")
	pod.Spec.Overhead = corev1.ResourceList{corev1.ResourceCPU: milli(250), corev1.ResourceMemory: byteQuantity(120 * mebi)}
}

// setPodLevel puts requests on the pod as a whole, which then stand for those of all containers together.
func (w *world) setPodLevel(pod *corev1.Pod) {
	if !w.chance(w.podLevel) || pod.Spec.HostNetwork {
		return
	}
	cpu, mem := int64(0), int64(0)
	for _, c := range append(pod.Spec.InitContainers, pod.Spec.Containers...) {
		for _, list := range []corev1.ResourceList{c.Resources.Requests, c.Resources.Limits} {
			cpu, mem = cpu+list.Cpu().MilliValue(), mem+list.Memory().Value()
		}
	}
	pod.Spec.Resources = &corev1.ResourceRequirements{Requests: corev1.ResourceList{
		corev1.ResourceCPU: milli(cpu + 100), corev1.ResourceMemory: byteQuantity(mem + 64*mebi)}}
	if w.chance(0.3) {
		delete(pod.Spec.Resources.Requests, corev1.ResourceMemory)
	}
	if w.chance(0.25) {
		pod.Spec.Resources.Limits, pod.Spec.Resources.Requests = pod.Spec.Resources.Requests, nil
	}
}

// setResize makes a pod one that is being resized in place: what its status tells differs from its spec.
func (w *world) setResize(pod *corev1.Pod) {
	if !w.chance(w.resize) {
		return
	}
	for _, c := range pod.Spec.Containers {
		cpu := c.Resources.Requests.Cpu().MilliValue()
		status := corev1.ContainerStatus{Name: c.Name, Image: c.Image, AllocatedResources: w.reported(cpu)}
		status.Resources = &corev1.ResourceRequirements{Requests: w.reported(cpu)}
		pod.Status.ContainerStatuses = append(pod.Status.ContainerStatuses, status)
	}
	if pod.Spec.Resources != nil && w.chance(0.7) {
		cpu := pod.Spec.Resources.Requests.Cpu().MilliValue()
		pod.Status.AllocatedResources = w.reported(cpu)
		pod.Status.Resources = &corev1.ResourceRequirements{Requests: w.reported(cpu)}
	}
	if w.chance(0.5) {
		pod.Status.Conditions = append(pod.Status.Conditions, corev1.PodCondition{
			Type: corev1.PodResizePending, Status: corev1.ConditionTrue, Reason: pick(w.dice, corev1.PodReasonInfeasible, corev1.PodReasonDeferred)})
	}
}

// reported is what a kubelet may report while resources change that were about so much.
func (w *world) reported(cpuMilli int64) corev1.ResourceList {
	list := corev1.ResourceList{corev1.ResourceCPU: milli(max(cpuMilli*w.between64(50, 150)/100, 1))}
	if w.chance(0.8) {
		list[corev1.ResourceMemory] = byteQuantity(w.between64(1, 2000) * mebi)
	}
	return list
}
