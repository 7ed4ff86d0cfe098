package sim

// slots keeps the pending events themselves, so that a queue sorts small
// entries without pointers. Slots are used again: in steady state nothing is
// allocated, and an empty slot holds no reference, so a fired event is garbage.
type slots struct {
	table []slot
	free  []uint32
}

// slot holds one pending event. ord is the generation: as order numbers are
// never used twice, a stale Handle cannot match a later event in the same slot,
// however often the slot was used (a 32 bit counter would wrap within minutes).
type slot struct {
	ev  Event
	ord uint64 // 0: empty
}

// put stores ev and returns its slot.
func (s *slots) put(ord uint64, ev Event) uint32 {
	if n := len(s.free); n > 0 {
		i := s.free[n-1]
		s.free = s.free[:n-1]
		s.table[i] = slot{ev, ord}
		return i
	}
	s.table = append(s.table, slot{ev, ord})
	return uint32(len(s.table) - 1)
}

// take empties slot i and returns its event, or nil if ord is no longer there.
func (s *slots) take(i uint32, ord uint64) Event {
	if !s.holds(i, ord) {
		return nil
	}
	ev := s.table[i].ev
	s.table[i] = slot{}
	s.free = append(s.free, i)
	return ev
}

// holds reports whether the event with that order number is still in slot i.
func (s *slots) holds(i uint32, ord uint64) bool {
	return ord != 0 && int(i) < len(s.table) && s.table[i].ord == ord
}
