package cluster

import "time"

// Forever is the run time of a pod that never ends by itself.
const Forever time.Duration = -1

// RestartPolicy says whether the kubelet starts ended containers again.
type RestartPolicy uint8

// The restart policies; the zero value is the API's default.
const (
	RestartAlways RestartPolicy = iota
	RestartOnFailure
	RestartNever
)

// PreemptionPolicy says whether a pod may evict others.
type PreemptionPolicy uint8

// The preemption policies; the zero value is the API's default.
const (
	PreemptLowerPriority PreemptionPolicy = iota
	PreemptNever
)

// DefaultScheduler is the scheduler name of pods that name none.
const DefaultScheduler = "default-scheduler"

// Container is one container of a pod.
type Container struct {
	Name           string
	Image          string
	Requests       Resources
	RequestsCPU    bool // a cpu request is stated, even if it is zero
	RequestsMemory bool // a memory request is stated, even if it is zero
	Limits         Resources
	Sidecar        bool // an init container with restartPolicy Always

	PullPolicy     PullPolicy
	StartupProbe   *Probe
	ReadinessProbe *Probe
	LivenessProbe  *Probe
	PreStop        time.Duration // how long the hook takes; 0: there is none
	ConfigRefs     []ConfigRef   // of env and envFrom, less the optional ones
}

// HostPort is a port of the node that a container wants for itself.
type HostPort struct {
	IP       string // "" stands for 0.0.0.0
	Protocol string // "" stands for TCP
	Port     int32
}

// TolerationOperator relates a toleration's value to a taint's.
type TolerationOperator uint8

// The toleration operators; the zero value is the API's default. Lt and Gt compare integers.
const (
	TolerationEqual TolerationOperator = iota
	TolerationExists
	TolerationLt
	TolerationGt
)

// Toleration lets a pod onto nodes with a taint.
type Toleration struct {
	Key      string // "" with TolerationExists matches every key
	Operator TolerationOperator
	Value    string
	Effect   Effect        // 0: every effect
	For      time.Duration // tolerationSeconds of NoExecute
	Forever  bool          // no tolerationSeconds: tolerated for ever
}

// Tolerates tells whether the toleration matches the taint (core/v1 Toleration.ToleratesTaint, v0.36).
func (t *Toleration) Tolerates(taint *Taint) bool {
	if t.Effect != 0 && t.Effect != taint.Effect {
		return false
	}
	if t.Key != "" && t.Key != taint.Key {
		return false
	}
	switch t.Operator {
	case TolerationExists:
		return true
	case TolerationEqual:
		return t.Value == taint.Value
	case TolerationLt:
		return compareInts(Lt, taint.Value, t.Value)
	default:
		return compareInts(Gt, taint.Value, t.Value)
	}
}

// Tolerated tells whether any of the tolerations matches the taint.
func Tolerated(tolerations []Toleration, taint *Taint) bool {
	for i := range tolerations {
		if tolerations[i].Tolerates(taint) {
			return true
		}
	}
	return false
}

// WeightedNodeTerm is a preference for nodes, 1..100.
type WeightedNodeTerm struct {
	Weight int32
	Term   NodeSelectorTerm
}

// PodAffinityTerm asks to run in (or out of) the same topology domain as the pods it selects.
type PodAffinityTerm struct {
	Selector          *Selector
	Namespaces        []string
	NamespaceSelector *Selector // nil: Namespaces alone; with neither, the pod's own namespace
	TopologyKey       string

	// Labels of the pod's own that Selector asks for, or against: see Selector.WithLabelKeys.
	MatchLabelKeys, MismatchLabelKeys []string `json:",omitempty"`
}

// WeightedPodAffinityTerm is a preference among pods, 1..100.
type WeightedPodAffinityTerm struct {
	Weight int32
	Term   PodAffinityTerm
}

// Affinity holds the rules of a pod that name nodes or other pods. matchLabelKeys and mismatchLabelKeys are merged into
// the selectors when the manifest is read, and for labels that a pod gets from its controller when it is created.
type Affinity struct {
	RequiredNode  *NodeSelector
	PreferredNode []WeightedNodeTerm

	RequiredPod      []PodAffinityTerm
	PreferredPod     []WeightedPodAffinityTerm
	RequiredPodAnti  []PodAffinityTerm
	PreferredPodAnti []WeightedPodAffinityTerm
}

// NodeInclusionPolicy says whether topology spread leaves out nodes that the pod cannot use anyway.
type NodeInclusionPolicy uint8

// The inclusion policies. The zero value stands for the default, which differs between affinity (Honor) and taints (Ignore).
const (
	InclusionDefault NodeInclusionPolicy = iota
	InclusionHonor
	InclusionIgnore
)

