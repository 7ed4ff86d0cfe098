package controller_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
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

// Ready tells when TryTake will succeed, a microsecond late at most, and takes nothing.
func TestLimiterReady(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		qps := rapid.SampledFrom([]float64{0.01, 0.1, 0.3, 20}).Draw(t, "qps")
		l := controller.Limiter{QPS: qps, Burst: rapid.IntRange(1, 3).Draw(t, "burst")}
		now := sim.Time(0)
		for range 50 {
			ready := l.Ready(now)
			require.Equal(t, ready, l.Ready(now))
			require.Equal(t, ready == now, l.TryTake(now))
			if ready > now+2000 {
				require.False(t, l.TryTake(ready-2000))
				require.True(t, l.TryTake(ready))
			}
			now = ready + sim.Time(rapid.Int64Range(0, 1e10).Draw(t, "pass"))
		}
	})
}

func TestLimiterNeverReady(t *testing.T) {
	l := controller.Limiter{QPS: 1e-11, Burst: 1}
	require.True(t, l.TryTake(5))
	require.Equal(t, sim.Never, l.Ready(6))
	var none controller.Limiter
	require.Equal(t, sim.Time(7), none.Ready(7))
}

// Controllers that share a client share its limit.
func TestSharedClient(t *testing.T) {
	client := &controller.Limiter{QPS: 1, Burst: 1}
	var log []string
	engine := sim.New(1)
	store := cluster.NewStore(engine)
	for _, n := range []string{"a", "b"} {
		c := controller.New(n, engine, store, caller{n, &log, engine}, controller.Options{QPS: 1, Burst: 1, Client: client})
		c.Enqueue(name("x"))
	}
	require.NoError(t, engine.Run(sim.Never))
	require.Equal(t, []string{"0s a", "1s b"}, log)
}

// caller makes one call and writes down when.
type caller struct {
	name   string
	log    *[]string
	engine *sim.Engine
}

func (c caller) Reconcile(_ sim.Time, _ cluster.NamespacedName, calls *controller.Calls) (controller.Result, error) {
	calls.Do(func(*cluster.Store) error {
		*c.log = append(*c.log, c.engine.Now().String()+" "+c.name)
		return nil
	})
	return controller.Result{}, nil
}
