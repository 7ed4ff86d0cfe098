package actions_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads"
	"github.com/wavetank/wavetank/workloads/actions"
)

// fleet is some nodes with pods, and what becomes of evictions.
type fleet struct {
	t         *testing.T
	engine    *sim.Engine
	store     *cluster.Store
	cfg       actions.Config
	timetable *actions.Timetable
	log       []string
	until     sim.Time
	stop      time.Duration                        // from deletion to removal
	refuse    func(now sim.Time, pod string) error // nil: nobody is refused
}

// newFleet makes nodes n-0, n-1, ... with so many pods each: n-0-a, n-0-b, ...
func newFleet(t *testing.T, pods ...int) *fleet {
	f := &fleet{t: t, engine: sim.New(1), stop: 2 * time.Second, until: sim.Never}
	f.store = cluster.NewStore(f.engine)
	f.cfg = actions.Config{Engine: f.engine, Store: f.store, Evict: f.evict}
	for i, n := range pods {
		node := &cluster.Node{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: fmt.Sprint("n-", i)},
			Labels: cluster.Labels{"pool": "web", cluster.LabelHostname: fmt.Sprint("n-", i)}},
			Taints: []cluster.Taint{{Key: "gpu", Effect: cluster.NoSchedule}, {Key: cluster.TaintUnschedulable, Effect: cluster.NoSchedule}},
			Images: []cluster.Image{{Names: []string{"a"}}}, Price: 2, NodeState: cluster.NodeState{Slowdown: 3}}
		require.NoError(t, f.store.Create(node, cluster.ReasonCreated))
		for k := range n {
			f.pod(fmt.Sprintf("n-%d-%c", i, 'a'+k), node.Name, nil)
		}
	}
	f.store.Watch("kubelet", nil, f.heard, cluster.KindPod, cluster.KindNode)
	return f
}

func (f *fleet) pod(name, node string, edit func(*cluster.Pod)) {
	p := &cluster.Pod{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: "default", Name: name}}, NodeName: node,
		Spec: (&cluster.PodSpec{TerminationGracePeriod: 30 * time.Second}).Complete(), Status: cluster.PodStatus{Phase: cluster.Running}}
	if edit != nil {
		edit(p)
	}
	require.NoError(f.t, f.store.Create(p, cluster.ReasonCreated))
}

// heard notes what becomes of nodes, and removes pods when they have stopped.
func (f *fleet) heard(now sim.Time, c *cluster.Change) {
	if before, after := c.Pods(); before != nil && after != nil && after.Deleting && !before.Deleting {
		f.engine.After(f.stop, sim.PhaseWorld, sim.Func{Name: "stop", Do: func(now sim.Time) {
			f.note(now, "gone "+after.Name)
			require.NoError(f.t, f.store.Delete(cluster.KeyOf(after), cluster.ReasonKilled))
		}})
	}
	if c.Object().Kind() == cluster.KindNode {
		f.note(now, fmt.Sprintf("%v %s", c.Reason, c.Object().Meta().Name))
	}
}

func (f *fleet) note(now sim.Time, what string) { f.log = append(f.log, now.String()+" "+what) }

func (f *fleet) evict(pod cluster.Key, done func(sim.Time, error)) {
	now := f.engine.Now()
	var err error
	if f.refuse != nil {
		err = f.refuse(now, pod.Name)
	}
	if f.note(now, "ask "+pod.Name); err == nil {
		err = f.store.Terminate(pod, cluster.ReasonEvicted)
	}
	done(now, err)
}

// run carries out actions, written as in a scenario, until nothing is left to happen.
func (f *fleet) run(list string) *fleet {
	f.t.Helper()
	s, err := workloads.Decode("x.yaml", []byte("cluster: [{manifests: [objects]}]\nactions:\n"+list))
	require.NoError(f.t, err)
	f.timetable = actions.Schedule(f.cfg, s.Actions)
	require.NoError(f.t, f.engine.Run(f.until))
	return f
}

func (f *fleet) failures() []string {
	var list []string
	for _, x := range f.timetable.Failures() {
		list = append(list, x.String())
	}
	return list
}

func (f *fleet) at(at time.Duration, do func()) {
	f.engine.At(sim.Time(at), sim.PhaseWorld, sim.Func{Name: "test", Do: func(sim.Time) { do() }})
}

func tooMany(string) error { return fmt.Errorf("not now: %w", cluster.ErrTooManyRequests) }

