package job_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/controllertest"
)

// BenchmarkJob runs one Job to its end, a hundred pods at a time. Compare with
//
//	go test -run - -bench Job -benchmem -count 6 ./sim/controller/job | benchstat -
func BenchmarkJob(b *testing.B) {
	for _, indexed := range []bool{false, true} {
		for _, pods := range []int{1000, 5000} {
			b.Run(fmt.Sprintf("indexed=%v/pods=%d", indexed, pods), func(b *testing.B) {
				for range b.N {
					w := newWorld(b, controller.Options{})
					j := newJob("j")
					j.Indexed, j.Parallelism, j.Completions = indexed, 100, &pods
					w.Create(j)
					w.Run(24 * time.Hour)
					require.Equal(b, pods, controllertest.Get[*cluster.Job](w.Cluster, j).Status.Succeeded)
				}
				b.ReportMetric(float64(b.N*pods)/b.Elapsed().Seconds(), "pods/s")
			})
		}
	}
}
