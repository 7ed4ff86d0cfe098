package plugins

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

func hard(key, selector string, maxSkew int32) cluster.TopologySpreadConstraint {
	return cluster.TopologySpreadConstraint{MaxSkew: maxSkew, TopologyKey: key, Hard: true, Selector: selecting(selector)}
}

func soft(key, selector string, maxSkew int32) cluster.TopologySpreadConstraint {
	c := hard(key, selector, maxSkew)
	c.Hard = false
	return c
}

func minDomains(c cluster.TopologySpreadConstraint, n int32) cluster.TopologySpreadConstraint {
	c.MinDomains = n
	return c
}

// fourNodes are a and b in zone1, x and y in zone2; counts puts that many pods on each: "a=2 b=1".
func fourNodes(counts string, with string, changes ...podChange) *world {
	w := &world{nodes: []*cluster.Node{
		machine("a", "zone=zone1"), machine("b", "zone=zone1"), machine("x", "zone=zone2"), machine("y", "zone=zone2"),
	}}
	w.place(counts, with, changes...)
	return w
}

func (w *world) place(counts, with string, changes ...podChange) {
	for _, f := range strings.Fields(counts) {
		var n int
		node, count, _ := strings.Cut(f, "=")
		if _, err := fmt.Sscan(count, &n); err != nil {
			panic(err)
		}
		for i := range n {
			w.pods = append(w.pods, workload(fmt.Sprintf("%s-%d", node, i), node, with, changes...))
		}
	}
}

// The cases are those of podtopologyspread/filtering_test.go: TestSingleConstraint and TestMultipleConstraints, v1.36.3.
func TestSpreadFilter(t *testing.T) {
	host, zone := cluster.LabelHostname, cluster.LabelZone
	noZoneOnB := fourNodes("a=1 b=1 x=1 y=1", "foo")
	delete(noZoneOnB.nodes[1].Labels, zone)
	tests := []struct {
		name  string
		world *world
		pod   *cluster.Pod
		want  string // nodes that fit
	}{
		{"no existing pods: all nodes fit", fourNodes("", ""), workload("p", "", "foo", spread(hard(zone, "foo", 1))), "a b x y"},
		{"pods of another namespace do not count", fourNodes("a=2 x=1", "foo", in("other")), workload("p", "", "foo", spread(hard(zone, "foo", 1))), "a b x y"},
		{"nil selector matches nothing", fourNodes("a=2 b=1", "foo"), workload("p", "", "foo", spread(cluster.TopologySpreadConstraint{MaxSkew: 1, TopologyKey: zone, Hard: true})), "a b x y"},
		{"zones 3/3: all fit", fourNodes("a=2 b=1 y=3", "foo"), workload("p", "", "foo", spread(hard(zone, "foo", 1))), "a b x y"},
		{"zones 1/2, b has no zone: only a", noZoneOnB, workload("p", "", "foo", spread(hard(zone, "foo", 1))), "a"},
		{"hosts 2/1/0/3: only x", fourNodes("a=2 b=1 y=3", "foo"), workload("p", "", "foo", spread(hard(host, "foo", 1))), "x"},
		{"hosts 2/1/0/3, maxSkew 2: b and x", fourNodes("a=2 b=1 y=3", "foo"), workload("p", "", "foo", spread(hard(host, "foo", 2))), "b x"},
		{"hosts 2/1/0/3, the pod does not match itself: b and x", fourNodes("a=2 b=1 y=3", "foo"), workload("p", "", "bar", spread(hard(host, "foo", 1))), "b x"},
		{"terminating pods do not count", fourNodes("a=1 b=1", "foo", deleting), workload("p", "", "foo", spread(hard(host, "foo", 1))), "a b x y"},
		{"zones 2/1, fewer domains than minDomains: zone2", fourNodes("a=1 b=1 y=1", "foo"), workload("p", "", "foo", spread(minDomains(hard(zone, "foo", 2), 3))), "x y"},
		{"zones 2/1, more domains than minDomains: all", fourNodes("a=1 b=1 y=1", "foo"), workload("p", "", "foo", spread(minDomains(hard(zone, "foo", 2), 1))), "a b x y"},
		{"zone 3/3 and host 2/1/0/3: x", fourNodes("a=2 b=1 y=3", "foo"), workload("p", "", "foo", spread(hard(zone, "foo", 1)), spread(hard(host, "foo", 1))), "x"},
		{"zone 3/4 and host 2/1/0/4: none", fourNodes("a=2 b=1 y=4", "foo"), workload("p", "", "foo", spread(hard(zone, "foo", 1)), spread(hard(host, "foo", 1))), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			plugin := mustPlugin[*podTopologySpread](NewPodTopologySpread, nil)
			require.Equal(t, tt.want, fitting(filterAll(plugin, tt.pod, tt.world.snapshot())))
		})
	}
}

