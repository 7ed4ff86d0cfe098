package controller

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// What is remembered of objects of which events were written does not grow for ever, and forgetting changes nothing: an
// object of which much is said has its 25 events and one in 5 minutes.
func TestLimitsAreForgotten(t *testing.T) {
	engine := sim.New(1)
	c := New("c", engine, cluster.NewStore(engine), nil, Options{QPS: 20, Burst: 30})
	most, said, busy := 0, 0, cluster.UID(1<<40)
	for uid := range cluster.UID(50_000) {
		require.True(t, c.mayRecord(uid))
		for c.mayRecord(busy) {
			said++
		}
		most = max(most, len(c.recorder.about))
		require.NoError(t, engine.Run(engine.Now().Add(time.Second)))
	}
	require.LessOrEqual(t, most, fewLimits+1)
	require.InDelta(t, 25+50_000/300, said, 1)
}
