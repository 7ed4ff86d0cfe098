package clusterautoscaler

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/nodegroup"
)

// thought returns a scan in the middle of its prediction.
func (w *world) thought() *scan {
	s := &scan{Autoscaler: w.ca, now: w.engine.Now(), due: sim.Never}
	s.list()
	w.ca.cfg.Predictor.Fork()
	return s
}

// owned makes pods of one controller that are in no store.
func owned(owner cluster.UID, n int, spec *cluster.PodSpec) []*cluster.Pod {
	var pods []*cluster.Pod
	for i := range n {
		p := &cluster.Pod{Spec: spec}
		p.NamespacedName = cluster.NamespacedName{Namespace: "default", Name: fmt.Sprintf("o%d-%d", owner, i)}
		p.UID = 1_000_000*owner + cluster.UID(i)
		p.Labels = cluster.Labels{"app": fmt.Sprint(owner)}
		p.Owners = []cluster.OwnerReference{{Kind: "ReplicaSet", Name: fmt.Sprint(owner), UID: owner, Controller: true}}
		pods = append(pods, p)
	}
	return pods
}

func antiSpec(cpu int64, app string) *cluster.PodSpec {
	s := &cluster.PodSpec{Containers: []cluster.Container{{Requests: cluster.Resources{MilliCPU: cpu}, RequestsCPU: true, RequestsMemory: true}}}
	s.Affinity = &cluster.Affinity{RequiredPodAnti: []cluster.PodAffinityTerm{{
		Selector: cluster.SelectLabels(cluster.Labels{"app": app}), TopologyKey: cluster.LabelHostname}}}
	return s.Complete()
}

func TestEstimate(t *testing.T) {
	m := func(cpu int64) *cluster.PodSpec { return podSpec(cpu, gib/4) }
	cases := []struct {
		name        string
		pods        []*cluster.Pod
		room        int
		nodes, held int
	}{
		{"one pod", owned(1, 1, m(100)), 10, 1, 1},
		{"a full node", owned(1, 4, m(1000)), 10, 1, 4},
		{"one more", owned(1, 5, m(1000)), 10, 2, 5},
		{"the large first: 3+1, 3+1", slices.Concat(owned(1, 2, m(1000)), owned(2, 2, m(3000))), 10, 2, 4},
		{"small ones fill up", slices.Concat(owned(1, 3, m(1500)), owned(2, 3, m(900))), 10, 2, 6},
		{"by memory", owned(1, 4, podSpec(10, 8*gib)), 10, 2, 4},
		{"each on a node of its own", owned(1, 3, antiSpec(100, "1")), 10, 3, 3},
		{"no more than there is room for", owned(1, 20, m(1000)), 3, 3, 12},
		{"no room at all", owned(1, 1, m(100)), 0, 0, 0},
		{"none", nil, 10, 0, 0},
		{"what fits no node is no reason to open one more than the first", slices.Concat(owned(1, 2, m(9000)), owned(2, 1, m(100))), 10, 1, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, defaults(), groupConfig("a", 0, 50, 4000, 16*gib))
			s := w.thought()
			nodes, held := s.estimate(w.ca.groups[0], classesOf(c.pods), c.room)
			require.Equal(t, []int{c.nodes, c.held}, []int{nodes, len(held)})
			require.Nil(t, w.ca.cfg.Predictor.Node("a-0"), "the thought is taken back")
		})
	}
}

func TestClasses(t *testing.T) {
	spec, other := podSpec(1, 1), podSpec(1, 1)
	sizes := func(pods []*cluster.Pod) []int {
		var n []int
		for _, c := range classesOf(pods) {
			n = append(n, len(c.pods))
		}
		return n
	}
	bare := owned(1, 2, spec)
	for _, p := range bare {
		p.Owners = nil
	}
	require.Equal(t, []int{3}, sizes(owned(1, 3, spec)))
	require.Equal(t, []int{2, 2}, sizes(slices.Concat(owned(1, 2, spec), owned(2, 2, spec))), "of two controllers")
	require.Equal(t, []int{2, 1}, sizes(slices.Concat(owned(1, 2, spec), owned(1, 1, other))), "of two templates")
	require.Equal(t, []int{1, 1}, sizes(bare), "without a controller")
	var many []*cluster.Pod
	for i, p := range owned(1, 24, spec) {
		p.Labels = cluster.Labels{"n": fmt.Sprint(i / 2)}
		many = append(many, p)
	}
	require.Equal(t, []int{2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1}, sizes(many), "at most ten of a controller")
}

