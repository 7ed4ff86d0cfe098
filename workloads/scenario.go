package workloads

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/wavetank/wavetank/sim/cluster"
)

// Scenario is one experiment, with all defaults filled in. Decode makes it; README.md lists its keys.
type Scenario struct {
	Name      string          // default: the file's name without its ending
	Seed      uint64          // of all randomness; default 0, a seed like any other
	Until     time.Duration   // end of the run; 0 (the default): when the workload is done
	Cluster   []ClusterEntry  // at least one, unless an autoscaler makes the nodes
	Workload  []WorkloadEntry // at least one, unless manifests or actions make the pods
	Scheduler Scheduler
	Latency   Latency
	Flags     Flags // of the control plane; default DefaultFlags
	Apps      []App
	Load      []ServiceLoad // demand on services
	Actions   []Action
	Faults    []Fault
	Results   Results

	Autoscaler *Autoscaler // nil: the nodes are those of the cluster

	origin origin
}

// ClusterEntry adds nodes to the cluster. Exactly one of its fields is set.
type ClusterEntry struct {
	Nodes     *NodeGroup
	Trace     *NodeTrace
	Manifests []string // files, relative to the scenario file: all their objects, of whatever kind
}

// NodeGroup is a number of like nodes.
type NodeGroup struct {
	Count       int      // default 1
	Name        string   // with {i} for the node's number from 0; default "n-{i}", in cluster[k] after the first "n{k}-{i}"
	Capacity    Capacity // cpu and memory are required
	Allocatable Capacity // default, for each resource: Capacity
	Zones       []string // node i is in zone i modulo their number; default none
	Regions     []string // one for all zones, or one for each zone; default none
	Labels      cluster.Labels
	Taints      []cluster.Taint
	GPUs        int     // devices of each node, that can be shared; default 0
	GPUModel    string  // default "": no label
	Price       float64 // of an hour of each node; default 0: not known
}

// Capacity is what a node has.
type Capacity struct {
	Resources cluster.Resources
	Pods      int64 // default DefaultPods
}

// DefaultPods is how many pods a node takes when nothing is said: the kubelet's default of maxPods
// (pkg/kubelet/apis/config/v1beta1/defaults.go, v1.36). The nodes of a trace get it too, as no format records a limit.
const DefaultPods = 110

// NodeTrace takes nodes from a recorded list.
type NodeTrace struct {
	Format string // one of traces.Formats
	Path   string // relative to Paths.Traces
	Take   Take
	Pods   int64 // how many pods each node takes; default DefaultPods
}

// Take cuts a recorded list of nodes. Its limits are applied in the order of its fields, each to what the one before
// left; 0 is no limit.
type Take struct {
	Every int // keep the first node of the file and every Every-th after it
	Nodes int // then at most so many nodes, from the start of the file
	GPUs  int // and no more nodes once those kept have so many GPUs together
}

// WorkloadEntry submits pods. Exactly one of Trace, Synthetic and Manifests is set.
type WorkloadEntry struct {
	Trace     *PodTrace
	Synthetic *Synthetic
	Manifests []string      // files, relative to the scenario file: all their objects are applied
	At        time.Duration // when the manifests are; default 0
}

// PodTrace replays recorded pods.
type PodTrace struct {
	Format        string  // one of traces.Formats
	Path          string  // relative to Paths.Traces
	TimeScale     float64 // times the instants of submission; default 1. Below 1 the pods come faster
	DurationScale float64 // times the run times; default 1
	Count         int64   // at most so many pods, the first ones; 0 (the default): all
	Namespace     string  // default "default"
}

// Synthetic generates pods.
type Synthetic struct {
	Name      string // with {i} for the pod's number from 0; default "pod-{i}", in workload[k] after the first "pod{k}-{i}"
	Namespace string // default "default"
	Arrivals  Arrivals
	Duration  Distribution // of run times; nil ("forever"): the pods never end by themselves
	Requests  []Request    // classes of pods; at least one
	Count     int64        // how many pods; 0: no limit. Count or Until is required
	Until     time.Duration
}

// Arrivals says when pods are submitted. Exactly one of its fields is set.
type Arrivals struct {
	Poisson *Rate          // a Poisson process: exponential gaps
	Every   time.Duration  // at 0, Every, 2 x Every, ...
	Gaps    Distribution   // a renewal process: independent gaps, the first of them before the first pod
	At      *time.Duration // all at this instant
}

// Rate is a number of events in a span of time.
type Rate struct {
	Number float64       // above 0
	Per    time.Duration // a second, minute, hour or day
}

// Gap returns the mean time between two events.
func (r Rate) Gap() time.Duration { return toDuration(float64(r.Per) / r.Number) }

