package app_test

import (
	"fmt"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// budgets remembers what the disruption controller may not have heard of yet: pods that have ceased to be healthy other than
// by an eviction, and how few pods were desired before.
type budgets struct {
	losses  []loss
	desired map[string][]wish // by budget
}

type loss struct {
	at  sim.Time
	pod *cluster.Pod
}

type wish struct {
	until sim.Time // when it ceased to be so
	pods  int
}

// healthy tells whether a pod counts as such.
func healthy(p *cluster.Pod) bool { return p != nil && p.Status.Ready && !p.Deleting }

// evicted tells whether a change ends a healthy pod by an eviction.
func evicted(c *cluster.Change) bool {
	before, after := c.Pods()
	return c.Reason == cluster.ReasonEvicted && healthy(before) && !healthy(after)
}

// note takes note of a change.
func (b *budgets) note(store *cluster.Store, c *cluster.Change) {
	before, after := c.Pods()
	if healthy(before) && !healthy(after) && c.Reason != cluster.ReasonEvicted {
		b.losses = append(b.losses, loss{c.At, before})
	}
	if b.desired == nil {
		b.desired = map[string][]wish{}
	}
	for _, o := range store.List(cluster.KindPodDisruptionBudget) {
		budget := o.(*cluster.PodDisruptionBudget)
		now, past := desired(store, budget), b.desired[budget.Name]
		if n := len(past); n == 0 || past[n-1].pods != now {
			past = append(past, wish{pods: now})
		}
		past[len(past)-1].until = c.At
		b.desired[budget.Name] = past
	}
}

// desired counts anew how many pods a budget wants healthy. The workload of a budget has its name.
func desired(store *cluster.Store, b *cluster.PodDisruptionBudget) int {
	expected := 0
	for _, kind := range []cluster.Kind{cluster.KindDeployment, cluster.KindStatefulSet} {
		if s, ok := cluster.ScaleOf(store.Get(kind, b.NamespacedName)); ok {
			expected = s.Replicas
		}
	}
	switch {
	case b.MaxUnavailable != nil:
		return max(0, expected-b.MaxUnavailable.Of(expected, true))
	case b.MinAvailable.Percent:
		return b.MinAvailable.Of(expected, true)
	}
	return b.MinAvailable.Value
}

// eviction: where nothing takes time, there are enough healthy pods left. Where news take time, there would be if what has
// been lost since the controller's last look were still there.
func (r *referee) eviction(c *cluster.Change) error {
	gone := c.Old.(*cluster.Pod)
	for _, o := range r.store.List(cluster.KindPodDisruptionBudget) {
		b := o.(*cluster.PodDisruptionBudget)
		if !b.Selector.Matches(gone.Labels) {
			continue
		}
		left := 0
		for _, o := range r.store.List(cluster.KindPod) {
			if p := o.(*cluster.Pod); b.Selector.Matches(p.Labels) && healthy(p) {
				left++
			}
		}
		if excused, want := r.excused(b), r.least(b); left+excused < want {
			return fmt.Errorf("the eviction of %s leaves %d healthy pods, and %d lost of late, of %d: %+v", gone.Name, left, excused, want, b)
		}
	}
	return nil
}

// since is how long ago the news are that everybody has heard of.
func (r *referee) since() sim.Time { return r.engine.Now().Add(-r.lag) }

// excused counts the pods of a budget that were lost of late.
func (r *referee) excused(b *cluster.PodDisruptionBudget) int {
	n := 0
	for _, l := range r.losses {
		if l.at >= r.since() && r.lag > time.Duration(0) && b.Selector.Matches(l.pod.Labels) {
			n++
		}
	}
	return n
}

// least is the smallest number of pods that a budget has wanted of late.
func (r *referee) least(b *cluster.PodDisruptionBudget) int {
	least := desired(r.store, b)
	for _, w := range r.desired[b.Name] {
		if w.until >= r.since() {
			least = min(least, w.pods)
		}
	}
	return least
}
