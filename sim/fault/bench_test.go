package fault_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/fault"
)

// BenchmarkYear is a year of 10,000 nodes in 250 racks, each node failing once in 90 days and each rack once a year. It
// reports the cost of a failure, end and all, and how many events are pending: one for each node and rack, and one for
// each failure that lasts.
func BenchmarkYear(b *testing.B) {
	const day = 24 * time.Hour
	b.ReportAllocs()
	var failures int
	var pending int
	for range b.N {
		b.StopTimer()
		engine := sim.New(1)
		store := cluster.NewStore(engine)
		for i := range 10_000 {
			n := node(fmt.Sprint("n-", i), "z")
			n.Labels[cluster.LabelRack] = fmt.Sprint("r-", i/40)
			require.NoError(b, store.Create(n, cluster.ReasonCreated))
		}
		faults := fault.New(engine, store, fault.Config{Report: func(e fault.Event) {
			if e.Begin {
				failures++
			}
		}})
		b.StartTimer()
		require.NoError(b, faults.Start(fault.Process{Stream: "nodes", Effect: lose(everywhere{}), TimeBetween: mean(90 * day), Repair: mean(time.Hour)}))
		require.NoError(b, faults.Start(fault.Process{Stream: "racks", Effect: lose(everywhere{}), Domain: fault.Racks(""), TimeBetween: mean(365 * day), Repair: mean(3 * time.Hour)}))
		pending = max(pending, engine.Pending())
		require.NoError(b, engine.Run(sim.Time(365*day)))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(failures), "ns/failure")
	b.ReportMetric(float64(pending)/10_250, "pending/unit")
}
