package sim

import (
	"container/heap"
	"slices"

	"github.com/google/btree"
)

// The queues that the engine does not use: two that were measured against the
// 4-ary heap (see queue.go), and one that is too simple to be wrong.

var (
	_ queue = (*stdHeap)(nil)
	_ queue = (*bTree)(nil)
	_ queue = (*sortedSlice)(nil)
)

// queues makes one of each queue that is measured.
var queues = []struct {
	name string
	make func() queue
}{
	{"heap", func() queue { return &stdHeap{} }},
	{"btree", func() queue { return newBTree() }},
	{"fourary", func() queue { return &fourAry{} }},
}

// stdHeap is container/heap over pointers that know their index, as its
// documentation does it, with the nodes used again. It deletes at once.
type stdHeap struct {
	nodes []*stdNode
	slots []*stdNode // by slot: every node ever made
	free  []*stdNode
}

type stdNode struct {
	entry
	ev    Event // nil: free
	index int
}

func (q *stdHeap) Len() int           { return len(q.nodes) }
func (q *stdHeap) Less(i, j int) bool { return q.nodes[i].before(&q.nodes[j].entry) }
func (q *stdHeap) Push(x any)         { q.nodes = append(q.nodes, x.(*stdNode)) }

func (q *stdHeap) Swap(i, j int) {
	q.nodes[i], q.nodes[j] = q.nodes[j], q.nodes[i]
	q.nodes[i].index, q.nodes[j].index = i, j
}

func (q *stdHeap) Pop() any {
	last := len(q.nodes) - 1
	n := q.nodes[last]
	q.nodes[last] = nil
	q.nodes = q.nodes[:last]
	return n
}

func (q *stdHeap) len() int { return len(q.nodes) }

func (q *stdHeap) push(at Time, ord uint64, ev Event) Handle {
	n := q.node()
	n.at, n.ord, n.ev, n.index = at, ord, ev, len(q.nodes)
	heap.Push(q, n)
	return Handle{ord, n.slot}
}

func (q *stdHeap) node() *stdNode {
	if last := len(q.free) - 1; last >= 0 {
		n := q.free[last]
		q.free = q.free[:last]
		return n
	}
	n := &stdNode{entry: entry{slot: uint32(len(q.slots))}}
	q.slots = append(q.slots, n)
	return n
}

func (q *stdHeap) pop(until Time) (entry, Event) {
	if len(q.nodes) == 0 || q.nodes[0].at > until {
		return entry{}, nil
	}
	n := heap.Pop(q).(*stdNode)
	ev := n.ev
	q.release(n)
	return n.entry, ev
}

func (q *stdHeap) cancel(h Handle) bool {
	if int(h.slot) >= len(q.slots) {
		return false
	}
	n := q.slots[h.slot]
	if n.ev == nil || n.ord != h.ord {
		return false
	}
	heap.Remove(q, n.index)
	q.release(n)
	return true
}

func (q *stdHeap) release(n *stdNode) {
	n.ev = nil
	q.free = append(q.free, n)
}

// bTree is google/btree, which needs the time to find what to delete.
type bTree struct {
	slots
	tree *btree.BTreeG[entry]
	at   []Time // by slot
}

func newBTree() *bTree {
	less := func(a, b entry) bool { return a.before(&b) }
	return &bTree{tree: btree.NewG(32, less)}
}

func (q *bTree) len() int { return q.tree.Len() }

func (q *bTree) push(at Time, ord uint64, ev Event) Handle {
	n := entry{at, ord, q.put(ord, ev)}
	if int(n.slot) == len(q.at) {
		q.at = append(q.at, 0)
	}
	q.at[n.slot] = at
	q.tree.ReplaceOrInsert(n)
	return Handle{ord, n.slot}
}

func (q *bTree) pop(until Time) (entry, Event) {
	first, ok := q.tree.Min()
	if !ok || first.at > until {
		return entry{}, nil
	}
	q.tree.DeleteMin()
	return first, q.take(first.slot, first.ord)
}

func (q *bTree) cancel(h Handle) bool {
	if q.take(h.slot, h.ord) == nil {
		return false
	}
	q.tree.Delete(entry{at: q.at[h.slot], ord: h.ord})
	return true
}

// sortedSlice is the dumb one: sorted anew after every push.
type sortedSlice struct{ nodes []stdNode }

func (q *sortedSlice) len() int { return len(q.nodes) }

func (q *sortedSlice) push(at Time, ord uint64, ev Event) Handle {
	q.nodes = append(q.nodes, stdNode{entry: entry{at: at, ord: ord}, ev: ev})
	slices.SortFunc(q.nodes, func(a, b stdNode) int {
		if a.before(&b.entry) {
			return -1
		}
		return 1
	})
	return Handle{ord: ord}
}

func (q *sortedSlice) pop(until Time) (entry, Event) {
	if len(q.nodes) == 0 || q.nodes[0].at > until {
		return entry{}, nil
	}
	n := q.nodes[0]
	q.nodes = slices.Delete(q.nodes, 0, 1)
	return n.entry, n.ev
}

func (q *sortedSlice) cancel(h Handle) bool {
	i := slices.IndexFunc(q.nodes, func(n stdNode) bool { return n.ord == h.ord })
	if i < 0 {
		return false
	}
	q.nodes = slices.Delete(q.nodes, i, i+1)
	return true
}
