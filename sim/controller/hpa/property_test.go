package hpa

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// journal is what the replicas of a target have been: a step function.
type journal struct {
	at       []sim.Time
	replicas []int
}

func (j *journal) note(at sim.Time, replicas int) {
	j.at, j.replicas = append(j.at, at), append(j.replicas, replicas)
}

// before returns the replicas at an instant, its own change included.
func (j *journal) before(at sim.Time) int {
	n := j.replicas[0]
	for i := range j.at {
		if j.at[i] <= at {
			n = j.replicas[i]
		}
	}
	return n
}

// furthest is how far policies let the replicas go at an instant.
func furthest(policies []cluster.ScalingPolicy, choice cluster.SelectPolicy, j *journal, now sim.Time, grow bool) int {
	var all []int
	for i := range policies {
		all = append(all, allowed(&policies[i], j.before(now.Add(-policies[i].Period)), grow))
	}
	widest := all[0]
	for _, n := range all {
		if (n > widest) == (grow == (choice != cluster.SelectMin)) {
			widest = n
		}
	}
	return widest
}

var policyGen = rapid.Custom(func(t *rapid.T) cluster.ScalingPolicy {
	return cluster.ScalingPolicy{Percent: rapid.Bool().Draw(t, "percent"), Value: rapid.IntRange(1, 120).Draw(t, "value"),
		Period: time.Duration(rapid.IntRange(1, 300).Draw(t, "period")) * time.Second}
})

// TestStaysWithinItsLimits: whatever the load, the replicas stay within the bounds, and never move faster than the policies,
// or the limit of growth without them, allow.
func TestStaysWithinItsLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int64Range(0, 60000), 1, 20).Draw(t, "load")
		l := &load{total: func(now sim.Time) int64 { return values[int(now/minute)%len(values)] }}
		least := rapid.IntRange(1, 10).Draw(t, "least")
		most := rapid.IntRange(least, 60).Draw(t, "most")
		begin := rapid.IntRange(least, most).Draw(t, "begin")
		policies := rapid.SliceOfN(policyGen, 0, 3).Draw(t, "policies")
		choice := rapid.SampledFrom([]cluster.SelectPolicy{"", cluster.SelectMin}).Draw(t, "choice")
		window := time.Duration(rapid.IntRange(0, 120).Draw(t, "window")) * time.Second
		var opts controller.Options
		if rapid.Bool().Draw(t, "slow") {
			opts = controller.Options{QPS: 20, Burst: 30, CallLatency: func() time.Duration { return 8 * time.Millisecond }, WatchLatency: func() time.Duration { return 4 * time.Millisecond }}
		}
		w, _ := newWorld(t, begin, defaults(l), opts)
		l.store, w.start = w.store, time.Duration(rapid.IntRange(0, 40).Draw(t, "start"))*time.Second
		w.autoscale(t, least, most, func(h *cluster.HorizontalPodAutoscaler) {
			if rapid.Bool().Draw(t, "linear") {
				h.Annotations = map[string]string{AnnotationRecommender: "linear"}
			}
			if len(policies) > 0 {
				r := &cluster.ScalingRules{Policies: policies, Select: choice, Stabilization: &window}
				h.Behavior = &cluster.ScalingBehavior{ScaleUp: r, ScaleDown: r}
			}
		})
		var j journal
		j.note(0, begin)
		w.store.Observe(func(c *cluster.Change) {
			if c.Reason != cluster.ReasonScaled {
				return
			}
			from, to := c.Old.(*cluster.Deployment).Replicas, c.New.(*cluster.Deployment).Replicas
			require.NotEqual(t, from, to)
			require.GreaterOrEqual(t, to, least)
			require.LessOrEqual(t, to, most)
			switch grow := to > from; {
			case len(policies) == 0 && grow:
				require.LessOrEqual(t, to, max(2*from, 4))
			case len(policies) > 0 && grow:
				require.LessOrEqual(t, to, furthest(policies, choice, &j, c.At, true))
			case len(policies) > 0:
				require.GreaterOrEqual(t, to, furthest(policies, choice, &j, c.At, false))
			}
			j.note(c.At, to)
		})
		w.run(t, 20*time.Minute)
		s := w.status()
		require.Len(t, s.CurrentMetrics, 1)
		require.Equal(t, w.replicas(), s.DesiredReplicas)
	})
}

// TestSharedAgreesWithLooking: the remembered answer to whose pods are whose is what comparing all labels gives.
func TestSharedAgreesWithLooking(t *testing.T) {
	apps := []string{"a", "b", "c"}
	rapid.Check(t, func(t *rapid.T) {
		store := cluster.NewStore(sim.New(1))
		var o overlaps
		views := make([]view, 3)
		selectors := make([]*cluster.Selector, len(views))
		for i := range views {
			selectors[i] = cluster.SelectLabels(cluster.Labels{"app": rapid.SampledFrom(apps).Draw(t, "app")})
		}
		follow := func(i int) {
			o.follow(store, &views[i], cluster.NamespacedName{Namespace: "ns", Name: apps[i]}, selectors[i])
		}
		n := 0
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			i := rapid.IntRange(0, len(views)-1).Draw(t, "view")
			switch pods := store.List(cluster.KindPod); rapid.IntRange(0, 4).Draw(t, "step") {
			case 0:
				n++
				p := &cluster.Pod{Spec: webSpec}
				p.Namespace, p.Name, p.Labels = "ns", string(rune('A'+n)), cluster.Labels{"app": rapid.SampledFrom(apps).Draw(t, "label")}
				require.NoError(t, store.Create(p, cluster.ReasonCreated))
			case 1:
				if len(pods) > 0 {
					require.NoError(t, store.Delete(cluster.KeyOf(pods[n%len(pods)]), cluster.ReasonKilled))
				}
			case 2:
				o.close(&views[i])
			case 3:
				selectors[i] = cluster.SelectLabels(cluster.Labels{"app": rapid.SampledFrom(apps).Draw(t, "app")})
				follow(i)
			default:
				follow(i)
			}
			for i := range views {
				if views[i].pods == nil {
					continue
				}
				var want []cluster.NamespacedName
				for j := range views {
					for _, p := range store.List(cluster.KindPod) {
						both := selectors[i].Matches(p.Meta().Labels) && selectors[j].Matches(p.Meta().Labels)
						if views[j].pods != nil && j != i && both {
							want = append(want, views[j].name)
							break
						}
					}
				}
				got := o.of(&views[i])
				if want == nil {
					require.Empty(t, got)
					continue
				}
				require.Subset(t, got, want)
				require.Len(t, got, len(want)+1)
			}
		}
	})
}
