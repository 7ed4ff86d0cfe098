package kubelet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/kubelet"
)

// node changes the state of n0 at a time.
func node(at time.Duration, change func(*cluster.Node)) act {
	return act{at, func(t *testing.T, store *cluster.Store) {
		require.NoError(t, store.EditNode("n0", cluster.ReasonUpdated, change))
	}}
}

func off(at time.Duration) act       { return node(at, func(n *cluster.Node) { n.Down = true }) }
func on(at time.Duration) act        { return node(at, func(n *cluster.Node) { n.Down = false }) }
func isolated(at time.Duration) act  { return node(at, func(n *cluster.Node) { n.Isolated = true }) }
func connected(at time.Duration) act { return node(at, func(n *cluster.Node) { n.Isolated = false }) }
func slowdown(at time.Duration) act  { return node(at, func(n *cluster.Node) { n.Slowdown = 3 }) }
func takes(d time.Duration) func(*cluster.Pod) time.Duration {
	return func(*cluster.Pod) time.Duration { return d }
}

// unready is what a node lifecycle controller does to the pods of a node that is not heard of.
func unready(at time.Duration) act {
	return act{at, func(t *testing.T, store *cluster.Store) {
		p := store.Pod(cluster.NamespacedName{Namespace: "default", Name: "p"})
		require.NoError(t, store.EditPod(cluster.KeyOf(p), "MarkedNotReady", func(p *cluster.Pod) { p.Status.Ready = false }))
	}}
}

func forced(at time.Duration) act {
	return act{at, func(t *testing.T, store *cluster.Store) {
		p := store.Pod(cluster.NamespacedName{Namespace: "default", Name: "p"})
		require.NoError(t, store.Delete(cluster.KeyOf(p), cluster.ReasonPodGC))
	}}
}

var watched = kubelet.Config{Heartbeats: true}

