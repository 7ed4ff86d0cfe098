package scheduler_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/config"
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/scheduler/plugins"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// drawer is an engine's stream of the pod's own key.
func drawer() scheduler.Drawer {
	e := sim.New(1)
	return func(stream string, p *cluster.Pod) *rand.Rand { return e.Draw(stream, p.Namespace, p.Name) }
}

func profile(t require.TestingT, cfg scheduler.ProfileConfig, plain bool) *scheduler.Profile {
	p, err := scheduler.NewProfile(cfg, plugins.InTree(), drawer(), plain)
	require.NoError(t, err)
	return p
}

// twoPaths drives the remembering and the plain profile over one cluster and holds their decisions against each other.
type twoPaths struct {
	fast, plain *scheduler.Profile
	view        *cluster.Snapshot
	placed      []*cluster.Pod
	uid         cluster.UID
	nodes       int
	classes     []*cluster.PodSpec
}

// TestRememberedDecisionsEqualPlain: whatever happens to the cluster, remembering answers changes no decision.
func TestRememberedDecisionsEqualPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c0, err := config.Default(plugins.InTree())
		require.NoError(t, err)
		cfg := c0.Profiles[0]
		cfg.PercentageOfNodesToScore = rapid.SampledFrom([]int32{0, 100, 30}).Draw(t, "percentage")
		c := &twoPaths{fast: profile(t, cfg, false), plain: profile(t, cfg, true), view: cluster.NewSnapshot(nil)}
		for range rapid.IntRange(1, 4).Draw(t, "classes") {
			c.classes = append(c.classes, drawSpec(t))
		}
		c.addNode(t)
		t.Repeat(map[string]func(*rapid.T){
			"add node":    c.addNode,
			"change node": c.changeNode,
			"remove node": c.removeNode,
			"schedule":    c.schedule,
			"schedule2":   c.schedule, // twice as likely
			"end pod":     c.endPod,
			"nominate":    c.nominate,
		})
	})
}

func drawSpec(t *rapid.T) *cluster.PodSpec {
	s := &cluster.PodSpec{Priority: rapid.Int32Range(0, 2).Draw(t, "priority")}
	s.Containers = []cluster.Container{{
		Requests:    cluster.Resources{MilliCPU: rapid.Int64Range(0, 2000).Draw(t, "cpu"), Memory: rapid.Int64Range(0, 4).Draw(t, "mem") << 30},
		RequestsCPU: true, RequestsMemory: true, Image: rapid.SampledFrom([]string{"", "web:1", "db:2"}).Draw(t, "image"),
	}}
	if rapid.Bool().Draw(t, "tolerates") {
		s.Tolerations = []cluster.Toleration{{Key: "k", Operator: cluster.TolerationExists}}
	}
	if rapid.Bool().Draw(t, "gpu") {
		s.GPU = cluster.GPURequest{Devices: 1, Milli: rapid.Int64Range(1, 10).Draw(t, "milli") * 100}
	}
	if rapid.Bool().Draw(t, "prefers") {
		s.Affinity = &cluster.Affinity{PreferredNode: []cluster.WeightedNodeTerm{{Weight: 5, Term: cluster.NodeSelectorTerm{
			MatchExpressions: []cluster.Requirement{{Key: "disk", Operator: cluster.In, Values: []string{"ssd"}}}}}}}
	}
	if rapid.Bool().Draw(t, "anti") {
		if s.Affinity == nil {
			s.Affinity = &cluster.Affinity{}
		}
		s.Affinity.RequiredPodAnti = []cluster.PodAffinityTerm{{TopologyKey: cluster.LabelHostname,
			Selector: cluster.SelectLabels(cluster.Labels{"app": "a"})}}
	}
	return s.Complete()
}

