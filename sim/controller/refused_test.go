package controller

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// stubborn writes once, and is refused once.
type stubborn struct{ log []time.Duration }

func (r *stubborn) Reconcile(_ sim.Time, _ cluster.NamespacedName, calls *Calls) (Result, error) {
	note := func(s *cluster.Store) error {
		r.log = append(r.log, time.Duration(s.Now()))
		return nil
	}
	calls.Do(func(s *cluster.Store) error { return Refused(note) })
	calls.Finally(note)
	return Result{}, nil
}

// TestRefused: a refused write is no error; it costs two more calls before all others, with and without latency.
func TestRefused(t *testing.T) {
	for latency, want := range map[time.Duration][]time.Duration{
		0:                     {0, 0},
		10 * time.Millisecond: {30 * time.Millisecond, 40 * time.Millisecond},
	} {
		engine := sim.New(0)
		store := cluster.NewStore(engine)
		r := &stubborn{}
		opts := Options{}
		if latency > 0 {
			opts.CallLatency = func() time.Duration { return latency }
		}
		c := New("stubborn", engine, store, r, opts)
		c.Enqueue(cluster.NamespacedName{Name: "x"})
		require.NoError(t, engine.Run(sim.Never))
		require.Equal(t, want, r.log)
		_, failed := c.Syncs()
		require.Zero(t, failed)
	}
}