// Request is a class of pods.
type Request struct {
	Name             string  // for the label LabelClass; default "class-<number from 0>"
	Weight           float64 // chance of the class, relative to the others'; default 1
	MilliCPU         int64
	StatesCPU        bool // cpu is given, even as 0
	Memory           int64
	StatesMemory     bool // memory is given, even as 0
	EphemeralStorage int64
	Extended         []cluster.Amount
	GPUs             int
	GPUMilli         int64 // of each device; default 1000 when GPUs is given
	Priority         int32
	NodeSelector     cluster.Labels
}

// Scheduler says who decides. With neither Policy nor Config it is kube-scheduler's default profile.
type Scheduler struct {
	Policy                   string // the name of a policy
	Config                   string // a KubeSchedulerConfiguration; relative to the scenario file: see ConfigPath
	PercentageOfNodesToScore *int   // 0..100; nil: as the configuration says
}

// Latency says how long the steps of a pod's way take. No field is nil; the default of each is zero.
type Latency struct {
	Watch    Distribution // news of a change, to each watcher
	Schedule Distribution // a scheduling cycle
	Bind     Distribution // from the decision to the binding
	Pull     Distribution // of images, on the node
	Start    Distribution // of containers, after the pull
	Stop     Distribution // of a running pod, once it is told to
	Call     Distribution // a call of the API by a controller
	QPS      float64      // calls a second of each controller's client; 0 (the default): no limit
	Burst    int          // calls at once before that limit counts; needs QPS
}

// Results says what is recorded.
type Results struct {
	SampleEvery time.Duration // interval of the time series; 0 (the default): none
	Events      bool          // the log of events; default true
	Decisions   DecisionLog   // default DecisionsSummary
}

// DecisionLog is how much is kept of each decision.
type DecisionLog string

// The sizes of the log of decisions.
const (
	DecisionsOff     DecisionLog = "off"
	DecisionsSummary DecisionLog = "summary"
	DecisionsFull    DecisionLog = "full"
)

// Paths says where the files are that a scenario names.
type Paths struct {
	Traces string // folder of the traces
}

// Trace returns the path of a trace file: an absolute path as it is, others below the folder of traces.
func (p Paths) Trace(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(p.Traces, path)
}

// File returns the name of the file that the scenario came from.
func (s *Scenario) File() string { return s.origin.file }

// ConfigPath returns the path of the scheduler's configuration: an absolute path as it is, others beside the scenario
// file. It is empty when there is none.
func (s *Scenario) ConfigPath() string {
	if s.Scheduler.Config == "" {
		return ""
	}
	return s.Beside(s.Scheduler.Config)
}

// Beside returns where a file is that the scenario names: an absolute path as it is, others beside the scenario file.
func (s *Scenario) Beside(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(s.origin.file), path)
}

// Inputs lists the trace files that the scenario reads, in order and without duplicates.
func (s *Scenario) Inputs(paths Paths) []string {
	var files []string
	for _, c := range s.Cluster {
		if c.Trace != nil {
			files = append(files, paths.Trace(c.Trace.Path))
		}
	}
	for _, w := range s.Workload {
		if w.Trace != nil {
			files = append(files, paths.Trace(w.Trace.Path))
		}
	}
	return unique(append(files, s.loadFiles(paths)...))
}

// Manifests lists the manifest files that the scenario names, as it names them, in order and without duplicates.
func (s *Scenario) Manifests() []string {
	var files []string
	for _, c := range s.Cluster {
		files = append(files, c.Manifests...)
	}
	for _, w := range s.Workload {
		files = append(files, w.Manifests...)
	}
	for _, a := range s.Actions {
		files = append(files, a.Files...)
	}
	return unique(files)
}

func unique(files []string) []string {
	var list []string
	seen := map[string]bool{}
	for _, f := range files {
		if !seen[f] {
			seen[f] = true
			list = append(list, f)
		}
	}
	return list
}

// Errorf returns an error about a field, such as "scheduler.policy", that names the file and the line of the field as
// Decode's own errors do. %w wraps.
func (s *Scenario) Errorf(field, format string, args ...any) error {
	return s.origin.errorf(field, format, args...)
}

// origin remembers where the fields of a scenario stand, for errors that come up after decoding.
type origin struct {
	file  string
	lines map[string]int // by path of the field; 0: set on the command line
}

func (o origin) errorf(field, format string, args ...any) error {
	line, ok := o.lines[field]
	if !ok {
		return fmt.Errorf("%s: %s: %w", o.file, field, fmt.Errorf(format, args...))
	}
	return complaint(o.file, line, field, fmt.Errorf(format, args...))
}

// complaint is the form of all errors about a scenario.
func complaint(file string, line int, field string, err error) error {
	where := fmt.Sprintf("%s:%d", file, line)
	if line == 0 {
		where = file + " (as set)"
	}
	if field == "" {
		return fmt.Errorf("%s: %w", where, err)
	}
	return fmt.Errorf("%s: %s: %w", where, field, err)
}
