package cluster_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// TestConditionOfABudget: it follows the number, and its time moves with its status alone.
func TestConditionOfABudget(t *testing.T) {
	b := &cluster.PodDisruptionBudget{}
	require.Nil(t, b.Condition(cluster.DisruptionAllowed))
	for _, c := range []struct {
		allowed int32
		at      time.Duration
		want    cluster.Condition
	}{
		{0, 1 * time.Second, cluster.Condition{Status: false, Reason: cluster.InsufficientPods, LastTransitionTime: sim.Time(1 * time.Second)}},
		{0, 2 * time.Second, cluster.Condition{Status: false, Reason: cluster.InsufficientPods, LastTransitionTime: sim.Time(1 * time.Second)}},
		{3, 3 * time.Second, cluster.Condition{Status: true, Reason: cluster.SufficientPods, LastTransitionTime: sim.Time(3 * time.Second)}},
		{1, 4 * time.Second, cluster.Condition{Status: true, Reason: cluster.SufficientPods, LastTransitionTime: sim.Time(3 * time.Second)}},
		{0, 5 * time.Second, cluster.Condition{Status: false, Reason: cluster.InsufficientPods, LastTransitionTime: sim.Time(5 * time.Second)}},
	} {
		before := b.Conditions
		old := append([]cluster.Condition{}, before...)
		b.SetAllowed(c.allowed, sim.Time(c.at))
		c.want.Type = cluster.DisruptionAllowed
		require.Equal(t, []cluster.Condition{c.want}, b.Conditions)
		require.Equal(t, c.allowed, b.DisruptionsAllowed)
		require.Equal(t, old, append([]cluster.Condition{}, before...), "versions that are stored share them")
	}
	b.SetCondition(cluster.Condition{Type: "Other", Status: true}, sim.Time(time.Minute))
	require.Len(t, b.Conditions, 2)
	require.Equal(t, sim.Time(time.Minute), b.Condition("Other").LastTransitionTime)
}

func TestDisrupts(t *testing.T) {
	b := &cluster.PodDisruptionBudget{DisruptedPods: []cluster.DisruptedPod{{Name: "a"}, {Name: "c"}}}
	require.Equal(t, []bool{true, false, true}, []bool{b.Disrupts("a"), b.Disrupts("b"), b.Disrupts("c")})
}

// TestScaleAndTemplate: what has a scale and a template, and what has not.
func TestScaleAndTemplate(t *testing.T) {
	template, selector := &cluster.PodTemplate{}, cluster.SelectLabels(cluster.Labels{"app": "web"})
	for _, c := range []struct {
		name      string
		o         cluster.Object
		scales    bool
		templated bool
	}{
		{"Deployment", &cluster.Deployment{Replicas: 3, Selector: selector, Template: template, Status: cluster.DeploymentStatus{Replicas: 2}}, true, true},
		{"ReplicaSet", &cluster.ReplicaSet{Replicas: 3, Selector: selector, Template: template, Status: cluster.ReplicaSetStatus{Replicas: 2}}, true, true},
		{"StatefulSet", &cluster.StatefulSet{Replicas: 3, Selector: selector, Template: template, Status: cluster.StatefulSetStatus{Replicas: 2}}, true, true},
		{"DaemonSet", &cluster.DaemonSet{Selector: selector, Template: template}, false, true},
		{"Node", &cluster.Node{}, false, false},
		{"nothing", nil, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			scale, ok := cluster.ScaleOf(c.o)
			require.Equal(t, c.scales, ok)
			require.Equal(t, c.templated, cluster.TemplateOf(c.o) == template)
			if !ok {
				require.Zero(t, scale)
				return
			}
			require.Equal(t, cluster.Scale{Replicas: 3, Status: 2, Selector: selector}, scale)
			store := cluster.NewStore(sim.New(1))
			c.o.Meta().Name, c.o.Meta().Generation = "web", 4
			require.NoError(t, store.Create(c.o, cluster.ReasonCreated))
			key := cluster.KeyOf(c.o)
			var reasons []cluster.Reason
			store.Observe(func(c *cluster.Change) { reasons = append(reasons, c.Reason) })
			require.NoError(t, store.SetScale(key, 7, cluster.ReasonScaled))
			now := store.Get(key.Kind, key.NamespacedName)
			scale, _ = cluster.ScaleOf(now)
			require.Equal(t, cluster.Scale{Replicas: 7, Status: 2, Selector: selector}, scale)
			require.EqualValues(t, 5, now.Meta().Generation, "the spec has changed")
			require.Equal(t, []cluster.Reason{cluster.ReasonScaled}, reasons)
			require.NoError(t, store.Delete(key, cluster.ReasonDeleted))
			require.ErrorIs(t, store.SetScale(key, 8, cluster.ReasonScaled), cluster.ErrNotFound)
		})
	}
}

// TestStatesRequest: a request of 0 is stated for cpu and memory, and is as good as none for all else.
func TestStatesRequest(t *testing.T) {
	disk := cluster.Resources{Extended: []cluster.Amount{{Name: "example.com/disk", Value: 1}}}
	for _, c := range []struct {
		container cluster.Container
		resource  cluster.ResourceName
		want      bool
	}{
		{cluster.Container{}, cluster.CPU, false},
		{cluster.Container{RequestsCPU: true}, cluster.CPU, true},
		{cluster.Container{RequestsCPU: true}, cluster.Memory, false},
		{cluster.Container{RequestsMemory: true}, cluster.Memory, true},
		{cluster.Container{Requests: disk}, "example.com/disk", true},
		{cluster.Container{Requests: disk}, "example.com/tape", false},
		{cluster.Container{Requests: cluster.Resources{EphemeralStorage: 1}}, cluster.EphemeralStorage, true},
	} {
		require.Equal(t, c.want, c.container.StatesRequest(c.resource), "%+v, %s", c.container, c.resource)
	}
}
