package cluster

import (
	"math"
	"time"

	"github.com/wavetank/wavetank/sim"
)

// PodTemplate is what a controller makes pods from. It is immutable: a change of an owner's template is another template.
type PodTemplate struct {
	Labels      Labels
	Annotations map[string]string
	Spec        *PodSpec
}

// TemplateOf returns the template of an object that keeps pods running; nil for anything else, and for nil.
func TemplateOf(o Object) *PodTemplate {
	switch o := o.(type) {
	case *Deployment:
		return o.Template
	case *StatefulSet:
		return o.Template
	case *DaemonSet:
		return o.Template
	case *ReplicaSet:
		return o.Template
	}
	return nil
}

// IntOrPercent is a number of pods, or a percentage of them. Nil stands for the API's default.
type IntOrPercent struct {
	Value   int
	Percent bool
}

// Of returns the number of pods that v is of total, percentages rounded up or down (apimachinery
// util/intstr.GetScaledValueFromIntOrPercent, v0.36).
func (v IntOrPercent) Of(total int, roundUp bool) int {
	if !v.Percent {
		return v.Value
	}
	exact := float64(v.Value) * float64(total) / 100
	if roundUp {
		return int(math.Ceil(exact))
	}
	return int(math.Floor(exact))
}

// Condition is one condition of an object, as manifests print it.
type Condition struct {
	Type               string
	Status             bool
	Unknown            bool // neither true nor false; Status is then false
	Reason             string
	Message            string
	LastTransitionTime sim.Time // whole seconds of the wall clock, as in the API
	LastUpdateTime     sim.Time // likewise; only Deployments have it
}

// SelectsPods is any object that selects pods of its namespace by label.
type SelectsPods interface {
	Object
	PodSelector() *Selector
}

// ReplicaSet keeps a number of pods of one template.
type ReplicaSet struct {
	ObjectMeta
	Replicas int
	//lint:ignore ST1011 the API's name
	MinReadySeconds time.Duration
	Selector        *Selector
	Template        *PodTemplate
	Status          ReplicaSetStatus
}

// ReplicaSetStatus is what the controller last counted.
type ReplicaSetStatus struct {
	Replicas           int
	Ready              int
	Available          int
	FullyLabeled       int
	Terminating        int
	ObservedGeneration int64
	Conditions         []Condition // ReplicaFailure, while pods cannot be created or deleted
}

// Deployment rolls its template out through ReplicaSets.
type Deployment struct {
	ObjectMeta
	Replicas       int
	Selector       *Selector
	Template       *PodTemplate
	Recreate       bool // strategy; otherwise RollingUpdate
	MaxSurge       IntOrPercent
	MaxUnavailable IntOrPercent
	//lint:ignore ST1011 the API's name
	MinReadySeconds      time.Duration
	ProgressDeadline     time.Duration // 0: none
	RevisionHistoryLimit int
	Paused               bool
	Status               DeploymentStatus
}

// DeploymentStatus is what the controller last counted.
type DeploymentStatus struct {
	Replicas, Updated, Ready, Available, Unavailable, Terminating int

	Collisions         int // how often the hash of a template has met another template's ReplicaSet
	ObservedGeneration int64
	Conditions         []Condition
}

// StatefulSet keeps pods with ordinal names and, if it has claim templates, volumes of their own.
type StatefulSet struct {
	ObjectMeta
	Replicas       int
	Ordinal        int // the first ordinal
	Selector       *Selector
	Template       *PodTemplate
	Parallel       bool // podManagementPolicy; otherwise OrderedReady
	OnDelete       bool // update strategy; otherwise RollingUpdate
	Partition      int
	MaxUnavailable IntOrPercent
	//lint:ignore ST1011 the API's name
	MinReadySeconds      time.Duration
	ClaimTemplates       []PersistentVolumeClaim
	RevisionHistoryLimit int
	Status               StatefulSetStatus
}

// StatefulSetStatus is what the controller last counted.
type StatefulSetStatus struct {
	Replicas, Ready, Available, Current, Updated int

	CurrentRevision, UpdateRevision string
	ObservedGeneration              int64
}

// DaemonSet keeps one pod on each node that its template fits.
type DaemonSet struct {
	ObjectMeta
	Selector       *Selector
	Template       *PodTemplate
	OnDelete       bool // update strategy; otherwise RollingUpdate
	MaxSurge       IntOrPercent
	MaxUnavailable IntOrPercent
	//lint:ignore ST1011 the API's name
	MinReadySeconds time.Duration
	Status          DaemonSetStatus
}

