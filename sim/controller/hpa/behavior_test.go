package hpa

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

func TestLimitWithoutBehavior(t *testing.T) {
	for _, c := range []struct {
		current, least, most, desired, want int
		why                                 limit
	}{
		{5, 1, 20, 7, 7, withinRange},
		{5, 1, 20, 11, 10, scaleUpLimit},
		{1, 1, 20, 9, 4, scaleUpLimit},
		{5, 1, 8, 11, 8, tooMany},
		{5, 3, 8, 2, 3, tooFew},
		{5, 1, 10, 10, 10, withinRange},
		{5, 1, 10, 11, 10, tooMany},
	} {
		got, why := bounds{c.current, c.least, c.most}.limited(c.desired)
		require.Equal(t, c.want, got, "%+v", c)
		require.Equal(t, c.why, why, "%+v", c)
	}
}

func TestPolicies(t *testing.T) {
	pods := func(n int, period time.Duration) cluster.ScalingPolicy {
		return cluster.ScalingPolicy{Value: n, Period: period}
	}
	percent := func(n int, period time.Duration) cluster.ScalingPolicy {
		return cluster.ScalingPolicy{Percent: true, Value: n, Period: period}
	}
	for _, c := range []struct {
		name       string
		choice     cluster.SelectPolicy
		policies   []cluster.ScalingPolicy
		ups, downs []scaleEvent
		current    int
		desired    int
		want       int
		why        limit
	}{
		{"pods", "", []cluster.ScalingPolicy{pods(2, time.Minute)}, nil, nil, 10, 20, 12, scaleUpLimit},
		{"per cent, rounded up", "", []cluster.ScalingPolicy{percent(1, time.Minute)}, nil, nil, 10, 20, 11, scaleUpLimit},
		{"the larger", "", []cluster.ScalingPolicy{pods(2, time.Minute), percent(50, time.Minute)}, nil, nil, 10, 20, 15, scaleUpLimit},
		{"the smaller", cluster.SelectMin, []cluster.ScalingPolicy{pods(2, time.Minute), percent(50, time.Minute)}, nil, nil, 10, 20, 12, scaleUpLimit},
		{"none", cluster.SelectDisabled, []cluster.ScalingPolicy{pods(2, time.Minute)}, nil, nil, 10, 20, 10, scaleUpLimit},
		{"what was added in the period counts", "", []cluster.ScalingPolicy{pods(5, time.Minute)}, []scaleEvent{{3, lookAt - minute/2}}, nil, 10, 20, 12, scaleUpLimit},
		{"what was added before does not", "", []cluster.ScalingPolicy{pods(5, time.Minute)}, []scaleEvent{{3, lookAt - minute}}, nil, 10, 20, 15, scaleUpLimit},
		{"what was removed gives room", "", []cluster.ScalingPolicy{pods(5, time.Minute)}, nil, []scaleEvent{{3, lookAt - minute/2}}, 10, 20, 18, scaleUpLimit},
		{"more was added than is allowed", "", []cluster.ScalingPolicy{pods(1, time.Minute)}, []scaleEvent{{3, lookAt - minute/2}}, nil, 10, 20, 10, scaleUpLimit},
		{"up to the most", "", []cluster.ScalingPolicy{pods(50, time.Minute)}, nil, nil, 10, 200, 40, tooMany},
		{"down by pods", "", []cluster.ScalingPolicy{pods(2, time.Minute)}, nil, nil, 10, 3, 8, scaleDownLimit},
		{"down by per cent, cut", "", []cluster.ScalingPolicy{percent(15, time.Minute)}, nil, nil, 10, 3, 8, scaleDownLimit},
		{"down by the smaller change", cluster.SelectMin, []cluster.ScalingPolicy{pods(1, time.Minute), percent(50, time.Minute)}, nil, nil, 10, 3, 9, scaleDownLimit},
		{"what was removed in the period counts", "", []cluster.ScalingPolicy{pods(3, time.Minute)}, nil, []scaleEvent{{2, lookAt - minute/2}}, 10, 3, 9, scaleDownLimit},
		{"down to the least", "", []cluster.ScalingPolicy{percent(100, time.Minute)}, nil, nil, 10, 1, 2, tooFew},
		{"within", "", []cluster.ScalingPolicy{percent(100, time.Minute)}, nil, nil, 10, 5, 5, withinRange},
		{"as it is", "", nil, nil, nil, 10, 10, 10, withinRange},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := complete(&cluster.ScalingRules{Select: c.choice, Policies: c.policies}, 0, nil)
			got, why := bounds{c.current, 2, 40}.limitedBy(lookAt, c.desired, &r, &r, &history{ups: c.ups, downs: c.downs})
			require.Equal(t, c.want, got)
			require.Equal(t, c.why, why)
		})
	}
}