func TestSpreadReasons(t *testing.T) {
	w := fourNodes("a=1", "foo")
	delete(w.nodes[3].Labels, cluster.LabelZone)
	plugin := mustPlugin[*podTopologySpread](NewPodTopologySpread, nil)
	got := filterAll(plugin, workload("p", "", "foo", spread(hard(cluster.LabelZone, "foo", 1))), w.snapshot())
	require.Equal(t, "Unschedulable: node(s) didn't match pod topology spread constraints", got["a"])
	require.Equal(t, "UnschedulableAndUnresolvable: node(s) didn't match pod topology spread constraints (missing required label)", got["y"])
	require.Equal(t, map[string]string{"*": "Skip"}, filterAll(plugin, workload("q", "", "foo"), w.snapshot()))
}

// Node affinity is honoured unless stated otherwise, taints are ignored unless stated otherwise
// (filtering_test.go: TestSingleConstraint, "NodeAffinityPolicy ...", "NodeTaintsPolicy ...", v1.36.3).
func TestSpreadNodeInclusion(t *testing.T) {
	policy := func(affinity, taints cluster.NodeInclusionPolicy) podChange {
		c := hard(cluster.LabelHostname, "foo", 1)
		c.NodeAffinityPolicy, c.NodeTaintsPolicy = affinity, taints
		return spread(c)
	}
	build := func() *world { // pods spread as 1/1/0/~0~: y is the node left out
		w := fourNodes("a=1 b=1 x=1", "foo")
		for _, n := range w.nodes[:3] {
			n.Labels["pool"] = "p"
		}
		tainted(w.nodes[3], "gpu", cluster.NoSchedule)
		return w
	}
	tests := []struct {
		name string
		pod  *cluster.Pod
		want string
	}{
		{"affinity honoured by default: y does not lower the minimum", workload("p", "", "foo", nodeSelector("pool=p"), policy(0, 0)), "a b x y"},
		{"affinity ignored: y is the emptiest domain", workload("p", "", "foo", nodeSelector("pool=p"), policy(cluster.InclusionIgnore, 0)), "y"},
		{"taints ignored by default", workload("p", "", "foo", policy(0, 0)), "y"},
		{"taints honoured", workload("p", "", "foo", policy(0, cluster.InclusionHonor)), "a b x y"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			plugin := mustPlugin[*podTopologySpread](NewPodTopologySpread, nil)
			require.Equal(t, tt.want, fitting(filterAll(plugin, tt.pod, build().snapshot())))
		})
	}
}

