package scheduler_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/config"
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/scheduler/plugins"
	"github.com/wavetank/wavetank/sim/cluster"
)

// keeper notes for whom it was to reserve, and refuses pods of priority 9.
type keeper struct{ told []string }

func (*keeper) Name() string { return "Keeper" }

func (k *keeper) Reserve(_ *framework.CycleState, pod *cluster.Pod, node string) *framework.Status {
	k.told = append(k.told, pod.Name+" on "+node)
	if pod.Spec.Priority == 9 {
		return framework.NewStatus("Keeper", framework.Unschedulable, "taken")
	}
	return nil
}

func (k *keeper) Unreserve(*framework.CycleState, *cluster.Pod, string) {}

func TestProfileReserves(t *testing.T) {
	k := &keeper{}
	registry := maps.Clone(plugins.InTree())
	registry["Keeper"] = func(framework.Args, framework.Handle) (framework.Plugin, error) { return k, nil }
	cfg, err := config.Default(registry)
	require.NoError(t, err)
	pc := cfg.Profiles[0]
	pc.Reserve = []string{"Keeper"}
	p, err := scheduler.NewProfile(pc, registry, drawer(), false)
	require.NoError(t, err)

	view := cluster.NewSnapshot(nil)
	n := &cluster.Node{AllocatablePods: 9}
	n.Name = "n"
	view.AddNode(n)
	placed := func(name string, priority int32) (*framework.CycleState, *cluster.Pod) {
		pod := &cluster.Pod{Spec: (&cluster.PodSpec{Priority: priority}).Complete()}
		pod.Name = name
		d := p.Schedule([]*cluster.Pod{pod}, view)[0]
		require.Equal(t, "n", d.Node)
		pod.NodeName = d.Node
		return d.State, pod
	}
	require.True(t, p.Reserve(placed("a", 0)).IsSuccess())
	require.Equal(t, "taken", p.Reserve(placed("b", 9)).Message())
	require.Equal(t, []string{"a on n", "b on n"}, k.told)
	_, pod := placed("c", 0)
	require.Nil(t, p.Reserve(nil, pod), "no state: no plugin takes part")
	require.Len(t, k.told, 2)
}
