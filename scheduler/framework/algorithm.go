package framework

import (
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Algorithm decides, and changes nothing. A profile of plugins is one Algorithm (it takes the batch one by one); a gang
// scheduler, a min-cost-flow scheduler or an external process is another. There is one Decision for each pod of the
// batch, in its order; the slice is valid until the next call.
type Algorithm interface {
	Schedule(batch []*cluster.Pod, view *cluster.Snapshot) []Decision
}

// Batcher is an Algorithm that wants to see up to BatchSize waiting pods at once. Others get one.
type Batcher interface{ BatchSize() int }

// QueuedPod is a pod in the scheduling queue.
type QueuedPod struct {
	Pod            *cluster.Pod
	Timestamp      sim.Time // when it was last put into the queue
	FirstAttempt   sim.Time // when it was first tried; valid if Attempts > 0
	Attempts       int
	Unschedulable  int // attempts that found it unschedulable: sets the back-off
	ErrorsInARow   int // attempts that ended in an error since the last that did not
	BackoffExpires sim.Time

	Rejectors []string // plugins that rejected it in its last attempt
	PendingOn []string // plugins that made it Pending in its last attempt
	GatedBy   string   // PreEnqueue plugin that holds it
}

// Rejection counts the nodes that one plugin rejected for one reason in one decision.
type Rejection struct {
	Plugin string
	Code   Code
	Reason string
	Nodes  int
}

// Decision is what became of one pod in one cycle. It explains itself.
type Decision struct {
	Pod     cluster.Key
	Tried   *cluster.Pod // the version of the pod that was decided about
	Attempt int          // 1 for the first
	At      sim.Time

	Node string // empty: nowhere now
	GPUs cluster.DeviceSet

	Nominated   string // node where Evict makes room; empty: none
	Renominated bool   // Nominated replaces an earlier nomination, even if it is empty
	Evict       []cluster.Key

	Score     int64 // weighted total of the chosen node
	Ties      int   // feasible nodes with that total
	Feasible  int   // nodes found to fit; the search may stop early
	Evaluated int   // nodes looked at
	Nodes     int   // nodes in the cluster
	Start     int   // where in the order of nodes the search began

	Rejections []Rejection // by plugin, then reason
	PreFilter  string      // why a PreFilter plugin rejected the pod everywhere
	PostFilter string      // what PostFilter plugins said
	Rejectors  []string    // sorted names of all plugins that rejected it, for queueing hints
	PendingOn  []string    // sorted names of the plugins that made it Pending
	Err        string      // an internal error of a plugin; the pod is retried after a back-off

	State *CycleState // what the plugins left for the binding cycle; nil if no plugin takes part in it
}

// Placed tells whether the pod was given a node.
func (d *Decision) Placed() bool { return d.Node != "" }

// PermitWait is the longest that Permit may make a pod wait (runtime/framework.go: maxTimeout, v1.36).
const PermitWait = 15 * time.Minute
