package eviction

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// ReasonTaken is the reason of the write that takes one from a budget.
const ReasonTaken cluster.Reason = "DisruptionTaken"

// retryAfter is what a client is asked to wait while the disruption controller has not seen the budget's newest spec
// (eviction.go: createTooManyRequestsError, v1.36.3).
const retryAfter = 10 * time.Second

// needsNoBudget tells whether a pod is deleted without asking a budget (eviction.go: canIgnorePDB, v1.36.3).
func needsNoBudget(p *cluster.Pod) bool {
	return p.Terminal() || p.Status.Phase == cluster.Pending || p.Deleting
}

// budgetOf returns the budget that selects a pod, nil if none does.
func (a *API) budgetOf(p *cluster.Pod) (*cluster.PodDisruptionBudget, error) {
	var found *cluster.PodDisruptionBudget
	for _, o := range a.store.List(cluster.KindPodDisruptionBudget) {
		b := o.(*cluster.PodDisruptionBudget)
		if b.Namespace != p.Namespace || !b.Selector.Matches(p.Labels) {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("%v %v: %w", cluster.KindPod, p.NamespacedName, ErrManyBudgets)
		}
		found = b
	}
	return found, nil
}

// passes tells whether a pod that is not ready goes without taking from its budget: what is not healthy does not count in
// it (unhealthyPodEvictionPolicy; eviction.go: Create, v1.36.3).
func passes(p *cluster.Pod, b *cluster.PodDisruptionBudget) bool {
	if p.Status.Ready {
		return false
	}
	return b.AlwaysAllow || b.CurrentHealthy >= b.DesiredHealthy && b.DesiredHealthy > 0
}

// refusal says why a budget does not allow an eviction, nil if it does (eviction.go: checkAndDecrement, v1.36.3).
func refusal(b *cluster.PodDisruptionBudget) error {
	switch {
	case b.ObservedGeneration < b.Generation:
		return &TooManyRequests{Budget: b.NamespacedName, RetryAfter: retryAfter, Cause: stillProcessed(b)}
	case b.DisruptionsAllowed < 0:
		return fmt.Errorf("PodDisruptionBudget %v: disruptions allowed is negative: %w", b.NamespacedName, cluster.ErrForbidden)
	case len(b.DisruptedPods) > MaxDisrupted:
		return fmt.Errorf("PodDisruptionBudget %v: too many evictions not confirmed by the disruption controller: %w",
			b.NamespacedName, cluster.ErrForbidden)
	case b.DisruptionsAllowed == 0:
		return &TooManyRequests{Budget: b.NamespacedName, Cause: cause(b)}
	}
	return nil
}

func stillProcessed(b *cluster.PodDisruptionBudget) string {
	return fmt.Sprintf("the disruption budget %s is still being processed by the server", b.Name)
}

// cause says why nothing is allowed. Whether the sync has failed is looked at first: then the numbers are not to be trusted.
func cause(b *cluster.PodDisruptionBudget) string {
	c := b.Condition(cluster.DisruptionAllowed)
	says := c != nil && !c.Status && c.Message != ""
	switch {
	case says && c.Reason == cluster.SyncFailed:
		return fmt.Sprintf("the disruption budget %s does not allow evicting pods currently because it failed sync: %s", b.Name, c.Message)
	case b.CurrentHealthy <= b.DesiredHealthy:
		return fmt.Sprintf("the disruption budget %s needs %d healthy pods and has %d currently", b.Name, b.DesiredHealthy, b.CurrentHealthy)
	case says:
		return fmt.Sprintf("the disruption budget %s does not allow evicting pods currently (%s): %s", b.Name, c.Reason, c.Message)
	}
	return fmt.Sprintf("the disruption budget %s does not allow evicting pods currently", b.Name)
}

// take counts a disruption, and notes the pod so that the disruption controller does not take it for available until it
// has seen its deletion. The condition is touched only where nothing more is allowed (eviction.go: checkAndDecrement).
func take(b *cluster.PodDisruptionBudget, pod string, at sim.Time) {
	if b.DisruptionsAllowed--; b.DisruptionsAllowed == 0 {
		b.SetAllowed(0, at)
	}
	b.DisruptedPods = slices.Clone(b.DisruptedPods)
	i, noted := slices.BinarySearchFunc(b.DisruptedPods, pod, func(d cluster.DisruptedPod, name string) int { return strings.Compare(d.Name, name) })
	if noted {
		b.DisruptedPods[i].At = at
		return
	}
	b.DisruptedPods = slices.Insert(b.DisruptedPods, i, cluster.DisruptedPod{Name: pod, At: at})
}

// wait draws the time until the next try: by the pod, the minute of the request and the try.
func (r *request) wait() time.Duration {
	minute := strconv.FormatInt(int64(r.since)/int64(time.Minute), 10)
	more := r.api.engine.Draw("eviction/retry", r.pod.Namespace, r.pod.Name, minute, strconv.Itoa(r.tries)).Float64() * Jitter
	return Wait + time.Duration(more*float64(Wait))
}
