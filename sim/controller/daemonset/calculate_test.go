package daemonset

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

func spec() *cluster.PodSpec {
	s := &cluster.PodSpec{Containers: []cluster.Container{{Name: "main"}}}
	s.Complete()
	return s
}

// nodes reads "a b:noschedule c:noexecute d:labelled".
func nodes(text string) []*cluster.Node {
	var all []*cluster.Node
	for _, word := range strings.Fields(text) {
		name, state, _ := strings.Cut(word, ":")
		n := &cluster.Node{}
		n.Name = name
		switch state {
		case "":
		case "noschedule":
			n.Taints = []cluster.Taint{{Key: "k", Effect: cluster.NoSchedule}}
		case "noexecute":
			n.Taints = []cluster.Taint{{Key: "k", Effect: cluster.NoExecute}}
		case "notready":
			n.Taints = []cluster.Taint{{Key: cluster.TaintNotReady, Effect: cluster.NoExecute}}
		case "labelled":
			n.Labels = cluster.Labels{"disk": "ssd"}
		default:
			panic("daemonset: no such state: " + state)
		}
		all = append(all, n)
	}
	return all
}

// pods reads "a:ready b:old,pending": nodes and what is to be said of the pod there. Pods are updated unless they are old;
// their names are those of nodes, with a number from the second on.
func pods(text string) []*cluster.Pod {
	var all []*cluster.Pod
	seen := map[string]int{}
	for _, word := range strings.Fields(text) {
		node, states, _ := strings.Cut(word, ":")
		p := &cluster.Pod{NodeName: node, Spec: spec()}
		p.Labels, p.CreatedAt = cluster.Labels{LabelRevision: "new"}, sim.Time(seen[node])*sim.Time(time.Second)
		p.Name = node + strings.Repeat("'", seen[node])
		p.Status.Phase = cluster.Running
		seen[node]++
		for _, state := range strings.Split(states, ",") {
			set(p, node, state)
		}
		all = append(all, p)
	}
	return all
}

func set(p *cluster.Pod, node, state string) {
	switch state {
	case "ready":
		p.Status.Ready = true
	case "running":
	case "unplaced":
		p.NodeName, p.Status.Phase = "", cluster.Pending
		p.Spec = newPlacement(spec()).onNode(node)
	case "failed":
		p.Status.Phase = cluster.Failed
	case "succeeded":
		p.Status.Phase = cluster.Succeeded
	case "deleting":
		p.Deleting = true
	case "old":
		p.Labels = cluster.Labels{LabelRevision: "old"}
	default:
		panic("daemonset: no such state: " + state)
	}
}

func observe(nodeText, podText string, edit func(*cluster.DaemonSet)) observation {
	d := &cluster.DaemonSet{Template: &cluster.PodTemplate{Spec: spec()}, MaxUnavailable: cluster.IntOrPercent{Value: 1}}
	if edit != nil {
		edit(d)
	}
	return observation{set: d, nodes: nodes(nodeText), pods: pods(podText), hash: "new",
		whole:     func(t sim.Time) sim.Time { return t },
		available: func(p *cluster.Pod) bool { return p.Status.Ready },
		mayDelete: func(node string) bool { return node != "limited" },
	}
}

// short writes a plan as "+a -b".
func short(p plan) string {
	var words []string
	for _, node := range p.create {
		words = append(words, "+"+node)
	}
	for _, pod := range p.remove {
		words = append(words, "-"+pod.Name)
	}
	return strings.Join(words, " ")
}

