package kubelet_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/fault"
	"github.com/wavetank/wavetank/sim/kubelet"
)

// deed is one thing that happens to the pods and nodes of a world.
type deed struct {
	at    time.Duration
	kind  int
	which int
	run   time.Duration
	cpu   int64
}

func drawDeeds(t *rapid.T) []deed {
	var deeds []deed
	at := time.Duration(0)
	for i := range rapid.IntRange(1, 40).Draw(t, "deeds") {
		at += time.Duration(rapid.IntRange(0, 3).Draw(t, "pause")) * time.Second
		d := deed{at: at, kind: rapid.IntRange(0, 9).Draw(t, "kind"), which: rapid.IntRange(0, i).Draw(t, "which"), cpu: rapid.Int64Range(0, 3000).Draw(t, "cpu")}
		d.run = rapid.SampledFrom([]time.Duration{cluster.Forever, 0, time.Second, 5 * time.Second}).Draw(t, "run")
		deeds = append(deeds, d)
	}
	return deeds
}

// do does the ith deed: a pod is made and bound, or deleted, or a node fails or comes back.
func (d deed) do(t require.TestingT, store *cluster.Store, i int) {
	node := fmt.Sprint("n", d.which%nodes)
	p := store.Pod(cluster.NamespacedName{Namespace: "default", Name: fmt.Sprint("p", d.which)})
	switch {
	case d.kind == 0:
		require.NoError(t, fault.TakeDown(store, node))
	case d.kind == 1:
		require.NoError(t, fault.BringUp(store, node))
	case d.kind < 5:
		if p != nil {
			require.NoError(t, store.Terminate(cluster.KeyOf(p), cluster.ReasonKilling))
		}
	default:
		made := pod(fmt.Sprint("p", i), d.cpu, d.run)
		spec := *made.Spec
		spec.RestartPolicy = cluster.RestartNever
		made.Spec = spec.Complete()
		require.NoError(t, store.Create(made, cluster.ReasonCreated))
		require.NoError(t, store.Bind(cluster.KeyOf(made), node, 0))
	}
}

// live returns what becomes of each pod: every change of phase and readiness, and every end.
func live(t require.TestingT, cfg kubelet.Config, deeds []deed) map[string]string {
	engine, store, _ := world(t, cfg)
	told := map[string]string{}
	store.Observe(func(c *cluster.Change) {
		before, after := c.Pods()
		switch {
		case before == nil && after == nil:
		case after == nil:
			told[before.Name] += fmt.Sprintln(c.At, c.Reason, "gone")
		default:
			told[after.Name] += fmt.Sprintln(c.At, c.Reason, after.Status.Phase, after.Status.Ready, after.Status.Restarts)
		}
	})
	for i, d := range deeds {
		engine.At(sim.Time(d.at), sim.PhaseArrive, sim.Func{Name: "deed", Do: func(sim.Time) { d.do(t, store, i) }})
	}
	require.NoError(t, engine.Run(sim.Time(time.Hour)))
	require.NoError(t, store.Check())
	return told
}

// A plain pod lives the same life whether it is lived in short or container by container.
func TestPlainPodsAndWorkersAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		deeds := drawDeeds(t)
		stop := time.Duration(rapid.IntRange(0, 4).Draw(t, "stop")) * time.Second
		start := time.Duration(rapid.IntRange(0, 4).Draw(t, "start")) * time.Second
		short := kubelet.Config{Stop: func(*cluster.Pod) time.Duration { return stop }, Start: func(*cluster.Pod) time.Duration { return start }}
		long := short
		long.App = func(p *cluster.Pod) kubelet.App {
			return func(*cluster.Container, int) kubelet.Behaviour {
				return kubelet.Behaviour{RunTime: p.RunTime, Stop: stop}
			}
		}
		require.Equal(t, live(t, short, deeds), live(t, long, deeds))
	})
}

// The same world lives the same life twice.
func TestLivesAreDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		deeds := drawDeeds(t)
		cfg := kubelet.Config{App: does{"": {{RunTime: 3 * sec, ExitCode: 1, Memory: kubelet.MemoryUse{Start: 1 << 28, Growth: 1 << 26}}, serves}}.app}
		require.Equal(t, live(t, cfg, deeds), live(t, cfg, deeds))
	})
}
