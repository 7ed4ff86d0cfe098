package workloads

import (
	"strconv"
	"time"

	"gopkg.in/yaml.v3"
)

func (l ServiceLoad) node() *yaml.Node {
	pairs := []pair{
		unless(l.Service == "", "service", text(l.Service)),
		unless(!l.HasSelector, "selector", text(l.Selector)),
		unless(l.External == "", "external", text(l.External)),
		unless(l.Namespace == "", "namespace", text(l.Namespace)),
	}
	if l.External != "" {
		return object(append(pairs, pair{"value", l.Demand.node()})...)
	}
	if l.Demand != nil {
		pairs = append(pairs, pair{"rps", l.Demand.node()})
	}
	pairs = append(pairs,
		unless(l.Step == 0, "step", spanNode(l.Step)),
		pair{"cpuPerRequest", word(formatCoreTime(l.CPUPerRequest))},
		pair{"idleCPU", word(formatCPU(l.IdleMilliCPU))},
		pair{"memoryPerPod", word(formatBytes(l.MemoryPerPod))},
		pair{"memoryPerRequest", word(formatBytes(l.MemoryPerRequest))},
		unless(l.Container == "", "container", text(l.Container)),
		unless(l.Concurrency == 0, "concurrency", intNode(l.Concurrency)),
		pair{"model", text(string(l.Model))},
		pair{"proxy", text(string(l.Proxy))},
		pair{"clients", intNode(l.Clients)},
		pair{"timeout", spanNode(l.Timeout)},
		pair{"retries", intNode(l.Retries)},
		pair{"metric", text(l.Metric)},
	)
	if l.SLO != nil {
		pairs = append(pairs, pair{"slo", object(unless(l.SLO.Latency == 0, "latency", spanNode(l.SLO.Latency)), pair{"target", floatNode(l.SLO.Target)})})
	}
	return object(append(pairs, pair{"calls", sequence(l.Calls, LoadCall.node)})...)
}

func (c LoadCall) node() *yaml.Node {
	return object(
		pair{"service", text(c.Service)},
		unless(c.Namespace == "", "namespace", text(c.Namespace)),
		pair{"perRequest", floatNode(c.PerRequest)},
	)
}

func (d Demand) node() *yaml.Node {
	var pairs []pair
	switch {
	case d.Constant != nil:
		pairs = append(pairs, pair{"constant", floatNode(*d.Constant)})
	case d.Diurnal != nil:
		pairs = append(pairs, pair{"diurnal", d.Diurnal.node()})
	case d.File != nil:
		pairs = append(pairs, pair{"file", d.File.node()})
	}
	return object(append(pairs,
		pair{"step", sequence(d.Step, LoadPoint.node)},
		pair{"ramp", sequence(d.Ramp, LoadPoint.node)},
		pair{"mmpp", sequence(d.MMPP, LoadLevel.node)},
		pair{"sum", sequence(d.Sum, Demand.node)},
		pair{"scale", floatNode(d.Scale)},
		pair{"timeScale", floatNode(d.TimeScale)},
		unless(d.Poisson == 0, "poisson", spanNode(d.Poisson)),
	)...)
}

func (p LoadPoint) node() *yaml.Node {
	return object(pair{"at", spanNode(p.At)}, pair{"rps", floatNode(p.RPS)})
}

func (l LoadLevel) node() *yaml.Node {
	return object(pair{"rps", floatNode(l.RPS)}, pair{"mean", spanNode(l.Mean)})
}

func (c *Diurnal) node() *yaml.Node {
	return object(
		pair{"mean", floatNode(c.Mean)}, pair{"peak", floatNode(c.Peak)}, pair{"period", spanNode(c.Period)},
		pair{"peakAt", spanNode(c.PeakAt)}, pair{"weekly", sequence(c.Weekly, floatNode)},
	)
}

func (f *LoadFile) node() *yaml.Node {
	return object(
		pair{"format", text(f.Format)}, pair{"path", text(f.Path)},
		unless(f.Pick == "", "pick", text(f.Pick)), unless(f.Metric == "", "metric", text(f.Metric)),
	)
}

// formatCoreTime writes core seconds as a quantity: "20m", "500u".
func formatCoreTime(span time.Duration) string {
	n, units := int64(span), []string{"n", "u", "m", ""}
	i := 0
	for ; n%1000 == 0 && n != 0 && i+1 < len(units); i++ {
		n /= 1000
	}
	return strconv.FormatInt(n, 10) + units[i]
}
