package eviction_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/controllertest"
	"github.com/wavetank/wavetank/sim/controller/disruption"
	"github.com/wavetank/wavetank/sim/controller/replicaset"
	"github.com/wavetank/wavetank/sim/eviction"
)

// story is a ReplicaSet, a budget, and a random sequence of evictions, crashes and changes.
type story struct {
	*controllertest.Cluster
	t        *rapid.T
	api      *eviction.API
	rs       *cluster.ReplicaSet
	budget   *cluster.PodDisruptionBudget
	asked    int
	answered int
}

func newStory(t *rapid.T, latency func() time.Duration) *story {
	s := &story{t: t, Cluster: controllertest.New(t, 3)}
	s.Ready = func(*cluster.Pod) time.Duration { return 700 * ms }
	s.Stop = func(*cluster.Pod) time.Duration { return 300 * ms }
	opts := controller.Options{CallLatency: latency}
	if latency != nil {
		opts.WatchLatency, opts.QPS, opts.Burst = constant(2*ms), 20, 30
	}
	replicaset.New(s.Engine, s.Store, opts)
	disruption.New(s.Engine, s.Store, opts)
	s.api = eviction.New(s.Engine, s.Store, latency)
	s.rs = &cluster.ReplicaSet{ObjectMeta: controllertest.Meta("default", "web"), Replicas: rapid.IntRange(1, 8).Draw(t, "replicas"),
		Template: controllertest.Template("web"), Selector: cluster.SelectLabels(cluster.Labels{"app": "web"})}
	s.Create(s.rs)
	s.budget = &cluster.PodDisruptionBudget{ObjectMeta: controllertest.Meta("default", "b"), Selector: s.rs.Selector,
		AlwaysAllow: rapid.Bool().Draw(t, "always")}
	bound := &cluster.IntOrPercent{Value: rapid.IntRange(0, 8).Draw(t, "bound")}
	if rapid.Bool().Draw(t, "percent") {
		bound = &cluster.IntOrPercent{Value: bound.Value * 12, Percent: true}
	}
	s.budget.MinAvailable = bound
	if rapid.Bool().Draw(t, "unavailable") {
		s.budget.MinAvailable, s.budget.MaxUnavailable = nil, bound
	}
	s.Create(s.budget)
	return s
}

// desired counts anew how many pods have to be healthy.
func (s *story) desired() int {
	replicas := controllertest.Get(s.Cluster, s.rs).Replicas
	b := controllertest.Get(s.Cluster, s.budget)
	switch {
	case b.MaxUnavailable != nil:
		return max(0, replicas-b.MaxUnavailable.Of(replicas, true))
	case b.MinAvailable.Percent:
		return b.MinAvailable.Of(replicas, true)
	}
	return b.MinAvailable.Value
}

// healthy counts anew the pods that are.
func (s *story) healthy() int {
	n := 0
	for _, p := range s.Pods() {
		if p.Status.Ready && !p.Deleting {
			n++
		}
	}
	return n
}

// act does one random thing.
func (s *story) act(kind, which int) {
	pods := s.Pods()
	if len(pods) == 0 {
		return
	}
	p := pods[which%len(pods)]
	switch kind {
	case 0: // a pod is no longer ready
		if p.Status.Ready {
			require.NoError(s.t, s.Store.EditPod(cluster.KeyOf(p), "Test", func(p *cluster.Pod) { p.Status.Ready = false }))
		}
	case 1: // or again
		if p.Status.Phase == cluster.Running {
			require.NoError(s.t, s.Store.EditPod(cluster.KeyOf(p), "Test", func(p *cluster.Pod) { p.Status.Ready = true }))
		}
	case 2: // an eviction was allowed, and the API server forgot it
		if b := controllertest.Get(s.Cluster, s.budget); b.DisruptionsAllowed > 0 && !b.Disrupts(p.Name) {
			require.NoError(s.t, cluster.Edit(s.Store, cluster.KeyOf(b), "Test", func(b *cluster.PodDisruptionBudget) {
				b.DisruptionsAllowed--
				b.DisruptedPods = append(append([]cluster.DisruptedPod{}, b.DisruptedPods...), cluster.DisruptedPod{Name: p.Name, At: s.Store.WholeSecond(s.Store.Now())})
			}))
		}
	default:
		s.asked++
		s.api.Evict(cluster.KeyOf(p), func(_ sim.Time, err error) {
			s.answered++
			ok := err == nil || errors.Is(err, cluster.ErrTooManyRequests) || errors.Is(err, cluster.ErrNotFound) || errors.Is(err, cluster.ErrConflict)
			require.True(s.t, ok, "%v", err)
		})
	}
}

// play draws what happens, and lets it happen.
func (s *story) play() {
	at := 2 * time.Second
	for range rapid.IntRange(1, 60).Draw(s.t, "acts") {
		at += time.Duration(rapid.IntRange(1, 400).Draw(s.t, "gap")) * ms
		kind, which := rapid.IntRange(0, 7).Draw(s.t, "kind"), rapid.IntRange(0, 100).Draw(s.t, "which")
		s.At(at, func() { s.act(kind, which) })
	}
	s.Run(at + 10*time.Minute)
	require.Equal(s.t, s.asked, s.answered, "every request is answered")
	b := controllertest.Get(s.Cluster, s.budget)
	require.Empty(s.t, b.DisruptedPods, "nothing is under way for ever")
	require.Equal(s.t, []int{s.healthy(), s.desired()}, []int{b.CurrentHealthy, b.DesiredHealthy})
	require.EqualValues(s.t, max(0, s.healthy()-s.desired()), b.DisruptionsAllowed)
}

// TestBudgetsHold: where nothing takes time, a healthy pod is evicted only if enough others are healthy.
func TestBudgetsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStory(t, nil)
		s.Store.Observe(func(c *cluster.Change) {
			before, after := c.Pods()
			evicted := c.Reason == cluster.ReasonEvicted && before != nil && before.Status.Ready && (after == nil || after.Deleting)
			if evicted && s.healthy() < s.desired() {
				s.Engine.Fail(fmt.Errorf("%d healthy after an eviction, %d desired", s.healthy(), s.desired()))
			}
		})
		s.play()
	})
}

// TestBudgetsAreNotOverdrawn: whatever takes how long, a request takes one of what the newest version of its budget has.
func TestBudgetsAreNotOverdrawn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := rapid.Uint64().Draw(t, "latency")
		s := newStory(t, func() time.Duration {
			src = src*6364136223846793005 + 1442695040888963407
			return time.Duration(src>>40) % (20 * ms)
		})
		s.Store.Observe(func(c *cluster.Change) {
			if c.Reason != eviction.ReasonTaken {
				return
			}
			before, after := c.Old.(*cluster.PodDisruptionBudget), c.New.(*cluster.PodDisruptionBudget)
			if before.DisruptionsAllowed < 1 || after.DisruptionsAllowed != before.DisruptionsAllowed-1 || len(after.DisruptedPods) < len(before.DisruptedPods) {
				s.Engine.Fail(fmt.Errorf("from %+v to %+v", before, after))
			}
		})
		s.play()
	})
}
