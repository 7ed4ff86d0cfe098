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

func job() []cluster.OwnerReference {
	return []cluster.OwnerReference{{Kind: "Job", Name: "j", UID: 999, Controller: true}}
}

func edit(at time.Duration, fn func(*cluster.Pod)) act {
	return act{at, func(t *testing.T, store *cluster.Store) {
		p := store.Pod(cluster.NamespacedName{Namespace: "default", Name: "p"})
		require.NoError(t, store.EditPod(cluster.KeyOf(p), cluster.ReasonUpdated, fn))
	}}
}

func onNode(at time.Duration, do func(*cluster.Store, string) error) act {
	return act{at, func(t *testing.T, store *cluster.Store) { require.NoError(t, do(store, "n0")) }}
}

func label(p *cluster.Pod) { p.Labels = cluster.Labels{"x/fail": "true"} }

func TestStages(t *testing.T) {
	tests := []struct {
		name        string
		annotations map[string]string
		owners      []cluster.OwnerReference
		acts        []act
		want        string
	}{
		{name: "ready after two seconds, and then for ever", want: `2.01s Started: Running ready`},
		{name: "after what the annotation says", annotations: map[string]string{"x/ready-delay": "1500ms"}, want: `1.51s Started: Running ready`},
		{name: "in seconds", annotations: map[string]string{"x/ready-delay": "1.5"}, want: `1.51s Started: Running ready`},
		{name: "what is no duration does not count", annotations: map[string]string{"x/ready-delay": "soon"}, want: `2.01s Started: Running ready`},
		{name: "another prefix does not count", annotations: map[string]string{"y/ready-delay": "1s"}, want: `2.01s Started: Running ready`},
		{name: "running and never ready, after two seconds whatever is said", want: `2.01s Started: Running`,
			annotations: map[string]string{"x/never-ready": "true", "x/ready-delay": "1s"}},
		{name: "a job's pod succeeds", owners: job(), want: `2.01s Started: Running ready
			12.02s Completed: Succeeded`},
		{name: "after what the annotation says", owners: job(), annotations: map[string]string{"x/job-duration": "3s", "x/ready-delay": "0"},
			want: `10ms Started: Running ready
			3.02s Completed: Succeeded`},
		{name: "or fails", owners: job(), acts: []act{edit(4*sec, label)}, want: `2.01s Started: Running ready
			4s Updated: Running ready
			14.01s Failed: Failed Error exit=1`},
		{name: "a change starts the time anew", acts: []act{edit(1*sec, func(*cluster.Pod) {})}, want: `1s Updated: Pending
			3.01s Started: Running ready`},
		{name: "gone a second after the deletion", acts: []act{remove(5 * sec)}, want: `2.01s Started: Running ready
			5s Killing: Running ready
			6.01s Killed: gone`},
		{name: "or after what the annotation says", annotations: map[string]string{"x/term-delay": "5s"}, acts: []act{remove(5 * sec)},
			want: `2.01s Started: Running ready
			5s Killing: Running ready
			10.01s Killed: gone`},
		{name: "deleted before it is ready", acts: []act{remove(1 * sec)}, want: `1s Killing: Pending
			2.01s Killed: gone`},
		{name: "changed while it is written: as it was meant", acts: []act{edit(2005*time.Millisecond, func(*cluster.Pod) {})},
			want: `2.005s Updated: Pending
			2.01s Started: Running ready`},
		{name: "deleted while it is written", acts: []act{remove(2005 * time.Millisecond)}, want: `2.005s Killing: Pending
			3.02s Killed: gone`},
		{name: "on a node that is down nothing goes on", acts: []act{onNode(1*sec, fault.TakeDown), onNode(9*sec, fault.BringUp)},
			want: `11.01s Started: Running ready`},
		{name: "not even an end", acts: []act{onNode(3*sec, fault.TakeDown), remove(5 * sec), onNode(9*sec, fault.BringUp)},
			want: `2.01s Started: Running ready
			5s Killing: Running ready
			10.01s Killed: gone`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stages := kubelet.AnnotatedStages("x/")
			stages.Latency = func() time.Duration { return 10 * time.Millisecond }
			dress := edit(0, func(p *cluster.Pod) { p.Annotations, p.Owners = test.annotations, test.owners })
			s := story{cfg: kubelet.Config{Stages: &stages}, acts: append([]act{dress}, test.acts...), until: time.Hour,
				spec: cluster.PodSpec{Containers: one(cluster.Container{}), TerminationGracePeriod: 30 * sec}, want: "0s Updated: Pending\n" + test.want}
			s.tell(t)
		})
	}
}

// An unbound pod goes at once, and one that is not bound is never ready: it is not the kubelet's.
func TestStagesOfUnboundPods(t *testing.T) {
	engine, store, k := world(t, kubelet.Config{Stages: &kubelet.Stages{}})
	p := pod("a", 0, cluster.Forever)
	require.NoError(t, store.Create(p, cluster.ReasonCreated))
	require.NoError(t, engine.Run(sim.Time(time.Hour)))
	require.Equal(t, cluster.Pending, store.Pod(p.NamespacedName).Status.Phase)
	require.NoError(t, store.Terminate(cluster.KeyOf(p), cluster.ReasonKilling))
	require.Nil(t, store.Pod(p.NamespacedName))
	require.NoError(t, engine.Run(sim.Never))
	require.Zero(t, k.Pods())
}

// Two workers that need a second for each write: two pods a second, in the order in which they fell due.
func TestStagesWorkers(t *testing.T) {
	stages := kubelet.Stages{Workers: 2, Latency: func() time.Duration { return time.Second },
		Ready: func(p *cluster.Pod) time.Duration { return 0 }}
	engine, store, _ := world(t, kubelet.Config{Stages: &stages})
	var started []string
	store.Observe(func(c *cluster.Change) {
		if c.Reason == cluster.ReasonStarted {
			started = append(started, c.Object().Meta().Name+" "+c.At.String())
		}
	})
	for i := range 5 {
		place(t, store, fmt.Sprint("p", i), 0, cluster.Forever)
	}
	require.NoError(t, engine.Run(sim.Never))
	require.Equal(t, []string{"p0 1s", "p1 1s", "p2 2s", "p3 2s", "p4 3s"}, started)
}

// Whatever happens to pods and nodes, in the end all bound pods on nodes that are up have come to where they belong.
func TestStagesSettle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		latency := func() time.Duration {
			return time.Duration(rapid.IntRange(0, 300).Draw(t, "latency")) * time.Millisecond
		}
		engine, store, _ := world(t, kubelet.Config{Stages: &kubelet.Stages{Workers: rapid.IntRange(0, 3).Draw(t, "workers"), Latency: latency}})
		for i := range rapid.IntRange(1, 40).Draw(t, "steps") {
			disturb(t, store, i)
			require.NoError(t, engine.Run(engine.Now().Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "pause"))*time.Millisecond)))
		}
		for i := range nodes {
			require.NoError(t, fault.BringUp(store, fmt.Sprint("n", i)))
		}
		require.NoError(t, engine.Run(sim.Never))
		for _, o := range store.List(cluster.KindPod) {
			p := o.(*cluster.Pod)
			require.True(t, p.Status.Phase == cluster.Running && p.Status.Ready && !p.Deleting, "%+v", p)
		}
	})
}
