package load

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func poisson(servers int, rate, patience float64) *queue {
	return &queue{servers: servers, rate: rate, patience: patience, arrivals: 1}
}

// endless is a patience that nobody loses.
const endless = 1e4

func TestClosedForms(t *testing.T) {
	t.Run("M/M/1", func(t *testing.T) { // Gross and Harris, section 2.2: W = 1/(mu-lambda), exponential
		o := poisson(1, 50, endless).solve(40)
		require.InEpsilon(t, 0.1, o.mean, 1e-9)
		require.InEpsilon(t, 0.01, o.vary, 1e-9)
		require.InEpsilon(t, 0.8, o.wait, 1e-9)
		require.InEpsilon(t, 0.8, o.busy, 1e-9)
		require.InDelta(t, 0, o.lost, 1e-12)
		require.InEpsilon(t, math.Exp(-10*0.25), o.tail(0.25), 1e-9)
		require.InEpsilon(t, math.Log(100)*0.1, quantile99(&o, o.mean), 1e-6)
	})
	t.Run("M/M/2", func(t *testing.T) { // Erlang C of 2 servers at a = 1.5: a^2/2/(1-a/2)/(1+a+a^2/2/(1-a/2)) = 9/14
		o := poisson(2, 1, endless).solve(1.5)
		require.InEpsilon(t, 9.0/14, o.wait, 1e-9)
		require.InEpsilon(t, 1+9.0/14/0.5, o.mean, 1e-9)
	})
	t.Run("Erlang C of 10 servers", func(t *testing.T) { // a table value: a = 8, C = 0.4092
		o := poisson(10, 1, endless).solve(8)
		require.InDelta(t, 0.4092, o.wait, 5e-5)
		require.InEpsilon(t, 1+o.wait/2, o.mean, 1e-9)
		require.InEpsilon(t, 1+o.wait*(2-o.wait)/4, o.vary, 1e-6) // Var W = C(2-C)/theta^2
	})
	t.Run("no patience is a loss system", func(t *testing.T) { // Erlang B of 2 servers at a = 2: 2/(1+2+2) = 0.4
		o := poisson(2, 1, 1e-9).solve(2)
		require.InDelta(t, 0.4, o.lost, 1e-6)
		require.InDelta(t, 1, o.mean, 1e-6)
	})
	t.Run("critical", func(t *testing.T) { // theta = 0, one server: gone = 1/(1 + lambda tau + 1)
		o := poisson(1, 10, 3).solve(10)
		require.InEpsilon(t, 1.0/32, o.lost, 1e-9)
	})
	t.Run("overload", func(t *testing.T) { // serves what it can; all that are served have waited nearly the patience
		o := poisson(4, 10, 5).solve(100)
		require.InEpsilon(t, 0.6, o.lost, 1e-9)
		require.InEpsilon(t, 4, o.busy, 1e-9)
		require.InDelta(t, 5+0.1-1.0/60, o.mean, 1e-6)
	})
	t.Run("idle", func(t *testing.T) {
		o := poisson(3, 10, 5).solve(0)
		require.Equal(t, outcome{mu: 10, mean: 0.1, vary: 0.1 * 0.1}, o)
		require.InEpsilon(t, math.Exp(-1), o.tail(0.1), 1e-12)
	})
	t.Run("hardly any load on many servers", func(t *testing.T) {
		o := poisson(200, 10, 5).solve(1e-9)
		require.InDelta(t, 0.1, o.mean, 1e-12)
		require.Zero(t, o.lost)
	})
	t.Run("processor sharing", func(t *testing.T) { // Kleinrock II, section 4.4; Coffman, Muntz and Trotter, section 3
		q := poisson(1, 50, endless)
		q.sharing = true
		o := q.solve(40)
		require.InEpsilon(t, 0.1, o.mean, 1e-9)
		require.InEpsilon(t, 0.01*2.8/1.2, o.vary, 1e-9)
	})
}

// simulated is what came of a queue that was simulated request by request.
type simulated struct {
	lost, mean, sd, p99, over float64
}

// runLine simulates first come, first served with patience: each server's time of being free is all there is to know.
func runLine(q *queue, gap func() float64, src *rand.Rand, requests int, limit float64) simulated {
	free := make([]float64, q.servers)
	var now float64
	var times []float64
	for range requests {
		now += gap()
		first := 0
		for i := range free {
			if free[i] < free[first] {
				first = i
			}
		}
		if wait := max(0, free[first]-now); wait < q.patience {
			service := src.ExpFloat64() / q.rate
			free[first] = max(free[first], now) + service
			times = append(times, wait+service)
		}
	}
	return summary(times, requests, limit)
}

