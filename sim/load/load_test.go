package load_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/load"
)

// One pod of a core at 40 requests a second of 20 ms is M/M/1 with rho 0.8: 100 ms on average.
func TestOnePod(t *testing.T) {
	w := story(t, 1, services(web(load.Constant(40))))
	all := w.finish(time.Minute, "web")
	require.Len(t, all, 1, "nothing changes: one interval")
	s := all[0]
	require.Equal(t, sim.Time(time.Minute), s.To)
	require.InDelta(t, 2400, s.Requests, 1e-6)
	require.InDelta(t, 0.1, s.Response, 1e-3)
	require.InDelta(t, 0.46, s.P99, 0.01)
	require.InDelta(t, 800, s.MilliCPU, 0.1)
	require.Less(t, s.Errors, 0.001*s.Requests)
	require.Equal(t, []int{1, 1}, []int{s.Endpoints, s.Serving})
	require.Zero(t, w.engine.Pending(), "an even demand needs no event")
}

// A container that the pods do not have is told of once, not for each pod.
func TestUnknownContainer(t *testing.T) {
	cost := web(load.Constant(10))
	w := story(t, 3, services(cost))
	w.finish(time.Minute, "web")
	require.Empty(t, w.load.Notes())
	cost.Container = "none"
	w = story(t, 3, services(cost))
	w.finish(time.Minute, "web")
	require.Len(t, w.load.Notes(), 1)
	require.Regexp(t, `^load on shop/web: Pod shop/web-\d has no container none: it serves with its share of the node$`, w.load.Notes()[0])
}

func TestOverloadServesWhatItCan(t *testing.T) {
	w := story(t, 2, services(web(load.Constant(200))))
	s := w.finish(time.Minute, "web")[0]
	require.InDelta(t, 100*60, s.Requests-s.Errors, 1e-3, "two cores serve 50 each")
	require.InDelta(t, 2000, s.MilliCPU, 1e-6, "throttled at the limit")
	require.InDelta(t, 15, s.Response, 0.1, "who is served has waited nearly until the timeout")
}

// What is idle counts against the limit, and never more than it is used.
func TestIdleAndLimit(t *testing.T) {
	cost := web(load.Constant(1000))
	cost.IdleMilliCPU = 300
	s := story(t, 1, services(cost)).finish(time.Second, "web")[0]
	require.InDelta(t, 1000, s.MilliCPU, 1e-6)
	require.InDelta(t, 35, s.Requests-s.Errors, 1e-6, "0.7 cores are left")
	cost.IdleMilliCPU = 5000
	s = story(t, 1, services(cost)).finish(time.Second, "web")[0]
	require.InDelta(t, 1000, s.MilliCPU, 1e-6)
}

// A machine that dies keeps its share until the API says that its pods are not ready.
func TestDeadNodeSwallowsItsShare(t *testing.T) {
	for name, fail := range map[string]func(*cluster.Node){
		"down":     func(n *cluster.Node) { n.Down = true },
		"isolated": func(n *cluster.Node) { n.Isolated = true },
	} {
		t.Run(name, func(t *testing.T) {
			w := story(t, 4, services(web(load.Constant(40))))
			w.at(time.Minute, func() { w.node("n1", fail) })
			w.at(110*time.Second, func() { w.edit("web-1", func(p *cluster.Pod) { p.Status.Ready = false }) })
			all := w.finish(3*time.Minute, "web")
			require.Len(t, all, 3)
			well, blind, given := all[0], all[1], all[2]
			require.Less(t, well.Errors, 1e-6)
			require.Equal(t, sim.Time(110*time.Second), blind.To)
			require.InDelta(t, 10*50, blind.Errors, 1e-6, "a quarter for 50 s")
			require.Equal(t, []int{4, 3}, []int{blind.Endpoints, blind.Serving})
			require.Less(t, given.Errors, 1e-6)
			require.Equal(t, []int{3, 3}, []int{given.Endpoints, given.Serving})
			require.Greater(t, given.Response, well.Response, "three have to do for four")
		})
	}
}

