package results

import (
	"cmp"
	"slices"

	"github.com/wavetank/wavetank/sim"
)

// summary lists the faults in the order in which they began, of many the worst alone, and sums all of them up. What ends
// with the run is still on.
func (t *faults) summary(services *services, now sim.Time) ([]FaultSummary, *FaultTotals) {
	if len(t.list) == 0 {
		return nil, nil
	}
	var budget float64
	for _, s := range services.list {
		budget += s.budget()
	}
	all := make([]FaultSummary, len(t.list))
	for i, f := range t.list {
		if f.end == now {
			f.end = never
		}
		all[i] = f.summary(budget)
	}
	totals := t.totals(all)
	all = worstFaults(all)
	totals.Listed = len(all)
	return all, totals
}

// worstFaults returns the faults that cost the most replicas, and among those alike most requests, in the order of their
// begin.
func worstFaults(all []FaultSummary) []FaultSummary {
	if len(all) <= listedFaults {
		return all
	}
	slices.SortStableFunc(all, func(a, b FaultSummary) int {
		return cmp.Or(cmp.Compare(b.LostReplicaSeconds, a.LostReplicaSeconds), cmp.Compare(b.FailedRequests, a.FailedRequests), cmp.Compare(b.Pods, a.Pods))
	})
	worst := slices.Clone(all[:listedFaults])
	slices.SortFunc(worst, func(a, b FaultSummary) int { return cmp.Or(cmp.Compare(a.Begin, b.Begin), cmp.Compare(a.ID, b.ID)) })
	return worst
}

func (f *faultTally) summary(budget float64) FaultSummary {
	s := FaultSummary{
		ID: f.ID, Kind: f.Kind, Name: f.Name, Begin: seconds(int64(f.At)), Nodes: len(f.Nodes), Pods: f.pods,
		Detected: after(f.At, f.detected), Tainted: after(f.At, f.tainted), Unready: after(f.At, f.unready),
		NodesNotReady: f.nodesNotReady, NodesTainted: f.nodesTainted, PodsUnready: f.podsUnready,
		FirstEvicted: after(f.At, f.firstEvicted), Evicted: after(f.At, f.lastEvicted), PodsEvicted: f.podsEvicted,
		EvictedBy: append([]ReasonCount{}, f.evictedBy...), PodsGone: f.podsGone,
		Workloads: len(f.hit), WorkloadsShort: f.waiting,
		LostReplicaSeconds: f.lost.seconds(), PhantomReplicaSeconds: f.phantom.seconds(),
		FailedRequests: f.failed.errors, BadRequests: f.failed.bad,
	}
	if f.end != never {
		s.End = optional(seconds(int64(f.end)))
	}
	if len(f.hit) > 0 && f.waiting == 0 {
		s.Recovered = after(f.At, max(f.At, f.wholeAt))
	}
	if w := f.worstOf; w != nil {
		s.WorstWorkload = w.kind.String() + "/" + w.name.String()
		s.WorstServing, s.WorstDesired = f.worst.serving, f.worst.desired
	}
	if w := f.last; w != nil {
		s.LastWorkload = w.kind.String() + "/" + w.name.String()
	}
	if v := f.worstService; v != nil {
		s.WorstService, s.WorstFailed = v.name.String(), f.worstFailed
	}
	if budget > 0 {
		s.BudgetShare = f.failed.bad / budget
	}
	return s
}

func (t *faults) totals(all []FaultSummary) *FaultTotals {
	s := &FaultTotals{Count: len(all)}
	var duration, detected, evicted, recovered []float64
	for i := range all {
		f := &all[i]
		s.Pods += f.Pods
		s.PodsEvicted += f.PodsEvicted
		s.LostReplicaSeconds += f.LostReplicaSeconds
		s.PhantomReplicaSeconds += f.PhantomReplicaSeconds
		s.FailedRequests += f.FailedRequests
		if f.End == nil {
			s.StillOn++
		} else {
			duration = append(duration, seconds(spanOf(t.list[i].At, t.list[i].end)))
		}
		for _, d := range []struct {
			of   *float64
			into *[]float64
		}{{f.Detected, &detected}, {f.FirstEvicted, &evicted}, {f.Recovered, &recovered}} {
			if d.of != nil {
				*d.into = append(*d.into, *d.of)
			}
		}
	}
	s.Duration, s.Detected, s.FirstEvicted, s.Recovered = describe(duration), describe(detected), describe(evicted), describe(recovered)
	return s
}
