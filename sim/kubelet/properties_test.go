package kubelet

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/fault"
)

func drawSeconds(t *rapid.T, name string, most int) time.Duration {
	return time.Duration(rapid.IntRange(0, most).Draw(t, name)) * time.Second
}

func drawProbe(t *rapid.T, name string) *cluster.Probe {
	if !rapid.Bool().Draw(t, name) {
		return nil
	}
	return &cluster.Probe{InitialDelay: drawSeconds(t, "delay", 5), Period: drawSeconds(t, "period", 5), FailureThreshold: rapid.IntRange(0, 4).Draw(t, "failures")}
}

func drawContainers(t *rapid.T, least, most int, init bool) []cluster.Container {
	var list []cluster.Container
	for i := range rapid.IntRange(least, most).Draw(t, "containers") {
		c := cluster.Container{Name: fmt.Sprint(init, i), StartupProbe: drawProbe(t, "startup"), ReadinessProbe: drawProbe(t, "readiness"),
			LivenessProbe: drawProbe(t, "liveness"), PreStop: drawSeconds(t, "hook", 3), Image: rapid.SampledFrom([]string{"", "a", "b", "none"}).Draw(t, "image"),
			Limits: cluster.Resources{Memory: rapid.Int64Range(0, 500).Draw(t, "limit")}, Sidecar: init && rapid.Bool().Draw(t, "sidecar")}
		if rapid.IntRange(0, 9).Draw(t, "refers") == 0 {
			c.ConfigRefs = []cluster.ConfigRef{{Name: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "config")}}
		}
		list = append(list, c)
	}
	return list
}

func drawBehaviour(t *rapid.T) Behaviour {
	b := Behaviour{RunTime: cluster.Forever, ExitCode: rapid.Int32Range(0, 1).Draw(t, "code"), Startup: drawSeconds(t, "up", 20), HangAfter: drawSeconds(t, "hang", 60),
		Stop: drawSeconds(t, "stop", 9), NeverReady: rapid.IntRange(0, 9).Draw(t, "never") == 0,
		Memory: MemoryUse{Start: rapid.Int64Range(0, 300).Draw(t, "memory"), Growth: float64(rapid.IntRange(0, 9).Draw(t, "growth"))}}
	if rapid.Bool().Draw(t, "ends") {
		b.RunTime = drawSeconds(t, "run", 30)
	}
	return b
}

// lawful is a world in which the laws of lives are held against every event.
type lawful struct {
	t      *rapid.T
	engine *sim.Engine
	store  *cluster.Store
	k      *Kubelet
	doomed map[cluster.UID]sim.Time // by when a pod must have gone
}

func newLawful(t *rapid.T) *lawful {
	w := &lawful{t: t, engine: sim.New(1), doomed: map[cluster.UID]sim.Time{}}
	w.store = cluster.NewStore(w.engine)
	app := func(*cluster.Pod) App {
		return func(*cluster.Container, int) Behaviour { return drawBehaviour(t) }
	}
	size := func(_ *cluster.Pod, c *cluster.Container) (int64, bool) { return 3, c.Image != "none" }
	w.k = New(w.engine, w.store, Config{App: app, Images: &Images{Size: size, Bandwidth: 1}})
	for i := range 2 {
		n := &cluster.Node{ObjectMeta: nodeName(fmt.Sprint("n", i)), AllocatablePods: 9, Allocatable: cluster.Resources{Memory: 1000}}
		require.NoError(t, w.store.Create(n, cluster.ReasonCreated))
	}
	w.engine.Observe(func(sim.Time, sim.Event) { w.look() })
	return w
}

func name(s string) cluster.ObjectMeta {
	return cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: "default", Name: s}}
}

func nodeName(s string) cluster.ObjectMeta {
	return cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: s}}
}

// look holds what the store says of each pod against its containers.
func (w *lawful) look() {
	for _, o := range w.store.List(cluster.KindPod) {
		p := o.(*cluster.Pod)
		if by, ok := w.doomed[p.UID]; ok {
			require.LessOrEqual(w.t, w.engine.Now(), by, "%v was to be gone", p.Name)
		}
		l := w.k.lives[p.UID]
		if l == nil || l.work == nil || !p.Status.Ready {
			continue
		}
		for _, c := range l.work.all {
			if !c.init || c.spec.Sidecar {
				require.True(w.t, c.up() && c.serving, "%v is ready, and its container %s is down", p.Name, c.spec.Name)
			}
		}
	}
}