// What becomes of requests when pods come, end, terminate and are not ready.
func TestEndpoints(t *testing.T) {
	w := story(t, 2, services(web(load.Constant(30))))
	w.at(10*time.Second, func() { w.edit("web-0", func(p *cluster.Pod) { p.Deleting = true }) })
	w.at(20*time.Second, func() { w.edit("web-1", func(p *cluster.Pod) { p.Deleting = true }) })
	w.at(30*time.Second, func() { w.edit("web-1", func(p *cluster.Pod) { p.Status.Ready = false }) })
	w.at(40*time.Second, func() { w.remove("web-0"); w.remove("web-1") })
	w.at(50*time.Second, func() { w.pod("web", "web-2", "n0", 1000) })
	w.at(60*time.Second, func() { w.edit("web-2", func(p *cluster.Pod) { p.Labels = cluster.Labels{"app": "other"} }) })
	w.at(70*time.Second, func() { w.edit("web-2", func(p *cluster.Pod) { p.Labels = cluster.Labels{"app": "web"} }) })
	w.at(80*time.Second, func() {
		require.NoError(t, w.store.Delete(cluster.KeyOf(w.store.Get(cluster.KindService, named("web"))), cluster.ReasonDeleted))
	})
	w.at(90*time.Second, func() { w.service("web") })
	var endpoints []int
	for _, s := range w.finish(100*time.Second, "web") {
		endpoints = append(endpoints, s.Endpoints)
		if s.Endpoints == 0 {
			require.Equal(t, s.Requests, s.Errors, "nobody takes them")
		} else {
			require.Less(t, s.Errors, 0.01*s.Requests)
		}
		require.InDelta(t, 300, s.Requests, 1e-6)
	}
	require.Equal(t, []int{
		2, 1, // one terminates
		2, // all terminate, and both serve as long as they are ready: better than nothing
		1, 0, 1, 0, 1, 0, 1}, endpoints)
}

// kube-proxy hears later, and sends requests to a pod that is gone.
func TestProxyLatency(t *testing.T) {
	cfg := services(web(load.Constant(40)))
	cfg.ProxyLatency = func() time.Duration { return 2 * time.Second }
	w := story(t, 2, cfg)
	w.at(10*time.Second, func() { w.remove("web-0") })
	w.at(20*time.Second, func() { w.pod("web", "web-2", "n0", 1000) })
	all := w.finish(30*time.Second, "web")
	require.Len(t, all, 4)
	require.Equal(t, sim.Time(12*time.Second), all[1].To)
	require.InDelta(t, 40, all[1].Errors, 1e-3, "half of them, for two seconds")
	require.Equal(t, sim.Time(22*time.Second), all[2].To)
	require.Equal(t, 1, all[2].Endpoints)
	require.Equal(t, 2, all[3].Endpoints)
}

func TestSlowNode(t *testing.T) {
	w := story(t, 1, services(web(load.Constant(20))))
	w.at(time.Minute, func() { w.node("n0", func(n *cluster.Node) { n.Slowdown = 2 }) })
	all := w.finish(2*time.Minute, "web")
	require.InDelta(t, 1/(50-20.0), all[0].Response, 1e-6)
	require.InDelta(t, 1/(25-20.0), all[1].Response, 1e-6)
	require.InDelta(t, 800, all[1].MilliCPU, 0.1)
}

// Without a limit a pod has the share of its node that its request gives it, which others there make smaller.
func TestNodeShare(t *testing.T) {
	w := newWorld(t, 1)
	w.service("web")
	w.pod("web", "web-0", "n0", 0)
	w.start(services(web(load.Constant(1000))))
	w.at(10*time.Second, func() { w.pod("other", "other", "n0", 0) })
	w.at(20*time.Second, func() { w.remove("other") })
	var used []float64
	for _, s := range w.finish(30*time.Second, "web") {
		used = append(used, math.Round(s.MilliCPU))
	}
	require.Equal(t, []float64{4000, 2000, 4000}, used)
}

