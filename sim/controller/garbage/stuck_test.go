package garbage_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Pods that are being deleted and that no kubelet will end are removed at the next look after that is known: if the node is
// out of service, of whatever effect the taint is, and not ready.
func TestOutOfService(t *testing.T) {
	out := cluster.Taint{Key: cluster.TaintOutOfService, Value: "nodeshutdown", Effect: cluster.NoExecute}
	away := cluster.Taint{Key: cluster.TaintOutOfService, Effect: cluster.NoSchedule}
	const s = time.Second
	for _, c := range []struct {
		name    string
		taint   cluster.Taint
		tainted time.Duration // 0: never
		failed  time.Duration // 0: never
		deleted time.Duration
		want    []string
	}{
		{"first tainted, then deleted", out, 12 * s, 11 * s, 25 * s, []string{"40s Pod/a"}},
		{"first deleted, then tainted", out, 45 * s, 11 * s, 15 * s, []string{"60s Pod/a"}},
		{"last, the node is not ready", away, 5 * s, 61 * s, 15 * s, []string{"80s Pod/a"}},
		{"a node that is ready", out, 5 * s, 0, 15 * s, nil},
		{"a node that nobody vouches for", out, 0, 5 * s, 15 * s, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newPods(t, 0)
			w.Finish = nil
			w.Stop = func(*cluster.Pod) time.Duration { return -1 } // nobody ends it
			gone := removals(w)
			var last *cluster.Pod
			w.Store.Observe(func(change *cluster.Change) {
				if before, _ := change.Pods(); before != nil {
					last = before
				}
			})
			a := pod(w, "a", nil)
			w.Run(0)
			node := w.Store.Pod(a.NamespacedName).NodeName
			edit := func(at time.Duration, do func(*cluster.Node)) {
				if at > 0 {
					w.At(at, func() { require.NoError(t, w.Store.EditNode(node, cluster.ReasonUpdated, do)) })
				}
			}
			edit(c.tainted, func(n *cluster.Node) { n.Taints = []cluster.Taint{c.taint} })
			edit(c.failed, func(n *cluster.Node) { n.Ready = cluster.ConditionUnknown })
			w.At(c.deleted, func() { require.NoError(t, w.Store.Terminate(cluster.KeyOf(a), cluster.ReasonKilling)) })
			require.NoError(t, w.Engine.Run(sim.Never), "the run ends by itself")
			require.Equal(t, c.want, *gone)
			if c.want != nil {
				require.Equal(t, cluster.Failed, last.Status.Phase)
				require.Equal(t, cluster.ReasonKilling, last.Status.Disrupted, "why it had to go is what it was")
			}
		})
	}
}

// A pod that was never placed and is being deleted, as a manifest may say, is removed too.
func TestUnscheduledTerminating(t *testing.T) {
	w := newPods(t, 0)
	w.Ready = func(*cluster.Pod) time.Duration { return -1 }
	gone := removals(w)
	spec := (&cluster.PodSpec{Containers: []cluster.Container{{Name: "c"}}}).Complete()
	p := &cluster.Pod{Spec: spec}
	p.NamespacedName = cluster.NamespacedName{Namespace: "default", Name: "a"}
	p.Deleting = true
	w.Create(p)
	require.NoError(t, w.Engine.Run(sim.Never))
	require.Equal(t, []string{"20s Pod/a"}, *gone)
}
