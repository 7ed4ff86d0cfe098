package framework

// StateData is what a plugin keeps from one extension point to the next within a cycle.
type StateData interface{ Clone() StateData }

// CycleState holds the plugins' data of one cycle, and which plugins take no part in it. The zero value is ready.
type CycleState struct {
	data        []stateEntry
	SkipFilters uint64 // by the plugin's position among the profile's filter plugins
	SkipScores  uint64 // by the plugin's position among the profile's score plugins
}

type stateEntry struct {
	key  string
	data StateData
}

// Write stores data under a key, by custom the plugin's name; it replaces what was there.
func (s *CycleState) Write(key string, data StateData) {
	for i := range s.data {
		if s.data[i].key == key {
			s.data[i].data = data
			return
		}
	}
	s.data = append(s.data, stateEntry{key, data})
}

// Read returns what was stored under a key, nil if nothing was.
func (s *CycleState) Read(key string) StateData {
	for i := range s.data {
		if s.data[i].key == key {
			return s.data[i].data
		}
	}
	return nil
}

// Reset forgets everything, for the next cycle.
func (s *CycleState) Reset() {
	clear(s.data)
	s.data = s.data[:0]
	s.SkipFilters, s.SkipScores = 0, 0
}

// Clone returns a state whose data can be changed without changing s.
func (s *CycleState) Clone() *CycleState {
	c := &CycleState{SkipFilters: s.SkipFilters, SkipScores: s.SkipScores, data: make([]stateEntry, len(s.data))}
	for i, e := range s.data {
		c.data[i] = stateEntry{e.key, e.data.Clone()}
	}
	return c
}
