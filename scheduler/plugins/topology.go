package plugins

import "github.com/wavetank/wavetank/sim/cluster"

// noDomain stands for a node without the topology key.
const noDomain int32 = -1

// topologyTable numbers the values of one topology key, so that counts per domain are slices, and remembers the number
// of each node's value for as long as the node object stays the same.
type topologyTable struct {
	key   string
	ids   map[string]int32
	nodes []nodeDomain // by NodeInfo.Index
}

type nodeDomain struct {
	node *cluster.Node
	id   int32
}

// domain returns the number of the node's value, noDomain if it has none.
func (t *topologyTable) domain(n *cluster.NodeInfo) int32 {
	if n.Index < len(t.nodes) && t.nodes[n.Index].node == n.Node {
		return t.nodes[n.Index].id
	}
	for len(t.nodes) <= n.Index {
		t.nodes = append(t.nodes, nodeDomain{})
	}
	id := t.of(n.Node)
	t.nodes[n.Index] = nodeDomain{n.Node, id}
	return id
}

// of is domain without the memory.
func (t *topologyTable) of(node *cluster.Node) int32 {
	if value, has := node.Labels[t.key]; has {
		return t.id(value)
	}
	return noDomain
}

func (t *topologyTable) id(value string) int32 {
	id, known := t.ids[value]
	if !known {
		id = int32(len(t.ids))
		t.ids[value] = id
	}
	return id
}

// topologies holds the tables of one plugin by topology key.
type topologies struct {
	tables map[string]*topologyTable
	epoch  uint64 // moves when tables are begun anew
}

// tidy begins all tables anew when most values of one belong to nodes long gone. Whoever still holds an old one can go on
// using it.
func (t *topologies) tidy(view *cluster.Snapshot) {
	for _, table := range t.tables {
		if len(table.ids) > 2*view.Handles()+1024 {
			t.tables = nil
			t.epoch++
			return
		}
	}
}

// table returns the table of a key.
func (t *topologies) table(key string) *topologyTable {
	table := t.tables[key]
	if table == nil {
		if t.tables == nil {
			t.tables = map[string]*topologyTable{}
		}
		table = &topologyTable{key: key, ids: map[string]int32{}}
		t.tables[key] = table
	}
	return table
}
