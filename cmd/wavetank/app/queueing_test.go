package app_test

import (
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
	dist "gonum.org/v1/gonum/stat/distuv"

	"github.com/wavetank/wavetank/results"
)

const (
	replications = 20
	confidence   = 0.99

	// A run begins with an empty queue, so its first waits are too short. The first pods are left out of the mean: 1,000 of
	// them are over 35 times the relaxation time of both queues, 1/(mu (1 - sqrt(rho))^2) = 26 arrivals of M/M/1 at 0.7, and
	// what remains of the beginning is far below the noise. The pods after them all count: a run ends when the last has been
	// served, so none is lost for having waited long. The mean over pods does not depend on the order in which they are
	// served, as long as that does not look at their service times, which the scheduler does not know.
	warmUp   = 1_000
	measured = 9_000
)

// TestQueueingTheory anchors the kernel, the workload, the scheduler and the statistics at once in what is known: one node
// of one core is an M/M/1 queue, c of them are an M/M/c queue. The means of 20 independent runs give an interval by
// Student's t distribution, and the theory has to lie in it. The seeds are fixed, so that the test either always passes or
// never; among a hundred such sets of seeds one would fail although everything is right.
func TestQueueingTheory(t *testing.T) {
	for _, c := range []struct {
		scenario             string
		servers              int
		arrivalRate, service float64 // 1/s, s: as the scenario has them
		wait                 float64 // s: as the scenario's comment has it
	}{
		{"mm1.yaml", 1, 0.07, 10, 23.33},
		{"mmc.yaml", 4, 0.32, 10, 7.455},
	} {
		t.Run(c.scenario, func(t *testing.T) {
			load := c.arrivalRate * c.service
			want := erlangC(c.servers, load) * c.service / (float64(c.servers) - load)
			require.InDelta(t, c.wait, want, 0.005, "the comment of the scenario is wrong")
			var waits, loads []float64
			for seed := range replications {
				wait, rho := replicate(t, c.scenario, seed)
				waits, loads = append(waits, wait), append(loads, rho)
			}
			requireInInterval(t, "mean wait (s)", waits, want)
			requireInInterval(t, "utilisation", loads, load/float64(c.servers))
		})
	}
}

// replicate runs a scenario once. It returns the mean wait in seconds of the pods after the first, and the utilisation.
func replicate(t *testing.T, scenario string, seed int) (wait, utilisation float64) {
	t.Helper()
	dir := resultsOf(t, absolute(t, "workloads/scenarios/"+scenario), "--seed", strconv.Itoa(seed),
		"--set", "workload[0].synthetic.count="+strconv.Itoa(warmUp+measured))
	var waits []float64
	for _, row := range rowsOf(t, dir) {
		number, err := strconv.Atoi(row.Name[len("pod-"):])
		require.NoError(t, err)
		w, placed := row.Wait()
		require.True(t, placed)
		if number >= warmUp {
			waits = append(waits, w.Seconds())
		}
	}
	require.Len(t, waits, measured)
	summary, err := results.ReadSummary(dir)
	require.NoError(t, err)
	require.Equal(t, "cpu", summary.Resources[0].Name)
	return stat.Mean(waits, nil), summary.Resources[0].Utilisation
}

// erlangC returns the chance that a customer has to wait, by Erlang's C formula: c servers under a load of a Erlang.
// For one server it is the load.
func erlangC(c int, a float64) float64 {
	blocked := 1.0 // Erlang's B formula, by its recursion over the servers
	for n := 1; n <= c; n++ {
		blocked = a * blocked / (float64(n) + a*blocked)
	}
	return float64(c) * blocked / (float64(c) - a*(1-blocked))
}

// requireInInterval checks that the confidence interval of the mean of independent measurements holds the true value.
func requireInInterval(t *testing.T, what string, xs []float64, truth float64) {
	t.Helper()
	mean, deviation := stat.MeanStdDev(xs, nil)
	n := float64(len(xs))
	half := dist.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(1-(1-confidence)/2) * deviation / math.Sqrt(n)
	t.Logf("%s: %.4f +- %.4f over %d runs, theory %.4f", what, mean, half, len(xs), truth)
	require.InDelta(t, truth, mean, half, "%s: the theory is outside the interval", what)
	require.Less(t, half, truth/8, "%s: the interval is so wide that it shows nothing", what)
}

func TestErlangC(t *testing.T) {
	require.InDelta(t, 0.7, erlangC(1, 0.7), 1e-15)
	require.InDelta(t, 0.5964, erlangC(4, 3.2), 5e-5)
	require.InDelta(t, 1, erlangC(3, 3), 1e-15, "at full load everyone waits")
}
