package app

import (
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/disruption"
	"github.com/wavetank/wavetank/sim/eviction"
	"github.com/wavetank/wavetank/workloads/actions"
)

// drains makes the disruption controller, and the driver that drains nodes. They draw from streams of their own.
func (t *timeline) drains(opts controller.Options) {
	call := t.drawn("call/disruption", t.latency.Call)
	// A status of a budget is written while nothing else goes on: it follows an eviction after 3-10 ms, and not after the
	// watch and the round trip of a burst, 8-16 ms.
	opts.CallLatency = func() time.Duration { return call() / 2 }
	disruption.New(t.engine, t.store, opts)
	if t.rec.Setup.Drain == nil {
		return
	}
	api := eviction.New(t.engine, t.store, t.drawn("call/eviction", t.latency.Call))
	d := &driver{t: t, nodes: t.rec.Setup.Drain.Nodes}
	d.drainer = actions.NewDrainer(actions.Config{
		Engine: t.engine, Store: t.store, Evict: api.Evict, CallLatency: t.drawn("call/driver", t.latency.Call),
	})
	t.engine.At(sim.Time(t.rec.Setup.Drain.At()), sim.PhaseArrive, sim.Func{Name: "driver", Do: d.next})
}

// driver drains the nodes of an experiment, one after the other.
type driver struct {
	t       *timeline
	drainer *actions.Drainer
	nodes   []string // that are still to be drained
}

func (d *driver) next(sim.Time) {
	if len(d.nodes) == 0 {
		return
	}
	node := d.nodes[0]
	d.nodes = d.nodes[1:]
	d.drainer.Drain(node, 0, func(now sim.Time, err error) {
		if err != nil {
			d.t.warnings = append(d.t.warnings, "drain of "+node+": "+err.Error())
		}
		d.next(now)
	})
}
