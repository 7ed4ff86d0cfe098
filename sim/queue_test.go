package sim

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// eachQueue runs a test on each of the measured queues.
func eachQueue(t *testing.T, test func(t *testing.T, q queue)) {
	for _, q := range queues {
		t.Run(q.name, func(t *testing.T) { test(t, q.make()) })
	}
}

// named is an event that does nothing.
func named(name string) Event { return Func{name, func(Time) {}} }

// drain pops everything due by until, as the names of the events.
func drain(q queue, until Time) []string {
	names := []string{}
	for _, ev := q.pop(until); ev != nil; _, ev = q.pop(until) {
		names = append(names, ev.String())
	}
	return names
}

func TestQueueOrder(t *testing.T) {
	type push struct {
		at  Time
		ord uint64
	}
	tests := []struct {
		name   string
		pushes []push
		until  Time
		want   []string
		left   int
	}{
		{"an empty queue has nothing", nil, Never, []string{}, 0},
		{"time goes first", []push{{3, 1}, {1, 2}, {2, 3}}, Never, []string{"b", "c", "a"}, 0},
		{"order decides a tie", []push{{1, 3}, {1, 1}, {1, 2}}, Never, []string{"b", "c", "a"}, 0},
		{"the end is included", []push{{2, 1}, {1, 2}, {3, 3}}, 2, []string{"b", "a"}, 1},
		{"nothing is due before the first", []push{{2, 1}, {1, 2}}, 0, []string{}, 2},
		{"a phase outweighs any sequence", []push{{1, 2 << phaseShift}, {1, 1<<phaseShift | 1<<50}}, Never, []string{"b", "a"}, 0},
		{"more than one level", []push{{9, 1}, {8, 2}, {7, 3}, {6, 4}, {5, 5}, {4, 6}, {3, 7}}, Never,
			[]string{"g", "f", "e", "d", "c", "b", "a"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			eachQueue(t, func(t *testing.T, q queue) {
				for i, p := range tt.pushes {
					q.push(p.at, p.ord, named(string(rune('a'+i))))
				}
				require.Equal(t, len(tt.pushes), q.len())
				require.Equal(t, tt.want, drain(q, tt.until))
				require.Equal(t, tt.left, q.len())
			})
		})
	}
}

func TestQueueCancel(t *testing.T) {
	eachQueue(t, func(t *testing.T, q queue) {
		require.False(t, q.cancel(Handle{}), "the zero handle, queue never used")
		a := q.push(1, 1, named("a"))
		b := q.push(2, 2, named("b"))
		c := q.push(3, 3, named("c"))
		require.True(t, q.cancel(b))
		require.False(t, q.cancel(b), "cancelled before")
		require.Equal(t, 2, q.len())
		require.Equal(t, []string{"a"}, drain(q, 2))
		require.False(t, q.cancel(a), "fired")
		require.False(t, q.cancel(Handle{}), "the zero handle, slot 0 empty")
		require.False(t, q.cancel(Handle{ord: 9, slot: 99}), "a slot that never was")

		d := q.push(4, 4, named("d")) // in a slot that a or b had
		require.False(t, q.cancel(a), "stale")
		require.False(t, q.cancel(b), "stale")
		q.push(5, 5, named("e")) // not in the same one
		require.True(t, q.cancel(c))
		require.Equal(t, []string{"d", "e"}, drain(q, Never))
		require.False(t, q.cancel(d))
		require.Zero(t, q.len())
	})
}

// pairs drives a queue and the dumb one with the same operations.
type pairs struct {
	fast    queue
	dumb    sortedSlice
	ord     uint64
	handles []Handle // of every event ever pushed: most are stale
}

// step does one random operation on both; they must agree. number draws from
// [0, n).
func (p *pairs) step(t require.TestingT, number func(n int) int) {
	switch op := number(10); {
	case op < 5:
		p.push(Time(number(50)), PhaseWorld+Phase(number(6)))
	case op < 8 && len(p.handles) > 0:
		p.cancel(t, number)
	default:
		p.pop(t, Time(number(50)))
	}
	require.Equal(t, p.dumb.len(), p.fast.len())
}

func (p *pairs) push(at Time, phase Phase) {
	p.ord++
	ord := uint64(phase)<<phaseShift | p.ord
	p.handles = append(p.handles, p.fast.push(at, ord, named("event")))
	p.dumb.push(at, ord, named("event"))
}