// A part of a core is one slow server, 1.5 cores are two at three quarters of the speed.
func TestFractionsOfCores(t *testing.T) {
	for limit, response := range map[int64]float64{500: 0.04, 1000: 0.02, 1500: 0.02 / 0.75, 3000: 0.02} {
		w := newWorld(t, 1)
		w.service("web")
		w.pod("web", "web-0", "n0", limit)
		s := w.start(services(web(load.Constant(1e-3)))).finish(time.Second, "web")[0]
		require.InDelta(t, response, s.Response, 1e-5, limit)
	}
}

func TestConcurrency(t *testing.T) {
	one := web(load.Constant(1000))
	one.Concurrency, one.MemoryPerPod, one.MemoryPerRequest = 1, 1000, 10
	w := newWorld(t, 1)
	w.service("web")
	w.pod("web", "web-0", "n0", 4000)
	w.start(services(one))
	w.run(31 * time.Second)
	v, ok := w.load.Resource(w.get("web-0"), "", cluster.Memory)
	require.True(t, ok)
	require.Equal(t, int64(1010*1000), v.MilliValue)
	s := w.finish(time.Minute, "web")[0]
	require.InDelta(t, 1000, s.MilliCPU, 1e-6, "one request at a time has one core")
}

// A request for each page and two of the database for each cart.
func TestCallGraph(t *testing.T) {
	w := newWorld(t, 3)
	for i, app := range []string{"redis", "cart", "front"} { // callers last, to show that the order does not matter
		w.service(app)
		w.pod(app, app, fmt.Sprint("n", i), 4000)
	}
	of := func(name string, calls ...load.Call) load.Service {
		return load.Service{Name: named(name), CPUPerRequest: 10 * time.Millisecond, Calls: calls}
	}
	front := of("front", load.Call{Service: named("cart"), PerRequest: 0.5})
	front.Demand = load.Step{{At: 0, Rate: 10}, {At: sim.Time(time.Minute), Rate: 20}}
	front.Objective = load.Objective{Latency: 0.1, Target: 0.99}
	w.start(services(of("redis"), of("cart", load.Call{Service: named("redis"), PerRequest: 2}), front))
	w.at(2*time.Minute, func() { w.edit("redis", func(p *cluster.Pod) { p.Status.Ready = false }) })
	w.run(3 * time.Minute)
	w.load.Finish(w.engine.Now())
	f, c, r := w.of("front"), w.of("cart"), w.of("redis")
	require.Len(t, f, 3, "what a service calls affects it")
	for i, rate := range []float64{10, 20, 20} {
		require.InDelta(t, 60*rate, f[i].Requests, 1e-6)
		require.InDelta(t, 60*rate*0.5, c[i].Requests, 1e-6)
		require.InDelta(t, 60*rate, r[i].Requests, 1e-6)
	}
	require.InDelta(t, f[1].Response, 0.01+0.5*c[1].Response, 1e-4)
	require.InDelta(t, c[1].Response, 0.01+2*r[1].Response, 1e-4)
	require.Greater(t, f[1].Slow, 0.0)
	require.Equal(t, r[2].Requests, r[2].Errors)
	require.Equal(t, c[2].Requests, c[2].Errors, "it cannot do without")
	require.InDelta(t, f[2].Requests/2, f[2].Errors, 1e-6, "every other page needs it")
}

// A retry goes to an endpoint by chance: of two with one dead, half of the failures fail again.
func TestRetries(t *testing.T) {
	cost := web(load.Constant(10))
	cost.Retries = 2
	w := story(t, 2, services(cost))
	w.node("n0", func(n *cluster.Node) { n.Down = true })
	s := w.finish(time.Minute, "web")[0]
	require.InDelta(t, 600.0/8, s.Errors, 1e-3)
	require.InDelta(t, 10*(1+0.5+0.25)/2*20, s.MilliCPU, 1e-2, "the living one is sent half of all attempts")
	require.Panics(t, func() {
		story(t, 1, services(load.Service{Name: named("a"), Calls: []load.Call{{Service: named("b"), PerRequest: 1}}}))
	})
	require.Panics(t, func() {
		story(t, 1, services(load.Service{Name: named("a"), Calls: []load.Call{{Service: named("a"), PerRequest: 1}}}))
	})
}

