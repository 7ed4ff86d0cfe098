package disruption

import (
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// DeletionTimeout is how long a pod whose eviction was allowed counts as disrupted without being deleted
// (disruption.go: DeletionTimeout, v1.36.3).
const DeletionTimeout = 2 * time.Minute

// owner is the controller of pods with a scale.
type owner struct {
	uid   cluster.UID
	scale int
}

// finder returns the controller of a pod. It has an error if the pod's controller is gone or has no scale.
type finder func(p *cluster.Pod, ref *cluster.OwnerReference) (owner, error)

// needs is what a budget asks for.
type needs struct {
	expected, desired int
	unmanaged         int // pods without a controller, where controllers are asked
}

// need returns how many pods a budget expects, and how many of them have to be healthy (disruption.go:
// getExpectedPodCount, v1.36.3).
func need(b *cluster.PodDisruptionBudget, pods []*cluster.Pod, find finder) (needs, error) {
	switch {
	case b.MaxUnavailable != nil:
		n, err := scales(pods, find)
		n.desired = max(0, n.expected-b.MaxUnavailable.Of(n.expected, true))
		return n, err
	case b.MinAvailable == nil:
		return needs{}, nil
	case b.MinAvailable.Percent:
		n, err := scales(pods, find)
		n.desired = b.MinAvailable.Of(n.expected, true)
		return n, err
	}
	return needs{expected: len(pods), desired: b.MinAvailable.Value}, nil
}

// scales adds up the scales of all controllers of the pods, each once (disruption.go: getExpectedScale, v1.36.3).
func scales(pods []*cluster.Pod, find finder) (needs, error) {
	var n needs
	seen, counted := map[cluster.UID]bool{}, map[cluster.UID]bool{}
	for _, p := range pods {
		ref := p.ControllerRef()
		switch {
		case ref == nil:
			n.unmanaged++
			continue
		case seen[ref.UID]:
			continue
		}
		o, err := find(p, ref)
		if err != nil {
			return needs{}, err
		}
		seen[ref.UID] = true
		if !counted[o.uid] {
			counted[o.uid] = true
			n.expected += o.scale
		}
	}
	return n, nil
}

// pending returns the pods whose eviction is still under way, and when the first of them will have taken too long;
// sim.Never if there is none (disruption.go: buildDisruptedPodMap, v1.36.3). Pods that are gone or being deleted are under
// way no more.
func pending(b *cluster.PodDisruptionBudget, pods []*cluster.Pod, now sim.Time) (kept []cluster.DisruptedPod, recheck sim.Time) {
	recheck = sim.Never
	if len(b.DisruptedPods) == 0 {
		return nil, recheck
	}
	waits := map[string]bool{}
	for _, p := range pods {
		if !p.Deleting {
			waits[p.Name] = true
		}
	}
	for _, d := range b.DisruptedPods {
		if until := d.At.Add(DeletionTimeout); waits[d.Name] && until >= now {
			kept = append(kept, d)
			recheck = min(recheck, until)
		}
	}
	return kept, recheck
}

// healthy counts the pods that are ready, not being deleted and not about to be (disruption.go: countHealthyPods, v1.36.3).
func healthy(pods []*cluster.Pod, disrupted []cluster.DisruptedPod, now sim.Time) int {
	n := 0
	for _, p := range pods {
		if p.Status.Ready && !p.Deleting && !expected(disrupted, p.Name, now) {
			n++
		}
	}
	return n
}

// expected tells whether the deletion of a pod is still expected.
func expected(disrupted []cluster.DisruptedPod, pod string, now sim.Time) bool {
	for _, d := range disrupted {
		if d.Name == pod {
			return d.At.Add(DeletionTimeout) > now
		}
	}
	return false
}

// allowed is how many more pods may be disrupted (disruption.go: updatePdbStatus, v1.36.3). Where no pod is expected it is
// none, so that the first pods of a budget are safe before it was looked at.
func allowed(healthy int, n needs) int32 {
	if n.expected <= 0 {
		return 0
	}
	return int32(max(0, healthy-n.desired))
}

// status is what a sync finds.
type status struct {
	needs
	healthy   int
	allowed   int32
	disrupted []cluster.DisruptedPod
	recheck   sim.Time
}

// calculate returns the status of a budget that selects these pods.
func calculate(b *cluster.PodDisruptionBudget, pods []*cluster.Pod, find finder, now sim.Time) (status, error) {
	n, err := need(b, pods, find)
	if err != nil {
		return status{}, err
	}
	s := status{needs: n}
	s.disrupted, s.recheck = pending(b, pods, now)
	s.healthy = healthy(pods, s.disrupted, now)
	s.allowed = allowed(s.healthy, n)
	return s, nil
}

// upToDate tells whether a budget says this already (disruption.go: updatePdbStatus, v1.36.3).
func (s *status) upToDate(b *cluster.PodDisruptionBudget) bool {
	if b.CurrentHealthy != s.healthy || b.DesiredHealthy != s.desired || b.ExpectedPods != s.expected ||
		b.DisruptionsAllowed != s.allowed || len(b.DisruptedPods) != len(s.disrupted) || b.ObservedGeneration != b.Generation {
		return false // of the disrupted pods some may only be left out
	}
	c := b.Condition(cluster.DisruptionAllowed)
	if c == nil || c.Status != (s.allowed > 0) {
		return false
	}
	return c.Reason == map[bool]string{true: cluster.SufficientPods, false: cluster.InsufficientPods}[c.Status]
}

// write puts the status into a budget that is about to be stored.
func (s *status) write(b *cluster.PodDisruptionBudget, at sim.Time) {
	b.CurrentHealthy, b.DesiredHealthy, b.ExpectedPods = s.healthy, s.desired, s.expected
	b.DisruptedPods, b.ObservedGeneration = s.disrupted, b.Generation
	b.SetAllowed(s.allowed, at)
}

// saysFailed tells whether a budget says already that it could not be counted, and why.
func saysFailed(b *cluster.PodDisruptionBudget, err error) bool {
	c := b.Condition(cluster.DisruptionAllowed)
	return b.DisruptionsAllowed == 0 && c != nil && !c.Status && c.Reason == cluster.SyncFailed && c.Message == err.Error()
}

// writeFailure is the fail-safe: what cannot be counted allows nothing (disruption.go: failSafe, v1.36.3).
func writeFailure(b *cluster.PodDisruptionBudget, err error, at sim.Time) {
	b.DisruptionsAllowed = 0
	b.SetCondition(cluster.Condition{Type: cluster.DisruptionAllowed, Reason: cluster.SyncFailed, Message: err.Error()}, at)
}
