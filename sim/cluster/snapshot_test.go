package cluster_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim/cluster"
)

// TestSnapshotAgainstRecount adds, replaces and removes nodes and pods at random, and holds every node's sums against a
// NodeInfo made anew from what should be there.
func TestSnapshotAgainstRecount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &model{t: t, s: cluster.NewSnapshot(nil), nodes: map[string]*cluster.Node{}}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			before, generation := m.generations(), m.s.Generation()
			touched := m.step()
			m.compare()
			for name, g := range m.generations() {
				if g != before[name] {
					require.Equal(t, touched, name, "only the node that changed moves its generation")
					require.Greater(t, g, generation, "to one that no node ever had")
				}
			}
		}
	})
}

// model is a snapshot beside what should be in it.
type model struct {
	t     *rapid.T
	s     *cluster.Snapshot
	nodes map[string]*cluster.Node
	pods  []*cluster.Pod
	uid   cluster.UID
}

// step does one thing, and returns the name of the node that it concerns.
func (m *model) step() string {
	name := rapid.SampledFrom([]string{"n0", "n1", "n2", "n3"}).Draw(m.t, "node")
	switch rapid.IntRange(0, 7).Draw(m.t, "step") {
	case 0:
		m.nodes[name] = m.node(name)
		m.s.AddNode(m.nodes[name])
	case 1:
		if m.nodes[name] != nil {
			m.nodes[name] = m.node(name)
			m.s.UpdateNode(m.nodes[name])
		}
	case 2:
		delete(m.nodes, name)
		m.s.RemoveNode(name)
	case 3, 4:
		if len(m.pods) > 0 {
			i := rapid.IntRange(0, len(m.pods)-1).Draw(m.t, "pod")
			name = m.pods[i].NodeName
			gone := m.pods[i]
			if rapid.Bool().Draw(m.t, "another version") {
				version := *gone
				gone = &version
			}
			require.True(m.t, m.s.RemovePod(gone))
			require.False(m.t, m.s.RemovePod(m.pods[i]), "it is gone")
			m.pods = slices.Delete(m.pods, i, i+1)
		}
	default:
		m.pods = append(m.pods, m.pod(name))
		m.s.AddPod(m.pods[len(m.pods)-1])
	}
	return name
}

func (m *model) node(name string) *cluster.Node {
	n := node(name, rapid.Int64Range(1, 9).Draw(m.t, "cores"), 9)
	n.Labels = cluster.Labels{cluster.LabelZone: rapid.SampledFrom([]string{"", "a", "b"}).Draw(m.t, "zone")}
	return n
}

func (m *model) pod(node string) *cluster.Pod {
	m.uid++
	spec := &cluster.PodSpec{
		Containers: []cluster.Container{{Requests: cluster.Resources{MilliCPU: rapid.Int64Range(0, 50).Draw(m.t, "cpu"),
			Extended: []cluster.Amount{{Name: "x.y/z", Value: rapid.Int64Range(0, 3).Draw(m.t, "ext")}}}, RequestsCPU: true}},
		HostPorts: []cluster.HostPort{{Port: int32(m.uid)}}, // its own, as on a real node
		Volumes:   []cluster.Volume{{Name: "v", Claim: rapid.SampledFrom([]string{"", "c", "d"}).Draw(m.t, "claim")}},
		GPU:       cluster.GPURequest{Devices: 1, Milli: 10},
	}
	term := cluster.PodAffinityTerm{Selector: &cluster.Selector{}, TopologyKey: "zone"}
	switch rapid.IntRange(0, 3).Draw(m.t, "affinity") {
	case 0:
		spec.Affinity = &cluster.Affinity{RequiredPod: []cluster.PodAffinityTerm{term}}
	case 1:
		spec.Affinity = &cluster.Affinity{RequiredPodAnti: []cluster.PodAffinityTerm{term}}
	}
	p := pod(fmt.Sprint("p", m.uid), spec.Complete())
	p.UID, p.NodeName, p.GPUs = m.uid, node, 1<<rapid.IntRange(0, 1).Draw(m.t, "device")
	return p
}

