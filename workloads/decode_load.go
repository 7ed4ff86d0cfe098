package workloads

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The bounds of a load.
const (
	maxPerRequest = 1000 * int64(time.Second) // core time
	maxClients    = 100_000
	maxRetries    = 10
)

// load reads one entry of the list of loads.
func (d *decoder) load(v value) ServiceLoad {
	l := ServiceLoad{
		Model: ModelMMC, Proxy: ProxyRandom, Clients: DefaultLoadClients, Timeout: DefaultLoadTimeout, Metric: DefaultLoadMetric,
	}
	has := d.object(v,
		into("service", &l.Service, d.identifier),
		field{"selector", func(v value) { l.Selector, l.selector = d.selector(v); l.HasSelector = true }},
		into("external", &l.External, d.identifier),
		into("namespace", &l.Namespace, d.identifier),
		into("rps", &l.Demand, d.demand),
		into("value", &l.Demand, d.demand),
		into("step", &l.Step, d.longSpan),
		into("cpuPerRequest", &l.CPUPerRequest, d.coreTime),
		into("idleCPU", &l.IdleMilliCPU, d.cpu),
		into("memoryPerPod", &l.MemoryPerPod, d.bytes),
		into("memoryPerRequest", &l.MemoryPerRequest, d.bytes),
		into("container", &l.Container, d.identifier),
		into("concurrency", &l.Concurrency, integer(d, 1, 1_000_000)),
		into("model", &l.Model, func(v value) LoadModel { return LoadModel(d.word(v, string(ModelMMC), string(ModelPS))) }),
		into("proxy", &l.Proxy, func(v value) LoadProxy { return LoadProxy(d.word(v, string(ProxyRandom), string(ProxyRoundRobin))) }),
		into("clients", &l.Clients, integer(d, 1, maxClients)),
		into("timeout", &l.Timeout, d.longSpan),
		into("retries", &l.Retries, integer(d, 0, maxRetries)),
		into("metric", &l.Metric, d.identifier),
		into("slo", &l.SLO, d.slo),
		into("calls", &l.Calls, list(d, d.loadCall)),
	)
	d.exactlyOne(v, has, "service", "selector", "external")
	if has["external"] {
		d.checkExternal(v, has)
		return l
	}
	d.require(v, has, "cpuPerRequest")
	if has["value"] {
		d.fail(v, "value goes with external: the demand on a service is rps")
	}
	return l
}

// checkExternal reports what a number has no use for.
func (d *decoder) checkExternal(v value, has keys) {
	d.require(v, has, "value")
	var odd []string
	for key := range has {
		if !containsWord([]string{"external", "namespace", "value"}, key) {
			odd = append(odd, key)
		}
	}
	if slices.Sort(odd); len(odd) > 0 {
		d.fail(v, "%s does not go with external, which is a number and has no pods", odd[0])
	}
}

// coreTime reads a quantity of cpu that is used for a second: "20m" is 20 ms of a core.
func (d *decoder) coreTime(v value) time.Duration {
	n := d.quantity(v, int64(time.Second), maxPerRequest, "1n")
	if d.err == nil && n == 0 {
		d.fail(v, "not above 0: %s", v.node.Value)
	}
	return time.Duration(n)
}

func (d *decoder) slo(v value) *SLO {
	s := &SLO{}
	has := d.object(v, into("latency", &s.Latency, d.longSpan), into("target", &s.Target, d.share))
	d.require(v, has, "target")
	return s
}

// share reads a number above 0 and up to 1, or the same in per cent: 99.9%.
func (d *decoder) share(v value) float64 {
	text := d.scalar(v, "a share")
	number, percent := strings.CutSuffix(text, "%")
	if percent {
		number += "e-2" // exactly: 99.9 / 100 is not 0.999
	}
	x, err := strconv.ParseFloat(number, 64)
	if d.err == nil && (err != nil || !(x > 0 && x <= 1)) {
		d.fail(v, "not a share such as 99.9%% or 0.999: %s", quoteOdd(text))
	}
	return x
}

func (d *decoder) loadCall(v value) LoadCall {
	c := LoadCall{PerRequest: 1}
	has := d.object(v,
		into("service", &c.Service, d.identifier), into("namespace", &c.Namespace, d.identifier),
		into("perRequest", &c.PerRequest, d.positive),
	)
	d.require(v, has, "service")
	return c
}

// checkLoad reports entries that contradict each other: the same target twice, calls to nowhere or in a circle, a service
// without any demand, a demand without end in a run without end.
func (d *decoder) checkLoad(s *Scenario) {
	first := map[string]string{}
	called := map[int]bool{}
	for i := range s.Load {
		l, path := &s.Load[i], fmt.Sprintf("load[%d]", i)
		if name := fmt.Sprint(l.HasSelector, l.External != "", orDefault(l.Namespace), " ", l.Title()); first[name] != "" {
			d.failAt(d.lines[path], path, "the same target as %s: give one of them a sum", first[name])
		} else {
			first[name] = path
		}
		if l.Demand != nil && l.External == "" && l.Demand.Endless() && s.Until == 0 {
			d.failAt(d.lines[path+".rps"], path+".rps", "until is missing: this demand never ends")
		}
		for j, c := range l.Calls {
			to := s.Callee(l, c)
			if field := fmt.Sprintf("%s.calls[%d]", path, j); to < 0 {
				d.failAt(d.lines[field], field, "no entry of load has the service %s", c.Service)
			} else {
				called[to] = true
			}
		}
	}
	for i := range s.Load {
		if d.err == nil && s.Load[i].Demand == nil && !called[i] {
			path := fmt.Sprintf("load[%d]", i)
			d.failAt(d.lines[path], path, "rps is missing, and no other entry calls it")
		}
	}
	if d.err == nil {
		d.checkCircles(s)
	}
}

// checkCircles reports a service that calls itself in the end.
func (d *decoder) checkCircles(s *Scenario) {
	done := map[int]bool{}
	var way []int
	var walk func(i int)
	walk = func(i int) {
		if at := slices.Index(way, i); at >= 0 {
			var names []string
			for _, k := range append(way[at:], i) {
				names = append(names, s.Load[k].Title())
			}
			path := fmt.Sprintf("load[%d].calls", i)
			d.failAt(d.lines[path], path, "a circle: %s", strings.Join(names, " -> "))
			return
		}
		if done[i] {
			return
		}
		way = append(way, i)
		for _, c := range s.Load[i].Calls {
			walk(s.Callee(&s.Load[i], c))
		}
		way = way[:len(way)-1]
		done[i] = true
	}
	for i := range s.Load {
		walk(i)
	}
}