func TestPowerLoss(t *testing.T) {
	starts := kubelet.Config{Heartbeats: true, Pull: takes(10 * sec), Start: takes(2 * sec)}
	simple := cluster.PodSpec{Containers: one(cluster.Container{})}
	probed := cluster.PodSpec{Containers: one(cluster.Container{ReadinessProbe: &cluster.Probe{Period: 5 * sec}})}
	once := cluster.PodSpec{RestartPolicy: cluster.RestartNever, Containers: one(cluster.Container{})}
	tell(t, []story{
		{name: "nothing is written while it lasts", cfg: watched, spec: simple, acts: []act{off(5 * sec)}, until: time.Hour,
			want: "0s Started: Running ready"},
		{name: "a plain pod starts again, at once", cfg: watched, spec: simple, acts: []act{off(5 * sec), on(60 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				1m0s Restarted: Running restarts=1
				1m0s Ready: Running ready restarts=1`},
		{name: "or in the time that takes: the image is there", cfg: starts, spec: simple, acts: []act{off(20 * sec), on(60 * sec)}, until: time.Hour,
			want: `12s Started: Running ready
				1m0s Restarted: Running restarts=1
				1m2s Ready: Running ready restarts=1`},
		{name: "the power fails again before it has", cfg: starts, spec: simple, acts: []act{off(20 * sec), on(60 * sec), off(61 * sec), on(90 * sec)}, until: time.Hour,
			want: `12s Started: Running ready
				1m0s Restarted: Running restarts=1
				1m32s Ready: Running ready restarts=1`},
		{name: "a pod that had not started begins anew", cfg: starts, spec: simple, acts: []act{off(5 * sec), on(60 * sec)}, until: time.Hour,
			want: "1m12s Started: Running ready"},
		{name: "a pod that runs for a time has lost what it did", cfg: watched, spec: simple, run: 10 * sec, acts: []act{off(5 * sec), on(60 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				1m0s Failed: Failed Unknown exit=255`},
		{name: "so has one that is never restarted", cfg: watched, spec: once, acts: []act{off(5 * sec), on(60 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				1m0s Failed: Failed Unknown exit=255`},
		{name: "container by container too", cfg: watched, spec: once, does: does{"c": {serves}}, acts: []act{off(5 * sec), on(60 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				1m0s Failed: Failed Unknown exit=255`},
		{name: "a pod that is deleted meanwhile is gone on return", cfg: watched, spec: simple, acts: []act{off(5 * sec), remove(20 * sec), on(60 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				20s Killing: Running ready
				1m0s Killed: gone`},
		{name: "and one that ended when the power failed", cfg: watched, spec: cluster.PodSpec{TerminationGracePeriod: 30 * sec, Containers: one(cluster.Container{})},
			does: does{"c": {{RunTime: cluster.Forever, Stop: 20 * sec}}}, acts: []act{remove(5 * sec), off(10 * sec), on(60 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				5s Killing: Running ready
				1m0s Killed: gone`},
		{name: "and one whose object is gone is no more", cfg: watched, spec: simple, acts: []act{off(5 * sec), forced(20 * sec), on(60 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				20s DeletionByPodGC: gone`},
		{name: "containers start again, are probed, and have no back-off", cfg: watched, spec: probed,
			does:  does{"c": {{RunTime: cluster.Forever, Startup: 7 * sec}}},
			acts:  []act{off(15 * sec), on(61 * sec)},
			until: time.Hour,
			want: `0s Started: Running
				10s Ready: Running ready
				1m1s Unknown: Running Unknown
				1m1s Restarted: Running restarts=1
				1m11s Ready: Running ready restarts=1`},
		{name: "one that backed off is started at once", cfg: watched, spec: simple, does: does{"c": {fails, fails, serves}},
			acts: []act{off(8 * sec), on(9 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				3s Restarted: Running ready restarts=1
				6s CrashLoopBackOff: Running CrashLoopBackOff restarts=1
				9s Updated: Running restarts=1
				9s Restarted: Running ready restarts=2`},
		{name: "init containers run again", cfg: watched, does: does{"i": {done}, "c": {serves}}, acts: []act{off(5 * sec), on(60 * sec)}, until: time.Hour,
			spec: cluster.PodSpec{InitContainers: []cluster.Container{{Name: "i"}}, Containers: one(cluster.Container{})},
			want: `0s PodInitializing: Pending PodInitializing
				3s Started: Running ready
				1m0s Unknown: Running Unknown
				1m0s Restarted: Running Unknown restarts=1
				1m3s Restarted: Running ready restarts=2`},
		{name: "what has done its work is not started again", cfg: watched, does: does{"a": {done}, "b": {serves}}, acts: []act{off(5 * sec), on(60 * sec)}, until: time.Hour,
			spec: cluster.PodSpec{RestartPolicy: cluster.RestartOnFailure, Containers: []cluster.Container{{Name: "a"}, {Name: "b"}}},
			want: `0s Started: Running ready
				3s Unready: Running
				1m0s Unknown: Running Unknown
				1m0s Restarted: Running restarts=1`},
		{name: "the power fails in the instant in which it would be ready", cfg: watched, spec: probed, does: does{"c": {{RunTime: cluster.Forever, Startup: 7 * sec}}},
			acts: []act{off(10 * sec)}, until: time.Hour,
			want: `0s Started: Running
				10s Ready: Running ready`},
		{name: "a wink of power starts everything again", cfg: watched, spec: simple, acts: []act{off(5 * sec), on(5 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				5s Restarted: Running restarts=1
				5s Ready: Running ready restarts=1`},
		{name: "without a controller to watch over nodes pods fail at once", spec: simple, acts: []act{off(5 * sec), on(60 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				5s NodeLost: Failed NodeLost`},
	})
}

func TestIsolation(t *testing.T) {
	simple := cluster.PodSpec{TerminationGracePeriod: 30 * sec, Containers: one(cluster.Container{})}
	once := cluster.PodSpec{RestartPolicy: cluster.RestartNever, Containers: one(cluster.Container{})}
	stops := kubelet.Config{Heartbeats: true, Stop: takes(4 * sec)}
	tell(t, []story{
		{name: "containers go on, and nothing is to be said", cfg: watched, spec: simple, acts: []act{isolated(5 * sec), connected(60 * sec)}, until: time.Hour,
			want: "0s Started: Running ready"},
		{name: "what others say of the pod is put right", cfg: watched, spec: simple, acts: []act{isolated(5 * sec), unready(45 * sec), connected(60 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				45s MarkedNotReady: Running
				1m0s Ready: Running ready`},
		{name: "and of one that is lived container by container", cfg: watched, spec: simple, does: does{"c": {serves}},
			acts: []act{isolated(5 * sec), unready(45 * sec), connected(60 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				45s MarkedNotReady: Running
				1m0s Ready: Running ready`},
		{name: "its end is told when it can be", cfg: watched, spec: once, run: 10 * sec, acts: []act{isolated(5 * sec), connected(60 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				1m0s Completed: Succeeded`},
		{name: "the last state alone is told", cfg: watched, spec: simple, does: does{"c": {fails, fails, serves}}, acts: []act{isolated(2 * sec), connected(60 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				1m0s Restarted: Running ready restarts=2`},
		{name: "a pod that is deleted meanwhile ends when it is heard of, with all its grace", cfg: stops, spec: simple,
			acts: []act{isolated(5 * sec), remove(20 * sec), connected(60 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				20s Killing: Running ready
				1m4s Killed: gone`},
		{name: "container by container too", cfg: watched, spec: simple, does: does{"c": {{RunTime: cluster.Forever, Stop: 20 * sec}}},
			acts: []act{isolated(5 * sec), remove(20 * sec), connected(60 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				20s Killing: Running ready
				1m20s Killed: gone`},
		{name: "one that had been told before ends there, and goes when it is told", cfg: stops, spec: simple,
			acts: []act{remove(4 * sec), isolated(5 * sec), connected(60 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				4s Killing: Running ready
				1m0s Killed: gone`},
		{name: "one that came to its own end and is deleted goes", cfg: watched, spec: once, run: 10 * sec, acts: []act{isolated(5 * sec), remove(20 * sec), connected(60 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				20s Killing: Running ready
				1m0s Completed: Succeeded
				1m0s Killed: gone`},
		{name: "one that is gone from the API runs until that is heard", cfg: watched, spec: simple, acts: []act{isolated(5 * sec), forced(20 * sec), connected(60 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				20s DeletionByPodGC: gone`},
		{name: "the power fails meanwhile: the runtime remembers how it ended", cfg: watched, spec: once, run: 10 * sec,
			acts: []act{isolated(5 * sec), off(20 * sec), on(30 * sec), connected(60 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				1m0s Completed: Succeeded`},
		{name: "a machine that starts and is not connected runs nothing", cfg: watched, spec: simple, acts: []act{off(5 * sec), isolated(10 * sec), on(20 * sec), connected(60 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				1m0s Restarted: Running restarts=1
				1m0s Ready: Running ready restarts=1`},
		{name: "an object that is waited for is seen on return", cfg: watched, does: does{"c": {serves}},
			spec: cluster.PodSpec{Containers: one(cluster.Container{ConfigRefs: []cluster.ConfigRef{{Name: "x"}}})},
			acts: []act{isolated(5 * sec), config(20*sec, "default", "x", false), connected(63 * sec)}, until: time.Hour,
			want: `0s CreateContainerConfigError: Pending CreateContainerConfigError configmap "x" not found
				1m10s Started: Running ready`},
		{name: "the API server that does not answer is the same to all", cfg: watched, spec: once, run: 10 * sec, until: time.Hour,
			hands: []hand{{5 * sec, pause(true)}, {60 * sec, pause(false)}},
			want: `0s Started: Running ready
				1m0s Completed: Succeeded`},
		{name: "a node that is isolated too stays so", cfg: watched, spec: once, run: 10 * sec, until: time.Hour, acts: []act{isolated(7 * sec), connected(90 * sec)},
			hands: []hand{{5 * sec, pause(true)}, {60 * sec, pause(false)}},
			want: `0s Started: Running ready
				1m30s Completed: Succeeded`},
		{name: "without a controller to watch over nodes nobody minds", spec: once, run: 10 * sec, until: time.Hour, hands: []hand{{5 * sec, pause(true)}},
			want: `0s Started: Running ready
				10s Completed: Succeeded`},
	})
}

func pause(paused bool) func(*kubelet.Kubelet) {
	return func(k *kubelet.Kubelet) { k.Pause(paused) }
}

// A write that comes late says when what it tells of came to pass.
func TestLateWritesKeepTheirTimes(t *testing.T) {
	engine, store, _ := world(t, watched)
	key := place(t, store, "p", 100, 10*sec)
	require.NoError(t, engine.Run(at(5)))
	require.NoError(t, store.EditNode("n0", cluster.ReasonUpdated, func(n *cluster.Node) { n.Isolated = true }))
	require.NoError(t, engine.Run(at(60)))
	require.Equal(t, cluster.Running, store.Pod(key.NamespacedName).Status.Phase)
	require.NoError(t, store.EditNode("n0", cluster.ReasonUpdated, func(n *cluster.Node) { n.Isolated = false }))
	require.NoError(t, engine.Run(at(61)))
	p := store.Pod(key.NamespacedName)
	require.Equal(t, at(10), p.Status.FinishedAt)
	require.Equal(t, at(10), p.Status.ReadyTransition)
}

// Pods that are bound to a node that cannot hear of it are admitted when it can; those that are deleted by then never run.
func TestBoundMeanwhile(t *testing.T) {
	for name, change := range map[string]func(*cluster.Node, bool){
		"off":      func(n *cluster.Node, yes bool) { n.Down = yes },
		"isolated": func(n *cluster.Node, yes bool) { n.Isolated = yes },
	} {
		t.Run(name, func(t *testing.T) {
			engine, store, k := world(t, watched)
			set := func(yes bool) {
				require.NoError(t, store.EditNode("n0", cluster.ReasonUpdated, func(n *cluster.Node) { change(n, yes) }))
			}
			set(true)
			require.NoError(t, engine.Run(at(1)))
			a, b, c := place(t, store, "a", 1000, cluster.Forever), place(t, store, "b", 1000, cluster.Forever), place(t, store, "c", 9000, cluster.Forever)
			gone := place(t, store, "gone", 1000, cluster.Forever)
			require.NoError(t, engine.Run(at(10)))
			require.Zero(t, k.Pods())
			require.Equal(t, cluster.Pending, store.Pod(a.NamespacedName).Status.Phase)
			require.NoError(t, store.Terminate(b, cluster.ReasonKilling))
			require.NoError(t, store.Delete(gone, cluster.ReasonDeleted))
			require.NoError(t, engine.Run(at(20)))
			set(false)
			require.NoError(t, engine.Run(at(21)))
			require.True(t, store.Pod(a.NamespacedName).Status.Ready)
			require.Nil(t, store.Pod(b.NamespacedName))
			require.Equal(t, "OutOfcpu", store.Pod(c.NamespacedName).Status.Reason)
			require.Equal(t, 1, k.Pods())
		})
	}
}

// News that comes late, of what the kubelet has found out by itself since, changes nothing.
func TestLateNews(t *testing.T) {
	engine, store, k := world(t, kubelet.Config{Heartbeats: true, WatchLatency: func() time.Duration { return 5 * sec }, Stop: takes(8 * sec)})
	key := place(t, store, "p", 100, cluster.Forever)
	cut := func(yes bool) {
		require.NoError(t, store.EditNode("n0", cluster.ReasonUpdated, func(n *cluster.Node) { n.Isolated = yes }))
	}
	require.NoError(t, engine.Run(at(10)))
	cut(true)
	spec := *store.Pod(key.NamespacedName).Spec
	require.Equal(t, 2*sec, spec.TerminationGracePeriod)
	late := place(t, store, "late", 100, cluster.Forever)
	require.NoError(t, engine.Run(at(12)))
	require.NoError(t, store.Terminate(key, cluster.ReasonKilling))
	require.NoError(t, engine.Run(at(16)))
	cut(false) // hears of the binding by looking, the news of the deletion comes at 17 s
	require.NoError(t, engine.Run(at(17)))
	require.True(t, store.Pod(late.NamespacedName).Status.Ready)
	require.NotNil(t, store.Pod(key.NamespacedName), "its grace began at 16 s")
	require.NoError(t, engine.Run(at(18)))
	require.Nil(t, store.Pod(key.NamespacedName))
	require.Equal(t, 1, k.Pods())
}

// A node that is taken out of the cluster while it cannot be reached leaves nothing behind.
func TestDeletedWhileUnreachable(t *testing.T) {
	engine, store, k := world(t, watched)
	place(t, store, "a", 100, cluster.Forever)
	require.NoError(t, engine.Run(at(1)))
	require.NoError(t, store.EditNode("n0", cluster.ReasonUpdated, func(n *cluster.Node) { n.Isolated = true }))
	require.NoError(t, engine.Run(at(2)))
	b := place(t, store, "b", 100, cluster.Forever)
	require.NoError(t, engine.Run(at(3)))
	require.NoError(t, store.Delete(cluster.KeyOf(store.Node("n0")), cluster.ReasonDeleted))
	require.NoError(t, engine.Run(at(4)))
	require.Zero(t, k.Pods())
	require.Equal(t, "NodeLost", store.Pod(b.NamespacedName).Status.Reason)
}

func TestSlowNode(t *testing.T) {
	cfg := kubelet.Config{Pull: takes(4 * sec), Start: takes(sec), Stop: takes(2 * sec)}
	spec := cluster.PodSpec{RestartPolicy: cluster.RestartNever, TerminationGracePeriod: 30 * sec, Containers: one(cluster.Container{})}
	probed := cluster.PodSpec{TerminationGracePeriod: 30 * sec, Containers: one(cluster.Container{ReadinessProbe: &cluster.Probe{Period: sec}})}
	images := &kubelet.Images{Bandwidth: 1, Size: func(*cluster.Pod, *cluster.Container) (int64, bool) { return 4, true }}
	slow := slowdown(0)
	slow.do = func(t *testing.T, store *cluster.Store) {}
	tell(t, []story{
		{name: "what has begun goes on as it was", cfg: cfg, spec: spec, run: 10 * sec, acts: []act{slowdown(3 * sec)}, until: time.Hour,
			want: `5s Started: Running ready
				35s Completed: Succeeded`},
		{name: "an end that begins then takes longer", cfg: cfg, spec: spec, acts: []act{slowdown(8 * sec), remove(10 * sec)}, until: time.Hour,
			want: `5s Started: Running ready
				10s Killing: Running ready
				16s Killed: gone`},
		{name: "container by container", cfg: kubelet.Config{}, spec: probed, does: does{"c": {{RunTime: 20 * sec, ExitCode: 1, Startup: 2 * sec, Stop: 2 * sec}}},
			acts: []act{slowdown(8 * sec), remove(30 * sec)}, until: time.Hour,
			want: `0s Started: Running
				2s Ready: Running ready
				20s Restarted: Running restarts=1
				26s Ready: Running ready restarts=1
				30s Killing: Running ready restarts=1
				36s Killed: gone`},
		{name: "images come late", cfg: kubelet.Config{Images: images, App: does{"c": {serves}}.app}, until: time.Hour, acts: []act{slowdown(0)},
			spec: cluster.PodSpec{Containers: one(cluster.Container{Image: "i"})},
			want: `0s ContainerCreating: Pending ContainerCreating
				12s Started: Running ready`},
	})
}
