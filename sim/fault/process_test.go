package fault_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/fault"
)

// after is always the same span.
type after time.Duration

func (a after) Sample(rand.Source) time.Duration { return time.Duration(a) }

// mean is exponential.
type mean time.Duration

func (m mean) Sample(src rand.Source) time.Duration {
	return time.Duration(distuv.Exponential{Rate: 1 / float64(m), Src: src}.Rand())
}

// weibull has the shape and scale, in seconds.
type weibull struct{ shape, scale float64 }

func (w weibull) Sample(src rand.Source) time.Duration {
	return time.Duration(distuv.Weibull{K: w.shape, Lambda: w.scale, Src: src}.Rand() * float64(time.Second))
}

// everywhere are all nodes.
type everywhere struct{}

func (everywhere) Matches(*cluster.Node) bool { return true }
func (everywhere) String() string             { return "all nodes" }

// begins notes when what begins.
func begins(events *[]string) func(fault.Event) {
	return func(e fault.Event) {
		if e.Begin {
			*events = append(*events, fmt.Sprintf("%v %s %v", e.At, e.Name, e.Nodes))
		}
	}
}

func TestProcessOfNodes(t *testing.T) {
	engine, store := world(t)
	lines := history(store)
	var events []string
	faults := fault.New(engine, store, fault.Config{Report: begins(&events)})
	require.NoError(t, faults.Start(fault.Process{Name: "disk", Effect: lose(fault.Zone("a")), From: at(5), TimeBetween: after(10 * time.Second), Repair: after(3 * time.Second)}))
	require.NoError(t, engine.Run(at(16)))
	require.Equal(t, []string{"15s a1 NodeDown", "15s a2 NodeDown"}, *lines)
	require.NoError(t, store.Delete(cluster.KeyOf(store.Node("a2")), cluster.ReasonDeleted))
	require.NoError(t, store.Create(node("a3", "a"), cluster.ReasonCreated))
	require.NoError(t, engine.Run(at(30)))
	require.Equal(t, []string{"15s disk: node a1 [a1]", "15s disk: node a2 [a2]", "25s disk: node a1 [a1]", "26s disk: node a3 [a3]"}, events)
	require.NoError(t, store.EditNode("a3", cluster.ReasonUpdated, func(n *cluster.Node) { n.Labels = cluster.Labels{cluster.LabelZone: "b"} }))
	require.NoError(t, engine.Run(at(40)))
	require.Equal(t, "35s disk: node a1 [a1]", events[len(events)-1], "a node that moves away is spared")
}

func TestProcessOfDomains(t *testing.T) {
	engine := sim.New(1)
	store := cluster.NewStore(engine)
	rack := func(name, key, value string) {
		n := node(name, "z")
		if key != "" {
			n.Labels[key] = value
		}
		require.NoError(t, store.Create(n, cluster.ReasonCreated))
	}
	rack("n1", cluster.LabelRack, "r1")
	rack("n0", cluster.LabelRack, "r1")
	rack("n2", cluster.LabelWavetankRack, "r2")
	rack("n3", "", "")
	var events []string
	faults := fault.New(engine, store, fault.Config{Report: begins(&events)})
	require.NoError(t, faults.Start(fault.Process{Stream: "racks", Effect: lose(everywhere{}), Domain: fault.Racks(""), TimeBetween: after(10 * time.Second), Repair: after(3 * time.Second)}))
	require.NoError(t, faults.Start(fault.Process{Stream: "zones", Effect: isolate(everywhere{}), Domain: fault.Zones(), TimeBetween: after(11 * time.Second), Repair: after(0)}))
	require.NoError(t, engine.Run(at(12)))
	require.Equal(t, []string{"10s rack r1 [n0 n1]", "10s rack r2 [n2]", "11s zone z [n0 n1 n2 n3]"}, events)
	require.NoError(t, store.Delete(cluster.KeyOf(store.Node("n2")), cluster.ReasonDeleted))
	rack("n4", cluster.LabelRack, "r1")
	events = nil
	require.NoError(t, engine.Run(at(20)))
	require.Equal(t, []string{"20s rack r1 [n0 n1 n4]"}, events, "a rack that holds nothing fails unseen")
	require.Equal(t, "z", fault.Racks(cluster.LabelZone).Of(store.Node("n0")), "any label will do")
}

