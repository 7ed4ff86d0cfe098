package scheduler

import (
	"maps"
	"slices"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// hintsOf collects what the plugins of a profile wait for.
func hintsOf(p *Profile) map[string][]framework.ClusterEventWithHint {
	hints := map[string][]framework.ClusterEventWithHint{}
	for name, pl := range p.plugins {
		if e, ok := pl.(framework.EnqueueExtensions); ok {
			hints[name] = e.EventsToRegister()
		}
	}
	return hints
}

// happened tries the pods again that a cluster event may have made schedulable, and tells whether there are any
// (backend/queue/scheduling_queue.go: movePodsToActiveOrBackoffQueue, v1.36).
func (q *queue) happened(event framework.ClusterEvent, change *cluster.Change) {
	if q.unfit.Len()+q.gated.Len() == 0 {
		return
	}
	type move struct {
		w           *waiting
		immediately bool
	}
	var moves []move
	consider := func(w *waiting) bool {
		if worth, immediately := w.worthRequeuing(event, change); worth {
			moves = append(moves, move{w, immediately})
		}
		return true
	}
	q.unfit.Ascend(consider)
	q.gated.Ascend(consider)
	for _, m := range moves {
		q.requeue(m.w, m.immediately)
	}
}

// updatedWaiting tells the queue that a waiting pod itself has changed.
func (q *queue) updatedWaiting(w *waiting, events []framework.ClusterEvent, change *cluster.Change) {
	if w.place != inUnfit && w.place != inGated {
		return
	}
	for _, e := range events {
		if worth, immediately := w.worthRequeuing(e, change); worth {
			q.requeue(w, immediately)
			return
		}
	}
}

// worthRequeuing asks the plugins that rejected the pod whether the event may help. A plugin that made the pod Pending
// can send it back at once (isPodWorthRequeuing, v1.36).
func (w *waiting) worthRequeuing(event framework.ClusterEvent, change *cluster.Change) (worth, immediately bool) {
	if w.GatedBy != "" && !w.profile.helps(w.GatedBy, w.Pod, event, change) {
		return false, false
	}
	for _, name := range w.PendingOn {
		if w.profile.helps(name, w.Pod, event, change) {
			return true, true
		}
	}
	for _, name := range w.Rejectors {
		if w.profile.helps(name, w.Pod, event, change) {
			return true, false
		}
	}
	return false, false
}

// helps tells whether an event may change a plugin's mind about a pod.
func (p *profileQueue) helps(plugin string, pod *cluster.Pod, event framework.ClusterEvent, change *cluster.Change) bool {
	registered, known := p.hints[plugin]
	if !known {
		return true
	}
	for _, r := range registered {
		if r.Event.Matches(event) && (r.Hint == nil || r.Hint(pod, change)) {
			return true
		}
	}
	return false
}

// podEvents returns what has changed about a pod that scheduling cares for (framework/events.go:
// PodSchedulingPropertiesChange, v1.36).
func podEvents(before, after *cluster.Pod) []framework.ClusterEvent {
	resource := framework.AssignedPod
	if after.NodeName == "" {
		resource = framework.UnschedulablePod
	}
	var action framework.ActionType
	if !maps.Equal(before.Labels, after.Labels) {
		action |= framework.UpdatePodLabel
	}
	if before.Spec != after.Spec {
		action |= specActions(before.Spec, after.Spec)
	}
	return split(resource, action)
}

func specActions(before, after *cluster.PodSpec) (action framework.ActionType) {
	if scaledDown(before.Requests(), after.Requests()) {
		action |= framework.UpdatePodScaleDown
	}
	if len(before.SchedulingGates) > 0 && len(after.SchedulingGates) == 0 {
		action |= framework.UpdatePodSchedulingGatesEliminated
	}
	if len(before.Tolerations) != len(after.Tolerations) {
		action |= framework.UpdatePodToleration
	}
	return action
}

func scaledDown(before, after *cluster.Resources) bool {
	grown := after.Clone()
	grown.Max(before)
	return !grown.Equal(after)
}

// nodeEvents returns what has changed about a node that scheduling cares for (NodeSchedulingPropertiesChange, v1.36).
func nodeEvents(before, after *cluster.Node) []framework.ClusterEvent {
	var action framework.ActionType
	if before.Unschedulable && !after.Unschedulable || !slices.Equal(before.Taints, after.Taints) {
		action |= framework.UpdateNodeTaint
	}
	if before.AllocatablePods != after.AllocatablePods || before.GPUs != after.GPUs || !before.Allocatable.Equal(&after.Allocatable) {
		action |= framework.UpdateNodeAllocatable
	}
	if !maps.Equal(before.Labels, after.Labels) {
		action |= framework.UpdateNodeLabel
	}
	if before.Ready != after.Ready {
		action |= framework.UpdateNodeCondition
	}
	if !maps.Equal(before.Annotations, after.Annotations) {
		action |= framework.UpdateNodeAnnotation
	}
	return split(framework.NodeEvent, action)
}

// split makes one event of each action, in the order of their bits.
func split(resource framework.EventResource, actions framework.ActionType) []framework.ClusterEvent {
	var events []framework.ClusterEvent
	for bit := framework.ActionType(1); bit <= actions; bit <<= 1 {
		if actions&bit != 0 {
			events = append(events, framework.ClusterEvent{Resource: resource, Action: bit})
		}
	}
	return events
}
