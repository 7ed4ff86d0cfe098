package kubelet_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/fault"
	"github.com/wavetank/wavetank/sim/kubelet"
)

func TestRestarts(t *testing.T) {
	tell(t, []story{
		{name: "a container that fails backs off", does: does{"c": {fails}}, until: time.Minute,
			spec: cluster.PodSpec{Containers: one(cluster.Container{})},
			want: `0s Started: Running ready
				3s Restarted: Running ready restarts=1
				6s CrashLoopBackOff: Running CrashLoopBackOff restarts=1
				16s Restarted: Running ready restarts=2
				19s CrashLoopBackOff: Running CrashLoopBackOff restarts=2
				39s Restarted: Running ready restarts=3
				42s CrashLoopBackOff: Running CrashLoopBackOff restarts=3`},
		{name: "and one that is done, if it is always to run", does: does{"c": {done, done, serves}}, until: time.Minute,
			spec: cluster.PodSpec{Containers: one(cluster.Container{})},
			want: `0s Started: Running ready
				3s Restarted: Running ready restarts=1
				6s CrashLoopBackOff: Running CrashLoopBackOff restarts=1
				16s Restarted: Running ready restarts=2`},
		{name: "on failure", does: does{"c": {fails, done}}, until: time.Minute,
			spec: cluster.PodSpec{RestartPolicy: cluster.RestartOnFailure, Containers: one(cluster.Container{})},
			want: `0s Started: Running ready
				3s Restarted: Running ready restarts=1
				6s Completed: Succeeded Completed restarts=1`},
		{name: "never", does: does{"c": {fails}}, until: time.Minute,
			spec: cluster.PodSpec{RestartPolicy: cluster.RestartNever, Containers: one(cluster.Container{})},
			want: `0s Started: Running ready
				3s Failed: Failed Error exit=1`},
		{name: "never, and one of two goes on for a while", does: does{"a": {fails}, "b": {{RunTime: 9 * sec}}}, until: time.Minute,
			spec: cluster.PodSpec{RestartPolicy: cluster.RestartNever, Containers: []cluster.Container{{Name: "a"}, {Name: "b"}}},
			want: `0s Started: Running ready
				3s Error: Running Error
				9s Failed: Failed Error exit=1`},
		{name: "no time at all", does: does{"c": {{}}}, until: time.Minute,
			spec: cluster.PodSpec{RestartPolicy: cluster.RestartNever, Containers: one(cluster.Container{})},
			want: `0s Started: Running ready
				0s Completed: Succeeded Completed`},
		{name: "no time at all, again and again", does: does{"c": {{}}}, until: 20 * time.Second,
			spec: cluster.PodSpec{Containers: one(cluster.Container{})},
			want: `0s Started: Running ready
				0s Restarted: Running ready restarts=1
				0s CrashLoopBackOff: Running CrashLoopBackOff restarts=1
				10s Restarted: Running ready restarts=2
				10s CrashLoopBackOff: Running CrashLoopBackOff restarts=2`},
		{name: "more memory than the limit", does: does{"c": {{RunTime: 90 * sec, Memory: kubelet.MemoryUse{Start: 1 << 20, Growth: 1 << 20}}}}, until: 4 * sec,
			spec: cluster.PodSpec{RestartPolicy: cluster.RestartNever, Containers: one(cluster.Container{Limits: cluster.Resources{Memory: 4<<20 - 1}})},
			want: `0s Started: Running ready
				3s Failed: Failed OOMKilled exit=137`},
	})
}

