package load

import (
	"math"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Value is one value of a metric, as the metrics APIs tell it.
type Value struct {
	MilliValue int64 // in thousandths of the unit: millicores, milli-bytes, milli-requests a second
	Timestamp  sim.Time
	Window     time.Duration // that the value is a mean over; 0: an instant
}

// freshContainer is how long a container must have run at a scrape to be told of before the next one, since its start
// (metrics-server v0.8 pkg/storage/pod.go: freshContainerMinMetricsResolution).
const freshContainer = 10 * time.Second

// window returns the last scrape and the time that its figures of a pod are about; false if the pod has none yet. It takes
// two scrapes, or one of a container that started well before it (metrics-server v0.8 pkg/storage/pod.go: podStorage.Store).
// Scrapes come at all multiples of the resolution; of a node that cannot be reached there are none.
func (l *Load) window(p *cluster.Pod) (from, to sim.Time, ok bool) {
	resolution := sim.Time(l.cfg.Resolution)
	now := l.store.Now()
	to = now - now%resolution
	from = to - resolution
	started := p.Status.StartedAt
	if p.Status.Phase != cluster.Running {
		return 0, 0, false
	}
	if n := l.store.Node(p.NodeName); n == nil || !n.Reachable() && n.Silent <= to {
		return 0, 0, false
	}
	switch {
	case started < from:
		return from, to, true
	case to.Sub(started) >= freshContainer && started > from:
		return started, to, true
	}
	return 0, 0, false
}

// Resource returns what a pod uses of cpu or memory, as metrics-server last scraped it: of cpu the mean over the time since
// the scrape before, of memory what it was at the scrape. What a service's requests take is its serving container's; with
// "" it is asked for all of them. Of a pod without load it is what Config.Usage says of it now.
func (l *Load) Resource(pod *cluster.Pod, container string, resource cluster.ResourceName) (Value, bool) {
	p := l.newest(pod)
	if p == nil || resource != cluster.CPU && resource != cluster.Memory {
		return Value{}, false
	}
	from, to, ok := l.window(p)
	if !ok || container != "" && serving(p.Spec, container) == nil {
		return Value{}, false
	}
	v := Value{Timestamp: to, Window: to.Sub(from)}
	m := l.current(p)
	if m == nil {
		return l.unclaimed(p, container, resource, v)
	}
	if c := serving(p.Spec, m.service.Container); container != "" && (c == nil || c.Name != container) {
		return v, true // it does nothing
	}
	g := m.ledger()
	last := g.at(to)
	v.MilliValue = 1000 * last.memory
	if resource == cluster.CPU {
		v.MilliValue = milli((last.total.cpu - g.at(from).total.cpu) / v.Window.Seconds() / 1000)
	}
	return v, true
}

// unclaimed is Resource for a pod that has no load. What its containers use is known of all together.
func (l *Load) unclaimed(p *cluster.Pod, container string, resource cluster.ResourceName, v Value) (Value, bool) {
	if l.cfg.Usage == nil || container != "" && len(p.Spec.Containers) > 1 {
		return Value{}, false
	}
	u, ok := l.cfg.Usage(p.UID)
	if v.MilliValue = 1000 * u.Memory; resource == cluster.CPU {
		v.MilliValue = milli(u.MilliCPU / 1000)
	}
	return v, ok
}

// Pods returns the requests a second that a pod serves, a mean as of the last scrape, under the name that its service's
// Metric is. There are no series to select among: a selector that is not empty selects none.
func (l *Load) Pods(pod *cluster.Pod, metric string, selector *cluster.Selector) (Value, bool) {
	p := l.newest(pod)
	if p == nil || !selector.Empty() {
		return Value{}, false
	}
	m := l.current(p)
	if m == nil || !m.service.tells(metric) {
		return Value{}, false
	}
	from, to, ok := l.window(p)
	if !ok {
		return Value{}, false
	}
	g := m.ledger()
	requests := g.at(to).total.requests - g.at(from).total.requests
	return Value{MilliValue: milli(requests / to.Sub(from).Seconds()), Timestamp: to, Window: to.Sub(from)}, true
}

// Object returns the requests a second that come to a Service, answered or not: the mean between the last two scrapes, under
// the name that its Metric is.
func (l *Load) Object(namespace string, object cluster.ObjectRef, metric string, selector *cluster.Selector) (Value, bool) {
	to := l.store.Now() - l.store.Now()%sim.Time(l.cfg.Resolution)
	if object.Kind != cluster.KindService.String() || !selector.Empty() || to == 0 {
		return Value{}, false
	}
	for _, s := range l.spaces[namespace] {
		if s.Name.Name == object.Name && s.Selector == nil && s.exists && s.tells(metric) {
			l.bring(s)
			from := to - sim.Time(l.cfg.Resolution)
			requests := s.ledger.at(to).total.requests - s.ledger.at(from).total.requests
			return Value{MilliValue: milli(requests / l.cfg.Resolution.Seconds()), Timestamp: to, Window: l.cfg.Resolution}, true
		}
	}
	return Value{}, false
}

// External returns the numbers of that name that a namespace may ask for, as they are now.
func (l *Load) External(namespace, metric string, selector *cluster.Selector) ([]Value, bool) {
	if !selector.Empty() {
		return nil, false
	}
	var all []Value
	now := l.store.Now()
	for i := range l.cfg.Externals {
		if e := &l.cfg.Externals[i]; e.Name == metric && (e.Namespace == "" || e.Namespace == namespace) {
			all = append(all, Value{MilliValue: milli(max(0, e.Value.At(now).Rate)), Timestamp: now})
		}
	}
	return all, len(all) > 0
}

// tells whether the requests a second go by that name.
func (s *service) tells(metric string) bool { return metric == s.Metric || metric == metricAlias }

// newest returns the pod as it is now, nil if it is gone. A member that is asked for by its newest version, as it mostly is,
// need not be looked up.
func (l *Load) newest(pod *cluster.Pod) *cluster.Pod {
	if m := l.members[pod.UID]; m != nil && pod.ResourceVersion > m.outdated {
		return pod
	}
	if p := l.store.Pod(pod.NamespacedName); p != nil && p.UID == pod.UID {
		return p
	}
	return nil
}

// outdate notes at once that a version of a pod is not the newest any more.
func (l *Load) outdate(c *cluster.Change) {
	if before, _ := c.Pods(); before != nil {
		if m := l.members[before.UID]; m != nil {
			m.outdated = before.ResourceVersion
		}
	}
}

// current returns the member that a pod is, with its ledgers kept up to now; nil if no service has it.
func (l *Load) current(p *cluster.Pod) *member {
	m := l.members[p.UID]
	if m != nil {
		l.bring(m.service)
	}
	return m
}

// bring has the ledgers of a service go up to now.
func (l *Load) bring(s *service) {
	l.settle(l.store.Now())
	l.accrue(s, l.store.Now())
}

func milli(x float64) int64 { return int64(math.Round(min(x*1000, math.MaxInt64/2))) }
