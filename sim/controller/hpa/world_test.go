package hpa

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// world is a Deployment whose pods are there and ready as soon as it is scaled, or after a start, and its autoscaler.
type world struct {
	engine *sim.Engine
	store  *cluster.Store
	target *cluster.Deployment
	hpa    *cluster.HorizontalPodAutoscaler
	next   int
	start  time.Duration // of a pod
}

// tester is what testing.TB and rapid.T share.
type tester interface {
	require.TestingT
	Helper()
}

// request is what every pod asks for, in millicores.
const request = 1000

// newWorld has a target of some replicas.
func newWorld(t tester, replicas int, cfg Config, opts controller.Options) (*world, *controller.Controller) {
	w := &world{engine: sim.New(1)}
	w.store = cluster.NewStore(w.engine)
	c := New(w.engine, w.store, cfg, opts)
	w.target = &cluster.Deployment{Selector: cluster.SelectLabels(cluster.Labels{"app": "web"})}
	w.target.Namespace, w.target.Name, w.target.Replicas = "default", "web", replicas
	require.NoError(t, w.store.Create(w.target, cluster.ReasonCreated))
	w.settle(t)
	w.store.Watch("deployment", nil, func(sim.Time, *cluster.Change) { w.settle(t) }, cluster.KindDeployment)
	return w, c
}

// autoscale adds an autoscaler of cpu at half of the request, which edit may change.
func (w *world) autoscale(t tester, least, most int, edit func(*cluster.HorizontalPodAutoscaler)) {
	w.hpa = &cluster.HorizontalPodAutoscaler{Target: cluster.ObjectRef{Kind: "Deployment", Name: "web"}, MinReplicas: least, MaxReplicas: most,
		Metrics: []cluster.MetricSpec{{Source: cluster.ResourceMetric, Resource: cluster.CPU, Target: cluster.UtilizationTarget, Utilization: 50}}}
	w.hpa.Namespace, w.hpa.Name, w.hpa.Generation = "default", "web", 1
	if edit != nil {
		edit(w.hpa)
	}
	require.NoError(t, w.store.Create(w.hpa, cluster.ReasonCreated))
}

var webSpec = (&cluster.PodSpec{Containers: []cluster.Container{{Name: "main", Requests: cluster.Resources{MilliCPU: request}, RequestsCPU: true}}}).Complete()

// settle makes and removes pods until there are as many as the target wants.
func (w *world) settle(t tester) {
	target := w.store.Get(cluster.KindDeployment, cluster.NamespacedName{Namespace: "default", Name: "web"}).(*cluster.Deployment)
	for ; w.store.Len(cluster.KindPod) < target.Replicas; w.next++ {
		p := &cluster.Pod{Spec: webSpec, NodeName: "n", RunTime: cluster.Forever}
		p.Namespace, p.Name, p.Labels = "default", fmt.Sprintf("web-%04d", w.next), cluster.Labels{"app": "web"}
		p.Status = cluster.PodStatus{Phase: cluster.Pending, ScheduledAt: w.engine.Now()}
		require.NoError(t, w.store.Create(p, cluster.ReasonCreated))
		w.engine.After(w.start, sim.PhaseWorld, sim.Func{Name: "start", Do: func(now sim.Time) {
			_ = w.store.EditPod(cluster.KeyOf(p), cluster.ReasonStarted, func(p *cluster.Pod) {
				p.Status.Phase, p.Status.Ready, p.Status.StartedAt, p.Status.ReadyTransition = cluster.Running, true, now, now
			})
		}})
	}
	pods := w.store.List(cluster.KindPod)
	for _, p := range pods[target.Replicas:] {
		require.NoError(t, w.store.Delete(cluster.KeyOf(p), cluster.ReasonKilled))
	}
	if target.Status.Replicas != target.Replicas {
		require.NoError(t, cluster.Edit(w.store, cluster.KeyOf(target), "Status", func(d *cluster.Deployment) { d.Status.Replicas = target.Replicas }))
	}
}

func (w *world) run(t tester, until time.Duration) { require.NoError(t, w.engine.Run(sim.Time(until))) }

// status returns the autoscaler as it is.
func (w *world) status() cluster.AutoscalerStatus {
	return w.store.Get(cluster.KindHorizontalPodAutoscaler, w.hpa.NamespacedName).(*cluster.HorizontalPodAutoscaler).Status
}

func (w *world) replicas() int {
	return w.store.Get(cluster.KindDeployment, w.target.NamespacedName).(*cluster.Deployment).Replicas
}

// load spreads cpu over all ready pods, sampled now over no time.
type load struct {
	unavailable
	store *cluster.Store
	total func(sim.Time) int64 // millicores
	alone func(sim.Time) int64 // of each pod, if total is nil
}

func (l *load) Resource(p *cluster.Pod, _ string, _ cluster.ResourceName) (Sample, bool) {
	now := l.store.Now()
	if l.total == nil {
		return Sample{MilliValue: l.alone(now), Timestamp: now}, true
	}
	ready := int64(0)
	for _, o := range l.store.List(cluster.KindPod) {
		if o.(*cluster.Pod).Status.Ready {
			ready++
		}
	}
	if ready == 0 || !p.Status.Ready {
		return Sample{}, false
	}
	return Sample{MilliValue: l.total(now) / ready, Timestamp: now}, true
}
