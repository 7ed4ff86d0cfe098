package results

import "github.com/wavetank/wavetank/sim/cluster"

// needed returns how many pods of a workload have to serve: the most that a disruption budget asks for, or else as many
// as are desired. The budget is applied to the workload by itself, as the disruption controller does where the budget
// selects no other (pkg/controller/disruption/disruption.go: getExpectedPodCount, v1.36).
func (a *availability) needed(w *workload) int64 {
	most, any := int64(0), false
	for name, b := range a.budgets {
		if !w.selects(name.Namespace, b.Selector) {
			continue
		}
		most, any = max(most, desiredHealthy(b, int(w.now.desired))), true
	}
	if !any {
		return w.now.desired
	}
	return most
}

// desiredHealthy is the status of that name for a number of expected pods. Percentages are rounded up.
func desiredHealthy(b *cluster.PodDisruptionBudget, expected int) int64 {
	switch {
	case b.MaxUnavailable != nil:
		return int64(max(0, expected-b.MaxUnavailable.Of(expected, true)))
	case b.MinAvailable != nil:
		return int64(b.MinAvailable.Of(expected, true))
	}
	return 0
}

// budgetChanged follows a disruption budget. Its status is of no interest: it would come late.
func (a *availability) budgetChanged(c *cluster.Change) {
	before, _ := c.Old.(*cluster.PodDisruptionBudget)
	after, _ := c.New.(*cluster.PodDisruptionBudget)
	name := c.Object().Meta().NamespacedName
	switch {
	case after == nil:
		delete(a.budgets, name)
	case before != nil && sameBudget(before, after):
		a.budgets[name] = after
		return
	default:
		a.budgets[name] = after
	}
	for _, w := range a.list {
		if w.exists && w.name.Namespace == name.Namespace {
			a.touch(w)
			w.now.needed = a.needed(w)
		}
	}
}

func sameBudget(a, b *cluster.PodDisruptionBudget) bool {
	return a.Selector == b.Selector && a.MinAvailable == b.MinAvailable && a.MaxUnavailable == b.MaxUnavailable
}
