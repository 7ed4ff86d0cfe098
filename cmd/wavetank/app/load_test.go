package app_test

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/cmd/wavetank/app"
	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/sim"
)

// intervalsOf runs a scenario and returns how its services fared, in the order in which it was told.
func intervalsOf(t *testing.T, args ...string) []results.ServiceInterval {
	t.Helper()
	var all []results.ServiceInterval
	var out, errs bytes.Buffer
	observe := app.WithServiceObserver(func(i *results.ServiceInterval) { all = append(all, *i) })
	require.Equal(t, 0, app.Main(append([]string{"run"}, args...), strings.NewReader(""), &out, &errs, observe), errs.String())
	return all
}

// at returns the interval of a service that an instant lies in.
func at(t *testing.T, all []results.ServiceInterval, service string, when time.Duration) results.ServiceInterval {
	t.Helper()
	for _, i := range all {
		if i.Service.Name == service && i.From <= sim.Time(when) && sim.Time(when) < i.To {
			return i
		}
	}
	t.Fatalf("nothing is said of %s at %v", service, when)
	return results.ServiceInterval{}
}

// TestLoadShowsWhatItSays: the scenario's comment promises a day, a rush that the carts cannot stand, and a machine that dies.
func TestLoadShowsWhatItSays(t *testing.T) {
	all := intervalsOf(t, absolute(t, "workloads/scenarios/load.yaml"))
	perSecond := func(i results.ServiceInterval) float64 { return i.Requests / i.To.Sub(i.From).Seconds() }
	night, evening, rush := at(t, all, "frontend", 8*time.Hour), at(t, all, "frontend", 19*time.Hour+50*time.Minute), at(t, all, "frontend", 20*time.Hour+10*time.Minute)
	require.Less(t, perSecond(night), 100.0)
	require.InDelta(t, 300, perSecond(evening), 5)
	require.InDelta(t, 600, perSecond(rush), 5)
	require.Less(t, evening.Errors+evening.Slow, 0.001*evening.Requests, "the objective is kept in a usual evening")
	require.Greater(t, rush.Errors, 0.02*rush.Requests, "and missed in the rush")
	carts := at(t, all, "cart", 20*time.Hour+10*time.Minute)
	require.InDelta(t, 4000, carts.MilliCPU, 10, "they have no room left")
	require.Greater(t, carts.Errors, 0.02*carts.Requests)
	redis := at(t, all, "redis", 20*time.Hour+10*time.Minute)
	require.InDelta(t, 2*(carts.Requests-carts.Errors)/carts.To.Sub(carts.From).Seconds(), perSecond(redis), 15, "only what is served goes on")
	require.Less(t, redis.Errors, 0.001*redis.Requests)
	require.Equal(t, results.Objective{Latency: 0.3, Target: 0.999}, rush.Objective)

	total := map[string]float64{}
	ends := map[string]sim.Time{}
	for _, i := range all {
		require.GreaterOrEqual(t, i.From, ends[i.Service.Name])
		ends[i.Service.Name] = i.To
		total[i.Service.Name] += i.Requests
	}
	require.InEpsilon(t, 150*86400+300*3600, total["frontend"], 1e-3, "the mean is the mean")
	for name, end := range ends {
		require.Equal(t, sim.Time(24*time.Hour), end, "%s is told of until the end", name)
	}
}

// TestLoadIsDeterministic: every figure of every interval, and of everything that is drawn.
func TestLoadIsDeterministic(t *testing.T) {
	args := []string{absolute(t, "workloads/scenarios/load.yaml"), "--until", "2h", "--set", "load[0].rps.sum[1]={mmpp: [{rps: 0, mean: 1m}, {rps: 200, mean: 2m}], poisson: 7s}"}
	first := intervalsOf(t, args...)
	require.Greater(t, len(first), 1000)
	require.Equal(t, first, intervalsOf(t, args...))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	require.Equal(t, first, intervalsOf(t, args...))
	other := intervalsOf(t, append(args, "--seed", "2")...)
	require.NotEqual(t, fmt.Sprint(first[:500]), fmt.Sprint(other[:500]))
}