func TestProcessOfPods(t *testing.T) {
	engine, store := world(t)
	k := &hands{engine: engine}
	faults := fault.New(engine, store, fault.Config{Kubelet: k})
	run(t, store, "web", "a")
	require.NoError(t, faults.Start(fault.Process{Effect: &fault.Crash{Pods: of("web"), Code: 1}, TimeBetween: after(10 * time.Second)}))
	require.NoError(t, engine.Run(at(4)))
	run(t, store, "web", "b")
	run(t, store, "db", "c")
	require.NoError(t, engine.Run(at(21)))
	require.Equal(t, []string{`10s crash 4 "" 1 false`, `14s crash 5 "" 1 false`, `20s crash 4 "" 1 false`}, k.log)
	for _, name := range []string{"a", "b"} {
		p := store.Pod(cluster.NamespacedName{Namespace: "default", Name: name})
		require.NoError(t, store.Delete(cluster.KeyOf(p), cluster.ReasonDeleted))
	}
	require.NoError(t, engine.Run(sim.Never))
	require.Len(t, k.log, 3, "pods that are gone fail no more, and nothing is left to wait for")
}

func TestProcessOfAComponent(t *testing.T) {
	engine, store := world(t)
	m := &machine{engine: engine}
	faults := fault.New(engine, store, fault.Config{Components: map[string][]fault.Pausable{"kube-scheduler": {m}}})
	require.NoError(t, faults.Start(fault.Process{Effect: &fault.Pause{Component: "kube-scheduler"}, TimeBetween: after(10 * time.Second), Repair: after(4 * time.Second)}))
	require.NoError(t, engine.Run(at(29)))
	require.Equal(t, []string{"10s true", "14s false", "20s true", "24s false"}, m.log)
}

func TestStartRefuses(t *testing.T) {
	gap := after(time.Second)
	for _, test := range []struct {
		name    string
		process fault.Process
		want    string
	}{
		{"nothing", fault.Process{TimeBetween: gap}, "what goes wrong, and the time between, must be given"},
		{"no time between", fault.Process{Effect: lose(everywhere{}), Repair: gap}, "what goes wrong, and the time between, must be given"},
		{"no repair", fault.Process{Effect: lose(everywhere{}), TimeBetween: gap}, "the time of repair must be given"},
		{"the past", fault.Process{Effect: lose(everywhere{}), TimeBetween: gap, Repair: gap, From: 3}, "from 3ns is in the past: it is 5s"},
		{"no such nodes", fault.Process{Effect: lose(fault.Zone("x")), TimeBetween: gap, Repair: gap, From: at(5)}, "no node is hit by it: zone x"},
		{"a rollout", fault.Process{Effect: &fault.BadRollout{Deployment: cluster.NamespacedName{Name: "x"}}, TimeBetween: gap, Repair: gap, From: at(5)},
			"a bad rollout happens once, not at random"},
	} {
		t.Run(test.name, func(t *testing.T) {
			engine, store := world(t)
			require.NoError(t, engine.Run(at(5)))
			require.EqualError(t, fault.New(engine, store, fault.Config{}).Start(test.process), test.want)
			require.Zero(t, engine.Pending())
		})
	}
}

// Whatever else happens in the cluster, and whatever else fails, a node meets the same failures.
func TestCommonRandomNumbers(t *testing.T) {
	process := fault.Process{Stream: "machines", Effect: lose(everywhere{}), TimeBetween: mean(time.Minute), Repair: mean(10 * time.Second)}
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		var alone []string
		for i := range 2 {
			engine := sim.New(seed)
			store := cluster.NewStore(engine)
			for _, name := range []string{"a", "b", "c"} {
				require.NoError(t, store.Create(node(name, "z"), cluster.ReasonCreated))
			}
			events := map[string][]string{}
			faults := fault.New(engine, store, fault.Config{Kubelet: &hands{engine: engine}, Report: func(e fault.Event) {
				if e.Kind == "power loss" {
					events[e.Name] = append(events[e.Name], fmt.Sprint(e.At, e.Begin))
				}
			}})
			if i == 1 {
				disturb(t, engine, store, faults)
			}
			require.NoError(t, faults.Start(process))
			require.NoError(t, engine.Run(at(600)))
			seen := slices.Concat(events["node a"], events["node b"], events["node c"])
			if i == 0 {
				alone = seen
			} else {
				require.Equal(t, alone, seen)
			}
		}
	})
}

