package plugins

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// drawWorld draws a small cluster in which the pods of few labels share few domains.
func drawWorld(t *rapid.T, extra func(*rapid.T) []podChange) *world {
	w := &world{}
	for i := range rapid.IntRange(1, 5).Draw(t, "nodes") {
		with := rapid.SampledFrom([]string{"zone=1 rack=r", "zone=2 rack=s", "zone=2 pool=p", "nohost rack=r", ""}).Draw(t, "labels")
		n := machine(fmt.Sprint("n", i), with)
		if rapid.Bool().Draw(t, "tainted") {
			tainted(n, "gpu", cluster.NoExecute)
		}
		w.nodes = append(w.nodes, n)
	}
	for i := range rapid.IntRange(0, 10).Draw(t, "pods") {
		w.pods = append(w.pods, drawPod(t, fmt.Sprint("p", i), rapid.SampledFrom(w.nodes).Draw(t, "node").Name, extra))
	}
	return w
}

func drawPod(t *rapid.T, name, node string, extra func(*rapid.T) []podChange) *cluster.Pod {
	changes := []podChange{in(rapid.SampledFrom([]string{"default", "default", "other"}).Draw(t, "namespace"))}
	if extra != nil {
		changes = append(changes, extra(t)...)
	}
	return workload(name, node, rapid.SampledFrom([]string{"foo", "bar", "foo bar", "foo=1", ""}).Draw(t, "pod labels"), changes...)
}

type extended interface {
	framework.PreFilterPlugin
	framework.FilterPlugin
	framework.PreFilterExtensions
}

// checkExtensions moves pods about in a clone of the state and in the cluster, and compares the plugin's answers. A
// plugin that skips the pod before or after has no answers to compare.
func checkExtensions(t *rapid.T, plugin extended, pod *cluster.Pod, w *world, extra func(*rapid.T) []podChange) {
	view := w.snapshot()
	state := &framework.CycleState{}
	if _, status := plugin.PreFilter(state, pod, view); !status.IsSuccess() {
		t.Skip()
	}
	statuses := func(s *framework.CycleState) []string {
		var out []string
		for _, n := range view.Nodes() {
			out = append(out, n.Name()+" "+describe(plugin.Filter(s, pod, n)))
		}
		return out
	}
	before := statuses(state)
	moved := state.Clone()
	for i := range rapid.IntRange(1, 6).Draw(t, "moves") {
		if len(w.pods) > 0 && rapid.Bool().Draw(t, "remove") {
			gone := rapid.IntRange(0, len(w.pods)-1).Draw(t, "gone")
			p := w.pods[gone]
			plugin.RemovePod(moved, pod, p, view.Node(p.NodeName))
			view.RemovePod(p)
			w.pods = append(w.pods[:gone:gone], w.pods[gone+1:]...)
			continue
		}
		p := drawPod(t, fmt.Sprint("new", i), rapid.SampledFrom(w.nodes).Draw(t, "where").Name, extra)
		plugin.AddPod(moved, pod, p, view.Node(p.NodeName))
		view.AddPod(p)
		w.pods = append(w.pods, p)
	}
	require.Equal(t, before, statuses(state), "the original state")
	fresh := &framework.CycleState{}
	if _, status := plugin.PreFilter(fresh, pod, view); !status.IsSuccess() {
		t.Skip()
	}
	require.Equal(t, statuses(fresh), statuses(moved))
}

func checkScores(t *rapid.T, used scorer, fresh func() scorer, w *world, draw func() *cluster.Pod, extra func(*rapid.T) []podChange) {
	view := w.snapshot()
	for i := range 4 {
		pod := draw()
		got := scoreAll(used, pod, view)
		require.Equal(t, scoreAll(fresh(), pod, view), got)
		for node, score := range got {
			require.True(t, score >= 0 && score <= framework.MaxNodeScore, "%s: %d", node, score)
		}
		p := drawPod(t, fmt.Sprint("later", i), rapid.SampledFrom(w.nodes).Draw(t, "where").Name, extra)
		view.AddPod(p)
		n := rapid.SampledFrom(w.nodes).Draw(t, "relabelled").Name
		view.UpdateNode(machine(n, rapid.SampledFrom([]string{"zone=1", "zone=3 rack=r"}).Draw(t, "new labels")))
		if len(w.pods) > 0 && rapid.Bool().Draw(t, "a pod ends") {
			view.RemovePod(w.pods[0])
			w.pods = w.pods[1:]
		}
		switch gone := fmt.Sprint("gone", i-1); rapid.IntRange(0, 2).Draw(t, "node comes or goes") {
		case 0:
			view.RemoveNode(gone)
		case 1:
			view.AddNode(machine(fmt.Sprint("gone", i), "zone=2"))
			view.AddPod(drawPod(t, fmt.Sprint("on", i), fmt.Sprint("gone", i), extra))
		}
	}
}

