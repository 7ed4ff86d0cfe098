package results

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
)

// TestBudgetCurve: the instant in which a budget is used up is that of even failure, to the width of a cell, however long
// the run.
func TestBudgetCurve(t *testing.T) {
	minute := sim.Time(time.Minute)
	for _, c := range []struct {
		name   string
		add    func(*budgetCurve)
		budget float64
		want   sim.Time
		never  bool
	}{
		{"nothing went bad", func(*budgetCurve) {}, 1, 0, true},
		{"the budget lasts", func(c *budgetCurve) { c.add(0, minute, 10) }, 10, 0, true},
		{"half of an interval", func(c *budgetCurve) { c.add(0, 10*minute, 100) }, 50, 5 * minute, false},
		{"within a cell", func(c *budgetCurve) { c.add(2*minute, 2*minute+minute/4, 8) }, 4, 2*minute + minute/2, false},
		{"what went bad before counts", func(c *budgetCurve) { c.add(0, minute, 10); c.add(10*minute, 20*minute, 100) }, 60, 15 * minute, false},
		{"no budget: with the first", func(c *budgetCurve) { c.add(30*minute, 31*minute, 5) }, 0, 30 * minute, false},
		{"cells that became wider", func(c *budgetCurve) { c.add(0, 2*budgetCells*minute, 1000) }, 500, budgetCells * minute, false},
		{"much wider, with an odd number of cells before", func(c *budgetCurve) {
			c.add(0, 6*minute, 6)
			c.add(100*budgetCells*minute, 101*budgetCells*minute, 100)
		}, 56, 100*budgetCells*minute + budgetCells*minute/2, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			curve := &budgetCurve{}
			c.add(curve)
			at, reached := curve.reached(c.budget)
			require.Equal(t, !c.never, reached)
			require.InDelta(t, float64(c.want), float64(at), float64(max(curve.width, 1)), "%v", at)
			require.LessOrEqual(t, len(curve.cells), budgetCells)
		})
	}
}

// TestHalvingLosesNothing: whatever the number of cells.
func TestHalvingLosesNothing(t *testing.T) {
	for n := range 9 {
		c, want := &budgetCurve{width: 1}, 0.0
		for i := range n {
			c.cells = append(c.cells, float64(i+1))
			want += float64(i + 1)
		}
		c.halve()
		got := 0.0
		for _, cell := range c.cells {
			got += cell
		}
		require.InDelta(t, want, got, 0)
		require.Len(t, c.cells, (n+1)/2)
		require.EqualValues(t, 2, c.width)
	}
}
