package hpa

import (
	"fmt"
	"slices"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// ReasonStatus is the reason of the controller's writes of a status.
const ReasonStatus cluster.Reason = "HorizontalPodAutoscalerStatus"

// Config says how the controller scales. The defaults in brackets are those of kube-controller-manager v1.36.
type Config struct {
	SyncPeriod              time.Duration // --horizontal-pod-autoscaler-sync-period (15 s); above 0
	DownscaleStabilization  time.Duration // --horizontal-pod-autoscaler-downscale-stabilization (5 min)
	Tolerance               float64       // --horizontal-pod-autoscaler-tolerance (0.1)
	CPUInitializationPeriod time.Duration // --horizontal-pod-autoscaler-cpu-initialization-period (5 min)
	InitialReadinessDelay   time.Duration // --horizontal-pod-autoscaler-initial-readiness-delay (30 s)

	Metrics      Metrics      // nil: the cluster has no metrics API
	Recommenders Recommenders // nil: AllRecommenders
}

// reconciler scales the targets of HorizontalPodAutoscalers.
type reconciler struct {
	store  *cluster.Store
	self   *controller.Controller
	cfg    Config
	atOnce bool // calls take no time

	autoscalers map[cluster.NamespacedName]*autoscaler
	overlaps    overlaps
	look        look // room for the one that is being taken
}

// autoscaler is what the controller keeps of one object between its syncs.
type autoscaler struct {
	history
	plan *plan
	view view
}

// New returns the controller of all HorizontalPodAutoscalers of the store; it must be made before the first write to the
// store. Without such an object nothing ever happens; with one, something happens for ever.
func New(engine *sim.Engine, store *cluster.Store, cfg Config, opts controller.Options) *controller.Controller {
	if cfg.SyncPeriod <= 0 {
		panic(fmt.Sprintf("hpa: sync period %v", cfg.SyncPeriod))
	}
	if cfg.Metrics == nil {
		cfg.Metrics = unavailable{}
	}
	if cfg.Recommenders == nil {
		cfg.Recommenders = AllRecommenders()
	}
	r := &reconciler{store: store, cfg: cfg, autoscalers: map[cluster.NamespacedName]*autoscaler{}}
	r.atOnce = opts.QPS <= 0 && opts.CallLatency == nil
	r.self = controller.New("horizontalpodautoscaler", engine, store, r, opts)
	r.self.Watch(r.heard, cluster.KindHorizontalPodAutoscaler)
	return r.self
}

// heard has a new object looked at after a whole period: upstream's queue keeps every key for that long, and drops requests
// for keys that it has (rate_limiters.go: NewDefaultHPARateLimiter; horizontal.go: enqueueHPA, v1.36.3). As every sync ends
// with such a request, a changed object is known already.
func (r *reconciler) heard(c *cluster.Change) []cluster.NamespacedName {
	name := c.Object().Meta().NamespacedName
	switch c.Verb {
	case cluster.Added:
		r.self.EnqueueAfter(name, r.cfg.SyncPeriod)
	case cluster.Deleted:
		if a := r.autoscalers[name]; a != nil {
			r.overlaps.close(&a.view)
		}
	}
	return nil
}

// Reconcile implements controller.Reconciler. It never fails: whatever went wrong, the next look comes a period later
// (processNextWorkItem).
func (r *reconciler) Reconcile(now sim.Time, name cluster.NamespacedName, calls *controller.Calls) (controller.Result, error) {
	h, _ := r.store.Get(cluster.KindHorizontalPodAutoscaler, name).(*cluster.HorizontalPodAutoscaler)
	if h == nil {
		delete(r.autoscalers, name)
		return controller.Result{}, nil
	}
	if r.atOnce {
		r.sync(now, h, calls)
	} else {
		r.read(h, calls)
	}
	return controller.Result{RequeueAfter: r.cfg.SyncPeriod}, nil
}

// read makes the calls that come before a decision: one for the scale, one for each metric. A recorded sync with two of
// them and no write lasts 8-9 ms, as long as one call that writes: two reads count as one call.
func (r *reconciler) read(h *cluster.HorizontalPodAutoscaler, calls *controller.Calls) {
	name := h.NamespacedName
	for range (1+len(h.Metrics)+1)/2 - 1 {
		calls.Do(func(*cluster.Store) error { return nil })
	}
	calls.Do(func(s *cluster.Store) error {
		if h, _ := s.Get(cluster.KindHorizontalPodAutoscaler, name).(*cluster.HorizontalPodAutoscaler); h != nil {
			r.sync(s.Now(), h, calls)
		}
		return nil
	})
}

// sync looks at an autoscaler and asks for the writes that follow.
func (r *reconciler) sync(now sim.Time, h *cluster.HorizontalPodAutoscaler, calls *controller.Calls) {
	l := r.begin(now, h)
	d := l.decide()
	if !d.rescale {
		r.write(l, d, calls)
		return
	}
	kept := *l // the room is used for others meanwhile
	kept.conditions, kept.metrics = slices.Clone(l.conditions), slices.Clone(l.metrics)
	target := cluster.KeyOf(r.target(h))
	calls.Do(r.self.Recorded(h.UID, func(s *cluster.Store) error {
		kept.now, kept.at = s.Now(), s.WholeSecond(s.Now())
		r.write(&kept, kept.rescaled(d, s.SetScale(target, d.desired, cluster.ReasonScaled)), calls)
		return nil
	}))
}

// begin takes stock of what an autoscaler is to be looked at with.
func (r *reconciler) begin(now sim.Time, h *cluster.HorizontalPodAutoscaler) *look {
	a := r.autoscalers[h.NamespacedName]
	if a == nil {
		a = &autoscaler{}
		r.autoscalers[h.NamespacedName] = a
	}
	if !a.plan.of(h) {
		a.plan = newPlan(&r.cfg, h)
	}
	l := &r.look
	*l = look{
		now: now, at: r.store.WholeSecond(now), hpa: h, cfg: &r.cfg, plan: a.plan, history: &a.history,
		window:     window{now, r.cfg.CPUInitializationPeriod, r.cfg.InitialReadinessDelay, r.store.WholeSecond},
		conditions: append(l.conditions[:0], h.Status.Conditions...), metrics: l.metrics[:0],
	}
	if target := r.target(h); target != nil {
		l.scale, l.found = cluster.ScaleOf(target)
	}
	if l.found && !l.scale.Selector.Empty() {
		r.overlaps.follow(r.store, &a.view, h.NamespacedName, l.scale.Selector)
		l.pods, l.shared = a.view.pods.Pods(), r.overlaps.of(&a.view)
	}
	return l
}

// target returns the object that an autoscaler scales, nil if it is not there.
func (r *reconciler) target(h *cluster.HorizontalPodAutoscaler) cluster.Object {
	kind := cluster.KindNamed(h.Target.Kind)
	if kind == 0 {
		return nil
	}
	return r.store.Get(kind, cluster.NamespacedName{Namespace: h.Namespace, Name: h.Target.Name})
}

// write asks for the status to be written, if it is another than before (updateStatusIfNeeded).
func (r *reconciler) write(l *look, d decision, calls *controller.Calls) {
	old := &l.hpa.Status
	if !d.rescale && old.CurrentReplicas == d.current && old.DesiredReplicas == d.desired &&
		slices.Equal(old.Conditions, l.conditions) && slices.Equal(old.CurrentMetrics, l.metrics) {
		return
	}
	status := cluster.AutoscalerStatus{
		CurrentReplicas: d.current, DesiredReplicas: d.desired, LastScaleTime: old.LastScaleTime, Scaled: old.Scaled,
		CurrentMetrics: old.CurrentMetrics, Conditions: old.Conditions,
	}
	if !slices.Equal(old.Conditions, l.conditions) {
		status.Conditions = slices.Clone(l.conditions)
	}
	if !slices.Equal(old.CurrentMetrics, l.metrics) {
		status.CurrentMetrics = slices.Clone(l.metrics)
	}
	if d.rescale {
		status.LastScaleTime, status.Scaled = l.at, true
	}
	key := cluster.KeyOf(l.hpa)
	calls.Do(func(s *cluster.Store) error {
		return controller.IgnoreGone(cluster.Edit(s, key, ReasonStatus, func(h *cluster.HorizontalPodAutoscaler) { h.Status = status }))
	})
}
