package app

import (
	"math"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller/hpa"
	"github.com/wavetank/wavetank/workloads/recording"
)

// demandEvery is the time between two samples of a recorded demand, and the window that each is said to be of.
const demandEvery = 15 * time.Second

// demandMetrics is the metrics API of a recording: a demand for cpu, split evenly over the pods of its target that are
// ready when a sample is taken.
type demandMetrics struct {
	t      *timeline
	demand *recording.Demand
	end    sim.Time
	pods   *cluster.Selection // nil until the target is there

	at       sim.Time
	share    int64 // of each pod, in thousandths of a core
	measured map[cluster.UID]bool
}

// sampleDemand takes samples of a recorded demand, from the beginning of the recording to its end. Without a demand there is
// no metrics API.
func (t *timeline) sampleDemand() hpa.Metrics {
	if t.rec.Setup.Demand == nil {
		return nil
	}
	d := &demandMetrics{t: t, demand: t.rec.Setup.Demand, end: sim.Time(t.rec.End()), measured: map[cluster.UID]bool{}}
	t.engine.At(0, sim.PhaseWorld, d)
	return d
}

// Fire implements sim.Event: a sample is taken.
func (d *demandMetrics) Fire(now sim.Time) {
	clear(d.measured)
	d.at, d.share = now, 0
	for _, p := range d.targets() {
		if p.Status.Phase == cluster.Running && p.Status.Ready {
			d.measured[p.UID] = true
		}
	}
	if n := len(d.measured); n > 0 {
		d.share = int64(math.Round(float64(d.demand.At(time.Duration(now))) / float64(n)))
	}
	if next := now.Add(demandEvery); next <= d.end {
		d.t.engine.At(next, sim.PhaseWorld, d)
	}
}

// String names the event in the log.
func (d *demandMetrics) String() string { return "sample of the demand on " + d.demand.Target }

func (d *demandMetrics) targets() []*cluster.Pod {
	if d.pods == nil {
		scale, ok := cluster.ScaleOf(d.target())
		if !ok {
			return nil
		}
		d.pods = d.t.store.Select(d.target().Meta().Namespace, scale.Selector)
	}
	return d.pods.Pods()
}

// target returns the object that the demand is on, whatever its namespace.
func (d *demandMetrics) target() cluster.Object {
	kind, name := d.demand.Object()
	for _, o := range d.t.store.List(cluster.KindNamed(kind)) {
		if o.Meta().Name == name {
			return o
		}
	}
	return nil
}

// Resource implements hpa.Metrics. The demand is met by all containers of a pod together, or by the only one.
func (d *demandMetrics) Resource(p *cluster.Pod, container string, resource cluster.ResourceName) (hpa.Sample, bool) {
	if resource != cluster.CPU || !d.measured[p.UID] || container != "" && len(p.Spec.Containers) > 1 {
		return hpa.Sample{}, false
	}
	return hpa.Sample{MilliValue: d.share, Timestamp: d.at, Window: demandEvery}, true
}

// Pods implements hpa.Metrics: a recording has none.
func (d *demandMetrics) Pods(*cluster.Pod, string, *cluster.Selector) (hpa.Sample, bool) {
	return hpa.Sample{}, false
}

// Object implements hpa.Metrics: a recording has none.
func (d *demandMetrics) Object(string, cluster.ObjectRef, string, *cluster.Selector) (hpa.Sample, bool) {
	return hpa.Sample{}, false
}

// External implements hpa.Metrics: a recording has none.
func (d *demandMetrics) External(string, string, *cluster.Selector) ([]hpa.Sample, bool) {
	return nil, false
}