// TopologySpreadConstraint limits how unevenly pods spread over the domains of a topology key.
type TopologySpreadConstraint struct {
	MaxSkew            int32
	TopologyKey        string
	Hard               bool // DoNotSchedule; otherwise ScheduleAnyway
	Selector           *Selector
	MinDomains         int32 // 0: not stated, which means 1
	NodeAffinityPolicy NodeInclusionPolicy
	NodeTaintsPolicy   NodeInclusionPolicy
	MatchLabelKeys     []string // merged into Selector once the pod has these labels
}

// PodSpec is what a pod asks for. It is immutable and shared by all pods of one template: the pointer is the pods' class.
// Call Complete once after filling it in.
type PodSpec struct {
	InitContainers []Container
	Containers     []Container
	Overhead       Resources
	PodRequests    *Resources // pod-level spec.resources.requests of cpu and memory, if stated
	PodRequestsCPU bool       // cpu is among PodRequests
	PodRequestsMem bool       // memory is among PodRequests
	GPU            GPURequest
	GPUModels      []string // models it may run on (LabelGPUModel); nil: any

	Priority          int32
	PriorityClass     string
	PreemptionPolicy  PreemptionPolicy
	SchedulerName     string // "" stands for DefaultScheduler
	NodeSelector      Labels
	Affinity          *Affinity
	Tolerations       []Toleration
	SpreadConstraints []TopologySpreadConstraint
	HostPorts         []HostPort
	SchedulingGates   []string
	Volumes           []Volume
	ImageVolumes      []string // images mounted as volumes
	LocalVolumes      []string `json:"-"` // names of volumes that are lost with the node: emptyDir on disk and hostPath
	HostNetwork       bool
	ConfigVolumes     []ConfigRef // ConfigMaps and Secrets mounted as volumes, less the optional ones

	RestartPolicy          RestartPolicy
	TerminationGracePeriod time.Duration

	requests    Resources
	containers  Resources
	nonZeroCPU  int64
	nonZeroMem  int64
	completed   bool
	plain       bool
	namesImages bool
	hasAffinity bool
	labelKeys   bool
}

// Requests returns the pod's effective request: see Complete.
func (s *PodSpec) Requests() *Resources { s.mustBeComplete(); return &s.requests }

// NonZeroMilliCPU returns the effective cpu request with DefaultMilliCPU in place of missing container requests.
func (s *PodSpec) NonZeroMilliCPU() int64 { s.mustBeComplete(); return s.nonZeroCPU }

// NonZeroMemory returns the effective memory request with DefaultMemory in place of missing container requests.
func (s *PodSpec) NonZeroMemory() int64 { s.mustBeComplete(); return s.nonZeroMem }

// ContainerRequests returns what the containers alone request, with DefaultMilliCPU and DefaultMemory for each that states
// none, plus overhead: pod-level requests play no part.
func (s *PodSpec) ContainerRequests() *Resources { s.mustBeComplete(); return &s.containers }

// HasPodAffinity tells whether the spec has any rule about other pods.
func (s *PodSpec) HasPodAffinity() bool { return s.hasAffinity }

// HasLabelKeys tells whether a selector of the spec depends on the pod's own labels.
func (s *PodSpec) HasLabelKeys() bool { return s.labelKeys }

// EachLabelKeys calls visit for every selector of the spec that depends on the pod's own labels, with the keys and how the
// pod's values are to be met. The selectors are those of the spec: only who has just made it may replace them.
func (s *PodSpec) EachLabelKeys(visit func(selector **Selector, keys []string, operator Operator)) {
	call := func(selector **Selector, keys []string, operator Operator) {
		if len(keys) > 0 {
			visit(selector, keys, operator)
		}
	}
	for i := range s.SpreadConstraints {
		call(&s.SpreadConstraints[i].Selector, s.SpreadConstraints[i].MatchLabelKeys, In)
	}
	term := func(t *PodAffinityTerm) {
		call(&t.Selector, t.MatchLabelKeys, In)
		call(&t.Selector, t.MismatchLabelKeys, NotIn)
	}
	a := s.Affinity
	if a == nil {
		return
	}
	for _, terms := range [...][]PodAffinityTerm{a.RequiredPod, a.RequiredPodAnti} {
		for i := range terms {
			term(&terms[i])
		}
	}
	for _, terms := range [...][]WeightedPodAffinityTerm{a.PreferredPod, a.PreferredPodAnti} {
		for i := range terms {
			term(&terms[i].Term)
		}
	}
}

func (s *PodSpec) mustBeComplete() {
	if !s.completed {
		panic("cluster: PodSpec used before Complete")
	}
}
