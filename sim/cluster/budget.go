package cluster

import "github.com/wavetank/wavetank/sim"

// PodDisruptionBudget limits voluntary evictions among the pods it selects (policy/v1).
type PodDisruptionBudget struct {
	ObjectMeta
	Selector       *Selector
	MinAvailable   *IntOrPercent // at most one of the two is set
	MaxUnavailable *IntOrPercent
	AlwaysAllow    bool // unhealthyPodEvictionPolicy AlwaysAllow; otherwise IfHealthyBudget

	// Status.
	DisruptionsAllowed int32
	DisruptedPods      []DisruptedPod // by name: pods whose eviction is under way
	CurrentHealthy     int
	DesiredHealthy     int
	ExpectedPods       int
	ObservedGeneration int64
	Conditions         []Condition // DisruptionAllowed
}

// DisruptedPod is a pod that may be evicted and whose deletion the disruption controller has not seen yet.
type DisruptedPod struct {
	Name string
	At   sim.Time // when the eviction was allowed
}

// Kind returns KindPodDisruptionBudget.
func (b *PodDisruptionBudget) Kind() Kind    { return KindPodDisruptionBudget }
func (b *PodDisruptionBudget) clone() Object { c := *b; return &c }

// Disrupts tells whether the eviction of a pod is under way.
func (b *PodDisruptionBudget) Disrupts(pod string) bool {
	for _, d := range b.DisruptedPods {
		if d.Name == pod {
			return true
		}
	}
	return false
}

// KeepStatus takes over the status of the budget as it was.
func (b *PodDisruptionBudget) KeepStatus(old *PodDisruptionBudget) {
	b.DisruptionsAllowed, b.DisruptedPods, b.Conditions = old.DisruptionsAllowed, old.DisruptedPods, old.Conditions
	b.CurrentHealthy, b.DesiredHealthy, b.ExpectedPods = old.CurrentHealthy, old.DesiredHealthy, old.ExpectedPods
	b.ObservedGeneration = old.ObservedGeneration
}
