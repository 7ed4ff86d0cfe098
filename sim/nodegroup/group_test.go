package nodegroup_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/nodegroup"
)

func template(i int) *cluster.Node {
	n := &cluster.Node{Price: 0.5}
	n.Name = "g-" + strconv.Itoa(i)
	n.Labels = cluster.Labels{cluster.LabelNodeGroup: "g"}
	return n
}

type world struct {
	engine *sim.Engine
	store  *cluster.Store
	group  *nodegroup.Group
}

func newWorld(t *testing.T, edit func(*nodegroup.Config)) *world {
	engine := sim.New(1)
	w := &world{engine: engine, store: cluster.NewStore(engine)}
	cfg := nodegroup.Config{Name: "g", Min: 1, Max: 4, Size: 2, Template: template,
		Provisioning: func(string) time.Duration { return time.Minute }}
	if edit != nil {
		edit(&cfg)
	}
	w.group = nodegroup.New(engine, w.store, cfg)
	require.NoError(t, w.group.Start())
	return w
}

func (w *world) nodes() []string {
	var names []string
	for _, o := range w.store.List(cluster.KindNode) {
		names = append(names, o.Meta().Name)
	}
	return names
}

func (w *world) upcoming() []string {
	var names []string
	w.group.Upcoming(func(n *cluster.Node, _ sim.Time) { names = append(names, n.Name) })
	return names
}

func TestNodesJoinAfterTheirTime(t *testing.T) {
	w := newWorld(t, nil)
	require.Equal(t, []string{"g-0", "g-1"}, w.nodes())
	require.NoError(t, w.group.Increase(2))
	require.Equal(t, 4, w.group.Target())
	require.Equal(t, []string{"g-2", "g-3"}, w.upcoming())
	require.Equal(t, "g-5", w.group.Template(1).Name)
	require.NoError(t, w.engine.Run(sim.Time(59*time.Second)))
	require.Len(t, w.nodes(), 2)
	require.NoError(t, w.engine.Run(sim.Never))
	require.Equal(t, []string{"g-0", "g-1", "g-2", "g-3"}, w.nodes())
	require.Empty(t, w.upcoming())
	require.Equal(t, 4, w.group.Target())
	require.Equal(t, cluster.ConditionTrue, w.store.Node("g-3").Ready)
	require.Equal(t, 0.5, w.store.Node("g-3").Price)
	require.True(t, w.group.Has("g-3"))
	require.False(t, w.group.Has("other"))
}

func TestLimitsHold(t *testing.T) {
	w := newWorld(t, nil)
	require.ErrorIs(t, w.group.Increase(3), nodegroup.ErrLimit)
	require.ErrorIs(t, w.group.Increase(0), nodegroup.ErrLimit)
	require.NoError(t, w.group.Delete("g-0"))
	require.ErrorIs(t, w.group.Delete("g-1"), nodegroup.ErrLimit)
	require.Equal(t, []string{"g-1"}, w.nodes())
}

func TestAnUpcomingNodeCanBeTakenBack(t *testing.T) {
	w := newWorld(t, nil)
	require.NoError(t, w.group.Increase(2))
	require.NoError(t, w.group.Delete("g-2"))
	require.Equal(t, []string{"g-3"}, w.upcoming())
	require.NoError(t, w.engine.Run(sim.Never))
	require.Equal(t, []string{"g-0", "g-1", "g-3"}, w.nodes(), "its number is not used again")
	require.ErrorIs(t, w.group.Delete("g-2"), cluster.ErrNotFound)
}

func TestANodeThatOthersDeleteIsNoMemberAnyMore(t *testing.T) {
	w := newWorld(t, nil)
	require.NoError(t, w.store.Delete(cluster.KeyOf(w.store.Node("g-0")), cluster.ReasonDeleted))
	require.Equal(t, 1, w.group.Target())
	stranger := &cluster.Node{}
	stranger.Name = "x"
	require.NoError(t, w.store.Create(stranger, cluster.ReasonCreated))
	require.Equal(t, 1, w.group.Target())
}

func TestAStockout(t *testing.T) {
	w := newWorld(t, func(c *nodegroup.Config) { c.Available = func(now sim.Time) bool { return now >= sim.Time(time.Hour) } })
	require.ErrorIs(t, w.group.Increase(1), nodegroup.ErrUnavailable)
	require.Equal(t, 2, w.group.Target())
	require.NoError(t, w.engine.Run(sim.Time(time.Hour)))
	require.NoError(t, w.group.Increase(1))
}

func TestANameThatIsTakenFailsTheRun(t *testing.T) {
	w := newWorld(t, nil)
	require.NoError(t, w.store.Create(template(2), cluster.ReasonCreated))
	require.NoError(t, w.group.Increase(1))
	require.ErrorIs(t, w.engine.Run(sim.Never), cluster.ErrAlreadyExists)
}

func TestWithoutProvisioningNodesJoinAtOnce(t *testing.T) {
	w := newWorld(t, func(c *nodegroup.Config) { c.Provisioning = nil })
	require.NoError(t, w.group.Increase(1))
	require.NoError(t, w.engine.Run(0))
	require.Len(t, w.nodes(), 3)
}
