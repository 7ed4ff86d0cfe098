package generate

import "math/rand/v2"

// dice is the one source of chance of a case.
type dice struct{ *rand.Rand }

func newDice(seed uint64, index int) dice {
	return dice{rand.New(rand.NewPCG(seed, uint64(index)))}
}

// chance is true with probability p.
func (d dice) chance(p float64) bool { return d.Float64() < p }

// between is uniform in [low, high].
func (d dice) between(low, high int) int { return low + d.IntN(high-low+1) }

func (d dice) between64(low, high int64) int64 { return low + d.Int64N(high-low+1) }

func pick[T any](d dice, list ...T) T { return list[d.IntN(len(list))] }

// some is a random non-empty subset of at most n elements, in the order of the list.
func some[T any](d dice, n int, list ...T) []T {
	left := d.between(1, min(n, len(list)))
	var chosen []T
	for i, element := range list {
		if d.IntN(len(list)-i) < left {
			chosen = append(chosen, element)
			left--
		}
	}
	return chosen
}
