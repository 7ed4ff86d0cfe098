package results

import (
	"slices"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// A podStanding says what a pod counts for: on which node it sits, which workload it serves, and which faults have hit it.
// Pods have one only where somebody asks: while there is a workload or has been a fault.
type podStanding struct {
	seat    *seat // of its node; nil: it is not placed
	slot    int   // its place among the pods of the seat
	group   *group
	ready   bool // Ready in the API, and neither ended nor about to
	serving bool // ready, and its node is up and reachable
	milli   int64
	leaving bool // it was told to go, or has ended
	hits    []*faultTally
}

// A seat is a node as the place of pods, by its name.
type seat struct {
	exists     bool
	reachable  bool // it exists, is up, and nothing cuts it off
	ready      bool // the API calls it Ready
	lostAt     sim.Time
	notReadyAt sim.Time // when Ready last left True; meaningful while not ready
	pods       []*podStanding
	faults     []faultedSeat
}

// faultedSeat is one fault that lasts on a node.
type faultedSeat struct {
	fault             *faultTally
	notReady, tainted bool // seen since the fault began
}

// seats are the nodes. What the API and the truth say of nodes is always kept: nodes change seldom. Who sits there is
// kept only from the first workload or fault on.
type seats struct {
	byName map[string]*seat
	taken  bool // pods are kept
	free   []*podStanding
}

func (s *seats) of(name string) *seat {
	at, known := s.byName[name]
	if !known {
		at = &seat{lostAt: never, notReadyAt: never}
		s.byName[name] = at
	}
	return at
}

// forget lets go of a node of which nothing remains.
func (s *seats) forget(name string, at *seat) {
	if !at.exists && len(at.pods) == 0 && len(at.faults) == 0 {
		delete(s.byName, name)
	}
}

// set takes over what a node is now, and tells whether it was lost to those who use it, or came back.
func (at *seat) set(now sim.Time, n *cluster.Node) (turned bool) {
	was := at.reachable
	at.exists = n != nil
	at.reachable = n != nil && n.Reachable()
	if was && !at.reachable {
		at.lostAt = now
	}
	ready := n != nil && n.Ready == cluster.ConditionTrue
	if at.ready && !ready {
		at.notReadyAt = now
	}
	at.ready = ready
	return was != at.reachable
}

func (at *seat) sit(p *podStanding) {
	p.seat, p.slot = at, len(at.pods)
	at.pods = append(at.pods, p)
}

// leave gives up the pod's place: the last one takes it.
func (at *seat) leave(p *podStanding) {
	last := len(at.pods) - 1
	moved := at.pods[last]
	at.pods[p.slot], at.pods[last] = moved, nil
	moved.slot = p.slot
	at.pods = at.pods[:last]
	p.seat = nil
}

// release ends the fault's stay on the node.
func (at *seat) release(f *faultTally) {
	at.faults = slices.DeleteFunc(at.faults, func(s faultedSeat) bool { return s.fault == f })
}

func (s *seats) standing() *podStanding {
	if n := len(s.free); n > 0 {
		p := s.free[n-1]
		s.free = s.free[:n-1]
		return p
	}
	return &podStanding{}
}

// drop forgets a pod.
func (s *seats) drop(p *podStanding, node string) {
	if at := p.seat; at != nil {
		at.leave(p)
		s.forget(node, at)
	}
	*p = podStanding{hits: p.hits[:0]}
	s.free = append(s.free, p)
}
