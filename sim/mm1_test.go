package sim

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
)

// station is a single server: customers arrive as a Poisson process and take
// exponential times to serve, one second in the mean.
type station struct {
	engine    *Engine
	rng       *rand.Rand
	gap       float64 // mean time between arrivals, seconds
	limit     uint64  // arrivals end after so many events; 0: never
	customers int     // here now
	served    int
	area      float64 // integral of customers over time, customer seconds
	since     Time    // of the last change of customers
	arrival   arrival
	departure departure
}

type (
	arrival   struct{ *station }
	departure struct{ *station }
)

// newStation starts an M/M/1 queue with the given load on e.
func newStation(e *Engine, load float64) *station {
	s := &station{engine: e, rng: e.Rand("station"), gap: 1 / load}
	s.arrival.station, s.departure.station = s, s
	s.after(s.gap, PhaseArrive, &s.arrival)
	return s
}

func (*arrival) String() string   { return "arrival" }
func (*departure) String() string { return "departure" }

func (a *arrival) Fire(now Time) {
	a.count(now, +1)
	if a.limit == 0 || a.engine.Events() < a.limit {
		a.after(a.gap, PhaseArrive, a)
	}
	if a.customers == 1 {
		a.after(1, PhaseWorld, &a.station.departure)
	}
}

func (d *departure) Fire(now Time) {
	d.count(now, -1)
	d.served++
	if d.customers > 0 {
		d.after(1, PhaseWorld, d)
	}
}

func (s *station) count(now Time, change int) {
	s.area += float64(s.customers) * now.Sub(s.since).Seconds()
	s.customers += change
	s.since = now
}

func (s *station) after(mean float64, p Phase, ev Event) {
	s.engine.After(time.Duration(mean*s.rng.ExpFloat64()*float64(time.Second)), p, ev)
}

// In the long run an M/M/1 queue with load r holds r/(1-r) customers (Kleinrock,
// Queueing Systems I, 3.2). The mean of 20 runs must lie within the 99 % interval
// of theory: Student's t with 19 degrees of freedom, 2.861.
func TestMM1AgreesWithTheory(t *testing.T) {
	const runs = 20
	for _, load := range []float64{0.3, 0.5, 0.8} {
		var means []float64
		for seed := range uint64(runs) {
			e := New(seed)
			s := newStation(e, load)
			require.NoError(t, e.Run(Time(50_000*time.Second)))
			means = append(means, s.area/s.since.Seconds())
		}
		mean, deviation := stat.MeanStdDev(means, nil)
		margin := 2.861 * deviation / math.Sqrt(runs)
		require.InDelta(t, load/(1-load), mean, margin, "load %v", load)
	}
}