func TestInitContainersAndSidecars(t *testing.T) {
	spec := func(policy cluster.RestartPolicy, init ...cluster.Container) cluster.PodSpec {
		return cluster.PodSpec{RestartPolicy: policy, InitContainers: init, Containers: one(cluster.Container{}), TerminationGracePeriod: 30 * sec}
	}
	a, b := cluster.Container{Name: "a"}, cluster.Container{Name: "b"}
	side := cluster.Container{Name: "s", Sidecar: true}
	slow := cluster.Container{Name: "s", Sidecar: true, StartupProbe: &cluster.Probe{Period: sec}}
	tell(t, []story{
		{name: "one after another", does: does{"a": {done}, "b": {{RunTime: 2 * sec}}, "c": {serves}}, until: time.Minute,
			spec: spec(cluster.RestartAlways, a, b),
			want: `0s PodInitializing: Pending PodInitializing
				5s Started: Running ready`},
		{name: "again until it succeeds", does: does{"a": {fails, fails, done}, "c": {serves}}, until: time.Minute,
			spec: spec(cluster.RestartAlways, a),
			want: `0s PodInitializing: Pending PodInitializing
				3s Restarted: Pending PodInitializing restarts=1
				6s CrashLoopBackOff: Pending CrashLoopBackOff restarts=1
				16s PodInitializing: Pending PodInitializing restarts=2
				19s Started: Running ready restarts=2`},
		{name: "never again", does: does{"a": {fails}}, until: time.Minute, spec: spec(cluster.RestartNever, a),
			want: `0s PodInitializing: Pending PodInitializing
				3s Failed: Failed Error exit=1`},
		{name: "a sidecar runs beside the others, and ends after them", until: time.Minute, spec: spec(cluster.RestartNever, side, a),
			does: does{"s": {{RunTime: cluster.Forever, Stop: 2 * sec}}, "a": {done}, "c": {done}},
			want: `0s PodInitializing: Pending PodInitializing
				3s Started: Running ready
				6s Unready: Running
				8s Completed: Succeeded Completed`},
		{name: "what follows a sidecar waits until it has started", until: time.Minute, spec: spec(cluster.RestartAlways, slow),
			does: does{"s": {{RunTime: cluster.Forever, Startup: 1500 * time.Millisecond}}, "c": {serves}},
			want: `0s PodInitializing: Pending PodInitializing
				2s Started: Running ready`},
		{name: "a sidecar is always started again", until: time.Minute, spec: spec(cluster.RestartNever, side),
			does: does{"s": {fails, serves}, "c": {serves}},
			want: `0s Started: Running ready
				3s Restarted: Running ready restarts=1`},
	})
}

func TestProbes(t *testing.T) {
	every := func(p time.Duration) *cluster.Probe { return &cluster.Probe{Period: p} }
	spec := func(c cluster.Container) cluster.PodSpec {
		return cluster.PodSpec{Containers: one(c), TerminationGracePeriod: 30 * sec}
	}
	up := func(d time.Duration) kubelet.Behaviour {
		return kubelet.Behaviour{RunTime: cluster.Forever, Startup: d}
	}
	hangs := kubelet.Behaviour{RunTime: cluster.Forever, HangAfter: 20 * sec, Stop: 4 * sec}
	tell(t, []story{
		{name: "ready at the first probe that is answered", does: does{"c": {up(7 * sec)}}, until: time.Minute,
			spec: spec(cluster.Container{ReadinessProbe: every(5 * sec)}),
			want: `0s Started: Running
				10s Ready: Running ready`},
		{name: "without a probe as soon as it runs", does: does{"c": {up(7 * sec)}}, until: time.Minute, spec: spec(cluster.Container{}),
			want: `0s Started: Running ready`},
		{name: "never", does: does{"c": {{RunTime: cluster.Forever, NeverReady: true}}}, until: time.Hour,
			spec: spec(cluster.Container{ReadinessProbe: every(sec)}), want: `0s Started: Running`},
		{name: "readiness is asked when the startup probe has passed", does: does{"c": {up(7 * sec)}}, until: time.Minute,
			spec: spec(cluster.Container{StartupProbe: every(4 * sec), ReadinessProbe: every(5 * sec)}),
			want: `0s Started: Running
				8s Ready: Running ready`},
		{name: "a startup that takes too long", does: does{"c": {up(time.Hour), up(0)}}, until: time.Minute,
			spec: spec(cluster.Container{StartupProbe: every(4 * sec)}),
			want: `0s Started: Running
				8s Restarted: Running ready restarts=1`},
		{name: "it hangs and is not ready any more", does: does{"c": {hangs}}, until: time.Minute,
			spec: spec(cluster.Container{ReadinessProbe: every(5 * sec)}),
			want: `0s Started: Running ready
				31s Unready: Running`},
		{name: "it hangs and is started again", does: does{"c": {hangs, up(0)}}, until: time.Minute,
			spec: spec(cluster.Container{LivenessProbe: every(5 * sec)}),
			want: `0s Started: Running ready
				35s Restarted: Running ready restarts=1`},
		{name: "it hangs, and the pod is not to restart", does: does{"c": {hangs}}, until: time.Minute,
			spec: cluster.PodSpec{RestartPolicy: cluster.RestartNever, TerminationGracePeriod: 2 * sec, Containers: one(cluster.Container{LivenessProbe: every(5 * sec)})},
			want: `0s Started: Running ready
				33s Failed: Failed Error exit=137`},
		{name: "a probe's own grace period", does: does{"c": {hangs}}, until: time.Minute,
			spec: cluster.PodSpec{RestartPolicy: cluster.RestartNever, TerminationGracePeriod: 2 * sec,
				Containers: one(cluster.Container{LivenessProbe: &cluster.Probe{Period: 5 * sec, GracePeriod: 9 * sec}})},
			want: `0s Started: Running ready
				35s Failed: Failed Error exit=143`},
		{name: "without an App the probes pass", until: time.Minute, spec: spec(cluster.Container{ReadinessProbe: &cluster.Probe{InitialDelay: 12 * sec}}),
			want: `0s Started: Running
				20s Ready: Running ready`},
	})
}

