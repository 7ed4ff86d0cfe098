package cluster

import (
	"github.com/cespare/xxhash/v2"

	"github.com/wavetank/wavetank/sim"
)

// Verb is what a write did to an object.
type Verb uint8

// The verbs of a watch.
const (
	Added Verb = iota + 1
	Modified
	Deleted
)

// String returns the verb in words.
func (v Verb) String() string { return [...]string{"", "Added", "Modified", "Deleted"}[v] }

// Reason says why a write was made. Reasons are constants.
type Reason string

// The reasons of the cluster's own writes. Components add theirs.
const (
	ReasonCreated    Reason = "Created"
	ReasonScheduled  Reason = "Scheduled"
	ReasonNominated  Reason = "Nominated"
	ReasonStarted    Reason = "Started"
	ReasonCompleted  Reason = "Completed"
	ReasonRejected   Reason = "Rejected"  // the kubelet has no room for it
	ReasonKilling    Reason = "Killing"   // graceful termination begins
	ReasonKilled     Reason = "Killed"    // and is over
	ReasonPreempted  Reason = "Preempted" // evicted in favour of a pod of higher priority
	ReasonNodeLost   Reason = "NodeLost"
	ReasonNodeDown   Reason = "NodeDown"
	ReasonNodeUp     Reason = "NodeUp"
	ReasonCleanedUp  Reason = "CleanedUp" // a finished pod's object is removed
	ReasonWithdrawn  Reason = "Withdrawn" // deleted before it was placed
	ReasonUpdated    Reason = "Updated"
	ReasonDeleted    Reason = "Deleted"
	ReasonCordoned   Reason = "Cordoned"
	ReasonUncordoned Reason = "Uncordoned"

	// Why a pod has to go, in the words of its condition DisruptionTarget (k8s.io/api core/v1 types.go, v0.36).
	ReasonEvicted      Reason = "EvictionByEvictionAPI"
	ReasonTaintEvicted Reason = "DeletionByTaintManager"
	ReasonPodGC        Reason = "DeletionByPodGC"

	ReasonNodeNotReady Reason = "NodeNotReady" // the node lifecycle controller gives a node up
	ReasonNodeReady    Reason = "NodeReady"    // a kubelet reports that its node is well
	ReasonScaled       Reason = "Scaled"       // an autoscaler changes a workload's replicas
)

// Change is one fact about the cluster. The sequence of changes is the run's history: results are computed from it.
// Old and New are immutable; Old is nil for Added, New is nil for Deleted.
type Change struct {
	At     sim.Time
	Seq    uint64 // the store's resource version
	Verb   Verb
	Reason Reason
	Old    Object
	New    Object
}

// Object returns the newest known version of the object.
func (c *Change) Object() Object {
	if c.New != nil {
		return c.New
	}
	return c.Old
}

// Key returns the key of the object.
func (c *Change) Key() Key { return KeyOf(c.Object()) }

// Pods returns the old and new version where the object is a pod; both are nil where it is not.
func (c *Change) Pods() (before, after *Pod) {
	before, _ = c.Old.(*Pod)
	after, _ = c.New.(*Pod)
	return before, after
}

// Nodes returns the old and new version where the object is a node; both are nil where it is not.
func (c *Change) Nodes() (before, after *Node) {
	before, _ = c.Old.(*Node)
	after, _ = c.New.(*Node)
	return before, after
}

// mix folds the change into a running hash: what happened, when, to what, and where pods went.
func (c *Change) mix(hash uint64) uint64 {
	o := c.Object()
	m := o.Meta()
	hash = mix64(hash, uint64(c.At))
	hash = mix64(hash, uint64(c.Verb)<<8|uint64(o.Kind()))
	hash = mix64(hash, xxhash.Sum64String(m.Namespace)^xxhash.Sum64String(m.Name))
	hash = mix64(hash, xxhash.Sum64String(string(c.Reason)))
	if p, ok := o.(*Pod); ok {
		hash = mix64(hash, xxhash.Sum64String(p.NodeName)^uint64(p.GPUs))
		hash = mix64(hash, uint64(p.Status.Phase)<<1|b2u(p.Status.Ready))
	}
	return hash
}

func b2u(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// mix64 is one round of the finaliser of splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
// Generators, OOPSLA 2014) over the running hash and the next word.
func mix64(hash, word uint64) uint64 {
	z := (hash ^ word) + 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
