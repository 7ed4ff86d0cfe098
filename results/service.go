package results

import (
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// ServiceInterval is how one service fared in a stretch of time in which its demand and its endpoints stood still.
type ServiceInterval struct {
	Service   cluster.NamespacedName
	From, To  sim.Time
	Requests  float64 // that came
	Errors    float64 // of those: not answered, as no endpoint took them or their endpoint was down or overloaded
	Slow      float64 // of those: answered later than the objective asks
	Response  float64 // seconds, mean of those answered
	P99       float64 // seconds, 99th percentile of those answered
	Endpoints int     // ready, as the API has it
	Serving   int     // of those: up and reachable
	MilliCPU  float64 // used by all endpoints together, mean
	Objective Objective
}

// Objective is what a service promises; the zero value promises nothing.
type Objective struct {
	Latency float64 // seconds; 0: any answer counts as good
	Target  float64 // share of requests that are to be answered within it, 0..1; 0: there is no objective
}

// FaultEvent is the beginning or the end of a fault.
type FaultEvent struct {
	ID    int // of the fault, from 1 in the order in which they begin
	Kind  string
	Name  string   // what a reader calls it: "zone a", "node n-3"
	Nodes []string // that it takes down, cuts off or slows; none where it hits something else
	At    sim.Time
	Begin bool
}
