package kubelet

import (
	"strconv"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Stages are the delays of a fake kubelet such as kwok: no container runs, and a pod goes from one stage of its life to
// the next after a fixed time. Every change of the pod's object starts the time of its stage anew. Nodes turn no pod away;
// on a node that is down or cut off nothing goes on, until it is back.
type Stages struct {
	// Ready is the time from when a bound pod is seen until it is running and ready; nil: 2 s.
	Ready func(pod *cluster.Pod) time.Duration
	// Complete is the time from then until a Job's pod ends; nil: 10 s.
	Complete func(pod *cluster.Pod) time.Duration
	// Terminate is the time from the deletion until the object goes; nil: 1 s.
	Terminate func(pod *cluster.Pod) time.Duration
	// NeverReady tells which pods run and do not become ready, Fails which pods of Jobs fail; nil: none.
	NeverReady, Fails func(pod *cluster.Pod) bool
	// Workers is how many writes are made at a time, Latency how long one takes; 0 and nil: any number, no time.
	Workers int
	Latency cluster.Latency
}

// The delays of pods that say nothing else.
const (
	stageReady     = 2 * time.Second
	stageComplete  = 10 * time.Second
	stageTerminate = time.Second
)

// AnnotatedStages returns stages whose delays are those of kwok's usual configuration, or what a pod's annotations under
// a prefix ("example.com/") say: ready-delay, job-duration and term-delay as a Go duration or in seconds, never-ready: "true";
// and with the label fail: "true" a Job's pod fails. What is not a duration is passed over, as kwok does.
func AnnotatedStages(prefix string) Stages {
	delay := func(key string, usual time.Duration) func(*cluster.Pod) time.Duration {
		return func(p *cluster.Pod) time.Duration { return duration(p.Annotations[prefix+key], usual) }
	}
	return Stages{
		Ready:      delay("ready-delay", stageReady),
		Complete:   delay("job-duration", stageComplete),
		Terminate:  delay("term-delay", stageTerminate),
		NeverReady: func(p *cluster.Pod) bool { return p.Annotations[prefix+"never-ready"] == "true" },
		Fails:      func(p *cluster.Pod) bool { return p.Labels[prefix+"fail"] == "true" },
	}
}

func duration(text string, usual time.Duration) time.Duration {
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return d
	}
	if s, err := strconv.ParseFloat(text, 64); err == nil && s >= 0 {
		return seconds(s)
	}
	return usual
}

// withDefaults fills in what is nil.
func (s Stages) withDefaults() Stages {
	for _, f := range []struct {
		of    *func(*cluster.Pod) time.Duration
		usual time.Duration
	}{{&s.Ready, stageReady}, {&s.Complete, stageComplete}, {&s.Terminate, stageTerminate}} {
		if *f.of == nil {
			*f.of = func(*cluster.Pod) time.Duration { return f.usual }
		}
	}
	none := func(*cluster.Pod) bool { return false }
	if s.NeverReady == nil {
		s.NeverReady = none
	}
	if s.Fails == nil {
		s.Fails = none
	}
	if s.Latency == nil {
		s.Latency = func() time.Duration { return 0 }
	}
	return s
}

// stages is the fake kubelet.
type stages struct {
	Stages
	k       *Kubelet
	pending map[cluster.UID]*step
	free    []sim.Time // when each worker has done what it was given
}

// step is the event of one pod's next stage: first it falls due, then a worker has written it.
type step struct {
	s       *stages
	pod     *cluster.Pod
	write   func(*stages, *cluster.Pod)
	writing bool
	next    sim.Handle
}

var _ sim.Event = (*step)(nil)

func newStages(k *Kubelet, cfg Stages) {
	s := &stages{Stages: cfg.withDefaults(), k: k, pending: map[cluster.UID]*step{}, free: make([]sim.Time, cfg.Workers)}
	k.stages = s
	k.store.Watch("kubelet nodes", nil, s.heardNode, cluster.KindNode)
	k.store.Watch("kubelet", k.cfg.WatchLatency, s.heardPod, cluster.KindPod)
}

func (s *stages) heardPod(_ sim.Time, c *cluster.Change) {
	before, after := c.Pods()
	if after == nil {
		s.forget(before.UID)
		return
	}
	s.consider(after)
}

