package workloads

import (
	"strings"

	"github.com/wavetank/wavetank/sim/cluster"

	"gopkg.in/yaml.v3"
)

// drained reads which nodes are to be drained: node/n-0, node/n-*, a list of such, or {selector: pool=web}.
func (d *decoder) drained(v value) NodeSet {
	switch v.node.Kind {
	case yaml.MappingNode:
		var n NodeSet
		d.require(v, d.object(v, field{"selector", func(v value) { d.selects(v, &n) }}), "selector")
		return n
	case yaml.SequenceNode:
		return NodeSet{Names: some(d, d.nodeRef)(v)}
	}
	return NodeSet{Names: []string{d.nodeRef(v)}}
}

// nodeRef reads node/n-0, in which the name may be a pattern.
func (d *decoder) nodeRef(v value) string {
	text := d.pattern(v)
	word, name, found := strings.Cut(text, "/")
	switch kind := kindOf(word); {
	case d.err != nil:
	case !found || name == "" || kind == 0 || strings.Contains(name, "/"):
		d.fail(v, "a node such as node/n-0 or node/n-* is expected: %s", quoteOdd(text))
	case kind != cluster.KindNode:
		d.fail(v, "this cannot be done to a %s", strings.ToLower(kind.String()))
	}
	return name
}

func (d *decoder) selects(v value, n *NodeSet) {
	if n.Selector, n.selector = d.selector(v); d.err == nil && n.Selector == "" {
		d.fail(v, "an empty selector: the pattern * names all nodes")
	}
}

// patterns reads a pattern of names, or a list of such.
func (d *decoder) patterns(v value) []string {
	if v.node.Kind == yaml.SequenceNode {
		return some(d, d.pattern)(v)
	}
	return []string{d.pattern(v)}
}

// mostAtATime bounds how many nodes are worked on at the same time.
const mostAtATime = 1000

// What becomes of pods that are left when the time for a drain is over.
const (
	timeoutForce = "force"
	timeoutFail  = "fail"
)

func (d *decoder) upgrade(v value) *Upgrade {
	u := &Upgrade{Surge: 1, DrainTimeout: DefaultDrainTimeout, Provision: Constant{DefaultProvision}}
	has := d.object(v,
		into("nodes", &u.Nodes.Names, d.patterns),
		field{"selector", func(v value) { d.selects(v, &u.Nodes) }},
		into("labels", &u.Labels, d.labels),
		into("surge", &u.Surge, integer(d, 0, mostAtATime)),
		into("maxUnavailable", &u.MaxUnavailable, integer(d, 0, mostAtATime)),
		into("drainTimeout", &u.DrainTimeout, d.longSpan),
		into("provision", &u.Provision, d.distribution),
		field{"podEvictionOnTimeout", func(v value) { u.Strict = d.word(v, timeoutForce, timeoutFail) == timeoutFail }},
	)
	d.exactlyOne(v, has, "nodes", "selector")
	if u.Surge == 0 && u.MaxUnavailable == 0 {
		d.fail(v, "surge and maxUnavailable are both 0: no node can be upgraded")
	}
	return u
}
