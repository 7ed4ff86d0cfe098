package load

import (
	"slices"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Load is the demand on the services of one cluster, and what comes of it.
type Load struct {
	cfg      Config
	engine   *sim.Engine
	store    *cluster.Store
	services []*service // callers before what they call
	spaces   map[string][]*service
	members  map[cluster.UID]*member
	pending  bool     // a settling is on its way: some service is stale
	next     sim.Time // when the first demand is due
	settling settling
	sample   Sample
	notes    []string
}

var (
	_ sim.Event = (*Load)(nil)
	_ sim.Event = (*settling)(nil)
)

// New returns the load on a cluster. What is in the store already counts, and the demand begins now. It panics if services
// call one that is not among them, or each other in a circle: whoever reads them from a file has checked that.
func New(engine *sim.Engine, store *cluster.Store, cfg Config) *Load {
	if cfg.Resolution == 0 {
		cfg.Resolution = DefaultResolution
	}
	l := &Load{cfg: cfg, engine: engine, store: store, spaces: map[string][]*service{}, members: map[cluster.UID]*member{}}
	l.settling.l = l
	if len(cfg.Services) == 0 {
		return l
	}
	l.link()
	for _, s := range l.services {
		l.spaces[s.Name.Namespace] = append(l.spaces[s.Name.Namespace], s)
		l.target(s)
	}
	store.Observe(l.outdate)
	store.Watch("load", nil, l.heardTruth, cluster.KindPod, cluster.KindNode)
	store.Watch("kube-proxy", cfg.ProxyLatency, l.heardNews, cluster.KindPod, cluster.KindService)
	engine.At(engine.Now(), sim.PhaseWorld, l)
	return l
}

// withDefaults fills in what a service does not say.
func (l *Load) withDefaults(s Service) Service {
	if s.Step == 0 {
		s.Step = l.cfg.Resolution
	}
	if s.Clients == 0 {
		s.Clients = DefaultClients
	}
	if s.Timeout == 0 {
		s.Timeout = DefaultTimeout
	}
	if s.Metric == "" {
		s.Metric = DefaultMetric
	}
	return s
}

// link makes the call graph and puts callers before what they call; otherwise the order is that of the configuration.
func (l *Load) link() {
	byName := map[cluster.NamespacedName]*service{}
	var all []*service
	for _, c := range l.cfg.Services {
		s := &service{Service: l.withDefaults(c), nodes: map[string]bool{}, since: l.engine.Now(), accrued: l.engine.Now()}
		if c.Demand == nil {
			s.until = sim.Never
		}
		byName[s.Name] = s
		all = append(all, s)
	}
	open := map[*service]int{} // callers that have no place yet
	for _, s := range all {
		for _, c := range s.Calls {
			to := byName[c.Service]
			if to == nil {
				panic("load: " + s.Name.String() + " calls " + c.Service.String() + ", which is not there")
			}
			s.calls = append(s.calls, call{to, c.PerRequest})
			to.callers = append(to.callers, call{s, c.PerRequest})
			open[to]++
		}
	}
	for len(all) > 0 {
		i := slices.IndexFunc(all, func(s *service) bool { return open[s] == 0 })
		if i < 0 {
			panic("load: " + all[0].Name.String() + " calls itself in the end")
		}
		for _, c := range all[i].calls {
			open[c.to]--
		}
		l.services = append(l.services, all[i])
		all = slices.Delete(all, i, i+1)
	}
}

// Fire implements sim.Event: the demand changes.
func (l *Load) Fire(now sim.Time) {
	l.settle(now)
	l.engine.At(l.next, sim.PhaseWorld, l)
}

// String names the event in the log.
func (l *Load) String() string { return "load changes" }

// settling is the event in which what was heard at an instant comes to bear.
type settling struct{ l *Load }

// Fire implements sim.Event.
func (e *settling) Fire(now sim.Time) {
	e.l.settle(now)
	e.l.pending = false
}

// String names the event in the log.
func (e *settling) String() string { return "load settles" }

// stir has the load settle when all news of this instant is heard.
func (l *Load) stir() {
	if !l.pending {
		l.pending = true
		l.engine.At(l.engine.Now(), sim.PhaseWatch, &l.settling)
	}
}

// settle brings all services up to date. What is touched is reckoned from callers to called, as requests go, and what is
// affected is put together from called to callers, as answers do.
func (l *Load) settle(now sim.Time) {
	if now < l.next && !l.pending {
		return
	}
	touched := false
	l.next = sim.Never
	for _, s := range l.services {
		s.touched = s.refresh(now) || s.stale || slices.ContainsFunc(s.callers, func(c call) bool { return c.to.touched })
		touched, l.next = touched || s.touched, min(l.next, s.until)
	}
	if !touched {
		return
	}
	for _, s := range slices.Backward(l.services) {
		s.affected = s.touched || slices.ContainsFunc(s.calls, func(c call) bool { return c.to.affected })
		if s.affected {
			l.accrue(s, now)
			l.report(s, now)
		}
	}
	for _, s := range l.services {
		if s.touched {
			if s.stale {
				l.classify(s)
			}
			s.reckon()
		}
	}
	for _, s := range slices.Backward(l.services) {
		if s.affected {
			s.combine()
		}
	}
}

// accrue keeps the ledgers of a service up to now.
func (l *Load) accrue(s *service, now sim.Time) {
	if now <= s.accrued {
		return
	}
	for i := range s.classes {
		c := &s.classes[i]
		c.ledger.add(s.accrued, now, c.rates(), c.memory, l.cfg.Resolution)
	}
	s.ledger.add(s.accrued, now, totals{cpu: s.flow.cpu, requests: s.flow.inflow}, 0, l.cfg.Resolution)
	s.accrued = now
}

// report tells how a service has fared since it was told the last time.
func (l *Load) report(s *service, now sim.Time) {
	f, from := &s.flow, s.since
	s.since = now
	if l.cfg.Observe == nil || now <= from || f.inflow == 0 && f.cpu == 0 && f.routed == 0 {
		return
	}
	seconds := now.Sub(from).Seconds()
	answered := f.inflow * f.whole.ok
	l.sample = Sample{
		Service: s.Name, From: from, To: now, Endpoints: f.routed, Serving: f.alive, MilliCPU: f.cpu, Objective: s.Objective,
		Requests: f.inflow * seconds, Errors: (f.inflow - answered) * seconds,
	}
	if answered > 0 {
		l.sample.Response, l.sample.P99 = f.whole.mean, s.p99()
		if limit := s.Objective.Latency; limit > 0 {
			l.sample.Slow = answered * seconds * s.tail(limit)
		}
	}
	l.cfg.Observe(&l.sample)
}

// Finish reports what has not been reported yet, up to now: the end of the run.
func (l *Load) Finish(now sim.Time) {
	l.settle(now)
	for _, s := range l.services {
		l.report(s, now)
	}
}

// Notes tells what is not as the services ask for it, each service's first case.
func (l *Load) Notes() []string { return l.notes }
