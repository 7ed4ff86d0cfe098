package plugins

import (
	"slices"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// trial is one node on which evictions are tried out: a copy, with a state of its own.
type trial struct {
	h     framework.Handle
	state *framework.CycleState
	pod   *cluster.Pod
	view  *cluster.Snapshot
	node  *cluster.NodeInfo
}

var statusNoVictims = framework.NewStatus(DefaultPreemption, framework.UnschedulableAndUnresolvable, "No preemption victims found for incoming pod")

// selectVictims finds the pods to evict so that the pod fits: all of lower priority are taken away, then as many as
// possible put back, those first whose eviction would break a budget, the more important before the less
// (SelectVictimsOnNode, v1.36).
func (t *trial) selectVictims(budgets []cluster.Object) (candidate, *framework.Status) {
	var potential []*cluster.Pod
	for _, p := range t.node.Pods {
		if p.Spec.Priority < t.pod.Spec.Priority {
			potential = append(potential, p)
		}
	}
	if len(potential) == 0 {
		return candidate{}, statusNoVictims
	}
	for _, p := range potential {
		if s := t.remove(p); !s.IsSuccess() {
			return candidate{}, s
		}
	}
	if s := t.h.RunFilters(t.state, t.pod, t.view, t.node); !s.IsSuccess() {
		return candidate{}, s
	}
	now := t.view.Now
	slices.SortStableFunc(potential, func(a, b *cluster.Pod) int { return byImportance(a, b, now) })
	violating, others := splitByBudget(potential, budgets)
	c := candidate{node: t.node.Name()}
	if s := t.reprieve(violating, &c); s != nil {
		return candidate{}, s
	}
	c.violations = len(c.victims)
	if s := t.reprieve(others, &c); s != nil {
		return candidate{}, s
	}
	slices.SortStableFunc(c.victims, func(a, b *cluster.Pod) int { return byImportance(a, b, now) })
	if len(c.victims) == 0 {
		return candidate{}, framework.NewStatus(DefaultPreemption, framework.Error, "expected at least one victim pod on node \""+t.node.Name()+"\"")
	}
	return c, nil
}

// reprieve puts pods back as long as the pod still fits; the others become victims.
func (t *trial) reprieve(pods []*cluster.Pod, c *candidate) *framework.Status {
	for _, p := range pods {
		if s := t.add(p); !s.IsSuccess() {
			return s
		}
		if t.h.RunFilters(t.state, t.pod, t.view, t.node).IsSuccess() {
			continue
		}
		if s := t.remove(p); !s.IsSuccess() {
			return s
		}
		c.victims = append(c.victims, p)
	}
	return nil
}

func (t *trial) remove(p *cluster.Pod) *framework.Status {
	t.node.RemovePod(p)
	return t.h.RemovePod(t.state, t.pod, p, t.node)
}

func (t *trial) add(p *cluster.Pod) *framework.Status {
	t.node.AddPod(p)
	return t.h.AddPod(t.state, t.pod, p, t.node)
}

// byImportance orders pods by falling priority, then by rising start time (pkg/scheduler/util: MoreImportantPod, v1.36).
func byImportance(a, b *cluster.Pod, now sim.Time) int {
	if a.Spec.Priority != b.Spec.Priority {
		return int(b.Spec.Priority) - int(a.Spec.Priority)
	}
	return int(min(max(startOf(a, now)-startOf(b, now), -1), 1))
}

// startOf returns when the kubelet took a pod on, which may be before its containers run; a pod that no kubelet has taken
// on yet counts as starting now (pkg/scheduler/util: GetPodStartTime, v1.36).
func startOf(p *cluster.Pod, now sim.Time) sim.Time {
	if p.Status.Phase == cluster.Pending && p.Status.StartedAt == 0 {
		return now
	}
	return p.Status.StartedAt
}

// splitByBudget separates the pods whose eviction, in this order, breaks a PodDisruptionBudget
// (filterPodsWithPDBViolation, v1.36). Empty selectors and pods without labels match nothing here.
func splitByBudget(pods []*cluster.Pod, budgets []cluster.Object) (violating, others []*cluster.Pod) {
	left := make([]int32, len(budgets))
	for i, b := range budgets {
		left[i] = b.(*cluster.PodDisruptionBudget).DisruptionsAllowed
	}
	for _, p := range pods {
		violated := false
		for i, b := range budgets {
			if budgetCounts(b.(*cluster.PodDisruptionBudget), p) {
				left[i]--
				violated = violated || left[i] < 0
			}
		}
		if violated {
			violating = append(violating, p)
		} else {
			others = append(others, p)
		}
	}
	return violating, others
}

func budgetCounts(b *cluster.PodDisruptionBudget, p *cluster.Pod) bool {
	return len(p.Labels) > 0 && b.Namespace == p.Namespace && !b.Selector.Empty() && b.Selector.Matches(p.Labels) &&
		!b.Disrupts(p.Name)
}

// pickCandidate returns the best candidate: fewest broken budgets, then the lowest of the highest priorities of victims,
// the smallest sum of priorities, the fewest victims, the latest start of the most important victim; the first by name
// among equals, where upstream takes the first of a Go map (pickOneNodeForPreemption, v1.36).
func pickCandidate(candidates []candidate, view *cluster.Snapshot) candidate {
	return slices.MinFunc(candidates, func(a, b candidate) int {
		for _, c := range [...]int64{
			int64(a.violations - b.violations),
			int64(a.victims[0].Spec.Priority) - int64(b.victims[0].Spec.Priority),
			a.prioritySum() - b.prioritySum(),
			int64(len(a.victims) - len(b.victims)),
			int64(b.earliestStart(view.Now) - a.earliestStart(view.Now)),
		} {
			if c != 0 {
				return int(min(max(c, -1), 1))
			}
		}
		if a.node < b.node {
			return -1
		}
		return 1
	})
}

// prioritySum adds 2^31 to each priority, so that fewer victims are better also where priorities are negative.
func (c *candidate) prioritySum() int64 {
	var sum int64
	for _, v := range c.victims {
		sum += int64(v.Spec.Priority) + 1<<31
	}
	return sum
}

// earliestStart returns the earliest start among the victims of the highest priority.
func (c *candidate) earliestStart(now sim.Time) sim.Time {
	earliest := startOf(c.victims[0], now)
	for _, v := range c.victims[1:] {
		if v.Spec.Priority == c.victims[0].Spec.Priority {
			earliest = min(earliest, startOf(v, now))
		}
	}
	return earliest
}