// The cases are those of podtopologyspread/scoring_test.go: TestPodTopologySpreadScore, v1.36.3.
func TestSpreadScore(t *testing.T) {
	host, zone := cluster.LabelHostname, cluster.LabelZone
	type scores = map[string]int64
	noHostOnB := fourNodes("a=4 b=2 x=1 y=3", "foo")
	delete(noHostOnB.nodes[1].Labels, host)
	mixed := func(foo, bar, both string) *world {
		w := fourNodes(foo, "foo")
		w.place(bar, "bar")
		w.place(both, "foo bar")
		return w
	}
	tests := []struct {
		name  string
		world *world
		pod   *cluster.Pod
		nodes []string
		want  scores
	}{
		{"no existing pods", fourNodes("", ""), workload("p", "", "foo", spread(soft(host, "foo", 1))), []string{"a", "b"}, scores{"a": 100, "b": 100}},
		{"hosts 4/3/2/1, maxSkew 3", fourNodes("a=4 b=3 x=2 y=1", "foo"), workload("p", "", "foo", spread(soft(host, "foo", 3))), nil, scores{"a": 44, "b": 66, "x": 77, "y": 100}},
		{"hosts 2/1/0/3, maxSkew 2", fourNodes("a=2 b=1 y=3", "foo"), workload("p", "", "foo", spread(soft(host, "foo", 2))), nil, scores{"a": 33, "b": 66, "x": 100, "y": 16}},
		{"hosts 4/2/1/~3~", fourNodes("a=4 b=2 x=1 y=3", "foo"), workload("p", "", "foo", spread(soft(host, "foo", 1))), []string{"a", "b", "x"}, scores{"a": 33, "b": 83, "x": 100}},
		{"hosts 4/?/1/~3~, b has no host name", noHostOnB, workload("p", "", "foo", spread(soft(host, "foo", 1))), []string{"a", "b", "x"}, scores{"a": 16, "b": 0, "x": 100}},
		{"zones 4+2/1+~3~", fourNodes("a=4 b=2 x=1 y=3", "foo"), workload("p", "", "foo", spread(soft(zone, "foo", 1))), []string{"a", "b", "x"}, scores{"a": 75, "b": 75, "x": 100}},
		{"zone and host 2/~1~/2/~4~", fourNodes("a=2 b=1 x=2 y=4", "foo"), workload("p", "", "foo", spread(soft(zone, "foo", 1)), spread(soft(host, "foo", 1))), []string{"a", "x"}, scores{"a": 100, "x": 63}},
		{"two selectors on zone", mixed("a=1 y=2", "", "a=1 b=1 y=1"), workload("p", "", "foo bar", spread(soft(zone, "foo", 1)), spread(soft(zone, "bar", 1))), []string{"a", "x"}, scores{"a": 85, "x": 100}},
		{"different selectors on zone and host", mixed("a=1 y=1", "y=1", "b=1"), workload("p", "", "foo bar", spread(soft(zone, "foo", 1)), spread(soft(host, "bar", 1))), nil, scores{"a": 60, "b": 20, "x": 100, "y": 60}},
		{"different selectors, zones 0/2", mixed("x=1", "b=1", "y=1"), workload("p", "", "foo bar", spread(soft(zone, "foo", 1)), spread(soft(host, "bar", 1))), nil, scores{"a": 100, "b": 60, "x": 40, "y": 0}},
		{"no soft constraint: skipped", fourNodes("a=1", "foo"), workload("p", "", "foo", spread(hard(host, "foo", 1))), nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			plugin := mustPlugin[*podTopologySpread](NewPodTopologySpread, nil)
			require.Equal(t, tt.want, scoreAll(plugin, tt.pod, tt.world.snapshot(), tt.nodes...))
		})
	}
}

func podSet(kind cluster.Kind, name, selector string) *cluster.PodSet {
	return &cluster.PodSet{ObjectMeta: named(name), Type: kind, Selector: selecting(selector)}
}

func ownedBy(kind cluster.Kind, name string) podChange {
	return func(p *cluster.Pod) {
		p.Owners = []cluster.OwnerReference{{Kind: kind.String(), Name: name, Controller: true}}
	}
}

// scoring_test.go: "system defaulting, nodes don't have zone, pods match service", v1.36.3.
func TestSpreadDefaults(t *testing.T) {
	w := fourNodes("a=4 b=3 x=2 y=1", "foo=")
	for _, n := range w.nodes {
		delete(n.Labels, cluster.LabelZone)
	}
	want := map[string]int64{"a": 44, "b": 66, "x": 77, "y": 100}
	plugin := mustPlugin[*podTopologySpread](NewPodTopologySpread, nil)
	require.Nil(t, scoreAll(plugin, workload("p", "", "foo="), w.snapshot()), "nothing selects the pod")

	for _, kind := range []cluster.Kind{cluster.KindReplicaSet, cluster.KindStatefulSet, cluster.KindReplicationController} {
		w.objects = objects{podSet(kind, "default/set", "foo=")}
		require.Equal(t, want, scoreAll(plugin, workload("p", "", "foo=", ownedBy(kind, "set")), w.snapshot()), kind)
		require.Nil(t, scoreAll(plugin, workload("p", "", "foo="), w.snapshot()), "it does not own the pod: %v", kind)
	}
	w.objects = objects{podSet(cluster.KindService, "default/s", "foo="), podSet(cluster.KindService, "other/s", "foo= bar=x")}
	require.Equal(t, want, scoreAll(plugin, workload("p", "", "foo="), w.snapshot()))
	require.Nil(t, scoreAll(plugin, workload("p", "", "foo=x"), w.snapshot()), "the service selects other pods")
	own := workload("p", "", "foo=", spread(hard(cluster.LabelHostname, "foo", 1)))
	require.Nil(t, scoreAll(plugin, own, w.snapshot()), "a pod with constraints gets no default ones")

	list := mustPlugin[*podTopologySpread](NewPodTopologySpread, spreadArgs(PodTopologySpreadArgs{
		DefaultingType:     ListDefaulting,
		DefaultConstraints: []DefaultSpreadConstraint{{MaxSkew: 1, TopologyKey: cluster.LabelHostname, WhenUnsatisfiable: "DoNotSchedule"}},
	}))
	require.Equal(t, "y", fitting(filterAll(list, workload("p", "", "foo="), w.snapshot())))
}

