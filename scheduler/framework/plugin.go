package framework

import (
	"math/rand/v2"
	"time"

	"github.com/wavetank/wavetank/sim/cluster"
)

// MaxNodeScore is the best score a plugin gives after normalising; 0 is the worst (kube-scheduler framework, v0.36).
const MaxNodeScore int64 = 100

// Plugin is what all plugins are.
type Plugin interface{ Name() string }

// QueueSortPlugin orders the active queue. A profile has exactly one.
type QueueSortPlugin interface {
	Plugin
	Less(a, b *QueuedPod) bool
}

// PreEnqueuePlugin keeps pods out of the active queue.
type PreEnqueuePlugin interface {
	Plugin
	PreEnqueue(pod *cluster.Pod) *Status
}

// PreFilterResult narrows the nodes that Filter has to look at.
type PreFilterResult struct {
	NodeNames []string // sorted; nil stands for all nodes, an empty non-nil slice for none
}

// PreFilterPlugin looks at the pod and the whole cluster once before the nodes are filtered. Skip leaves the plugin's
// Filter out for this pod; a rejection ends the cycle.
type PreFilterPlugin interface {
	Plugin
	PreFilter(state *CycleState, pod *cluster.Pod, view *cluster.Snapshot) (*PreFilterResult, *Status)
}

// PreFilterExtensions updates what PreFilter left in the state when a pod is thought onto a node or away from it:
// preemption and nominated pods need it.
type PreFilterExtensions interface {
	AddPod(state *CycleState, pod, added *cluster.Pod, node *cluster.NodeInfo) *Status
	RemovePod(state *CycleState, pod, removed *cluster.Pod, node *cluster.NodeInfo) *Status
}

// FilterPlugin says whether a pod can run on a node; nil: it fits.
type FilterPlugin interface {
	Plugin
	Filter(state *CycleState, pod *cluster.Pod, node *cluster.NodeInfo) *Status
}

// NodeStatuses tells why nodes were rejected.
type NodeStatuses interface {
	// Of returns the status of a node, nil if it fits or was never looked at.
	Of(node *cluster.NodeInfo) *Status
}

// PostFilterResult is room that can be made.
type PostFilterResult struct {
	Node  string         // nominated node; "" withdraws an earlier nomination
	Evict []*cluster.Pod // victims there
}

// PostFilterPlugin is asked when no node fits. Success with a result ends the search for room, Unschedulable passes on to
// the next plugin with the reasons in the status. A nil result leaves an earlier nomination as it is.
type PostFilterPlugin interface {
	Plugin
	PostFilter(state *CycleState, pod *cluster.Pod, view *cluster.Snapshot, statuses NodeStatuses) (*PostFilterResult, *Status)
}

// PreScorePlugin looks at the pod and the nodes that fit before they are scored. Skip leaves the plugin's Score out.
type PreScorePlugin interface {
	Plugin
	PreScore(state *CycleState, pod *cluster.Pod, view *cluster.Snapshot, nodes []*cluster.NodeInfo) *Status
}

// ScorePlugin ranks the nodes that fit. After NormalizeScore, if the plugin has it, a score is in 0..MaxNodeScore.
type ScorePlugin interface {
	Plugin
	Score(state *CycleState, pod *cluster.Pod, node *cluster.NodeInfo) int64
}

// ScoreNormalizer brings a plugin's scores into 0..MaxNodeScore, in place; scores[i] belongs to nodes[i].
type ScoreNormalizer interface {
	NormalizeScore(state *CycleState, pod *cluster.Pod, nodes []*cluster.NodeInfo, scores []int64) *Status
}

// NodeLocal marks a plugin whose Filter and Score depend on nothing but pod.Spec and the state of the one node, so that
// its answers can be remembered for the class of the pod until the node changes. NormalizeScore may look at all scores,
// but must give nodes with equal scores equal ones. The plugin is asked once a cycle, because it may be local for some pods or clusters only.
// An unmarked plugin is simply run on every node.
type NodeLocal interface {
	NodeLocal(pod *cluster.Pod, view *cluster.Snapshot) bool
}

// A plugin whose PreFilter skipped a pod takes no part in the pod's binding cycle: none of the following is called for it.

// ReservePlugin is told that a pod has been given a node, before and (Unreserve) when binding fails.
type ReservePlugin interface {
	Plugin
	Reserve(state *CycleState, pod *cluster.Pod, node string) *Status
	Unreserve(state *CycleState, pod *cluster.Pod, node string)
}

// PermitPlugin may refuse a placed pod, or make it wait (Wait) for at most the returned time.
type PermitPlugin interface {
	Plugin
	Permit(state *CycleState, pod *cluster.Pod, node string) (*Status, time.Duration)
}

// Binder writes a binding to the cluster. The errors are the store's: what was to be bound is gone, or bound already.
type Binder interface {
	// Bind places the pod on a node, with the devices it was given.
	Bind(pod cluster.Key, node string, gpus cluster.DeviceSet) error
	// BindVolume gives a volume to a claim.
	BindVolume(volume, claim cluster.Key) error
	// ProvisionVolume makes a volume for a claim that the node can reach.
	ProvisionVolume(claim cluster.Key, node string) error
}

// PreBindPlugin does what must be done before binding.
type PreBindPlugin interface {
	Plugin
	PreBind(state *CycleState, pod *cluster.Pod, node string, b Binder) *Status
}

// BindPlugin binds the pod through b, or skips. The first that does not skip ends the round.
type BindPlugin interface {
	Plugin
	Bind(state *CycleState, pod *cluster.Pod, node string, gpus cluster.DeviceSet, b Binder) *Status
}

// PostBindPlugin is told that a pod was bound.
type PostBindPlugin interface {
	Plugin
	PostBind(state *CycleState, pod *cluster.Pod, node string)
}

// EnqueueExtensions names the cluster events that may make a pod schedulable that this plugin rejected. A plugin without
// it is taken to care for every event.
type EnqueueExtensions interface {
	EventsToRegister() []ClusterEventWithHint
}

// Handle is what a plugin may ask of the profile it runs in.
type Handle interface {
	// Draw returns a generator whose sequence depends on the seed, the stream's name and the pod alone. It is valid until
	// the next Draw.
	Draw(stream string, pod *cluster.Pod) *rand.Rand
	// RunFilters runs all filter plugins of the cycle on a node (which may be a changed clone), counting nominated pods of
	// equal or higher priority in.
	RunFilters(state *CycleState, pod *cluster.Pod, view *cluster.Snapshot, node *cluster.NodeInfo) *Status
	// AddPod and RemovePod tell the PreFilterExtensions of all plugins of the cycle.
	AddPod(state *CycleState, pod, added *cluster.Pod, node *cluster.NodeInfo) *Status
	RemovePod(state *CycleState, pod, removed *cluster.Pod, node *cluster.NodeInfo) *Status
	// Allow lets a pod go on that waits at Permit; Reject turns it away.
	Allow(pod cluster.UID, plugin string)
	Reject(pod cluster.UID, plugin, reason string)
}

// Args decodes a plugin's arguments strictly into a struct with json tags. A nil Args means that none are given.
type Args func(into any) error

// Decode fills into, or leaves it alone when no arguments are given.
func (a Args) Decode(into any) error {
	if a == nil {
		return nil
	}
	return a(into)
}

// Factory makes a plugin for one profile.
type Factory func(args Args, h Handle) (Plugin, error)

// Registry maps the names of plugins to their factories. There is no global one, and no init().
type Registry map[string]Factory
