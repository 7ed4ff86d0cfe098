package eviction

import (
	"errors"
	"fmt"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// The retries of a request that meets a conflict (eviction.go: EvictionsRetry, v1.36.3): so many tries, and between two of
// them a wait with up to the jitter more of it (apimachinery pkg/util/wait/backoff.go: Step, v0.36).
const (
	Tries  = 20
	Wait   = 500 * time.Millisecond
	Jitter = 0.1
)

// MaxDisrupted is how many evictions of one budget may be under way (eviction.go: MaxDisruptedPodSize, v1.36.3).
const MaxDisrupted = 2000

// ErrManyBudgets is the error of a pod that more than one budget selects: 500 of the API.
var ErrManyBudgets = errors.New("this pod has more than one PodDisruptionBudget, which the eviction subresource does not support")

// TooManyRequests is the refusal of an eviction that a budget does not allow now: 429. It is cluster.ErrTooManyRequests.
type TooManyRequests struct {
	Budget     cluster.NamespacedName
	Cause      string
	RetryAfter time.Duration // what the header Retry-After asks for; 0: there is none
}

// Error says it in the words of the API.
func (e *TooManyRequests) Error() string {
	return "cannot evict pod as it would violate the pod's disruption budget: " + e.Cause
}

// Unwrap makes the refusal cluster.ErrTooManyRequests.
func (e *TooManyRequests) Unwrap() error { return cluster.ErrTooManyRequests }

// API takes requests for evictions. Use New.
type API struct {
	engine  *sim.Engine
	store   *cluster.Store
	latency func() time.Duration
}

// New returns the eviction subresource of a store. Latency is the time that a call of the API takes; a request needs half
// of one until it has read, half of one to write a budget, and one to mark and delete the pod, which are two writes. Nil:
// everything is done in the instant of the request.
func New(engine *sim.Engine, store *cluster.Store, latency func() time.Duration) *API {
	return &API{engine: engine, store: store, latency: latency}
}

// Evict asks for the end of a pod, and calls done when the request is answered: in a later event, if of the same instant.
// The error is cluster.ErrNotFound if the pod is gone or another has its name, or its budget has
// gone meanwhile; cluster.ErrTooManyRequests if its budget
// does not allow it now; cluster.ErrConflict if all tries met one; cluster.ErrForbidden if the budget is in no state to
// be asked; ErrManyBudgets. It is nil when the pod has been deleted or marked to be.
func (a *API) Evict(pod cluster.Key, done func(now sim.Time, err error)) {
	r := &request{api: a, pod: pod, done: done, then: (*request).begin, since: a.engine.Now()}
	a.engine.After(a.half(), sim.PhaseControl, r)
}

// half is half of a call.
func (a *API) half() time.Duration {
	if a.latency == nil {
		return 0
	}
	return a.latency() / 2
}

// request is one eviction while it is served. It is the event of its next step.
type request struct {
	api  *API
	pod  cluster.Key
	done func(sim.Time, error)
	then func(*request, sim.Time)

	since   sim.Time                     // when the client asked
	seen    *cluster.Pod                 // as it was read
	budget  *cluster.PodDisruptionBudget // as it was read; nil: none is asked
	precise bool                         // the pod is deleted only if it is as it was read
	tries   int                          // of the current loop
}

// Fire implements sim.Event.
func (r *request) Fire(now sim.Time) { r.then(r, now) }

// String names the event in the log.
func (r *request) String() string { return "evict " + r.pod.NamespacedName.String() }

// later has the request go on after some time; at once where that is none.
func (r *request) later(now sim.Time, d time.Duration, then func(*request, sim.Time)) {
	if r.then = then; d == 0 {
		then(r, now)
		return
	}
	r.api.engine.After(d, sim.PhaseControl, r)
}

// begin reads the pod, and its budget unless the pod goes without (eviction.go: Create).
func (r *request) begin(now sim.Time) {
	r.tries++
	p := r.api.store.Pod(r.pod.NamespacedName)
	if p == nil || p.UID != r.pod.UID {
		r.done(now, fmt.Errorf("%v %v: %w", cluster.KindPod, r.pod.NamespacedName, cluster.ErrNotFound))
		return
	}
	r.seen, r.precise = p, false
	if needsNoBudget(p) {
		r.precise = !p.Terminal() && !p.Deleting
		r.later(now, 2*r.api.half(), (*request).remove)
		return
	}
	var err error
	if r.budget, err = r.api.budgetOf(p); err != nil {
		r.done(now, err)
		return
	}
	r.tries = 0
	if r.budget == nil {
		r.later(now, 2*r.api.half(), (*request).remove)
		return
	}
	if passes(p, r.budget) {
		r.precise = true
		r.later(now, 2*r.api.half(), (*request).remove)
		return
	}
	r.ask(now)
}

// ask looks whether the budget allows the eviction, as it was read.
func (r *request) ask(now sim.Time) {
	r.tries++
	if err := refusal(r.budget); err != nil {
		r.done(now, err)
		return
	}
	r.later(now, r.api.half(), (*request).write)
}

// write takes one from the budget, unless it is no longer what was read.
func (r *request) write(now sim.Time) {
	switch r.current() {
	case nil:
		r.budgetGone(now)
		return
	case r.budget:
	default:
		r.conflict(now, (*request).askAgain)
		return
	}
	at := r.api.store.WholeSecond(now)
	err := cluster.Edit(r.api.store, cluster.KeyOf(r.budget), ReasonTaken, func(b *cluster.PodDisruptionBudget) {
		take(b, r.pod.Name, at)
	})
	if err != nil {
		r.done(now, err)
		return
	}
	r.later(now, 2*r.api.half(), (*request).remove)
}

// current returns the newest version of the budget, nil if it is gone.
func (r *request) current() *cluster.PodDisruptionBudget {
	b, _ := r.api.store.Get(cluster.KindPodDisruptionBudget, r.budget.NamespacedName).(*cluster.PodDisruptionBudget)
	return b
}

// askAgain reads the budget anew.
func (r *request) askAgain(now sim.Time) {
	b := r.current()
	if b == nil {
		r.budgetGone(now)
		return
	}
	r.budget = b
	r.ask(now)
}

// budgetGone answers that there is nothing to write to any more. A client that asks again finds the pod without a budget.
func (r *request) budgetGone(now sim.Time) {
	r.done(now, fmt.Errorf("PodDisruptionBudget %v: %w", r.budget.NamespacedName, cluster.ErrNotFound))
}

// conflict waits and tries again, if tries are left.
func (r *request) conflict(now sim.Time, again func(*request, sim.Time)) {
	if r.tries >= Tries {
		r.done(now, fmt.Errorf("%v %v: %d tries: %w", cluster.KindPod, r.pod.NamespacedName, r.tries, cluster.ErrConflict))
		return
	}
	r.later(now, r.wait(), again)
}

// remove deletes the pod. One that was read as not ready, or as waiting, must still be what it was: it might have become
// healthy (eviction.go: addConditionAndDeletePod).
func (r *request) remove(now sim.Time) {
	p := r.api.store.Pod(r.pod.NamespacedName)
	if r.precise && p != nil && p.UID == r.pod.UID && p.ResourceVersion != r.seen.ResourceVersion {
		if r.budget == nil {
			r.conflict(now, (*request).begin)
			return
		}
		r.done(now, &TooManyRequests{
			Budget: r.budget.NamespacedName, RetryAfter: retryAfter, Cause: stillProcessed(r.budget),
		})
		return
	}
	r.done(now, r.api.store.Terminate(r.pod, cluster.ReasonEvicted))
}
