package clusterautoscaler

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// sparse is a cluster of two nodes with one small pod of a replica set on each: one of them is not needed.
func sparse(t *testing.T, spec *cluster.PodSpec, edit func(*Options)) (*world, *cluster.ReplicaSet) {
	o := defaults()
	if edit != nil {
		edit(&o)
	}
	w := newWorld(t, o, groupConfig("a", 0, 2, 4000, 16*gib))
	require.NoError(t, w.groups["a"].Increase(2))
	w.run(61 * time.Second) // they have joined, and are not needed since
	return w, w.set("web", 2, spec)
}

func taintsOf(w *world, node string) string {
	var all []string
	if n := w.store.Node(node); n != nil {
		for _, t := range n.Taints {
			all = append(all, t.String())
		}
	}
	return strings.Join(all, " ")
}

func TestADrainStepByStep(t *testing.T) {
	w, _ := sparse(t, podSpec(1000, gib), nil)
	w.evictor.delay = 20 * time.Millisecond
	w.run(10 * time.Minute)
	require.Len(t, w.ca.unneeded, 1)
	var node string
	for name := range w.ca.unneeded {
		node = name
	}
	require.Equal(t, TaintDeletionCandidate+"=60:PreferNoSchedule", taintsOf(w, node), "the scheduler avoids it")
	w.run(11*time.Minute + time.Second)
	require.Contains(t, taintsOf(w, node), TaintToBeDeleted+"=660:NoSchedule", "unneeded since 60s, for ten minutes")
	require.Zero(t, w.evictor.asked, "five seconds pass first")
	w.run(11*time.Minute + 6*time.Second)
	require.Equal(t, 1, w.evictor.asked)
	require.NotNil(t, w.store.Node(node), "its pod was seen a moment ago")
	w.run(11*time.Minute + 11*time.Second)
	require.Nil(t, w.store.Node(node))
	require.NoError(t, w.engine.Run(sim.Never))
	require.Equal(t, []string{"11m10.02s"}, prefixes(w.story(ScaleDownDone)))
	require.Empty(t, w.pending())
}

func prefixes(lines []string) []string {
	var first []string
	for _, l := range lines {
		at, _, _ := strings.Cut(l, " ")
		first = append(first, at)
	}
	return first
}

func TestEvictionsAreTriedForTwoMinutes(t *testing.T) {
	w, _ := sparse(t, podSpec(1000, gib), nil)
	w.evictor.refuse = true
	w.run(12 * time.Minute)
	require.InDelta(t, 5, w.evictor.asked, 1, "every ten seconds")
	w.run(14 * time.Minute)
	require.Len(t, w.story(ScaleDownFailed), 1)
	require.Equal(t, 12, w.evictor.asked)
	for _, name := range w.nodes() {
		require.NotContains(t, taintsOf(w, name), TaintToBeDeleted)
	}
	w.at(15*time.Minute, func() { w.evictor.refuse = false })
	require.NoError(t, w.engine.Run(sim.Never))
	require.Len(t, w.nodes(), 1, "it is tried again after the five minutes in which the node is not looked at")
}

func TestPodsThatDoNotLeaveSaveTheNode(t *testing.T) {
	w, _ := sparse(t, podSpec(1000, gib), nil)
	w.stop = 2 * time.Hour
	w.run(22 * time.Minute)
	require.Equal(t, []string{"21m35s"}, prefixes(w.story(ScaleDownFailed)), "ten and a half minutes after the eviction")
	require.Len(t, w.nodes(), 2)
}

func TestPodsThatTakeTheirTimeAreWaitedFor(t *testing.T) {
	w, _ := sparse(t, podSpec(1000, gib), nil)
	w.stop = 12 * time.Second
	w.run(22 * time.Minute)
	require.Equal(t, []string{"11m20s"}, prefixes(w.story(ScaleDownDone)), "looked for every five seconds")
}

func TestAnEmptyNodeThatGetsAPodStays(t *testing.T) {
	w := newWorld(t, defaults(), groupConfig("a", 0, 2, 4000, 16*gib))
	require.NoError(t, w.groups["a"].Increase(1))
	w.run(11*time.Minute + 2*time.Second)
	require.Len(t, w.story(ScaleDownEmpty), 1)
	p := &cluster.Pod{Spec: podSpec(1000, gib), NodeName: "a-0", RunTime: cluster.Forever}
	p.NamespacedName = cluster.NamespacedName{Namespace: "default", Name: "static"}
	p.Owners = []cluster.OwnerReference{{Kind: "ReplicaSet", Name: "x", UID: 77, Controller: true}}
	w.create(p)
	w.run(12 * time.Minute)
	require.Len(t, w.story(ScaleDownFailed), 1)
	require.Equal(t, []string{"a-0"}, w.nodes())
}

