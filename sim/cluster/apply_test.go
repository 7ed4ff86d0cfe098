package cluster_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// applied has for each kind that apply can change: what stands in the store with a status, and a manifest of the same
// name with another spec and no status. After apply, want holds.
var applied = []struct {
	there, manifest cluster.Object
	want            func(t *testing.T, o cluster.Object)
}{
	{
		&cluster.Deployment{Replicas: 1, Status: cluster.DeploymentStatus{Ready: 7}},
		&cluster.Deployment{Replicas: 2},
		func(t *testing.T, o cluster.Object) {
			require.EqualValues(t, 2, o.(*cluster.Deployment).Replicas)
			require.Equal(t, 7, o.(*cluster.Deployment).Status.Ready)
		},
	},
	{
		&cluster.ReplicaSet{Replicas: 1, Status: cluster.ReplicaSetStatus{Ready: 7}},
		&cluster.ReplicaSet{Replicas: 2},
		func(t *testing.T, o cluster.Object) {
			require.EqualValues(t, 2, o.(*cluster.ReplicaSet).Replicas)
			require.Equal(t, 7, o.(*cluster.ReplicaSet).Status.Ready)
		},
	},
	{
		&cluster.StatefulSet{Replicas: 1, Status: cluster.StatefulSetStatus{Ready: 7}},
		&cluster.StatefulSet{Replicas: 2},
		func(t *testing.T, o cluster.Object) {
			require.EqualValues(t, 2, o.(*cluster.StatefulSet).Replicas)
			require.Equal(t, 7, o.(*cluster.StatefulSet).Status.Ready)
		},
	},
	{
		&cluster.DaemonSet{Status: cluster.DaemonSetStatus{Ready: 7}},
		&cluster.DaemonSet{MinReadySeconds: 2},
		func(t *testing.T, o cluster.Object) {
			require.EqualValues(t, 2, o.(*cluster.DaemonSet).MinReadySeconds)
			require.Equal(t, 7, o.(*cluster.DaemonSet).Status.Ready)
		},
	},
	{
		&cluster.Job{Parallelism: 1, Status: cluster.JobStatus{Succeeded: 7}},
		&cluster.Job{Parallelism: 2},
		func(t *testing.T, o cluster.Object) {
			require.EqualValues(t, 2, o.(*cluster.Job).Parallelism)
			require.Equal(t, 7, o.(*cluster.Job).Status.Succeeded)
		},
	},
	{
		&cluster.CronJob{LastSchedule: sim.Time(time.Hour), Scheduled: true},
		&cluster.CronJob{Suspend: true},
		func(t *testing.T, o cluster.Object) {
			require.True(t, o.(*cluster.CronJob).Suspend)
			require.True(t, o.(*cluster.CronJob).Scheduled)
			require.Equal(t, sim.Time(time.Hour), o.(*cluster.CronJob).LastSchedule)
		},
	},
	{
		&cluster.PodDisruptionBudget{DisruptionsAllowed: 7, DisruptedPods: []cluster.DisruptedPod{{Name: "p"}}},
		&cluster.PodDisruptionBudget{Selector: cluster.SelectLabels(cluster.Labels{"app": "web"})},
		func(t *testing.T, o cluster.Object) {
			require.NotNil(t, o.(*cluster.PodDisruptionBudget).Selector)
			require.EqualValues(t, 7, o.(*cluster.PodDisruptionBudget).DisruptionsAllowed)
			require.Equal(t, []cluster.DisruptedPod{{Name: "p"}}, o.(*cluster.PodDisruptionBudget).DisruptedPods)
		},
	},
	{
		&cluster.Node{AllocatablePods: 1, NodeState: cluster.NodeState{Down: true}},
		&cluster.Node{AllocatablePods: 2},
		func(t *testing.T, o cluster.Object) {
			require.EqualValues(t, 2, o.(*cluster.Node).AllocatablePods)
			require.True(t, o.(*cluster.Node).Down)
		},
	},
	{
		&cluster.HorizontalPodAutoscaler{MaxReplicas: 1, Status: cluster.AutoscalerStatus{DesiredReplicas: 7}},
		&cluster.HorizontalPodAutoscaler{MaxReplicas: 2},
		func(t *testing.T, o cluster.Object) {
			require.Equal(t, 2, o.(*cluster.HorizontalPodAutoscaler).MaxReplicas)
			require.Equal(t, 7, o.(*cluster.HorizontalPodAutoscaler).Status.DesiredReplicas)
		},
	},
	{
		&cluster.PodSet{},
		&cluster.PodSet{Selector: cluster.SelectLabels(cluster.Labels{"app": "web"})},
		func(t *testing.T, o cluster.Object) { require.NotNil(t, o.(*cluster.PodSet).Selector) },
	},
	{
		&cluster.PriorityClass{Value: 1},
		&cluster.PriorityClass{Value: 2},
		func(t *testing.T, o cluster.Object) { require.EqualValues(t, 2, o.(*cluster.PriorityClass).Value) },
	},
}

func TestApplyKeepsIdentityAndStatus(t *testing.T) {
	for _, tt := range applied {
		t.Run(tt.there.Kind().String(), func(t *testing.T) {
			w := newWorld(t)
			tt.there.Meta().NamespacedName = cluster.NamespacedName{Namespace: "default", Name: "x"}
			tt.there.Meta().Annotations = map[string]string{"by": "a component"}
			tt.manifest.Meta().NamespacedName = tt.there.Meta().NamespacedName
			tt.manifest.Meta().Annotations = map[string]string{"by-the": "user"}
			w.create(tt.there)
			uid, generation := tt.there.Meta().UID, tt.there.Meta().Generation
			w.tick()

			for range 2 { // the second time nothing is left to change
				require.NoError(t, w.Apply(tt.manifest, cluster.ReasonUpdated))
				now := w.Get(tt.there.Kind(), tt.there.Meta().NamespacedName)
				tt.want(t, now)
				require.Equal(t, uid, now.Meta().UID)
				require.Equal(t, generation+1, now.Meta().Generation)
				require.Equal(t, map[string]string{"by": "a component", "by-the": "user"}, now.Meta().Annotations)
			}
		})
	}
}

func TestApplyCreatesWhatIsMissing(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.Apply(node("n", 1, 10), cluster.ReasonCreated))
	require.EqualValues(t, 1, w.Get(cluster.KindNode, cluster.NamespacedName{Name: "n"}).Meta().Generation)
}

func TestApplyRefusesAPodThatStands(t *testing.T) {
	w := newWorld(t)
	w.create(pod("p", specOf(cluster.Resources{})))
	err := w.Apply(pod("p", specOf(cluster.Resources{MilliCPU: 1})), cluster.ReasonUpdated)
	require.ErrorIs(t, err, cluster.ErrAlreadyExists)
}
