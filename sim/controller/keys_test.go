package controller

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

type idle struct{ after time.Duration }

func (i *idle) Reconcile(sim.Time, cluster.NamespacedName, *Calls) (Result, error) {
	defer func() { i.after = 0 }()
	return Result{RequeueAfter: i.after}, nil
}

// What is known of a name is forgotten when nothing is to be done for it, after a timer too.
func TestKeysAreForgotten(t *testing.T) {
	engine := sim.New(1)
	c := New("idle", engine, cluster.NewStore(engine), &idle{after: time.Second}, Options{})
	c.Enqueue(cluster.NamespacedName{Name: "a"})
	c.EnqueueAfter(cluster.NamespacedName{Name: "b"}, time.Minute)
	require.NoError(t, engine.Run(0))
	require.Len(t, c.keys, 2)
	require.NoError(t, engine.Run(sim.Never))
	require.Empty(t, c.keys)
}

func TestBackoffDoubles(t *testing.T) {
	for failures, want := range map[int]time.Duration{
		1: 5 * time.Millisecond, 2: 10 * time.Millisecond, 8: 640 * time.Millisecond, 18: 655360 * time.Millisecond, 19: 1000 * time.Second, 64: 1000 * time.Second,
	} {
		require.Equal(t, want, backoff(firstBackoff, mostBackoff, failures), "%d failures", failures)
	}
}
