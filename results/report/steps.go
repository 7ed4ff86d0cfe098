package report

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot/plotter"
)

// steps is a quantity over time: each value holds until the next instant.
type steps []plotter.XY

// add sets the value from an instant on. Instants do not go back; the last value of an instant holds.
func (s *steps) add(at, value float64) {
	if n := len(*s); n > 0 {
		if (*s)[n-1].Y == value {
			return
		}
		if (*s)[n-1].X == at {
			(*s)[n-1].Y = value
			return
		}
	}
	*s = append(*s, plotter.XY{X: at, Y: value})
}

// merged goes through the rows of many things in the order of time, and calls fn after each instant with the newest figures
// of all of them together: their sums.
func merged(rows []row, fn func(at float64, sums []float64)) {
	if len(rows) == 0 {
		return
	}
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(a.at, b.at) })
	last := map[string][]float64{}
	sums := make([]float64, len(rows[0].figures))
	for i, r := range rows {
		before := last[r.of]
		for j, v := range r.figures {
			sums[j] += v
			if before != nil {
				sums[j] -= before[j]
			}
		}
		last[r.of] = r.figures
		if i+1 == len(rows) || rows[i+1].at > r.at {
			fn(r.at, sums)
		}
	}
}

// within returns what holds from one instant to another.
func (s steps) within(from, to float64) steps {
	var kept steps
	for _, p := range s {
		if p.X <= to {
			kept.add(max(p.X, from), p.Y)
		}
	}
	return kept
}

// thin keeps of what falls into one column of the picture the first, the least, the greatest and the last value, so that
// the picture is the same and its file does not grow with the run.
func (s steps) thin(from, to float64, columns int) steps {
	if len(s) <= 4*columns || to <= from {
		return s
	}
	var kept steps
	for i := 0; i < len(s); {
		column := func(p plotter.XY) int { return int((p.X - from) / (to - from) * float64(columns)) }
		end := i
		least, most := i, i
		for end < len(s) && column(s[end]) == column(s[i]) {
			if s[end].Y < s[least].Y {
				least = end
			}
			if s[end].Y > s[most].Y {
				most = end
			}
			end++
		}
		places := []int{i, least, most, end - 1}
		slices.Sort(places)
		for _, p := range slices.Compact(places) {
			kept = append(kept, s[p])
		}
		i = end
	}
	return kept
}

// most returns the largest value, 0 if there is none.
func (s steps) most() float64 {
	most := 0.0
	for _, p := range s {
		most = max(most, p.Y)
	}
	return most
}

// least returns the smallest value, 0 if there is none.
func (s steps) least() float64 {
	if len(s) == 0 {
		return 0
	}
	least := s[0].Y
	for _, p := range s {
		least = min(least, p.Y)
	}
	return least
}
