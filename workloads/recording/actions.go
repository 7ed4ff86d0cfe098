package recording

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"
)

// longestLine bounds the lines of a recorded timeline.
const longestLine = 1 << 24

// Retime gives the steps the times that the recorded timeline of another run has for them: input.yaml has those of one
// run, and an experiment that waits for something does it earlier or later each time. Of the timeline only what the
// experimenter did is read, lines of kind Action with the name of a step; what the control plane did then is not.
func (r *Recording) Retime(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("reading actions: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	times := map[string]time.Duration{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, longestLine)
	for n := 1; lines.Scan(); n++ {
		var a struct {
			T          float64 `json:"t"`
			Kind, Step string
		}
		if err = json.Unmarshal(lines.Bytes(), &a); err != nil {
			return fmt.Errorf("%s:%d: %w", path, n, err)
		}
		if _, has := times[a.Step]; a.Kind == "Action" && a.Step != "" && !has && a.T < mostSeconds {
			times[a.Step] = time.Duration(a.T * float64(time.Second))
		}
	}
	if err = lines.Err(); err != nil {
		return fmt.Errorf("reading actions: %w", err)
	}
	for i := range r.Steps {
		if at, has := times[r.Steps[i].Name]; has {
			r.Steps[i].At = at
		}
	}
	sortSteps(r.Steps)
	return nil
}

// sortSteps puts the steps in the order of their times; those of one time stay as they are.
func sortSteps(steps []Step) {
	slices.SortStableFunc(steps, func(a, b Step) int { return int(min(max(a.At-b.At, -1), 1)) })
}
