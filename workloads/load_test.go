package workloads

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim/cluster"
)

// requireLoad checks the loads of the scenario with every key.
func requireLoad(t *testing.T, s *Scenario) {
	require.Len(t, s.Load, 8)
	web := s.Load[0]
	require.Equal(t, ServiceLoad{
		Service: "web", Namespace: "shop", Step: 30 * time.Second, CPUPerRequest: 20 * time.Millisecond, IdleMilliCPU: 50,
		MemoryPerPod: 100 << 20, MemoryPerRequest: 1 << 20, Container: "c", Concurrency: 8, Model: ModelPS, Proxy: ProxyRoundRobin,
		Clients: 50, Timeout: 5 * time.Second, Retries: 2, Metric: "hits", SLO: &SLO{200 * time.Millisecond, 0.999},
		Calls: []LoadCall{{"cart", "", 2.5}, {"db", "data", 1}},
		Demand: &Demand{Scale: 2, TimeScale: 0.5, Poisson: 15 * time.Second, Diurnal: &Diurnal{
			Mean: 400, Peak: 900, Period: 12 * time.Hour, PeakAt: 3 * time.Hour, Weekly: []float64{1, 1, 1, 1, 1, 0.5, 0.25}}},
	}, web)
	require.Equal(t, 1, s.Callee(&web, web.Calls[0]), "in the caller's namespace")
	require.Equal(t, 2, s.Callee(&web, web.Calls[1]))
	require.Equal(t, -1, s.Callee(&web, LoadCall{Service: "functions"}))
	require.Equal(t, 500*time.Microsecond, s.Load[1].CPUPerRequest)
	require.Equal(t, 5.0, *s.Load[1].Demand.Constant, "the short form")
	require.Equal(t, 1500*time.Millisecond, s.Load[2].CPUPerRequest)
	require.Nil(t, s.Load[2].Demand)
	sum := s.Load[3].Demand.Sum
	require.Equal(t, []LoadPoint{{time.Hour, 5}, {2 * time.Hour, 0}}, sum[0].Step)
	require.Equal(t, []LoadPoint{{0, 1}, {time.Minute, 2}}, sum[1].Ramp)
	require.True(t, s.Load[3].PodSelector().Matches(cluster.Labels{"app": "batch"}))
	require.True(t, s.Load[4].HasSelector)
	require.True(t, s.Load[4].PodSelector().Empty())
	require.Equal(t, []LoadLevel{{1, time.Minute}, {0, time.Hour}}, s.Load[4].Demand.MMPP)
	require.Equal(t, &LoadFile{Format: "azure-functions", Path: "d01.csv", Pick: "abc"}, s.Load[5].Demand.File)
	require.Equal(t, &SLO{Target: 1}, s.Load[5].SLO)
	require.Equal(t, &LoadFile{Format: "alibaba-mcr", Path: "mcr.csv", Metric: "HTTP_MCR"}, s.Load[6].Demand.File)
	require.Equal(t, "backlog", s.Load[7].External)
	require.Equal(t, "backlog", s.Load[7].Title())
}

func TestLoadDefaults(t *testing.T) {
	s := decode(t, small+"until: 1h\nload: [{service: web, cpuPerRequest: 20m, rps: {diurnal: {mean: 4, peak: 9}}}]\n")
	require.Equal(t, []ServiceLoad{{
		Service: "web", CPUPerRequest: 20 * time.Millisecond, Model: ModelMMC, Proxy: ProxyRandom, Clients: 1000,
		Timeout: 15 * time.Second, Metric: "http_requests_per_second",
		Demand: &Demand{Scale: 1, TimeScale: 1, Diurnal: &Diurnal{Mean: 4, Peak: 9, Period: 24 * time.Hour, PeakAt: 12 * time.Hour}},
	}}, s.Load)
	require.True(t, s.Reconciled(), "a cluster with a load is one with controllers")
}

