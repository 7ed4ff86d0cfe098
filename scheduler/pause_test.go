package scheduler_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// TestPause: no pod is placed while the scheduler is paused; what was decided before is bound, and the queue is worked off
// when it goes on, with the cluster as it is by then.
func TestPause(t *testing.T) {
	engine := sim.New(1)
	store := cluster.NewStore(engine)
	cfg := scriptConfig()
	cfg.BindLatency = func() time.Duration { return 2 * time.Second }
	s, err := scheduler.New(engine, store, cfg)
	require.NoError(t, err)
	var log []string
	store.Observe(func(c *cluster.Change) {
		if c.Reason == cluster.ReasonScheduled {
			p := c.New.(*cluster.Pod)
			log = append(log, fmt.Sprintf("%v %s %s", c.At, p.Name, p.NodeName))
		}
	})
	add := func(at time.Duration, o cluster.Object) {
		engine.At(sim.Time(at), sim.PhaseArrive, sim.Func{Name: "add", Do: func(sim.Time) { require.NoError(t, store.Create(o, cluster.ReasonCreated)) }})
	}
	node := func(name string) *cluster.Node {
		return &cluster.Node{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: name}}, AllocatablePods: 2, Allocatable: cluster.Resources{MilliCPU: 2000}}
	}
	pod := func(name string) *cluster.Pod {
		spec := &cluster.PodSpec{Containers: []cluster.Container{{Requests: cluster.Resources{MilliCPU: 1000}, RequestsCPU: true}}}
		return &cluster.Pod{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: "default", Name: name}}, Spec: spec.Complete()}
	}
	add(0, node("n1"))
	add(time.Second, pod("a"))
	add(3*time.Second, pod("b"))
	add(4*time.Second, pod("c"))
	add(5*time.Second, node("n2"))
	for at, paused := range map[sim.Time]bool{2: true, 10: false} {
		engine.At(at*sim.Time(time.Second), sim.PhaseWorld, sim.Func{Name: "pause", Do: func(sim.Time) { s.Pause(paused) }})
	}
	require.NoError(t, engine.Run(sim.Time(9*time.Second)))
	require.Equal(t, []string{"3s a n1"}, log)
	require.Equal(t, 2, s.Waiting())
	require.NoError(t, engine.Run(sim.Time(20*time.Second)))
	require.Equal(t, []string{"3s a n1", "12s b n2", "12s c n2"}, log)
}

// A cycle that is due in the instant of the pause does not begin.
func TestPauseAtOnce(t *testing.T) {
	engine := sim.New(1)
	store := cluster.NewStore(engine)
	s, err := scheduler.New(engine, store, scriptConfig())
	require.NoError(t, err)
	p := &cluster.Pod{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: "default", Name: "p"}}, Spec: (&cluster.PodSpec{}).Complete()}
	require.NoError(t, store.Create(p, cluster.ReasonCreated))
	engine.At(0, sim.PhaseControl, sim.Func{Name: "pause", Do: func(sim.Time) { s.Pause(true) }})
	require.NoError(t, engine.Run(sim.Time(time.Second)))
	require.Zero(t, s.Decisions())
	s.Pause(false)
	require.NoError(t, engine.Run(sim.Time(2*time.Second)))
	require.Equal(t, uint64(1), s.Decisions())
}
