package fault_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/fault"
)

// machine is a component that notes when it is paused.
type machine struct {
	engine *sim.Engine
	log    []string
}

func (m *machine) Pause(paused bool) {
	m.log = append(m.log, fmt.Sprintf("%v %v", m.engine.Now(), paused))
}

func TestPause(t *testing.T) {
	engine, store := world(t)
	sched, jobs := &machine{engine: engine}, &machine{engine: engine}
	faults := fault.New(engine, store, fault.Config{Components: map[string][]fault.Pausable{
		"kube-scheduler": {sched}, "job": {jobs}, "kube-apiserver": {sched, jobs}}})
	pause := func(name string, from, to int) {
		f := fault.Fault{Effect: &fault.Pause{Component: name}, At: at(from)}
		if to > 0 {
			f.For = time.Duration(to-from) * time.Second
		}
		require.NoError(t, faults.Add(f))
	}
	pause("kube-scheduler", 10, 20)
	pause("kube-apiserver", 15, 30)
	pause("job", 16, 40)
	pause("kube-scheduler", 50, 0)
	require.NoError(t, engine.Run(sim.Never))
	require.Equal(t, []string{"10s true", "30s false", "50s true"}, sched.log, "it goes on when nothing pauses it any more")
	require.Equal(t, []string{"15s true", "40s false"}, jobs.log)
}

// hands is a kubelet that notes what it is told.
type hands struct {
	engine *sim.Engine
	log    []string
	idle   map[cluster.UID]bool // pods without a container that runs
	ends   time.Duration        // how long a machine takes to shut down
}

func (h *hands) Crash(pod cluster.UID, container string, code int32, oom bool) bool {
	if h.idle[pod] {
		return false
	}
	h.log = append(h.log, fmt.Sprintf("%v crash %d %q %d %v", h.engine.Now(), pod, container, code, oom))
	return true
}

type call func()

func (c call) Fire(sim.Time)  { c() }
func (c call) String() string { return "test" }

func (h *hands) Shutdown(node string, grace, critical time.Duration, done func()) {
	h.log = append(h.log, fmt.Sprintf("%v shutdown %s %v %v", h.engine.Now(), node, grace, critical))
	h.engine.After(h.ends, sim.PhaseWorld, call(done))
}

func (h *hands) CancelShutdown(node string) {
	h.log = append(h.log, fmt.Sprintf("%v cancel %s", h.engine.Now(), node))
}

func TestShutdown(t *testing.T) {
	tests := []struct {
		name string
		ends time.Duration
		last time.Duration
		more []fault.Fault
		want []string
	}{
		{"the machine goes when its pods have gone", 20 * time.Second, time.Minute, nil, []string{"25s a1 NodeDown", "1m5s a1 NodeUp"}},
		{"one that is called back before that never went", 20 * time.Second, 10 * time.Second, nil, nil},
		{"and stays", 20 * time.Second, 0, nil, []string{"25s a1 NodeDown"}},
		{"the power fails meanwhile", 20 * time.Second, time.Minute,
			[]fault.Fault{{Effect: lose(named("a1")), At: at(7), For: 100 * time.Second}}, []string{"7s a1 NodeDown", "1m47s a1 NodeUp"}},
		{"the power fails and is back", 20 * time.Second, time.Minute,
			[]fault.Fault{{Effect: lose(named("a1")), At: at(7), For: time.Second}}, []string{"7s a1 NodeDown", "8s a1 NodeUp", "25s a1 NodeDown", "1m5s a1 NodeUp"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			engine, store := world(t)
			lines := history(store)
			k := &hands{engine: engine, ends: test.ends}
			faults := fault.New(engine, store, fault.Config{Kubelet: k})
			down := &fault.Shutdown{Nodes: named("a1"), Grace: 30 * time.Second, Critical: 10 * time.Second}
			for _, f := range append(test.more, fault.Fault{Effect: down, At: at(5), For: test.last}) {
				require.NoError(t, faults.Add(f))
			}
			require.NoError(t, engine.Run(sim.Never))
			log := []string{"5s shutdown a1 30s 10s"}
			if test.last == 10*time.Second {
				log = append(log, "15s cancel a1")
			}
			require.Equal(t, log, k.log)
			require.Equal(t, test.want, *lines)
		})
	}
}

