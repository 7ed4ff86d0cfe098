package workloads

import (
	"errors"
	"fmt"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// maxAtOnce is how many pods one event creates. A million pods of one instant are then a few thousand events, far below
// the engine's limit for an instant, and no event is so long that a stop has to wait for it.
const maxAtOnce = 256

// Feeder submits the pods of a source: it creates each in the store at its instant, and removes the objects of its pods
// once they have ended. It holds one pending arrival, and of its pods those that live.
type Feeder struct {
	engine    *sim.Engine
	store     *cluster.Store
	source    Source
	next      Submission // without a pod: the source has ended
	live      map[cluster.UID]struct{}
	submitted int64
}

// NewFeeder starts to submit the pods of the source. An error of the source fails the run, as does a pod whose name
// another pod still has.
func NewFeeder(engine *sim.Engine, store *cluster.Store, source Source) *Feeder {
	f := &Feeder{engine: engine, store: store, source: source, live: map[cluster.UID]struct{}{}}
	store.Watch("workload", nil, f.hear, cluster.KindPod)
	f.advance()
	f.schedule()
	return f
}

// Submitted returns how many pods were submitted so far.
func (f *Feeder) Submitted() int64 { return f.submitted }

// Live returns how many of the submitted pods still have an object.
func (f *Feeder) Live() int { return len(f.live) }

// More tells whether pods are still to be submitted.
func (f *Feeder) More() bool { return f.next.Pod != nil }

// Done tells whether the workload is done: all pods were submitted, have ended and are gone.
func (f *Feeder) Done() bool { return !f.More() && len(f.live) == 0 }

// advance takes the next submission from the source.
func (f *Feeder) advance() {
	last := f.next.At
	var ok bool
	if f.next, ok = f.source.Next(); !ok {
		f.next = Submission{}
		f.engine.Fail(f.source.Err())
		return
	}
	if f.next.At < max(last, f.engine.Now()) {
		pod := f.next.Pod.NamespacedName
		panic(fmt.Sprintf("workloads: pod %v is submitted at %v, before %v: the source is not in order", pod, f.next.At, last))
	}
}

func (f *Feeder) schedule() {
	if f.More() {
		f.engine.At(f.next.At, sim.PhaseArrive, arrival{f})
	}
}

// arrival submits the pods of one instant.
type arrival struct{ *Feeder }

// Fire creates the pods that are due.
func (a arrival) Fire(now sim.Time) {
	for n := 0; n < maxAtOnce && a.More() && a.next.At == now; n++ {
		if err := a.submit(now); err != nil {
			a.engine.Fail(err)
			return
		}
		a.advance()
	}
	a.schedule()
}

// String says what it is in the event log.
func (a arrival) String() string { return "arrival" }

func (f *Feeder) submit(now sim.Time) error {
	pod := f.next.Pod
	err := f.store.Create(pod, cluster.ReasonCreated)
	if errors.Is(err, cluster.ErrAlreadyExists) {
		return fmt.Errorf("workload: pod %v comes twice: the one submitted at %v still exists at %v",
			pod.NamespacedName, f.store.Pod(pod.NamespacedName).CreatedAt, now)
	}
	if err != nil {
		return fmt.Errorf("workload: submitting: %w", err)
	}
	f.live[pod.UID] = struct{}{}
	f.submitted++
	return nil
}

// hear removes a pod that has ended, and forgets one that is gone.
func (f *Feeder) hear(_ sim.Time, c *cluster.Change) {
	before, after := c.Pods()
	if after == nil {
		delete(f.live, before.UID)
		return
	}
	if _, mine := f.live[after.UID]; !mine || !after.Terminal() {
		return
	}
	// Someone else may have removed it at this instant already: that news is on its way.
	err := f.store.Delete(cluster.KeyOf(after), cluster.ReasonCleanedUp)
	if err != nil && !errors.Is(err, cluster.ErrNotFound) {
		f.engine.Fail(fmt.Errorf("workload: removing an ended pod: %w", err))
	}
}