// disturb has other things happen: other failures, other nodes, pods that come and go, draws of all kinds.
func disturb(t *rapid.T, engine *sim.Engine, store *cluster.Store, faults *fault.Faults) {
	if rapid.Bool().Draw(t, "other failures") {
		require.NoError(t, faults.Start(fault.Process{Stream: "cables", Effect: isolate(everywhere{}), TimeBetween: mean(time.Minute), Repair: after(time.Second)}))
		require.NoError(t, faults.Start(fault.Process{Stream: "pods", Effect: &fault.Crash{Pods: every{}}, TimeBetween: mean(time.Minute)}))
	}
	for i := range rapid.IntRange(0, 20).Draw(t, "steps") {
		when := at(rapid.IntRange(0, 500).Draw(t, "when"))
		what := rapid.IntRange(0, 2).Draw(t, "what")
		engine.At(when, sim.PhaseWorld, call(func() {
			switch what {
			case 0:
				require.NoError(t, store.Create(node(fmt.Sprint("other", i), "z"), cluster.ReasonCreated))
			case 1:
				run(t, store, "web", fmt.Sprint("p", i))
			default:
				engine.Rand("something").Uint64()
				engine.Draw("else", "a").Uint64()
			}
		}))
	}
}

// A machine made anew under an old name has a fate of its own, and the same under every policy.
func TestAnotherLife(t *testing.T) {
	lives := func() (first, second []string) {
		engine, store := world(t)
		var events []string
		faults := fault.New(engine, store, fault.Config{Report: begins(&events)})
		require.NoError(t, faults.Start(fault.Process{Effect: lose(named("a1")), TimeBetween: mean(time.Minute), Repair: after(0)}))
		require.NoError(t, engine.Run(at(600)))
		first, events = events, nil
		require.NoError(t, store.Delete(cluster.KeyOf(store.Node("a1")), cluster.ReasonDeleted))
		require.NoError(t, store.Create(node("a1", "a"), cluster.ReasonCreated))
		require.NoError(t, engine.Run(at(1200)))
		return first, events
	}
	first, second := lives()
	again, anew := lives()
	require.Equal(t, first, again)
	require.Equal(t, second, anew)
	require.NotEqual(t, len(first), len(second), "with this seed")
}

// Nodes return when all faults that overlap there are over, whatever their kind, and every fault ends or is told of.
func TestProcessesOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		engine := sim.New(rapid.Uint64().Draw(t, "seed"))
		store := cluster.NewStore(engine)
		for i := range 4 {
			require.NoError(t, store.Create(node(fmt.Sprint("n", i), fmt.Sprint("z", i%2)), cluster.ReasonCreated))
		}
		var events []fault.Event
		down, cut := map[string]int{}, map[string]int{}
		faults := fault.New(engine, store, fault.Config{Report: func(e fault.Event) {
			events = append(events, e)
			count := map[string]map[string]int{"power loss": down, "partition": cut}[e.Kind]
			for _, n := range e.Nodes {
				count[n] += map[bool]int{true: 1, false: -1}[e.Begin]
			}
		}})
		begun := 0
		for i := range rapid.IntRange(1, 4).Draw(t, "processes") {
			p := fault.Process{Stream: fmt.Sprint(i), TimeBetween: mean(rapid.IntRange(1, 60).Draw(t, "gap") * int(time.Second)), Repair: mean(rapid.IntRange(1, 60).Draw(t, "repair") * int(time.Second))}
			p.Effect = rapid.SampledFrom([]fault.Effect{lose(everywhere{}), isolate(everywhere{}), lose(fault.Zone("z1"))}).Draw(t, "effect")
			if rapid.Bool().Draw(t, "zones") {
				p.Domain = fault.Zones()
			}
			require.NoError(t, faults.Start(p))
		}
		engine.Observe(func(sim.Time, sim.Event) {
			for _, o := range store.List(cluster.KindNode) {
				n := o.(*cluster.Node)
				require.Equal(t, down[n.Name] > 0, n.Down)
				require.Equal(t, cut[n.Name] > 0, n.Isolated)
				if !n.Reachable() {
					require.LessOrEqual(t, n.Silent, engine.Now())
				}
			}
		})
		require.NoError(t, engine.Run(at(120)))
		for _, e := range events {
			if e.Begin {
				begun++
			}
		}
		checkEvents(t, events, faults.StillOn, begun)
	})
}

