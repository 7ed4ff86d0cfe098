package hpa

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// steps records every change of the target's replicas and of the status' conditions.
func (w *world) steps() *[]string {
	var log []string
	w.store.Observe(func(c *cluster.Change) {
		old, was := c.Old.(*cluster.Deployment)
		if d, is := c.New.(*cluster.Deployment); was && is && old.Replicas != d.Replicas {
			log = append(log, sim.Time(c.At).String()+" "+string(c.Reason))
		}
	})
	return &log
}

func reasons(s cluster.AutoscalerStatus) map[string]string {
	m := map[string]string{}
	for _, c := range s.Conditions {
		m[c.Type] = map[bool]string{true: "True/", false: "False/"}[c.Status] + c.Reason
	}
	return m
}

func flat(millicores int64) func(sim.Time) int64 { return func(sim.Time) int64 { return millicores } }

// TestNothingWithoutAutoscalers: without an object there is no event.
func TestNothingWithoutAutoscalers(t *testing.T) {
	w, c := newWorld(t, 3, defaults(nil), controller.Options{})
	require.NoError(t, w.engine.Run(sim.Never))
	require.Less(t, w.engine.Now(), sim.Time(time.Second))
	begun, _ := c.Syncs()
	require.Zero(t, begun)
}

// TestSyncs: the first look comes a period after the creation, the next ones a period after the end of each.
func TestSyncs(t *testing.T) {
	for _, test := range []struct {
		name string
		opts controller.Options
		want []string
	}{
		{"at once", controller.Options{}, []string{"20s", "35s", "50s"}},
		{"late", controller.Options{WatchLatency: func() time.Duration { return time.Second }, CallLatency: func() time.Duration { return 100 * time.Millisecond }},
			// all syncs read for 100 ms; the first writes scale and status too, the second the status
			[]string{"21.1s", "36.4s", "51.6s"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var syncs []string
			l := &load{alone: func(now sim.Time) int64 {
				syncs = append(syncs, now.String())
				return 1000
			}}
			w, _ := newWorld(t, 2, defaults(l), test.opts)
			l.store = w.store
			w.engine.At(sim.Time(5*time.Second), sim.PhaseArrive, sim.Func{Name: "create", Do: func(sim.Time) { w.autoscale(t, 1, 4, nil) }})
			// A change of the object does not bring a look forward.
			w.engine.At(sim.Time(25*time.Second), sim.PhaseArrive, sim.Func{Name: "edit", Do: func(sim.Time) {
				require.NoError(t, cluster.Edit(w.store, cluster.KeyOf(w.hpa), cluster.ReasonUpdated, func(h *cluster.HorizontalPodAutoscaler) { h.Generation++ }))
			}})
			w.run(t, 60*time.Second)
			require.Equal(t, test.want, slices.Compact(syncs))
			require.Equal(t, 4, w.replicas())
		})
	}
}

// TestGrowsAndShrinks: a load that comes and goes. Growth is at most as much again; shrinking waits for five minutes.
func TestGrowsAndShrinks(t *testing.T) {
	l := &load{total: func(now sim.Time) int64 {
		if now >= sim.Time(time.Minute) && now < sim.Time(2*time.Minute) {
			return 8000
		}
		return 1000
	}}
	w, _ := newWorld(t, 2, defaults(l), controller.Options{})
	l.store = w.store
	w.autoscale(t, 2, 20, nil)
	log := w.steps()
	w.run(t, 65*time.Second)
	require.Equal(t, map[string]string{AbleToScale: "True/SucceededRescale", ScalingActive: "True/ValidMetricFound", ScalingLimited: "True/ScaleUpLimit"}, reasons(w.status()))
	require.Equal(t, 4, w.replicas())
	w.run(t, 110*time.Second)
	require.Equal(t, 16, w.replicas())
	w.run(t, 130*time.Second)
	require.Equal(t, map[string]string{AbleToScale: "True/ScaleDownStabilized", ScalingActive: "True/ValidMetricFound", ScalingLimited: "False/DesiredWithinRange"}, reasons(w.status()))
	w.run(t, 10*time.Minute)
	require.Equal(t, []string{"1m0s Scaled", "1m15s Scaled", "1m30s Scaled", "7m0s Scaled"}, *log)
	require.Equal(t, 2, w.replicas())
	s := w.status()
	require.True(t, s.Scaled)
	require.Equal(t, sim.Time(7*time.Minute), s.LastScaleTime)
	require.Equal(t, []cluster.MetricStatus{{Source: cluster.ResourceMetric, Name: "cpu", Utilization: 50, MilliValue: 500, HasUtilization: true, Average: true}}, s.CurrentMetrics)
}

