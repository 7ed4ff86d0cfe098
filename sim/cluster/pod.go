package cluster

import (
	"time"

	"github.com/wavetank/wavetank/sim"
)

// Phase is the phase of a pod's life.
type Phase uint8

// The pod phases; the zero value is Pending.
const (
	Pending Phase = iota
	Running
	Succeeded
	Failed
)

// String returns the phase as kubectl prints it.
func (p Phase) String() string {
	return [...]string{"Pending", "Running", "Succeeded", "Failed"}[p]
}

// Pod is one pod. NodeName is set by binding and never changes.
type Pod struct {
	ObjectMeta
	Spec     *PodSpec
	NodeName string
	GPUs     DeviceSet     // the devices of the node that it was given
	RunTime  time.Duration // how long it runs once started, as recorded or drawn; Forever: until deleted
	Tracked  bool          // its Job has not counted its end yet (the finalizer batch.kubernetes.io/job-tracking)
	Status   PodStatus
}

// PodStatus is what has become of a pod. Times are zero until they come to pass; Phase and NodeName tell which are set.
type PodStatus struct {
	Phase         Phase
	Ready         bool
	Reason        string // why it failed or cannot start: "NodeLost", "Evicted", "OutOfcpu", ...
	Message       string
	NominatedNode string // where room is being made for it by preemption
	Disrupted     Reason // why it is being deleted, if another than its owner or user wants it: ReasonPreempted, ...
	ScheduledAt   sim.Time
	StartedAt     sim.Time // Running since
	FinishedAt    sim.Time // Succeeded or Failed since

	ReadyTransition sim.Time // when Ready last changed
	Restarts        int32    // of its containers, together
	ExitCode        int32    // of the container that ended the pod
}

// Kind returns KindPod.
func (p *Pod) Kind() Kind { return KindPod }

func (p *Pod) clone() Object { c := *p; return &c }

// Terminal tells whether the pod has ended: it uses nothing any more.
func (p *Pod) Terminal() bool { return p.Status.Phase == Succeeded || p.Status.Phase == Failed }

// Scheduler returns the name of the scheduler that is to place the pod.
func (p *Pod) Scheduler() string {
	if p.Spec.SchedulerName == "" {
		return DefaultScheduler
	}
	return p.Spec.SchedulerName
}

// InDomain tells whether other is one of the pods that a term of p selects: in its namespaces and matching its selector
// (kube-scheduler framework AffinityTerm.Matches, v0.36).
func (t *PodAffinityTerm) InDomain(p, other *Pod, namespaceLabels func(string) Labels) bool {
	return t.inNamespace(p, other, namespaceLabels) && t.Selector.Matches(other.Labels)
}

func (t *PodAffinityTerm) inNamespace(p, other *Pod, namespaceLabels func(string) Labels) bool {
	if len(t.Namespaces) == 0 && t.NamespaceSelector == nil {
		return other.Namespace == p.Namespace
	}
	for _, ns := range t.Namespaces {
		if ns == other.Namespace {
			return true
		}
	}
	return t.NamespaceSelector != nil && t.NamespaceSelector.Matches(namespaceLabels(other.Namespace))
}
