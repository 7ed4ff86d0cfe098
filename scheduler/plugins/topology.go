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
	return t.learn(n)
}

func (t *topologyTable) learn(n *cluster.NodeInfo) int32 {
	id := noDomain
	if value, has := n.Node.Labels[t.key]; has {
		id = t.id(value)
	}
	for len(t.nodes) <= n.Index {
		t.nodes = append(t.nodes, nodeDomain{})
	}
	t.nodes[n.Index] = nodeDomain{n.Node, id}
	return id
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
type topologies map[string]*topologyTable

// table returns the table of a key. A table in which most values belong to nodes long gone is begun anew; whoever still
// holds the old one can go on using it.
func (t topologies) table(key string, view *cluster.Snapshot) *topologyTable {
	table := t[key]
	if table == nil || len(table.ids) > 2*view.Handles()+1024 {
		table = &topologyTable{key: key, ids: map[string]int32{}}
		t[key] = table
	}
	return table
}
