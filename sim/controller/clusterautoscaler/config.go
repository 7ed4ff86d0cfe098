package clusterautoscaler

import (
	"math/rand/v2"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// NodeGroup is a group of like nodes that a provider makes larger and smaller (cluster-autoscaler/cloudprovider:
// NodeGroup). It is all that the strategy knows of the provider.
type NodeGroup interface {
	Name() string
	Min() int
	Max() int
	// Target is the size that the group has or is on its way to.
	Target() int
	// Has tells whether a node of the cluster is one of the group's.
	Has(node string) bool
	// Template returns a node as the group would make it after ahead others. Its Price is that of an hour.
	Template(ahead int) *cluster.Node
	// Upcoming calls each with the machines that were asked for and have not joined yet, in the order of the requests.
	Upcoming(each func(node *cluster.Node, since sim.Time))
	// Increase asks for n more nodes.
	Increase(n int) error
	// Delete takes away a node, or a machine that has not joined yet.
	Delete(node string) error
}

// Predictor tells where pods would fit in a cluster that is like the store's but for some changes. It runs the filters of
// the scheduler that will place the pods in the end. Fork begins changes that Revert takes back or Commit adds to those
// before; the store does not change in between.
type Predictor interface {
	Fork()
	Commit()
	Revert()
	// Node returns a node as it is thought to be, nil if there is none; valid until the next change.
	Node(name string) *cluster.NodeInfo
	AddNode(node *cluster.Node)
	SetNode(node *cluster.Node)
	RemoveNode(name string)
	AddPod(pod *cluster.Pod, node string)
	RemovePod(pod *cluster.Pod)
	// FirstFit returns the index of the first node that the pod fits on, from start on and around, -1 if there is none.
	FirstFit(pod *cluster.Pod, nodes []string, start int) int
}

// Evictor asks the API server to evict a pod. done is called when it has answered: nil, or why not.
type Evictor interface {
	Evict(pod cluster.Key, done func(now sim.Time, err error))
}

// DaemonPods returns the spec of the pod that a DaemonSet would run on a node, nil if it would run none.
type DaemonPods func(set *cluster.DaemonSet, node *cluster.Node) *cluster.PodSpec

// Config is a cluster autoscaler. Options hold no defaults: those are the scenario's.
type Config struct {
	Groups     []NodeGroup
	Priorities []int // of the groups, for the expander priority; nil: all 0
	Predictor  Predictor
	Evictor    Evictor
	DaemonPods DaemonPods   // nil: no DaemonSets
	Rand       *rand.Rand   // breaks ties between groups
	Report     func(Report) // nil: nobody listens
	Options
}

// Options are the flags of the cluster-autoscaler that are modelled; the flag of each stands beside it
// (cluster-autoscaler/config/flags/flags.go).
type Options struct {
	Expanders    []string      // --expander
	ScanInterval time.Duration // --scan-interval

	MaxNodeProvisionTime        time.Duration // --max-node-provision-time
	MaxNodesTotal               int           // --max-nodes-total; 0: no limit
	MaxNodesPerScaleUp          int           // --max-nodes-per-scaleup
	NewPodScaleUpDelay          time.Duration // --new-pod-scale-up-delay
	BalanceSimilarNodeGroups    bool          // --balance-similar-node-groups
	IgnoreDaemonSetsUtilization bool          // --ignore-daemonsets-utilization
	SkipNodesWithLocalStorage   bool          // --skip-nodes-with-local-storage
	SkipNodesWithSystemPods     bool          // --skip-nodes-with-system-pods
	ExpendablePriorityCutoff    int32         // --expendable-pods-priority-cutoff

	MaxPodEvictionTime       time.Duration // --max-pod-eviction-time
	MaxGracefulTermination   time.Duration // --max-graceful-termination-sec
	MaxScaleDownParallelism  int           // --max-scale-down-parallelism
	MaxDrainParallelism      int           // --max-drain-parallelism
	MaxBulkSoftTaintCount    int           // --max-bulk-soft-taint-count
	NodeDeleteDelay          time.Duration // --node-delete-delay-after-taint
	UnremovableRecheck       time.Duration // --unremovable-node-recheck-timeout
	InitialNodeGroupBackoff  time.Duration // --initial-node-group-backoff-duration
	MaxNodeGroupBackoff      time.Duration // --max-node-group-backoff-duration
	NodeGroupBackoffReset    time.Duration // --node-group-backoff-reset-timeout
	MaxTotalUnreadyPercent   float64       // --max-total-unready-percentage
	OKTotalUnready           int           // --ok-total-unready-count
	DaemonSetEvictionEmpty   bool          // --daemonset-eviction-for-empty-nodes
	DaemonSetEvictionDrained bool          // --daemonset-eviction-for-occupied-nodes

	ScaleDown               bool          // --scale-down-enabled
	UnneededTime            time.Duration // --scale-down-unneeded-time
	UnreadyTime             time.Duration // --scale-down-unready-time
	UtilizationThreshold    float64       // --scale-down-utilization-threshold
	GPUUtilizationThreshold float64       // --scale-down-gpu-utilization-threshold
	DelayAfterAdd           time.Duration // --scale-down-delay-after-add
	DelayAfterDelete        time.Duration // --scale-down-delay-after-delete
	DelayAfterFailure       time.Duration // --scale-down-delay-after-failure
}

// What is not a flag upstream (core/static_autoscaler.go: unschedulablePodTimeBuffer, unschedulablePodWithGpuTimeBuffer;
// core/scaledown/actuation/drain.go: DefaultEvictionRetryTime, DefaultPodEvictionHeadroom, waitPodsToDisappear;
// core/scaleup/equivalence/groups.go: maxEquivalenceGroupsByController; utils/drain: PodLongTerminatingExtraThreshold).
const (
	newPodBuffer      = 2 * time.Second
	newGPUPodBuffer   = 30 * time.Second
	evictionRetry     = 10 * time.Second
	evictionHeadroom  = 30 * time.Second
	disappearancePoll = 5 * time.Second
	maxGroupsOfOwner  = 10
	longTerminating   = 30 * time.Second
)

// The taints and annotations of the cluster-autoscaler (utils/taints/taints.go, utils/drain/drain.go,
// core/scaledown/eligibility/eligibility.go, core/static_autoscaler.go).
const (
	TaintToBeDeleted        = "ToBeDeletedByClusterAutoscaler"
	TaintDeletionCandidate  = "DeletionCandidateOfClusterAutoscaler"
	AnnotationSafeToEvict   = "cluster-autoscaler.kubernetes.io/safe-to-evict"
	AnnotationLocalVolumes  = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes"
	AnnotationNoScaleDown   = "cluster-autoscaler.kubernetes.io/scale-down-disabled"
	AnnotationDaemonEvicted = "cluster-autoscaler.kubernetes.io/enable-ds-eviction"
	AnnotationScaleUpDelay  = "cluster-autoscaler.kubernetes.io/pod-scale-up-delay"
)

// The reasons of the autoscaler's writes.
const (
	ReasonToBeDeleted cluster.Reason = "ToBeDeleted"       // a node is to be removed
	ReasonSaved       cluster.Reason = "ScaleDownFailed"   // and is not, after all
	ReasonCandidate   cluster.Reason = "DeletionCandidate" // a node is, or is no more, a candidate for removal
)
