package plugins

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// podBuilder makes pods that read as sentences: pod().CPU("2").Mem("1Gi").Obj().
type podBuilder struct{ p *cluster.Pod }

func pod() podBuilder {
	return podBuilder{&cluster.Pod{Spec: &cluster.PodSpec{Containers: []cluster.Container{{}}}}}
}

func (b podBuilder) main() *cluster.Container { return &b.p.Spec.Containers[0] }

func (b podBuilder) Name(name string) podBuilder {
	b.p.Namespace, b.p.Name = "default", name
	return b
}

func (b podBuilder) UID(uid cluster.UID) podBuilder { b.p.UID = uid; return b }
func (b podBuilder) On(node string) podBuilder      { b.p.NodeName = node; return b }
func (b podBuilder) Nominated(n string) podBuilder  { b.p.Status.NominatedNode = n; return b }
func (b podBuilder) Phase(p cluster.Phase) podBuilder {
	b.p.Status.Phase = p
	return b
}
func (b podBuilder) Priority(p int32) podBuilder { b.p.Spec.Priority = p; return b }

func (b podBuilder) CPU(q string) podBuilder {
	b.main().Requests.MilliCPU, b.main().RequestsCPU = milli(q), true
	return b
}

func (b podBuilder) Mem(q string) podBuilder {
	b.main().Requests.Memory, b.main().RequestsMemory = quantity(q), true
	return b
}

func (b podBuilder) Storage(q string) podBuilder {
	b.main().Requests.EphemeralStorage = quantity(q)
	return b
}

func (b podBuilder) Ext(name cluster.ResourceName, n int64) podBuilder {
	b.main().Requests.Set(name, n)
	return b
}

func (b podBuilder) Image(names ...string) podBuilder {
	b.p.Spec.Containers = nil
	for _, n := range names {
		b.p.Spec.Containers = append(b.p.Spec.Containers, cluster.Container{Image: n})
	}
	return b
}

func (b podBuilder) InitImage(name string) podBuilder {
	b.p.Spec.InitContainers = append(b.p.Spec.InitContainers, cluster.Container{Image: name})
	return b
}

func (b podBuilder) ImageVolume(name string) podBuilder {
	b.p.Spec.ImageVolumes = append(b.p.Spec.ImageVolumes, name)
	return b
}

func (b podBuilder) GPU(devices int, milli int64) podBuilder {
	b.p.Spec.GPU = cluster.GPURequest{Devices: devices, Milli: milli}
	return b
}

func (b podBuilder) Models(models ...string) podBuilder { b.p.Spec.GPUModels = models; return b }

func (b podBuilder) Tolerates(t ...cluster.Toleration) podBuilder {
	b.p.Spec.Tolerations = append(b.p.Spec.Tolerations, t...)
	return b
}

func (b podBuilder) Port(ports ...cluster.HostPort) podBuilder { b.p.Spec.HostPorts = ports; return b }
func (b podBuilder) Gates(gates ...string) podBuilder          { b.p.Spec.SchedulingGates = gates; return b }

// Selector reads "a=b c=d".
func (b podBuilder) Selector(with string) podBuilder { b.p.Spec.NodeSelector = pairs(with); return b }

func (b podBuilder) affinity() *cluster.Affinity {
	if b.p.Spec.Affinity == nil {
		b.p.Spec.Affinity = &cluster.Affinity{}
	}
	return b.p.Spec.Affinity
}

func (b podBuilder) Requires(terms ...cluster.NodeSelectorTerm) podBuilder {
	b.affinity().RequiredNode = &cluster.NodeSelector{Terms: terms}
	return b
}

func (b podBuilder) Prefers(weight int32, term cluster.NodeSelectorTerm) podBuilder {
	a := b.affinity()
	a.PreferredNode = append(a.PreferredNode, cluster.WeightedNodeTerm{Weight: weight, Term: term})
	return b
}

func (b podBuilder) Obj() *cluster.Pod { b.p.Spec.Complete(); return b.p }

// nodeBuilder makes nodes: node("n1").CPU("4").Obj(). A node takes 110 pods unless it says otherwise.
type nodeBuilder struct{ n *cluster.Node }

func node(name string) nodeBuilder {
	n := &cluster.Node{AllocatablePods: 110}
	n.Name = name
	return nodeBuilder{n}
}

func (b nodeBuilder) CPU(q string) nodeBuilder { b.n.Allocatable.MilliCPU = milli(q); return b }
func (b nodeBuilder) Mem(q string) nodeBuilder { b.n.Allocatable.Memory = quantity(q); return b }
func (b nodeBuilder) Storage(q string) nodeBuilder {
	b.n.Allocatable.EphemeralStorage = quantity(q)
	return b
}
func (b nodeBuilder) Pods(n int64) nodeBuilder { b.n.AllocatablePods = n; return b }
func (b nodeBuilder) GPUs(n int) nodeBuilder   { b.n.GPUs = n; return b }
func (b nodeBuilder) Cordoned() nodeBuilder    { b.n.Unschedulable = true; return b }
func (b nodeBuilder) Labels(with string) nodeBuilder {
	b.n.Labels = pairs(with)
	return b
}

func (b nodeBuilder) Ext(name cluster.ResourceName, n int64) nodeBuilder {
	b.n.Allocatable.Set(name, n)
	return b
}

func (b nodeBuilder) Taint(key, value string, effect cluster.Effect) nodeBuilder {
	b.n.Taints = append(b.n.Taints, cluster.Taint{Key: key, Value: value, Effect: effect})
	return b
}

// Image adds an image of so many MiB.
func (b nodeBuilder) Image(mib int64, names ...string) nodeBuilder {
	b.n.Images = append(b.n.Images, cluster.Image{Names: names, SizeBytes: mib * mebibyte})
	return b
}