func TestGracefulEnd(t *testing.T) {
	spec := func(grace time.Duration, c cluster.Container, init ...cluster.Container) cluster.PodSpec {
		return cluster.PodSpec{Containers: one(c), InitContainers: init, TerminationGracePeriod: grace}
	}
	stops := func(d time.Duration) kubelet.Behaviour { return kubelet.Behaviour{RunTime: cluster.Forever, Stop: d} }
	side := func(name string) cluster.Container { return cluster.Container{Name: name, Sidecar: true} }
	tell(t, []story{
		{name: "hook, then the app", does: does{"c": {stops(4 * sec)}}, until: time.Minute, acts: []act{remove(5 * sec)},
			spec: spec(30*sec, cluster.Container{PreStop: 10 * sec}),
			want: `0s Started: Running ready
				5s Killing: Running ready
				19s Killed: gone`},
		{name: "killed when the grace period is over", does: does{"c": {stops(time.Hour)}}, until: time.Minute, acts: []act{remove(5 * sec), remove(9 * sec)},
			spec: spec(30*sec, cluster.Container{}),
			want: `0s Started: Running ready
				5s Killing: Running ready
				35s Killed: gone`},
		{name: "a container that backs off is not started any more", does: does{"c": {fails}}, until: time.Minute, acts: []act{remove(7 * sec)},
			spec: spec(30*sec, cluster.Container{}),
			want: `0s Started: Running ready
				3s Restarted: Running ready restarts=1
				6s CrashLoopBackOff: Running CrashLoopBackOff restarts=1
				7s Killing: Running CrashLoopBackOff restarts=1
				7s Killed: gone`},
		{name: "sidecars end last, the last first", until: time.Minute, acts: []act{remove(5 * sec)},
			does: does{"a": {stops(sec)}, "b": {stops(2 * sec)}, "c": {stops(4 * sec)}}, spec: spec(30*sec, cluster.Container{}, side("a"), side("b")),
			want: `0s Started: Running ready
				5s Killing: Running ready
				9s Error: Running Error
				12s Killed: gone`},
		{name: "what hangs while it waits for its turn is left alone", until: time.Minute, acts: []act{remove(5 * sec)},
			does: does{"a": {{RunTime: cluster.Forever, HangAfter: 6 * sec, Stop: sec}}, "c": {stops(20 * sec)}},
			spec: spec(30*sec, cluster.Container{}, cluster.Container{Name: "a", Sidecar: true, LivenessProbe: &cluster.Probe{Period: sec}}),
			want: `0s Started: Running ready
				5s Killing: Running ready
				25s Error: Running Error
				26s Killed: gone`},
		{name: "a deletion does not prolong an end that has begun", until: time.Minute, acts: []act{remove(4 * sec)},
			does: does{"a": {stops(10 * sec)}, "b": {stops(4 * sec)}, "c": {done}},
			spec: cluster.PodSpec{RestartPolicy: cluster.RestartNever, InitContainers: []cluster.Container{side("a"), side("b")},
				Containers: one(cluster.Container{}), TerminationGracePeriod: 9 * sec},
			want: `0s Started: Running ready
				3s Unready: Running
				4s Killing: Running
				7s Error: Running Error
				12s Completed: Succeeded Completed
				12s CleanedUp: gone`},
		{name: "a container that would end before it is killed does so", does: does{"c": {{RunTime: 7 * sec, ExitCode: 3, Stop: 2 * sec}}}, until: time.Minute, acts: []act{remove(5 * sec)},
			spec: cluster.PodSpec{RestartPolicy: cluster.RestartNever, Containers: one(cluster.Container{}), TerminationGracePeriod: 9 * sec},
			want: `0s Started: Running ready
				5s Killing: Running ready
				7s Failed: Failed Error exit=3
				7s CleanedUp: gone`},
		{name: "in the middle of an init container", until: time.Minute, acts: []act{remove(2 * sec)},
			does: does{"a": {{RunTime: 20 * sec, Stop: 3 * sec}}}, spec: spec(30*sec, cluster.Container{}, cluster.Container{Name: "a"}),
			want: `0s PodInitializing: Pending PodInitializing
				2s Killing: Pending PodInitializing
				5s Killed: gone`},
		{name: "a pod that is over by itself ends once", until: time.Minute, acts: []act{remove(4 * sec)},
			does: does{"a": {stops(10 * sec)}, "c": {done}},
			spec: cluster.PodSpec{RestartPolicy: cluster.RestartNever, InitContainers: []cluster.Container{side("a")}, Containers: one(cluster.Container{}), TerminationGracePeriod: 5 * sec},
			want: `0s Started: Running ready
				3s Unready: Running
				4s Killing: Running
				8s Completed: Succeeded Completed
				8s CleanedUp: gone`},
	})
}