func TestShutdownRefuses(t *testing.T) {
	engine, store := world(t)
	faults := fault.New(engine, store, fault.Config{Kubelet: &hands{engine: engine}})
	err := faults.Add(fault.Fault{Effect: &fault.Shutdown{Nodes: named("a1"), Grace: 1, Critical: 2}})
	require.EqualError(t, err, "the grace period of critical pods, 2ns, is part of the whole, 1ns: it cannot be longer")
}

// every selects all pods.
type every struct{}

func (every) Selects(*cluster.Pod) bool { return true }
func (every) String() string            { return "all pods" }

// of selects the pods of an app.
type of string

func (o of) Selects(p *cluster.Pod) bool { return p.Labels["app"] == string(o) }
func (o of) String() string              { return "app=" + string(o) }

func run(t require.TestingT, store *cluster.Store, app string, names ...string) {
	for _, name := range names {
		p := &cluster.Pod{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: "default", Name: name}, Labels: cluster.Labels{"app": app}},
			Spec: (&cluster.PodSpec{}).Complete()}
		require.NoError(t, store.Create(p, cluster.ReasonCreated))
		require.NoError(t, store.EditPod(cluster.KeyOf(p), cluster.ReasonStarted, func(p *cluster.Pod) { p.Status.Phase = cluster.Running }))
	}
}

func TestCrash(t *testing.T) {
	tests := []struct {
		name  string
		crash fault.Crash
		want  []string
		notes []string
	}{
		{"all", fault.Crash{Pods: of("web"), Code: 3}, []string{`1s crash 4 "" 3 false`, `1s crash 5 "" 3 false`, `1s crash 6 "" 3 false`}, nil},
		{"one container, for want of memory", fault.Crash{Pods: of("db"), Container: "c", OOM: true}, []string{`1s crash 7 "c" 0 true`}, nil},
		{"more than there are", fault.Crash{Pods: of("db"), Count: 9}, []string{`1s crash 7 "" 0 false`}, nil},
		{"none there", fault.Crash{Pods: of("x"), OOM: true}, nil, []string{"at 1s: oom of app=x: no such pod runs"}},
		{"none that runs a container", fault.Crash{Pods: of("idle")}, nil, []string{"at 1s: crash of app=idle: no such pod runs"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			engine, store := world(t)
			k := &hands{engine: engine, idle: map[cluster.UID]bool{8: true}}
			run(t, store, "web", "a", "b", "c")
			run(t, store, "db", "d")
			run(t, store, "idle", "e")
			faults := fault.New(engine, store, fault.Config{Kubelet: k})
			require.NoError(t, faults.Add(fault.Fault{Effect: &test.crash, At: at(1)}))
			require.NoError(t, engine.Run(sim.Never))
			require.Equal(t, test.want, k.log)
			require.Equal(t, test.notes, faults.Notes())
			require.Empty(t, faults.StillOn(), "it is over at once")
		})
	}
}

// A share hits as many as it says, and a lot is the pod's own: others that are there change no order between two.
func TestCrashByLot(t *testing.T) {
	crash := func(share float64, count, pods int) []string {
		engine, store := world(t)
		k := &hands{engine: engine}
		for i := range pods {
			run(t, store, "web", fmt.Sprint("p", i))
		}
		faults := fault.New(engine, store, fault.Config{Kubelet: k})
		require.NoError(t, faults.Add(fault.Fault{Effect: &fault.Crash{Pods: every{}, Share: share, Count: count, Stream: "s"}, At: at(1)}))
		require.NoError(t, engine.Run(sim.Never))
		return k.log
	}
	require.Len(t, crash(0.3, 0, 10), 3)
	require.Len(t, crash(0.31, 0, 10), 4, "rounded up")
	require.Len(t, crash(0.3, 2, 10), 2, "the lesser")
	require.Len(t, crash(1, 0, 10), 10)
	require.Subset(t, crash(0, 5, 20), crash(0, 2, 20))
}

func TestCrashRefuses(t *testing.T) {
	engine, store := world(t)
	faults := fault.New(engine, store, fault.Config{Kubelet: &hands{engine: engine}})
	require.EqualError(t, faults.Add(fault.Fault{Effect: &fault.Crash{}}), "no pods are given")
	require.EqualError(t, faults.Add(fault.Fault{Effect: &fault.Crash{Pods: every{}, Share: 2}}),
		"count 0 and share 2 must be 0 or more, and share at most 1")
}

