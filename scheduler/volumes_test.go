package scheduler_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/config"
	"github.com/wavetank/wavetank/scheduler/plugins"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// TestVolumesAreBoundWithThePod: a claim that waits for its first consumer gets its volume where the first pod goes, and
// the next pod of the claim follows it there.
func TestVolumesAreBoundWithThePod(t *testing.T) {
	for name, static := range map[string]bool{"provisioned": false, "chosen": true} {
		t.Run(name, func(t *testing.T) {
			engine := sim.New(1)
			store := cluster.NewStore(engine)
			c, err := config.Default(plugins.InTree())
			require.NoError(t, err)
			_, err = scheduler.New(engine, store, scheduler.Config{Profiles: c.Profiles, Registry: plugins.InTree()})
			require.NoError(t, err)
			create := func(o cluster.Object) { require.NoError(t, store.Create(o, cluster.ReasonCreated)) }
			for _, zone := range []string{"a", "b", "c"} {
				n := &cluster.Node{AllocatablePods: 10, Allocatable: cluster.Resources{MilliCPU: 4000, Memory: 8 << 30}}
				n.Name, n.Labels = "node-"+zone, cluster.Labels{cluster.LabelZone: zone}
				create(n)
			}
			class := &cluster.StorageClass{WaitForConsumer: true, Provisioner: "disks.example.com"}
			if static {
				class.Provisioner = "kubernetes.io/no-provisioner"
				disk := &cluster.PersistentVolume{Capacity: 10 << 30, StorageClass: "disks", NodeAffinity: &cluster.NodeSelector{Terms: []cluster.NodeSelectorTerm{{
					MatchExpressions: []cluster.Requirement{{Key: cluster.LabelZone, Operator: cluster.In, Values: []string{"b"}}}}}}}
				disk.Name = "disk-b"
				create(disk)
			}
			class.Name = "disks"
			create(class)
			claim := &cluster.PersistentVolumeClaim{StorageClass: "disks", HasClass: true, Request: 1 << 30}
			claim.Namespace, claim.Name = "default", "data"
			create(claim)
			spec := (&cluster.PodSpec{Volumes: []cluster.Volume{{Name: "v", Claim: "data"}}}).Complete()
			var pods []cluster.NamespacedName
			for _, name := range []string{"first", "second", "third"} {
				p := &cluster.Pod{Spec: spec, RunTime: cluster.Forever}
				p.Namespace, p.Name = "default", name
				create(p)
				pods = append(pods, p.NamespacedName)
			}
			require.NoError(t, engine.Run(sim.Never))

			bound := store.Get(cluster.KindPersistentVolumeClaim, claim.NamespacedName).(*cluster.PersistentVolumeClaim)
			require.True(t, bound.Bound)
			volume := store.Get(cluster.KindPersistentVolume, cluster.NamespacedName{Name: bound.VolumeName}).(*cluster.PersistentVolume)
			require.Equal(t, bound.UID, volume.ClaimUID)
			first := store.Pod(pods[0]).NodeName
			require.NotEmpty(t, first)
			if static {
				require.Equal(t, "node-b", first)
			}
			for _, p := range pods[1:] {
				require.Equal(t, first, store.Pod(p).NodeName)
			}
		})
	}
}
