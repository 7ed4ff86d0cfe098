package plugins

import "github.com/wavetank/wavetank/scheduler/framework"

// prioritySort orders the active queue: higher priority first, then the pod that was queued earlier
// (plugins/queuesort/priority_sort.go, v1.36). Where upstream leaves pods of one instant in the order of its heap, the
// older pod (lower UID) goes first: many pods arrive in the same instant of simulated time.
type prioritySort struct{}

var _ framework.QueueSortPlugin = prioritySort{}

func newPrioritySort(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	return prioritySort{}, noArgs(PrioritySort, args)
}

func (prioritySort) Name() string { return PrioritySort }

func (prioritySort) Less(a, b *framework.QueuedPod) bool {
	if p, q := a.Pod.Spec.Priority, b.Pod.Spec.Priority; p != q {
		return p > q
	}
	if a.Timestamp != b.Timestamp {
		return a.Timestamp < b.Timestamp
	}
	return a.Pod.UID < b.Pod.UID
}
