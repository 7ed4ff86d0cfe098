package generate

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const hashLabel = "pod-template-hash"

// epoch is the day of the running pods' starts.
var epoch = time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)

var allApps = []string{"web", "api", "cache", "db", "batch", "search"}

// newPod is a pod with labels and priority, without containers.
func (w *world) newPod(name, namespace string) *corev1.Pod {
	pod := &corev1.Pod{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace, Labels: w.podLabels()},
	}
	return pod
}

func (w *world) podLabels() map[string]string {
	if w.chance(0.04) {
		return nil
	}
	labels := map[string]string{"app": pick(w.dice, w.apps...)}
	if w.chance(0.6) {
		labels["tier"] = pick(w.dice, "frontend", "backend")
	}
	if w.chance(0.5) {
		labels[hashLabel] = pick(w.dice, "abc1", "abc2")
	}
	if w.chance(0.4) {
		labels["tenant"] = pick(w.dice, "t1", "t2")
	}
	return labels
}

// addRunningPods fills nodes with pods up to the mix's share, and sometimes one pod beyond what fits.
func (w *world) addRunningPods() {
	for _, node := range w.nodes {
		if w.chance(w.emptyNodes) {
			continue
		}
		whole, target := w.room[node.Name], w.fill*w.Float64()
		if w.preemptor == 1 {
			target = w.fill * (0.75 + 0.25*w.Float64())
		}
		for n := 0; n < 12 && used(w.room[node.Name], whole) < target; n++ {
			w.addRunningPod(node, whole)
		}
	}
	w.addOvercommit()
	w.setStartTimes()
}

func used(left, whole room) float64 {
	return 1 - min(float64(left.cpuMilli)/float64(whole.cpuMilli), float64(left.memBytes)/float64(whole.memBytes))
}

func (w *world) addRunningPod(node *corev1.Node, whole room) {
	pod := w.newPod(fmt.Sprintf("run-%03d", len(w.pods)), w.namespace())
	left := w.room[node.Name]
	cpu := min(whole.cpuMilli*w.between64(2, 40)/100, left.cpuMilli)
	mem := min(whole.memBytes*w.between64(2, 40)/100, left.memBytes)
	if cpu < 10 || mem < 16*mebi {
		return
	}
	w.setContainers(pod, cpu, mem/mebi*mebi)
	w.setRunning(pod, node)
	w.room[node.Name] = room{left.cpuMilli - cpu, left.memBytes - mem}
	w.pods = append(w.pods, pod)
}

func (w *world) setRunning(pod *corev1.Pod, node *corev1.Node) {
	pod.Spec.NodeName = node.Name
	pod.Status.Phase = pick(w.dice, corev1.PodRunning, corev1.PodRunning, corev1.PodRunning, corev1.PodPending)
	w.setPriority(pod, pick(w.dice, priorities[:5]...))
	w.setPodAffinity(pod, w.runningAffinity)
	if w.chance(w.terminating) {
		w.setTerminating(pod)
	}
	if w.chance(w.finished) {
		pod.Status.Phase = pick(w.dice, corev1.PodSucceeded, corev1.PodFailed)
	}
	if w.chance(0.03) {
		w.setPriority(pod, priorities[len(priorities)-1])
	}
	w.useRunningVolume(pod)
	w.setResize(pod)
}

func (w *world) setTerminating(pod *corev1.Pod) {
	pod.DeletionTimestamp = &metav1.Time{Time: epoch.AddDate(0, 1, 0)}
	pod.DeletionGracePeriodSeconds = new(int64(30))
	if w.chance(0.5) {
		pod.Status.Conditions = []corev1.PodCondition{{
			Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, Reason: corev1.PodReasonPreemptionByScheduler}}
	}
}

// addOvercommit puts a second pod of a node's size on it, as a node has that shrank.
func (w *world) addOvercommit() {
	if !w.chance(0.05) {
		return
	}
	node := pick(w.dice, w.nodes...)
	pod := w.newPod(fmt.Sprintf("run-%03d", len(w.pods)), "default")
	w.setContainers(pod, node.Status.Capacity.Cpu().MilliValue(), node.Status.Capacity.Memory().Value())
	w.setRunning(pod, node)
	w.pods = append(w.pods, pod)
}