func (w *lawful) disturb(i int) {
	t := w.t
	node := fmt.Sprint("n", rapid.IntRange(0, 1).Draw(t, "node"))
	switch rapid.IntRange(0, 9).Draw(t, "step") {
	case 0:
		require.NoError(t, fault.TakeDown(w.store, node))
	case 1:
		require.NoError(t, fault.BringUp(w.store, node))
	case 2, 3, 4:
		if pods := w.store.List(cluster.KindPod); len(pods) > 0 {
			w.terminate(rapid.SampledFrom(pods).Draw(t, "pod").(*cluster.Pod))
		}
	case 5:
		_ = w.store.Create(&cluster.ConfigMap{ObjectMeta: name(rapid.SampledFrom([]string{"x", "y"}).Draw(t, "config"))}, cluster.ReasonCreated)
	default:
		spec := &cluster.PodSpec{RestartPolicy: cluster.RestartPolicy(rapid.IntRange(0, 2).Draw(t, "policy")), TerminationGracePeriod: drawSeconds(t, "grace", 9),
			InitContainers: drawContainers(t, 0, 2, true), Containers: drawContainers(t, 1, 2, false)}
		p := &cluster.Pod{ObjectMeta: name(fmt.Sprint("p", i)), Spec: spec.Complete(), RunTime: cluster.Forever}
		require.NoError(t, w.store.Create(p, cluster.ReasonCreated))
		require.NoError(t, w.store.Bind(cluster.KeyOf(p), node, 0))
	}
}

// terminate deletes a pod, and notes by when it must be gone: the grace period, and the least time to stop of whatever is
// told so just before that is over.
func (w *lawful) terminate(p *cluster.Pod) {
	if !p.Deleting && p.NodeName != "" {
		w.doomed[p.UID] = w.engine.Now().Add(p.Spec.TerminationGracePeriod + leastStop)
	}
	require.NoError(w.t, w.store.Terminate(cluster.KeyOf(p), cluster.ReasonKilling))
}

// A pod is never ready while one of its containers is down, one that is deleted is gone within its grace period, no node is
// asked for too much, and what is forgotten leaves no event behind.
func TestLawsOfLives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newLawful(t)
		for i := range rapid.IntRange(1, 30).Draw(t, "steps") {
			w.disturb(i)
			require.NoError(t, w.engine.Run(w.engine.Now().Add(drawSeconds(t, "pause", 30))))
			require.NoError(t, w.store.Check())
			w.look()
		}
		for _, o := range w.store.List(cluster.KindPod) {
			w.terminate(o.(*cluster.Pod))
		}
		require.NoError(t, w.engine.Run(sim.Never))
		require.Zero(t, w.store.Len(cluster.KindPod))
		require.Zero(t, w.k.Pods())
		require.Zero(t, w.engine.Pending())
		require.Empty(t, w.k.waiting)
		for _, n := range w.k.nodes {
			require.Empty(t, n.workers)
			require.Empty(t, n.info.Pods)
		}
	})
}

// A container that runs for spans of any length is started again when the back-off says.
func TestRestartsFollowTheBackoff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		runs := rapid.SliceOfN(rapid.IntRange(0, 800), 1, 12).Draw(t, "runs")
		engine := sim.New(1)
		store := cluster.NewStore(engine)
		var began []int
		New(engine, store, Config{App: func(*cluster.Pod) App {
			return func(_ *cluster.Container, run int) Behaviour {
				began = append(began, int(engine.Now().Seconds()))
				if run == len(runs) {
					return Behaviour{RunTime: cluster.Forever}
				}
				return Behaviour{RunTime: time.Duration(runs[run]) * time.Second, ExitCode: 1}
			}
		}})
		require.NoError(t, store.Create(&cluster.Node{ObjectMeta: nodeName("n"), AllocatablePods: 1}, cluster.ReasonCreated))
		p := &cluster.Pod{ObjectMeta: name("p"), Spec: (&cluster.PodSpec{Containers: make([]cluster.Container, 1)}).Complete(), RunTime: cluster.Forever}
		require.NoError(t, store.Create(p, cluster.ReasonCreated))
		require.NoError(t, store.Bind(cluster.KeyOf(p), "n", 0))
		require.NoError(t, engine.Run(sim.Never))
		want := []int{0}
		for _, row := range restarts(runs) {
			want = append(want, row[2])
		}
		require.Equal(t, want, began)
		require.Equal(t, int32(len(runs)), store.Pod(p.NamespacedName).Status.Restarts)
	})
}
