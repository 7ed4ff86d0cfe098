package results

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// SummaryKind tells a run's summary from other files of that name, and its form from later ones.
const SummaryKind = "wavetank.run/v1"

// Summary is what a run comes to. README.md defines every figure. It holds nothing that depends on the machine: two runs
// of the same scenario and seed have equal summaries, byte by byte.
type Summary struct {
	Kind     string `json:"kind"`
	Scenario string `json:"scenario"`
	Policy   string `json:"policy"`
	Seed     uint64 `json:"seed"`

	Partial       bool   `json:"partial,omitempty"`
	PartialReason string `json:"partialReason,omitempty"`

	Window   Window  `json:"window"`
	Makespan float64 `json:"makespan"` // seconds

	Pods        PodCounts     `json:"pods"`
	Lost        []ReasonCount `json:"lost"` // failed and deleted pods by reason, sorted by reason
	PeakPending int           `json:"peakPending"`

	Wait               Distribution `json:"wait"`               // of the pods that were scheduled
	NeverScheduledWait Distribution `json:"neverScheduledWait"` // of the others, up to their end or the run's

	Nodes     int           `json:"nodes"` // most nodes up at a time
	Resources []ResourceUse `json:"resources"`

	Decisions DecisionCounts `json:"decisions"`

	Workloads   []WorkloadSummary `json:"workloads,omitempty"` // by kind and name
	Services    []ServiceSummary  `json:"services,omitempty"`  // by name
	Faults      []FaultSummary    `json:"faults,omitempty"`    // in the order of their begin; of many the worst alone
	FaultTotals *FaultTotals      `json:"faultTotals,omitempty"`
	Autoscaling []ScalingSummary  `json:"autoscaling,omitempty"`
	Cost        *CostSummary      `json:"cost,omitempty"`

	Events       uint64 `json:"events"`  // fired by the engine
	Changes      uint64 `json:"changes"` // of the store
	EventLogHash string `json:"eventLogHash"`
	StoreHash    string `json:"storeHash"`
	Digest       string `json:"digest"`
}

// Window is the stretch of simulated time that averages are taken over, in seconds.
type Window struct {
	From float64 `json:"from"` // the first submission
	To   float64 `json:"to"`   // the last change of a pod; the end of the run where something was left to happen
}

// PodCounts counts pods by what became of them: Submitted is the sum of Completed to Pending, and of Scheduled and
// NeverScheduled.
type PodCounts struct {
	Submitted      int `json:"submitted"`
	Scheduled      int `json:"scheduled"`
	NeverScheduled int `json:"neverScheduled"`
	Completed      int `json:"completed"`
	Failed         int `json:"failed"`
	Deleted        int `json:"deleted"`
	Running        int `json:"running"`
	Pending        int `json:"pending"`
}

// ReasonCount is a number of pods that ended for one reason without having completed.
type ReasonCount struct {
	Reason string `json:"reason"`
	Pods   int    `json:"pods"`
}

// ResourceUse is the use of one resource over the nodes that are up, over the window.
type ResourceUse struct {
	Name            string  `json:"name"`
	Unit            string  `json:"unit"`
	Utilisation     float64 `json:"utilisation"` // 0..1: allocated / allocatable, both integrated over time
	MeanAllocated   float64 `json:"meanAllocated"`
	MeanAllocatable float64 `json:"meanAllocatable"`
	PeakAllocated   int64   `json:"peakAllocated"`
	PeakAllocatable int64   `json:"peakAllocatable"`
}

// DecisionCounts counts what the scheduler decided.
type DecisionCounts struct {
	Total         int     `json:"total"`
	Placed        int     `json:"placed"`
	Unschedulable int     `json:"unschedulable"` // neither placed nor an error
	Errors        int     `json:"errors"`
	MeanAttempts  float64 `json:"meanAttempts"` // decisions per pod, over the pods that were tried at all
	MaxAttempts   int     `json:"maxAttempts"`
	Preemptions   int     `json:"preemptions"` // decisions that evicted pods
	Victims       int     `json:"victims"`     // pods evicted in favour of others
}

// WriteJSON writes the summary as summary.json holds it.
func (s *Summary) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(s)
}

// ReadSummary reads summary.json of an output folder. Unknown fields are errors, and so is a summary of another kind.
func ReadSummary(dir string) (*Summary, error) {
	path := filepath.Join(dir, SummaryFile)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading results: %w", err)
	}
	if kind := kindOf(data); kind != SummaryKind {
		return nil, fmt.Errorf("%s: kind %q is not %q: not the summary of a run that this version can read", path, kind, SummaryKind)
	}
	var s Summary
	if err = decodeStrict(data, &s); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &s, nil
}

// kindOf returns the field "kind" of a JSON object, "" where there is none.
func kindOf(data []byte) string {
	var head struct {
		Kind string `json:"kind"`
	}
	if json.Unmarshal(data, &head) != nil {
		return ""
	}
	return head.Kind
}

func decodeStrict(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("something follows the summary")
	}
	return nil
}
