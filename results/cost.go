package results

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// pricePrecision is how many parts of a unit of money prices are counted in: sums of them are then exact.
const pricePrecision = 1_000_000

// poolLabels are the labels that name the pool of a node, ours first, then those of the managed services.
var poolLabels = []string{
	cluster.LabelNodeGroup, "karpenter.sh/nodepool", "eks.amazonaws.com/nodegroup", "cloud.google.com/gke-nodepool",
	"kubernetes.azure.com/agentpool", "pool",
}

// pool is the nodes that are bought together.
type pool struct {
	name  string
	since sim.Time

	nodes, least, most int64
	seen               bool  // least is meaningful: a state has lasted
	price              int64 // of an hour of all its nodes, in parts of a unit
	milli              int64 // allocatable

	time, spent, offered integral // nodes, price, allocatable
	added, removed       int      // after the run's first instant
}

// pools are all nodes by pool: what they cost, and how many there were.
type pools struct {
	byName map[string]*pool
	named  bool // some node has a price or is of a node group
	exists int64
	ready  int64
	price  int64
}

func poolOf(n *cluster.Node) string {
	for _, label := range poolLabels {
		if name, has := n.Labels[label]; has {
			return name
		}
	}
	return ""
}

func (p *pools) of(now sim.Time, n *cluster.Node) *pool {
	name := poolOf(n)
	q := p.byName[name]
	if q == nil {
		q = &pool{name: name}
		p.byName[name] = q
		q.seen = now > 0 // there was a time without it
	}
	return q
}

// changed follows a node. It costs from when it appears until it is deleted, whether it is well or not.
func (p *pools) changed(now sim.Time, before, after *cluster.Node) {
	if before != nil {
		p.count(now, before, -1)
	}
	if after != nil {
		p.count(now, after, 1)
		p.named = p.named || after.Price > 0 || after.Labels[cluster.LabelNodeGroup] != ""
	}
	if now == 0 {
		return
	}
	switch {
	case before == nil:
		p.of(now, after).added++
	case after == nil:
		p.of(now, before).removed++
	}
}

func (p *pools) count(now sim.Time, n *cluster.Node, sign int64) {
	q := p.of(now, n)
	q.elapse(now)
	price := int64(math.Round(n.Price * pricePrecision))
	q.nodes += sign
	q.price += sign * price
	q.milli += sign * n.Allocatable.MilliCPU
	p.exists += sign
	p.price += sign * price
	if n.Ready == cluster.ConditionTrue {
		p.ready += sign
	}
}

// elapse counts the state that held until now.
func (q *pool) elapse(now sim.Time) {
	nanos := spanOf(q.since, now)
	if nanos == 0 {
		return
	}
	if q.since == 0 && !q.seen {
		q.least, q.seen = q.nodes, true
	}
	q.least, q.most = min(q.least, q.nodes), max(q.most, q.nodes)
	q.time.add(q.nodes, nanos)
	q.spent.add(q.price, nanos)
	q.offered.add(q.milli, nanos)
	q.since = now
}

// sorted returns the pools by name, the nodes without one first.
func (p *pools) sorted() []*pool {
	return slices.SortedFunc(maps.Values(p.byName), func(a, b *pool) int { return cmp.Compare(a.name, b.name) })
}
