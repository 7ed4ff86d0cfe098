package results

import "github.com/wavetank/wavetank/sim"

// tally is what has been summed up over the states of a workload.
type tally struct {
	wanted  int64    // nanoseconds in which pods were desired
	some    int64    // of those: with a serving pod
	enough  int64    // of those: with as many serving pods as are needed
	desired integral // pods
	served  integral // serving pods, at most the desired ones
	claimed integral // likewise, ready ones: what the API says
	phantom integral // pods that are ready and do not serve
	lost    integral // desired pods that do not serve
	asked   integral // requested milli-CPU of all its pods that are placed
}

// since returns what has come to an earlier tally.
func (t *tally) since(b *tally) tally {
	return tally{
		wanted: t.wanted - b.wanted, some: t.some - b.some, enough: t.enough - b.enough,
		desired: t.desired.since(b.desired), served: t.served.since(b.served), claimed: t.claimed.since(b.claimed),
		phantom: t.phantom.since(b.phantom), lost: t.lost.since(b.lost), asked: t.asked.since(b.asked),
	}
}

// add counts a state that lasted.
func (t *tally) add(s *standing, nanos int64) {
	t.asked.add(s.milli, nanos)
	if s.desired <= 0 {
		return
	}
	t.wanted += nanos
	if s.serving > 0 {
		t.some += nanos
	}
	if s.serving >= s.needed {
		t.enough += nanos
	}
	t.desired.add(s.desired, nanos)
	t.served.add(min(s.serving, s.desired), nanos)
	t.claimed.add(min(s.ready, s.desired), nanos)
	t.phantom.add(s.ready-s.serving, nanos)
	t.lost.add(max(0, s.desired-s.serving), nanos)
}

// standing is how a workload stands at an instant.
type standing struct {
	desired int64 // pods that its spec asks for
	needed  int64 // pods that have to serve: what its disruption budget asks for, or else desired
	serving int64
	ready   int64
	milli   int64 // milli-CPU that its placed pods request
}

func (s *standing) short() bool { return s.desired > 0 && s.serving < s.needed }
func (s *standing) whole() bool { return s.serving >= s.desired }

// worse tells whether a smaller share of the desired pods serves.
func (s *standing) worse(than standing) bool { return s.serving*than.desired < than.serving*s.desired }

// shortages are the stretches in which too few pods served.
type shortages struct {
	count     int
	since     sim.Time // of the present one
	lasting   bool
	longest   int64 // nanoseconds
	longestAt sim.Time
	worst     standing // the smallest share of serving pods; desired is 0 before the first short state
	worstAt   sim.Time
}

// add counts a state that lasted from one instant to another.
func (h *shortages) add(s *standing, from, to sim.Time) {
	if !s.short() {
		h.lasting = false
		return
	}
	if !h.lasting {
		h.lasting, h.since = true, from
		h.count++
	}
	if span := spanOf(h.since, to); span > h.longest {
		h.longest, h.longestAt = span, h.since
	}
	if h.worst.desired == 0 || s.worse(h.worst) {
		h.worst, h.worstAt = *s, from
	}
}