// A run without until needs a demand that ends.
func TestEndlessDemand(t *testing.T) {
	for demand, ends := range map[string]bool{
		"5": false, "0": true, "{constant: 5, scale: 0}": true, "{diurnal: {mean: 1, peak: 2}}": false,
		"{diurnal: {mean: 0, peak: 0}}":                          true,
		"{step: [{at: 0s, rps: 5}]}":                             false,
		"{step: [{at: 0s, rps: 5}, {at: 1h, rps: 0}]}":           true,
		"{ramp: [{at: 0s, rps: 5}, {at: 1h, rps: 1}]}":           false,
		"{ramp: [{at: 0s, rps: 5}, {at: 1h, rps: 0}]}":           true,
		"{mmpp: [{rps: 1, mean: 1s}, {rps: 0, mean: 1s}]}":       false,
		"{file: {format: csv, path: a}}":                         true,
		"{sum: [{constant: 0}, {file: {format: csv, path: a}}]}": true,
		"{sum: [{constant: 0}, {constant: 1}]}":                  false,
	} {
		_, err := Decode("x.yaml", []byte(small+"load: [{service: web, cpuPerRequest: 20m, rps: "+demand+"}]\n"))
		if ends {
			require.NoError(t, err, demand)
			continue
		}
		require.EqualError(t, err, "x.yaml:5: load[0].rps: until is missing: this demand never ends", demand)
		_, err = Decode("x.yaml", []byte(small+"until: 1h\nload: [{service: web, cpuPerRequest: 20m, rps: "+demand+"}]\n"))
		require.NoError(t, err, demand)
	}
	decode(t, small+"load: [{external: backlog, value: 5}]\n")
}