func TestMissingObjects(t *testing.T) {
	refs := []cluster.ConfigRef{{Name: "app"}, {Name: "key", Secret: true}}
	tell(t, []story{
		{name: "a container waits for what it refers to", does: does{"c": {serves}}, until: time.Hour,
			spec: cluster.PodSpec{Containers: one(cluster.Container{ConfigRefs: refs})},
			acts: []act{config(2*sec, "other", "app", false), config(3*sec, "default", "app", true), config(5*sec, "default", "app", false),
				config(31*sec, "default", "key", true)},
			want: `0s CreateContainerConfigError: Pending CreateContainerConfigError configmap "app" not found
				10s Updated: Pending CreateContainerConfigError secret "key" not found
				40s Started: Running ready`},
		{name: "a volume holds up all containers", until: time.Hour, acts: []act{config(10*sec, "default", "app", false)},
			spec: cluster.PodSpec{Containers: []cluster.Container{{}, {}}, ConfigVolumes: refs[:1]},
			want: `0s ContainerCreating: Pending ContainerCreating MountVolume.SetUp failed: configmap "app" not found
				10s Started: Running ready`},
		{name: "a pod that waits can be deleted", until: time.Hour, acts: []act{remove(4 * sec), config(5*sec, "default", "app", false)},
			spec: cluster.PodSpec{Containers: one(cluster.Container{}), ConfigVolumes: refs[:1], TerminationGracePeriod: 30 * sec},
			want: `0s ContainerCreating: Pending ContainerCreating MountVolume.SetUp failed: configmap "app" not found
				4s Killing: Pending ContainerCreating MountVolume.SetUp failed: configmap "app" not found
				4s Killed: gone`},
	})
}

