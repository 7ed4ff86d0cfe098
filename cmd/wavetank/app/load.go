package app

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/kubelet"
	"github.com/wavetank/wavetank/sim/load"
	"github.com/wavetank/wavetank/traces"
	"github.com/wavetank/wavetank/workloads"
)

// demand is what a scenario with the key load has beside the others.
type demand struct {
	s       *simulation
	paths   workloads.Paths
	readers []traces.RateReader
}

// WithServiceObserver has fn told how each service fares on which there is a demand, interval by interval. It looks, and
// keeps nothing: what it is given is used again.
func WithServiceObserver(fn func(*results.ServiceInterval)) Option {
	return func(p *program) { p.observers = append(p.observers, fn) }
}

// startLoad begins the demand on services. It comes after all manifests are read, so that it is known which Services there
// will be. Without the key there is a load that demands nothing and costs nothing: it still tells what pods use.
func (s *simulation) startLoad(paths workloads.Paths, k *kubelet.Kubelet) error {
	d := &s.demand
	d.s, d.paths = s, paths
	cfg := load.Config{
		Resolution: s.scenario.Flags.MetricResolution, Usage: usageOf(k), Observe: s.onService(),
		ProxyLatency: cluster.Latency(s.stream("latency/watch/kube-proxy", s.scenario.Latency.Watch)),
	}
	names, err := d.targets()
	for i := range s.scenario.Load {
		if err != nil {
			return err
		}
		err = d.add(&cfg, i, names)
	}
	if err == nil {
		s.load = load.New(s.engine, s.store, cfg)
	}
	return err
}

// usageOf asks the kubelet what a pod uses.
func usageOf(k *kubelet.Kubelet) func(cluster.UID) (load.Usage, bool) {
	return func(uid cluster.UID) (load.Usage, bool) {
		u, ok := k.Usage(uid)
		return load.Usage{MilliCPU: float64(u.MilliCPU), Memory: u.Memory}, ok
	}
}

// onService passes on what is observed of services, nil if nobody asks.
func (s *simulation) onService() func(*load.Sample) {
	if len(s.observers) == 0 {
		return nil
	}
	return func(m *load.Sample) {
		interval := results.ServiceInterval{
			Service: m.Service, From: m.From, To: m.To, Requests: m.Requests, Errors: m.Errors, Slow: m.Slow,
			Response: m.Response, P99: m.P99, Endpoints: m.Endpoints, Serving: m.Serving, MilliCPU: m.MilliCPU,
			Objective: results.Objective(m.Objective),
		}
		for _, fn := range s.observers {
			fn(&interval)
		}
	}
}

// targets returns the name of each entry's target, with its namespace. An entry that says none means the only Service of
// its name.
func (d *demand) targets() ([]cluster.NamespacedName, error) {
	spaces := d.s.serviceSpaces()
	var names []cluster.NamespacedName
	for i := range d.s.scenario.Load {
		l := &d.s.scenario.Load[i]
		name := cluster.NamespacedName{Namespace: l.Namespace, Name: l.Title()}
		if l.Service != "" {
			known := spaces[l.Service]
			switch {
			case name.Namespace == "" && len(known) == 1:
				name.Namespace = known[0]
			case name.Namespace == "" && len(known) > 1:
				return nil, d.s.scenario.Errorf(fmt.Sprintf("load[%d].service", i), "ambiguous: %s is in the namespaces %s: say which by namespace",
					l.Service, strings.Join(known, ", "))
			}
			if !slices.Contains(known, orDefault(name.Namespace)) {
				d.s.warnings = append(d.s.warnings, fmt.Sprintf("load[%d].service: there is no Service %s/%s: until there is, all requests are errors",
					i, orDefault(name.Namespace), l.Service))
			}
		}
		if l.External == "" {
			name.Namespace = orDefault(name.Namespace)
		}
		names = append(names, name)
	}
	return names, nil
}

func orDefault(namespace string) string {
	if namespace == "" {
		return "default"
	}
	return namespace
}

// serviceSpaces returns for each name the namespaces that have or will have a Service of that name, sorted.
func (s *simulation) serviceSpaces() map[string][]string {
	spaces := map[string][]string{}
	note := func(n cluster.NamespacedName) {
		if i, there := slices.BinarySearch(spaces[n.Name], n.Namespace); !there {
			spaces[n.Name] = slices.Insert(spaces[n.Name], i, n.Namespace)
		}
	}
	for _, o := range s.store.List(cluster.KindService) {
		note(o.Meta().NamespacedName)
	}
	if s.apps != nil {
		for _, n := range s.apps.services {
			note(n)
		}
	}
	return spaces
}