// TestBehavior: two pods a minute, down at once.
func TestBehavior(t *testing.T) {
	none := time.Duration(0)
	l := &load{total: func(now sim.Time) int64 {
		if now < sim.Time(3*time.Minute) {
			return 8000
		}
		return 100
	}}
	w, _ := newWorld(t, 2, defaults(l), controller.Options{})
	l.store = w.store
	w.autoscale(t, 1, 20, func(h *cluster.HorizontalPodAutoscaler) {
		h.Behavior = &cluster.ScalingBehavior{ScaleUp: &cluster.ScalingRules{Policies: []cluster.ScalingPolicy{{Value: 2, Period: time.Minute}}},
			ScaleDown: &cluster.ScalingRules{Stabilization: &none}}
	})
	log := w.steps()
	w.run(t, 4*time.Minute)
	require.Equal(t, []string{"15s Scaled", "1m15s Scaled", "2m15s Scaled", "3m0s Scaled"}, *log)
	require.Equal(t, 1, w.replicas())
}

// TestWhatIsWrong: conditions and statuses of autoscalers that cannot scale.
func TestWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		name     string
		replicas int
		metrics  Metrics
		edit     func(*cluster.HorizontalPodAutoscaler)
		want     map[string]string
		after    int
	}{
		{"no metrics", 2, nil, nil, map[string]string{AbleToScale: "True/SucceededGetScale", ScalingActive: "False/FailedGetResourceMetric"}, 2},
		{"no target", 2, nil, func(h *cluster.HorizontalPodAutoscaler) { h.Target.Name = "other" }, map[string]string{AbleToScale: "False/FailedGetScale"}, 2},
		{"a target of a kind without a scale", 2, nil, func(h *cluster.HorizontalPodAutoscaler) { h.Target.Kind = "Rollout" }, map[string]string{AbleToScale: "False/FailedGetScale"}, 2},
		{"switched off", 0, nil, nil, map[string]string{AbleToScale: "True/SucceededGetScale", ScalingActive: "False/ScalingDisabled"}, 0},
		{"below the least", 1, nil, func(h *cluster.HorizontalPodAutoscaler) { h.MinReplicas = 3 }, map[string]string{AbleToScale: "True/SucceededGetScale", ScalingActive: "False/FailedGetResourceMetric"}, 3},
		{"above the most", 9, nil, nil, map[string]string{AbleToScale: "True/SucceededGetScale", ScalingActive: "False/FailedGetResourceMetric"}, 5},
		{"unknown recommender", 2, nil, func(h *cluster.HorizontalPodAutoscaler) {
			h.Annotations = map[string]string{AnnotationRecommender: "oracle"}
		}, map[string]string{AbleToScale: "True/SucceededGetScale", ScalingActive: "False/InvalidRecommender"}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, _ := newWorld(t, c.replicas, defaults(c.metrics), controller.Options{})
			w.autoscale(t, 1, 5, c.edit)
			w.run(t, 40*time.Second)
			require.Equal(t, c.want, reasons(w.status()))
			require.Equal(t, c.after, w.replicas())
			changes := w.store.Changes()
			w.run(t, 5*time.Minute)
			require.Equal(t, changes, w.store.Changes(), "what stays the same is not written")
		})
	}
}

// TestTransitionTimes: a condition's time is that of its status, in whole seconds, not of its reason.
func TestTransitionTimes(t *testing.T) {
	l := &load{alone: flat(500)}
	w, _ := newWorld(t, 2, defaults(l), controller.Options{WatchLatency: func() time.Duration { return 300 * time.Millisecond }})
	l.store = w.store
	w.autoscale(t, 1, 5, nil)
	w.run(t, time.Minute)
	l.alone = flat(10)
	w.run(t, 2*time.Minute)
	for _, c := range w.status().Conditions {
		require.Equal(t, sim.Time(15*time.Second), c.LastTransitionTime, c.Type)
	}
	require.Equal(t, "True/ScaleDownStabilized", reasons(w.status())[AbleToScale])
}

