package plugins

import (
	"cmp"
	"slices"
	"strings"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// world builds the cluster of a test: nodes, placed pods and other objects.
type world struct {
	nodes   []*cluster.Node
	pods    []*cluster.Pod
	objects objects
}

// objects is a Lister over a few objects.
type objects []cluster.Object

func (o objects) Get(kind cluster.Kind, name cluster.NamespacedName) cluster.Object {
	for _, x := range o {
		if x.Kind() == kind && x.Meta().NamespacedName == name {
			return x
		}
	}
	return nil
}

func (o objects) List(kind cluster.Kind) []cluster.Object {
	var list []cluster.Object
	for _, x := range o {
		if x.Kind() == kind {
			list = append(list, x)
		}
	}
	slices.SortFunc(list, func(a, b cluster.Object) int { return a.Meta().Compare(b.Meta().NamespacedName) })
	return list
}

func (w *world) snapshot() *cluster.Snapshot {
	s := cluster.NewSnapshot(w.objects)
	for _, n := range w.nodes {
		s.AddNode(n)
	}
	for _, p := range w.pods {
		s.AddPod(p)
	}
	return s
}

// labels reads "a=b c=d".
func labels(s string) cluster.Labels {
	l := cluster.Labels{}
	for _, kv := range strings.Fields(s) {
		k, v, _ := strings.Cut(kv, "=")
		switch k {
		case "zone":
			k = cluster.LabelZone
		case "host":
			k = cluster.LabelHostname
		}
		l[k] = v
	}
	return l
}

// machine is a node with labels; its host name label is its name unless "nohost" is among them.
func machine(name, with string) *cluster.Node {
	n := &cluster.Node{}
	n.Name, n.Labels = name, labels(with)
	if _, has := n.Labels["nohost"]; has {
		delete(n.Labels, "nohost")
	} else if _, has := n.Labels[cluster.LabelHostname]; !has {
		n.Labels[cluster.LabelHostname] = name
	}
	return n
}

func tainted(n *cluster.Node, key string, effect cluster.Effect) *cluster.Node {
	n.Taints = append(n.Taints, cluster.Taint{Key: key, Effect: effect})
	return n
}

var lastUID cluster.UID

type podChange func(*cluster.Pod)

// workload is a pod in namespace "default" with labels; node is "" for a waiting one.
func workload(name, node, with string, changes ...podChange) *cluster.Pod {
	lastUID++
	p := &cluster.Pod{NodeName: node, Spec: &cluster.PodSpec{Affinity: &cluster.Affinity{}}}
	p.Name, p.Namespace, p.UID, p.Labels = name, "default", lastUID, labels(with)
	for _, change := range changes {
		change(p)
	}
	p.Spec.Complete()
	return p
}

func in(namespace string) podChange { return func(p *cluster.Pod) { p.Namespace = namespace } }
func deleting(p *cluster.Pod)       { p.Deleting = true }
func nodeSelector(with string) podChange {
	return func(p *cluster.Pod) { p.Spec.NodeSelector = labels(with) }
}

func spread(c cluster.TopologySpreadConstraint) podChange {
	return func(p *cluster.Pod) { p.Spec.SpreadConstraints = append(p.Spec.SpreadConstraints, c) }
}

// selecting reads "a=b" (In), "a" (Exists), "!a" (DoesNotExist), "a!=b" (NotIn); "*" selects everything.
func selecting(s string) *cluster.Selector {
	sel := &cluster.Selector{}
	for _, f := range strings.Fields(s) {
		switch {
		case f == "*":
		case strings.HasPrefix(f, "!"):
			sel.Requirements = append(sel.Requirements, cluster.Requirement{Key: f[1:], Operator: cluster.DoesNotExist})
		case strings.Contains(f, "!="):
			k, v, _ := strings.Cut(f, "!=")
			sel.Requirements = append(sel.Requirements, cluster.Requirement{Key: k, Operator: cluster.NotIn, Values: []string{v}})
		case strings.Contains(f, "="):
			k, v, _ := strings.Cut(f, "=")
			sel.Requirements = append(sel.Requirements, cluster.Requirement{Key: k, Operator: cluster.In, Values: []string{v}})
		default:
			sel.Requirements = append(sel.Requirements, cluster.Requirement{Key: f, Operator: cluster.Exists})
		}
	}
	return sel
}

func named(name string) cluster.ObjectMeta {
	ns, n, found := strings.Cut(name, "/")
	if !found {
		return cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: name}}
	}
	return cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: ns, Name: n}}
}

// make makes a plugin without arguments.
func mustPlugin[T any](factory framework.Factory, args framework.Args) T {
	p, err := factory(args, nil)
	if err != nil {
		panic(err)
	}
	return p.(T)
}

// filterAll returns the code and reasons of each node: "" for one that fits; PreFilter's status stands for all nodes.
func filterAll(plugin framework.FilterPlugin, pod *cluster.Pod, view *cluster.Snapshot) map[string]string {
	state := &framework.CycleState{}
	out := map[string]string{}
	if pre, ok := plugin.(framework.PreFilterPlugin); ok {
		_, status := pre.PreFilter(state, pod, view)
		if status.IsSkip() {
			return map[string]string{"*": "Skip"}
		}
		if !status.IsSuccess() {
			return map[string]string{"*": describe(status)}
		}
	}
	for _, n := range view.Nodes() {
		out[n.Name()] = describe(plugin.Filter(state, pod, n))
	}
	return out
}

func describe(s *framework.Status) string {
	if s.IsSuccess() {
		return ""
	}
	return s.Code().String() + ": " + s.Message()
}

type scorer interface {
	framework.PreScorePlugin
	framework.ScorePlugin
	framework.ScoreNormalizer
}

// scoreAll returns the normalised score of each of the named nodes (all if none are named), nil if the plugin skips.
func scoreAll(plugin scorer, pod *cluster.Pod, view *cluster.Snapshot, names ...string) map[string]int64 {
	state := &framework.CycleState{}
	var nodes []*cluster.NodeInfo
	for _, n := range view.Nodes() {
		if len(names) == 0 || slices.Contains(names, n.Name()) {
			nodes = append(nodes, n)
		}
	}
	if status := plugin.PreScore(state, pod, view, nodes); status.IsSkip() {
		return nil
	}
	scores := make([]int64, len(nodes))
	for i, n := range nodes {
		scores[i] = plugin.Score(state, pod, n)
	}
	plugin.NormalizeScore(state, pod, nodes, scores)
	out := map[string]int64{}
	for i, n := range nodes {
		out[n.Name()] = scores[i]
	}
	return out
}

func fitting(statuses map[string]string) string {
	var names []string
	for name, status := range statuses {
		if status == "" {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, cmp.Compare[string])
	return strings.Join(names, " ")
}