// Clients stick to endpoints: shares are uneven, and together they are all.
func TestSessionAffinity(t *testing.T) {
	cost := web(load.Constant(100))
	cost.Clients = 20
	w := newWorld(t, 5)
	w.create(&cluster.PodSet{ObjectMeta: meta(shop, "web"), Type: cluster.KindService, ClientIP: true,
		Selector: cluster.SelectLabels(cluster.Labels{"app": "web"})})
	for i := range 5 {
		w.pod("web", fmt.Sprint("web-", i), fmt.Sprint("n", i), 4000)
	}
	w.start(services(cost))
	w.run(31 * time.Second)
	shares := func() []int64 {
		var list []int64
		for i := range 5 {
			v, ok := w.load.Pods(w.get(fmt.Sprint("web-", i)), load.DefaultMetric, nil)
			require.True(t, ok)
			list = append(list, v.MilliValue)
		}
		return list
	}
	before := shares()
	var sum int64
	for _, s := range before {
		require.Zero(t, s%5000, "5 requests a second of each client")
		sum += s
	}
	require.Equal(t, int64(100_000), sum)
	require.NotEqual(t, []int64{20_000, 20_000, 20_000, 20_000, 20_000}, before)
	w.edit("web-4", func(p *cluster.Pod) { p.Status.Ready = false })
	w.run(61 * time.Second)
	after := shares()
	require.Zero(t, after[4])
	for i := range 4 {
		require.GreaterOrEqual(t, after[i], before[i], "only the clients of the one that went have moved")
	}
}

// A demand that moves gently is stepped, and one that does not is not.
func TestSteps(t *testing.T) {
	smooth := web(load.Ramp{{At: 0, Rate: 0}, {At: sim.Time(time.Minute), Rate: 60}})
	smooth.Step = 10 * time.Second
	w := story(t, 3, services(smooth))
	w.run(time.Hour)
	all := w.finish(time.Hour, "web")
	require.Len(t, all, 7)
	var sum float64
	for i, s := range all[:6] {
		require.InDelta(t, float64(10*i+5)*10, s.Requests, 1e-6, "the rate in the middle")
		sum += s.Requests
	}
	require.InDelta(t, 1800, sum, 1e-6)
	require.Equal(t, sim.Time(time.Hour), all[6].To)
}

// Without load nothing happens, and a load that ends lets the run end.
func TestEnd(t *testing.T) {
	w := story(t, 1, load.Config{})
	require.Zero(t, w.engine.Pending())
	w.edit("web-0", func(p *cluster.Pod) { p.Status.Ready = false })
	require.Zero(t, w.engine.Pending(), "nothing is watched")

	w = story(t, 1, services(web(load.Step{{At: sim.Time(time.Minute), Rate: 5}, {At: sim.Time(time.Hour), Rate: 0}})))
	require.NoError(t, w.engine.Run(sim.Never))
	require.Equal(t, sim.Time(time.Hour), w.engine.Now())
	require.Less(t, w.engine.Events(), uint64(10))
}

func TestOnePodOfTwoServices(t *testing.T) {
	both := load.Service{Name: named("all"), Selector: &cluster.Selector{}, Demand: load.Constant(1), CPUPerRequest: time.Millisecond}
	w := story(t, 1, services(web(load.Constant(1)), both))
	require.ErrorContains(t, w.engine.Run(sim.Time(time.Second)), "load: Pod shop/web-0 is selected by shop/web and by shop/all")
}

