package nodelifecycle

import (
	"cmp"
	"slices"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// zone is what is known of the nodes of one zone: how many count and are not ready, and those that wait for their taint.
type zone struct {
	nodes, notReady int // less those that are excluded from disruption checks
	state           ZoneState
	seen            bool // it has a state

	waiting []string        // for their taint, in order
	turns   map[string]turn // of nodes that wait or have waited

	rate    float64
	limiter controller.Limiter
	stopped bool // nothing is let through
}

// turn is how far a node has come in its zone's queue.
type turn uint8

const (
	waits turn = iota + 1
	taken      // its taint is being written
	done       // it was, or was not needed any more
)

// excluded is the label of nodes that do not count (node_lifecycle_controller.go: labelNodeDisruptionExclusion, v1.36.3).
const excluded = "node.kubernetes.io/exclude-disruption"

// zoneKey names a zone. Nodes without either label are in one zone of their own (component-helpers node/topology:
// GetZoneKey, v0.36.3).
type zoneKey struct{ region, name string }

func zoneOf(n *cluster.Node) zoneKey {
	return zoneKey{n.Labels[cluster.LabelRegion], n.Labels[cluster.LabelZone]}
}

func (k zoneKey) compare(other zoneKey) int {
	return cmp.Or(cmp.Compare(k.region, other.region), cmp.Compare(k.name, other.name))
}

func newZone(rate float64) *zone {
	return &zone{state: Initial, turns: map[string]turn{}, rate: rate, limiter: bucket(rate)}
}

// hardly is the rate of a bucket that is never filled again: in a thousand years it gives one token.
const hardly = 1e-11

// bucket returns a bucket of one token. At rate 0 that is all there will ever be.
func bucket(rate float64) controller.Limiter {
	return controller.Limiter{QPS: max(rate, hardly), Burst: 1}
}

// count adds a node to the zone, or takes it away.
func (z *zone) count(n *cluster.Node, sign int) {
	if _, out := n.Labels[excluded]; out {
		return
	}
	z.nodes += sign
	if n.Ready != cluster.ConditionTrue {
		z.notReady += sign
	}
}

// pending tells whether a node's taint is to come.
func (z *zone) pending(node string) bool { return z.turns[node] == waits || z.turns[node] == taken }

// add has a node wait for its taint, at the end of the queue. One that waits keeps its place: the real queue is made anew
// at every tick, in no order.
func (z *zone) add(node string) {
	if !z.pending(node) {
		z.turns[node] = waits
		z.waiting = append(z.waiting, node)
	}
}

// forget takes a node out of the queue. A write that is under way is not taken back.
func (z *zone) forget(node string) {
	if z.turns[node] == waits {
		z.waiting = slices.DeleteFunc(z.waiting, func(other string) bool { return other == node })
	}
	delete(z.turns, node)
}

// finish notes that the node has had its turn.
func (z *zone) finish(node string) {
	if z.turns[node] == taken {
		z.turns[node] = done
	}
}

// take returns the node whose turn it is now, if there is one and the rate allows it.
func (z *zone) take(now sim.Time) (string, bool) {
	if len(z.waiting) == 0 || !z.tryTake(now) {
		return "", false
	}
	node := z.waiting[0]
	z.waiting = z.waiting[1:]
	z.turns[node] = taken
	return node, true
}

func (z *zone) tryTake(now sim.Time) bool { return !z.stopped && z.limiter.TryTake(now) }

// next returns when the next node may be taken, Never if none may.
func (z *zone) next(now sim.Time) sim.Time {
	if z.stopped || len(z.waiting) == 0 {
		return sim.Never
	}
	return z.limiter.Ready(now)
}

// stoppedRate is what a queue that is stopped gives as its rate, so that a change to exactly this rate never starts it
// again (client-go util/flowcontrol: fakeNeverRateLimiter.QPS, v0.36.3).
const stoppedRate = 1

// setRate changes the rate; 0 stops the queue. Where the old bucket had nothing left the new one begins with nothing
// (scheduler/rate_limited_queue.go: SwapLimiter, v1.36.3).
func (z *zone) setRate(rate float64, now sim.Time) {
	if z.rate == rate {
		return
	}
	drained := !z.tryTake(now)
	z.rate, z.limiter, z.stopped = rate, bucket(rate), rate <= 0
	if z.stopped {
		z.rate = stoppedRate
	} else if drained {
		z.limiter.TryTake(now)
	}
}
