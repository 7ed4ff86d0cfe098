package load

import (
	"time"

	"github.com/wavetank/wavetank/sim"
)

// totals are what something has come to since it began.
type totals struct {
	cpu      float64 // milli-CPU seconds
	requests float64
}

func (t totals) plus(u totals) totals { return totals{t.cpu + u.cpu, t.requests + u.requests} }

func (t totals) times(span time.Duration) totals {
	s := span.Seconds()
	return totals{t.cpu * s, t.requests * s}
}

// ledger adds up what something has used, and keeps what it came to at the last two scrapes. Nothing has to happen at a
// scrape: between two changes all is even, so that its totals are known when somebody asks.
type ledger struct {
	total totals
	marks [2]mark // the later one last
}

// mark is what a ledger said at a scrape.
type mark struct {
	at     sim.Time
	total  totals
	memory int64
	valid  bool
}

// add goes on from one instant to another at even rates. An interval has its end and not its beginning.
func (g *ledger) add(from, to sim.Time, rates totals, memory int64, resolution time.Duration) {
	last := to - to%sim.Time(resolution)
	for _, at := range [2]sim.Time{last - sim.Time(resolution), last} {
		if at > from {
			g.note(mark{at: at, total: g.total.plus(rates.times(at.Sub(from))), memory: memory, valid: true})
		}
	}
	g.total = g.total.plus(rates.times(to.Sub(from)))
}

func (g *ledger) note(m mark) { g.marks[0], g.marks[1] = g.marks[1], m }

// at returns what the ledger said at a scrape; zero if it did not yet exist.
func (g *ledger) at(scrape sim.Time) mark {
	for _, m := range g.marks {
		if m.valid && m.at == scrape {
			return m
		}
	}
	return mark{}
}
