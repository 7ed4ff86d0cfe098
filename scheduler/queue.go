package scheduler

import (
	"cmp"
	"time"

	"github.com/google/btree"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// queue holds the pods that wait, as kube-scheduler's PriorityQueue does (backend/queue/scheduling_queue.go, v1.36, with
// the feature gates SchedulerQueueingHints and SchedulerPopFromBackoffQ on, as is the default).
type queue struct {
	now      func() sim.Time
	profiles map[string]*profileQueue // by scheduler name
	initial  time.Duration            // first back-off
	maximum  time.Duration            // longest back-off
	pods     map[cluster.UID]*waiting
	active   *btree.BTreeG[*waiting]
	backoff  *btree.BTreeG[*waiting] // rejected by plugins: popped early when nothing is active
	errors   *btree.BTreeG[*waiting] // failed: never popped early
	unfit    *btree.BTreeG[*waiting] // unschedulable, in the order in which they came
	gated    *btree.BTreeG[*waiting] // held by a PreEnqueue plugin
	arrivals uint64
}

// place says which of the queues a pod is in.
type place uint8

const (
	inFlight place = iota
	inActive
	inBackoff
	inErrors
	inUnfit
	inGated
)

// waiting is a pod in the queue.
type waiting struct {
	framework.QueuedPod
	place   place
	arrival uint64 // ends every order
	triedAt uint64 // generation of the cluster at its last try
	profile *profileQueue
}

// profileQueue is what the queue needs of an Algorithm.
type profileQueue struct {
	less       func(a, b *framework.QueuedPod) bool
	preEnqueue func(*cluster.Pod) *framework.Status
	hints      map[string][]framework.ClusterEventWithHint // by plugin; a plugin that is absent cares for every event
}

func newQueue(now func() sim.Time, initial, maximum time.Duration) *queue {
	q := &queue{now: now, initial: initial, maximum: maximum, pods: map[cluster.UID]*waiting{}, profiles: map[string]*profileQueue{}}
	q.active = btree.NewG(32, q.lessActive)
	q.backoff = btree.NewG(32, q.lessBackoff)
	q.errors = btree.NewG(32, q.lessBackoff)
	q.unfit = btree.NewG(32, lessArrival)
	q.gated = btree.NewG(32, lessArrival)
	return q
}

func lessArrival(a, b *waiting) bool { return a.arrival < b.arrival }

func (q *queue) lessActive(a, b *waiting) bool {
	if a.profile.less(&a.QueuedPod, &b.QueuedPod) {
		return true
	}
	if b.profile.less(&b.QueuedPod, &a.QueuedPod) {
		return false
	}
	return a.Pod.UID < b.Pod.UID
}

func (q *queue) lessBackoff(a, b *waiting) bool {
	if c := cmp.Compare(a.BackoffExpires, b.BackoffExpires); c != 0 {
		return c < 0
	}
	return q.lessActive(a, b)
}

func (q *queue) tree(p place) *btree.BTreeG[*waiting] {
	return [...]*btree.BTreeG[*waiting]{nil, q.active, q.backoff, q.errors, q.unfit, q.gated}[p]
}

// move puts a pod into one of the queues.
func (q *queue) move(w *waiting, to place) {
	if t := q.tree(w.place); t != nil {
		t.Delete(w)
	}
	w.place = to
	if to == inUnfit || to == inGated {
		q.arrivals++
		w.arrival = q.arrivals
	}
	if t := q.tree(to); t != nil {
		t.ReplaceOrInsert(w)
	}
}

// add takes a new pod in.
func (q *queue) add(pod *cluster.Pod) {
	w := &waiting{profile: q.profiles[pod.Scheduler()]}
	w.Pod, w.Timestamp = pod, q.now()
	q.pods[pod.UID] = w
	q.activate(w)
}

// activate makes the pod the next to be tried, unless a PreEnqueue plugin holds it.
func (q *queue) activate(w *waiting) {
	if q.gate(w) {
		return
	}
	q.move(w, inActive)
}

// gate asks the PreEnqueue plugins, and puts a pod that one of them holds aside.
func (q *queue) gate(w *waiting) bool {
	s := w.profile.preEnqueue(w.Pod)
	if s.IsSuccess() {
		w.GatedBy = ""
		return false
	}
	w.GatedBy = s.Plugin()
	w.Rejectors = insertSorted(w.Rejectors, s.Plugin())
	if w.place != inGated {
		q.move(w, inGated)
	}
	return true
}

// update takes a new version of a waiting pod.
func (q *queue) update(pod *cluster.Pod) *waiting {
	w := q.pods[pod.UID]
	if w != nil {
		w.Pod = pod
	}
	return w
}

// remove forgets a pod.
func (q *queue) remove(uid cluster.UID) bool {
	w := q.pods[uid]
	if w == nil {
		return false
	}
	q.move(w, inFlight)
	delete(q.pods, uid)
	return true
}

// pop takes out the next pod to try: the first active one, or, when none is active, the first that backs off from a
// rejection. It returns nil if there is none.
func (q *queue) pop() *waiting {
	w, ok := q.active.Min()
	if !ok {
		w, ok = q.backoff.Min()
	}
	if !ok {
		return nil
	}
	q.move(w, inFlight)
	w.Attempts++
	if w.Attempts == 1 {
		w.FirstAttempt = q.now()
	}
	w.Rejectors, w.PendingOn, w.GatedBy = nil, nil, ""
	return w
}

// ready tells whether pop would find a pod.
func (q *queue) ready() bool { return q.active.Len() > 0 || q.backoff.Len() > 0 }

// failed takes back a pod that was tried in vain. A rejected pod waits for an event, one that failed with an error backs off.
func (q *queue) failed(w *waiting, rejectors, pendingOn []string) {
	w.Rejectors, w.PendingOn = rejectors, pendingOn
	w.Timestamp = q.now()
	if len(rejectors)+len(pendingOn) == 0 {
		w.ErrorsInARow++
		q.setBackoff(w, w.ErrorsInARow)
		q.toBackoff(w)
		return
	}
	w.Unschedulable++
	w.ErrorsInARow = 0
	q.setBackoff(w, w.Unschedulable)
	q.move(w, inUnfit)
}

func (q *queue) toBackoff(w *waiting) {
	if len(w.Rejectors)+len(w.PendingOn) == 0 {
		q.move(w, inErrors)
	} else {
		q.move(w, inBackoff)
	}
}

// setBackoff computes when the back-off after the count-th failure ends: initial, doubling, up to the maximum, cut to a
// whole window (backend/queue/backoff_queue.go, v1.36). Windows are whole seconds of the run's clock.
func (q *queue) setBackoff(w *waiting, count int) {
	d := q.maximum
	if shift := count - 1; shift < 63 && q.initial <= q.maximum>>shift {
		d = q.initial << shift
	}
	w.BackoffExpires = alignToWindow(w.Timestamp.Add(d))
}

func alignToWindow(t sim.Time) sim.Time { return t - t%sim.Time(backoffWindow) }

func (q *queue) backingOff(w *waiting) bool {
	return w.Unschedulable+w.ErrorsInARow > 0 && w.BackoffExpires >= alignToWindow(q.now())
}

// flushBackoff activates the pods whose back-off is over.
func (q *queue) flushBackoff() {
	for _, t := range []*btree.BTreeG[*waiting]{q.backoff, q.errors} {
		for w, ok := t.Min(); ok && !q.backingOff(w); w, ok = t.Min() {
			q.move(w, inFlight)
			q.activate(w)
		}
	}
}

// flushUnschedulable gives every pod another try that has been unschedulable for five minutes.
func (q *queue) flushUnschedulable() {
	var old []*waiting
	q.unfit.Ascend(func(w *waiting) bool {
		if q.now().Sub(w.Timestamp) > DefaultPodMaxInUnschedulablePods {
			old = append(old, w)
		}
		return true
	})
	for _, w := range old {
		q.requeue(w, false)
	}
}

// requeue takes a pod out of the unschedulable ones: at once, or after what is left of its back-off.
func (q *queue) requeue(w *waiting, immediately bool) {
	if immediately || !q.backingOff(w) {
		q.activate(w)
		return
	}
	if !q.gate(w) {
		q.toBackoff(w)
	}
}

// nextFlush returns when the flushes have work to do next, Never if they have none.
func (q *queue) nextFlush() sim.Time {
	next := sim.Never
	if w, ok := q.errors.Min(); ok {
		next = w.BackoffExpires + sim.Time(backoffWindow)
	}
	if w, ok := q.backoff.Min(); ok {
		next = min(next, w.BackoffExpires+sim.Time(backoffWindow))
	}
	return max(next, q.now())
}

// nextLeftover returns when the oldest unschedulable pod is due for another try: at the first multiple of the flush
// interval after five minutes. Never if the cluster has stood still since it was tried, as the same decision would come
// out again: so a run with pods that fit nowhere comes to its end.
func (q *queue) nextLeftover(generation uint64) sim.Time {
	w, ok := q.unfit.Min()
	if !ok || w.triedAt == generation {
		return sim.Never
	}
	due := max(w.Timestamp.Add(DefaultPodMaxInUnschedulablePods)+1, q.now())
	if late := due % sim.Time(unschedulableFlushInterval); late > 0 {
		due += sim.Time(unschedulableFlushInterval) - late
	}
	return due
}