// runShared simulates servers that are shared evenly, a job never getting more than one of them.
func runShared(q *queue, gap func() float64, src *rand.Rand, requests int, limit float64) simulated {
	type job struct{ left, since float64 }
	var jobs []job
	var times []float64
	next, now := gap(), 0.0
	for came := 0; came < requests || len(jobs) > 0; {
		speed, first := 0.0, -1
		if n := len(jobs); n > 0 {
			speed = q.rate * min(1, float64(q.servers)/float64(n))
			for i := range jobs {
				if first < 0 || jobs[i].left < jobs[first].left {
					first = i
				}
			}
		}
		span := math.Inf(1)
		if first >= 0 {
			span = jobs[first].left / speed
		}
		if came < requests && now+span > next {
			span = next - now
			first = -1
		}
		for i := range jobs {
			jobs[i].left -= span * speed
		}
		now += span
		if first >= 0 {
			times = append(times, now-jobs[first].since)
			jobs = slices.Delete(jobs, first, first+1)
			continue
		}
		jobs = append(jobs, job{src.ExpFloat64(), now})
		came++
		next = now + gap()
	}
	return summary(times, requests, limit)
}

func summary(times []float64, requests int, limit float64) simulated {
	s := simulated{lost: 1 - float64(len(times))/float64(requests)}
	slices.Sort(times)
	s.p99 = times[len(times)*99/100]
	for _, x := range times {
		s.mean += x / float64(len(times))
		if x > limit {
			s.over += 1 / float64(len(times))
		}
	}
	for _, x := range times {
		s.sd += (x - s.mean) * (x - s.mean) / float64(len(times))
	}
	s.sd = math.Sqrt(s.sd)
	return s
}

// repeated simulates a queue so often that the means of its figures are known, and returns them with three standard errors.
func repeated(run func(src *rand.Rand) simulated) (mean, within simulated) {
	const runs = 12
	all := make([]simulated, runs)
	for i := range all {
		all[i] = run(rand.New(rand.NewPCG(1, uint64(i))))
	}
	of := func(get func(*simulated) *float64) {
		var sum, squares float64
		for i := range all {
			x := *get(&all[i])
			sum += x / runs
			squares += x * x / runs
		}
		*get(&mean), *get(&within) = sum, 3*math.Sqrt(max(0, squares-sum*sum)/(runs-1))
	}
	of(func(s *simulated) *float64 { return &s.lost })
	of(func(s *simulated) *float64 { return &s.mean })
	of(func(s *simulated) *float64 { return &s.sd })
	of(func(s *simulated) *float64 { return &s.p99 })
	of(func(s *simulated) *float64 { return &s.over })
	return mean, within
}

// TestLineAgainstSimulation: what is exact lies within three standard errors of what is counted.
func TestLineAgainstSimulation(t *testing.T) {
	for _, c := range []struct {
		servers                int
		rate, patience, lambda float64
	}{
		{1, 50, 15, 25}, {1, 50, 0.1, 45}, {1, 50, 0.1, 80}, {4, 10, 15, 32}, {4, 10, 0.2, 38}, {4, 10, 0.2, 40}, {4, 10, 0.2, 90}, {16, 10, 1, 150},
	} {
		t.Run(fmt.Sprintf("%d servers at %v", c.servers, c.lambda), func(t *testing.T) {
			q := poisson(c.servers, c.rate, c.patience)
			o := q.solve(c.lambda)
			limit := 1.5 * o.mean
			got, within := repeated(func(src *rand.Rand) simulated {
				return runLine(q, func() float64 { return src.ExpFloat64() / c.lambda }, src, 40_000, limit)
			})
			require.InDelta(t, got.lost, o.lost, within.lost+1e-4)
			require.InDelta(t, got.mean, o.mean, within.mean+1e-4*o.mean)
			require.InDelta(t, got.sd, math.Sqrt(o.vary), within.sd+1e-3*o.mean)
			require.InDelta(t, got.p99, quantile99(&o, o.mean), within.p99+2e-3*o.mean)
			require.InDelta(t, got.over, o.tail(limit), within.over+1e-3)
		})
	}
}

// TestRoundRobinAgainstSimulation: Allen and Cunneen's factor is an approximation, and a good one under load.
func TestRoundRobinAgainstSimulation(t *testing.T) {
	for _, c := range []struct {
		servers, endpoints int
		lambda             float64 // of one endpoint
	}{{1, 4, 35}, {1, 10, 45}, {2, 4, 80}} {
		t.Run(fmt.Sprintf("%d of %d servers at %v", c.endpoints, c.servers, c.lambda), func(t *testing.T) {
			q := poisson(c.servers, 50, 15)
			q.arrivals = 1 / float64(c.endpoints)
			o, random := q.solve(c.lambda), poisson(c.servers, 50, 15).solve(c.lambda)
			got, _ := repeated(func(src *rand.Rand) simulated {
				gap := func() (sum float64) {
					for range c.endpoints {
						sum += src.ExpFloat64() / c.lambda / float64(c.endpoints)
					}
					return sum
				}
				return runLine(q, gap, src, 40_000, 1)
			})
			require.InEpsilon(t, got.mean, o.mean, 0.12)
			require.Less(t, math.Abs(o.mean-got.mean), math.Abs(random.mean-got.mean)/2, "it is much better than to pass over it")
		})
	}
}