func spreadArgs(a PodTopologySpreadArgs) framework.Args {
	return func(into any) error { *into.(*PodTopologySpreadArgs) = a; return nil }
}

func TestSpreadArgs(t *testing.T) {
	ok := DefaultSpreadConstraint{MaxSkew: 1, TopologyKey: "example.com/rack", WhenUnsatisfiable: "ScheduleAnyway"}
	with := func(change func(*DefaultSpreadConstraint)) DefaultSpreadConstraint { c := ok; change(&c); return c }
	bad := "Sometimes"
	tests := []struct {
		name string
		args PodTopologySpreadArgs
		err  string
	}{
		{"a good list", PodTopologySpreadArgs{DefaultingType: ListDefaulting, DefaultConstraints: []DefaultSpreadConstraint{ok}}, ""},
		{"an empty list", PodTopologySpreadArgs{DefaultingType: ListDefaulting}, ""},
		{"unknown type", PodTopologySpreadArgs{DefaultingType: "Auto"}, "defaultingType"},
		{"System with a list", PodTopologySpreadArgs{DefaultConstraints: []DefaultSpreadConstraint{ok}}, "defaultingType: System"},
		{"maxSkew 0", PodTopologySpreadArgs{DefaultingType: ListDefaulting, DefaultConstraints: []DefaultSpreadConstraint{with(func(c *DefaultSpreadConstraint) { c.MaxSkew = 0 })}}, "defaultConstraints[0].maxSkew"},
		{"no key", PodTopologySpreadArgs{DefaultingType: ListDefaulting, DefaultConstraints: []DefaultSpreadConstraint{with(func(c *DefaultSpreadConstraint) { c.TopologyKey = "" })}}, "topologyKey"},
		{"no action", PodTopologySpreadArgs{DefaultingType: ListDefaulting, DefaultConstraints: []DefaultSpreadConstraint{with(func(c *DefaultSpreadConstraint) { c.WhenUnsatisfiable = "" })}}, "whenUnsatisfiable"},
		{"a selector", PodTopologySpreadArgs{DefaultingType: ListDefaulting, DefaultConstraints: []DefaultSpreadConstraint{with(func(c *DefaultSpreadConstraint) { c.LabelSelector = []byte("{}") })}}, "labelSelector"},
		{"a policy", PodTopologySpreadArgs{DefaultingType: ListDefaulting, DefaultConstraints: []DefaultSpreadConstraint{with(func(c *DefaultSpreadConstraint) { c.NodeTaintsPolicy = &bad })}}, "nodeTaintsPolicy"},
		{"the same twice", PodTopologySpreadArgs{DefaultingType: ListDefaulting, DefaultConstraints: []DefaultSpreadConstraint{ok, ok}}, "appears twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := NewPodTopologySpread(spreadArgs(tt.args), nil)
			if tt.err == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.err)
		})
	}
}

func drawSpread(t *rapid.T) podChange {
	c := hard(rapid.SampledFrom([]string{cluster.LabelZone, cluster.LabelHostname, "rack"}).Draw(t, "key"),
		rapid.SampledFrom([]string{"foo", "bar", "foo=1", "!bar"}).Draw(t, "selector"), int32(rapid.IntRange(1, 2).Draw(t, "maxSkew")))
	c.Hard = rapid.Bool().Draw(t, "hard")
	c.MinDomains = int32(rapid.IntRange(0, 3).Draw(t, "minDomains"))
	c.NodeAffinityPolicy = cluster.NodeInclusionPolicy(rapid.IntRange(0, 2).Draw(t, "affinity policy"))
	c.NodeTaintsPolicy = cluster.NodeInclusionPolicy(rapid.IntRange(0, 2).Draw(t, "taints policy"))
	return spread(c)
}

