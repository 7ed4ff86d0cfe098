package workloads

import (
	"fmt"
	"math"
	"time"

	"github.com/wavetank/wavetank/sim/cluster"

	"gopkg.in/yaml.v3"
)

const defaultNamespace = "default"

func (d *decoder) workloadEntry(v value) WorkloadEntry {
	var e WorkloadEntry
	has := d.object(v,
		into("trace", &e.Trace, d.podTrace),
		into("synthetic", &e.Synthetic, d.synthetic),
		into("manifests", &e.Manifests, some(d, d.text)),
		into("at", &e.At, d.span),
	)
	d.exactlyOne(v, has, "trace", "synthetic", "manifests")
	if has["at"] && !has["manifests"] {
		d.fail(v, "at goes with manifests alone")
	}
	return e
}

func (d *decoder) podTrace(v value) *PodTrace {
	t := &PodTrace{TimeScale: 1, DurationScale: 1, Namespace: defaultNamespace}
	has := d.object(v,
		into("format", &t.Format, d.traceFormat),
		into("path", &t.Path, d.text),
		into("timeScale", &t.TimeScale, d.positive),
		into("durationScale", &t.DurationScale, d.positive),
		into("count", &t.Count, integer(d, int64(1), math.MaxInt64)),
		into("namespace", &t.Namespace, d.identifier),
	)
	d.require(v, has, "format", "path")
	return t
}

func (d *decoder) synthetic(v value) *Synthetic {
	s := &Synthetic{Namespace: defaultNamespace}
	has := d.object(v,
		into("name", &s.Name, d.template),
		into("namespace", &s.Namespace, d.identifier),
		into("arrivals", &s.Arrivals, d.arrivals),
		into("duration", &s.Duration, d.runTime),
		into("requests", &s.Requests, some(d, d.request)),
		into("count", &s.Count, integer(d, int64(1), math.MaxInt64)),
		into("until", &s.Until, d.longSpan),
	)
	d.require(v, has, "arrivals", "duration", "requests")
	if !has["count"] && (!has["until"] || s.Arrivals.At != nil) {
		d.fail(v, "count is missing: the arrivals would never end")
	}
	nameRequests(s.Requests)
	return s
}

func nameRequests(requests []Request) {
	for i := range requests {
		setDefault(&requests[i].Name, fmt.Sprintf("class-%d", i))
	}
}

func (d *decoder) arrivals(v value) Arrivals {
	var a Arrivals
	has := d.object(v,
		into("poisson", &a.Poisson, d.rate),
		into("every", &a.Every, d.longSpan),
		into("gaps", &a.Gaps, d.gaps),
		into("at", &a.At, func(v value) *time.Duration { at := d.span(v); return &at }),
	)
	d.exactlyOne(v, has, "poisson", "every", "gaps", "at")
	return a
}

// gaps reads the distribution of gaps. Gaps without length would never let time go on.
func (d *decoder) gaps(v value) Distribution {
	gaps := d.distribution(v)
	if d.err == nil && gaps.Mean() <= 0 {
		d.fail(v, "gaps without length: the mean is 0")
	}
	return gaps
}

// runTime reads a distribution, or "forever" as nil.
func (d *decoder) runTime(v value) Distribution {
	if v.node.Kind == yaml.ScalarNode && v.node.Value == forever {
		return nil
	}
	return d.distribution(v)
}

// forever is what a scenario calls the run time of pods that do not end by themselves.
const forever = "forever"

func (d *decoder) request(v value) Request {
	r := Request{Weight: 1}
	extended := &cluster.Resources{}
	has := d.object(v,
		into("name", &r.Name, d.identifier),
		into("weight", &r.Weight, d.positive),
		into("cpu", &r.MilliCPU, d.cpu),
		into("memory", &r.Memory, d.bytes),
		into("ephemeral-storage", &r.EphemeralStorage, d.bytes),
		field{"extended", func(v value) { d.extended(v, extended) }},
		into("gpus", &r.GPUs, integer(d, 0, cluster.MaxDevices)),
		into("gpuMilli", &r.GPUMilli, integer(d, int64(1), cluster.DeviceMilli)),
		into("priority", &r.Priority, integer(d, int32(math.MinInt32), maxPriority)),
		into("nodeSelector", &r.NodeSelector, d.labels),
	)
	r.StatesCPU, r.StatesMemory, r.Extended = has["cpu"], has["memory"], extended.Extended
	d.checkGPUs(v, &r)
	return r
}

// maxPriority is the highest priority that a user may give (pkg/apis/scheduling/types.go:
// HighestUserDefinablePriority, v1.36).
const maxPriority int32 = 1_000_000_000

func (d *decoder) extended(v value, into *cluster.Resources) {
	d.members(v, func(key *yaml.Node, child value) {
		if !isExtended(key.Value) {
			d.failAt(key.Line, child.path, "not the name of an extended resource, such as example.com/disk")
			return
		}
		d.resource(key, child, into)
	})
}

func (d *decoder) checkGPUs(v value, r *Request) {
	switch {
	case r.GPUs == 0 && r.GPUMilli > 0:
		d.fail(v, "gpuMilli without gpus")
	case r.GPUs > 1 && r.GPUMilli > 0 && r.GPUMilli < cluster.DeviceMilli:
		d.fail(v, "gpuMilli %d of each of %d gpus: only one gpu can be shared", r.GPUMilli, r.GPUs)
	case r.GPUs > 0 && r.GPUMilli == 0:
		r.GPUMilli = cluster.DeviceMilli
	}
}
