package clusterautoscaler

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/config"
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/scheduler/plugins"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/daemonset"
	"github.com/wavetank/wavetank/sim/controller/replicaset"
	"github.com/wavetank/wavetank/sim/kubelet"
	"github.com/wavetank/wavetank/sim/nodegroup"
)

const gib = 1 << 30

// world is a cluster with a scheduler, a kubelet, replica sets and an autoscaler.
type world struct {
	t       require.TestingT
	engine  *sim.Engine
	store   *cluster.Store
	groups  map[string]*nodegroup.Group
	ca      *Autoscaler
	evictor *strictEvictor
	reports []Report
	pods    int
	stop    time.Duration // that pods take to end
}

// defaults are the flags' defaults (cluster-autoscaler/config/flags/flags.go).
func defaults() Options {
	return Options{
		Expanders: []string{"least-waste"}, ScanInterval: 10 * time.Second, MaxNodeProvisionTime: 15 * time.Minute, MaxNodesPerScaleUp: 1000,
		SkipNodesWithLocalStorage: true, SkipNodesWithSystemPods: true, ExpendablePriorityCutoff: -10,
		MaxPodEvictionTime: 2 * time.Minute, MaxGracefulTermination: 10 * time.Minute,
		MaxScaleDownParallelism: 10, MaxDrainParallelism: 1, MaxBulkSoftTaintCount: 10, NodeDeleteDelay: 5 * time.Second,
		UnremovableRecheck: 5 * time.Minute, InitialNodeGroupBackoff: 5 * time.Minute, MaxNodeGroupBackoff: 30 * time.Minute,
		NodeGroupBackoffReset: 3 * time.Hour, MaxTotalUnreadyPercent: 45, OKTotalUnready: 3, DaemonSetEvictionDrained: true,
		ScaleDown: true, UnneededTime: 10 * time.Minute, UnreadyTime: 20 * time.Minute, UtilizationThreshold: 0.5,
		GPUUtilizationThreshold: 0.5, DelayAfterAdd: 10 * time.Minute, DelayAfterFailure: 3 * time.Minute,
	}
}

func groupConfig(name string, least, most int, cpu, memory int64) nodegroup.Config {
	return nodegroup.Config{
		Name: name, Min: least, Max: most, Size: least,
		Template:     func(i int) *cluster.Node { return groupNode(name, i, cpu, memory) },
		Provisioning: func(string) time.Duration { return time.Minute },
	}
}

func groupNode(name string, i int, cpu, memory int64) *cluster.Node {
	n := &cluster.Node{AllocatablePods: 110}
	n.Name = fmt.Sprintf("%s-%d", name, i)
	n.Labels = cluster.Labels{cluster.LabelHostname: n.Name, cluster.LabelNodeGroup: name, "group": name}
	n.Capacity = cluster.Resources{MilliCPU: cpu, Memory: memory}
	n.Allocatable = n.Capacity
	return n
}

func newWorld(t require.TestingT, options Options, groups ...nodegroup.Config) *world {
	w := &world{t: t, engine: sim.New(1), groups: map[string]*nodegroup.Group{}}
	w.store = cluster.NewStore(w.engine)
	policy, err := config.Policy("default", plugins.InTree())
	require.NoError(t, err)
	cfg := scheduler.Config{Profiles: policy.Profiles, Registry: plugins.InTree()}
	predictor, err := scheduler.NewPredictor(cfg, w.store, func(stream string, p *cluster.Pod) *rand.Rand {
		return w.engine.Draw(stream, p.Namespace, p.Name)
	})
	require.NoError(t, err)
	w.evictor = &strictEvictor{w: w}
	c := Config{
		Options: options, Predictor: predictor, Evictor: w.evictor, DaemonPods: daemonset.PodOn, Rand: w.engine.Rand("expander"),
		Report: func(r Report) { w.reports = append(w.reports, r) },
	}
	var made []*nodegroup.Group
	for _, g := range groups {
		made = append(made, nodegroup.New(w.engine, w.store, g))
		w.groups[g.Name] = made[len(made)-1]
		c.Groups = append(c.Groups, made[len(made)-1])
	}
	w.ca = New(w.engine, w.store, c)
	sched, err := scheduler.New(w.engine, w.store, cfg)
	require.NoError(t, err)
	sched.Observe(func(d *framework.Decision) {
		if !d.Placed() && d.Err == "" {
			w.ca.Unschedulable(d.Pod)
		}
	})
	kubelet.New(w.engine, w.store, kubelet.Config{Stop: func(*cluster.Pod) time.Duration { return w.stop }})
	replicaset.New(w.engine, w.store, controller.Options{})
	w.store.Watch("budgets", nil, func(sim.Time, *cluster.Change) { w.evictor.update() }, cluster.KindPod, cluster.KindPodDisruptionBudget)
	w.create(groupNode("base", 0, 10, 1<<20)) // a cluster without any node is a case of its own
	for _, g := range made {
		require.NoError(t, g.Start())
	}
	return w
}

func (w *world) create(o cluster.Object) {
	require.NoError(w.t, w.store.Create(o, cluster.ReasonCreated))
}

// at has something happen at an instant.
func (w *world) at(when time.Duration, do func()) {
	w.engine.At(sim.Time(when), sim.PhaseWorld, sim.Func{Name: "test", Do: func(sim.Time) { do() }})
}

