package hpa

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/controller"
)

// BenchmarkReconcile is one sync of one autoscaler of 15 pods with nothing to be scaled, its timer and its worker
// included: with a status that stays as it is, with one that changes each time, and without metrics. Compare with
//
//	go test -run - -bench Reconcile -benchmem -count 6 ./sim/controller/hpa | benchstat -
func BenchmarkReconcile(b *testing.B) {
	for _, calls := range []bool{false, true} {
		for _, name := range []string{"steady", "varying", "none"} {
			b.Run(fmt.Sprintf("%s/latency=%v", name, calls), func(b *testing.B) {
				l := &load{alone: func(sim.Time) int64 { return 500 }}
				if name == "varying" {
					l.alone = func(now sim.Time) int64 { return 500 + int64(now/sim.Time(15*time.Second))%2*10 }
				}
				cfg := defaults(l)
				if name == "none" {
					cfg = defaults(nil)
				}
				var opts controller.Options
				if calls {
					opts = controller.Options{QPS: 20, Burst: 30, CallLatency: func() time.Duration { return 8 * time.Millisecond }}
				}
				w, c := newWorld(b, 15, cfg, opts)
				l.store = w.store
				w.autoscale(b, 1, 100, nil)
				w.run(b, time.Hour)
				begun, _ := c.Syncs()
				b.ReportAllocs()
				b.ResetTimer()
				require.NoError(b, w.engine.Run(sim.Time(time.Hour).Add(time.Duration(b.N)*(15*time.Second+10*time.Millisecond))))
				after, _ := c.Syncs()
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(after-begun), "ns/sync")
				require.Equal(b, 15, w.replicas())
			})
		}
	}
}
