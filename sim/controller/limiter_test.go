package controller_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/controller"
)

// A burst of 30 calls at once, and then one each 50 ms: what kube-controller-manager's 20 calls a second come to.
func TestLimitedCalls(t *testing.T) {
	p, c := newProbe(controller.Options{QPS: 20, Burst: 30}, func(p *probe, _ string, calls *controller.Calls) (controller.Result, error) {
		var batch []controller.Call
		for range 60 {
			batch = append(batch, p.call("create", nil))
		}
		calls.SlowStart(batch)
		return controller.Result{}, nil
	})
	c.Enqueue(name("a"))
	require.NoError(t, p.engine.Run(sim.Never))
	want := []string{"0s sync a"}
	for i := range 60 {
		want = append(want, fmt.Sprintf("%v create", max(0, time.Duration(i-29)*50*ms)))
	}
	require.Equal(t, want, p.log)
	require.Equal(t, sim.Time(1500*ms), p.engine.Now())
}

// The bucket never gives more tokens than burst + qps * t in any span t, gives them in order, and gives at once what it
// has. It is compared with one that is refilled step by step.
func TestLimiterAgainstSteps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		qps, burst := rapid.IntRange(1, 50).Draw(t, "qps"), rapid.IntRange(1, 40).Draw(t, "burst")
		l := controller.Limiter{QPS: float64(qps), Burst: burst}
		// the dumb one: tokens in units of 1/1e9, one unit of time is a nanosecond
		tokens, now, last := int64(burst)*1e9, sim.Time(0), sim.Time(0)
		for range rapid.IntRange(1, 100).Draw(t, "takes") {
			step := rapid.SampledFrom([]int64{0, 0, 0, 1e6, 1e7, 1e9}).Draw(t, "pass")
			now += sim.Time(step)
			tokens = min(tokens+step*int64(qps), int64(burst)*1e9)
			tokens -= 1e9
			want := now
			if tokens < 0 {
				want += sim.Time((-tokens + int64(qps) - 1) / int64(qps))
			}
			given := l.Take(now)
			require.InDelta(t, float64(want), float64(given), 1000, "within a microsecond")
			require.GreaterOrEqual(t, given, last)
			last = given
		}
	})
}

func TestLimiterZeroLimitsNothing(t *testing.T) {
	var l controller.Limiter
	for range 1000 {
		require.Equal(t, sim.Time(5), l.Take(5))
	}
}
