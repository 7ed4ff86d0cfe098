package results

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// A faultTally is what is known of one fault. It is open until the fault has ended and all workloads that lost pods to it
// are whole again.
type faultTally struct {
	FaultEvent // its begin
	end        sim.Time
	closedAt   sim.Time // never: it is open

	pods int // on its nodes at its begin

	// What the control plane made of it, until its end.
	detected, tainted, unready  sim.Time // the first of its nodes not Ready, tainted, of its pods not ready
	firstEvicted, lastEvicted   sim.Time
	nodesNotReady, nodesTainted int
	podsUnready, podsEvicted    int
	podsGone                    int // of themselves, or by their owners
	evictedBy                   []ReasonCount

	// What it cost the workloads that lost serving pods.
	hit           map[*workload]bool
	waiting       int      // of them: not whole again
	wholeAt       sim.Time // when the last one was whole again
	last          *workload
	lost, phantom integral // replicas
	worst         standing
	worstOf       *workload

	// What the services failed while it was open.
	before       []failed // by service: up to its begin
	failed       failed
	worstService *serviceTally
	worstFailed  float64
}

func (f *faultTally) closed() bool { return f.closedAt != never }

// loss is a workload that lost serving pods to a fault, until it is whole again.
type loss struct {
	fault         *faultTally
	lost, phantom integral // of the workload, before
}

// faults are all of a run.
type faults struct {
	list   []*faultTally // in the order in which they began
	byID   map[int]*faultTally
	ending []*faultTally // that ended, and are not closed
}

// OnFault takes in the beginning or the end of a fault, at the instant at which it happens: a beginning best before the
// store tells of it, so that the pods on its nodes are those that it hit. It panics where a fault ends that never began.
func (r *Recorder) OnFault(e FaultEvent) {
	r.advance(e.At)
	if r.out.events != nil {
		r.out.events.fault(&e)
	}
	r.avail.now = r.now
	if e.Begin {
		r.faultBegins(e)
		return
	}
	f := r.faults.byID[e.ID]
	if f == nil {
		panic(fmt.Sprintf("results: fault %d (%s) ends at %v and never began", e.ID, e.Name, e.At))
	}
	delete(r.faults.byID, e.ID)
	f.end = e.At
	r.faults.ending = append(r.faults.ending, f)
	for _, name := range f.Nodes {
		at := r.seats.of(name)
		at.release(f)
		r.seats.forget(name, at)
	}
}

func (r *Recorder) faultBegins(e FaultEvent) {
	r.follow()
	f := &faultTally{
		FaultEvent: e, end: never, closedAt: never, detected: never, tainted: never, unready: never,
		firstEvicted: never, lastEvicted: never, hit: map[*workload]bool{},
	}
	f.Nodes = slices.Clone(e.Nodes)
	if r.faults.byID == nil {
		r.faults.byID = map[int]*faultTally{}
	}
	r.faults.byID[e.ID] = f
	r.faults.list = append(r.faults.list, f)
	for _, name := range f.Nodes {
		r.hits(f, r.seats.of(name))
	}
	r.services.mark(f, r.now, false)
}

// hits notes which pods a fault hits on a node. What happened to them in this very instant was the fault's doing.
func (r *Recorder) hits(f *faultTally, at *seat) {
	at.faults = append(at.faults, faultedSeat{fault: f})
	if !at.ready && at.notReadyAt == r.now {
		at.faults[len(at.faults)-1].nodeNotReady(r.now)
	}
	for _, st := range at.pods {
		st.hits = append(slices.DeleteFunc(st.hits, (*faultTally).closed), f)
		f.pods++
		if st.ready && !st.serving && at.lostAt == r.now && st.group != nil {
			st.lose(&r.avail)
		}
	}
}

// seen follows a change of a node on which faults last.
func (at *seat) seen(now sim.Time, wasReady bool, before, after *cluster.Node) {
	for i := range at.faults {
		s := &at.faults[i]
		if wasReady && !at.ready {
			s.nodeNotReady(now)
		}
		if after != nil && !s.tainted && givenUp(after) && (before == nil || !givenUp(before)) {
			s.tainted = true
			s.fault.nodesTainted++
			s.fault.tainted = min(s.fault.tainted, now)
		}
	}
}

