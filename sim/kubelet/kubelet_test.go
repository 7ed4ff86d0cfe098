package kubelet_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/fault"
	"github.com/wavetank/wavetank/sim/kubelet"
	"github.com/wavetank/wavetank/sim/simtest"
)

func TestScripts(t *testing.T) { simtest.Run(t, "testdata", nil) }

// Without latencies the kubelet needs one event of its own for a pod: its end.
func TestEventsOfOneLife(t *testing.T) {
	engine, store, _ := world(t, kubelet.Config{})
	var events []string
	engine.Observe(func(now sim.Time, ev sim.Event) { events = append(events, now.String()+" "+ev.String()) })
	place(t, store, "a", 100, time.Minute)
	require.NoError(t, engine.Run(sim.Never))
	require.Equal(t, []string{"0s watch kubelet nodes", "0s watch kubelet", "0s watch kubelet", "1m0s finish default/a", "1m0s watch kubelet"}, events)
}

// The functions of Config are asked about the pod in question, each once.
func TestConfigIsAskedPerPod(t *testing.T) {
	var asked []string
	of := func(what string, d time.Duration) func(*cluster.Pod) time.Duration {
		return func(p *cluster.Pod) time.Duration {
			asked = append(asked, what+" "+p.Name+" on "+p.NodeName)
			return d
		}
	}
	engine, store, k := world(t, kubelet.Config{Pull: of("pull", 3), Start: of("start", 4), Stop: of("stop", 5)})
	key := place(t, store, "a", 100, cluster.Forever)
	require.NoError(t, engine.Run(100))
	require.Equal(t, sim.Time(7), store.Pod(key.NamespacedName).Status.StartedAt)
	require.Equal(t, 1, k.Pods())
	require.NoError(t, store.Terminate(key, cluster.ReasonKilling))
	require.NoError(t, engine.Run(sim.Never))
	require.Equal(t, sim.Time(105), engine.Now())
	require.Equal(t, []string{"pull a on n0", "start a on n0", "stop a on n0"}, asked)
	require.Zero(t, k.Pods())
}

// A pod that is made in mid-run, as part of a cluster that is taken over, runs on without another start.
func TestPodThatRunsAlready(t *testing.T) {
	engine, store, k := world(t, kubelet.Config{Start: func(*cluster.Pod) time.Duration { return 0 }})
	p := pod("a", 100, time.Minute)
	p.NodeName, p.Status.Phase, p.Status.Ready = "n0", cluster.Running, true
	require.NoError(t, store.Create(p, cluster.ReasonCreated))
	require.NoError(t, engine.Run(1))
	require.Equal(t, uint64(1), store.Pod(p.NamespacedName).ResourceVersion-uint64(nodes), "no write but its creation")
	require.Equal(t, 1, k.Pods())
	require.NoError(t, engine.Run(sim.Never))
	require.Equal(t, cluster.Succeeded, store.Pod(p.NamespacedName).Status.Phase)
	require.Equal(t, sim.Time(time.Minute), engine.Now())
}

// A pod that another component has failed is taken off its node.
func TestPodFailedByOthers(t *testing.T) {
	engine, store, k := world(t, kubelet.Config{})
	key := place(t, store, "a", 4000, time.Minute)
	require.NoError(t, engine.Run(1))
	require.NoError(t, store.EditPod(key, cluster.ReasonUpdated, func(p *cluster.Pod) {
		p.Status.Phase, p.Status.Ready, p.Status.FinishedAt = cluster.Failed, false, 1
	}))
	require.NoError(t, engine.Run(2))
	require.Zero(t, k.Pods())
	second := place(t, store, "b", 4000, 0)
	require.NoError(t, engine.Run(sim.Never))
	require.Equal(t, cluster.Succeeded, store.Pod(second.NamespacedName).Status.Phase)
	require.Equal(t, sim.Time(2), engine.Now(), "the end of the first is no longer pending")
}

// A node is replaced by another of its name, and the news of a pod there comes before that of the nodes: what ran on the
// old one is lost, and the new pod is not.
func TestNodeReplacedWithinAnInstant(t *testing.T) {
	engine, store, k := world(t, kubelet.Config{})
	old := place(t, store, "old", 4000, cluster.Forever)
	require.NoError(t, engine.Run(1))
	require.NoError(t, store.Create(pod("other", 0, 0), cluster.ReasonCreated)) // has the news of pods told first
	n := *store.Node("n0")
	require.NoError(t, store.Delete(cluster.KeyOf(&n), cluster.ReasonDeleted))
	require.NoError(t, store.Create(&n, cluster.ReasonCreated))
	young := place(t, store, "young", 4000, cluster.Forever)
	require.NoError(t, engine.Run(2))
	require.Equal(t, "NodeLost", store.Pod(old.NamespacedName).Status.Reason)
	require.Equal(t, cluster.Running, store.Pod(young.NamespacedName).Status.Phase)
	require.Equal(t, 1, k.Pods())
}

