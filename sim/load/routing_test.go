package load_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/load"
)

// served returns the requests a second that each pod of a service serves, from its metric.
func (w *world) served(pods int) []float64 {
	var list []float64
	for i := range pods {
		v, ok := w.load.Pods(w.get(fmt.Sprint("web-", i)), load.DefaultMetric, nil)
		require.True(w.t, ok)
		list = append(list, float64(v.MilliValue)/1000)
	}
	return list
}

// TestSharesAgainstDraws: what each endpoint serves, and what fails for good, is what comes of sending requests one by one to
// an endpoint by chance and again when it is one of the dead.
func TestSharesAgainstDraws(t *testing.T) {
	const pods, rate, requests = 6, 60.0, 400_000
	for _, c := range []struct{ dead, retries int }{{0, 0}, {1, 0}, {2, 0}, {2, 1}, {4, 3}} {
		t.Run(fmt.Sprintf("%d dead, %d retries", c.dead, c.retries), func(t *testing.T) {
			cost := load.Service{Name: named("web"), Demand: load.Constant(rate), CPUPerRequest: time.Microsecond, Retries: c.retries}
			w := story(t, pods, services(cost))
			for i := range c.dead {
				w.node(fmt.Sprint("n", pods-1-i), func(n *cluster.Node) { n.Down, n.Silent = true, 1e15 })
			}
			w.run(31 * time.Second)
			src := rand.New(rand.NewPCG(1, 2))
			counts, failed := make([]float64, pods), 0.0
			for range requests {
				for try := 0; ; try++ {
					if e := src.IntN(pods); e < pods-c.dead {
						counts[e]++
						break
					}
					if try == c.retries {
						failed++
						break
					}
				}
			}
			got := w.served(pods)
			for i, n := range counts {
				require.InDelta(t, n/requests*rate, got[i], 4*math.Sqrt(n+1)/requests*rate+1e-3, i)
			}
			s := w.finish(time.Minute, "web")
			last := s[len(s)-1]
			require.InDelta(t, failed/requests, last.Errors/last.Requests, 4*math.Sqrt(failed+1)/requests+1e-9)
		})
	}
}

// TestClientsAgainstDraws: how many clients an endpoint has is as uneven as if each had drawn it.
func TestClientsAgainstDraws(t *testing.T) {
	const pods, clients = 10, 2000
	cost := load.Service{Name: named("web"), Demand: load.Constant(clients), CPUPerRequest: time.Microsecond, Clients: clients}
	w := newWorld(t, pods)
	w.create(&cluster.PodSet{ObjectMeta: meta(shop, "web"), Type: cluster.KindService, ClientIP: true,
		Selector: cluster.SelectLabels(cluster.Labels{"app": "web"})})
	for i := range pods {
		w.pod("web", fmt.Sprint("web-", i), fmt.Sprint("n", i), 1000)
	}
	w.start(services(cost))
	w.run(31 * time.Second)
	chi, sum := 0.0, 0.0
	for _, n := range w.served(pods) {
		n = math.Round(n)
		chi += (n - clients/pods) * (n - clients/pods) / (clients / pods)
		sum += n
	}
	require.Equal(t, float64(clients), sum)
	require.Less(t, chi, 21.7, "99 % of chi-square with 9 degrees of freedom")
	require.Greater(t, chi, 2.09, "1 %: not more even than chance either")
}

// A machine that is taken out of the cluster and put back has its pods again.
func TestNodeReturns(t *testing.T) {
	w := story(t, 1, services(web(load.Constant(10))))
	w.at(10*time.Second, func() {
		require.NoError(t, w.store.Delete(cluster.KeyOf(w.store.Node("n0")), cluster.ReasonDeleted))
	})
	w.at(20*time.Second, func() {
		w.create(&cluster.Node{ObjectMeta: meta("", "n0"), Allocatable: cluster.Resources{MilliCPU: 4000}})
	})
	var serving []int
	for _, s := range w.finish(30*time.Second, "web") {
		serving = append(serving, s.Serving)
	}
	require.Equal(t, []int{1, 0, 1}, serving)
}