// TestToZeroAndBack: an autoscaler of an external metric switches its target off, and on again. One that a user has
// switched off stays so.
func TestToZeroAndBack(t *testing.T) {
	queue := &fake{external: map[string][]Sample{"queue": {{MilliValue: 0}}}}
	w, _ := newWorld(t, 2, defaults(queue), controller.Options{})
	w.autoscale(t, 0, 5, func(h *cluster.HorizontalPodAutoscaler) {
		h.Metrics = []cluster.MetricSpec{{Source: cluster.ExternalMetric, Metric: "queue", Target: cluster.AverageValueTarget, MilliValue: 10000}}
	})
	w.run(t, 6*time.Minute)
	require.Equal(t, 0, w.replicas())
	require.Equal(t, "True/ScaledToZero", reasons(w.status())[ScaledToZero])
	queue.external["queue"] = []Sample{{MilliValue: 12000}, {MilliValue: 13000}}
	w.run(t, 7*time.Minute)
	require.Equal(t, 3, w.replicas())
	require.Equal(t, "False/NotScaledToZero", reasons(w.status())[ScaledToZero])
	require.NoError(t, w.store.SetScale(cluster.KeyOf(w.target), 0, cluster.ReasonUpdated))
	w.run(t, 20*time.Minute)
	require.Equal(t, 0, w.replicas())
	require.Equal(t, "False/ScalingDisabled", reasons(w.status())[ScalingActive])
}

// TestSharedPods: two autoscalers of the same pods both stand still, until one of them is gone.
func TestSharedPods(t *testing.T) {
	l := &load{alone: flat(900)}
	w, _ := newWorld(t, 2, defaults(l), controller.Options{})
	l.store = w.store
	w.autoscale(t, 1, 5, nil)
	first := w.hpa
	w.autoscale(t, 1, 2, func(h *cluster.HorizontalPodAutoscaler) { h.Name = "other" })
	w.run(t, 31*time.Second)
	require.Equal(t, "False/AmbiguousSelector", reasons(w.status())[ScalingActive])
	require.NoError(t, w.store.Delete(cluster.KeyOf(first), cluster.ReasonDeleted))
	w.run(t, 46*time.Second)
	require.Equal(t, "True/ValidMetricFound", reasons(w.status())[ScalingActive])
}

// TestRecreated: of an object that is deleted nothing is remembered once its turn has come.
func TestRecreated(t *testing.T) {
	l := &load{alone: flat(500)}
	w, c := newWorld(t, 2, defaults(l), controller.Options{})
	l.store = w.store
	w.autoscale(t, 1, 5, nil)
	w.run(t, time.Minute)
	require.NoError(t, w.store.Delete(cluster.KeyOf(w.hpa), cluster.ReasonDeleted))
	require.NoError(t, w.engine.Run(sim.Never))
	begun, _ := c.Syncs()
	require.Equal(t, uint64(5), begun)
	l.alone = flat(10)
	w.autoscale(t, 1, 5, nil)
	w.run(t, 5*time.Minute)
	require.Equal(t, 2, w.replicas(), "the size at its first look counts for five minutes")
	w.run(t, 7*time.Minute)
	require.Equal(t, 1, w.replicas())
}

// TestTargetGoneMeanwhile: the target is deleted between the read and the write.
func TestTargetGoneMeanwhile(t *testing.T) {
	l := &load{alone: flat(1000)}
	w, _ := newWorld(t, 2, defaults(l), controller.Options{CallLatency: func() time.Duration { return time.Second }})
	l.store = w.store
	w.autoscale(t, 1, 5, nil)
	w.engine.At(sim.Time(16500*time.Millisecond), sim.PhaseWorld, sim.Func{Name: "delete", Do: func(sim.Time) {
		require.NoError(t, w.store.Delete(cluster.KeyOf(w.target), cluster.ReasonDeleted))
	}})
	w.run(t, 20*time.Second)
	require.Equal(t, "False/FailedUpdateScale", reasons(w.status())[AbleToScale])
	require.False(t, w.status().Scaled)
	w.run(t, 40*time.Second)
	require.Equal(t, "False/FailedGetScale", reasons(w.status())[AbleToScale])
}

func TestSyncPeriodIsAboveZero(t *testing.T) {
	require.PanicsWithValue(t, "hpa: sync period 0s", func() {
		engine := sim.New(1)
		New(engine, cluster.NewStore(engine), Config{}, controller.Options{})
	})
}
