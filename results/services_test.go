package results

import (
	"encoding/csv"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

var shop = cluster.NamespacedName{Namespace: "shop", Name: "web"}

// drawIntervals draws how a service fares: intervals one after the other, some with time between them.
func drawIntervals(t *rapid.T) []ServiceInterval {
	var list []ServiceInterval
	now := sim.Time(rapid.IntRange(0, 100).Draw(t, "start")) * sim.Time(time.Second)
	for range rapid.IntRange(1, 30).Draw(t, "intervals") {
		if rapid.IntRange(0, 5).Draw(t, "gap") == 0 {
			now = now.Add(time.Duration(rapid.IntRange(1, 2000).Draw(t, "silent")) * 3 * time.Second)
		}
		span := time.Duration(rapid.SampledFrom([]int{1, 3, 17, 300, 3600, 40_000}).Draw(t, "span")) * time.Second / 2
		v := ServiceInterval{Service: shop, From: now, To: now.Add(span), Requests: float64(rapid.IntRange(0, 1000).Draw(t, "requests"))}
		v.Errors = float64(rapid.IntRange(0, int(v.Requests)).Draw(t, "errors"))
		v.Slow = float64(rapid.IntRange(0, int(v.Requests-v.Errors)).Draw(t, "slow"))
		v.Response, v.P99 = 0.1, rapid.Float64Range(0.1, 9).Draw(t, "p99")
		v.Objective = Objective{Latency: 0.2, Target: 0.9}
		now = v.To
		list = append(list, v)
	}
	return list
}

// share is how much of an interval lies between two instants.
func share(v *ServiceInterval, from, to int64) float64 {
	return max(0, float64(min(to, int64(v.To))-max(from, int64(v.From)))) / float64(v.To-v.From)
}

// worstBurn looks at every window by itself.
func worstBurn(list []ServiceInterval, slot int64) float64 {
	first, last := int64(list[0].From)/slot, int64(list[len(list)-1].To)/slot
	between := func(from, to int64) float64 {
		var requests, bad float64
		for i := range list {
			s := share(&list[i], from*slot, to*slot)
			requests += s * list[i].Requests
			bad += s * (list[i].Errors + list[i].Slow)
		}
		if bad <= 0 {
			return 0
		}
		return bad / requests
	}
	if last-first < burnSlots {
		return between(first, last+1)
	}
	worst := 0.0
	for end := first + burnSlots; end <= last; end++ {
		worst = max(worst, between(end-burnSlots, end))
	}
	return worst
}

// TestServiceIsTheRecount: sums, means, burn rates and the end of the budget are those of looking at all intervals again.
func TestServiceIsTheRecount(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		list := drawIntervals(rt)
		rec, err := NewRecorder(Config{})
		require.NoError(rt, err)
		var requests, bad, answered, p99 float64
		for i := range list {
			rec.OnService(&list[i])
			v := &list[i]
			requests += v.Requests
			bad += v.Errors + v.Slow
			answered += v.Requests - v.Errors
			p99 += v.P99 * (v.Requests - v.Errors)
		}
		s, err := rec.Close(list[len(list)-1].To, Ending{})
		require.NoError(rt, err)
		got := s.Services[0]
		require.Equal(rt, requests, got.Requests)
		require.True(rt, got.Availability >= 0 && got.Availability <= 1)
		requireClose(rt, requests-bad, got.Availability*max(requests, 0))
		if answered > 0 {
			requireClose(rt, p99/answered, got.P99)
		}
		o := got.Objective
		require.Equal(rt, got.Availability >= 0.9, o.Met)
		require.InDelta(rt, worstBurn(list, hourSlot)/0.1, o.Burn1h, 1e-6)
		if list[len(list)-1].To < sim.Time(20*time.Hour) {
			require.InDelta(rt, worstBurn(list, minutesSlot)/0.1, o.Burn5m, 1e-6)
		}
		require.Equal(rt, bad > o.Budget, o.RanOut != nil)
		if o.RanOut != nil {
			requireRanOut(rt, list, o)
		}
	})
}

// requireRanOut checks that the budget is used up within a cell of the instant, and not before.
func requireRanOut(t *rapid.T, list []ServiceInterval, o *ObjectiveSummary) {
	at, width := int64(math.Round(*o.RanOut*nanosPerSecond)), int64(time.Minute)
	for int64(list[len(list)-1].To)/width >= budgetCells {
		width *= 2
	}
	var before, after float64
	for i := range list {
		bad := list[i].Errors + list[i].Slow
		before += bad * share(&list[i], 0, at-width)
		after += bad * share(&list[i], 0, at+width)
	}
	require.LessOrEqual(t, before, o.Budget+1e-6)
	require.GreaterOrEqual(t, after, o.Budget-1e-6)
}

