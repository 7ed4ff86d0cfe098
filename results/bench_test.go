package results

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/framework"
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

// BenchmarkOnDecision measures a decision that placed its pod, one that did not, and one that did not while the log of
// events has to find out whether its message is news.
func BenchmarkOnDecision(b *testing.B) {
	for _, mode := range []struct {
		name   string
		events bool
		node   string
	}{{"placed", false, "n"}, {"unschedulable", false, ""}, {"unschedulable+events", true, ""}} {
		b.Run(mode.name, func(b *testing.B) {
			cfg := Config{}
			if mode.events {
				cfg = Config{Dir: b.TempDir(), Events: true}
			}
			w := newWorld(b, cfg)
			w.addPod(makePod("a", makeSpec(100)))
			d := &framework.Decision{Pod: w.key("a"), Node: mode.node, Nodes: 1000, Rejections: []framework.Rejection{
				{Plugin: "NodeResourcesFit", Code: framework.Unschedulable, Reason: "Insufficient cpu", Nodes: 900},
				{Plugin: "TaintToleration", Code: framework.Unschedulable, Reason: "node(s) had untolerated taint", Nodes: 100},
			}}
			b.ReportAllocs()
			for b.Loop() {
				w.rec.OnDecision(d)
			}
			w.rec.Discard()
		})
	}
}
