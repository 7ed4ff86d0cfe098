package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

func volumes(t *testing.T) (*cluster.Store, *cluster.PersistentVolume, *cluster.PersistentVolumeClaim) {
	s := cluster.NewStore(sim.New(0))
	n := &cluster.Node{}
	n.Name, n.Labels = "n1", cluster.Labels{cluster.LabelZone: "a"}
	v := &cluster.PersistentVolume{Capacity: 10}
	v.Name = "disk"
	c := &cluster.PersistentVolumeClaim{Request: 5, StorageClass: "fast"}
	c.Namespace, c.Name = "default", "data"
	for _, o := range []cluster.Object{n, v, c} {
		require.NoError(t, s.Create(o, cluster.ReasonCreated))
	}
	return s, v, c
}

func TestBindVolume(t *testing.T) {
	s, v, c := volumes(t)
	require.NoError(t, s.BindVolume(cluster.KeyOf(v), cluster.KeyOf(c)))
	bound := s.Get(cluster.KindPersistentVolume, v.NamespacedName).(*cluster.PersistentVolume)
	require.True(t, bound.Bound)
	require.Equal(t, c.NamespacedName, bound.ClaimRef)
	require.Equal(t, c.UID, bound.ClaimUID)
	claim := s.Get(cluster.KindPersistentVolumeClaim, c.NamespacedName).(*cluster.PersistentVolumeClaim)
	require.True(t, claim.Bound)
	require.Equal(t, "disk", claim.VolumeName)

	other := &cluster.PersistentVolumeClaim{}
	other.Namespace, other.Name = "default", "more"
	require.NoError(t, s.Create(other, cluster.ReasonCreated))
	require.ErrorIs(t, s.BindVolume(cluster.KeyOf(v), cluster.KeyOf(other)), cluster.ErrConflict)
	require.ErrorIs(t, s.ProvisionVolume(cluster.KeyOf(c), "n1"), cluster.ErrConflict)
}

func TestProvisionVolume(t *testing.T) {
	s, _, c := volumes(t)
	require.ErrorIs(t, s.ProvisionVolume(cluster.KeyOf(c), "nowhere"), cluster.ErrNotFound)
	require.NoError(t, s.ProvisionVolume(cluster.KeyOf(c), "n1"))
	claim := s.Get(cluster.KindPersistentVolumeClaim, c.NamespacedName).(*cluster.PersistentVolumeClaim)
	require.True(t, claim.Bound)
	made := s.Get(cluster.KindPersistentVolume, cluster.NamespacedName{Name: claim.VolumeName}).(*cluster.PersistentVolume)
	require.Equal(t, int64(5), made.Capacity)
	require.Equal(t, "fast", made.StorageClass)
	inZone, elsewhere := &cluster.Node{}, &cluster.Node{}
	inZone.Labels, elsewhere.Labels = cluster.Labels{cluster.LabelZone: "a"}, cluster.Labels{cluster.LabelZone: "b"}
	require.True(t, made.NodeAffinity.Matches(inZone))
	require.False(t, made.NodeAffinity.Matches(elsewhere))
	require.NoError(t, s.Delete(cluster.KeyOf(claim), cluster.ReasonDeleted))
	require.ErrorIs(t, s.ProvisionVolume(cluster.KeyOf(claim), "n1"), cluster.ErrNotFound)
}