// consider starts the time of a pod's stage. A write that is under way is not taken back.
func (s *stages) consider(pod *cluster.Pod) {
	if st := s.pending[pod.UID]; st != nil && st.writing {
		return
	}
	s.forget(pod.UID)
	n := s.k.store.Node(pod.NodeName)
	if n == nil || !n.Reachable() {
		return
	}
	write, delay := s.stage(pod)
	if write == nil {
		return
	}
	st := &step{s: s, pod: pod, write: write}
	s.pending[pod.UID] = st
	st.next = s.k.engine.After(delay, sim.PhaseWorld, st)
}

func (s *stages) forget(uid cluster.UID) {
	if st := s.pending[uid]; st != nil {
		s.k.engine.Cancel(st.next)
		delete(s.pending, uid)
	}
}

// heardNode stops the pods of a node that goes down or away, and takes up those of one that comes.
func (s *stages) heardNode(_ sim.Time, c *cluster.Change) {
	before, after := c.Nodes()
	if before != nil && after != nil && before.Reachable() == after.Reachable() {
		return
	}
	name := c.Object().Meta().Name
	for _, o := range s.k.store.List(cluster.KindPod) {
		if p := o.(*cluster.Pod); p.NodeName == name {
			s.consider(p)
		}
	}
}

// stage returns what will become of a pod, and after what time; nil if nothing will.
func (s *stages) stage(p *cluster.Pod) (func(*stages, *cluster.Pod), time.Duration) {
	ref := p.ControllerRef()
	switch {
	case p.Deleting:
		return (*stages).gone, s.Terminate(p)
	case p.Status.Phase == cluster.Pending && s.NeverReady(p):
		return (*stages).unready, stageReady
	case p.Status.Phase == cluster.Pending:
		return (*stages).ready, s.Ready(p)
	case p.Status.Phase == cluster.Running && ref != nil && ref.Kind == "Job":
		return (*stages).ended, s.Complete(p)
	}
	return nil, 0
}

// Fire implements sim.Event.
func (st *step) Fire(now sim.Time) {
	if !st.writing {
		st.writing = true
		if done := st.s.work(now); done > now {
			st.next = st.s.k.engine.At(done, sim.PhaseWorld, st)
			return
		}
	}
	delete(st.s.pending, st.pod.UID)
	p := st.s.k.store.Pod(st.pod.NamespacedName)
	switch {
	case p == nil || p.UID != st.pod.UID:
	case p.ResourceVersion != st.pod.ResourceVersion && !st.applies(p):
		st.s.consider(p)
	default:
		st.write(st.s, p)
	}
}

// applies tells whether a pod that has changed while it was written is still at the stage it was.
func (st *step) applies(p *cluster.Pod) bool {
	return p.Deleting == st.pod.Deleting && p.Status.Phase == st.pod.Status.Phase
}

// String names the event in the log.
func (st *step) String() string { return "stage " + st.pod.NamespacedName.String() }

// work gives a write to the worker that is free first, and returns when it is done.
func (s *stages) work(now sim.Time) sim.Time {
	if len(s.free) == 0 {
		return now.Add(s.Latency())
	}
	first := 0
	for i, t := range s.free {
		if t < s.free[first] {
			first = i
		}
	}
	s.free[first] = max(now, s.free[first]).Add(s.Latency())
	return s.free[first]
}

func (s *stages) ready(p *cluster.Pod) { s.k.edit(p, cluster.ReasonStarted, s.k.markRunning) }

func (s *stages) unready(p *cluster.Pod) {
	s.k.edit(p, cluster.ReasonStarted, func(p *cluster.Pod) {
		p.Status.Phase, p.Status.StartedAt = cluster.Running, s.k.engine.Now()
	})
}

func (s *stages) ended(p *cluster.Pod) {
	if !s.Fails(p) {
		s.k.edit(p, cluster.ReasonCompleted, s.k.markSucceeded)
		return
	}
	s.k.edit(p, ReasonFailed, func(p *cluster.Pod) {
		s.k.markEnded(p, cluster.Failed, reasonError)
		p.Status.ExitCode = 1
	})
}

func (s *stages) gone(p *cluster.Pod) { s.k.remove(p, cluster.ReasonKilled) }
