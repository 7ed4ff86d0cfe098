package scheduler_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/config"
	"github.com/wavetank/wavetank/scheduler/plugins"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

func predictor(t require.TestingT, store *cluster.Store, plain bool) *scheduler.Predictor {
	c, err := config.Policy("default", plugins.InTree())
	require.NoError(t, err)
	draw := func(string, *cluster.Pod) *rand.Rand { return rand.New(rand.NewPCG(1, 1)) }
	p, err := scheduler.NewPredictor(scheduler.Config{Profiles: c.Profiles, Registry: plugins.InTree(), PlainPath: plain}, store, draw)
	require.NoError(t, err)
	return p
}

func predictedNode(name string, cpu int64, zone string) *cluster.Node {
	n := &cluster.Node{AllocatablePods: 110}
	n.Name = name
	n.Labels = cluster.Labels{cluster.LabelHostname: name, cluster.LabelZone: zone}
	n.Allocatable = cluster.Resources{MilliCPU: cpu, Memory: 64 << 30}
	return n
}

func spreadSpec(cpu int64, spread, anti bool) *cluster.PodSpec {
	s := &cluster.PodSpec{Containers: []cluster.Container{{Requests: cluster.Resources{MilliCPU: cpu}, RequestsCPU: true}}}
	selector := cluster.SelectLabels(cluster.Labels{"app": "web"})
	if spread {
		s.SpreadConstraints = []cluster.TopologySpreadConstraint{{MaxSkew: 1, TopologyKey: cluster.LabelZone, Hard: true, Selector: selector}}
	}
	if anti {
		s.Affinity = &cluster.Affinity{RequiredPodAnti: []cluster.PodAffinityTerm{{Selector: selector, TopologyKey: cluster.LabelHostname}}}
	}
	return s.Complete()
}

func predictedPod(i int, spec *cluster.PodSpec) *cluster.Pod {
	p := &cluster.Pod{Spec: spec}
	p.NamespacedName = cluster.NamespacedName{Namespace: "default", Name: fmt.Sprintf("p%d", i)}
	p.Labels = cluster.Labels{"app": "web"}
	return p
}

func TestPredictorThinksOfNodesAndPods(t *testing.T) {
	store := cluster.NewStore(sim.New(1))
	p := predictor(t, store, false)
	require.NoError(t, store.Create(predictedNode("n0", 1000, "a"), cluster.ReasonCreated))
	big, small := predictedPod(0, spreadSpec(3000, false, false)), predictedPod(1, spreadSpec(600, false, false))
	small.UID, big.UID = 101, 102
	nodes := []string{"n0", "n1", "missing"}
	require.Equal(t, -1, p.FirstFit(big, nodes, 0))
	require.Equal(t, 0, p.FirstFit(small, nodes, 0))

	p.Fork()
	p.AddNode(predictedNode("n1", 4000, "b"))
	require.Equal(t, 1, p.FirstFit(big, nodes, 0))
	require.Equal(t, 1, p.FirstFit(small, nodes, 1), "the search begins where it is told to")
	require.Equal(t, 0, p.FirstFit(small, nodes, 2), "and goes around")
	p.Fork()
	p.AddPod(small, "n0")
	require.Equal(t, 1, p.FirstFit(predictedPod(2, small.Spec), nodes, 0), "n0 is taken")
	p.RemoveNode("n0")
	require.Nil(t, p.Node("n0"))
	p.Revert()
	require.Empty(t, p.Node("n0").Pods)
	require.Equal(t, 0, p.FirstFit(small, nodes, 0))

	p.Fork()
	tainted := predictedNode("n1", 4000, "b")
	tainted.Taints = []cluster.Taint{{Key: "k", Effect: cluster.NoSchedule}}
	p.SetNode(tainted)
	p.Commit()
	require.Equal(t, -1, p.FirstFit(big, nodes, 0), "what is committed stays")
	p.Revert()
	require.Nil(t, p.Node("n1"), "until what it was part of goes")
	require.Equal(t, -1, p.FirstFit(big, nodes, 0))
}

func TestPredictorRefusesWhatItCouldNotTakeBack(t *testing.T) {
	store := cluster.NewStore(sim.New(1))
	p := predictor(t, store, false)
	require.Panics(t, func() { p.AddNode(predictedNode("n", 1, "a")) })
	p.Fork()
	require.Panics(t, func() { _ = store.Create(predictedNode("n", 1, "a"), cluster.ReasonCreated) })
}

func TestPredictorNeedsAProfile(t *testing.T) {
	_, err := scheduler.NewPredictor(scheduler.Config{}, cluster.NewStore(sim.New(1)), nil)
	require.ErrorContains(t, err, "no profile")
}

// After any thoughts that were taken back a predictor answers as one that never had them, from memory or not.
func TestThoughtsLeaveNoTrace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store := cluster.NewStore(sim.New(1))
		thinker, plain := predictor(t, store, false), predictor(t, store, true)
		specs := []*cluster.PodSpec{spreadSpec(500, false, false), spreadSpec(700, true, false), spreadSpec(300, false, true)}
		zones := []string{"a", "b", "c"}
		nodes := rapid.IntRange(1, 5).Draw(t, "nodes")
		var names []string
		for i := range nodes {
			names = append(names, fmt.Sprintf("n%d", i))
			require.NoError(t, store.Create(predictedNode(names[i], 1500, zones[i%3]), cluster.ReasonCreated))
		}
		names = append(names, "new0", "new1")
		made := 0
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "write") {
				p := predictedPod(made, specs[rapid.IntRange(0, 2).Draw(t, "spec")])
				made++
				require.NoError(t, store.Create(p, cluster.ReasonCreated))
				require.NoError(t, store.Bind(cluster.KeyOf(p), names[rapid.IntRange(0, nodes-1).Draw(t, "node")], 0))
			}
			thinker.Fork()
			for range rapid.IntRange(0, 5).Draw(t, "thoughts") {
				think(t, thinker, names, specs)
			}
			thinker.Revert()
			for i, spec := range specs {
				for start := range names {
					probe := predictedPod(1000+i, spec)
					require.Equal(t, plain.FirstFit(probe, names, start), thinker.FirstFit(probe, names, start), "spec %d from %d", i, start)
				}
			}
		}
	})
}

func think(t *rapid.T, p *scheduler.Predictor, names []string, specs []*cluster.PodSpec) {
	name := rapid.SampledFrom(names).Draw(t, "about")
	info := p.Node(name)
	switch kind := rapid.IntRange(0, 3).Draw(t, "thought"); {
	case info == nil:
		p.AddNode(predictedNode(name, 4000, "d"))
	case kind == 0:
		p.RemoveNode(name)
	case kind == 1 && len(info.Pods) > 0:
		p.RemovePod(info.Pods[0])
	case kind == 2:
		c := *info.Node
		c.Taints = []cluster.Taint{{Key: "k", Effect: cluster.NoSchedule}}
		p.SetNode(&c)
	default:
		pod := predictedPod(500, rapid.SampledFrom(specs).Draw(t, "spec"))
		pod.UID = cluster.UID(rapid.Uint64Range(1e6, 1e9).Draw(t, "uid"))
		if i := p.FirstFit(pod, names, 0); i >= 0 {
			p.AddPod(pod, names[i])
		}
	}
}
