package workloads

import (
	"time"

	"github.com/wavetank/wavetank/sim/cluster"
)

// ServiceLoad is a demand on a service, and what a request takes there. Exactly one of Service, Selector and External is set.
type ServiceLoad struct {
	Service   string // name of a Service
	Selector  string // of pods by label, as kubectl takes it; HasSelector tells "" from none
	External  string // name of a number that belongs to no object, such as the length of a queue
	Namespace string // "": of an External any; of others the only one that has such a Service, or "default"

	Demand *Demand       // nil: the service is only called
	Step   time.Duration // how long a demand that moves gently is taken for even; 0: the flag metric-resolution

	CPUPerRequest    time.Duration // of one core
	IdleMilliCPU     int64         // of each pod
	MemoryPerPod     int64         // bytes
	MemoryPerRequest int64         // bytes, of each that a pod has taken up
	Container        string        // that serves; "": the first of a pod
	Concurrency      int           // requests that a pod works on at once; 0: no limit
	Model            LoadModel     // default ModelMMC
	Proxy            LoadProxy     // default ProxyRandom
	Clients          int           // with session affinity; default DefaultLoadClients
	Timeout          time.Duration // how long a request waits for its turn; default DefaultLoadTimeout
	Retries          int           // default 0
	Metric           string        // custom metric of the requests a second; default DefaultLoadMetric
	SLO              *SLO          // nil: none
	Calls            []LoadCall

	HasSelector bool
	selector    *cluster.Selector // Selector, parsed
}

// The defaults of a load: the timeout is Envoy's of a route (config.route.v3 RouteAction.timeout), the metric that of the
// guides to prometheus-adapter.
const (
	DefaultLoadClients = 1000
	DefaultLoadTimeout = 15 * time.Second
	DefaultLoadMetric  = "http_requests_per_second"
)

// LoadModel is how an endpoint works on several requests.
type LoadModel string

// The models: a line before as many servers as there are cores, or all at once.
const (
	ModelMMC LoadModel = "mmc"
	ModelPS  LoadModel = "ps"
)

// LoadProxy is how requests are spread over endpoints.
type LoadProxy string

// The ways of kube-proxy: each by chance (iptables, nftables) or in turn (ipvs rr).
const (
	ProxyRandom     LoadProxy = "random"
	ProxyRoundRobin LoadProxy = "roundRobin"
)

// SLO is what a service promises.
type SLO struct {
	Latency time.Duration // 0: any answer counts as good
	Target  float64       // share of requests, above 0 and up to 1
}

// LoadCall says that each request that is served makes so many to another service of the list.
type LoadCall struct {
	Service    string
	Namespace  string  // "": that of the caller
	PerRequest float64 // default 1
}

// PodSelector returns the pods that the load names itself; nil if its Service does.
func (l *ServiceLoad) PodSelector() *cluster.Selector { return l.selector }

// Title is what the load is called in messages and results.
func (l *ServiceLoad) Title() string {
	switch {
	case l.HasSelector:
		return l.Selector
	case l.External != "":
		return l.External
	}
	return l.Service
}

// Demand is a rate over time. Exactly one of its first fields is set; Scale, TimeScale and Poisson go with any.
type Demand struct {
	Constant *float64
	Step     []LoadPoint // jumps; before the first it is 0
	Ramp     []LoadPoint // straight lines
	Diurnal  *Diurnal
	MMPP     []LoadLevel // at least two
	File     *LoadFile
	Sum      []Demand

	Scale     float64       // times the rates; default 1
	TimeScale float64       // times the instants; default 1. Below 1 it goes by faster
	Poisson   time.Duration // 0: the rate itself; otherwise counts of intervals of so long are drawn
}

// LoadPoint is a rate at an instant.
type LoadPoint struct {
	At  time.Duration
	RPS float64
}

// Diurnal is a rate that rises and falls once in a period.
type Diurnal struct {
	Mean, Peak float64
	Period     time.Duration // default 24h
	PeakAt     time.Duration // in each period; default its middle
	Weekly     []float64     // factor of each of seven periods, the first for that in which the run begins; nil: none
}

// LoadLevel is a rate that lasts for an exponential time.
type LoadLevel struct {
	RPS  float64
	Mean time.Duration
}

// LoadFile is a recorded demand.
type LoadFile struct {
	Format string // one of traces.RateFormats
	Path   string // relative to Paths.Traces
	Pick   string // what of the file is meant; "": the sum of all
	Metric string // which of its metrics; "": the format's first
}

// Endless tells whether the demand never comes to an end.
func (d *Demand) Endless() bool {
	switch {
	case d.Scale == 0 || d.File != nil:
		return false
	case d.Constant != nil:
		return *d.Constant > 0
	case d.Diurnal != nil:
		return d.Diurnal.Mean > 0
	case len(d.MMPP) > 0:
		return true
	case len(d.Step) > 0:
		return d.Step[len(d.Step)-1].RPS > 0
	case len(d.Ramp) > 0:
		return d.Ramp[len(d.Ramp)-1].RPS > 0
	}
	for i := range d.Sum {
		if d.Sum[i].Endless() {
			return true
		}
	}
	return false
}

// files calls fn with each recorded demand.
func (d *Demand) files(fn func(*LoadFile)) {
	if d == nil {
		return
	}
	if d.File != nil {
		fn(d.File)
	}
	for i := range d.Sum {
		d.Sum[i].files(fn)
	}
}

// loadFiles lists the files of recorded demand.
func (s *Scenario) loadFiles(paths Paths) []string {
	var files []string
	for i := range s.Load {
		s.Load[i].Demand.files(func(f *LoadFile) { files = append(files, paths.Trace(f.Path)) })
	}
	return files
}

// Callee returns the number of the entry that a call goes to, -1 if there is none.
func (s *Scenario) Callee(caller *ServiceLoad, c LoadCall) int {
	namespace := c.Namespace
	if namespace == "" {
		namespace = caller.Namespace
	}
	for i := range s.Load {
		if l := &s.Load[i]; l.Service != "" && l.Service == c.Service && sameNamespace(l.Namespace, namespace) {
			return i
		}
	}
	return -1
}

func sameNamespace(a, b string) bool { return orDefault(a) == orDefault(b) }

func orDefault(namespace string) string {
	if namespace == "" {
		return defaultNamespace
	}
	return namespace
}
