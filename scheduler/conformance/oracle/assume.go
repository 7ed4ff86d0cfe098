package oracle

import (
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/klog/v2"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework"
)

// Assume implements verdict.Scheduler: what Scheduler.assumeAndReserve does, without a binding that follows.
func (r *Real) Assume(pod, node string, started time.Time) error {
	c := r.last
	if c.pod == nil || key(c.pod) != pod {
		return fmt.Errorf("pod %s: assumed without a decision", pod)
	}
	assumed := c.pod.DeepCopy()
	assumed.Spec.NodeName, assumed.Status.StartTime = node, &metav1.Time{Time: started}
	if err := r.sched.Cache.AssumePod(klog.FromContext(r.ctx), assumed); err != nil {
		return err
	}
	r.sched.SchedulingQueue.DeleteNominatedPodIfExists(assumed)
	r.pods[pod] = assumed
	return c.fw.RunReservePluginsReserve(c.ctx, c.state, assumed, node).AsError()
}

// Preempt implements verdict.Scheduler: the deletes and nominations that preemption sends to the API server, applied
// to the scheduler's cache and queue as its event handlers would.
func (r *Real) Preempt(pod, node string, victims []string) error {
	for _, victim := range victims {
		if err := r.remove(victim); err != nil {
			return err
		}
	}
	preemptor, ok := r.pods[pod]
	if !ok {
		return fmt.Errorf("pod %s: not in the cluster", pod)
	}
	for _, nominated := range r.sched.SchedulingQueue.NominatedPodsForNode(node) {
		if priority(nominated) < *preemptor.Spec.Priority {
			if err := r.nominate(key(nominated.GetPod()), ""); err != nil {
				return err
			}
		}
	}
	return r.nominate(pod, node)
}

// remove deletes a running or an assumed pod.
func (r *Real) remove(name string) error {
	pod, ok := r.pods[name]
	if !ok || pod.Spec.NodeName == "" {
		return fmt.Errorf("victim %s: not on a node", name)
	}
	delete(r.pods, name)
	logger := klog.FromContext(r.ctx)
	if assumed, err := r.sched.Cache.IsAssumedPod(pod); err != nil {
		return err
	} else if assumed {
		return r.sched.Cache.ForgetPod(logger, pod)
	}
	return r.sched.Cache.RemovePod(logger, pod)
}

// nominate sets or clears (node "") the nominated node of a waiting pod.
func (r *Real) nominate(name, node string) error {
	pod, ok := r.pods[name]
	if !ok {
		return errors.New("pod " + name + ": not in the cluster")
	}
	updated := pod.DeepCopy()
	updated.Status.NominatedNodeName = node
	r.pods[name] = updated
	if err := r.listed.Update(updated); err != nil {
		return err
	}
	info, err := framework.NewPodInfo(updated)
	if err != nil {
		return err
	}
	r.sched.SchedulingQueue.DeleteNominatedPodIfExists(updated)
	if node != "" {
		r.sched.SchedulingQueue.AddNominatedPod(klog.FromContext(r.ctx), info, &fwk.NominatingInfo{NominatingMode: fwk.ModeOverride, NominatedNodeName: node})
	}
	return nil
}

func priority(info fwk.PodInfo) int32 {
	if p := info.GetPod().Spec.Priority; p != nil {
		return *p
	}
	return 0
}