func (c *twoPaths) drawNode(t *rapid.T, name string) *cluster.Node {
	n := &cluster.Node{AllocatablePods: 10, GPUs: rapid.IntRange(0, 2).Draw(t, "gpus")}
	n.Name = name
	n.Labels = cluster.Labels{cluster.LabelHostname: name,
		cluster.LabelZone: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "zone"),
		"disk":            rapid.SampledFrom([]string{"ssd", "hdd"}).Draw(t, "disk")}
	n.Allocatable = cluster.Resources{MilliCPU: rapid.Int64Range(0, 8000).Draw(t, "cpu"), Memory: rapid.Int64Range(0, 16).Draw(t, "mem") << 30}
	if e := rapid.IntRange(0, 5).Draw(t, "taint"); e > 0 && e <= 3 {
		n.Taints = []cluster.Taint{{Key: "k", Effect: cluster.Effect(e)}}
	}
	n.Unschedulable = rapid.IntRange(0, 9).Draw(t, "cordoned") == 0
	if rapid.IntRange(0, 3).Draw(t, "holds an image") == 0 {
		n.Images = []cluster.Image{{Names: []string{"web:1"}, SizeBytes: 500 << 20}}
	}
	return n
}

func (c *twoPaths) addNode(t *rapid.T) {
	c.view.AddNode(c.drawNode(t, fmt.Sprintf("n%d", c.nodes)))
	c.nodes++
}

func (c *twoPaths) changeNode(t *rapid.T) {
	if n := c.anyNode(t); n != nil {
		c.view.UpdateNode(c.drawNode(t, n.Name()))
	}
}

func (c *twoPaths) removeNode(t *rapid.T) {
	if n := c.anyNode(t); n != nil {
		c.view.RemoveNode(n.Name())
	}
}

func (c *twoPaths) anyNode(t *rapid.T) *cluster.NodeInfo {
	if len(c.view.Nodes()) == 0 {
		t.Skip("no nodes")
	}
	return rapid.SampledFrom(c.view.Nodes()).Draw(t, "node")
}

func (c *twoPaths) newPod(t *rapid.T) *cluster.Pod {
	c.uid++
	p := &cluster.Pod{Spec: rapid.SampledFrom(c.classes).Draw(t, "class")}
	p.Namespace, p.Name, p.UID = "default", fmt.Sprintf("p%d", c.uid), c.uid
	p.Labels = cluster.Labels{"app": rapid.SampledFrom([]string{"a", "b"}).Draw(t, "app")}
	return p
}

func (c *twoPaths) schedule(t *rapid.T) {
	p := c.newPod(t)
	batch := []*cluster.Pod{p}
	plain := comparable(c.plain.Schedule(batch, c.view)[0])
	fast := comparable(c.fast.Schedule(batch, c.view)[0])
	require.Equal(t, plain, fast)
	if fast.Node == "" {
		return
	}
	placed := *p
	placed.NodeName, placed.GPUs = fast.Node, fast.GPUs
	c.view.AddPod(&placed)
	c.placed = append(c.placed, &placed)
}

// comparable brings the rejections, whose order says nothing, into one order.
func comparable(d framework.Decision) framework.Decision {
	d.State = nil
	d.Rejections = slices.Clone(d.Rejections)
	slices.SortFunc(d.Rejections, func(a, b framework.Rejection) int {
		return slices.Compare([]string{a.Plugin, a.Reason, a.Code.String()}, []string{b.Plugin, b.Reason, b.Code.String()})
	})
	return d
}

func (c *twoPaths) endPod(t *rapid.T) {
	if len(c.placed) == 0 {
		t.Skip("no pods")
	}
	i := rapid.IntRange(0, len(c.placed)-1).Draw(t, "pod")
	require.True(t, c.view.RemovePod(c.placed[i]))
	c.placed = slices.Delete(c.placed, i, i+1)
}

func (c *twoPaths) nominate(t *rapid.T) {
	p := c.newPod(t)
	p.Status.NominatedNode = c.anyNode(t).Name()
	c.view.Nominate(p)
}