// gaps returns the times between the failures of many nodes, and how long each lasted, in seconds.
func gaps(t *testing.T, between, repair fault.Distribution) (gap, lasted []float64) {
	engine := sim.New(7)
	store := cluster.NewStore(engine)
	for i := range 200 {
		require.NoError(t, store.Create(node(fmt.Sprint("n", i), "z"), cluster.ReasonCreated))
	}
	last, begun := map[string]sim.Time{}, map[int]sim.Time{}
	faults := fault.New(engine, store, fault.Config{Report: func(e fault.Event) {
		if !e.Begin {
			lasted = append(lasted, e.At.Sub(begun[e.ID]).Seconds())
			return
		}
		begun[e.ID] = e.At
		gap = append(gap, e.At.Sub(last[e.Name]).Seconds())
		last[e.Name] = e.At
	}})
	require.NoError(t, faults.Start(fault.Process{Effect: lose(everywhere{}), TimeBetween: between, Repair: repair}))
	require.NoError(t, engine.Run(at(100_000)))
	return gap, lasted
}

// The gaps and repairs have the distributions asked for: by the test of Kolmogorov and Smirnov at the level of 1 % (the
// critical value for large n is 1.63/sqrt(n)), and by their means within 4 standard errors. A run cuts the last gap of each
// node short, of about one in a hundred, which the bound allows for.
func TestDistributions(t *testing.T) {
	tests := []struct {
		name            string
		between, repair fault.Distribution
		gap, lasted     interface {
			CDF(float64) float64
			Mean() float64
		}
	}{
		{"exponential", mean(1000 * time.Second), mean(50 * time.Second), distuv.Exponential{Rate: 1. / 1000}, distuv.Exponential{Rate: 1. / 50}},
		{"weibull", weibull{0.7, 800}, weibull{1.5, 60}, distuv.Weibull{K: 0.7, Lambda: 800}, distuv.Weibull{K: 1.5, Lambda: 60}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			gap, lasted := gaps(t, test.between, test.repair)
			require.Greater(t, len(gap), 15_000)
			for _, c := range []struct {
				sample []float64
				of     interface {
					CDF(float64) float64
					Mean() float64
				}
				slack float64
			}{{gap, test.gap, 0.01}, {lasted, test.lasted, 0}} {
				m, sd := stat.MeanStdDev(c.sample, nil)
				n := math.Sqrt(float64(len(c.sample)))
				require.InDelta(t, c.of.Mean(), m, 4*sd/n+2*c.slack*c.of.Mean())
				require.Less(t, distance(c.sample, c.of.CDF), 1.63/n+c.slack)
			}
		})
	}
}

// distance is the largest difference between the distribution of a sample and the one it is to have.
func distance(sample []float64, cdf func(float64) float64) float64 {
	slices.Sort(sample)
	most, n := 0.0, float64(len(sample))
	for i, x := range sample {
		most = max(most, math.Abs(cdf(x)-float64(i)/n), math.Abs(cdf(x)-float64(i+1)/n))
	}
	return most
}

// Failures of different nodes have nothing to do with each other.
func TestNodesFailIndependently(t *testing.T) {
	engine, store := world(t)
	first := map[string][]float64{}
	faults := fault.New(engine, store, fault.Config{Report: func(e fault.Event) {
		if e.Begin {
			first[e.Name] = append(first[e.Name], e.At.Seconds())
		}
	}})
	require.NoError(t, faults.Start(fault.Process{Effect: lose(everywhere{}), TimeBetween: mean(time.Minute), Repair: after(0)}))
	require.NoError(t, engine.Run(at(200_000)))
	a, b := diffs(first["node a1"]), diffs(first["node a2"])
	n := min(len(a), len(b))
	require.Less(t, math.Abs(stat.Correlation(a[:n], b[:n], nil)), 4/math.Sqrt(float64(n)))
	require.Less(t, math.Abs(stat.Correlation(a[:n-1], a[1:n], nil)), 4/math.Sqrt(float64(n)), "nor one gap with the next")
}

func diffs(times []float64) []float64 {
	var list []float64
	for i := 1; i < len(times); i++ {
		list = append(list, times[i]-times[i-1])
	}
	return list
}
