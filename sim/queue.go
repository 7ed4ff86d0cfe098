package sim

// queue holds the pending events in the total order (time, phase, sequence).
type queue interface {
	// push adds ev; ord is never 0 and never used twice.
	push(at Time, ord uint64, ev Event) Handle
	// pop removes and returns the first event if it is due by until, else nil.
	pop(until Time) (entry, Event)
	// cancel removes the event, and reports whether it was pending.
	cancel(h Handle) bool
	// len counts the pending events.
	len() int
}

// entry is the sort key of a pending event and where to find it: three words
// without a pointer, cheap to move and nothing for the garbage collector to scan.
type entry struct {
	at   Time
	ord  uint64 // phase in the top 8 bits, sequence below: one comparison for both
	slot uint32
}

func (a *entry) before(b *entry) bool {
	return a.at < b.at || a.at == b.at && a.ord < b.ord
}

const (
	arity      = 4  // children of a node: four entries are 96 bytes, two cache lines
	compactMin = 64 // below this many entries dead ones are not worth a sweep
)

// fourAry is a heap in a slice where node i has the children 4i+1 .. 4i+4.
//
// It is the fastest of three queues that pass the same tests; the other two are in
// the tests. One hold (pop the first, push it back an exponential time later, 10^5
// pending), by go test -run '^$' -bench Hold -benchmem -count 6 with go1.26.8 on
// two cores of an AMD EPYC that others were using too, wall clock:
//
//	                             median   least seen
//	container/heap of pointers   279 ns   259 ns
//	google/btree, degree 32      325 ns   277 ns
//	this                         154 ns   132 ns
//
// None of them allocates. Tried here, in turns with it, and not worth their lines:
// comparing without branches (bits.Sub64) was about 10 % slower, and sinking the
// hole to a leaf before placing the last entry made no difference beyond the noise.
//
// A cancelled event leaves its slot at once, but its entry stays ("dead") until
// it comes to the top: its slot then holds another order number, or none. To
// delete at once, every move in the heap would have to write the new position
// into the slot table, a cache miss on the hot path for the sake of the rare
// path. As soon as more than half of the entries are dead they are swept out in
// one pass, so a cancel costs O(1) amortised, and the heap is never longer than
// twice the peak number of pending events (plus compactMin).
type fourAry struct {
	slots
	heap []entry
	dead int // entries whose event was cancelled
}

var _ queue = (*fourAry)(nil)

func (q *fourAry) len() int { return len(q.heap) - q.dead }

func (q *fourAry) push(at Time, ord uint64, ev Event) Handle {
	n := entry{at, ord, q.put(ord, ev)}
	q.heap = append(q.heap, n)
	q.up(len(q.heap)-1, n)
	return Handle{ord, n.slot}
}

func (q *fourAry) pop(until Time) (entry, Event) {
	for len(q.heap) > 0 && q.heap[0].at <= until {
		top := q.heap[0]
		q.dropTop()
		if ev := q.take(top.slot, top.ord); ev != nil {
			return top, ev
		}
		q.dead--
	}
	return entry{}, nil
}

func (q *fourAry) cancel(h Handle) bool {
	if q.take(h.slot, h.ord) == nil {
		return false
	}
	q.dead++
	if len(q.heap) >= compactMin && q.dead > len(q.heap)/2 {
		q.compact()
	}
	return true
}

// compact drops the dead entries and builds the heap anew, in O(n).
func (q *fourAry) compact() {
	live := q.heap[:0]
	for _, n := range q.heap {
		if q.holds(n.slot, n.ord) {
			live = append(live, n)
		}
	}
	q.heap, q.dead = live, 0
	for i := (len(live) - 2) / arity; i >= 0 && len(live) > 1; i-- {
		q.down(i, live[i])
	}
}

// dropTop removes the first entry: the last one takes its place and sinks.
func (q *fourAry) dropTop() {
	last := len(q.heap) - 1
	n := q.heap[last]
	q.heap = q.heap[:last]
	if last > 0 {
		q.down(0, n)
	}
}

// up moves n from the hole at i towards the root, to where it belongs.
func (q *fourAry) up(i int, n entry) {
	h := q.heap
	for i > 0 {
		parent := (i - 1) / arity
		if !n.before(&h[parent]) {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = n
}

// down moves n from the hole at i towards the leaves, to where it belongs.
func (q *fourAry) down(i int, n entry) {
	h := q.heap
	for {
		child := i*arity + 1
		if child >= len(h) {
			break
		}
		least := child
		for c := child + 1; c < min(child+arity, len(h)); c++ {
			if h[c].before(&h[least]) {
				least = c
			}
		}
		if !h[least].before(&n) {
			break
		}
		h[i] = h[least]
		i = least
	}
	h[i] = n
}