func TestANodeThatOthersDeleteMeanwhile(t *testing.T) {
	w, _ := sparse(t, podSpec(1000, gib), nil)
	w.run(11*time.Minute + 2*time.Second)
	for name := range w.ca.deletions {
		require.NoError(t, w.store.Delete(cluster.KeyOf(w.store.Node(name)), cluster.ReasonDeleted))
	}
	w.run(12 * time.Minute)
	require.Empty(t, w.ca.deletions)
	require.Empty(t, w.story(ScaleDownDone, ScaleDownFailed))
}

func TestScaleDownOff(t *testing.T) {
	w, web := sparse(t, podSpec(1000, gib), func(o *Options) { o.ScaleDown = false })
	w.scale(web, 0)
	require.NoError(t, w.engine.Run(sim.Never))
	require.Len(t, w.nodes(), 2)
	require.Empty(t, w.story(Unneeded))
}

func TestANodeMarkedToStay(t *testing.T) {
	w, web := sparse(t, podSpec(1000, gib), nil)
	w.at(2*time.Minute, func() {
		w.scale(web, 0)
		require.NoError(t, w.store.EditNode("a-0", cluster.ReasonUpdated, func(n *cluster.Node) {
			n.Annotations = map[string]string{AnnotationNoScaleDown: "true"}
		}))
	})
	require.NoError(t, w.engine.Run(sim.Never))
	require.Equal(t, []string{"a-0"}, w.nodes())
}

func TestNodesThatAreNotReadyWaitLonger(t *testing.T) {
	w := newWorld(t, defaults(), groupConfig("a", 0, 2, 4000, 16*gib))
	require.NoError(t, w.groups["a"].Increase(2))
	w.at(61*time.Second, func() {
		require.NoError(t, w.store.EditNode("a-1", cluster.ReasonNodeNotReady, func(n *cluster.Node) { n.Ready = cluster.ConditionUnknown }))
	})
	require.NoError(t, w.engine.Run(sim.Never))
	require.Equal(t, []string{"11m5s", "21m5s"}, prefixes(w.story(ScaleDownDone)))
}

func TestCandidatesAreMarkedSomeAtATime(t *testing.T) {
	o := defaults()
	o.MaxBulkSoftTaintCount = 2
	w := newWorld(t, o, groupConfig("a", 0, 5, 4000, 16*gib))
	require.NoError(t, w.groups["a"].Increase(5))
	marked := func() int {
		n := 0
		for _, name := range w.nodes() {
			if strings.Contains(taintsOf(w, name), TaintDeletionCandidate) {
				n++
			}
		}
		return n
	}
	var counts []int
	for _, at := range []time.Duration{65, 75, 85} {
		w.run(at * time.Second)
		counts = append(counts, marked())
	}
	require.Equal(t, []int{2, 4, 5}, counts)
	w.set("web", 5, antiSpec(3000, "web"))
	w.run(125 * time.Second)
	require.Zero(t, marked(), "they are needed now")
}

func TestDaemonPodsAreEvictedWithTheOthers(t *testing.T) {
	for _, evicted := range []bool{true, false} {
		w, _ := sparse(t, podSpec(1000, gib), func(o *Options) { o.DaemonSetEvictionDrained = evicted })
		w.at(90*time.Second, func() {
			for _, node := range w.nodes() {
				p := &cluster.Pod{Spec: podSpec(100, gib/8), NodeName: node, RunTime: cluster.Forever}
				p.NamespacedName = cluster.NamespacedName{Namespace: "default", Name: "agent-" + node}
				p.Owners = []cluster.OwnerReference{{Kind: "DaemonSet", Name: "agent", UID: 1 << 40, Controller: true}}
				w.create(p)
			}
		})
		w.run(30 * time.Minute)
		require.Len(t, w.nodes(), 1)
		want := 1
		if evicted {
			want = 2
		}
		require.Equal(t, want, w.evictor.asked)
	}
}
