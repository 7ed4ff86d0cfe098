package cluster

import (
	"slices"

	"github.com/wavetank/wavetank/sim"
)

// DisruptionAllowed is the condition that says whether a budget allows an eviction, and its reasons follow (k8s.io/api
// policy/v1 types.go: DisruptionAllowedCondition, v0.36).
const (
	DisruptionAllowed = "DisruptionAllowed"
	SufficientPods    = "SufficientPods"
	InsufficientPods  = "InsufficientPods"
	SyncFailed        = "SyncFailed" // the budget's pods could not be counted: nothing is allowed
)

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

// Condition returns the condition of a type, nil if the budget has none.
func (b *PodDisruptionBudget) Condition(kind string) *Condition {
	for i := range b.Conditions {
		if b.Conditions[i].Type == kind {
			return &b.Conditions[i]
		}
	}
	return nil
}

// SetAllowed sets how many disruptions are allowed, and the condition that goes with the number
// (k8s.io/component-helpers apps/poddisruptionbudget/helpers.go: UpdateDisruptionAllowedCondition, v0.36). At is the time
// of the condition, in whole seconds. The budget is one that is about to be stored.
func (b *PodDisruptionBudget) SetAllowed(disruptions int32, at sim.Time) {
	b.DisruptionsAllowed = disruptions
	c := Condition{Type: DisruptionAllowed, Status: disruptions > 0, Reason: SufficientPods}
	if disruptions <= 0 {
		c.Reason = InsufficientPods
	}
	b.SetCondition(c, at)
}

// SetCondition replaces the condition of the same type. Its time moves only if its status does (apimachinery
// pkg/api/meta/conditions.go: SetStatusCondition, v0.36).
func (b *PodDisruptionBudget) SetCondition(c Condition, at sim.Time) {
	c.LastTransitionTime = at
	b.Conditions = slices.Clone(b.Conditions)
	if old := b.Condition(c.Type); old != nil {
		if old.Status == c.Status {
			c.LastTransitionTime = old.LastTransitionTime
		}
		*old = c
		return
	}
	b.Conditions = append(b.Conditions, c)
}
