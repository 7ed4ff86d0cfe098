package plugins

import (
	"math"

	"github.com/wavetank/wavetank/sim/cluster"
)

// nodeTally remembers something that was counted over the pods of each node, until the node changes. Counting the pods
// of a whole cluster thus costs one comparison for each node and one count for each node that changed.
type nodeTally[T any] struct {
	nodes []tallyEntry[T] // by NodeInfo.Index
	used  uint64
}

type tallyEntry[T any] struct {
	info       *cluster.NodeInfo // a handle is used again after its node is removed
	generation uint64
	value      T
}

// of returns what count says of the node, asking only if the node changed since.
func (t *nodeTally[T]) of(n *cluster.NodeInfo, count func(*cluster.NodeInfo) T) T {
	for len(t.nodes) <= n.Index {
		t.nodes = append(t.nodes, tallyEntry[T]{})
	}
	e := &t.nodes[n.Index]
	if e.info != n || e.generation != n.Generation {
		*e = tallyEntry[T]{n, n.Generation, count(n)}
	}
	return e.value
}

// maxTallyNodes bounds the memory of one tallies: the sum of nodes over all that is kept.
const maxTallyNodes = 1 << 20

// tallies holds the tallies of one plugin by what they count. The least recently used one makes room for a new one.
type tallies[T any] struct {
	byKey map[string]*nodeTally[T]
	clock uint64
}

// of returns the tally of a key; the key must name all that its counts depend on except the node.
func (t *tallies[T]) of(key []byte, view *cluster.Snapshot) *nodeTally[T] {
	t.clock++
	tally := t.byKey[string(key)]
	if tally == nil {
		t.makeRoom(view)
		tally = &nodeTally[T]{nodes: make([]tallyEntry[T], view.Handles())}
		t.byKey[string(key)] = tally
	}
	tally.used = t.clock
	return tally
}

func (t *tallies[T]) makeRoom(view *cluster.Snapshot) {
	if t.byKey == nil {
		t.byKey = map[string]*nodeTally[T]{}
	}
	if len(t.byKey) < max(8, maxTallyNodes/max(1, view.Handles())) {
		return
	}
	oldest, used := "", uint64(math.MaxUint64)
	for key, tally := range t.byKey { // no two have the same use
		if tally.used < used {
			oldest, used = key, tally.used
		}
	}
	delete(t.byKey, oldest)
}
