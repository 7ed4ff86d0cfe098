package kubelet_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/kubelet"
)

// machine tells what becomes of the condition Ready of a node n.
type machine struct {
	t      *testing.T
	engine *sim.Engine
	store  *cluster.Store
	story  []string
}

func newMachine(t *testing.T, cfg kubelet.Config) *machine {
	n := &machine{t: t, engine: sim.New(1)}
	n.store = cluster.NewStore(n.engine)
	n.store.Observe(func(c *cluster.Change) {
		if before, after := c.Nodes(); before != nil && after != nil && before.Ready != after.Ready {
			n.story = append(n.story, fmt.Sprintf("%v %v %s", n.engine.Now(), after.Ready, after.ReadyReason))
		}
	})
	kubelet.New(n.engine, n.store, cfg)
	return n
}

func (n *machine) at(at time.Duration, do func(*cluster.Node)) {
	n.engine.At(sim.Time(at), sim.PhaseWorld, sim.Func{Name: "test", Do: func(sim.Time) {
		require.NoError(n.t, n.store.EditNode("n", cluster.ReasonUpdated, do))
	}})
}

func unknown(n *cluster.Node) { n.Ready, n.ReadyReason = cluster.ConditionUnknown, "NodeStatusUnknown" }
func refuse(n *cluster.Node)  { n.Ready, n.ReadyReason = cluster.ConditionFalse, "KubeletNotReady" }
func down(n *cluster.Node)    { n.Down = true }
func up(n *cluster.Node)      { n.Down, n.Isolated = false, false }
func cut(n *cluster.Node)     { n.Isolated = true }

func TestNodeReports(t *testing.T) {
	type step struct {
		at time.Duration
		do func(*cluster.Node)
	}
	fake := &kubelet.Stages{Latency: func() time.Duration { return 10 * time.Millisecond }}
	for _, c := range []struct {
		name   string
		stages *kubelet.Stages
		ready  cluster.ConditionStatus
		steps  []step
		want   []string
	}{
		{"well all the time", nil, cluster.ConditionTrue, []step{{5 * sec, down}, {9 * sec, up}}, nil},
		{"given up, and back", nil, cluster.ConditionTrue, []step{{5 * sec, down}, {60 * sec, unknown}, {90 * sec, up}},
			[]string{"1m0s Unknown NodeStatusUnknown", "1m30s True KubeletReady"}},
		{"cut off, and back", nil, cluster.ConditionTrue, []step{{5 * sec, cut}, {60 * sec, unknown}, {90 * sec, up}},
			[]string{"1m0s Unknown NodeStatusUnknown", "1m30s True KubeletReady"}},
		{"given up though it is well", nil, cluster.ConditionTrue, []step{{60 * sec, unknown}},
			[]string{"1m0s Unknown NodeStatusUnknown", "1m0s True KubeletReady"}},
		{"not ready by its own word", nil, cluster.ConditionTrue, []step{{5 * sec, refuse}, {7 * sec, down}, {9 * sec, up}},
			[]string{"5s False KubeletNotReady", "9s True KubeletReady"}},
		{"new", nil, cluster.ConditionUnknown, nil, []string{"0s True KubeletReady"}},
		{"new, under a fake kubelet", fake, cluster.ConditionUnknown, nil, []string{"10ms True KubeletReady"}},
		{"gone again before it could report", fake, cluster.ConditionTrue,
			[]step{{5 * sec, down}, {60 * sec, unknown}, {90 * sec, up}, {90*sec + 5*time.Millisecond, down}},
			[]string{"1m0s Unknown NodeStatusUnknown"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newMachine(t, kubelet.Config{Heartbeats: true, Stages: c.stages})
			require.NoError(t, n.store.Create(&cluster.Node{
				ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: "n"}}, NodeState: cluster.NodeState{Ready: c.ready},
			}, cluster.ReasonCreated))
			for _, s := range c.steps {
				n.at(s.at, s.do)
			}
			require.NoError(t, n.engine.Run(sim.Never))
			require.Equal(t, c.want, n.story)
		})
	}
}

// Without Heartbeats nobody reports.
func TestNoReports(t *testing.T) {
	n := newMachine(t, kubelet.Config{})
	require.NoError(t, n.store.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: "n"}}}, cluster.ReasonCreated))
	n.at(5*sec, unknown)
	n.at(6*sec, down)
	n.at(7*sec, up)
	require.NoError(t, n.engine.Run(sim.Never))
	require.Equal(t, []string{"5s Unknown NodeStatusUnknown"}, n.story)
}

// A fake kubelet writes nothing of the pods of a node that is cut off, and goes on when it is back: what is to be deleted
// goes a second after that.
func TestStagesOfIsolatedNodes(t *testing.T) {
	n := newMachine(t, kubelet.Config{Heartbeats: true, Stages: &kubelet.Stages{}})
	require.NoError(t, n.store.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: "n"}}}, cluster.ReasonCreated))
	p := &cluster.Pod{Spec: (&cluster.PodSpec{Containers: []cluster.Container{{Name: "c"}}}).Complete(), NodeName: "n", RunTime: cluster.Forever}
	p.NamespacedName = cluster.NamespacedName{Namespace: "default", Name: "p"}
	require.NoError(t, n.store.Create(p, cluster.ReasonCreated))
	n.at(1*sec, cut)
	n.at(30*sec, func(*cluster.Node) {
		require.Equal(t, cluster.Pending, n.store.Pod(p.NamespacedName).Status.Phase)
		require.NoError(t, n.store.Terminate(cluster.KeyOf(p), cluster.ReasonTaintEvicted))
	})
	n.at(90*sec, func(n *cluster.Node) { up(n) })
	require.NoError(t, n.engine.Run(sim.Never))
	require.Nil(t, n.store.Pod(p.NamespacedName))
	require.Equal(t, sim.Time(91*sec), n.engine.Now())
}