func (m *model) generations() map[string]uint64 {
	all := map[string]uint64{}
	for _, n := range m.s.Nodes() {
		all[n.Name()] = n.Generation
	}
	return all
}

func (m *model) compare() {
	require.Len(m.t, m.s.Nodes(), len(m.nodes))
	var affinity, anti, handles []string
	for _, n := range m.s.Nodes() {
		require.Same(m.t, m.nodes[n.Name()], n.Node)
		require.Less(m.t, n.Index, m.s.Handles())
		handles = append(handles, fmt.Sprint(n.Index))
		m.compareNode(n)
		if len(n.PodsWithAffinity) > 0 {
			affinity = append(affinity, n.Name())
		}
		if len(n.PodsWithRequiredAntiAffinity) > 0 {
			anti = append(anti, n.Name())
		}
	}
	require.LessOrEqual(m.t, m.s.Handles(), 4, "handles are used again: there are four names")
	slices.Sort(handles)
	require.Equal(m.t, len(m.nodes), len(slices.Compact(handles)), "handles are unique")
	require.Equal(m.t, affinity, namesOf(m.s.NodesWithAffinity()))
	require.Equal(m.t, anti, namesOf(m.s.NodesWithRequiredAntiAffinity()))
}

func (m *model) compareNode(n *cluster.NodeInfo) {
	want := cluster.NewNodeInfo(n.Node)
	for _, p := range m.pods {
		if p.NodeName == n.Name() {
			want.AddPod(p)
		}
	}
	require.True(m.t, want.Requested.Equal(&n.Requested), "%+v, want %+v", n.Requested, want.Requested)
	require.Equal(m.t, want.NonZeroMilliCPU, n.NonZeroMilliCPU)
	require.Equal(m.t, want.NonZeroMemory, n.NonZeroMemory)
	require.Equal(m.t, want.FreeGPU, n.FreeGPU)
	require.ElementsMatch(m.t, want.Pods, n.Pods)
	require.ElementsMatch(m.t, want.PodsWithAffinity, n.PodsWithAffinity)
	require.ElementsMatch(m.t, want.PodsWithRequiredAntiAffinity, n.PodsWithRequiredAntiAffinity)
	require.ElementsMatch(m.t, want.UsedPorts, n.UsedPorts)
	require.True(m.t, maps.Equal(want.Claims, n.Claims), "%v, want %v", n.Claims, want.Claims)
}

func namesOf(nodes []*cluster.NodeInfo) []string {
	var names []string
	for _, n := range nodes {
		names = append(names, n.Name())
	}
	return names
}

// Nodes come round-robin over the zones, zones in order of their first node, nodes in order of arrival.
func TestNodeOrder(t *testing.T) {
	s := cluster.NewSnapshot(nil)
	add := func(name, zone string) *cluster.Node {
		n := node(name, 1, 1)
		if zone != "" {
			n.Labels = cluster.Labels{cluster.LabelZone: zone}
		}
		s.AddNode(n)
		return n
	}
	for _, n := range [][2]string{{"b1", "b"}, {"a1", "a"}, {"a2", "a"}, {"a3", "a"}, {"b2", "b"}, {"x1", ""}} {
		add(n[0], n[1])
	}
	require.Equal(t, []string{"b1", "a1", "x1", "b2", "a2", "a3"}, namesOf(s.Nodes()))
	s.RemoveNode("a1")
	require.Equal(t, []string{"b1", "a2", "x1", "b2", "a3"}, namesOf(s.Nodes()))
	add("b2", "a")
	require.Equal(t, []string{"b1", "a2", "x1", "a3", "b2"}, namesOf(s.Nodes()), "a node that changes its zone goes to the end of it")
	s.RemoveNode("b1")
	add("b3", "b")
	require.Equal(t, []string{"a2", "x1", "b3", "a3", "b2"}, namesOf(s.Nodes()), "a zone that was empty is a new one")
	epoch := s.Epoch()
	s.UpdateNode(add("x1", ""))
	require.Greater(t, s.Epoch(), epoch)
	require.Nil(t, s.Node("gone"))
}

