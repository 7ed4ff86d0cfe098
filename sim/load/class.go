package load

import (
	"math"

	"github.com/wavetank/wavetank/sim/cluster"
)

// traits are what endpoints may differ in. Endpoints with the same traits fare the same, so that they are reckoned once.
type traits struct {
	routed   bool    // requests are sent to it
	alive    bool    // in truth: it runs, and its node is up and reachable
	cores    float64 // that it may use
	slowdown float64 // how many times as long everything takes there
	clients  int     // with session affinity: how many stick to it
}

// class is all endpoints of a service with the same traits.
type class struct {
	traits
	count int
	queue queue

	// As it is now, of each endpoint.
	offered float64 // requests a second that are sent to it
	served  float64 // of those
	cpu     float64 // milli-CPU
	memory  int64
	out     outcome

	ledger ledger // of each endpoint, since the class was made
}

// rates are what each endpoint of the class uses in a second.
func (c *class) rates() totals { return totals{cpu: c.cpu, requests: c.served} }

// serving tells whether endpoints of the class answer requests.
func (c *class) serving() bool { return c.routed && c.alive }

// newClass returns a class that has not been reckoned yet.
func (s *service) newClass(t traits, routed int) class {
	c := class{traits: t}
	if !c.serving() {
		return c
	}
	cores := max(t.cores-float64(s.IdleMilliCPU)/1000, minCores)
	servers := int(math.Ceil(cores))
	if n := s.Concurrency; n > 0 && n < servers {
		servers, cores = n, float64(n)
	}
	c.queue = queue{
		servers: servers, rate: cores / float64(servers) / (s.CPUPerRequest.Seconds() * t.slowdown),
		patience: s.Timeout.Seconds(), arrivals: 1, sharing: s.Model == PS,
	}
	if s.Proxy == RoundRobin && !s.sticky && s.Model == MMC {
		c.queue.arrivals = 1 / float64(routed) // every n-th of Poisson arrivals: Erlang-n times in between
	}
	return c
}

// minCores is what is left for requests where being idle takes all: the two shares that the kernel gives to every group
// (pkg/kubelet/cm/helpers_linux.go: MinShares of SharesPerCPU 1024, v1.36).
const minCores = 2.0 / 1024

// reckon computes how the endpoints of a class fare at an arrival rate.
func (c *class) reckon(s *service, offered float64) {
	c.offered, c.served, c.cpu, c.memory = offered, 0, 0, 0
	if !c.alive {
		return
	}
	c.cpu, c.memory = float64(s.IdleMilliCPU), s.MemoryPerPod
	if c.routed {
		c.out = c.queue.solve(offered)
		c.served = offered * (1 - c.out.lost)
		c.cpu += 1000 * c.served * s.CPUPerRequest.Seconds() * c.slowdown
		there := c.served * c.out.mean // Little
		if s.Concurrency > 0 {
			there = min(there, float64(s.Concurrency))
		}
		c.memory += int64(there * float64(s.MemoryPerRequest))
	}
	c.cpu = min(c.cpu, 1000*c.cores) // what is idle may ask for more than the limit
}

// lost is the share of requests to an endpoint of the class that are not answered.
func (c *class) lost() float64 {
	if !c.alive {
		return 1
	}
	return c.out.lost
}

// coresOf returns what a pod's serving container may use of its node: its limit or, without one, the share that the
// kernel gives the pod when all others of the node want more than they have: in proportion to the requests, as
// cpu.weight is (pkg/kubelet/cm/helpers_linux.go: MilliCPUToShares, v1.36). Nobody is ever given more than that share, so
// that all of a node together never use more than it has. Own is whether the limit decides.
func (l *Load) coresOf(s *service, p *cluster.Pod, n *cluster.Node) (cores float64, own bool) {
	if c := serving(p.Spec, s.Container); c != nil && c.Limits.MilliCPU > 0 {
		return float64(c.Limits.MilliCPU) / 1000, true
	}
	var all int64
	for _, other := range l.store.PodsOn(n.Name) {
		if !other.Terminal() {
			all += weight(other)
		}
	}
	return float64(n.Allocatable.MilliCPU) / 1000 * float64(weight(p)) / float64(max(all, weight(p))), false
}

// weight is a pod's request, at least the kernel's least.
func weight(p *cluster.Pod) int64 { return max(p.Spec.Requests().MilliCPU, 2) }

// serving returns the container of a spec with a name, its first for "", nil if there is none.
func serving(spec *cluster.PodSpec, name string) *cluster.Container {
	for i := range spec.Containers {
		if name == "" || spec.Containers[i].Name == name {
			return &spec.Containers[i]
		}
	}
	return nil
}