func deploy(t require.TestingT, store *cluster.Store, images ...string) cluster.NamespacedName {
	spec := &cluster.PodSpec{}
	for i, image := range images {
		spec.Containers = append(spec.Containers, cluster.Container{Name: fmt.Sprint("c", i), Image: image})
	}
	d := &cluster.Deployment{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: "default", Name: "web"}},
		Template: &cluster.PodTemplate{Spec: spec.Complete()}}
	require.NoError(t, store.Create(d, cluster.ReasonCreated))
	return d.NamespacedName
}

func imagesOf(store *cluster.Store, name cluster.NamespacedName) []string {
	var images []string
	for _, c := range store.Get(cluster.KindDeployment, name).(*cluster.Deployment).Template.Spec.Containers {
		images = append(images, c.Image)
	}
	return images
}

func TestBadRollout(t *testing.T) {
	engine, store := world(t)
	images := []string{"web", "registry:5000/shop/side:v1", "registry:5000/shop/side"}
	web := deploy(t, store, images...)
	faults := fault.New(engine, store, fault.Config{})
	bad := &fault.BadRollout{Deployment: web, Crashes: true, After: time.Second}
	require.NoError(t, faults.Add(fault.Fault{Effect: bad, At: at(5), For: 10 * time.Second}))
	require.NoError(t, engine.Run(at(5)))
	require.Equal(t, []string{"web:bad", "registry:5000/shop/side:v1-bad", "registry:5000/shop/side:bad"}, imagesOf(store, web))
	require.Equal(t, int64(1), store.Get(cluster.KindDeployment, web).Meta().Generation)
	require.Same(t, bad, faults.Broken("web:bad"))
	require.Nil(t, faults.Broken("web"))
	require.NoError(t, engine.Run(sim.Never))
	require.Equal(t, images, imagesOf(store, web))
	require.Equal(t, int64(2), store.Get(cluster.KindDeployment, web).Meta().Generation)
}

// TestBadRolloutsOverlap: whatever the order in which they end, what is left in the end is what was there before all.
func TestBadRolloutsOverlap(t *testing.T) {
	type rollout struct {
		image   string
		at, end int
	}
	for _, c := range []struct {
		name     string
		rollouts []rollout
		want     []string // the image and when it came
	}{
		{"one within the other", []rollout{{"", 1, 9}, {"", 2, 5}}, []string{"1s web:v1-bad", "2s web:v1-bad-bad", "5s web:v1-bad", "9s web:v1"}},
		{"the first ends first", []rollout{{"", 1, 5}, {"", 2, 9}}, []string{"1s web:v1-bad", "2s web:v1-bad-bad", "9s web:v1"}},
		{"the same image twice", []rollout{{"web:v2", 1, 5}, {"web:v2", 2, 9}}, []string{"1s web:v2", "9s web:v1"}},
		{"the same image twice, one within the other", []rollout{{"web:v2", 1, 9}, {"web:v2", 2, 5}}, []string{"1s web:v2", "9s web:v1"}},
		{"there and back", []rollout{{"web:v2", 1, 7}, {"web:v3", 2, 8}, {"web:v2", 3, 9}},
			[]string{"1s web:v2", "2s web:v3", "3s web:v2", "9s web:v1"}},
		{"one after the other", []rollout{{"", 1, 2}, {"", 3, 4}}, []string{"1s web:v1-bad", "2s web:v1", "3s web:v1-bad", "4s web:v1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			engine, store := world(t)
			web := deploy(t, store, "web:v1")
			faults := fault.New(engine, store, fault.Config{})
			for _, r := range c.rollouts {
				require.NoError(t, faults.Add(fault.Fault{Effect: &fault.BadRollout{Deployment: web, Image: r.image}, At: at(r.at), For: time.Duration(r.end-r.at) * time.Second}))
			}
			var got []string
			store.Observe(func(ch *cluster.Change) { got = append(got, fmt.Sprint(ch.At, " ", imagesOf(store, web)[0])) })
			require.NoError(t, engine.Run(sim.Never))
			require.Equal(t, c.want, got)
		})
	}
}