// setStartTimes gives the running pods different start times, in no order.
func (w *world) setStartTimes() {
	for i, n := range w.Perm(len(w.pods)) {
		w.pods[i].Status.StartTime = &metav1.Time{Time: epoch.Add(time.Duration(n)*97*time.Minute + time.Duration(w.IntN(5000))*time.Second/2)}
		w.pods[i].Status.StartTime.Time = w.pods[i].Status.StartTime.Truncate(time.Second)
	}
}

// addNominatedPods adds pods that preempted others, and wait for them to end.
func (w *world) addNominatedPods() {
	if !w.chance(w.nominated) {
		return
	}
	for i := range w.between(1, 3) {
		pod := w.newPod(fmt.Sprintf("nominated-%d", i), w.namespace())
		node := pick(w.dice, w.nodes...)
		whole := w.room[node.Name]
		w.setContainers(pod, max(whole.cpuMilli*w.between64(10, 120)/100, 10), max(whole.memBytes/mebi*w.between64(10, 120)/100, 16)*mebi)
		w.setPriority(pod, pick(w.dice, priorities[2:]...))
		w.setPodAffinity(pod, w.podAffinity/2)
		pod.Status.Phase, pod.Status.NominatedNodeName = corev1.PodPending, node.Name
		w.pods = append(w.pods, pod)
	}
}

// addPendingPods adds the pods that are to be decided, in the order of the decisions.
func (w *world) addPendingPods() {
	if w.pending == 0 {
		pod := w.pendingPod("pending", "default")
		w.setGate(pod)
		w.setNomination(pod)
		w.pods = append(w.pods, pod)
		return
	}
	for i := range w.between(w.pending/2, w.pending) {
		pod := w.pendingPod(fmt.Sprintf("seq-%02d", i), w.namespace())
		w.pods = append(w.pods, pod)
		if w.chance(0.3) {
			w.addTwin(pod, i)
		}
	}
}

// addTwin adds a pod that differs from another by its name alone, as replicas do.
func (w *world) addTwin(pod *corev1.Pod, i int) {
	twin := pod.DeepCopy()
	twin.Name = fmt.Sprintf("seq-%02d-twin", i)
	w.pods = append(w.pods, twin)
}

func (w *world) pendingPod(name, namespace string) *corev1.Pod {
	pod := w.newPod(name, namespace)
	cpu, mem := w.pendingRequest()
	w.setContainers(pod, cpu, mem)
	priority := pick(w.dice, priorities[:6]...)
	if w.chance(w.preemptor) {
		priority = pick(w.dice, priorities[4:]...)
	}
	w.setPriority(pod, priority)
	if w.chance(w.never) {
		pod.Spec.PreemptionPolicy = new(corev1.PreemptNever)
	}
	pod.Spec.Tolerations = w.tolerations()
	w.setHostname(pod)
	w.setNodeAffinity(pod)
	w.setPodAffinity(pod, w.podAffinity)
	w.setSpread(pod)
	w.setOwner(pod)
	w.usePendingVolumes(pod)
	w.useImageVolume(pod)
	return pod
}

// pendingRequest is a share of some node, so that it fits some nodes and not others; sometimes exactly what is left.
func (w *world) pendingRequest() (cpuMilli, memBytes int64) {
	node := pick(w.dice, w.nodes...)
	left := w.room[node.Name]
	if w.chance(0.12) && left.cpuMilli > 0 && left.memBytes >= mebi {
		return left.cpuMilli + pick(w.dice, int64(0), 0, 1), left.memBytes
	}
	cpu, mem := node.Status.Capacity.Cpu().MilliValue(), node.Status.Capacity.Memory().Value()/mebi
	low := max(w.maxRequest-80, 1)
	return max(cpu*w.between64(low, w.maxRequest)/100, 1), max(mem*w.between64(low, w.maxRequest)/100, 1) * mebi
}

func (w *world) setGate(pod *corev1.Pod) {
	if w.chance(w.gate) {
		pod.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "example.com/quota"}, {Name: "example.com/gang"}}
	}
}

// setNomination makes the pod one that preempted before, and is tried again.
func (w *world) setNomination(pod *corev1.Pod) {
	if w.chance(w.nominated/4) && len(pod.Spec.SchedulingGates) == 0 {
		pod.Status.Phase, pod.Status.NominatedNodeName = corev1.PodPending, pick(w.dice, w.nodes...).Name
	}
}

func (w *world) namespace() string {
	return pick(w.dice, append([]string{"default", "default", "default"}, w.namespaces...)...)
}