// Whoever binds what to where, deletes it, and whatever fails: once an instant is over no node is asked for too much,
// and what the kubelet believes to run is what the store says.
func TestKubeletKeepsInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		some := func(name string) func(*cluster.Pod) time.Duration {
			most := rapid.IntRange(0, 3).Draw(t, name)
			return func(*cluster.Pod) time.Duration {
				return time.Duration(rapid.IntRange(0, most).Draw(t, name)) * time.Second
			}
		}
		engine, store, k := empty(kubelet.Config{Pull: some("pull"), Start: some("start"), Stop: some("stop")})
		checker := cluster.NewChecker(store, cluster.Rules{})
		addNodes(t, store)
		for i := range rapid.IntRange(1, 40).Draw(t, "steps") {
			disturb(t, store, i)
			require.NoError(t, engine.Run(engine.Now().Add(time.Second)))
			require.NoError(t, store.Check())
			require.NoError(t, checker.Settle())
			require.Equal(t, living(store), k.Pods())
		}
		require.NoError(t, engine.Run(engine.Now().Add(time.Hour)))
		for _, o := range store.List(cluster.KindPod) {
			p := o.(*cluster.Pod)
			require.True(t, p.NodeName == "" || p.Terminal() || p.RunTime == cluster.Forever && !p.Deleting, "%+v", p)
		}
	})
}

func living(store *cluster.Store) int {
	n := 0
	for _, o := range store.List(cluster.KindPod) {
		if p := o.(*cluster.Pod); p.NodeName != "" && !p.Terminal() {
			n++
		}
	}
	return n
}

func disturb(t *rapid.T, store *cluster.Store, i int) {
	name := fmt.Sprint("n", rapid.IntRange(0, nodes-1).Draw(t, "node"))
	switch rapid.IntRange(0, 9).Draw(t, "step") {
	case 0:
		require.NoError(t, fault.TakeDown(store, name))
	case 1:
		require.NoError(t, fault.BringUp(store, name))
	case 2, 3:
		if pods := store.List(cluster.KindPod); len(pods) > 0 {
			p := rapid.SampledFrom(pods).Draw(t, "pod")
			require.NoError(t, store.Terminate(cluster.KeyOf(p), cluster.ReasonKilling))
		}
	case 4:
		if pods := store.List(cluster.KindPod); len(pods) > 0 {
			p := rapid.SampledFrom(pods).Draw(t, "pod")
			require.NoError(t, store.Delete(cluster.KeyOf(p), cluster.ReasonDeleted))
		}
	default:
		run := rapid.SampledFrom([]time.Duration{cluster.Forever, 0, time.Second, 5 * time.Second}).Draw(t, "run")
		p := pod(fmt.Sprint("p", i), rapid.Int64Range(0, 3000).Draw(t, "cpu"), run)
		require.NoError(t, store.Create(p, cluster.ReasonCreated))
		require.NoError(t, store.Bind(cluster.KeyOf(p), name, 0))
	}
}

const nodes = 3

// world is three nodes of four cores with a kubelet.
func world(t require.TestingT, cfg kubelet.Config) (*sim.Engine, *cluster.Store, *kubelet.Kubelet) {
	engine, store, k := empty(cfg)
	addNodes(t, store)
	return engine, store, k
}

func empty(cfg kubelet.Config) (*sim.Engine, *cluster.Store, *kubelet.Kubelet) {
	engine := sim.New(1)
	store := cluster.NewStore(engine)
	return engine, store, kubelet.New(engine, store, cfg)
}

func addNodes(t require.TestingT, store *cluster.Store) {
	for i := range nodes {
		n := &cluster.Node{ObjectMeta: meta("", fmt.Sprint("n", i)), AllocatablePods: 5, Allocatable: cluster.Resources{MilliCPU: 4000, Memory: 1 << 30}}
		require.NoError(t, store.Create(n, cluster.ReasonCreated))
	}
}

func pod(name string, milliCPU int64, run time.Duration) *cluster.Pod {
	spec := &cluster.PodSpec{TerminationGracePeriod: 2 * time.Second,
		Containers: []cluster.Container{{Requests: cluster.Resources{MilliCPU: milliCPU}}}}
	return &cluster.Pod{ObjectMeta: meta("default", name), Spec: spec.Complete(), RunTime: run}
}

// place makes a pod on n0.
func place(t require.TestingT, store *cluster.Store, name string, milliCPU int64, run time.Duration) cluster.Key {
	p := pod(name, milliCPU, run)
	require.NoError(t, store.Create(p, cluster.ReasonCreated))
	require.NoError(t, store.Bind(cluster.KeyOf(p), "n0", 0))
	return cluster.KeyOf(p)
}