func TestBadLoads(t *testing.T) {
	in := func(entries string) string { return small + "until: 1h\nload:\n" + entries + "\n" }
	web := func(more string) string { return in("- {service: web, cpuPerRequest: 20m, " + more + "}") }
	rps := func(demand string) string { return web("rps: " + demand) }
	checkBad(t, []badCase{
		{"no target", in("- {cpuPerRequest: 1m, rps: 1}"), ":7: load[0]: one of service, selector, external is expected, none is given"},
		{"two targets", in("- {service: a, selector: b=c, cpuPerRequest: 1m, rps: 1}"),
			":7: load[0]: one of service, selector, external is expected, not service and selector"},
		{"no cost", in("- {service: a, rps: 1}"), ":7: load[0]: cpuPerRequest is missing"},
		{"a cost of nothing", in("- {service: a, rps: 1, cpuPerRequest: 0}"), ":7: load[0].cpuPerRequest: not above 0: 0"},
		{"a cost that is too fine", in("- {service: a, rps: 1, cpuPerRequest: 0.1n}"), ":7: load[0].cpuPerRequest: finer than 1n: 0.1n"},
		{"a cost beyond all", in("- {service: a, rps: 1, cpuPerRequest: 1001}"), ":7: load[0].cpuPerRequest: over 1000: 1001"},
		{"a misspelt key", web("rsp: 1"), ":7: load[0].rsp: unknown field; did you mean rps?"},
		{"no demand", web("timeout: 1s"), ":7: load[0]: rps is missing, and no other entry calls it"},
		{"a value of a service", web("value: 1"), ":7: load[0]: value goes with external: the demand on a service is rps"},
		{"a number with pods", in("- {external: a, value: 1, model: ps}"),
			":7: load[0]: model does not go with external, which is a number and has no pods"},
		{"a number without value", in("- {external: a}"), ":7: load[0]: value is missing"},
		{"the same service twice", in("- {service: a, rps: 1, cpuPerRequest: 1m}\n- {service: a, namespace: default, rps: 1, cpuPerRequest: 1m}"),
			":8: load[1]: the same target as load[0]: give one of them a sum"},
		{"an unknown model", web("rps: 1, model: mm1"), ":7: load[0].model: unknown: mm1; did you mean mmc?"},
		{"an unknown proxy", web("rps: 1, proxy: ipvs"), ":7: load[0].proxy: unknown: ipvs; known are random, roundRobin"},
		{"too many clients", web("rps: 1, clients: 100001"), ":7: load[0].clients: over 100000: 100001"},
		{"no concurrency", web("rps: 1, concurrency: 0"), ":7: load[0].concurrency: below 1: 0"},
		{"too many retries", web("rps: 1, retries: 11"), ":7: load[0].retries: over 10: 11"},
		{"a promise of nothing", web("rps: 1, slo: {latency: 1s}"), ":7: load[0].slo: target is missing"},
		{"a promise of more than all", web("rps: 1, slo: {target: 100.1%}"), ":7: load[0].slo.target: not a share such as 99.9% or 0.999: 100.1%"},
		{"a promise in words", web("rps: 1, slo: {target: most}"), ":7: load[0].slo.target: not a share such as 99.9% or 0.999: most"},
		{"a broken selector", in("- {selector: \"a in\", cpuPerRequest: 1m, rps: 1}"),
			":7: load[0].selector: not a selector of labels such as app=web: unable to parse requirement: found '' expected: '('"},

		{"a call to nobody", web("rps: 1, calls: [{service: b}]"), ":7: load[0].calls[0]: no entry of load has the service b"},
		{"a call to another namespace", in("- {service: a, namespace: n, rps: 1, cpuPerRequest: 1m, calls: [{service: b}]}\n- {service: b, cpuPerRequest: 1m}"),
			":7: load[0].calls[0]: no entry of load has the service b"},
		{"a call to itself", web("rps: 1, calls: [{service: web}]"), ":7: load[0].calls: a circle: web -> web"},
		{"a circle", in("- {service: a, rps: 1, cpuPerRequest: 1m, calls: [{service: b}]}\n" +
			"- {service: b, cpuPerRequest: 1m, calls: [{service: c}]}\n- {service: c, cpuPerRequest: 1m, calls: [{service: b, perRequest: 2}]}"),
			":8: load[1].calls: a circle: b -> c -> b"},
		{"a call without number", web("rps: 1, calls: [{service: web, perRequest: 0}]"), ":7: load[0].calls[0].perRequest: below 1e-09: 0"},

		{"a negative rate", rps("-1"), ":7: load[0].rps: negative: -1"},
		{"a rate in words", rps("much"), ":7: load[0].rps: not a number: much"},
		{"a rate without end", rps(".inf"), ":7: load[0].rps: not a number: .inf"},
		{"no shape", rps("{scale: 2}"), ":7: load[0].rps: one of constant, step, ramp, diurnal, mmpp, file, sum is expected, none is given"},
		{"two shapes", rps("{constant: 2, step: [{at: 0s, rps: 1}]}"),
			":7: load[0].rps: one of constant, step, ramp, diurnal, mmpp, file, sum is expected, not constant and step"},
		{"steps that go back", rps("{step: [{at: 2s, rps: 1}, {at: 1s, rps: 1}]}"), ":7: load[0].rps.step[1].at: 1s is not after 2s"},
		{"no steps", rps("{step: []}"), ":7: load[0].rps.step: an empty list"},
		{"a step without rate", rps("{step: [{at: 2s}]}"), ":7: load[0].rps.step[0]: rps is missing"},
		{"a peak below the mean", rps("{diurnal: {mean: 2, peak: 1}}"), ":7: load[0].rps.diurnal: peak 1 is below mean 2"},
		{"a peak too high", rps("{diurnal: {mean: 1, peak: 101}}"), ":7: load[0].rps.diurnal: peak 101 is over 100 times mean 1"},
		{"a peak outside", rps("{diurnal: {mean: 1, peak: 2, period: 1h, peakAt: 1h}}"), ":7: load[0].rps.diurnal: peakAt 1h is not within the period 1h"},
		{"a week of six days", rps("{diurnal: {mean: 1, peak: 2, weekly: [1, 1, 1, 1, 1, 1]}}"),
			":7: load[0].rps.diurnal: weekly has 6 factors: one for each of seven days is expected"},
		{"one level", rps("{mmpp: [{rps: 1, mean: 1s}]}"), ":7: load[0].rps.mmpp: one level: at least two are expected, to go from one to another"},
		{"a level without length", rps("{mmpp: [{rps: 1, mean: 0s}, {rps: 1, mean: 1s}]}"), ":7: load[0].rps.mmpp[0].mean: not above 0: 0s"},
		{"a file of no format", rps("{file: {path: a}}"), ":7: load[0].rps.file: format is missing"},
		{"a file of unknown format", rps("{file: {format: cvs, path: a}}"), ":7: load[0].rps.file.format: unknown: cvs; did you mean csv?"},
		{"an empty sum", rps("{sum: []}"), ":7: load[0].rps.sum: an empty list"},
		{"a bad part of a sum", rps("{sum: [1, {constant: x}]}"), ":7: load[0].rps.sum[1].constant: not a number: x"},
	})
}

