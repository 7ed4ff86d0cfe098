package plugins

import (
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
)

// pairCounts counts something by pair of topology key and value.
type pairCounts struct {
	keys    []domainCounts
	nonzero int // pairs whose count is not zero
	seen    int // matches in a domain, whatever they count
}

// domainCounts are the counts of the domains of one key.
type domainCounts struct {
	table  *topologyTable
	counts []int64
	shared bool // counts belongs to several pairCounts: copy before writing
}

// clone returns counts that share their memory until either side changes them.
func (c *pairCounts) clone() pairCounts {
	for i := range c.keys {
		c.keys[i].shared = true
	}
	return pairCounts{keys: slices.Clone(c.keys), nonzero: c.nonzero, seen: c.seen}
}

// at returns the count of a domain.
func (d *domainCounts) at(id int32) int64 {
	if int(id) >= len(d.counts) {
		return 0
	}
	return d.counts[id]
}

// index returns the place of a key, which it adds if it is new.
func (c *pairCounts) index(key string, topologies *topologies) int {
	for i := range c.keys {
		if c.keys[i].table.key == key {
			return i
		}
	}
	table := topologies.table(key)
	c.keys = append(c.keys, domainCounts{table: table, counts: make([]int64, len(table.ids))})
	return len(c.keys) - 1
}

// add counts a match of the given weight in the node's domain of the i-th key, if it has one; sign -1 takes it back.
func (c *pairCounts) add(i int, node *cluster.Node, weight int64, sign int32) {
	d := &c.keys[i]
	id := d.table.of(node)
	if id == noDomain {
		return
	}
	if d.shared {
		d.counts, d.shared = slices.Clone(d.counts), false
	}
	for int(id) >= len(d.counts) {
		d.counts = append(d.counts, 0)
	}
	before := d.counts[id]
	after := before + weight*int64(sign)
	d.counts[id] = after
	c.seen += int(sign)
	c.nonzero += int(oneIf(after != 0) - oneIf(before != 0))
}

// anyIn tells whether any domain of the node has a positive count.
func (c *pairCounts) anyIn(n *cluster.NodeInfo) bool {
	for i := range c.keys {
		d := &c.keys[i]
		if id := d.table.domain(n); id != noDomain && d.at(id) > 0 {
			return true
		}
	}
	return false
}

// matches calls found for each term that is about a pod, with the term's topology key and weight.
type matches func(p *cluster.Pod, found func(key string, weight int64))

// pairs returns the counts of matches over all pods on nodes, up to date. The first byte of the key tells the sorts of
// counts apart; each lists the pods to count at first.
func (p *interPodAffinity) pairs(key []byte, each func(do func(podEntry)), matches matches) pairCounts {
	var into *pairCounts
	var entry podEntry
	found := func(key string, weight int64) {
		into.add(into.index(key, &p.topologies), entry.node, weight, entry.sign)
	}
	follow := func(c *pairCounts, e podEntry) {
		into, entry = c, e
		matches(e.pod, found)
	}
	fresh := func() (c pairCounts) {
		each(func(e podEntry) { follow(&c, e) })
		return c
	}
	counts := p.counts.of(key, &p.log, p.view, fresh, follow)
	return counts.clone()
}