func (p *pairs) cancel(t require.TestingT, number func(n int) int) {
	h := p.handles[number(len(p.handles))]
	require.Equal(t, p.dumb.cancel(h), p.fast.cancel(h))
}

func (p *pairs) pop(t require.TestingT, until Time) bool {
	want, wantEv := p.dumb.pop(until)
	got, ev := p.fast.pop(until)
	require.Equal(t, [2]uint64{uint64(want.at), want.ord}, [2]uint64{uint64(got.at), got.ord})
	require.Equal(t, wantEv == nil, ev == nil)
	return ev != nil
}

func (p *pairs) drain(t require.TestingT) {
	for p.pop(t, Never) {
	}
	require.Zero(t, p.fast.len())
}

func TestQueueAgreesWithSortedSlice(t *testing.T) {
	for _, q := range queues {
		t.Run(q.name, rapid.MakeCheck(func(t *rapid.T) {
			p := pairs{fast: q.make()}
			number := func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "n") }
			for range number(200) {
				p.step(t, number)
			}
			p.drain(t)
		}))
	}
}

// TestQueueAgreesAtLength is the same property where queues grow to hundreds of
// entries.
func TestQueueAgreesAtLength(t *testing.T) {
	eachQueue(t, func(t *testing.T, q queue) {
		p := pairs{fast: q}
		rng := rand.New(rand.NewPCG(1, 1))
		for range 4000 {
			p.step(t, rng.IntN)
			if h, ok := q.(*fourAry); ok {
				requireHeap(t, h)
			}
		}
		p.drain(t)
	})
}

// requireHeap checks what must hold inside the 4-ary heap between operations.
func requireHeap(t *testing.T, q *fourAry) {
	dead := 0
	for i := range q.heap {
		if i > 0 && q.heap[i].before(&q.heap[(i-1)/arity]) {
			t.Fatalf("entry %d is before its parent", i)
		}
		if !q.holds(q.heap[i].slot, q.heap[i].ord) {
			dead++
		}
	}
	if dead != q.dead || len(q.table)-len(q.free) != q.len() {
		t.Fatalf("%d entries, %d dead, counted %d; %d of %d slots free",
			len(q.heap), dead, q.dead, len(q.free), len(q.table))
	}
}

// A sweep builds the heap anew: what is left must still come out in order.
func TestSweepKeepsTheOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		p := pairs{fast: &fourAry{}}
		for range rapid.IntRange(compactMin, 4*compactMin).Draw(rt, "pushes") {
			p.push(Time(rng.IntN(1000)), PhaseWorld)
		}
		fast := p.fast.(*fourAry)
		before := len(fast.heap)
		for len(fast.heap) == before && fast.len() > 0 {
			p.cancel(rt, rng.IntN)
			requireHeap(t, fast)
		}
		require.Less(rt, len(fast.heap), before)
		require.Zero(rt, fast.dead)
		p.drain(rt)
	})
}

// Timers that are set and cancelled must not pile up until their time comes.
func TestCancelledTimersLeaveTheQueue(t *testing.T) {
	const live = 1000
	var q fourAry
	for i := range live {
		q.push(Time(i), uint64(i+1), named("live"))
	}
	for i := range 100_000 {
		require.True(t, q.cancel(q.push(1_000_000, uint64(live+i+1), named("timer"))))
		if len(q.heap) > 2*live+compactMin {
			t.Fatalf("%d entries for %d pending events after %d timers", len(q.heap), live, i+1)
		}
	}
	require.LessOrEqual(t, len(q.table), live+1, "slots are used again")
	require.Equal(t, live, q.len())
	require.Len(t, drain(&q, Never), live)
}

// All timers at once, then all cancelled: the sweep keeps up with that too.
func TestCancelAll(t *testing.T) {
	var q fourAry
	handles := make([]Handle, 100_000)
	for i := range handles {
		handles[i] = q.push(Time(i%977), uint64(i+1), named("timer"))
	}
	for _, h := range handles {
		require.True(t, q.cancel(h))
	}
	require.Zero(t, q.len())
	require.Less(t, len(q.heap), compactMin)
	require.Empty(t, drain(&q, Never))
}