// genLoads draws loads of which each is on a target of its own.
func genLoads(t *rapid.T) []ServiceLoad {
	var list []ServiceLoad
	for i := range rapid.IntRange(0, 3).Draw(t, "loads") {
		if rapid.IntRange(0, 4).Draw(t, "number") == 0 {
			list = append(list, ServiceLoad{External: "n" + formatInt(i), Demand: genDemand(t, 1), Model: ModelMMC, Proxy: ProxyRandom,
				Clients: DefaultLoadClients, Timeout: DefaultLoadTimeout, Metric: DefaultLoadMetric})
			continue
		}
		l := ServiceLoad{
			Service: "s" + formatInt(i), Namespace: rapid.SampledFrom([]string{"", "shop"}).Draw(t, "namespace"), Demand: genDemand(t, 2),
			CPUPerRequest: time.Duration(rapid.Int64Range(1, maxPerRequest).Draw(t, "cpu")), IdleMilliCPU: rapid.Int64Range(0, maxMilliCPU).Draw(t, "idle"),
			Step:         rapid.SampledFrom([]time.Duration{0, time.Minute}).Draw(t, "step"),
			MemoryPerPod: genBytes.Draw(t, "memory"), MemoryPerRequest: genBytes.Draw(t, "each"),
			Container: rapid.SampledFrom([]string{"", "c"}).Draw(t, "container"), Concurrency: rapid.IntRange(0, 1000).Draw(t, "concurrency"),
			Model: rapid.SampledFrom([]LoadModel{ModelMMC, ModelPS}).Draw(t, "model"), Proxy: rapid.SampledFrom([]LoadProxy{ProxyRandom, ProxyRoundRobin}).Draw(t, "proxy"),
			Clients: rapid.IntRange(1, maxClients).Draw(t, "clients"), Timeout: genLong.Draw(t, "timeout"), Retries: rapid.IntRange(0, 10).Draw(t, "retries"),
			Metric: genName.Draw(t, "metric"),
		}
		if rapid.Bool().Draw(t, "promises") {
			l.SLO = &SLO{genSpan.Draw(t, "latency"), rapid.Float64Range(0.001, 1).Draw(t, "target")}
		}
		if i > 0 && list[i-1].Service != "" && list[i-1].Namespace == l.Namespace {
			l.Calls = []LoadCall{{Service: list[i-1].Service, PerRequest: genScale.Draw(t, "calls")}}
		}
		list = append(list, l)
	}
	return list
}

// genDemand draws a demand that comes to an end, so that the run may have none.
func genDemand(t *rapid.T, depth int) *Demand {
	zero := 0.0
	d := &Demand{Scale: genScale.Draw(t, "factor"), TimeScale: genScale.Draw(t, "time"), Poisson: genSpan.Draw(t, "poisson")}
	at := rapid.Int64Range(0, 1<<40).Draw(t, "at")
	points := []LoadPoint{{time.Duration(at), genScale.Draw(t, "rate")}, {time.Duration(at + 1), 0}}
	switch rapid.IntRange(0, 3+depth).Draw(t, "shape") {
	case 0:
		d.Constant = &zero
	case 1:
		d.Step = points
	case 2:
		d.Ramp = points
	case 3:
		d.File = &LoadFile{Format: "csv", Path: genText.Draw(t, "path"), Pick: rapid.SampledFrom([]string{"", "x"}).Draw(t, "pick")}
	case 4:
		d.Diurnal = &Diurnal{Period: genLong.Draw(t, "period")}
		d.Diurnal.PeakAt = d.Diurnal.Period / 2
		if rapid.Bool().Draw(t, "weekly") {
			d.Diurnal.Weekly = []float64{0, 1, 2, 3, 4, 5, genScale.Draw(t, "sunday")}
		}
	default:
		d.Sum = []Demand{*genDemand(t, depth-1)}
	}
	return d
}
