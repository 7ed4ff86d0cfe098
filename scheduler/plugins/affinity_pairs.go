package plugins

import (
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
)

// pairCounts counts something by pair of topology key and value.
type pairCounts struct {
	keys    []domainCounts
	nonzero int // pairs whose count is not zero
	seen    int // additions that met a domain
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

// at returns the count of a domain of the i-th key.
func (d *domainCounts) at(id int32) int64 {
	if int(id) >= len(d.counts) {
		return 0
	}
	return d.counts[id]
}

// index returns the place of a key, which it adds if it is new.
func (c *pairCounts) index(key string, topologies topologies, view *cluster.Snapshot) int {
	for i := range c.keys {
		if c.keys[i].table.key == key {
			return i
		}
	}
	table := topologies.table(key, view)
	c.keys = append(c.keys, domainCounts{table: table, counts: make([]int64, len(table.ids))})
	return len(c.keys) - 1
}

// add changes the count of the node's domain of the i-th key, if it has one.
func (c *pairCounts) add(i int, n *cluster.NodeInfo, delta int64) {
	d := &c.keys[i]
	id := d.table.domain(n)
	if id == noDomain {
		return
	}
	c.seen++
	if d.shared {
		d.counts, d.shared = slices.Clone(d.counts), false
	}
	for int(id) >= len(d.counts) {
		d.counts = append(d.counts, 0)
	}
	before := d.counts[id]
	d.counts[id] = before + delta
	c.nonzero += int(oneIf(before+delta != 0) - oneIf(before != 0))
}

// addNodes adds what the tally says of each node.
func (c *pairCounts) addNodes(nodes []*cluster.NodeInfo, tally *nodeTally[[]keyCount], count func(*cluster.NodeInfo) []keyCount,
	topologies topologies, view *cluster.Snapshot) {
	for _, n := range nodes {
		for _, k := range tally.of(n, count) {
			c.add(c.index(k.key, topologies, view), n, k.count)
		}
	}
}
