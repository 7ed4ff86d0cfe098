package manifest

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/wavetank/wavetank/sim/cluster"
)

var phases = map[string]cluster.Phase{
	"Pending": cluster.Pending, "Running": cluster.Running, "Succeeded": cluster.Succeeded, "Failed": cluster.Failed,
	"Unknown": cluster.Running, // its node is silent: as far as anybody knows it runs
}

// podObject converts a pod. Its spec waits in pendingSpec until the priority classes are known.
func podObject(r *reader, c *check, o *corev1.Pod) {
	defaultPodSpec(&o.Spec)
	p := &cluster.Pod{
		ObjectMeta: r.meta(c, &o.ObjectMeta),
		NodeName:   o.Spec.NodeName,
		RunTime:    cluster.Forever,
		Status:     podStatus(c, o),
	}
	p.Spec = podSpec(c, "spec", o.Labels, &o.Spec)
	if p.NodeName != "" {
		resized(c, o, p.Spec)
	}
	podGPUs(c, "metadata.annotations", p.Annotations, p.Spec)
	p.GPUs = devicesHeld(c, p)
	r.podTimes(o, p)
	r.keep(c, p, &o.ObjectMeta)
	r.set.Pods = append(r.set.Pods, p)
	r.specs = append(r.specs, &pendingSpec{source: c.source, path: "spec", spec: &p.Spec,
		admitted: o.Spec.Priority != nil, policy: o.Spec.PreemptionPolicy})
}

// disruptions are the reasons that are modelled for which somebody else than owner or user deletes a pod.
var disruptions = map[string]cluster.Reason{corev1.PodReasonPreemptionByScheduler: cluster.ReasonPreempted}

// podStatus converts the status. A pod that has a node and says nothing else runs; one without a node cannot.
func podStatus(c *check, o *corev1.Pod) cluster.PodStatus {
	placed := o.Spec.NodeName != ""
	unstated := cluster.Pending
	if placed {
		unstated = cluster.Running
	}
	s := cluster.PodStatus{
		Phase:         choose(c, "status.phase", string(o.Status.Phase), unstated, phases),
		Reason:        o.Status.Reason,
		Message:       o.Status.Message,
		NominatedNode: o.Status.NominatedNodeName,
	}
	c.want(placed || s.Phase != cluster.Running, "status.phase", "a pod without spec.nodeName cannot be %s", o.Status.Phase)
	s.Ready = s.Phase == cluster.Running
	if ready := condition(o, corev1.PodReady); ready != nil {
		s.Ready = s.Ready && ready.Status == corev1.ConditionTrue
	}
	if d := condition(o, corev1.DisruptionTarget); d != nil && d.Status == corev1.ConditionTrue && o.DeletionTimestamp != nil {
		s.Disrupted = disruptions[d.Reason]
	}
	return s
}

func condition(o *corev1.Pod, t corev1.PodConditionType) *corev1.PodCondition {
	i := slices.IndexFunc(o.Status.Conditions, func(c corev1.PodCondition) bool { return c.Type == t })
	if i < 0 {
		return nil
	}
	return &o.Status.Conditions[i]
}

// podTimes notes when the pod was placed, started and ended. status.startTime is when the kubelet took it on, which is
// what the order of victims goes by.
func (r *reader) podTimes(o *corev1.Pod, p *cluster.Pod) {
	if o.Status.StartTime != nil {
		r.setLater(&p.Status.StartedAt, o.Status.StartTime.Time)
		r.setLater(&p.Status.ScheduledAt, o.Status.StartTime.Time)
	}
	if placed := condition(o, corev1.PodScheduled); placed != nil && placed.Status == corev1.ConditionTrue {
		r.setLater(&p.Status.ScheduledAt, placed.LastTransitionTime.Time)
	}
	if !p.Terminal() {
		return
	}
	var end time.Time
	for _, s := range o.Status.ContainerStatuses {
		if t := s.State.Terminated; t != nil && t.FinishedAt.After(end) {
			end = t.FinishedAt.Time
		}
	}
	r.setLater(&p.Status.FinishedAt, end)
}

// defaultPodSpec does what the API server does to a new pod, as far as it is modelled: limits stand in for missing
// requests, and ports of pods on the host's network are host ports (pkg/apis/core/v1/defaults.go: SetDefaults_Pod, v1.36).
func defaultPodSpec(o *corev1.PodSpec) {
	for _, list := range [][]corev1.Container{o.InitContainers, o.Containers} {
		for i := range list {
			c := &list[i]
			defaultRequests(&c.Resources)
			for j := range c.Ports {
				if p := &c.Ports[j]; o.HostNetwork && p.HostPort == 0 {
					p.HostPort = p.ContainerPort
				}
			}
		}
	}
}

func defaultRequests(r *corev1.ResourceRequirements) {
	for name, limit := range r.Limits {
		if _, stated := r.Requests[name]; stated {
			continue
		}
		if r.Requests == nil {
			r.Requests = corev1.ResourceList{}
		}
		r.Requests[name] = limit
	}
}