func TestExpanders(t *testing.T) {
	group := func(name string, cpu, memory int64, price float64) nodegroup.Config {
		g := groupConfig(name, 0, 9, cpu, memory)
		g.Template = func(i int) *cluster.Node {
			n := groupNode(name, i, cpu, memory)
			n.Price = price
			return n
		}
		return g
	}
	w := newWorld(t, defaults(), group("small", 4000, 16*gib, 0.2), group("large", 16000, 64*gib, 0.7), group("memory", 4000, 64*gib, 0.4))
	w.ca.groups[0].priority, w.ca.groups[1].priority, w.ca.groups[2].priority = 1, 5, 5
	opt := func(group, nodes, pods int, cpu, memory int64) option {
		return option{group: w.ca.groups[group], nodes: nodes, pods: owned(1, pods, podSpec(cpu, memory))}
	}
	four := []option{opt(0, 1, 4, 1000, 4*gib), opt(1, 1, 4, 1000, 4*gib), opt(2, 1, 4, 1000, 4*gib)}
	hungry := []option{opt(0, 4, 4, 1000, 14*gib), opt(1, 1, 4, 1000, 14*gib), opt(2, 1, 4, 1000, 14*gib)}
	cases := []struct {
		name      string
		expanders []string
		options   []option
		want      []string // any of
	}{
		{"least-waste takes the node that is full", []string{"least-waste"}, four, []string{"small"}},
		{"or the one that has the memory", []string{"least-waste"}, hungry, []string{"memory"}},
		{"most-pods", []string{"most-pods"}, []option{opt(0, 1, 3, 1, 1), opt(1, 1, 5, 1, 1), opt(2, 1, 4, 1, 1)}, []string{"large"}},
		{"most-pods, then least-waste", []string{"most-pods", "least-waste"}, four, []string{"small"}},
		{"priority leaves two", []string{"priority"}, four, []string{"large", "memory"}},
		{"priority, then least-waste", []string{"priority", "least-waste"}, four, []string{"memory"}},
		{"price of few pods in a small cluster", []string{"price"}, four, []string{"small"}},
		{"random", []string{"random"}, four, []string{"small", "large", "memory"}},
		{"one option is no choice", []string{"random"}, four[1:2], []string{"large"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := &scan{Autoscaler: w.ca, nodes: make([]*cluster.Node, 1)}
			w.ca.cfg.Expanders = c.expanders
			seen := map[string]bool{}
			for range 60 {
				seen[s.choose(slices.Clone(c.options)).group.Name()] = true
			}
			require.Len(t, seen, len(c.want))
			for _, name := range c.want {
				require.True(t, seen[name], name)
			}
		})
	}
	require.Nil(t, (&scan{Autoscaler: w.ca}).choose(nil))
}

func TestPriceFollowsClusterSize(t *testing.T) {
	for nodes, want := range map[int]int64{0: 1000, 2: 1000, 3: 2000, 6: 2000, 20: 4000, 21: 8000, 60: 8000, 200: 16000, 201: 32000} {
		require.Equal(t, want, preferredMilliCPU(nodes), nodes)
	}
}

func TestUtilization(t *testing.T) {
	node := groupNode("a", 0, 4000, 16*gib)
	pod := func(cpu, memory int64, daemon bool) *cluster.Pod {
		p := owned(1, 1, podSpec(cpu, memory))[0]
		if daemon {
			p.Owners[0].Kind = "DaemonSet"
		}
		return p
	}
	gpu := groupNode("g", 0, 4000, 16*gib)
	gpu.GPUs = 4
	shared := &cluster.PodSpec{GPU: cluster.GPURequest{Devices: 1, Milli: 500}, Containers: []cluster.Container{{Requests: cluster.Resources{MilliCPU: 4000}}}}
	onGPU := &cluster.Pod{Spec: shared.Complete(), GPUs: 1}
	device := groupNode("d", 0, 4000, 16*gib)
	device.Allocatable.Set(gpuResource, 8)
	cases := []struct {
		name   string
		info   *cluster.NodeInfo
		ignore bool
		want   float64
	}{
		{"empty", cluster.NewNodeInfo(node), false, 0},
		{"cpu", cluster.NewNodeInfo(node, pod(1000, gib, false)), false, 0.25},
		{"memory", cluster.NewNodeInfo(node, pod(1000, 8*gib, false)), false, 0.5},
		{"daemon pods count", cluster.NewNodeInfo(node, pod(1000, 0, false), pod(2000, 0, true)), false, 0.75},
		{"or count on neither side", cluster.NewNodeInfo(node, pod(1000, 0, false), pod(2000, 0, true)), true, 0.5},
		{"of devices that can be shared", cluster.NewNodeInfo(gpu, onGPU), false, 0.125},
		{"of a device plugin's", cluster.NewNodeInfo(device, pod(4000, 0, false)), false, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { require.InDelta(t, c.want, utilization(c.info, c.ignore), 1e-9) })
	}
}