// TestSpreadExtensions: AddPod and RemovePod on a state say what PreFilter says of the changed cluster, and leave the
// state that it was cloned from alone.
func TestSpreadExtensions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, nil)
		pod := workload("p", "", "foo", drawSpread(t), drawSpread(t))
		checkExtensions(t, mustPlugin[*podTopologySpread](NewPodTopologySpread, nil), pod, w, nil)
	})
}

// TestSpreadScoreRange: normalised scores are in 0..100, and a used plugin says what a new one says.
func TestSpreadScoreRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, nil)
		used := mustPlugin[*podTopologySpread](NewPodTopologySpread, nil)
		checkScores(t, used, func() scorer { return mustPlugin[*podTopologySpread](NewPodTopologySpread, nil) }, w, func() *cluster.Pod {
			return workload("p", "", "foo", drawSpread(t), drawSpread(t))
		}, nil)
	})
}

func TestSpreadHints(t *testing.T) {
	plugin := mustPlugin[*podTopologySpread](NewPodTopologySpread, nil)
	pod := workload("p", "", "foo", spread(hard(cluster.LabelZone, "foo", 1)))
	honor := hard(cluster.LabelZone, "foo", 1)
	honor.NodeTaintsPolicy = cluster.InclusionHonor
	honoring := workload("p", "", "foo", spread(honor))
	tolerating := *honoring
	spec := *honoring.Spec
	spec.Tolerations = []cluster.Toleration{{Operator: cluster.TolerationExists}}
	tolerating.Spec = &spec
	bound, waiting := workload("o", "a", "foo"), workload("o", "", "foo")
	waiting.UID = bound.UID
	ended := *bound
	ended.Status.Phase = cluster.Succeeded
	relabelled := *bound
	relabelled.Labels = labels("bar")
	zoned, moved, bare := machine("a", "zone=1"), machine("a", "zone=2"), machine("a", "")
	tests := []struct {
		name          string
		pod           *cluster.Pod
		before, after cluster.Object
		want          bool
	}{
		{"a matching pod is bound", pod, waiting, bound, true},
		{"a matching pod ends", pod, bound, &ended, true},
		{"a matching pod is deleted", pod, bound, nil, true},
		{"a matching pod waits", pod, nil, waiting, false},
		{"another pod is deleted", pod, workload("o", "a", "bar"), nil, false},
		{"one of another namespace is deleted", pod, workload("o", "a", "foo", in("other")), nil, false},
		{"a matching pod changes its labels", pod, bound, &relabelled, true},
		{"a pod changes nothing that matters", pod, bound, bound, false},
		{"the pod gets a toleration, taints honoured", honoring, honoring, &tolerating, true},
		{"a node with the key joins", pod, nil, zoned, true},
		{"a node without the key joins", pod, nil, bare, false},
		{"a node with the key goes", pod, zoned, nil, true},
		{"a node changes its zone", pod, zoned, moved, true},
		{"a node loses its zone", pod, zoned, bare, true},
		{"a node without the key is tainted", pod, bare, tainted(machine("a", ""), "k", cluster.NoSchedule), false},
		{"a node with the key is tainted", pod, zoned, tainted(machine("a", "zone=1"), "k", cluster.NoSchedule), true},
		{"a node with the key changes otherwise", pod, zoned, machine("a", "zone=1 other=1"), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, hintOf(plugin, tt.pod, tt.before, tt.after))
		})
	}
}

func BenchmarkSpread(b *testing.B) {
	for _, bench := range []struct {
		name        string
		constraints func(app string) []podChange
	}{
		{"hard zone", func(app string) []podChange { return []podChange{spread(hard(cluster.LabelZone, app, 5))} }},
		{"hard zone, soft host", func(app string) []podChange {
			return []podChange{spread(hard(cluster.LabelZone, app, 5)), spread(soft(cluster.LabelHostname, app, 1))}
		}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			view := bigWorld(b, func(string) []podChange { return nil })
			plugin := mustPlugin[*podTopologySpread](NewPodTopologySpread, nil)
			var pods []*cluster.Pod
			for i := range 100 {
				app := fmt.Sprint("app=a", i)
				pods = append(pods, workload(fmt.Sprint("p", i), "", app, bench.constraints(app)...))
			}
			benchDecisions(b, plugin, view, func(i int) *cluster.Pod { return pods[i%len(pods)] })
		})
	}
}
