package plugins

import (
	"slices"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// EventsToRegister names what can make a pod fit that broke an affinity rule (interpodaffinity/plugin.go, v1.36).
func (p *interPodAffinity) EventsToRegister() []framework.ClusterEventWithHint {
	pods := framework.ActionAdd | framework.UpdatePodLabel | framework.ActionDelete
	nodes := framework.ActionAdd | framework.UpdateNodeLabel
	return []framework.ClusterEventWithHint{
		on(framework.PodEvent, pods, affinityAfterPodChange),
		on(framework.NodeEvent, nodes, affinityAfterNodeChange),
	}
}

// affinityAfterPodChange knows no namespace labels, as upstream's: a pod that a namespace selector alone selects does not
// wake the waiting pod.
func affinityAfterPodChange(pod *cluster.Pod, change *cluster.Change) bool {
	before, after := podMoves(change)
	if before != nil && after != nil && after.UID == pod.UID {
		return true
	}
	if after != nil && !heldRoom(after) || before != nil && !heldRoom(before) {
		return false
	}
	a := affinityOf(pod)
	wanted, hated := ownTerms(pod, a.RequiredPod, nil), ownTerms(pod, a.RequiredPodAnti, nil)
	switch {
	case before != nil && after != nil:
		return !matchesAll(wanted, before) && matchesAll(wanted, after) || matchesAll(hated, before) && !matchesAll(hated, after)
	case after != nil:
		return matchesAll(wanted, after)
	default:
		return matchesAll(hated, before) || matchesAll(ownTerms(before, affinityOf(before).RequiredPodAnti, nil), pod)
	}
}

// affinityAfterNodeChange: a node helps that brings or changes a topology key that the pod needs, or that has no longer
// or another domain of a key that keeps the pod away.
func affinityAfterNodeChange(pod *cluster.Pod, change *cluster.Change) bool {
	before, after := change.Nodes()
	a := affinityOf(pod)
	if before == nil {
		return len(a.RequiredPodAnti) > 0 || slices.ContainsFunc(a.RequiredPod, func(t cluster.PodAffinityTerm) bool {
			_, has := after.Labels[t.TopologyKey]
			return has
		})
	}
	return slices.ContainsFunc(a.RequiredPod, func(t cluster.PodAffinityTerm) bool {
		was, had := before.Labels[t.TopologyKey]
		is, has := after.Labels[t.TopologyKey]
		return has && (!had || was != is)
	}) || slices.ContainsFunc(a.RequiredPodAnti, func(t cluster.PodAffinityTerm) bool {
		was, had := before.Labels[t.TopologyKey]
		is, has := after.Labels[t.TopologyKey]
		return had && (!has || was != is)
	})
}