func TestWhatHoldsANode(t *testing.T) {
	edit := func(do func(*cluster.Pod)) *cluster.Pod {
		p := owned(1, 1, podSpec(100, gib))[0]
		do(p)
		return p
	}
	annotate := func(key, value string) func(*cluster.Pod) {
		return func(p *cluster.Pod) { p.Annotations = map[string]string{key: value} }
	}
	local := func(p *cluster.Pod) {
		spec := *p.Spec
		spec.LocalVolumes = []string{"scratch", "cache"}
		p.Spec = &spec
	}
	both := func(dos ...func(*cluster.Pod)) *cluster.Pod {
		return edit(func(p *cluster.Pod) {
			for _, do := range dos {
				do(p)
			}
		})
	}
	bare := func(p *cluster.Pod) { p.Owners = nil }
	kind := func(k string) func(*cluster.Pod) { return func(p *cluster.Pod) { p.Owners[0].Kind = k } }
	system := func(p *cluster.Pod) { p.Namespace = "kube-system" }
	app := func(name string) func(*cluster.Pod) {
		return func(p *cluster.Pod) { p.Labels = cluster.Labels{"app": name} }
	}
	overdue := func(p *cluster.Pod) { p.Deleting, p.DeletingSince = true, -sim.Time(4*time.Hour) }
	cheap := func(p *cluster.Pod) { p.Spec = (&cluster.PodSpec{Priority: -11}).Complete() }
	cases := []struct {
		name string
		pods []*cluster.Pod
		want blocking
		move int
	}{
		{"no pods", nil, "", 0},
		{"of a ReplicaSet", []*cluster.Pod{both()}, "", 1},
		{"of a Job", []*cluster.Pod{both(kind("Job"))}, "", 1},
		{"of a DaemonSet", []*cluster.Pod{both(kind("DaemonSet"))}, "", 0},
		{"of a controller that is not known", []*cluster.Pod{both(kind("Robot"))}, notReplicated, 0},
		{"bare", []*cluster.Pod{both(bare)}, notReplicated, 0},
		{"bare, and safe", []*cluster.Pod{both(bare, annotate(AnnotationSafeToEvict, "true"))}, "", 1},
		{"bare, and ended", []*cluster.Pod{both(bare, func(p *cluster.Pod) { p.Status.Phase = cluster.Succeeded })}, "", 0},
		{"bare, and overdue", []*cluster.Pod{both(bare, overdue)}, "", 0},
		{"bare, and expendable", []*cluster.Pod{both(bare, cheap)}, "", 0},
		{"not safe", []*cluster.Pod{both(annotate(AnnotationSafeToEvict, "false"))}, notSafeToEvict, 0},
		{"local storage", []*cluster.Pod{both(local)}, localStorage, 0},
		{"half of it safe", []*cluster.Pod{both(local, annotate(AnnotationLocalVolumes, "scratch"))}, localStorage, 0},
		{"all of it safe", []*cluster.Pod{both(local, annotate(AnnotationLocalVolumes, "cache,scratch"))}, "", 1},
		{"local storage, and safe", []*cluster.Pod{both(local, annotate(AnnotationSafeToEvict, "true"))}, "", 1},
		{"of the system", []*cluster.Pod{both(system)}, kubeSystemPod, 0},
		{"of the system with a budget", []*cluster.Pod{both(system, app("dns"))}, "", 1},
		{"budget used up", []*cluster.Pod{both(app("none"))}, notEnoughBudget, 0},
		{"two with a budget for one: they go one after the other", []*cluster.Pod{both(app("one")), both(app("one"))}, "", 2},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, defaults(), groupConfig("a", 0, 1, 4000, 16*gib))
			b := &budgets{}
			for name, left := range map[string]int32{"none": 0, "one": 1} {
				b.all = append(b.all, budgetOf("default", name))
				b.left = append(b.left, left)
			}
			b.all, b.left = append(b.all, budgetOf("kube-system", "dns")), append(b.left, 1)
			move, why := w.ca.podsToMove(cluster.NewNodeInfo(groupNode("a", 0, 4000, 16*gib), c.pods...), b, 0)
			require.Equal(t, c.want, why)
			require.Len(t, move, c.move)
		})
	}
}

func budgetOf(namespace, app string) *cluster.PodDisruptionBudget {
	b := &cluster.PodDisruptionBudget{Selector: cluster.SelectLabels(cluster.Labels{"app": app})}
	b.Namespace, b.Name = namespace, app
	return b
}

