package results

import (
	"fmt"
	"time"

	"github.com/wavetank/wavetank/results/decisionlog"
	"github.com/wavetank/wavetank/sim"
)

// Config says what a Recorder records. The zero value computes the summary alone and writes no file.
type Config struct {
	Scenario string // the scenario's name, as it is to stand in the summary
	Policy   string // the scheduler's policy or profile, likewise
	Seed     uint64 // the run's seed, likewise

	// Dir is the output folder; OpenDir prepares it. Empty: no files.
	Dir string
	// Events asks for events.jsonl. Off by default: it is the one file that grows with the events and not with the pods.
	Events bool
	// Watch is called with every line of events.jsonl, line break and all, as it happens, whether there is such a file or
	// not. The line is not to be kept. Nil, the default: nobody watches.
	Watch func(line []byte)
	// SampleEvery asks for timeseries.csv with a row for every so much simulated time. 0, the default: none.
	SampleEvery time.Duration

	// Decisions asks for a log of decisions with this header. Nil, the default: none.
	Decisions *decisionlog.Header

	// Fail is called with the first error of writing, such as a full disk: Engine.Fail, to end the run at once rather
	// than at its end. May be nil: Close returns the error in any case.
	Fail func(error)
}

// Validate returns an error that names the first wrong setting.
func (c *Config) Validate() error {
	if c.SampleEvery < 0 {
		return fmt.Errorf("results: sampleEvery: %v is negative", c.SampleEvery)
	}
	if c.Dir == "" && (c.Events || c.SampleEvery > 0 || c.Decisions != nil) {
		return fmt.Errorf("results: events, samples and decisions need an output folder")
	}
	return nil
}

// The usual reasons for which results are partial: a run was cut short on the command line, or by its user.
const (
	PartialUntil       = "stopped by until"
	PartialInterrupted = "interrupted"
)

// Ending is how a run ended, and what is known only then.
type Ending struct {
	// Partial says why the run stopped before its own end: PartialUntil, PartialInterrupted or the text of an error.
	// Empty: it came to the end that its scenario has.
	Partial string
	// Stopped says that something was left to happen: the window then reaches to the end of the run. It is implied where
	// results are partial, and not partial where the scenario itself says how long it lasts.
	Stopped bool

	Events       uint64 // events that fired: Engine.Events
	EventLogHash uint64 // Engine.Hash
	StoreHash    uint64 // Store.Hash

	// Manifest is written to manifest.yaml, with the hashes filled in by Close. Nil: no manifest.
	Manifest *Manifest
}

// never marks in a row what did not come to pass.
const never = sim.Never