// hintOf asks the first hint that is registered for the kind of object.
func hintOf(plugin framework.EnqueueExtensions, pod *cluster.Pod, before, after cluster.Object) bool {
	change := &cluster.Change{Old: before, New: after}
	for _, e := range plugin.EventsToRegister() {
		for resource, kind := range map[framework.EventResource]cluster.Kind{
			framework.PodEvent: cluster.KindPod, framework.AssignedPod: cluster.KindPod, framework.NodeEvent: cluster.KindNode,
			framework.PersistentVolume: cluster.KindPersistentVolume, framework.PersistentVolumeClaim: cluster.KindPersistentVolumeClaim,
			framework.StorageClass: cluster.KindStorageClass, framework.CSINode: cluster.KindCSINode,
		} {
			if e.Event.Resource == resource && change.Object().Kind() == kind && e.Event.Action&actionOf(change) != 0 {
				return e.Hint == nil || e.Hint(pod, change)
			}
		}
	}
	return false
}

func actionOf(c *cluster.Change) framework.ActionType {
	switch before, after := podMoves(c); {
	case c.Object().Kind() == cluster.KindPod && before == nil || c.Old == nil:
		return framework.ActionAdd
	case c.Object().Kind() == cluster.KindPod && after == nil || c.New == nil:
		return framework.ActionDelete
	}
	return framework.ActionUpdate
}

// bigWorld has 5,000 nodes in 50 zones with 30 pods of 100 apps on each.
func bigWorld(b *testing.B, changes func(app string) []podChange) *cluster.Snapshot {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 1))
	w := &world{}
	for i := range 5000 {
		w.nodes = append(w.nodes, machine(fmt.Sprint("n", i), fmt.Sprint("zone=z", i%50)))
	}
	specs := map[string]*cluster.Pod{}
	for i := range 150_000 {
		app := fmt.Sprint("app=a", r.IntN(100))
		template := specs[app]
		if template == nil {
			template = workload("t", "", app, changes(app)...)
			specs[app] = template
		}
		p := *template
		lastUID++
		p.Name, p.UID, p.NodeName = fmt.Sprint("p", i), lastUID, fmt.Sprint("n", r.IntN(5000))
		w.pods = append(w.pods, &p)
	}
	return w.snapshot()
}

// benchDecisions runs the extension points of one plugin over all nodes, places the pod, and goes on with the next.
func benchDecisions(b *testing.B, plugin any, view *cluster.Snapshot, pods func(i int) *cluster.Pod) {
	nodes := view.Nodes()
	scores := make([]int64, len(nodes))
	decide := func(i int) {
		pod := pods(i)
		state := &framework.CycleState{}
		if _, status := plugin.(framework.PreFilterPlugin).PreFilter(state, pod, view); status.IsSuccess() {
			for _, n := range nodes {
				plugin.(framework.FilterPlugin).Filter(state, pod, n)
			}
		}
		if s, ok := plugin.(scorer); ok {
			if status := s.PreScore(state, pod, view, nodes); status.IsSuccess() {
				for j, n := range nodes {
					scores[j] = s.Score(state, pod, n)
				}
				s.NormalizeScore(state, pod, nodes, scores)
			}
		}
		placed := *pod
		lastUID++
		placed.UID, placed.NodeName = lastUID, nodes[i*7919%len(nodes)].Name()
		view.AddPod(&placed)
	}
	for i := range 100 { // each app is counted once; what follows is the steady state
		decide(i)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		decide(i)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "decisions/s")
}