func (b nodeBuilder) Obj() *cluster.Node { return b.n }

// With returns the node with pods on it.
func (b nodeBuilder) With(pods ...*cluster.Pod) *cluster.NodeInfo {
	return cluster.NewNodeInfo(b.n, pods...)
}

// term reads requirements on labels: "a=b", "a!=b", "a" (Exists), "!a" (DoesNotExist), "a>3", "a<3".
func term(s string) cluster.NodeSelectorTerm {
	var t cluster.NodeSelectorTerm
	for _, f := range strings.Fields(s) {
		t.MatchExpressions = append(t.MatchExpressions, requirement(f))
	}
	return t
}

func requirement(s string) cluster.Requirement {
	for _, form := range []struct {
		sign string
		op   cluster.Operator
	}{{"!=", cluster.NotIn}, {"=", cluster.In}, {">", cluster.Gt}, {"<", cluster.Lt}} {
		if key, value, ok := strings.Cut(s, form.sign); ok {
			return cluster.Requirement{Key: key, Operator: form.op, Values: strings.Split(value, ",")}
		}
	}
	if key, ok := strings.CutPrefix(s, "!"); ok {
		return cluster.Requirement{Key: key, Operator: cluster.DoesNotExist}
	}
	return cluster.Requirement{Key: s, Operator: cluster.Exists}
}

// onNodes is a term that names nodes by metadata.name; each list is a requirement of its own.
func onNodes(lists ...string) cluster.NodeSelectorTerm {
	var t cluster.NodeSelectorTerm
	for _, l := range lists {
		t.MatchFields = append(t.MatchFields, cluster.Requirement{Key: "metadata.name", Operator: cluster.In, Values: strings.Fields(l)})
	}
	return t
}

func pairs(s string) cluster.Labels {
	l := cluster.Labels{}
	for _, kv := range strings.Fields(s) {
		k, v, _ := strings.Cut(kv, "=")
		l[k] = v
	}
	return l
}

// milli reads "2" or "500m".
func milli(q string) int64 {
	if m, ok := strings.CutSuffix(q, "m"); ok {
		return number(m)
	}
	return 1000 * number(q)
}

// quantity reads "5", "5Ki", "5Mi" or "5Gi".
func quantity(q string) int64 {
	for i, unit := range []string{"Ki", "Mi", "Gi"} {
		if n, ok := strings.CutSuffix(q, unit); ok {
			return number(n) << (10 * (i + 1))
		}
	}
	return number(q)
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// view puts nodes and the pods placed on them into a snapshot.
func view(nodes []*cluster.Node, pods ...*cluster.Pod) *cluster.Snapshot {
	s := cluster.NewSnapshot(nil)
	for _, n := range nodes {
		s.AddNode(n)
	}
	for i, p := range pods {
		p.UID = cluster.UID(i + 1)
		s.AddPod(p)
	}
	return s
}

// jsonArgs decodes arguments as the configuration does: strictly.
func jsonArgs(s string) framework.Args {
	if s == "" {
		return nil
	}
	return func(into any) error {
		d := json.NewDecoder(bytes.NewReader([]byte(s)))
		d.DisallowUnknownFields()
		return d.Decode(into)
	}
}

// build makes a plugin by its name.
func build[P any](t testing.TB, name, args string) P {
	t.Helper()
	p, err := InTree()[name](jsonArgs(args), dice{})
	require.NoError(t, err)
	return p.(P)
}

// dice is a Handle that draws from the pod's UID alone.
type dice struct{ framework.Handle }

func (dice) Draw(stream string, pod *cluster.Pod) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(pod.UID), uint64(len(stream))))
}

// scores runs PreScore, Score and NormalizeScore over all nodes of a snapshot; nil if the plugin is skipped.
func scores(t testing.TB, plugin framework.ScorePlugin, pod *cluster.Pod, view *cluster.Snapshot) map[string]int64 {
	t.Helper()
	state, nodes := &framework.CycleState{}, view.Nodes()
	if p, ok := plugin.(framework.PreScorePlugin); ok {
		s := p.PreScore(state, pod, view, nodes)
		if s.IsSkip() {
			return nil
		}
		require.True(t, s.IsSuccess(), s.Message())
	}
	list := make([]int64, len(nodes))
	for i, n := range nodes {
		list[i] = plugin.Score(state, pod, n)
	}
	if p, ok := plugin.(framework.ScoreNormalizer); ok {
		require.True(t, p.NormalizeScore(state, pod, nodes, list).IsSuccess())
	}
	out := map[string]int64{}
	for i, n := range nodes {
		out[n.Name()] = list[i]
	}
	return out
}

// verdict is a status in one line: "" for success.
func verdict(s *framework.Status) string {
	if s.IsSuccess() {
		return ""
	}
	return strings.TrimSuffix(s.Code().String()+": "+s.Message(), ": ")
}

// hint runs the hint that a plugin has registered for an event; helps is false if it has registered none.
func hint(plugin framework.EnqueueExtensions, happened framework.ClusterEvent, pod *cluster.Pod, change *cluster.Change) (helps bool) {
	for _, e := range plugin.EventsToRegister() {
		if e.Event.Matches(happened) && (e.Hint == nil || e.Hint(pod, change)) {
			return true
		}
	}
	return false
}

func event(resource framework.EventResource, action framework.ActionType) framework.ClusterEvent {
	return framework.ClusterEvent{Resource: resource, Action: action}
}

// changed makes a change; a nil version stands for none.
func changed[T interface {
	comparable
	cluster.Object
}](before, after T) *cluster.Change {
	var none T
	c := &cluster.Change{Verb: cluster.Modified}
	if before != none {
		c.Old = before
	}
	if after != none {
		c.New = after
	}
	return c
}
