package verdict

import "time"

// Rejection is the status of the first plugin that refuses a pod (on a node, or altogether).
type Rejection struct {
	Plugin  string   `json:"plugin"`
	Code    string   `json:"code"` // Unschedulable (preemption may help) or UnschedulableAndUnresolvable (it cannot)
	Reasons []string `json:"reasons"`
}

// NodeScore is the weighted score of one feasible node. A plugin that its PreScore skipped is absent.
type NodeScore struct {
	Total   int64            `json:"total"`
	Plugins map[string]int64 `json:"plugins"` // normalised score (0..100) times weight
}

// Candidate is one node on which preemption would make room, and whom it would cost.
type Candidate struct {
	Node          string   `json:"node"`
	Victims       []string `json:"victims"`        // namespace/name, sorted
	PDBViolations int64    `json:"pdb_violations"` // victims whose disruption budget is exhausted
}

// Preemption is what the PostFilter plugin DefaultPreemption does for a pod that fits nowhere.
type Preemption struct {
	Candidate
	// Ties are all candidates that are equal in every criterion of the choice (upstream breaks this last tie by the
	// order of a Go map). Node and Victims are those of the first by name. Candidates is the whole dry run. Both are
	// for the reader of a difference; a scheduler that reports neither is not at fault.
	Ties       []Candidate `json:"ties,omitempty"`
	Candidates []Candidate `json:"candidates,omitempty"`
}

// Verdict is what a scheduler says about one pod on one cluster. Its JSON has the shape of the recorded cases'
// expected.json. All lists are sorted.
type Verdict struct {
	Gate       *Rejection           `json:"gate,omitempty"`      // a PreEnqueue plugin holds the pod back; nothing else was asked
	Prefilter  *Rejection           `json:"prefilter,omitempty"` // a PreFilter plugin refuses the pod on every node
	Feasible   []string             `json:"feasible"`
	Filtered   map[string]Rejection `json:"filtered"`
	Scores     map[string]NodeScore `json:"scores"`
	Best       []string             `json:"best"`              // the feasible nodes with the highest total
	Message    string               `json:"message,omitempty"` // text of the FailedScheduling event, if nothing is feasible
	Preemption *Preemption          `json:"preemption"`
	// Chosen is the node that the scheduler takes, one of Best; empty if it is free to take any.
	Chosen string `json:"-"`
}

// Scheduler is one side of a comparison: it holds one cluster and decides about its pods, which are named
// "namespace/name". Every error is a failure of that side (the cluster was validated before), never a verdict.
type Scheduler interface {
	// Decide says what becomes of the pod, and changes nothing. Where the pod itself has a nominated node that
	// passes the filters, that node is the only feasible one (upstream: evaluateNominatedNode).
	Decide(pod string) (Verdict, error)
	// Assume places the pod on the node and reserves what the pod needs there. The last Decide was about this pod.
	// started becomes its status.startTime, by which preemption orders victims; different for every pod (upstream takes
	// the wall clock for a pod that has none yet, which nobody can reproduce).
	Assume(pod, node string, started time.Time) error
	// Preempt deletes the victims, takes the nominations of pods of lower priority away from the node, and
	// nominates the pod to it.
	Preempt(pod, node string, victims []string) error
	// Close frees what the side holds (goroutines, for the real one).
	Close()
}

// Opener makes a Scheduler of a cluster: several YAML documents as a user would write them, not defaulted.
type Opener func(manifest []byte) (Scheduler, error)