func (w *world) run(until time.Duration) { require.NoError(w.t, w.engine.Run(sim.Time(until))) }

func podSpec(cpu, memory int64) *cluster.PodSpec {
	return (&cluster.PodSpec{TerminationGracePeriod: 3 * time.Hour, Containers: []cluster.Container{{
		Name: "c", Requests: cluster.Resources{MilliCPU: cpu, Memory: memory}, RequestsCPU: true, RequestsMemory: true,
	}}}).Complete()
}

// set makes a replica set whose pods have the label app.
func (w *world) set(name string, replicas int, spec *cluster.PodSpec) *cluster.ReplicaSet {
	r := &cluster.ReplicaSet{Replicas: replicas, Selector: cluster.SelectLabels(cluster.Labels{"app": name})}
	r.NamespacedName = cluster.NamespacedName{Namespace: "default", Name: name}
	r.Template = &cluster.PodTemplate{Labels: cluster.Labels{"app": name}, Spec: spec}
	w.create(r)
	return r
}

func (w *world) scale(r *cluster.ReplicaSet, replicas int) {
	require.NoError(w.t, cluster.Edit(w.store, cluster.KeyOf(r), cluster.ReasonScaled, func(r *cluster.ReplicaSet) {
		r.Replicas = replicas
		r.Generation++
	}))
}

// bare makes a pod that nothing makes anew, and that ends after its run time.
func (w *world) bare(spec *cluster.PodSpec, runs time.Duration) *cluster.Pod {
	p := &cluster.Pod{Spec: spec, RunTime: runs}
	p.NamespacedName = cluster.NamespacedName{Namespace: "default", Name: fmt.Sprintf("bare-%d", w.pods)}
	w.pods++
	w.create(p)
	return p
}

func (w *world) budget(app string, minAvailable int) *cluster.PodDisruptionBudget {
	b := &cluster.PodDisruptionBudget{Selector: cluster.SelectLabels(cluster.Labels{"app": app}), MinAvailable: &cluster.IntOrPercent{Value: minAvailable}}
	b.NamespacedName = cluster.NamespacedName{Namespace: "default", Name: app}
	w.create(b)
	return b
}

// nodes returns the names of the nodes of groups.
func (w *world) nodes() []string {
	var names []string
	for _, o := range w.store.List(cluster.KindNode) {
		if name := o.Meta().Name; name != "base-0" {
			names = append(names, name)
		}
	}
	return names
}

// pending returns the names of the pods that wait for a node.
func (w *world) pending() []*cluster.Pod {
	var pods []*cluster.Pod
	for _, o := range w.store.List(cluster.KindPod) {
		if p := o.(*cluster.Pod); p.NodeName == "" {
			pods = append(pods, p)
		}
	}
	return pods
}

// story returns the reports of some kinds as text.
func (w *world) story(kinds ...ReportKind) []string {
	var lines []string
	for _, r := range w.reports {
		for _, k := range kinds {
			if r.Kind == k {
				lines = append(lines, fmt.Sprintf("%v %s %s%s %d", r.At, r.Kind, r.Group, r.Node, r.Nodes))
			}
		}
	}
	return lines
}

// strictEvictor is an API server that counts: it refuses an eviction that a budget does not allow. It answers later.
type strictEvictor struct {
	w      *world
	delay  time.Duration
	refuse bool // everything
	asked  int
}

var errRefused = errors.New("too many requests")

// Evict implements Evictor.
func (e *strictEvictor) Evict(key cluster.Key, done func(sim.Time, error)) {
	e.asked++
	e.w.engine.After(e.delay, sim.PhaseWorld, sim.Func{Name: "evict", Do: func(now sim.Time) { done(now, e.evict(key)) }})
}

func (e *strictEvictor) evict(key cluster.Key) error {
	p := e.w.store.Pod(key.NamespacedName)
	if p == nil || p.UID != key.UID {
		return cluster.ErrNotFound
	}
	if e.refuse {
		return errRefused
	}
	for _, b := range e.budgets() {
		if b.Selector.Matches(p.Labels) && e.healthy(b)-1 < b.MinAvailable.Value {
			return errRefused
		}
	}
	return e.w.store.Terminate(key, cluster.ReasonEvicted)
}

func (e *strictEvictor) budgets() []*cluster.PodDisruptionBudget {
	var all []*cluster.PodDisruptionBudget
	for _, o := range e.w.store.List(cluster.KindPodDisruptionBudget) {
		all = append(all, o.(*cluster.PodDisruptionBudget))
	}
	return all
}

func (e *strictEvictor) healthy(b *cluster.PodDisruptionBudget) int {
	n := 0
	for _, o := range e.w.store.List(cluster.KindPod) {
		if p := o.(*cluster.Pod); b.Selector.Matches(p.Labels) && p.Status.Ready && !p.Deleting {
			n++
		}
	}
	return n
}

// update writes the budgets' status, as the disruption controller does.
func (e *strictEvictor) update() {
	for _, b := range e.budgets() {
		if allowed := int32(max(0, e.healthy(b)-b.MinAvailable.Value)); allowed != b.DisruptionsAllowed {
			require.NoError(e.w.t, cluster.Edit(e.w.store, cluster.KeyOf(b), cluster.ReasonUpdated, func(b *cluster.PodDisruptionBudget) {
				b.DisruptionsAllowed = allowed
			}))
		}
	}
}
