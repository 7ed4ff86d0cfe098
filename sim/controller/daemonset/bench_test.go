package daemonset_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/controllertest"
)

// BenchmarkDaemonSet makes the pods of a set on all nodes and updates them, a tenth at a time. Compare with
//
//	go test -run - -bench DaemonSet -benchmem -count 6 ./sim/controller/daemonset | benchstat -
func BenchmarkDaemonSet(b *testing.B) {
	for _, nodes := range []int{100, 1000} {
		b.Run(fmt.Sprintf("nodes=%d", nodes), func(b *testing.B) {
			for range b.N {
				c := newWorld(b, nodes, controller.Options{CallLatency: func() time.Duration { return time.Millisecond }})
				set := newSet()
				set.MaxUnavailable.Value = nodes / 10
				c.Create(set)
				c.At(time.Minute, func() { template(c, set, "agent2") })
				c.Run(10 * time.Minute)
				require.Equal(b, nodes, controllertest.Get(c, set).Status.Updated)
			}
			b.ReportMetric(float64(b.N*2*nodes)/b.Elapsed().Seconds(), "pods/s")
		})
	}
}