func TestCalculate(t *testing.T) {
	one, half := cluster.IntOrPercent{Value: 1}, cluster.IntOrPercent{Value: 50, Percent: true}
	surge := func(d *cluster.DaemonSet) { d.MaxSurge, d.MaxUnavailable = one, cluster.IntOrPercent{} }
	for _, c := range []struct {
		name, nodes, pods string
		edit              func(*cluster.DaemonSet)
		want              string
	}{
		{"a pod on each node", "a b c", "", nil, "+a +b +c"},
		{"where it is missing", "a b c", "b:ready", nil, "+a +c"},
		{"not while one is going", "a", "a:deleting,ready", nil, ""},
		{"one that ended and is being deleted is no pod", "a", "a:failed,deleting", nil, "+a"},
		{"a failed one goes first", "a", "a:failed", nil, "-a"},
		{"unless it is too soon", "limited", "limited:failed", nil, ""},
		{"a succeeded one goes at once", "limited", "limited:succeeded", nil, "-limited"},
		{"two of them: the older stays", "a", "a:ready a:ready", nil, "-a'"},
		{"two of them: the one on the node stays", "a", "a:unplaced a:ready", nil, "-a"},
		{"NoSchedule keeps new pods away", "a:noschedule b:noschedule", "b:ready", nil, ""},
		{"NoExecute ends them", "a:noexecute", "a:ready", nil, "-a"},
		{"a node that is not ready is tolerated", "a:notready", "", nil, "+a"},
		{"nodeSelector", "a b:labelled", "a:ready", func(d *cluster.DaemonSet) {
			d.Template.Spec.NodeSelector = cluster.Labels{"disk": "ssd"}
		}, "+b -a"},
		{"a pod that waits for its node is there", "a", "a:unplaced", nil, ""},
		{"its node is gone", "a", "a:ready b:unplaced", nil, "-b"},
		{"a placed pod whose node is gone is for the pod garbage collector", "a", "a:ready b:ready", nil, ""},

		{"an update, one at a time", "a b c", "a:old,ready b:old,ready c:old,ready", nil, "-a"},
		{"waits for the next", "a b c", "a:ready,deleting b:old,ready c:old,ready", nil, ""},
		{"waits until it is available", "a b c", "a:running b:old,ready c:old,ready", nil, ""},
		{"goes on", "a b c", "a:ready b:old,ready c:old,ready", nil, "-b"},
		{"first makes what is missing", "a b c", "b:old,ready c:old,ready", nil, "+a"},
		{"old ones that are not available go anyway", "a b c", "a:old,running b:old,running c:old,ready", nil, "-a -b"},
		{"in percent, rounded up", "a b c", "a:old,ready b:old,ready c:old,ready", func(d *cluster.DaemonSet) { d.MaxUnavailable = half }, "-a -b"},
		{"neither surge nor unavailable stands for one", "a b", "a:old,ready b:old,ready", func(d *cluster.DaemonSet) { d.MaxUnavailable.Value = 0 }, "-a"},
		{"OnDelete", "a", "a:old,ready", func(d *cluster.DaemonSet) { d.OnDelete = true }, ""},

		{"surge: the new one first", "a b", "a:old,ready b:old,ready", surge, "+a"},
		{"surge: waits", "a b", "a:old,ready a:running b:old,ready", surge, ""},
		{"surge: the old one goes", "a b", "a:old,ready a:ready b:old,ready", surge, "-a"},
		{"surge: an old one that is not ready goes at once", "a", "a:old,running a:running", surge, "-a"},
		{"surge: and is succeeded beyond the surge", "a b c", "a:old,running b:old,running c:old,ready", surge, "+a +b +c"},
		{"surge: one at a time", "a b c", "a:old,ready b:old,ready c:ready", surge, "+a"},
		{"surge: while it goes, another is made", "a", "a:old,deleting", surge, "+a"},
		{"surge: a third goes", "a", "a:old,ready a:running a:running", surge, "-a''"},
		{"surge: on a node it should leave, once others are available", "a:noschedule b", "a:old,ready b:ready", surge, "-a"},
		{"surge: not before", "a:noschedule b", "a:old,ready b:running", surge, ""},
		{"surge: a useless pod leaves at once", "a:noschedule b", "a:old,running b:running", surge, "-a"},
	} {
		require.Equal(t, c.want, short(calculate(observe(c.nodes, c.pods, c.edit))), c.name)
	}
}

func TestBurst(t *testing.T) {
	o := observe("", "", nil)
	for i := range burst + 10 {
		n := &cluster.Node{}
		n.Name = string(rune('a'+i%26)) + strings.Repeat("x", i/26)
		o.nodes = append(o.nodes, n)
	}
	require.Len(t, calculate(o).create, burst)
}

func TestCount(t *testing.T) {
	o := observe("a b c d:noschedule e:noschedule", "a:old,ready b:running d:ready", nil)
	o.set.Generation = 3
	require.Equal(t, cluster.DaemonSetStatus{Desired: 3, Current: 2, Misscheduled: 1, Ready: 1, Updated: 1, Available: 1,
		Unavailable: 2, ObservedGeneration: 3}, newCalculation(o).count())
}

// TestTolerations: daemon pods stay on nodes in trouble; the template's own tolerations stay as well.
func TestTolerations(t *testing.T) {
	s := spec()
	s.Tolerations = []cluster.Toleration{
		{Key: "mine", Operator: cluster.TolerationExists},
		{Key: cluster.TaintNotReady, Operator: cluster.TolerationExists, Effect: cluster.NoExecute, For: time.Minute},
	}
	got := Tolerations(s)
	require.Len(t, got, 7)
	require.Equal(t, "mine", got[0].Key)
	require.True(t, got[1].Forever, "an equal one is replaced")
	require.Len(t, s.Tolerations, 2)
	s.HostNetwork = true
	require.True(t, cluster.Tolerated(Tolerations(s), &cluster.Taint{Key: taintNetworkUnavailable, Effect: cluster.NoSchedule}))
	require.False(t, cluster.Tolerated(got, &cluster.Taint{Key: taintNetworkUnavailable, Effect: cluster.NoSchedule}))
}

// TestOnNode: the affinity names the node in place of what the template asked of nodes; what it asks of pods stays.
func TestOnNode(t *testing.T) {
	s := spec()
	s.Affinity = &cluster.Affinity{RequiredNode: &cluster.NodeSelector{}, PreferredPod: make([]cluster.WeightedPodAffinityTerm, 1)}
	own := newPlacement(s).onNode("n1")
	require.Equal(t, "n1", nodeOf(&cluster.Pod{Spec: own}))
	require.Len(t, own.Affinity.PreferredPod, 1)
	require.Empty(t, s.Affinity.RequiredNode.Terms)
	require.Equal(t, "n2", nodeOf(&cluster.Pod{Spec: own, NodeName: "n2"}))
	require.Empty(t, nodeOf(&cluster.Pod{Spec: s}))
}
