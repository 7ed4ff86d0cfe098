package results

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Wallclock holds the figures that differ from run to run: they stand in wallclock.json, apart from all others.
type Wallclock struct {
	Seconds            float64 `json:"seconds"` // wall time of the simulation
	EventsPerSecond    float64 `json:"eventsPerSecond"`
	DecisionsPerSecond float64 `json:"decisionsPerSecond"`
	PeakMemoryBytes    int64   `json:"peakMemoryBytes"` // peak resident set of the process; 0: not known
}

// NewWallclock returns the figures of a run that took so long, with the rates worked out.
func NewWallclock(s *Summary, took time.Duration, peakMemoryBytes int64) *Wallclock {
	w := &Wallclock{Seconds: took.Seconds(), PeakMemoryBytes: peakMemoryBytes}
	if took > 0 {
		w.EventsPerSecond = float64(s.Events) / took.Seconds()
		w.DecisionsPerSecond = float64(s.Decisions.Total) / took.Seconds()
	}
	return w
}

// Write writes wallclock.json into the output folder of a run.
func (w *Wallclock) Write(dir string) error {
	return WriteFile(dir, WallclockFile, func(out io.Writer) error {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(w)
	})
}

// ReadWallclock reads wallclock.json of an output folder. Unknown fields are errors.
func ReadWallclock(dir string) (*Wallclock, error) {
	path := filepath.Join(dir, WallclockFile)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading results: %w", err)
	}
	var w Wallclock
	if err = decodeStrict(data, &w); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &w, nil
}
