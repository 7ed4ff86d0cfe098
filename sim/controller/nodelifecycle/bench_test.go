package nodelifecycle_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/nodelifecycle"
)

// A zone of a third of 5,000 nodes fails for an hour. What is measured is the controller alone, without pods.
func BenchmarkZoneOutage(b *testing.B) {
	for _, nodes := range []int{500, 5000} {
		b.Run(fmt.Sprintf("nodes=%d", nodes), func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				w := newWorld(b, nodelifecycle.DefaultConfig(), controller.Options{QPS: 20, Burst: 30})
				w.story = nil
				var zone []string
				for i := range nodes {
					name := fmt.Sprintf("n%d", i)
					w.node(name, string(rune('a'+i%3)))
					if i%3 == 0 {
						zone = append(zone, name)
					}
				}
				w.fail(100*sec, zone...)
				w.recover(3700*sec, zone...)
				w.runOut()
				b.ReportMetric(float64(w.engine.Events()), "events")
			}
		})
	}
}

// A change of a node that is well must cost nothing worth speaking of.
func BenchmarkHealthyChange(b *testing.B) {
	engine := sim.New(1)
	store := cluster.NewStore(engine)
	nodelifecycle.New(engine, store, nodelifecycle.DefaultConfig(), controller.Options{})
	w := &world{t: b, engine: engine, store: store}
	w.nodes("a", 100)
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, store.EditNode("a7", cluster.ReasonUpdated, func(*cluster.Node) {}))
	}
	require.Zero(b, engine.Events())
}