// DaemonSetStatus is what the controller last counted.
type DaemonSetStatus struct {
	Desired, Current, Misscheduled, Ready, Updated, Available, Unavailable int

	ObservedGeneration int64
}

// Job runs pods until enough of them have succeeded.
type Job struct {
	ObjectMeta
	Parallelism          int
	Completions          *int // nil: any success completes
	Indexed              bool
	BackoffLimit         int
	BackoffLimitPerIndex *int
	MaxFailedIndexes     *int
	ActiveDeadline       time.Duration  // 0: none
	TTLAfterFinished     *time.Duration // nil: kept
	Suspend              bool
	ReplaceTerminating   bool // podReplacementPolicy TerminatingOrFailed; otherwise Failed
	FailurePolicy        []FailureRule
	Selector             *Selector
	Template             *PodTemplate
	Status               JobStatus
}

// FailureRule is one rule of a Job's podFailurePolicy.
type FailureRule struct {
	Action    string // FailJob, FailIndex, Ignore, Count
	Container string // "" stands for any
	In        bool   // the exit code is one of Codes; otherwise none of them
	Codes     []int
	Condition string // type of a pod condition that must be true; in place of exit codes
}

// JobStatus is what the controller last counted.
type JobStatus struct {
	Active, Ready, Terminating, Succeeded, Failed int

	// Finished pods that the next write counts (status.uncountedTerminatedPods).
	UncountedSucceeded, UncountedFailed []UID

	CompletedIndexes []int // sorted
	FailedIndexes    []int // sorted
	Started          bool
	StartTime        sim.Time
	CompletionTime   sim.Time
	Conditions       []Condition
}

// CronJob starts Jobs on a timetable.
type CronJob struct {
	ObjectMeta
	Schedule         string // five fields of cron
	TimeZone         string // "" stands for UTC
	StartingDeadline *time.Duration
	Concurrency      string // Allow, Forbid, Replace
	Suspend          bool
	SuccessfulLimit  int
	FailedLimit      int
	JobLabels        Labels
	JobTemplate      *Job // its metadata's labels and annotations, and its spec

	LastSchedule sim.Time // whole seconds; valid if Scheduled
	Scheduled    bool
	Active       []NamespacedName
}

// ConfigMap and Secret matter by being there.
type ConfigMap struct {
	ObjectMeta
	Secret bool // it is a Secret
}

// The kinds of the workload objects, and that they select pods.

// Kind returns KindReplicaSet.
func (r *ReplicaSet) Kind() Kind { return KindReplicaSet }

// PodSelector implements SelectsPods.
func (r *ReplicaSet) PodSelector() *Selector { return r.Selector }
func (r *ReplicaSet) clone() Object          { c := *r; return &c }

// Kind returns KindDeployment.
func (d *Deployment) Kind() Kind { return KindDeployment }

// PodSelector implements SelectsPods.
func (d *Deployment) PodSelector() *Selector { return d.Selector }
func (d *Deployment) clone() Object          { c := *d; return &c }

// Kind returns KindStatefulSet.
func (s *StatefulSet) Kind() Kind { return KindStatefulSet }

// PodSelector implements SelectsPods.
func (s *StatefulSet) PodSelector() *Selector { return s.Selector }
func (s *StatefulSet) clone() Object          { c := *s; return &c }

// Kind returns KindDaemonSet.
func (d *DaemonSet) Kind() Kind { return KindDaemonSet }

// PodSelector implements SelectsPods.
func (d *DaemonSet) PodSelector() *Selector { return d.Selector }
func (d *DaemonSet) clone() Object          { c := *d; return &c }

// Kind returns KindJob.
func (j *Job) Kind() Kind { return KindJob }

// PodSelector implements SelectsPods.
func (j *Job) PodSelector() *Selector { return j.Selector }
func (j *Job) clone() Object          { c := *j; return &c }

// Kind returns KindCronJob.
func (c *CronJob) Kind() Kind    { return KindCronJob }
func (c *CronJob) clone() Object { d := *c; return &d }

// Kind returns KindConfigMap or KindSecret.
func (c *ConfigMap) Kind() Kind {
	if c.Secret {
		return KindSecret
	}
	return KindConfigMap
}
func (c *ConfigMap) clone() Object { d := *c; return &d }