// TestDrainOneAfterTheOther: all nodes are cordoned, then drained in turn. That a pod is gone is seen at the next look.
func TestDrainOneAfterTheOther(t *testing.T) {
	f := newFleet(t, 2, 0, 1)
	f.stop = 1500 * time.Millisecond
	f.run("- {at: 1m, drain: 'node/n-*'}")
	require.Equal(t, []string{
		"1m0s ask n-0-a", "1m0s ask n-0-b", "1m0s Cordoned n-0", "1m0s Cordoned n-1", "1m0s Cordoned n-2",
		"1m1.5s gone n-0-a", "1m1.5s gone n-0-b", "1m2s ask n-2-a", "1m3.5s gone n-2-a",
	}, f.log)
	require.Empty(t, f.failures())
}

func TestDrainInParallel(t *testing.T) {
	f := newFleet(t, 1, 1, 1).run("- {at: 1m, drain: [node/n-2, node/n-1, node/n-0], parallel: 2}")
	require.Equal(t, "1m0s ask n-2-a", f.log[0])
	require.Equal(t, "1m0s ask n-1-a", f.log[1])
	require.Contains(t, f.log, "1m2s ask n-0-a")
}

// TestRefusedEvictions are asked for again every 5 s; looks at which nothing can have changed are left out.
func TestRefusedEvictions(t *testing.T) {
	f := newFleet(t, 2)
	free := false
	f.refuse = func(_ sim.Time, pod string) error {
		if pod == "n-0-b" && !free {
			return tooMany(pod)
		}
		return nil
	}
	budget := &cluster.PodDisruptionBudget{}
	budget.Namespace, budget.Name = "default", "b"
	f.at(time.Hour, func() { require.NoError(t, f.store.Create(budget, cluster.ReasonCreated)) })
	f.at(2*time.Hour+time.Second, func() {
		free = true
		require.NoError(t, cluster.Edit(f.store, cluster.KeyOf(budget), "Test", func(b *cluster.PodDisruptionBudget) { b.DisruptionsAllowed = 1 }))
	})
	f.run("- {at: 1m, drain: node/n-0}")
	require.Equal(t, []string{
		"1m0s ask n-0-a", "1m0s ask n-0-b", "1m0s Cordoned n-0", "1m2s gone n-0-a",
		"1h0m0s ask n-0-b", "2h0m5s ask n-0-b", "2h0m7s gone n-0-b",
	}, f.log)
	require.Less(t, f.engine.Events(), uint64(40))
	require.Empty(t, f.failures())
}

// TestDrainThatDoesNotEnd: a run ends all the same, and it is said what was waited for.
func TestDrainThatDoesNotEnd(t *testing.T) {
	f := newFleet(t, 5, 1)
	f.refuse = func(_ sim.Time, pod string) error { return tooMany(pod) }
	f.run("- {at: 1m, drain: [node/n-0, node/n-1]}")
	require.Equal(t, []string{"actions[0] at 1m0s: drain of node n-0 has not ended: " +
		"left are default/n-0-a, default/n-0-b, default/n-0-c and 2 more: not now: too many requests"}, f.failures())
}

// TestDrainTimeout: a drain gives up, and the next one begins. What it asked for is not asked again.
func TestDrainTimeout(t *testing.T) {
	f := newFleet(t, 2, 1)
	f.stop = time.Minute
	f.refuse = func(_ sim.Time, pod string) error {
		if pod == "n-0-b" {
			return tooMany(pod)
		}
		return nil
	}
	f.run("- {at: 1m, drain: [node/n-0, node/n-1], timeout: 30s}")
	require.Equal(t, []string{
		"actions[0] at 1m30s: drain of node n-0 did not complete within 30s: left are default/n-0-a, default/n-0-b: not now: too many requests",
		"actions[0] at 2m0s: drain of node n-1 did not complete within 30s: left are default/n-1-a",
	}, f.failures())
	require.Contains(t, f.log, "1m30s ask n-1-a")
	require.NotContains(t, strings.Join(f.log, ","), "1m35s ask n-0-b")
}

