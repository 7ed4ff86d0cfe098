package scheduler

import (
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// memo remembers the answers of node-local plugins by class and node. An answer holds as long as the node's generation.
type memo struct {
	profile *Profile
	local   []framework.NodeLocal // by filter plugin, nil where it is not local
	classes map[*cluster.PodSpec]*classMemo
	clock   uint64
}

// memoEntries bounds the entries of all classes together (about 32 bytes each): the class not used for longest makes room.
const memoEntries = 2 << 20

// classMemo holds the answers for one class.
type classMemo struct {
	spec          *cluster.PodSpec
	used          uint64
	localFilters  uint64 // filters whose answers are in entries
	remoteFilters uint64 // filters that have to be run each time
	localScores   uint64 // scorers whose answers are in entries
	entries       []memoEntry
	raw           []int64 // by node handle, then score plugin: what NormalizeScore starts from
	nonZero       []int   // by score plugin: how many of its raw scores are not zero
}

type memoEntry struct {
	generation uint64            // of the node when status was computed; 0: never
	status     *framework.Status // of the first local filter that rejects; nil: none does
	rejector   uint8             // position of that filter
	scored     bool              // sum and raw are of this generation
	sum        int64             // weighted scores of the local scorers that do not normalise
}

func newMemo(p *Profile) *memo {
	m := &memo{profile: p, classes: map[*cluster.PodSpec]*classMemo{}}
	for _, f := range p.filter {
		local, _ := f.(framework.NodeLocal)
		m.local = append(m.local, local)
	}
	return m
}

// class returns the memory of the pod's class, emptied if other plugins are local than when it was filled.
func (m *memo) class(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot) *classMemo {
	m.clock++
	c := m.classes[pod.Spec]
	if c == nil {
		c = &classMemo{spec: pod.Spec}
		m.makeRoom(view.Handles())
		m.classes[pod.Spec] = c
	}
	c.used = m.clock
	local := m.localFilters(state, pod, view)
	if local != c.localFilters || len(c.entries) < view.Handles() {
		c.localFilters = local
		c.localScores = 0
		c.entries = make([]memoEntry, view.Handles())
		c.raw = nil
	}
	c.remoteFilters = ^state.SkipFilters & (1<<len(m.local) - 1) &^ local
	return c
}

func (m *memo) localFilters(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot) uint64 {
	var set uint64
	for i, l := range m.local {
		if l != nil && state.SkipFilters&(1<<i) == 0 && l.NodeLocal(pod, view) {
			set |= 1 << i
		}
	}
	return set
}

// makeRoom forgets the classes not used for longest until another fits.
func (m *memo) makeRoom(handles int) {
	for len(m.classes) > 0 && (len(m.classes)+1)*handles > memoEntries {
		var oldest *classMemo
		for _, c := range m.classes {
			if oldest == nil || c.used < oldest.used {
				oldest = c
			}
		}
		delete(m.classes, oldest.spec)
	}
}

// remember returns the entry of a node, computing the local filters anew if the node has changed.
func (p *Profile) remember(class *classMemo, state *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo) *memoEntry {
	e := &class.entries[node.Index]
	if e.generation == node.Generation {
		return e
	}
	*e = memoEntry{generation: node.Generation}
	for i, pl := range p.filter {
		if class.localFilters&(1<<i) == 0 {
			continue
		}
		if s := pl.Filter(state, pod, node); !s.IsSuccess() {
			e.status, e.rejector = s, uint8(i)
			break
		}
	}
	return e
}

// scoreSet tells the memory which scorers are local in this cycle.
func (c *classMemo) scoreSet(local uint64, plugins int) {
	if c.localScores == local && len(c.raw) == len(c.entries)*plugins {
		return
	}
	c.localScores = local
	c.raw = make([]int64, len(c.entries)*plugins)
	c.nonZero = make([]int, plugins)
	for i := range c.entries {
		c.entries[i].scored = false
	}
}

// scored returns the entry of a feasible node with its local scores computed.
func (p *Profile) scored(class *classMemo, state *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo) *memoEntry {
	e := p.remember(class, state, pod, node)
	if e.scored {
		return e
	}
	e.scored, e.sum = true, 0
	for i := range p.score {
		if class.localScores&(1<<i) == 0 {
			continue
		}
		s := &p.score[i]
		raw := s.Score(state, pod, node)
		if s.normalizer == nil {
			e.sum += raw * s.weight
		} else {
			class.setRaw(node.Index*len(p.score)+i, i, raw)
		}
	}
	return e
}

// setRaw stores a raw score and keeps count of those that are not zero.
func (c *classMemo) setRaw(at, plugin int, raw int64) {
	if c.raw[at] != 0 {
		c.nonZero[plugin]--
	}
	if raw != 0 {
		c.nonZero[plugin]++
	}
	c.raw[at] = raw
}