// add puts an entry into the configuration.
func (d *demand) add(cfg *load.Config, i int, names []cluster.NamespacedName) error {
	l, name := &d.s.scenario.Load[i], names[i]
	field := fmt.Sprintf("load[%d]", i)
	var curve load.Curve
	if l.Demand != nil {
		key := ".rps"
		if l.External != "" {
			key = ".value"
		}
		var err error
		if curve, err = d.curve(l.Demand, field+key, []string{name.Namespace, l.Title()}); err != nil {
			return err
		}
	}
	if l.External != "" {
		cfg.Externals = append(cfg.Externals, load.External{Namespace: name.Namespace, Name: name.Name, Value: curve})
		return nil
	}
	s := load.Service{
		Name: name, Selector: l.PodSelector(), Demand: curve, Step: l.Step, CPUPerRequest: l.CPUPerRequest, IdleMilliCPU: l.IdleMilliCPU,
		MemoryPerPod: l.MemoryPerPod, MemoryPerRequest: l.MemoryPerRequest, Container: l.Container, Concurrency: l.Concurrency,
		Clients: l.Clients, Timeout: l.Timeout, Retries: l.Retries, Metric: l.Metric,
	}
	if l.Model == workloads.ModelPS {
		s.Model = load.PS
	}
	if l.Proxy == workloads.ProxyRoundRobin {
		s.Proxy = load.RoundRobin
	}
	if l.SLO != nil {
		s.Objective = load.Objective{Latency: l.SLO.Latency.Seconds(), Target: l.SLO.Target}
	}
	for _, c := range l.Calls {
		s.Calls = append(s.Calls, load.Call{Service: names[d.s.scenario.Callee(l, c)], PerRequest: c.PerRequest})
	}
	cfg.Services = append(cfg.Services, s)
	return nil
}

// curve makes a demand of what the scenario says. What it draws belongs to the service and the place in its demand.
func (d *demand) curve(m *workloads.Demand, field string, key []string) (load.Curve, error) {
	c, err := d.shape(m, field, key)
	if err != nil {
		return nil, err
	}
	if m.Scale != 1 || m.TimeScale != 1 {
		c = load.Scaled{Of: c, Factor: m.Scale, Time: m.TimeScale}
	}
	if m.Poisson > 0 {
		c = load.NewNoisy(c, m.Poisson, d.s.engine.Draw("load/poisson", key...))
	}
	return c, nil
}

func (d *demand) shape(m *workloads.Demand, field string, key []string) (load.Curve, error) {
	switch {
	case m.Constant != nil:
		return load.Constant(*m.Constant), nil
	case m.Diurnal != nil:
		return load.NewDiurnal(m.Diurnal.Mean, m.Diurnal.Peak, m.Diurnal.Period, m.Diurnal.PeakAt, m.Diurnal.Weekly), nil
	case m.File != nil:
		return d.recorded(m.File, field+".file")
	case len(m.Step) > 0:
		return load.Step(points(m.Step)), nil
	case len(m.Ramp) > 0:
		return load.Ramp(points(m.Ramp)), nil
	case len(m.MMPP) > 0:
		var levels []load.Level
		for _, l := range m.MMPP {
			levels = append(levels, load.Level{Rate: l.RPS, Sojourn: l.Mean})
		}
		return load.NewModulated(levels, func(sojourn int) *rand.Rand {
			return d.s.engine.Draw("load/mmpp", append(slices.Clip(key), strconv.Itoa(sojourn))...)
		}), nil
	}
	var sum load.Sum
	for i := range m.Sum {
		c, err := d.curve(&m.Sum[i], fmt.Sprintf("%s.sum[%d]", field, i), append(slices.Clip(key), "sum", strconv.Itoa(i)))
		if err != nil {
			return nil, err
		}
		sum = append(sum, c)
	}
	return sum, nil
}

func points(list []workloads.LoadPoint) []load.Point {
	var all []load.Point
	for _, p := range list {
		all = append(all, load.Point{At: sim.Time(p.At), Rate: p.RPS})
	}
	return all
}

// recorded opens a file of demand. It was checked to its end: what goes wrong with it later is not the input's fault.
func (d *demand) recorded(f *workloads.LoadFile, field string) (load.Curve, error) {
	r, err := traces.OpenRates(d.paths.Trace(f.Path), f.Format, traces.RatePick{Name: f.Pick, Metric: f.Metric})
	if err != nil {
		return nil, d.s.scenario.Errorf(field, "%w", err)
	}
	d.readers = append(d.readers, r)
	return load.NewRecorded(func() (load.Point, bool) {
		rate, ok := r.Next()
		if err := r.Err(); err != nil {
			d.s.fail(err)
		}
		return load.Point{At: sim.Time(rate.At), Rate: rate.PerSecond}, ok
	}), nil
}

// close lets go of the files, which were only read.
func (d *demand) close() {
	for _, r := range d.readers {
		_ = r.Close()
	}
}
