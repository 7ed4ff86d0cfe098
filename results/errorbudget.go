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

// burnWindow finds the worst share of bad requests in any window of 60 slots.
type burnWindow struct {
	width    int64 // of a slot, nanoseconds
	slots    [burnSlots]burnSlot
	present  int64 // number of the slot that is being filled
	filled   int64 // slots that were completed
	sum      burnSlot
	worst    float64 // share
	worstEnd sim.Time
}

type burnSlot struct{ requests, bad float64 }

func (w *burnWindow) begin(at sim.Time) { w.present = int64(at) / w.width }

// add spreads the requests of an interval over its slots.
func (w *burnWindow) add(from, to sim.Time, requests, bad float64) {
	first := int64(from) / w.width
	w.until(first)
	last := int64(to) / w.width
	if first == last {
		w.fill(requests, bad)
		return
	}
	perNano := 1 / float64(to-from)
	part := float64((first+1)*w.width-int64(from)) * perNano
	w.fill(requests*part, bad*part)
	part = float64(w.width) * perNano
	if last-first > 2*burnSlots { // once all slots are alike, so are all windows
		for range burnSlots {
			w.until(w.present + 1)
			w.fill(requests*part, bad*part)
		}
		w.filled += last - 1 - w.present
		w.present = last - 1
	}
	for w.present+1 < last {
		w.until(w.present + 1)
		w.fill(requests*part, bad*part)
	}
	w.until(last)
	part = float64(int64(to)-last*w.width) * perNano
	w.fill(requests*part, bad*part)
}

func (w *burnWindow) fill(requests, bad float64) {
	s := &w.slots[w.present%burnSlots]
	s.requests += requests
	s.bad += bad
	w.sum.requests += requests
	w.sum.bad += bad
}

// until completes the slots before one.
func (w *burnWindow) until(slot int64) {
	if slot-w.present > burnSlots { // nothing for longer than the window
		w.complete()
		w.filled += slot - w.present
		w.slots, w.sum = [burnSlots]burnSlot{}, burnSlot{}
		w.present = slot
		return
	}
	for w.present < slot {
		w.complete()
		w.present++
		w.filled++
		old := &w.slots[w.present%burnSlots]
		w.sum.requests -= old.requests
		w.sum.bad -= old.bad
		*old = burnSlot{}
		if w.present%burnSlots == 0 {
			w.resum() // what rounding has left does not add up
		}
	}
}

func (w *burnWindow) resum() {
	w.sum = burnSlot{}
	for _, s := range w.slots {
		w.sum.requests += s.requests
		w.sum.bad += s.bad
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
	if w.sum.requests <= 0 || w.sum.bad <= 0 {
		return
	}
	if share := w.sum.bad / w.sum.requests; share > w.worst*(1+1e-9) {
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