// TestSharingAgainstSimulation: the mean is exact; of the rest the tolerances say how good the approximations are.
func TestSharingAgainstSimulation(t *testing.T) {
	for _, c := range []struct {
		servers     int
		lambda      float64
		sd, p99, of float64 // relative
	}{{1, 25, 0.03, 0.06, 0.02}, {1, 40, 0.05, 0.08, 0.02}, {2, 80, 0.08, 0.12, 0.02}, {4, 160, 0.1, 0.12, 0.02}} {
		t.Run(fmt.Sprintf("%d servers at %v", c.servers, c.lambda), func(t *testing.T) {
			q := poisson(c.servers, 50, endless)
			q.sharing = true
			o := q.solve(c.lambda)
			limit := 2 * o.mean
			got, within := repeated(func(src *rand.Rand) simulated {
				return runShared(q, func() float64 { return src.ExpFloat64() / c.lambda }, src, 20_000, limit)
			})
			require.InDelta(t, got.mean, o.mean, within.mean+1e-3*o.mean)
			require.InEpsilon(t, got.sd, math.Sqrt(o.vary), c.sd)
			require.InEpsilon(t, got.p99, gamma99(o.mean, o.vary), c.p99)
			require.InDelta(t, got.over, o.tail(limit), c.of)
		})
	}
}

// TestQueueKeepsItsBooks: what comes is served or lost, what is served keeps servers busy, and more load is never better.
func TestQueueKeepsItsBooks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := poisson(rapid.IntRange(1, 64).Draw(t, "servers"), rapid.Float64Range(0.1, 1000).Draw(t, "rate"), rapid.Float64Range(0.001, 60).Draw(t, "patience"))
		q.sharing = rapid.Bool().Draw(t, "sharing")
		q.arrivals = rapid.Float64Range(0.01, 1).Draw(t, "arrivals")
		capacity := float64(q.servers) * q.rate
		lambda := capacity * rapid.OneOf(rapid.Float64Range(0, 3), rapid.Just(1.0), rapid.Float64Range(0.9999, 1.0001)).Draw(t, "load")
		o, more := q.solve(lambda), q.solve(lambda*1.01)
		served := lambda * (1 - o.lost)
		require.LessOrEqual(t, served, capacity*(1+1e-9))
		require.InDelta(t, served/q.rate, o.busy, 1e-6*float64(q.servers))
		require.True(t, o.lost >= 0 && o.lost <= 1 && o.wait >= 0 && o.wait <= 1+1e-9, "%+v", o)
		require.GreaterOrEqual(t, more.lost, o.lost-1e-9)
		require.GreaterOrEqual(t, more.mean, o.mean*(1-1e-6))
		require.LessOrEqual(t, o.mean, q.patience+1/q.rate+1e-9)
		last := 1.0
		for x := 0.0; x < 20; x++ {
			share := o.tail(x * o.mean / 4)
			require.True(t, share <= last+1e-9 && share >= -1e-12, "tail %v after %v", share, last)
			last = share
		}
		if p := quantile99(&o, o.mean); o.exact() {
			require.InDelta(t, 0.01, o.tail(p), 1e-5)
		}
	})
}

// The moments of the truncated exponential, against sums.
func TestTruncated(t *testing.T) {
	for _, z := range []float64{-1000, -30, -1, -0.06, -0.04, -2e-4, -1e-5, 0, 1e-5, 2e-4, 0.04, 0.06, 1, 30, 1000} {
		const end, parts = 2.0, 400_000
		d := newTruncated(z/end, end)
		var mass, first, second, with, over float64
		for i := range parts {
			x := (float64(i) + 0.5) / parts * end
			p := math.Exp(-z/end*x - max(0, -z))
			mass += p
			first, second = first+p*x, second+p*x*x
			with += p * math.Exp(-3*max(0, 1.5-x))
			if x > 1.5 {
				over += p
			}
		}
		m1, m2 := d.moments()
		require.InEpsilon(t, first/mass, m1, 1e-5, z)
		require.InEpsilon(t, second/mass, m2, 1e-5, z)
		require.InDelta(t, with/mass, d.tailWith(3, 1.5), 1e-5, z)
		require.InDelta(t, over/mass, d.beyond(1.5), 1e-5, z)
	}
}

// Wilson and Hilferty, against the chi-square tables (99th percentiles for 1, 2, 4 and 10 degrees of freedom).
func TestGamma(t *testing.T) {
	for freedom, want := range map[float64]float64{1: 6.635, 2: 9.210, 4: 13.277, 10: 23.209} {
		require.InEpsilon(t, want, gamma99(freedom, 2*freedom), 0.01)
		require.InDelta(t, 0.01, gammaTail(freedom, 2*freedom, want), 5e-4)
	}
	require.Zero(t, gamma99(0, 0))
	require.Equal(t, 5.0, gamma99(5, 0))
	require.Equal(t, 1.0, gammaTail(5, 0, 4))
	require.Equal(t, 0.0, gammaTail(5, 0, 6))
}

func BenchmarkSolve(b *testing.B) {
	for _, servers := range []int{1, 4, 32} {
		b.Run(fmt.Sprint(servers), func(b *testing.B) {
			b.ReportAllocs()
			q := poisson(servers, 50, 15)
			for i := range b.N {
				o := q.solve(40 * float64(servers) * (1 + float64(i%10)/100))
				quantile99(&o, o.mean)
			}
		})
	}
}
