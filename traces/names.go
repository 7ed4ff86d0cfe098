package traces

// nameSet finds names that occur twice. It keeps a 64-bit hash and a line number for each name, and not the name: a
// trace of five million pods takes 96 MiB at most, 144 MiB while it grows.
//
// Two different names of one hash would be reported as a duplicate. With a hash that spreads evenly, the probability
// that this happens anywhere among n names is n*n / 2^65: one in 1.5 million for five million names.
type nameSet struct {
	hashes []uint64 // open addressing with linear probing; 0: free
	lines  []uint32 // the line of the name in the same slot of hashes
	count  int
}

func newNameSet() *nameSet {
	const start = 1 << 10
	return &nameSet{hashes: make([]uint64, start), lines: make([]uint32, start)}
}

// add puts in a name that stands on a line, and returns the line of its first occurrence, or 0 when it is new.
// A nil set holds nothing and finds nothing.
func (s *nameSet) add(name string, line int) int {
	if s == nil {
		return 0
	}
	if s.count*4 >= len(s.hashes)*3 {
		s.grow()
	}
	return s.put(hashName(name), uint32(line))
}

func (s *nameSet) put(hash uint64, line uint32) int {
	mask := uint64(len(s.hashes) - 1)
	i := hash & mask
	for s.hashes[i] != 0 {
		if s.hashes[i] == hash {
			return int(s.lines[i])
		}
		i = (i + 1) & mask
	}
	s.hashes[i], s.lines[i] = hash, line
	s.count++
	return 0
}

func (s *nameSet) grow() {
	old := *s
	s.hashes, s.lines = make([]uint64, 2*len(old.hashes)), make([]uint32, 2*len(old.lines))
	s.count = 0
	for i, hash := range old.hashes {
		if hash != 0 {
			s.put(hash, old.lines[i])
		}
	}
}

// hashName is 64-bit FNV-1a, finished by the mixer of MurmurHash3 (fmix64) so that the low bits spread too. It is the
// same on every run, so that a file is accepted always or never. It is never 0, which marks a free slot.
func hashName(name string) uint64 {
	hash := uint64(14695981039346656037)
	for i := range len(name) {
		hash = (hash ^ uint64(name[i])) * 1099511628211
	}
	hash = (hash ^ hash>>33) * 0xff51afd7ed558ccd
	hash = (hash ^ hash>>33) * 0xc4ceb9fe1a85ec53
	return max(1, hash^hash>>33)
}
