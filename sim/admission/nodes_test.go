package admission_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/admission"
	"github.com/wavetank/wavetank/sim/cluster"
)

func tolerant() *cluster.Store {
	store := cluster.NewStore(sim.New(1))
	admission.Attach(store).TolerateFailures(20*time.Second, 30*time.Second)
	return store
}

func TestDefaultTolerations(t *testing.T) {
	notReady := cluster.Toleration{Key: cluster.TaintNotReady, Operator: cluster.TolerationExists, Effect: cluster.NoExecute, For: 20 * time.Second}
	unreachable := cluster.Toleration{Key: cluster.TaintUnreachable, Operator: cluster.TolerationExists, Effect: cluster.NoExecute, For: 30 * time.Second}
	all := cluster.Toleration{Operator: cluster.TolerationExists, Forever: true}
	own := cluster.Toleration{Key: cluster.TaintNotReady, Operator: cluster.TolerationExists, For: time.Second}
	schedule := cluster.Toleration{Key: cluster.TaintNotReady, Operator: cluster.TolerationExists, Effect: cluster.NoSchedule, Forever: true}
	byValue := cluster.Toleration{Key: cluster.TaintUnreachable, Value: "x", Effect: cluster.NoExecute, Forever: true}
	other := cluster.Toleration{Key: "other", Operator: cluster.TolerationExists, Forever: true}
	for _, c := range []struct {
		name      string
		has, want []cluster.Toleration
	}{
		{"none", nil, []cluster.Toleration{notReady, unreachable}},
		{"of other keys", []cluster.Toleration{other}, []cluster.Toleration{other, notReady, unreachable}},
		{"of every effect", []cluster.Toleration{own}, []cluster.Toleration{own, unreachable}},
		{"of another effect", []cluster.Toleration{schedule}, []cluster.Toleration{schedule, notReady, unreachable}},
		{"by value, which does not matter", []cluster.Toleration{byValue}, []cluster.Toleration{byValue, notReady}},
		{"of everything", []cluster.Toleration{all}, []cluster.Toleration{all}},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := tolerant()
			p := pod("a")
			p.Spec.Tolerations = c.has
			stated := p.Spec
			create(t, store, p)
			require.Equal(t, c.want, store.Pod(p.NamespacedName).Spec.Tolerations)
			require.Equal(t, c.has, stated.Tolerations, "what was stated is not touched")
		})
	}
}

// Pods of one spec stay pods of one spec: it is their class.
func TestDefaultTolerationsKeepClasses(t *testing.T) {
	store := tolerant()
	first, second, third := pod("a"), pod("b"), pod("c")
	second.Spec = first.Spec
	create(t, store, first, second, third)
	require.Same(t, first.Spec, second.Spec)
	require.NotSame(t, first.Spec, third.Spec)
}

func TestNoTolerationsUnlessAsked(t *testing.T) {
	store := world()
	create(t, store, pod("a"))
	require.Empty(t, store.Pod(cluster.NamespacedName{Namespace: "shop", Name: "a"}).Spec.Tolerations)
}

func TestNewNodesAreTainted(t *testing.T) {
	store := world()
	node := func(name string, ready cluster.ConditionStatus, taints ...cluster.Taint) {
		create(t, store, &cluster.Node{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: name}},
			Taints: taints, NodeState: cluster.NodeState{Ready: ready}})
	}
	taint := cluster.Taint{Key: cluster.TaintNotReady, Effect: cluster.NoSchedule}
	node("old", cluster.ConditionTrue)
	node("new", cluster.ConditionUnknown)
	node("said", cluster.ConditionFalse, taint)
	require.Empty(t, store.Node("old").Taints, "it has been there before the run")
	require.Equal(t, []cluster.Taint{taint}, store.Node("new").Taints)
	require.Equal(t, []cluster.Taint{taint}, store.Node("said").Taints)
}

// A pod of a class that admission knows costs nothing to complete.
func BenchmarkTolerations(b *testing.B) {
	engine := sim.New(1)
	a := admission.Attach(cluster.NewStore(engine))
	a.TolerateFailures(time.Minute, time.Minute)
	spec := pod("a").Spec
	p := &cluster.Pod{Spec: spec}
	b.ReportAllocs()
	for b.Loop() {
		p.Spec = spec
		require.NoError(b, a.Admit(p))
	}
}
