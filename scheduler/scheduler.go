package scheduler

import (
	"fmt"
	"math/rand/v2"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Scheduler watches the store and places its pods.
type Scheduler struct {
	cfg        Config
	engine     *sim.Engine
	store      *cluster.Store
	cache      *cache
	queue      *queue
	algorithms map[string]framework.Algorithm
	permits    *permits
	observers  []func(*framework.Decision)

	cycling   bool     // a cycle is pending
	paused    bool     // no cycle begins
	busyUntil sim.Time // the last cycle takes until then
	flushAt   sim.Time // when the pending flush fires; Never: none is
	flush     sim.Handle
	decisions uint64
}

// New returns a scheduler that serves the pods of its profiles. It must be made before the first write to the store.
func New(engine *sim.Engine, store *cluster.Store, cfg Config) (*Scheduler, error) {
	cfg.setDefaults()
	s := &Scheduler{cfg: cfg, engine: engine, store: store, cache: newCache(store), flushAt: sim.Never}
	s.queue = newQueue(engine.Now, cfg.PodInitialBackoff, cfg.PodMaxBackoff)
	s.permits = &permits{s: s, pods: map[cluster.UID]*permit{}}
	if err := s.addProfiles(); err != nil {
		return nil, err
	}
	store.Watch("scheduler", cfg.WatchLatency, s.heard, cluster.KindNode, cluster.KindPod, cluster.KindPersistentVolume,
		cluster.KindPersistentVolumeClaim, cluster.KindStorageClass, cluster.KindCSINode)
	return s, nil
}

func (s *Scheduler) addProfiles() error {
	s.algorithms = map[string]framework.Algorithm{}
	for _, pc := range s.cfg.Profiles {
		p, err := NewProfile(pc, s.cfg.Registry, s.draw, s.cfg.PlainPath)
		if err != nil {
			return err
		}
		if s.algorithms[p.Name()] != nil {
			return fmt.Errorf("profile %s: there are two of this name", p.Name())
		}
		p.waiting = s.permits
		s.algorithms[p.Name()] = p
		s.queue.profiles[p.Name()] = &profileQueue{less: p.Less, preEnqueue: p.PreEnqueue, hints: hintsOf(p)}
	}
	for name, a := range s.cfg.Algorithms {
		if s.algorithms[name] != nil {
			return fmt.Errorf("scheduler %s: there is a profile of this name", name)
		}
		s.algorithms[name] = a
		s.queue.profiles[name] = plainQueue()
	}
	if len(s.algorithms) == 0 {
		return fmt.Errorf("scheduler: no profile")
	}
	return nil
}

// plainQueue is the queue of an Algorithm that is no profile: by priority, then time; every event may help.
func plainQueue() *profileQueue {
	return &profileQueue{
		less: func(a, b *framework.QueuedPod) bool {
			if a.Pod.Spec.Priority != b.Pod.Spec.Priority {
				return a.Pod.Spec.Priority > b.Pod.Spec.Priority
			}
			return a.Timestamp < b.Timestamp
		},
		preEnqueue: func(*cluster.Pod) *framework.Status { return nil },
	}
}

func (s *Scheduler) draw(stream string, pod *cluster.Pod) *rand.Rand {
	return s.engine.Draw(stream, pod.Namespace, pod.Name)
}

// Observe calls fn with every decision, at once. The decision is valid during the call only.
func (s *Scheduler) Observe(fn func(*framework.Decision)) { s.observers = append(s.observers, fn) }

// ObserveView calls fn with every change of what the scheduler sees, before it is made. There is one such observer.
func (s *Scheduler) ObserveView(fn func(cluster.ViewChange)) { s.cache.OnViewChange(fn) }

// Decisions returns the number of decisions so far.
func (s *Scheduler) Decisions() uint64 { return s.decisions }

// View returns the cluster as the scheduler sees it now. It is not to be changed.
func (s *Scheduler) View() *cluster.Snapshot { return s.cache.Snapshot }

// Waiting returns the number of pods that wait in the queue.
func (s *Scheduler) Waiting() int { return len(s.queue.pods) }

// heard takes one piece of news (pkg/scheduler/eventhandlers.go, v1.36).
func (s *Scheduler) heard(_ sim.Time, c *cluster.Change) {
	switch c.Object().Kind() {
	case cluster.KindPod:
		s.heardPod(c)
	case cluster.KindNode:
		s.heardNode(c)
	default:
		s.queue.happened(framework.ClusterEvent{Resource: resourceOf(c.Object().Kind()), Action: actionOf(c.Verb)}, c)
	}
	s.wake()
}

func resourceOf(k cluster.Kind) framework.EventResource {
	switch k {
	case cluster.KindPersistentVolume:
		return framework.PersistentVolume
	case cluster.KindPersistentVolumeClaim:
		return framework.PersistentVolumeClaim
	case cluster.KindStorageClass:
		return framework.StorageClass
	}
	return framework.CSINode
}

func actionOf(v cluster.Verb) framework.ActionType {
	switch v {
	case cluster.Added:
		return framework.ActionAdd
	case cluster.Deleted:
		return framework.ActionDelete
	}
	return framework.ActionUpdate
}

func (s *Scheduler) heardNode(c *cluster.Change) {
	before, after := c.Nodes()
	switch {
	case before == nil:
		s.cache.AddNode(after)
		s.queue.happened(framework.ClusterEvent{Resource: framework.NodeEvent, Action: framework.ActionAdd}, c)
	case after == nil:
		s.queue.happened(framework.ClusterEvent{Resource: framework.NodeEvent, Action: framework.ActionDelete}, c)
		s.cache.RemoveNode(before.Name)
	default:
		s.cache.UpdateNode(after)
		for _, e := range nodeEvents(before, after) {
			s.queue.happened(e, c)
		}
	}
}

// heardPod sorts a pod's news by whether the pod holds a place. A pod that has ended is as good as deleted.
func (s *Scheduler) heardPod(c *cluster.Change) {
	before, after := c.Pods()
	gone := after == nil || after.Terminal()
	pod := after
	if pod == nil {
		pod = before
	}
	switch {
	case gone && (pod.NodeName != "" || s.cache.assumed[pod.UID]):
		s.podEnded(pod, c)
	case gone:
		s.podWithdrawn(pod, c)
	case pod.NodeName != "":
		s.podAssigned(before, pod, c)
	default:
		s.podWaits(before, pod, c)
	}
}

// podEnded frees what a pod holds. Of one that was deleted before its binding, the plugins are shown the assumed version:
// the news does not know the node, and a pod without one is no help to others (handleBindingCycleError, v1.36).
func (s *Scheduler) podEnded(pod *cluster.Pod, c *cluster.Change) {
	held := s.cache.placed[pod.UID]
	s.withdraw(pod.UID)
	if s.cache.drop(pod.UID) {
		if pod.NodeName == "" {
			c = &cluster.Change{At: c.At, Seq: c.Seq, Verb: cluster.Deleted, Reason: c.Reason, Old: held}
		}
		s.queue.happened(framework.ClusterEvent{Resource: framework.AssignedPod, Action: framework.ActionDelete}, c)
	}
}

// podWithdrawn forgets a pod that never had a place. If room was being made for it, others may use that.
func (s *Scheduler) podWithdrawn(pod *cluster.Pod, c *cluster.Change) {
	s.withdraw(pod.UID)
	if pod.Status.NominatedNode != "" {
		s.queue.happened(framework.ClusterEvent{Resource: framework.AssignedPod, Action: framework.ActionDelete}, c)
	}
}

func (s *Scheduler) withdraw(uid cluster.UID) {
	s.permits.withdraw(uid)
	s.queue.remove(uid)
	s.cache.Unnominate(uid)
}

func (s *Scheduler) podAssigned(before, pod *cluster.Pod, c *cluster.Change) {
	if s.cache.heard(pod) {
		s.withdraw(pod.UID)
		s.queue.happened(framework.ClusterEvent{Resource: framework.AssignedPod, Action: framework.ActionAdd}, c)
		return
	}
	if before != nil {
		for _, e := range podEvents(before, pod) {
			s.queue.happened(e, c)
		}
	}
}

func (s *Scheduler) podWaits(before, pod *cluster.Pod, c *cluster.Change) {
	if s.algorithms[pod.Scheduler()] == nil || s.cache.assumed[pod.UID] {
		return
	}
	if w := s.queue.update(pod); w != nil {
		s.queue.updatedWaiting(w, podEvents(before, pod), c)
		return
	}
	s.queue.add(pod)
	s.cache.Nominate(pod)
}

// wake makes sure that a cycle is pending if there is a pod to try, and a flush if there is one to flush.
func (s *Scheduler) wake() {
	if !s.cycling && !s.paused && s.queue.ready() {
		s.cycling = true
		s.engine.At(max(s.engine.Now(), s.busyUntil), sim.PhaseSchedule, (*cycleEvent)(s))
	}
	next := min(s.queue.nextFlush(), s.queue.nextLeftover(s.cache.Generation()))
	if next < s.flushAt {
		s.engine.Cancel(s.flush)
		s.flushAt = next
		s.flush = s.engine.At(next, sim.PhaseSchedule, (*flushEvent)(s))
	}
}

// flushEvent moves pods on whose back-off or patience is over.
type flushEvent Scheduler

// Fire implements sim.Event.
func (f *flushEvent) Fire(sim.Time) {
	s := (*Scheduler)(f)
	s.flushAt = sim.Never
	s.queue.flushBackoff()
	s.queue.flushUnschedulable()
	s.wake()
}

// String names the event in the log.
func (f *flushEvent) String() string { return "scheduler flush" }