// Two ways of saying nothing: without an App, or with none for this pod. A recorded run time is the pod's, so that it ends
// whatever its restart policy; and what the configuration says of stopping counts.
func TestPodsWithoutAnApp(t *testing.T) {
	side, init := cluster.Container{Name: "s", Sidecar: true}, cluster.Container{Name: "i"}
	none := func(*cluster.Pod) kubelet.App { return nil }
	stop := func(*cluster.Pod) time.Duration { return 2 * sec }
	spec := cluster.PodSpec{InitContainers: []cluster.Container{init, side}, Containers: one(cluster.Container{}), TerminationGracePeriod: 30 * sec}
	tell(t, []story{
		{name: "a plain pod", cfg: kubelet.Config{App: none}, run: 5 * sec, until: time.Minute, spec: cluster.PodSpec{Containers: one(cluster.Container{})},
			want: `0s Started: Running ready
				5s Completed: Succeeded`},
		{name: "containers of all kinds", cfg: kubelet.Config{App: none, Stop: stop}, run: 5 * sec, until: time.Minute, spec: spec,
			want: `0s PodInitializing: Pending PodInitializing
				0s Started: Running ready
				5s Unready: Running
				7s Completed: Succeeded Completed`},
		{name: "until it is deleted", cfg: kubelet.Config{Stop: stop}, until: time.Minute, spec: spec, acts: []act{remove(9 * sec)},
			want: `0s PodInitializing: Pending PodInitializing
				0s Started: Running ready
				9s Killing: Running ready
				11s Error: Running Error
				13s Killed: gone`},
		{name: "what takes time before", until: time.Minute, acts: []act{remove(4 * sec)}, spec: spec,
			cfg: kubelet.Config{Start: func(*cluster.Pod) time.Duration { return 9 * sec }},
			want: `4s Killing: Pending
				4s Killed: gone`},
	})
}

// The node of a pod with containers fails: nothing of it goes on.
func TestContainersOnANodeThatFails(t *testing.T) {
	down := func(store *cluster.Store, node string) error { return fault.TakeDown(store, node) }
	tell(t, []story{
		{name: "in back-off", does: does{"c": {fails}}, until: time.Hour, acts: []act{onNode(8*sec, down)}, spec: cluster.PodSpec{Containers: one(cluster.Container{})},
			want: `0s Started: Running ready
				3s Restarted: Running ready restarts=1
				6s CrashLoopBackOff: Running CrashLoopBackOff restarts=1
				8s NodeLost: Failed NodeLost restarts=1`},
		{name: "about to be evicted", does: does{"c": {{RunTime: cluster.Forever, Memory: kubelet.MemoryUse{Growth: 1 << 27}}}}, until: time.Hour,
			acts: []act{onNode(7*sec, down)}, spec: cluster.PodSpec{Containers: one(cluster.Container{})},
			want: `0s Started: Running ready
				7s NodeLost: Failed NodeLost`},
		{name: "and when it is evicted", does: does{"c": {{RunTime: cluster.Forever, Memory: kubelet.MemoryUse{Growth: 1 << 27}}}}, until: 9 * sec,
			spec: cluster.PodSpec{Containers: one(cluster.Container{})},
			want: `0s Started: Running ready
				8.000000008s Evicted: Failed Evicted The node was low on resource: memory.`},
	})
}

// A pod has started once, and the time at which its readiness changed has whole seconds of the wall clock: of containers as
// of plain pods and under stages.
func TestTimesOfAStatus(t *testing.T) {
	late := func(*cluster.Pod) time.Duration { return 1500 * time.Millisecond }
	once := []string{"started 1.5s, ready true since 750ms"}
	tests := []struct {
		name string
		cfg  kubelet.Config
		want []string
	}{
		{"plain", kubelet.Config{Start: late}, once},
		{"stages", kubelet.Config{Stages: &kubelet.Stages{Ready: late}}, once},
		{"containers", kubelet.Config{Start: late, App: does{"": {fails, fails, serves}}.app}, []string{
			"started 1.5s, ready true since 750ms",
			"started 1.5s, ready true since 750ms", // started again at once
			"started 1.5s, ready false since 6.75s",
			"started 1.5s, ready true since 16.75s"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			engine, store, _ := empty(test.cfg)
			store.SetWallFraction(250 * time.Millisecond)
			addNodes(t, store)
			var told []string
			store.Observe(func(c *cluster.Change) {
				if _, p := c.Pods(); p != nil && p.Status.Phase == cluster.Running {
					told = append(told, fmt.Sprintf("started %v, ready %v since %v", p.Status.StartedAt, p.Status.Ready, p.Status.ReadyTransition))
				}
			})
			place(t, store, "a", 0, cluster.Forever)
			require.NoError(t, engine.Run(sim.Time(time.Minute)))
			require.Equal(t, test.want, told)
		})
	}
}
