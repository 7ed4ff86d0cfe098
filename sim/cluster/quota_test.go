package cluster_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// TestAdmission: what is refused leaves no trace, not even a number among the UIDs; what is completed is stored complete.
func TestAdmission(t *testing.T) {
	store := cluster.NewStore(sim.New(1))
	store.SetAdmission(func(o cluster.Object) error {
		if o.Meta().Name == "no" {
			return fmt.Errorf("%v %q is %w", o.Kind(), o.Meta().Name, cluster.ErrForbidden)
		}
		o.Meta().Labels = cluster.Labels{"seen": "yes"}
		return nil
	})
	made := func(name string) *cluster.ResourceQuota {
		q := &cluster.ResourceQuota{}
		q.Name = name
		return q
	}
	err := store.Create(made("no"), cluster.ReasonCreated)
	require.ErrorIs(t, err, cluster.ErrForbidden)
	require.Zero(t, store.Changes())
	require.Zero(t, store.Len(cluster.KindResourceQuota))
	require.NoError(t, store.Create(made("yes"), cluster.ReasonCreated))
	got := store.Get(cluster.KindResourceQuota, cluster.NamespacedName{Name: "yes"})
	require.Equal(t, "yes", got.Meta().Labels["seen"])
	require.Equal(t, cluster.UID(1), got.Meta().UID)
}

func TestKindNamed(t *testing.T) {
	for k := cluster.KindNode; k <= cluster.KindLimitRange; k++ {
		require.Equal(t, k, cluster.KindNamed(k.String()))
		require.Equal(t, k, cluster.NewObject(k).Kind())
	}
	require.Zero(t, cluster.KindNamed(""))
	require.Zero(t, cluster.KindNamed("Thing"))
}