func (s *faultedSeat) nodeNotReady(now sim.Time) {
	if !s.notReady {
		s.notReady = true
		s.fault.nodesNotReady++
		s.fault.detected = min(s.fault.detected, now)
	}
}

// givenUp tells whether a node has one of the taints of nodes that are not well.
func givenUp(n *cluster.Node) bool {
	return slices.ContainsFunc(n.Taints, func(t cluster.Taint) bool {
		return t.Key == cluster.TaintNotReady || t.Key == cluster.TaintUnreachable || t.Key == cluster.TaintOutOfService
	})
}

// told follows what the API says of a pod that faults have hit. What it says after a fault has ended is not of it.
func (st *podStanding) told(now sim.Time, reason cluster.Reason, ready, leaves bool) {
	for _, f := range st.hits {
		switch {
		case f.end != never:
		case leaves && !st.leaving && byOwner(reason):
			f.podsGone++
		case leaves && !st.leaving:
			f.evicted(now, reason)
		case st.ready && !ready && !leaves:
			f.podsUnready++
			f.unready = min(f.unready, now)
		}
	}
	st.leaving = st.leaving || leaves
}

// byOwner tells whether a pod goes because its owner or user wants it gone, as when a workload is scaled down: not because
// of its node.
func byOwner(reason cluster.Reason) bool {
	switch reason {
	case cluster.ReasonKilling, cluster.ReasonDeleted, cluster.ReasonWithdrawn, cluster.ReasonCompleted:
		return true
	}
	return false
}

func (f *faultTally) evicted(now sim.Time, reason cluster.Reason) {
	f.podsEvicted++
	f.firstEvicted, f.lastEvicted = min(f.firstEvicted, now), now
	i, known := slices.BinarySearchFunc(f.evictedBy, string(reason), func(c ReasonCount, r string) int {
		return cmp.Compare(c.Reason, r)
	})
	if !known {
		f.evictedBy = slices.Insert(f.evictedBy, i, ReasonCount{Reason: string(reason)})
	}
	f.evictedBy[i].Pods++
}

// lose puts it down to the faults which have hit a pod that the pod serves no longer.
func (st *podStanding) lose(a *availability) {
	w := st.group.countsFor()
	if w == nil {
		return
	}
	for _, f := range st.hits {
		if !f.closed() && !slices.ContainsFunc(w.losses, func(l loss) bool { return l.fault == f }) {
			a.touch(w)
			f.hit[w] = true
			f.waiting++
			w.losses = append(w.losses, loss{f, w.total.lost, w.total.phantom})
		}
	}
	a.await(w)
}

// countLosses tells the faults that have hit a workload of a state that lasted.
func (w *workload) countLosses() {
	for _, l := range w.losses {
		if !w.now.whole() && (l.fault.worstOf == nil || w.now.worse(l.fault.worst)) {
			l.fault.worst, l.fault.worstOf = w.now, w
		}
	}
	if w.now.whole() {
		w.settle(w.since)
	}
}

// settle ends the losses of a workload.
func (w *workload) settle(at sim.Time) {
	for _, l := range w.losses {
		l.fault.waiting--
		if at >= l.fault.wholeAt {
			l.fault.wholeAt, l.fault.last = at, w
		}
		l.fault.lost = l.fault.lost.plus(w.total.lost.since(l.lost))
		l.fault.phantom = l.fault.phantom.plus(w.total.phantom.since(l.phantom))
	}
	w.losses = w.losses[:0]
}

// closeFaults closes the faults that are over and whose workloads are whole. Time has moved on since the last change.
func (r *Recorder) closeFaults() {
	r.faults.ending = slices.DeleteFunc(r.faults.ending, func(f *faultTally) bool {
		if f.waiting > 0 {
			return false
		}
		f.closedAt = max(f.end, f.wholeAt)
		r.services.mark(f, f.closedAt, true)
		return true
	})
}
