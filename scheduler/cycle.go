package scheduler

import (
	"slices"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// cycleEvent is one scheduling cycle.
type cycleEvent Scheduler

// Fire implements sim.Event: pop, decide, apply.
func (c *cycleEvent) Fire(now sim.Time) {
	s := (*Scheduler)(c)
	if s.cycling = false; s.paused {
		return
	}
	if batch := s.popBatch(); len(batch) > 0 {
		s.decide(now, batch)
		if s.cfg.CycleTime != nil {
			s.busyUntil = now.Add(s.cfg.CycleTime())
		}
	}
	s.wake()
}

// String names the event in the log.
func (c *cycleEvent) String() string { return "scheduling cycle" }

// popBatch takes the next pod, or as many of the same scheduler as its Algorithm wants to see at once.
func (s *Scheduler) popBatch() []*waiting {
	first := s.popSchedulable()
	if first == nil {
		return nil
	}
	batch := []*waiting{first}
	b, ok := s.algorithms[first.Pod.Scheduler()].(framework.Batcher)
	for ok && len(batch) < b.BatchSize() {
		next, found := s.queue.active.Min()
		if !found || next.Pod.Scheduler() != first.Pod.Scheduler() {
			break
		}
		if w := s.popSchedulable(); w != nil {
			batch = append(batch, w)
		}
	}
	return batch
}

// popSchedulable pops until it finds a pod that is not being deleted.
func (s *Scheduler) popSchedulable() *waiting {
	for w := s.queue.pop(); w != nil; w = s.queue.pop() {
		if !w.Pod.Deleting {
			return w
		}
		delete(s.queue.pods, w.Pod.UID)
	}
	return nil
}

func (s *Scheduler) decide(now sim.Time, batch []*waiting) {
	s.cache.Now = now
	pods := make([]*cluster.Pod, len(batch))
	for i, w := range batch {
		pods[i] = w.Pod
	}
	decisions := s.algorithms[pods[0].Scheduler()].Schedule(pods, s.cache.Snapshot)
	for i, w := range batch {
		d := &decisions[i]
		d.Tried, d.Attempt = w.Pod, w.Attempts
		s.decisions++
		for _, fn := range s.observers {
			fn(d)
		}
		w.triedAt = s.cache.Generation()
		if d.Placed() {
			s.place(w, d)
		} else {
			s.giveBack(w, d)
		}
	}
}

// giveBack applies a decision that found no place: victims are evicted, and the pod goes back to the queue.
func (s *Scheduler) giveBack(w *waiting, d *framework.Decision) {
	for _, victim := range d.Evict {
		if err := s.store.Terminate(victim, cluster.ReasonPreempted); err != nil {
			continue // it has ended in the meantime: the room is there
		}
	}
	s.queue.failed(w, d.Rejectors, d.PendingOn)
	if d.Renominated {
		s.nominate(w.Pod, d.Nominated)
	}
	if d.Nominated != "" {
		s.outrank(w.Pod, d.Nominated)
	}
}

// outrank withdraws the nominations of lower priority on a node where room is being made for a pod: they may fit there
// no more (framework/preemption/executor.go, v1.36).
func (s *Scheduler) outrank(pod *cluster.Pod, node string) {
	for _, other := range slices.Clone(s.cache.Nominated(node)) {
		if other.Spec.Priority < pod.Spec.Priority {
			s.nominate(other, "")
		}
	}
}

// nominate notes at once that room is being made for a pod, and writes it to the pod's status.
func (s *Scheduler) nominate(pod *cluster.Pod, node string) {
	if pod.Status.NominatedNode == node {
		return
	}
	noted := *pod
	noted.Status.NominatedNode = node
	s.cache.Nominate(&noted)
	err := s.store.EditPod(cluster.KeyOf(pod), cluster.ReasonNominated, func(p *cluster.Pod) { p.Status.NominatedNode = node })
	if err != nil { // the pod is gone
		s.cache.Unnominate(pod.UID)
	}
}