func TestDefaultsOfBehavior(t *testing.T) {
	up, down := complete(nil, 0, defaultUp), complete(nil, 5*time.Minute, defaultDown)
	h := &history{}
	require.Equal(t, 5, up.limit(lookAt, 1, h, true), "four pods")
	require.Equal(t, 20, up.limit(lookAt, 10, h, true), "as many again")
	require.Equal(t, 0, down.limit(lookAt, 10, h, false))
	require.Equal(t, 5*time.Minute, down.stabilization)
	none := time.Duration(0)
	down = complete(&cluster.ScalingRules{Stabilization: &none}, 5*time.Minute, defaultDown)
	require.Zero(t, down.stabilization, "what is stated counts, 0 too")
}

func TestStabilization(t *testing.T) {
	seen := func(list ...int) *history { // a minute apart, the last a minute ago
		h := &history{}
		for i, n := range list {
			h.recommendations = append(h.recommendations, recommendation{n, lookAt - sim.Time(len(list)-i)*minute})
		}
		return h
	}
	h := seen(9, 7, 3)
	require.Equal(t, 7, h.highest(lookAt, 2, 2*time.Minute), "a recommendation on the window's edge counts")
	require.Equal(t, []int{2, 7, 3}, replicasOf(h), "what is too old is overwritten")
	require.Equal(t, 12, seen(9, 7).highest(lookAt, 12, time.Hour))

	for _, c := range []struct {
		name      string
		up, down  time.Duration
		current   int
		asked     int
		want      int
		remaining []int
	}{
		{"down to the highest of the window", 0, 5 * time.Minute, 10, 2, 9, []int{9, 7, 3, 2}},
		{"up to the lowest of the window", 5 * time.Minute, 0, 2, 8, 3, []int{9, 7, 3, 8}},
		{"between the two nothing moves", 5 * time.Minute, 5 * time.Minute, 6, 8, 6, []int{9, 7, 3, 8}},
		{"at once", 0, 0, 6, 8, 8, []int{9, 7, 8}},
		{"a recommendation on the window's edge does not count", 0, 3 * time.Minute, 10, 2, 7, []int{9, 7, 3, 2}},
		{"the last of those that are too old is overwritten", 0, 90 * time.Second, 10, 2, 3, []int{9, 2, 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := seen(9, 7, 3)
			require.Equal(t, c.want, h.stabilized(lookAt, c.current, c.asked, c.up, c.down))
			require.Equal(t, c.remaining, replicasOf(h))
		})
	}
}

func replicasOf(h *history) []int {
	var list []int
	for _, r := range h.recommendations {
		list = append(list, r.replicas)
	}
	return list
}

func TestScaleEvents(t *testing.T) {
	up, down := rules{longest: time.Minute}, rules{longest: 2 * time.Minute}
	h := &history{}
	h.scaled(0, 2, 5, &up, &down)
	h.scaled(minute, 5, 6, &up, &down)
	require.Equal(t, []scaleEvent{{3, 0}, {1, minute}}, h.ups, "one as old as the period is still needed")
	h.scaled(minute+1, 6, 4, &up, &down)
	require.Equal(t, []scaleEvent{{2, minute + 1}}, h.downs)
	h.scaled(minute+1, 4, 5, &up, &down)
	require.Equal(t, []scaleEvent{{1, minute + 1}, {1, minute}}, h.ups, "an older one is overwritten")
}