// What is tried on a clone does not show on the node.
func TestNodeInfoClone(t *testing.T) {
	p := pod("a", (&cluster.PodSpec{HostPorts: []cluster.HostPort{{Port: 80}}, GPU: cluster.GPURequest{Devices: 1, Milli: 300},
		Containers: []cluster.Container{{Requests: cluster.Resources{MilliCPU: 5, Extended: []cluster.Amount{{Name: "x.y/z", Value: 1}}}}},
		Volumes:    []cluster.Volume{{Name: "v", Claim: "c"}}}).Complete())
	p.UID, p.GPUs = 1, 1
	n := cluster.NewNodeInfo(node("n", 4, 4), p)
	c := n.Clone()
	require.True(t, c.RemovePod(p))
	require.Len(t, n.Pods, 1)
	require.Equal(t, int64(5), n.Requested.MilliCPU)
	require.Equal(t, int64(1), n.Requested.Get("x.y/z"))
	require.Equal(t, []int64{700, 1000}, n.FreeGPU)
	require.Equal(t, map[string]int{"default/c": 1}, n.Claims)
	require.True(t, n.PortConflict(cluster.HostPort{Port: 80}))
	require.False(t, c.PortConflict(cluster.HostPort{Port: 80}))
}

// The real scheduler forgets a port that two pods hold when one of them goes.
func TestPortsAreASet(t *testing.T) {
	holder := func(uid cluster.UID, ip string) *cluster.Pod {
		p := pod(fmt.Sprint("p", uid), (&cluster.PodSpec{HostPorts: []cluster.HostPort{{Port: 80, IP: ip}}}).Complete())
		p.UID = uid
		return p
	}
	n := cluster.NewNodeInfo(node("n", 1, 9), holder(1, ""), holder(2, "0.0.0.0"), holder(3, "10.0.0.1"))
	require.Len(t, n.UsedPorts, 2)
	require.True(t, n.RemovePod(holder(1, "")))
	require.True(t, n.PortConflict(cluster.HostPort{Port: 80}))
	require.False(t, n.PortConflict(cluster.HostPort{Port: 80, IP: "10.0.0.2"}), "though the second pod still holds every address")
	require.True(t, n.PortConflict(cluster.HostPort{Port: 80, IP: "10.0.0.1"}))
}

func TestPortConflict(t *testing.T) {
	tests := []struct {
		name       string
		used, want cluster.HostPort
		conflict   bool
	}{
		{"the same port", cluster.HostPort{Port: 80}, cluster.HostPort{Port: 80}, true},
		{"another port", cluster.HostPort{Port: 80}, cluster.HostPort{Port: 81}, false},
		{"TCP is the default", cluster.HostPort{Port: 80}, cluster.HostPort{Port: 80, Protocol: "TCP"}, true},
		{"another protocol", cluster.HostPort{Port: 80}, cluster.HostPort{Port: 80, Protocol: "UDP"}, false},
		{"two addresses", cluster.HostPort{Port: 80, IP: "10.0.0.1"}, cluster.HostPort{Port: 80, IP: "10.0.0.2"}, false},
		{"every address holds each", cluster.HostPort{Port: 80, IP: "0.0.0.0"}, cluster.HostPort{Port: 80, IP: "10.0.0.2"}, true},
		{"and the other way round", cluster.HostPort{Port: 80, IP: "10.0.0.1"}, cluster.HostPort{Port: 80}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n := cluster.NewNodeInfo(node("n", 1, 1), pod("a", (&cluster.PodSpec{HostPorts: []cluster.HostPort{test.used}}).Complete()))
			require.Equal(t, test.conflict, n.PortConflict(test.want))
		})
	}
}
