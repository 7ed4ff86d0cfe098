package deployment_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/deployment"
)

// givenUpAfter returns how long a rollout that hangs goes on, if it begins so long after another.
func givenUpAfter(t *testing.T, begin sim.Time) time.Duration {
	late := life{start: func(*rand.Rand) time.Duration { return 2 * time.Second }}
	w := newWorld(t, 1, controller.Options{QPS: 20, Burst: 30, CallLatency: func() time.Duration { return 5 * time.Millisecond }}, late)
	w.create(&cluster.Deployment{Replicas: 60, MaxSurge: percent(25), MaxUnavailable: percent(25), ProgressDeadline: time.Minute, RevisionHistoryLimit: 2})
	var at sim.Time
	w.store.Observe(func(c *cluster.Change) {
		d, ok := c.New.(*cluster.Deployment)
		for i := 0; ok && at == 0 && i < len(d.Status.Conditions); i++ {
			if d.Status.Conditions[i].Reason == deployment.ProgressDeadlineExceeded {
				at = c.At
			}
		}
	})
	w.run(begin)
	w.unready = func(*cluster.Pod) bool { return true }
	w.setImage("v2")
	w.run(begin + 200*second)
	require.NotZero(t, at)
	return at.Sub(begin)
}

// When a rollout is given up does not depend on when the one before it began: of a queue's requests for a time the earliest
// counts, and a check of the first rollout may still be to come when the second begins. A recorded rollout that began at
// 187.8 s and made its last progress a second later was given up at 248.8 s.
func TestDeadlineOfASecondRollout(t *testing.T) {
	want := givenUpAfter(t, 100*second)
	require.InDelta(t, 61, want.Seconds(), 0.1)
	for _, begin := range []sim.Time{20, 33, 45, 58} {
		require.InDelta(t, want.Seconds(), givenUpAfter(t, begin*second).Seconds(), 0.1, "begun at %d s", begin)
	}
}
