package workloads

import (
	"path"
	"time"

	"github.com/wavetank/wavetank/sim/cluster"
)

// Fault is something that goes wrong: once, at At for For, or with TimeBetween again and again, at random.
type Fault struct {
	Name string // in reports; default: what it hits
	Kind FaultKind

	Nodes     Targets    // of PowerLoss, Partition, Slow and Shutdown
	Factor    float64    // of Slow: how many times as long everything takes
	Component string     // of Pause
	Pods      PodTargets // of Crash and OOM
	Rollout   BadRollout // of BadRollout

	At  time.Duration // when it begins
	For time.Duration // how long it lasts; 0 (the default): to the end of the run

	TimeBetween Distribution // from one failure to the next, of each node, domain, pod or component; nil: it happens once
	Repair      Distribution // how long a failure lasts; nil with Crash and OOM alone
	Domain      Domain       // of faults of nodes at random: what fails together
}

// FaultKind is what goes wrong, by the key that says so; a PowerLoss has none of its own.
type FaultKind string

// The kinds of faults.
const (
	PowerLoss      FaultKind = "nodes"
	Partition      FaultKind = "partition"
	SlowNodes      FaultKind = "slow"
	Shutdown       FaultKind = "shutdown"
	Pause          FaultKind = "pause"
	RegistryOutage FaultKind = "registry"
	CrashPods      FaultKind = "crash"
	OOMPods        FaultKind = "oom"
	BadRollouts    FaultKind = "badRollout"
)

// OnNodes tells whether a fault of the kind hits nodes.
func (k FaultKind) OnNodes() bool {
	return k == PowerLoss || k == Partition || k == SlowNodes || k == Shutdown
}

// OnPods tells whether a fault of the kind hits pods: it is over as soon as it has happened.
func (k FaultKind) OnPods() bool { return k == CrashPods || k == OOMPods }

// Targets says which nodes are hit. Exactly one of its fields is set, besides RackLabel.
type Targets struct {
	Node      string // a node's name
	Nodes     string // a pattern of names as path.Match has it: "n-*"
	Selector  string // of nodes by label, as kubectl takes it
	Rack      string // the nodes of a rack
	Racks     string // or of racks, by a pattern of names
	Zone      string // the nodes of a zone
	Zones     string // or of zones, by a pattern of names
	RackLabel string // the label that holds the rack; "": cluster.LabelRack or, where that is missing, cluster.LabelWavetankRack

	selector *cluster.Selector // Selector, parsed
}

// Domain is what nodes fail together in.
type Domain string

// The domains. A node is one of its own.
const (
	DomainNode Domain = "node"
	DomainRack Domain = "rack"
	DomainZone Domain = "zone"
)

// PodTargets says which pods are hit, and how.
type PodTargets struct {
	Selector  string  // of pods by label, as kubectl takes it; "": all pods
	Namespace string  // "": every namespace
	Container string  // "": every container but init containers
	Pods      int     // how many of those that run; 0: no limit
	Share     float64 // or which share of them; 0: no limit
	ExitCode  int32   // of Crash; default DefaultCrashCode

	selector *cluster.Selector // Selector, parsed
}

// BadRollout gives a Deployment an image that does not work.
type BadRollout struct {
	Deployment cluster.NamespacedName
	Image      string // default: that of each container, with "-bad" at its tag
	Fails      Failure
	After      time.Duration // with FailsByCrash: from the start of a container until it ends; default DefaultCrashAfter
}

// Failure is how what runs an image does not work.
type Failure string

// The ways to fail.
const (
	NeverReady   Failure = "neverReady"
	FailsByCrash Failure = "crash"
)

// DefaultCrashAfter is how long a container of a bad rollout that crashes runs when nothing is said: time enough to read its
// configuration and find that it will not do.
const DefaultCrashAfter = time.Second

// Matches tells whether a node is one of the targets.
func (t Targets) Matches(node *cluster.Node) bool {
	switch {
	case t.Node != "":
		return node.Name == t.Node
	case t.Nodes != "":
		return match(t.Nodes, node.Name)
	case t.Selector != "":
		return t.selector.Matches(node.Labels)
	case t.Rack != "":
		return cluster.RackOf(node.Labels, t.RackLabel) == t.Rack
	case t.Racks != "":
		rack := cluster.RackOf(node.Labels, t.RackLabel)
		return rack != "" && match(t.Racks, rack)
	case t.Zone != "":
		return node.Labels[cluster.LabelZone] == t.Zone
	}
	zone := node.Labels[cluster.LabelZone]
	return t.Zones != "" && zone != "" && match(t.Zones, zone)
}

// match tells whether a name has a pattern, which decoding has checked.
func match(pattern, name string) bool {
	matched, err := path.Match(pattern, name)
	return matched && err == nil
}

// String names the targets as a reader would.
func (t Targets) String() string {
	for _, p := range t.named() {
		if *p.text != "" {
			return p.key + " " + *p.text
		}
	}
	return "no nodes"
}

// namedText is a field that is set, and its key.
type namedText struct {
	key  string
	text *string
}

func (t *Targets) named() []namedText {
	return []namedText{{"node", &t.Node}, {"nodes", &t.Nodes}, {"selector", &t.Selector}, {"rack", &t.Rack}, {"racks", &t.Racks},
		{"zone", &t.Zone}, {"zones", &t.Zones}}
}

// domain is what fails together when nothing is said: what the targets are named by.
func (t *Targets) domain() Domain {
	switch {
	case t.Rack != "" || t.Racks != "":
		return DomainRack
	case t.Zone != "" || t.Zones != "":
		return DomainZone
	}
	return DomainNode
}

// Selects tells whether a pod is one of the targets.
func (t PodTargets) Selects(p *cluster.Pod) bool {
	return (t.Namespace == "" || t.Namespace == p.Namespace) && t.selector.Matches(p.Labels)
}

// String names the targets as a reader would.
func (t PodTargets) String() string {
	name := t.Selector
	if name == "" {
		name = "all pods"
	}
	if t.Namespace != "" {
		name += " in " + t.Namespace
	}
	return name
}

// needsControllers tells whether a fault means something only where controllers run: what nodes and pods come to is theirs.
func (k FaultKind) needsControllers() bool { return k != PowerLoss && k != SlowNodes }

// needsManifests tells whether a fault hits what manifests alone can make: Deployments, and images.
func (k FaultKind) needsManifests() bool { return k == BadRollouts || k == RegistryOutage }
