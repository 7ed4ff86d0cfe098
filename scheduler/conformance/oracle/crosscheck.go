package oracle

import (
	"errors"
	"fmt"
	"slices"

	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/names"
)

// crossCheck lets the real scheduling algorithm decide, compares it with the verdict, and where the pod fits nowhere
// adds the message and the preemption.
func (r *Real) crossCheck(c *cycle) error {
	info, err := framework.NewPodInfo(c.pod)
	if err != nil {
		return err
	}
	state := framework.NewCycleState()
	result, err := r.sched.SchedulePod(c.ctx, c.fw, state, &framework.QueuedPodInfo{PodInfo: info})
	var unfit *framework.FitError
	switch {
	case errors.As(err, &unfit):
		return r.postFilter(c, state, unfit)
	case err != nil:
		return err
	}
	return c.agree(result)
}

func (c *cycle) agree(result scheduler.ScheduleResult) error {
	if result.FeasibleNodes != len(c.feasible) || !slices.Contains(c.verdict.Best, result.SuggestedHost) {
		return fmt.Errorf("SchedulePod finds %d feasible nodes and takes %s; the plugins find %d, best %v",
			result.FeasibleNodes, result.SuggestedHost, len(c.feasible), c.verdict.Best)
	}
	return nil
}

// postFilter runs the PostFilter plugins as Scheduler.schedulingAlgorithm does, less the deletes.
func (r *Real) postFilter(c *cycle, state fwk.CycleState, unfit *framework.FitError) error {
	if len(c.feasible) > 0 {
		return fmt.Errorf("SchedulePod says %q, the plugins find %d feasible nodes", unfit.Error(), len(c.feasible))
	}
	c.state = state
	if c.fw.HasPostFilterPlugins() {
		if err := r.preempt(c, unfit); err != nil {
			return err
		}
	}
	c.verdict.Message = unfit.Error()
	return nil
}

// preempt runs the PostFilter plugins. Their errors end up in the message like any status: after a PreFilter plugin
// refused the pod for good, the later ones left no state, and DynamicResources' PostFilter ends with "not found".
func (r *Real) preempt(c *cycle, unfit *framework.FitError) error {
	var result *fwk.PostFilterResult
	deleted := r.api.dryRun(func() {
		var status *fwk.Status
		result, status = c.fw.RunPostFilterPlugins(c.ctx, c.state, c.pod, unfit.Diagnosis.NodeToStatus)
		unfit.Diagnosis.PostFilterMsg = status.Message()
	})
	if result == nil || result.NominatingInfo == nil || result.NominatedNodeName == "" {
		return nil
	}
	if !c.enabled(names.DefaultPreemption) {
		return fmt.Errorf("%s nominates %s: not understood", names.DynamicResources, result.NominatedNodeName)
	}
	return r.explainPreemption(c, unfit.Diagnosis.NodeToStatus, result.NominatedNodeName, deleted)
}

func (c *cycle) enabled(postFilter string) bool {
	for _, p := range c.fw.ListPlugins().PostFilter.Enabled {
		if p.Name == postFilter {
			return true
		}
	}
	return false
}