func TestSwitchedOffRules(t *testing.T) {
	o := defaults()
	o.SkipNodesWithLocalStorage, o.SkipNodesWithSystemPods = false, false
	w := newWorld(t, o, groupConfig("a", 0, 1, 4000, 16*gib))
	p := owned(1, 1, podSpec(100, gib))[0]
	spec := *p.Spec
	spec.LocalVolumes = []string{"scratch"}
	p.Spec, p.Namespace = &spec, "kube-system"
	_, why := w.ca.podsToMove(cluster.NewNodeInfo(groupNode("a", 0, 4000, 16*gib), p), &budgets{}, 0)
	require.Empty(t, why)
}

func TestBudgetsAreSharedByNodes(t *testing.T) {
	b := &budgets{all: []*cluster.PodDisruptionBudget{budgetOf("default", "1")}, left: []int32{3}}
	pods := owned(1, 2, podSpec(1, 1))
	ok, risky := b.allow(pods)
	require.Equal(t, []bool{true, false}, []bool{ok, risky})
	b.use(pods)
	ok, risky = b.allow(pods)
	require.Equal(t, []bool{true, true}, []bool{ok, risky}, "one of them, then the other")
	b.use(pods)
	ok, _ = b.allow(pods)
	require.False(t, ok)
}

func TestSpread(t *testing.T) {
	w := newWorld(t, defaults(), groupConfig("a", 3, 4, 1, 1), groupConfig("b", 1, 2, 1, 1), groupConfig("c", 0, 9, 1, 1))
	s := &scan{Autoscaler: w.ca}
	plan := func(nodes int, like ...*group) map[string]int {
		sizes := map[string]int{}
		for _, step := range s.spread(&option{group: w.ca.groups[0], like: like, nodes: nodes}) {
			sizes[step.group.Name()] = step.nodes
		}
		return sizes
	}
	require.Equal(t, map[string]int{"a": 1}, plan(1))
	require.Equal(t, map[string]int{"a": 1}, plan(5), "it is full then")
	require.Equal(t, map[string]int{"b": 1, "c": 2}, plan(3, w.ca.groups[1], w.ca.groups[2]))
	require.Equal(t, map[string]int{"a": 1, "b": 1, "c": 4}, plan(6, w.ca.groups[1], w.ca.groups[2]))
}

func TestSimilarNodes(t *testing.T) {
	base := func() *cluster.Node {
		n := groupNode("a", 0, 4000, 100*gib)
		delete(n.Labels, "group")
		return n
	}
	cases := []struct {
		name string
		edit func(*cluster.Node)
		want bool
	}{
		{"the same", func(*cluster.Node) {}, true},
		{"another zone and name", func(n *cluster.Node) {
			n.Labels = cluster.Labels{cluster.LabelZone: "b", cluster.LabelHostname: "x", cluster.LabelNodeGroup: "b"}
		}, true},
		{"a label", func(n *cluster.Node) { n.Labels["pool"] = "web" }, false},
		{"cpu", func(n *cluster.Node) { n.Capacity.MilliCPU++ }, false},
		{"memory within 1.5 %", func(n *cluster.Node) { n.Capacity.Memory += gib }, true},
		{"memory beyond", func(n *cluster.Node) { n.Capacity.Memory += 2 * gib }, false},
		{"allocatable within 5 %", func(n *cluster.Node) { n.Allocatable.MilliCPU -= 100 }, true},
		{"allocatable beyond", func(n *cluster.Node) { n.Allocatable.MilliCPU -= 400 }, false},
		{"devices", func(n *cluster.Node) { n.GPUs = 1 }, false},
	}
	for _, c := range cases {
		other := base()
		c.edit(other)
		require.Equal(t, c.want, similarNodes(base(), other), c.name)
	}
}

func TestBackoff(t *testing.T) {
	var b backoff
	minute := func(n int) sim.Time { return sim.Time(time.Duration(n) * time.Minute) }
	fail := func(at int) int {
		b.fail(minute(at), 5*time.Minute, 30*time.Minute)
		return int(b.until.Sub(minute(at)) / time.Minute)
	}
	require.False(t, b.on(0))
	require.Equal(t, 5, fail(0))
	require.True(t, b.on(minute(4)))
	require.Equal(t, 5, fail(3), "a failure within a back-off does not lengthen it")
	require.False(t, b.on(minute(8)))
	require.Equal(t, []int{10, 20, 30, 30}, []int{fail(8), fail(30), fail(60), fail(100)})
}

func TestTheGridOfScans(t *testing.T) {
	w := newWorld(t, defaults())
	for at, want := range map[time.Duration]time.Duration{0: 10, 1: 10, 10: 10, 11: 20, 20: 20, 25: 30} {
		require.Equal(t, sim.Time(want*time.Second), w.ca.onGrid(sim.Time(at*time.Second)), at)
	}
}
