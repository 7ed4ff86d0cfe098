package disruption

import (
	"fmt"
	"strconv"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// ReasonStatus is the reason of the controller's writes of a status.
const ReasonStatus cluster.Reason = "DisruptionBudgetStatus"

// recheckSlack is how late the look at disrupted pods whose time is up comes: it goes through the rate-limited queue
// (disruption.go: recheckWorker; client-go workqueue.DefaultTypedControllerRateLimiter, v0.36).
const recheckSlack = 5 * time.Millisecond

// reconciler keeps the status of budgets.
type reconciler struct {
	engine  *sim.Engine
	store   *cluster.Store
	self    *controller.Controller
	budgets budgets
	watches bool // pods
	pods    map[cluster.NamespacedName]selected
}

// selected are the pods of one budget, live.
type selected struct {
	by   *cluster.Selector
	pods *cluster.Selection
}

// New returns the disruption controller of the store, with one worker as upstream's unless the options say otherwise. It
// must be made before the first write to the store.
func New(engine *sim.Engine, store *cluster.Store, opts controller.Options) *controller.Controller {
	if opts.Workers == 0 {
		opts.Workers = 1
	}
	r := &reconciler{engine: engine, store: store, budgets: budgets{}, pods: map[cluster.NamespacedName]selected{}}
	r.self = controller.New("disruption", engine, store, r, opts)
	r.self.Watch(r.heardBudget, cluster.KindPodDisruptionBudget)
	return r.self
}

// heardBudget notes a budget. From the first one on pods are watched.
func (r *reconciler) heardBudget(c *cluster.Change) []cluster.NamespacedName {
	if !r.watches {
		r.watches = true
		r.self.Watch(r.concerned, cluster.KindPod)
	}
	b, _ := c.New.(*cluster.PodDisruptionBudget)
	r.budgets.note(c.Object().Meta().NamespacedName, b)
	return controller.Itself(c)
}

// concerned returns the budget that a change of a pod is news for. Of several that select the pod one is drawn: upstream
// takes the first of a Go map (disruption.go: getPdbForPod).
func (r *reconciler) concerned(c *cluster.Change) []cluster.NamespacedName {
	m := c.Object().Meta()
	names := r.budgets.of(m.Namespace, m.Labels)
	if len(names) < 2 {
		return names
	}
	i := r.engine.Draw("disruption/budget", m.Namespace, m.Name, strconv.FormatUint(c.Seq, 10)).IntN(len(names))
	return names[i : i+1]
}

// Reconcile implements controller.Reconciler.
func (r *reconciler) Reconcile(now sim.Time, name cluster.NamespacedName, calls *controller.Calls) (controller.Result, error) {
	b, _ := r.store.Get(cluster.KindPodDisruptionBudget, name).(*cluster.PodDisruptionBudget)
	if b == nil {
		r.forget(name)
		return controller.Result{}, nil
	}
	s, err := calculate(b, r.podsOf(b), r.ownerOf, now)
	at := r.store.WholeSecond(now)
	if err != nil {
		if !saysFailed(b, err) {
			calls.Do(update(b, func(b *cluster.PodDisruptionBudget) { writeFailure(b, err, at) }))
		}
		return controller.Result{}, nil
	}
	if !s.upToDate(b) {
		calls.Do(update(b, func(b *cluster.PodDisruptionBudget) { s.write(b, at) }))
	}
	if s.recheck == sim.Never {
		return controller.Result{}, nil
	}
	return controller.Result{RequeueAfter: s.recheck.Sub(now) + recheckSlack}, nil
}

// update returns the call that writes a status. It is a conflict if the budget is not the one that was read.
func update(read *cluster.PodDisruptionBudget, write func(*cluster.PodDisruptionBudget)) controller.Call {
	return func(s *cluster.Store) error {
		now := s.Get(cluster.KindPodDisruptionBudget, read.NamespacedName)
		switch {
		case now == nil || now.Meta().UID != read.UID:
			return nil
		case now.Meta().ResourceVersion != read.ResourceVersion:
			return fmt.Errorf("PodDisruptionBudget %v: %w", read.NamespacedName, cluster.ErrConflict)
		}
		return cluster.Edit(s, cluster.KeyOf(read), ReasonStatus, write)
	}
}

// podsOf returns the pods that a budget selects, in order of creation.
func (r *reconciler) podsOf(b *cluster.PodDisruptionBudget) []*cluster.Pod {
	sel, known := r.pods[b.NamespacedName]
	if !known || sel.by != b.Selector {
		r.forget(b.NamespacedName)
		sel = selected{b.Selector, r.store.Select(b.Namespace, b.Selector)}
		r.pods[b.NamespacedName] = sel
	}
	return sel.pods.Pods()
}

func (r *reconciler) forget(name cluster.NamespacedName) {
	if sel, known := r.pods[name]; known {
		sel.pods.Close()
		delete(r.pods, name)
	}
}
