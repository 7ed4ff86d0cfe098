package kubelet_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/kubelet"
)

// TestShutdown: pods end by priority within the grace period, and the machine goes when the last of them is gone or the
// time is up (upstream's nodeshutdown_manager_linux_test.go has the same cases).
func TestShutdown(t *testing.T) {
	type who struct {
		name     string
		priority int32
		grace    time.Duration
		stop     time.Duration
	}
	const critical = 2_000_000_000
	tests := []struct {
		name            string
		grace, critical time.Duration
		pods            []who
		want            []string
	}{
		{"no grace at all", 0, 0, []who{{"a", 0, 30 * sec, 3 * sec}}, []string{"10s done"}},
		{"less than a second", 500 * time.Millisecond, 0, []who{{"a", 0, 30 * sec, 3 * sec}}, []string{"10s done"}},
		{"nobody there", 30 * sec, 10 * sec, nil, []string{"10s node KubeletNotReady", "10s done"}},
		{"all end in time", 30 * sec, 10 * sec, []who{{"a", 0, 30 * sec, 3 * sec}, {"b", 9, 30 * sec, 4 * sec}, {"c", critical, 30 * sec, 5 * sec}},
			[]string{"10s node KubeletNotReady", "13s a Failed Terminated", "14s b Failed Terminated", "19s c Failed Terminated", "19s done"}},
		{"at once", 30 * sec, 10 * sec, []who{{"a", 0, 30 * sec, 0}, {"c", critical, 30 * sec, 0}},
			[]string{"10s node KubeletNotReady", "10s a Failed Terminated", "10s c Failed Terminated", "10s done"}},
		{"killed when the time of their group is up", 30 * sec, 10 * sec, []who{{"a", 0, 60 * sec, 50 * sec}, {"c", critical + 5, 60 * sec, 50 * sec}},
			[]string{"10s node KubeletNotReady", "30s a Failed Terminated", "40s c Failed Terminated", "40s done"}},
		{"by their own grace if that is shorter", 30 * sec, 10 * sec, []who{{"a", 0, 5 * sec, 50 * sec}},
			[]string{"10s node KubeletNotReady", "15s a Failed Terminated", "15s done"}},
		{"nothing is left for those that are not critical", 10 * sec, 10 * sec, []who{{"a", 0, 60 * sec, 50 * sec}, {"c", critical, 60 * sec, 3 * sec}},
			[]string{"10s node KubeletNotReady", "10s a Failed Terminated", "13s c Failed Terminated", "13s done"}},
		{"only critical ones are there", 30 * sec, 10 * sec, []who{{"c", critical, 60 * sec, 3 * sec}},
			[]string{"10s node KubeletNotReady", "13s c Failed Terminated", "13s done"}},
	}
	for _, test := range tests {
		for _, how := range []string{"in short", "container by container"} {
			t.Run(test.name+", "+how, func(t *testing.T) {
				stops := map[string]time.Duration{}
				for _, p := range test.pods {
					stops[p.name] = p.stop
				}
				stop := func(p *cluster.Pod) time.Duration { return stops[p.Name] }
				cfg := kubelet.Config{Heartbeats: true, Stop: stop}
				if how != "in short" {
					cfg.App = func(p *cluster.Pod) kubelet.App {
						return func(*cluster.Container, int) kubelet.Behaviour {
							return kubelet.Behaviour{RunTime: cluster.Forever, Stop: stop(p)}
						}
					}
				}
				engine, store, k := world(t, cfg)
				for _, p := range test.pods {
					spec := &cluster.PodSpec{Priority: p.priority, TerminationGracePeriod: p.grace, Containers: one(cluster.Container{})}
					made := &cluster.Pod{ObjectMeta: meta("default", p.name), Spec: spec.Complete(), RunTime: cluster.Forever}
					require.NoError(t, store.Create(made, cluster.ReasonCreated))
					require.NoError(t, store.Bind(cluster.KeyOf(made), "n0", 0))
				}
				require.NoError(t, engine.Run(at(10)))
				var log []string
				store.Observe(func(c *cluster.Change) {
					if _, n := c.Nodes(); n != nil && n.Ready != cluster.ConditionTrue {
						log = append(log, fmt.Sprintf("%v node %s", c.At, n.ReadyReason))
					} else if _, p := c.Pods(); p != nil {
						log = append(log, fmt.Sprintf("%v %s %v %s", c.At, p.Name, p.Status.Phase, p.Status.Reason))
					}
				})
				k.Shutdown("n0", test.grace, test.critical, func() { log = append(log, fmt.Sprint(engine.Now(), " done")) })
				require.NoError(t, engine.Run(sim.Never))
				require.Equal(t, test.want, withoutUnready(log))
			})
		}
	}
}

