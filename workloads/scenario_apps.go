package workloads

import (
	"time"

	"github.com/wavetank/wavetank/sim/cluster"
)

// App says what manifests do not: what the containers of the pods that it selects do. Of several apps that select a pod
// the first counts.
type App struct {
	Selector   string            // of pods by label, as kubectl takes it; "": all pods
	Namespace  string            // "": every namespace
	Container  string            // name; "": every container but init containers
	Startup    Distribution      // from the start of a container until it answers probes; default 0
	RunTime    Distribution      // until it ends by itself; nil: DefaultRunTime in pods that are to end, no end in all others
	Forever    bool              // it never ends by itself, whatever pod it is in
	Stop       Distribution      // from the signal to end until it does; default 0
	ExitCode   int32             // of a run that ends by itself; default 0
	Crash      *Crash            // nil: it does not crash
	MilliCPU   int64             // in use while it runs
	Memory     int64             // bytes in use while it runs
	ImageSize  int64             // bytes of its image; 0: the kubelet's default
	NeverReady bool              // its readiness probe never succeeds
	selector   *cluster.Selector // Selector, parsed
}

// DefaultRunTime is how long containers run that are to end and of which nothing is said: those of pods with a restart
// policy other than Always, as Jobs make them. Nothing is known of what they do; this is so short that a Job gets
// somewhere and so long that it is seen.
const DefaultRunTime = 10 * time.Second

// Crash says when runs of a container end in failure. Exactly one of its fields is set.
type Crash struct {
	MTBF        time.Duration // mean time between failures: exponential times from the start of a run
	After       Distribution  // time from the start of a run
	Probability float64       // that a run ends in failure: at the end of its run time, or of its start-up if it has none
	ExitCode    int32         // beside any of them; default DefaultCrashCode
}

// DefaultCrashCode is the exit code of a crash: that of a process that gave up.
const DefaultCrashCode = 1

// Selects tells whether the app is that of a pod.
func (a *App) Selects(p *cluster.Pod) bool {
	return (a.Namespace == "" || a.Namespace == p.Namespace) && a.selector.Matches(p.Labels)
}

// Ref names an object as kubectl does: deployment/web, or deployment/shop/web with a namespace.
type Ref struct {
	Kind cluster.Kind
	cluster.NamespacedName
}

// Condition is a state that an object reaches.
type Condition struct {
	Ref
	State State
}

// State is what can be waited for.
type State string

// The states. Complete and Failed are those of a rollout or a Job; Exists and Gone those of any object; Drained that of a
// node, which is cordoned and has no pods any more that a drain evicts; the others those of pods.
const (
	StateExists    State = "exists"
	StateGone      State = "gone"
	StateComplete  State = "complete"
	StateFailed    State = "failed"
	StateRunning   State = "running"
	StateReady     State = "ready"
	StateSucceeded State = "succeeded"
	StateDrained   State = "drained"
)

// Verb is what an action does, in kubectl's words.
type Verb string

// The verbs.
const (
	VerbApply    Verb = "apply"
	VerbDelete   Verb = "delete"
	VerbScale    Verb = "scale"
	VerbSetImage Verb = "setImage"
	VerbRollout  Verb = "rollout"
	VerbCordon   Verb = "cordon"
	VerbUncordon Verb = "uncordon"
	VerbDrain    Verb = "drain"
	VerbUpgrade  Verb = "upgrade"
	VerbTaint    Verb = "taint"
	VerbUntaint  Verb = "untaint"
	VerbLabel    Verb = "label"
	VerbPatch    Verb = "patch"
)

// Rollout is what is done to a rollout.
type Rollout string

// What can be done to a rollout.
const (
	RolloutUndo    Rollout = "undo"
	RolloutPause   Rollout = "pause"
	RolloutResume  Rollout = "resume"
	RolloutRestart Rollout = "restart"
)

// Action changes the cluster on a timetable. It happens at At; with Every again and again from then on, the first time at
// At or, without it, after Every; with When once, the first time from At on that the condition holds.
type Action struct {
	At    time.Duration
	Every time.Duration // 0: once
	When  *Condition    // nil: by the clock

	Verb       Verb
	Target     Ref      // of all but apply, drain and upgrade
	Files      []string // apply: relative to the scenario file
	Replicas   int      // scale
	Image      string   // setImage
	Container  string   // setImage: ""; all containers
	Do         Rollout  // rollout
	ToRevision int      // rollout undo: 0: the one before
	Taints     []cluster.Taint
	Labels     cluster.Labels // label: to be set
	Remove     []string       // label: to be removed
	With       *Patch         // patch
	Nodes      NodeSet        // drain
	Parallel   int            // drain: nodes at a time; default 1
	Timeout    time.Duration  // drain: of one node; 0: none
	Upgrade    *Upgrade       // upgrade
}

// Patch is what a patch may change; the rest of an object it cannot.
type Patch struct {
	Labels      cluster.Labels // metadata.labels
	Annotations cluster.Labels // metadata.annotations

	Replicas      *int  // spec.replicas
	Parallelism   *int  // spec.parallelism
	MinReplicas   *int  // spec.minReplicas
	MaxReplicas   *int  // spec.maxReplicas
	Paused        *bool // spec.paused
	Suspend       *bool // spec.suspend
	Unschedulable *bool // spec.unschedulable
	Partition     *int  // spec.updateStrategy.rollingUpdate.partition

	TemplateLabels      cluster.Labels // spec.template.metadata.labels
	TemplateAnnotations cluster.Labels // spec.template.metadata.annotations
	Images              []ContainerImage
}

// ContainerImage is an entry of spec.template.spec.containers.
type ContainerImage struct{ Name, Image string }

// Reconciled tells whether controllers run: where there may be objects for them, and where faults mean something to them
// alone.
func (s *Scenario) Reconciled() bool {
	for _, f := range s.Faults {
		if f.Kind.needsControllers() {
			return true
		}
	}
	return s.managed()
}

// managed tells whether the scenario may have objects that controllers reconcile: without manifests, actions, load
// and an autoscaler it has none.
func (s *Scenario) managed() bool {
	for _, c := range s.Cluster {
		if len(c.Manifests) > 0 {
			return true
		}
	}
	for _, w := range s.Workload {
		if len(w.Manifests) > 0 {
			return true
		}
	}
	return len(s.Actions)+len(s.Load) > 0 || s.Autoscaler != nil
}