// TestBooks: whatever happens to pods and nodes, requests are served or errors, no pod uses more than its limit, intervals
// lie end to end, and what is called is what is served.
func TestBooks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, 4)
		var list []load.Service
		for i, app := range []string{"a", "b", "c"} {
			s := load.Service{
				Name: named(app), CPUPerRequest: time.Duration(rapid.IntRange(1, 100).Draw(t, "ms")) * time.Millisecond,
				IdleMilliCPU: rapid.Int64Range(0, 1500).Draw(t, "idle"), Retries: rapid.IntRange(0, 3).Draw(t, "retries"),
				Model: rapid.SampledFrom([]load.Model{load.MMC, load.PS}).Draw(t, "model"), Clients: 10,
				Proxy:   rapid.SampledFrom([]load.Proxy{load.Random, load.RoundRobin}).Draw(t, "proxy"),
				Timeout: time.Duration(rapid.IntRange(1, 5000).Draw(t, "timeout")) * time.Millisecond, Objective: load.Objective{Latency: 0.1, Target: 0.9},
			}
			if i > 0 {
				s.Calls = []load.Call{{Service: named([]string{"a", "b", "c"}[i-1]), PerRequest: rapid.Float64Range(0.1, 3).Draw(t, "calls")}}
			}
			if i == 2 || rapid.Bool().Draw(t, "demand") {
				s.Demand = load.NewDiurnal(rapid.Float64Range(6, 300).Draw(t, "mean"), 600, time.Hour, time.Minute, nil)
			}
			list = append(list, s)
			w.create(&cluster.PodSet{ObjectMeta: meta(shop, app), Type: cluster.KindService, ClientIP: rapid.Bool().Draw(t, "sticky"),
				Selector: cluster.SelectLabels(cluster.Labels{"app": app})})
		}
		cfg := services(list...)
		if rapid.Bool().Draw(t, "latency") {
			cfg.ProxyLatency = func() time.Duration { return 3 * time.Second }
		}
		w.start(cfg)
		limits := map[string]int64{}
		for range rapid.IntRange(1, 30).Draw(t, "events") {
			name := fmt.Sprint("p", rapid.IntRange(0, 6).Draw(t, "pod"))
			node := fmt.Sprint("n", rapid.IntRange(0, 3).Draw(t, "node"))
			if w.get(name) == nil {
				limits[name] = rapid.SampledFrom([]int64{0, 250, 1000, 2500}).Draw(t, "limit")
				w.pod(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "app"), name, node, limits[name])
			} else {
				switch rapid.IntRange(0, 4).Draw(t, "what") {
				case 0:
					w.remove(name)
				case 1:
					w.edit(name, func(p *cluster.Pod) { p.Status.Ready = !p.Status.Ready })
				case 2:
					w.edit(name, func(p *cluster.Pod) { p.Deleting = true })
				case 3:
					w.node(node, func(n *cluster.Node) { n.Down, n.Silent = !n.Down, w.engine.Now() })
				case 4:
					w.node(node, func(n *cluster.Node) { n.Slowdown = 3 })
				}
			}
			w.run(time.Duration(w.engine.Now()) + time.Duration(rapid.IntRange(1, 20).Draw(t, "span"))*time.Second)
			for name, limit := range limits {
				p := w.get(name)
				if p == nil {
					continue
				}
				if limit == 0 {
					limit = 4000
				}
				v, _ := w.load.Resource(p, "", cluster.CPU)
				require.True(t, v.MilliValue >= 0 && v.MilliValue <= limit, "%s uses %d of %d", name, v.MilliValue, limit)
			}
		}
		w.load.Finish(w.engine.Now())
		ends := map[string]sim.Time{}
		for _, s := range w.samples {
			require.True(t, s.From >= ends[s.Service.Name] && s.To > s.From, "%+v", s)
			ends[s.Service.Name] = s.To
			require.True(t, s.Errors >= -1e-9 && s.Errors <= s.Requests*(1+1e-9), "%+v", s)
			require.True(t, s.Slow >= -1e-9 && s.Slow <= s.Requests-s.Errors+1e-6, "%+v", s)
			require.True(t, s.Serving <= s.Endpoints, "%+v", s)
			require.False(t, math.IsNaN(s.Response+s.P99+s.MilliCPU+s.Requests), "%+v", s)
			require.True(t, s.P99 >= 0 && s.Response >= 0, "%+v", s)
		}
	})
}
