package plugins

import (
	"math"

	"github.com/wavetank/wavetank/sim/cluster"
)

// tallies holds counts that follow the podLog, by what they count. The least recently used one makes room for a new one.
type tallies[T any] struct {
	byKey map[string]*tally[T]
	clock uint64
	most  int // counts kept; 0: as many as maxTallies allows
}

// tally is one count, up to date with the log up to a number.
type tally[T any] struct {
	value T
	read  uint64
	used  uint64
}

// maxTallies bounds memory: the number of counts times the number of nodes.
const maxTallies = 1 << 23

// of returns the count of a key as of now: it follows what the log says since it was last asked for, or begins anew with
// fresh. The key must name all that the count depends on, except pods and nodes.
func (t *tallies[T]) of(key []byte, log *podLog, view *cluster.Snapshot, fresh func() T, follow func(*T, podEntry)) *T {
	t.clock++
	c := t.byKey[string(key)]
	if c == nil {
		t.makeRoom(view)
		c = &tally[T]{}
		t.byKey[string(key)] = c
	}
	entries, complete := log.since(c.read)
	if complete && c.used > 0 {
		for _, e := range entries {
			follow(&c.value, e)
		}
	} else {
		c.value = fresh()
	}
	c.read, c.used = log.end(), t.clock
	return &c.value
}

func (t *tallies[T]) makeRoom(view *cluster.Snapshot) {
	if t.byKey == nil {
		t.byKey = map[string]*tally[T]{}
	}
	most := t.most
	if most == 0 {
		most = max(8, maxTallies/max(1, view.Handles()))
	}
	if len(t.byKey) < most {
		return
	}
	oldest, used := "", uint64(math.MaxUint64)
	for key, c := range t.byKey { // no two have the same use
		if c.used < used {
			oldest, used = key, c.used
		}
	}
	delete(t.byKey, oldest)
}
