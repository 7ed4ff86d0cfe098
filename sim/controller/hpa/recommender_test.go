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

func TestRecommendersByName(t *testing.T) {
	all := AllRecommenders()
	for _, c := range []struct {
		annotations map[string]string
		want        string // error
	}{
		{nil, ""},
		{map[string]string{AnnotationRecommender: Reactive}, ""},
		{map[string]string{AnnotationRecommender: "linear"}, ""},
		{map[string]string{AnnotationRecommender: "linear", AnnotationLookAhead: "90s", AnnotationHistorySize: "4"}, ""},
		{map[string]string{AnnotationRecommender: "oracle"}, `HorizontalPodAutoscaler /web: annotation wavetank.dev/recommender: unknown recommender "oracle" (known are linear, reactive)`},
		{map[string]string{AnnotationRecommender: "linear", AnnotationLookAhead: "soon"}, `annotation wavetank.dev/look-ahead: "soon" is no span of time above 0, such as 60s`},
		{map[string]string{AnnotationRecommender: "linear", AnnotationLookAhead: "-1s"}, `"-1s" is no span of time above 0`},
		{map[string]string{AnnotationRecommender: "linear", AnnotationHistorySize: "1"}, `annotation wavetank.dev/history-size: "1" is no number from 2 to 1000`},
		{map[string]string{AnnotationRecommender: "linear", AnnotationHistorySize: "many"}, `"many" is no number from 2 to 1000`},
	} {
		h := &cluster.HorizontalPodAutoscaler{}
		h.Name, h.Annotations = "web", c.annotations
		err := all.Check(h)
		if c.want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, strip(c.want))
	}
}

// strip cuts the empty namespace of an object by hand off.
func strip(s string) string {
	const odd = "HorizontalPodAutoscaler /web"
	if len(s) > len(odd) && s[:len(odd)] == odd {
		return "HorizontalPodAutoscaler web" + s[len(odd):]
	}
	return s
}

// feed gives a recommender one recommendation every 15 s and returns its last answer.
func feed(l *linear, asked ...int) int {
	last := 0
	for i, n := range asked {
		last = l.Recommend(&State{Now: sim.Time(i) * sim.Time(15*time.Second), Reactive: n})
	}
	return last
}

func TestLinear(t *testing.T) {
	for _, c := range []struct {
		name  string
		ahead time.Duration
		size  int
		asked []int
		want  int
	}{
		{"one is no trend", time.Minute, 6, []int{5}, 5},
		{"level", time.Minute, 6, []int{5, 5, 5, 5}, 5},
		{"rising by 2 a sync, four syncs ahead", time.Minute, 6, []int{2, 4, 6, 8}, 16},
		{"half a sync ahead, rounded up", 7500 * time.Millisecond, 6, []int{2, 3, 4}, 5},
		{"falling: what is asked for now", time.Minute, 6, []int{8, 6, 4, 2}, 2},
		{"the line goes between", 15 * time.Second, 6, []int{1, 3, 2, 4}, 5},
		{"what is long ago does not count", time.Minute, 3, []int{90, 50, 1, 2, 3}, 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, feed(&linear{ahead: c.ahead, size: c.size}, c.asked...))
		})
	}
}

// TestLinearNeverAsksForLess: it only ever adds to what the metrics ask for, and a level load is no trend.
func TestLinearNeverAsksForLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &linear{ahead: time.Duration(rapid.IntRange(1, 300).Draw(t, "ahead")) * time.Second, size: rapid.IntRange(2, 9).Draw(t, "size")}
		asked := rapid.SliceOfN(rapid.IntRange(0, 100), 1, 30).Draw(t, "asked")
		require.GreaterOrEqual(t, feed(l, asked...), asked[len(asked)-1])
		require.LessOrEqual(t, len(l.seen), l.size)
		level := rapid.IntRange(0, 100).Draw(t, "level")
		require.Equal(t, level, feed(&linear{ahead: l.ahead, size: l.size}, level, level, level))
	})
}

// TestLinearIsEarly: on a load that rises steadily there are always enough pods by the trend, and too few without it, as new
// pods take a minute to start.
func TestLinearIsEarly(t *testing.T) {
	overloaded := func(annotations map[string]string) (seconds int) {
		l := &load{total: func(now sim.Time) int64 { return 2000 + int64(now.Seconds())*10 }}
		w, _ := newWorld(t, 8, defaults(l), controller.Options{})
		l.store, w.start = w.store, time.Minute
		w.autoscale(t, 1, 100, func(h *cluster.HorizontalPodAutoscaler) { h.Annotations = annotations })
		for at := 5 * time.Minute; at < 20*time.Minute; at += time.Second {
			w.run(t, at)
			ready := int64(0)
			for _, o := range w.store.List(cluster.KindPod) {
				if o.(*cluster.Pod).Status.Ready {
					ready++
				}
			}
			if l.total(sim.Time(at)) > ready*request*55/100 {
				seconds++
			}
		}
		return seconds
	}
	reactive, linear := overloaded(nil), overloaded(map[string]string{AnnotationRecommender: "linear", AnnotationLookAhead: "90s"})
	require.Greater(t, reactive, 200)
	require.Less(t, linear, reactive/4)
}
