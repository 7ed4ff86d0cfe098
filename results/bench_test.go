package results

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// lives returns the changes of the lives of pods on one node: created, bound, started, completed, removed.
func lives(b *testing.B, pods int) []*cluster.Change {
	engine := sim.New(1)
	store := cluster.NewStore(engine)
	var changes []*cluster.Change
	store.Observe(func(c *cluster.Change) { changes = append(changes, c) })
	w := &world{t: b, engine: engine, store: store}
	w.addNode(makeNode("n", 1<<40, 0))
	spec := makeSpec(100)
	for i := range pods {
		name := podName(i)
		w.addPod(makePod(name, spec))
		w.at(time.Duration(i+1) * time.Second)
		w.bind(name, "n", 0)
		w.start(name)
		w.end(name, cluster.Succeeded, "")
		w.remove(name, cluster.ReasonCleanedUp)
	}
	return changes
}

// BenchmarkOnChange measures one change, averaged over the five changes of a pod's life:
//
//	go test -run '^$' -bench OnChange -benchmem ./results
func BenchmarkOnChange(b *testing.B) {
	const pods = 10_000
	changes := lives(b, pods)
	for _, mode := range []struct {
		name string
		cfg  Config
	}{
		{"summary", Config{}},
		{"rows", Config{Dir: "x"}},
		{"rows+events", Config{Dir: "x", Events: true}},
		{"rows+series", Config{Dir: "x", SampleEvery: time.Minute}},
	} {
		b.Run(mode.name, func(b *testing.B) {
			if mode.cfg.Dir != "" {
				mode.cfg.Dir = b.TempDir()
			}
			b.ReportAllocs()
			for i := 0; i < b.N; {
				rec, err := NewRecorder(mode.cfg)
				require.NoError(b, err)
				for _, c := range changes[:min(len(changes), b.N-i)] {
					rec.OnChange(c)
					i++
				}
				rec.Discard()
			}
		})
	}
}
