package load

import (
	"math/rand/v2"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/wavetank/wavetank/sim"
)

// Level is a rate and how long it lasts on average.
type Level struct {
	Rate    float64
	Sojourn time.Duration // mean of an exponential time
}

// Modulated is a rate that jumps between levels at random: the arrivals that it makes are a Markov-modulated Poisson
// process (Fischer and Meier-Hellstern, The Markov-modulated Poisson process (MMPP) cookbook, Performance Evaluation 18,
// 1993). It begins at the first level; after each sojourn it goes to any of the others, each as likely.
type Modulated struct {
	levels []Level
	draw   func(sojourn int) *rand.Rand
	number int // of the sojourn
	level  int
	until  sim.Time
}

// NewModulated returns the curve of at least two levels. Draw returns the source of one sojourn, counted from 0; it is used
// at once.
func NewModulated(levels []Level, draw func(sojourn int) *rand.Rand) *Modulated {
	m := &Modulated{levels: levels, draw: draw}
	m.until = sim.Time(0).Add(m.sojourn(draw(0)))
	return m
}

func (m *Modulated) sojourn(src *rand.Rand) time.Duration {
	return max(1, time.Duration(src.ExpFloat64()*float64(m.levels[m.level].Sojourn)))
}

// At returns the rate of the level at t.
func (m *Modulated) At(t sim.Time) Stretch {
	for m.until <= t {
		m.number++
		src := m.draw(m.number)
		if other := src.IntN(len(m.levels) - 1); other < m.level {
			m.level = other
		} else {
			m.level = other + 1
		}
		m.until = m.until.Add(m.sojourn(src))
	}
	return Stretch{Rate: m.levels[m.level].Rate, Until: m.until}
}

// Noisy is a curve whose requests are counted: in each interval come as many as a Poisson distribution says of whose mean
// the curve is the rate. The count of an interval belongs to the interval: it is the same whatever came before.
type Noisy struct {
	of     Curve
	every  time.Duration
	source rand.PCG
	seed   [2]uint64
	until  sim.Time
	rate   float64
}

// NewNoisy returns the curve with counts in intervals of a length above 0.
func NewNoisy(of Curve, every time.Duration, seed *rand.Rand) *Noisy {
	return &Noisy{of: of, every: every, seed: [2]uint64{seed.Uint64(), seed.Uint64()}}
}

// At returns the count of the interval of t over its length. The mean is that of the curve in the middle of the interval.
func (n *Noisy) At(t sim.Time) Stretch {
	if t >= n.until {
		end := step(t, n.every)
		start := end - sim.Time(n.every)
		mean := n.of.At(max(t, start+sim.Time(n.every)/2)).Rate * n.every.Seconds()
		n.source.Seed(n.seed[0], n.seed[1]^uint64(start)*0x9e3779b97f4a7c15)
		n.rate, n.until = 0, end
		if mean > 0 {
			n.rate = distuv.Poisson{Lambda: mean, Src: &n.source}.Rand() / n.every.Seconds()
		}
	}
	st := Stretch{Rate: n.rate, Until: n.until}
	if n.rate == 0 {
		if rest := n.of.At(n.until); rest.Rate == 0 && !rest.Smooth {
			st.Until = rest.Until // nothing comes until then: nothing is drawn
		}
	}
	return st
}
