package nodelifecycle

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// ZoneState says how much of a zone is ready.
type ZoneState string

// The states of a zone (node_lifecycle_controller.go, v1.36.3).
const (
	Initial           ZoneState = "Initial" // not looked at yet
	Normal            ZoneState = "Normal"
	PartialDisruption ZoneState = "PartialDisruption"
	FullDisruption    ZoneState = "FullDisruption"
)

// fewNodes is how many nodes that are not ready never make a partial disruption.
const fewNodes = 2

// ComputeZoneState returns the state of a zone with so many nodes, of which so many are not ready
// (node_lifecycle_controller.go: ComputeZoneState, v1.36.3, in single precision as there).
func (c *Config) ComputeZoneState(nodes, notReady int) ZoneState {
	switch {
	case notReady == nodes && notReady > 0:
		return FullDisruption
	case notReady > fewNodes && float32(notReady)/float32(nodes) >= float32(c.UnhealthyZoneThreshold):
		return PartialDisruption
	}
	return Normal
}

// Rate returns how many nodes a second are tainted in a zone of that size and state, as long as not all zones are fully
// disrupted (setLimiterInZone, HealthyQPSFunc and ReducedQPSFunc, v1.36.3).
func (c *Config) Rate(state ZoneState, nodes int) float64 {
	switch {
	case state != PartialDisruption:
		return c.EvictionRate
	case nodes > c.LargeClusterSizeThreshold:
		return c.SecondaryEvictionRate
	}
	return 0
}

// The taints NoSchedule that the controller keeps in step with the node: of the condition Ready, and of spec.unschedulable.
var (
	notReadyNoSchedule    = cluster.Taint{Key: cluster.TaintNotReady, Effect: cluster.NoSchedule}
	unreachableNoSchedule = cluster.Taint{Key: cluster.TaintUnreachable, Effect: cluster.NoSchedule}
	unschedulable         = cluster.Taint{Key: cluster.TaintUnschedulable, Effect: cluster.NoSchedule}
)

// neverReported tells whether a node has no condition Ready yet: its kubelet has never written one, and nobody for it.
func neverReported(n *cluster.Node) bool {
	return n.Ready == cluster.ConditionUnknown && n.ReadyReason == ""
}

// ought tells whether the node is to have one of the three taints NoSchedule (doNoScheduleTaintingPass, v1.36.3). Those
// of conditions that are not modelled are left alone.
func ought(n *cluster.Node, t cluster.Taint) bool {
	switch t {
	case notReadyNoSchedule:
		return n.Ready == cluster.ConditionFalse
	case unreachableNoSchedule:
		return n.Ready == cluster.ConditionUnknown && !neverReported(n)
	}
	return n.Unschedulable
}

// hasTaint tells whether a node has a taint of that key and effect, whatever its value.
func hasTaint(n *cluster.Node, t cluster.Taint) bool {
	for i := range n.Taints {
		if n.Taints[i].Key == t.Key && n.Taints[i].Effect == t.Effect {
			return true
		}
	}
	return false
}

// settled tells whether the taints NoSchedule are what they ought to be.
func settled(n *cluster.Node) bool {
	for _, t := range [...]cluster.Taint{notReadyNoSchedule, unreachableNoSchedule, unschedulable} {
		if hasTaint(n, t) != ought(n, t) {
			return false
		}
	}
	return true
}

// noScheduleDiff returns the taints that are missing and those that are too many.
func noScheduleDiff(n *cluster.Node) (add, remove []cluster.Taint) {
	for _, t := range [...]cluster.Taint{notReadyNoSchedule, unreachableNoSchedule, unschedulable} {
		switch has := hasTaint(n, t); {
		case has && !ought(n, t):
			remove = append(remove, t)
		case !has && ought(n, t):
			add = append(add, t)
		}
	}
	return add, remove
}

// swapped returns the taints with some added, unless they are there, and others removed.
func swapped(taints, add, remove []cluster.Taint) []cluster.Taint {
	is := func(a cluster.Taint) func(cluster.Taint) bool {
		return func(b cluster.Taint) bool { return a.Key == b.Key && a.Effect == b.Effect }
	}
	next := slices.DeleteFunc(slices.Clone(taints), func(t cluster.Taint) bool { return slices.ContainsFunc(remove, is(t)) })
	for _, t := range add {
		if !slices.ContainsFunc(next, is(t)) {
			next = append(next, t)
		}
	}
	return next
}

// The renewal of leases: a quarter of the lease's 40 s, and up to 4 % more each time (pkg/kubelet/kubelet.go and
// cmd/kubelet/app/server.go; component-helpers apimachinery/lease/controller.go: leaseJitterFactor, v0.36.3).
const (
	renewInterval = 10 * time.Second
	renewJitter   = renewInterval / 25
)

// renewalAge draws how long before an instant the last renewal was, of a node that has been renewing for long: the age of
// a renewal process whose intervals are even between 10 and 10.4 s.
func renewalAge(r *rand.Rand) time.Duration {
	for {
		age := time.Duration(r.Int64N(int64(renewInterval + renewJitter)))
		if age <= renewInterval || r.Int64N(int64(renewJitter)) >= int64(age-renewInterval) {
			return age
		}
	}
}

// grid is a time that comes again and again.
type grid struct {
	base   sim.Time
	period time.Duration
}

// atOrAfter returns the first time of the grid from an instant on; the grid reaches back before its base.
func (g grid) atOrAfter(t sim.Time) sim.Time {
	into := t.Sub(g.base) % g.period
	switch {
	case into == 0:
		return t
	case into < 0:
		return t.Add(-into)
	}
	return t.Add(g.period - into)
}
