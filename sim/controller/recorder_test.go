package controller_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// recording runs one reconcile with n calls, one after the other, that are recorded about the given objects in turn, and
// returns the times at which they were made.
func recording(t *testing.T, opts controller.Options, n int, fail error, about ...cluster.UID) []string {
	var c *controller.Controller
	p, c := newProbe(opts, func(p *probe, _ string, calls *controller.Calls) (controller.Result, error) {
		for i := range n {
			err := map[bool]error{true: fail}[i == n-1]
			calls.Do(c.Recorded(about[i%len(about)], p.call(fmt.Sprint(i), err)))
		}
		return controller.Result{}, nil
	})
	c.Enqueue(name("a"))
	require.NoError(t, p.engine.Run(sim.Time(time.Minute)))
	return p.log[1:]
}

// Each call is followed by an event about it: every other token is an event's.
func TestEventsTakeTokens(t *testing.T) {
	opts := controller.Options{QPS: 10, Burst: 1}
	require.Equal(t, []string{"0s 0", "200ms 1", "400ms 2", "600ms 3"}, recording(t, opts, 4, nil, 1))
}

// An unlimited client is not slowed down.
func TestEventsOfAnUnlimitedClient(t *testing.T) {
	opts := controller.Options{CallLatency: func() time.Duration { return 10 * ms }}
	require.Equal(t, []string{"10ms 0", "20ms 1", "30ms 2"}, recording(t, opts, 3, nil, 1))
}

// Of one object 25 events are written, and then one in 5 minutes: from then on all tokens are the calls'.
func TestEventsAboutOneObjectAreLimited(t *testing.T) {
	opts := controller.Options{QPS: 10, Burst: 1}
	rate := func(log []string, last int) time.Duration {
		var a, b string
		_, _ = fmt.Sscan(log[len(log)-1-last], &a)
		_, _ = fmt.Sscan(log[len(log)-1], &b)
		from, err := time.ParseDuration(a)
		require.NoError(t, err)
		until, err := time.ParseDuration(b)
		require.NoError(t, err)
		return (until - from) / time.Duration(last)
	}
	require.Equal(t, 100*ms, rate(recording(t, opts, 100, nil, 1), 30))
	require.Greater(t, rate(recording(t, opts, 100, nil, 1, 2, 3, 4), 30), 120*ms, "of four objects 100 are")
}

// A call that fails has no event: the next token is that of the next try.
func TestNoEventAboutAFailure(t *testing.T) {
	log := recording(t, controller.Options{QPS: 1, Burst: 1}, 1, errRefused, 1)
	require.Equal(t, []string{"0s 0", "5ms sync a", "1s 0"}, log[:3])
}

func TestTryTake(t *testing.T) {
	l := controller.Limiter{QPS: 2, Burst: 2}
	var got []bool
	for _, at := range []time.Duration{0, 0, 0, 400 * ms, 500 * ms, 600 * ms, 10 * time.Second, 10 * time.Second, 10 * time.Second} {
		got = append(got, l.TryTake(sim.Time(at)))
	}
	require.Equal(t, []bool{true, true, false, false, true, false, true, true, false}, got)
	var none controller.Limiter
	require.True(t, none.TryTake(0))
}
