package load

import (
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Config says what demand there is.
type Config struct {
	Services  []Service
	Externals []External

	// ProxyLatency is the time until kube-proxy knows of a change to an endpoint or a Service; nil: none.
	ProxyLatency cluster.Latency
	// Resolution is the time between two scrapes of metrics-server; 0: DefaultResolution.
	Resolution time.Duration
	// Usage tells what a pod uses that no service claims; nil: nothing.
	Usage func(pod cluster.UID) (Usage, bool)
	// Observe is told how each service fared, one interval after the other; nil: nobody. The sample is valid until it returns.
	Observe func(*Sample)
}

// DefaultResolution is the time between two scrapes (metrics-server v0.8 manifests: --metric-resolution=15s).
const DefaultResolution = 15 * time.Second

// Usage is what a pod uses at an instant.
type Usage struct {
	MilliCPU float64
	Memory   int64 // bytes
}

// Service is a target of requests and what a request takes there.
type Service struct {
	Name     cluster.NamespacedName
	Selector *cluster.Selector // of the pods; nil: the Service of that name says which

	Demand Curve         // from outside, requests a second; nil: it is only called
	Step   time.Duration // how long a demand that moves gently is taken for even; 0: the resolution

	CPUPerRequest    time.Duration // of one core; above 0
	IdleMilliCPU     int64         // of each pod that runs
	MemoryPerPod     int64         // bytes, of each pod that runs
	MemoryPerRequest int64         // bytes, of each request that a pod has taken up
	Container        string        // that serves; "": the first
	Concurrency      int           // requests that a pod works on at once; 0: no limit
	Model            Model
	Proxy            Proxy
	Clients          int           // with session affinity: how many there are; 0: DefaultClients
	Timeout          time.Duration // how long a request waits for its turn; 0: DefaultTimeout
	Retries          int           // how often a request that failed is sent again, at once
	Objective        Objective
	Calls            []Call
	Metric           string // name of the requests a second among custom metrics; "": DefaultMetric
}

// Call says that each request that a service serves makes so many of its own to another.
type Call struct {
	Service    cluster.NamespacedName
	PerRequest float64
}

// External is a number that belongs to no object of the cluster, such as the length of a queue.
type External struct {
	Namespace string // "": any may ask
	Name      string
	Value     Curve
}

// DefaultTimeout is Envoy's default for a route (config.route.v3 RouteAction.timeout).
const DefaultTimeout = 15 * time.Second

// DefaultClients is how many clients there are of a service with session affinity of which nothing is said.
const DefaultClients = 1000

// DefaultMetric is the name under which requests a second are found if nothing is said, beside metricAlias: the names in the
// guides of prometheus-adapter and of the autoscaler.
const DefaultMetric = "http_requests_per_second"

const metricAlias = "requests_per_second"

// Model says how an endpoint works on several requests.
type Model uint8

// The models. The zero value is a line before as many servers as there are cores.
const (
	MMC Model = iota
	PS        // processor sharing: all that are there get their part of the cores at once
)

// Proxy says how requests are spread over endpoints.
type Proxy uint8

// The ways of kube-proxy. The zero value is that of its modes iptables and nftables: each request by chance.
const (
	Random     Proxy = iota
	RoundRobin       // ipvs with its scheduler rr
)

// Objective is what a service promises; the zero value promises nothing.
type Objective struct {
	Latency float64 // seconds; 0: any answer counts as good
	Target  float64 // share of requests that are to be answered within it, 0..1; 0: there is no objective
}

// Sample is how one service fared in a stretch of time in which its demand and its endpoints stood still.
type Sample struct {
	Service   cluster.NamespacedName
	From, To  sim.Time
	Requests  float64 // that came
	Errors    float64 // of those: not answered, as no endpoint took them or their endpoint was down or overloaded
	Slow      float64 // of those: answered later than the objective asks
	Response  float64 // seconds, mean of those answered
	P99       float64 // seconds, 99th percentile of those answered
	Endpoints int     // that requests are sent to
	Serving   int     // of those: up and reachable
	MilliCPU  float64 // used by all pods together, mean
	Objective Objective
}
