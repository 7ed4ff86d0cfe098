package results

import (
	"time"

	"github.com/wavetank/wavetank/sim"
)

// The windows over which burn rates are measured are the two of a page-worthy alert (The Site Reliability Workbook,
// Beyer et al. 2018, chapter 5 "Alerting on SLOs", table 5-8: a long window of 1 h and a short one of 5 min). Each slides
// in steps of a sixtieth of itself.
const (
	burnSlots   = 60
	hourSlot    = int64(time.Hour) / burnSlots
	minutesSlot = 5 * int64(time.Minute) / burnSlots
)

// burnWindow finds the worst share of bad requests in any window of 60 slots. A window is the end of one round of 60 slots
// and the beginning of the next: sums of either are kept, so that nothing is ever taken away from a sum and no rounding
// remains of what has left the window.
type burnWindow struct {
	width    int64 // of a slot, nanoseconds
	present  int64 // number of the slot that is being filled
	filled   int64 // slots that were completed
	round    [burnSlots]burnSlot
	sum      burnSlot                // of the present round
	before   [burnSlots + 1]burnSlot // of the round before: from each slot to its end
	worst    float64                 // share
	worstEnd sim.Time
}

type burnSlot struct{ requests, bad float64 }

func (s burnSlot) plus(t burnSlot) burnSlot { return burnSlot{s.requests + t.requests, s.bad + t.bad} }

func (w *burnWindow) begin(at sim.Time) { w.present = int64(at) / w.width }

// add spreads the requests of an interval over its slots.
func (w *burnWindow) add(from, to sim.Time, requests, bad float64) {
	first, last := int64(from)/w.width, int64(to)/w.width
	w.until(first)
	if first == last {
		w.fill(burnSlot{requests, bad})
		return
	}
	part := func(nanos int64) burnSlot {
		share := float64(nanos) / float64(to-from)
		return burnSlot{requests * share, bad * share}
	}
	w.fill(part((first+1)*w.width - int64(from)))
	whole := part(w.width)
	for w.present+1 < last {
		w.until(w.present + 1)
		w.fill(whole)
		if w.present-first == 2*burnSlots && w.present+1 < last {
			w.repeat(last-1, whole)
		}
	}
	w.until(last)
	w.fill(part(int64(to) - last*w.width))
}

// repeat moves on to a later slot where all slots up to it are alike, and so all windows.
func (w *burnWindow) repeat(slot int64, like burnSlot) {
	w.filled += slot - w.present
	w.present = slot
	place := int(slot % burnSlots)
	w.round, w.sum = [burnSlots]burnSlot{}, burnSlot{}
	for i := range w.round {
		w.round[i] = like
	}
	w.turn()
	for i := range place + 1 {
		w.round[i] = like
		w.sum = w.sum.plus(like)
	}
}

// turn ends a round.
func (w *burnWindow) turn() {
	for i := burnSlots - 1; i >= 0; i-- {
		w.before[i] = w.before[i+1].plus(w.round[i])
	}
	w.round, w.sum = [burnSlots]burnSlot{}, burnSlot{}
}

func (w *burnWindow) fill(s burnSlot) {
	place := w.present % burnSlots
	w.round[place] = w.round[place].plus(s)
	w.sum = w.sum.plus(s)
}

// window is what came in the present slot and the 59 before it.
func (w *burnWindow) window() burnSlot { return w.before[w.present%burnSlots+1].plus(w.sum) }

// until completes the slots before one.
func (w *burnWindow) until(slot int64) {
	for w.present < slot {
		if w.window() == (burnSlot{}) && slot-w.present > burnSlots { // nothing for longer than a window
			w.filled += slot - w.present
			w.present = slot
			w.before = [burnSlots + 1]burnSlot{}
			return
		}
		w.complete()
		w.present++
		w.filled++
		if w.present%burnSlots == 0 {
			w.turn()
		}
	}
}

// complete looks at the window that ends with the present slot. One that reaches back before the first interval does not
// count: a single failure among the first requests would be a fire.
func (w *burnWindow) complete() {
	if w.filled+1 >= burnSlots {
		w.look(sim.Time((w.present + 1) * w.width))
	}
}

func (w *burnWindow) look(end sim.Time) {
	sum := w.window()
	if sum.requests <= 0 || sum.bad <= 0 {
		return
	}
	if share := sum.bad / sum.requests; share > w.worst*(1+1e-9) {
		w.worst, w.worstEnd = share, end
	}
}

// finish looks at what there is where the service was seen for less than a window.
func (w *burnWindow) finish(at sim.Time) {
	if w.filled < burnSlots {
		w.look(at)
	}
}

// budgetCells bounds a budgetCurve.
const budgetCells = 4096

// budgetCurve is how many requests had gone bad by when, in cells of equal time. When there are too many of them, each
// two become one.
type budgetCurve struct {
	width int64 // nanoseconds; 0: nothing was added
	cells []float64
}

// add spreads what went bad in an interval over the cells.
func (c *budgetCurve) add(from, to sim.Time, bad float64) {
	if bad <= 0 {
		return
	}
	if c.width == 0 {
		c.width = int64(time.Minute)
	}
	for int64(to)/c.width >= budgetCells {
		c.halve()
	}
	first, last := int64(from)/c.width, int64(to)/c.width
	for int64(len(c.cells)) <= last {
		c.cells = append(c.cells, 0)
	}
	if first == last {
		c.cells[first] += bad
		return
	}
	for i := first; i <= last; i++ {
		begin, end := max(int64(from), i*c.width), min(int64(to), (i+1)*c.width)
		c.cells[i] += bad * float64(end-begin) / float64(to-from)
	}
}

func (c *budgetCurve) halve() {
	n := (len(c.cells) + 1) / 2
	for i := range n {
		c.cells[i] = c.cells[2*i]
		if 2*i+1 < len(c.cells) {
			c.cells[i] += c.cells[2*i+1]
		}
	}
	c.cells = c.cells[:n]
	c.width *= 2
}

// reached returns when so many requests had gone bad: exact to the width of a cell. It returns false if it never was.
func (c *budgetCurve) reached(budget float64) (sim.Time, bool) {
	sum := 0.0
	for i, bad := range c.cells {
		if bad > 0 && sum+bad > budget {
			return sim.Time(int64(i)*c.width + int64((budget-sum)/bad*float64(c.width))), true
		}
		sum += bad
	}
	return 0, false
}