// withoutUnready leaves out the pods that are still running: containers are unready before the pod has ended.
func withoutUnready(log []string) []string {
	var kept []string
	for _, l := range log {
		var when, name, phase string
		_, _ = fmt.Sscan(l, &when, &name, &phase)
		if phase != "Running" {
			kept = append(kept, l)
		}
	}
	return kept
}

// Pods that come while the machine shuts down are turned away; the message is upstream's.
func TestShutdownAdmitsNobody(t *testing.T) {
	engine, store, k := world(t, kubelet.Config{Heartbeats: true, Stop: takes(2 * sec)})
	place(t, store, "a", 100, cluster.Forever)
	require.NoError(t, engine.Run(at(1)))
	done := false
	k.Shutdown("n0", 30*sec, 0, func() { done = true })
	again := false
	k.Shutdown("n0", 30*sec, 0, func() { again = true })
	require.True(t, again, "it is under way already")
	late := place(t, store, "b", 100, cluster.Forever)
	require.NoError(t, engine.Run(at(2)))
	require.False(t, done)
	s := store.Pod(late.NamespacedName).Status
	require.Equal(t, []string{"NodeShutdown", "Pod was rejected as the node is shutting down."}, []string{s.Reason, s.Message})
	require.NoError(t, engine.Run(at(3)))
	require.True(t, done)
	first := store.Pod(cluster.NamespacedName{Namespace: "default", Name: "a"}).Status
	require.Equal(t, "Pod was terminated in response to imminent node shutdown.", first.Message)
	require.Equal(t, cluster.Reason("TerminationByKubelet"), first.Disrupted)
}

// A shutdown that is called off: the node is ready again, and takes pods.
func TestCancelShutdown(t *testing.T) {
	engine, store, k := world(t, kubelet.Config{Heartbeats: true, Stop: takes(2 * sec)})
	place(t, store, "a", 100, cluster.Forever)
	require.NoError(t, engine.Run(at(1)))
	k.Shutdown("n0", 30*sec, 0, func() { t.Error("the machine goes") })
	k.CancelShutdown("n0")
	k.CancelShutdown("n1")
	k.CancelShutdown("none")
	late := place(t, store, "b", 100, cluster.Forever)
	require.NoError(t, engine.Run(at(10)))
	require.Equal(t, cluster.ConditionTrue, store.Node("n0").Ready)
	require.True(t, store.Pod(late.NamespacedName).Status.Ready)
	first := store.Pod(cluster.NamespacedName{Namespace: "default", Name: "a"})
	require.Equal(t, cluster.Failed, first.Status.Phase, "it had been told to end")
}

func TestShutdownAndTheRest(t *testing.T) {
	spec := cluster.PodSpec{TerminationGracePeriod: 30 * sec, Containers: one(cluster.Container{})}
	stops := kubelet.Config{Heartbeats: true, Stop: takes(8 * sec)}
	shut := hand{10 * sec, func(k *kubelet.Kubelet) { k.Shutdown("n0", 20*sec, 0, func() {}) }}
	tell(t, []story{
		{name: "the power fails meanwhile", cfg: stops, spec: spec, hands: []hand{shut}, acts: []act{off(12 * sec), on(60 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				1m0s Restarted: Running restarts=1
				1m0s Ready: Running ready restarts=1`},
		{name: "a pod that is being deleted goes on ending", cfg: stops, spec: spec, hands: []hand{shut}, acts: []act{remove(8 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				8s Killing: Running ready
				16s Killed: gone`},
		{name: "one that is deleted meanwhile is gone when it has ended", cfg: stops, spec: spec, hands: []hand{shut}, acts: []act{remove(12 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				12s Killing: Running ready
				18s Terminated: Failed Terminated Pod was terminated in response to imminent node shutdown.
				18s CleanedUp: gone`},
		{name: "container by container too", cfg: watched, does: does{"c": {{RunTime: cluster.Forever, Stop: 8 * sec}}}, spec: spec, hands: []hand{shut}, acts: []act{remove(12 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				12s Killing: Running ready
				18s Terminated: Failed Terminated Pod was terminated in response to imminent node shutdown.
				18s CleanedUp: gone`},
		{name: "one that has not started", cfg: kubelet.Config{Heartbeats: true, Start: takes(time.Minute)}, spec: spec, hands: []hand{shut}, until: time.Hour,
			want: "10s Terminated: Failed Terminated Pod was terminated in response to imminent node shutdown."},
	})
}
