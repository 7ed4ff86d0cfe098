package hpa

import (
	"fmt"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// standing is what counts of a pod's sample.
type standing uint8

const (
	ready   standing = iota
	ignored          // on its way out, or failed
	unready          // not started, or its sample tells of its start
	missing          // no sample
)

// window says which samples of cpu count: those of pods that have settled.
type window struct {
	now            sim.Time
	initialization time.Duration // --horizontal-pod-autoscaler-cpu-initialization-period
	readiness      time.Duration // --horizontal-pod-autoscaler-initial-readiness-delay
	whole          func(sim.Time) sim.Time
}

// group tells what counts of a pod's sample; cpu says whether it is of cpu, which starting pods use much of
// (replica_calculator.go: groupPods, v1.36.3). status.startTime, when the kubelet takes the pod on, is when it was bound.
func (w *window) group(p *cluster.Pod, s *Sample, measured, cpu bool) standing {
	switch {
	case p.Deleting || p.Status.Phase == cluster.Failed:
		return ignored
	case p.Status.Phase == cluster.Pending:
		return unready
	case !measured:
		return missing
	case cpu && w.unsettled(p, s):
		return unready
	}
	return ready
}

// unsettled tells whether a sample of cpu is of a pod that starts. Timestamps of the API are whole seconds.
func (w *window) unsettled(p *cluster.Pod, s *Sample) bool {
	started, turned := w.whole(p.Status.ScheduledAt), w.whole(p.Status.ReadyTransition)
	if started.Add(w.initialization) > w.now {
		return !p.Status.Ready || w.whole(s.Timestamp) < turned.Add(s.Window)
	}
	return !p.Status.Ready && started.Add(w.readiness) > turned
}

// tally is what the pods of a target and their samples come to.
type tally struct {
	ready, unready, missing int

	value   int64 // of the samples of ready pods
	request int64 // of ready pods

	unreadyRequest, missingRequest int64
	missingFallback                int64 // the value that missing pods are given where the target might shrink
	err                            error // of a request
}

// anySample tells whether a metric is to be had of any of the pods.
func anySample(pods []*cluster.Pod, sample func(*cluster.Pod) (Sample, bool)) bool {
	for _, p := range pods {
		if _, ok := sample(p); ok {
			return true
		}
	}
	return false
}

// requester finds the requests of pods. Pods of one template share their spec, whose request is computed once in a row.
type requester struct {
	container string
	resource  cluster.ResourceName
	spec      *cluster.PodSpec
	request   int64
	err       error
}

// of returns a pod's request in thousandths (replica_calculator.go: calculateRequests, v1.36.3).
func (r *requester) of(p *cluster.Pod) (int64, error) {
	if p.Spec != r.spec {
		r.spec = p.Spec
		r.request, r.err = requestOf(p, r.container, r.resource)
	}
	return r.request, r.err
}

// requestOf is the pod-level request if one is stated, otherwise the sum of those of the containers and sidecars, or the
// one of a single container.
func requestOf(p *cluster.Pod, container string, resource cluster.ResourceName) (int64, error) {
	if p.Spec.PodRequests != nil && container == "" {
		return podLevelRequest(p, resource)
	}
	total, found := int64(0), false
	add := func(c *cluster.Container) error {
		if found = container == "" || container == c.Name; !found {
			return nil
		}
		if !c.StatesRequest(resource) {
			return fmt.Errorf("missing request for %s in container %s of Pod %s", resource, c.Name, p.Name)
		}
		total += milli(resource, c.Requests.Get(resource))
		return nil
	}
	for i := range p.Spec.Containers {
		if err := add(&p.Spec.Containers[i]); err != nil || found && container != "" {
			return total, err
		}
	}
	for i := range p.Spec.InitContainers {
		if !p.Spec.InitContainers[i].Sidecar {
			continue
		}
		if err := add(&p.Spec.InitContainers[i]); err != nil || found && container != "" {
			return total, err
		}
	}
	if container != "" {
		return 0, fmt.Errorf("container %s not found in Pod %s", container, p.Name)
	}
	return total, nil
}

func podLevelRequest(p *cluster.Pod, resource cluster.ResourceName) (int64, error) {
	request := p.Spec.Requests().Get(resource)
	if request == 0 && !(resource == cluster.CPU && p.Spec.PodRequestsCPU) && !(resource == cluster.Memory && p.Spec.PodRequestsMem) {
		return 0, fmt.Errorf("missing pod-level request for %s in Pod %s", resource, p.Name)
	}
	return milli(resource, request), nil
}

// milli turns an amount of a resource into thousandths of its unit.
func milli(resource cluster.ResourceName, amount int64) int64 {
	if resource == cluster.CPU {
		return amount
	}
	return amount * 1000
}