// TestWhatADrainEvicts: as kubectl with --ignore-daemonsets and --force.
func TestWhatADrainEvicts(t *testing.T) {
	f := newFleet(t, 0)
	agent := &cluster.DaemonSet{}
	agent.Namespace, agent.Name = "default", "agent"
	require.NoError(t, f.store.Create(agent, cluster.ReasonCreated))
	of := func(name string) func(*cluster.Pod) {
		return func(p *cluster.Pod) {
			p.Owners = []cluster.OwnerReference{{Kind: "DaemonSet", Name: name, UID: 1, Controller: true}}
		}
	}
	f.pod("bare", "n-0", nil)
	f.pod("agent", "n-0", of("agent"))
	f.pod("orphan", "n-0", of("gone"))
	f.pod("ended-agent", "n-0", func(p *cluster.Pod) { of("agent")(p); p.Status.Phase = cluster.Failed })
	f.pod("ended", "n-0", func(p *cluster.Pod) { p.Status.Phase = cluster.Succeeded })
	f.pod("mirror", "n-0", func(p *cluster.Pod) { p.Annotations = map[string]string{"kubernetes.io/config.mirror": "x"} })
	f.pod("leaves", "n-0", func(p *cluster.Pod) { p.Deleting = true })
	f.pod("elsewhere", "n-1", nil)
	f.at(90*time.Second, func() {
		require.NoError(t, f.store.Delete(cluster.KeyOf(f.store.Pod(cluster.NamespacedName{Namespace: "default", Name: "leaves"})), cluster.ReasonKilled))
	})
	f.run("- {at: 1m, drain: node/n-0}\n- {when: node/n-0 drained, cordon: node/n-0}\n- {at: 1m, when: node/n-0 drained, label: node/n-0, labels: {is: empty}}")
	require.Equal(t, []string{"1m0s ask bare", "1m0s ask orphan", "1m0s ask ended-agent", "1m0s ask ended", "1m0s ask leaves",
		"1m0s Cordoned n-0", "1m2s gone bare", "1m2s gone orphan", "1m30s Updated n-0"}, f.log)
	require.Empty(t, f.failures())
	require.Equal(t, 3, f.store.Len(cluster.KindPod))
}

// TestDrainErrors: what fails for good is reported when the others have gone; a budget that goes is no such thing.
func TestDrainErrors(t *testing.T) {
	f := newFleet(t, 3)
	asked := 0
	f.refuse = func(_ sim.Time, pod string) error {
		switch asked++; {
		case pod == "n-0-a":
			return errors.New("broken")
		case pod == "n-0-b" && asked < 4:
			return fmt.Errorf("PodDisruptionBudget default/b: %w", cluster.ErrNotFound)
		}
		return nil
	}
	f.run("- {at: 1m, drain: node/n-0}\n- {at: 2m, drain: node/x}\n- {at: 3m, drain: {selector: pool=db}}")
	require.Equal(t, []string{"actions[1] at 2m0s: node/x: not found", "actions[2] at 3m0s: nodes pool=db: not found"}, f.failures()[1:])
	require.Equal(t, "actions[0] at 1m7s: broken", f.failures()[0])
	require.Contains(t, f.log, "1m5s ask n-0-b")
}

// TestDrainOfWhatGoes: pods and nodes may go by themselves.
func TestDrainOfWhatGoes(t *testing.T) {
	f := newFleet(t, 1)
	f.refuse = func(_ sim.Time, pod string) error { return tooMany(pod) }
	f.at(61*time.Second, func() {
		require.NoError(t, f.store.Delete(cluster.KeyOf(f.store.List(cluster.KindPod)[0]), cluster.ReasonKilled))
	})
	f.refuse = func(_ sim.Time, pod string) error {
		if f.store.Len(cluster.KindPod) == 0 {
			return fmt.Errorf("Pod: %w", cluster.ErrNotFound)
		}
		return tooMany(pod)
	}
	f.run("- {at: 1m, drain: node/n-0}")
	require.Equal(t, "1m5s ask n-0-a", f.log[len(f.log)-1])
	require.Empty(t, f.failures())
}

// TestDrainTakesItsTime: the list of pods and each look take a call of the API.
func TestDrainTakesItsTime(t *testing.T) {
	f := newFleet(t, 1, 1)
	f.stop = 1005 * time.Millisecond
	f.cfg.CallLatency = func() time.Duration { return 10 * time.Millisecond }
	f.run("- {at: 1m, drain: [node/n-0, node/n-1]}")
	require.Contains(t, f.log, "1m0.01s ask n-0-a")
	require.Contains(t, f.log, "1m1.03s ask n-1-a", "0.01 + 1.01 + 0.01")
}