// TestBadRolloutLeavesOthersAlone: what somebody else has changed meanwhile stays, and what they have not is taken back.
func TestBadRolloutLeavesOthersAlone(t *testing.T) {
	set := func(image string) func(*testing.T, *cluster.Store, cluster.Key) {
		return func(t *testing.T, s *cluster.Store, key cluster.Key) {
			require.NoError(t, cluster.Edit(s, key, cluster.ReasonUpdated, func(d *cluster.Deployment) {
				spec := &cluster.PodSpec{Containers: []cluster.Container{{Name: "c0", Image: image}}}
				d.Template = &cluster.PodTemplate{Annotations: map[string]string{"restarted": "now"}, Spec: spec.Complete()}
			}))
		}
	}
	for _, c := range []struct {
		name string
		do   func(*testing.T, *cluster.Store, cluster.Key)
		want []string
	}{
		{"nobody does anything", nil, []string{"web:v1"}},
		{"mended", set("web:v3"), []string{"web:v3"}},
		{"restarted", set("web:v2"), []string{"web:v1"}},
		{"deleted", func(t *testing.T, s *cluster.Store, key cluster.Key) {
			require.NoError(t, s.Delete(key, cluster.ReasonDeleted))
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			engine, store := world(t)
			web := deploy(t, store, "web:v1")
			faults := fault.New(engine, store, fault.Config{})
			require.NoError(t, faults.Add(fault.Fault{Effect: &fault.BadRollout{Deployment: web, Image: "web:v2"}, At: at(5), For: 10 * time.Second}))
			require.NoError(t, engine.Run(at(6)))
			require.Equal(t, []string{"web:v2"}, imagesOf(store, web))
			if c.do != nil {
				c.do(t, store, cluster.KeyOf(store.Get(cluster.KindDeployment, web)))
			}
			require.NoError(t, engine.Run(sim.Never))
			require.Empty(t, faults.Notes())
			if c.want != nil {
				require.Equal(t, c.want, imagesOf(store, web))
			}
		})
	}
	engine, store := world(t)
	faults := fault.New(engine, store, fault.Config{})
	require.NoError(t, faults.Add(fault.Fault{Effect: &fault.BadRollout{Deployment: cluster.NamespacedName{Namespace: "x", Name: "y"}}}))
	require.NoError(t, engine.Run(sim.Never))
	require.Equal(t, []string{"at 0s: bad rollout: there is no Deployment x/y"}, faults.Notes())
}

// TestPower: a machine that is switched off for another reason is down for as long as that or a fault holds it down, and
// what else befalls it meanwhile befalls it.
func TestPower(t *testing.T) {
	for _, c := range []struct {
		name    string
		off, on int
		faults  []fault.Fault
		want    []string
	}{
		{"alone", 1, 5, nil, []string{"1s a1 NodeDown", "5s a1 NodeUp"}},
		{"a loss of power within", 1, 5, []fault.Fault{{Effect: lose(named("a1")), At: at(2), For: time.Second}}, []string{"1s a1 NodeDown", "5s a1 NodeUp"}},
		{"a loss of power that lasts", 1, 5, []fault.Fault{{Effect: lose(named("a1")), At: at(2), For: time.Minute}}, []string{"1s a1 NodeDown", "1m2s a1 NodeUp"}},
		{"in a loss of power", 3, 5, []fault.Fault{{Effect: lose(named("a1")), At: at(2), For: time.Minute}}, []string{"2s a1 NodeDown", "1m2s a1 NodeUp"}},
		{"slow meanwhile", 1, 5, []fault.Fault{{Effect: slow(named("a1"), 2), At: at(2), For: 7 * time.Second}},
			[]string{"1s a1 NodeDown", "2s a1 NodeSlow", "5s a1 NodeUp", "9s a1 NodeFast"}},
		{"cut off before", 3, 5, []fault.Fault{{Effect: isolate(named("a1")), At: at(2)}}, []string{"2s a1 NodeIsolated", "3s a1 NodeDown", "5s a1 NodeUp"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			engine, store := world(t)
			lines := history(store)
			faults := fault.New(engine, store, fault.Config{})
			for _, f := range c.faults {
				require.NoError(t, faults.Add(f))
			}
			key := cluster.KeyOf(store.Node("a1"))
			engine.At(at(c.off), sim.PhaseWorld, sim.Func{Name: "off", Do: func(sim.Time) { faults.Power(key, false) }})
			engine.At(at(c.on), sim.PhaseWorld, sim.Func{Name: "on", Do: func(sim.Time) { faults.Power(key, true) }})
			require.NoError(t, engine.Run(sim.Never))
			require.Equal(t, c.want, *lines)
			if strings.Contains(c.name, "cut off") {
				require.Equal(t, at(2), store.Node("a1").Silent, "it was silent before")
			}
		})
	}
	engine, store := world(t)
	faults, key := fault.New(engine, store, fault.Config{}), cluster.KeyOf(store.Node("a1"))
	faults.Power(key, false)
	require.NoError(t, store.Delete(key, cluster.ReasonDeleted))
	faults.Power(key, true)
	require.Nil(t, store.Node("a1"))
}