// TestFaultRequests: what failed while faults were open is what the intervals say of that time, whenever they are told.
func TestFaultRequests(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		list := drawIntervals(rt)
		end := list[len(list)-1].To
		rec, err := NewRecorder(Config{})
		require.NoError(rt, err)
		begin := sim.Time(rapid.Int64Range(0, int64(end)).Draw(rt, "begin"))
		over := sim.Time(rapid.Int64Range(int64(begin), int64(end)).Draw(rt, "over"))
		lasts := rapid.Bool().Draw(rt, "lasts")
		marks := []FaultEvent{{ID: 1, Name: "f", At: begin, Begin: true}}
		if !lasts {
			marks = append(marks, FaultEvent{ID: 1, Name: "f", At: over})
		} else {
			over = end
		}
		want := failed{}
		for i := range list {
			for len(marks) > 0 && marks[0].At <= list[i].To {
				rec.OnFault(marks[0])
				marks = marks[1:]
			}
			rec.OnService(&list[i])
			s := share(&list[i], int64(begin), int64(over))
			want.errors += s * list[i].Errors
			want.bad += s * (list[i].Errors + list[i].Slow)
		}
		s, err := rec.Close(end, Ending{})
		require.NoError(rt, err)
		f := s.Faults[0]
		require.InDelta(rt, want.errors, f.FailedRequests, 1e-6*max(1, want.errors))
		require.InDelta(rt, want.bad, f.BadRequests, 1e-6*max(1, want.bad))
		require.Equal(rt, lasts, f.End == nil)
		if b := s.Services[0].Objective.Budget; b > 0 {
			requireClose(rt, f.BadRequests/b, f.BudgetShare)
		}
	})
}

// TestServiceSeriesLosesNothing: the rows of services.csv, each held until the next, come to all requests and errors.
func TestServiceSeriesLosesNothing(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		list := drawIntervals(rt)
		rec, err := NewRecorder(Config{Dir: dir, SampleEvery: time.Minute})
		require.NoError(rt, err)
		for i := range list {
			rec.OnService(&list[i])
		}
		end := list[len(list)-1].To
		s, err := rec.Close(end, Ending{})
		require.NoError(rt, err)
		rows, err := csv.NewReader(strings.NewReader((&world{t: t, dir: dir}).file(ServicesFile))).ReadAll()
		require.NoError(rt, err)
		var requests, errors float64
		last := math.Ceil(seconds(int64(end))/60) * 60
		for i := range rows[1:] {
			row := rows[i+1]
			until := last
			if i+2 < len(rows) {
				until = number(rt, rows[i+2][0])
			}
			span := until - number(rt, row[0])
			require.Greater(rt, span, 0.0)
			requests += span * number(rt, row[3])
			errors += span * number(rt, row[4])
		}
		require.InEpsilon(rt, 1+s.Services[0].Requests, 1+requests, 1e-4)
		require.InEpsilon(rt, 1+s.Services[0].Errors, 1+errors, 1e-4)
	})
}

func number(t *rapid.T, text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	require.NoError(t, err)
	return v
}

func TestWrongIntervals(t *testing.T) {
	for _, c := range []struct {
		name string
		v    ServiceInterval
		want string
	}{
		{"before the last", ServiceInterval{From: 5, To: 20}, "results: service shop/web: an interval from 5ns to 20ns follows one that ends at 10ns"},
		{"back in time", ServiceInterval{From: 20, To: 19}, "results: service shop/web: an interval from 20ns to 19ns follows one that ends at 10ns"},
		{"no number", ServiceInterval{From: 10, To: 20, Requests: math.NaN()}, "results: service shop/web: NaN requests from 10ns to 20ns"},
		{"too many", ServiceInterval{From: 10, To: 20, Requests: math.Inf(1)}, "results: service shop/web: +Inf requests from 10ns to 20ns"},
		{"negative", ServiceInterval{From: 10, To: 20, Requests: -1}, "results: service shop/web: -1 requests from 10ns to 20ns"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec, err := NewRecorder(Config{})
			require.NoError(t, err)
			rec.OnService(&ServiceInterval{Service: shop, From: 0, To: 10, Requests: 1})
			c.v.Service = shop
			require.PanicsWithValue(t, c.want, func() { rec.OnService(&c.v) })
		})
	}
}

// TestNoRequests: a service that nobody calls is available, and keeps its objective.
func TestNoRequests(t *testing.T) {
	rec, err := NewRecorder(Config{})
	require.NoError(t, err)
	rec.OnService(&ServiceInterval{Service: shop, To: 10, Objective: Objective{Target: 1}})
	s, err := rec.Close(10, Ending{})
	require.NoError(t, err)
	require.Equal(t, 1.0, s.Services[0].Availability)
	require.Equal(t, &ObjectiveSummary{Target: 1, Met: true}, s.Services[0].Objective)
}

// BenchmarkOnService measures one of 40,000 intervals of a service's week, among sixty services.
func BenchmarkOnService(b *testing.B) {
	names := make([]cluster.NamespacedName, 60)
	for i := range names {
		names[i] = cluster.NamespacedName{Namespace: "default", Name: podName(i)}
	}
	const span = 7 * 24 * time.Hour / 40_000
	rec, err := NewRecorder(Config{})
	require.NoError(b, err)
	v := ServiceInterval{Requests: 1000, Errors: 1, Slow: 2, Response: 0.01, P99: 0.1, MilliCPU: 100, Objective: Objective{0.2, 0.999}}
	v.To = sim.Time(span)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		v.Service = names[i%len(names)]
		rec.OnService(&v)
		if i%len(names) == len(names)-1 {
			v.From, v.To = v.To, v.To.Add(span)
		}
	}
}
