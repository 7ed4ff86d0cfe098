package results

import (
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Outcome is what had become of a pod when it ended, or when the run did.
type Outcome uint8

// The outcomes. A pod that is placed is Running here from its binding on: starting and terminating are parts of it.
const (
	Completed Outcome = iota + 1 // its phase became Succeeded
	Failed                       // its phase became Failed
	Deleted                      // removed before it had ended
	Running                      // placed, and alive at the end of the run
	Pending                      // not placed, and alive at the end of the run
)

var outcomeNames = []string{Completed: "completed", Failed: "failed", Deleted: "deleted", Running: "running", Pending: "pending"}

// String returns the outcome as pods.csv spells it.
func (o Outcome) String() string { return outcomeNames[o] }

func parseOutcome(text string) (Outcome, bool) {
	i := slices.Index(outcomeNames, text)
	return Outcome(max(i, 0)), i > 0
}

// PodRow is one pod's life: one line of pods.csv. A time that did not come to pass is sim.Never.
type PodRow struct {
	Namespace, Name string

	Submitted sim.Time // created in the store
	Scheduled sim.Time // bound to Node
	Started   sim.Time // running
	Finished  sim.Time // succeeded, failed or removed

	Node     string // empty: never placed
	Outcome  Outcome
	Reason   string // why it did not complete; may be empty for pods still alive
	Attempts int    // decisions about it
	Priority int32

	MilliCPU int64             // effective request
	Memory   int64             // effective request, bytes
	MilliGPU int64             // requested over all devices
	GPUs     cluster.DeviceSet // the devices it was given
}

// Placed tells whether the pod was bound to a node.
func (r *PodRow) Placed() bool { return r.Node != "" }

// Wait returns how long the pod waited from submission to binding; false if it was never placed.
func (r *PodRow) Wait() (time.Duration, bool) {
	if !r.Placed() {
		return 0, false
	}
	return r.Scheduled.Sub(r.Submitted), true
}

// podColumns is the header of pods.csv.
var podColumns = []string{
	"namespace", "name", "submitted", "scheduled", "started", "finished", "wait", "node", "outcome", "reason",
	"attempts", "priority", "cpu_milli", "memory_bytes", "gpu_milli", "gpu_devices",
}

// append appends the row as a line of pods.csv.
func (r *PodRow) append(b []byte) []byte {
	b = append(appendField(b, r.Namespace), ',')
	b = append(appendField(b, r.Name), ',')
	for _, t := range [...]sim.Time{r.Submitted, r.Scheduled, r.Started, r.Finished} {
		b = append(appendInstant(b, t), ',')
	}
	if wait, placed := r.Wait(); placed {
		b = appendSeconds(b, int64(wait))
	}
	b = append(appendField(append(b, ','), r.Node), ',')
	b = append(append(b, r.Outcome.String()...), ',')
	b = append(appendField(b, r.Reason), ',')
	for _, n := range [...]int64{int64(r.Attempts), int64(r.Priority), r.MilliCPU, r.Memory, r.MilliGPU} {
		b = append(strconv.AppendInt(b, n, 10), ',')
	}
	return append(appendDevices(b, r.GPUs), '\n')
}

func appendInstant(b []byte, t sim.Time) []byte {
	if t == never {
		return b
	}
	return appendSeconds(b, int64(t))
}

// appendDevices appends the numbers of the devices: "0+3".
func appendDevices(b []byte, set cluster.DeviceSet) []byte {
	for rest := uint64(set); rest != 0; rest &= rest - 1 {
		if rest != uint64(set) {
			b = append(b, '+')
		}
		b = strconv.AppendInt(b, int64(bits.TrailingZeros64(rest)), 10)
	}
	return b
}

// appendField appends a text field, in quotes where RFC 4180 or a reader that trims spaces needs them.
func appendField(b []byte, text string) []byte {
	if !needsQuotes(text) {
		return append(b, text...)
	}
	b = append(b, '"')
	for i := 0; i < len(text); i++ {
		if text[i] == '"' {
			b = append(b, '"')
		}
		b = append(b, text[i])
	}
	return append(b, '"')
}

func needsQuotes(text string) bool {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case ',', '"', '\n', '\r':
			return true
		}
	}
	return text != "" && (text[0] == ' ' || text[0] == '\t')
}

func podHeader() string { return strings.Join(podColumns, ",") + "\n" }
