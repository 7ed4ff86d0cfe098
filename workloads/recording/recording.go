package recording

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/wavetank/wavetank/workloads"
)

// Recording is what was done in an experiment.
type Recording struct {
	Name  string // of the folder
	Steps []Step // by time
	Setup Setup
	Flags workloads.Flags // of the control plane: the defaults and what setup.yaml says otherwise

	phases map[string]Phases // by run
	notes  []string          // what setup.yaml has and nothing is made of
}

// Setup is what setup.yaml says.
type Setup struct {
	End            float64            `yaml:"end"`            // seconds; the recording stops there
	SecondOfMinute map[string]float64 `yaml:"secondOfMinute"` // wall-clock second at t=0, by run
	FailPods       []FailPods         `yaml:"failPods"`
	Drain          *Drain             `yaml:"drain"` // nil: no node is drained

	Demand *Demand   `yaml:"demand"` // nil: none is recorded
	Phases yaml.Node `yaml:"phases"` // see Recording.Phases
	Flags  yaml.Node `yaml:"flags"`  // see Recording.Flags
}

// FailPods names the pods of a Job that fail: by their number in order of creation, from 1, or by completion index.
type FailPods struct {
	Job      string `yaml:"job"`
	Ordinals []int  `yaml:"ordinals"`
	Index    *int   `yaml:"index"`
	Tries    []int  `yaml:"tries"` // of the index, from 1; none: all
}

// Verb is what a step does.
type Verb string

// The verbs of steps.
const (
	Create Verb = "create"
	Patch  Verb = "merge patch"
	Delete Verb = "delete"
)

// Step is one action of the experiment.
type Step struct {
	Name string
	At   time.Duration // negative: before the run
	Verb Verb
	Line int // of its comment

	Manifests []byte // Create: YAML documents, padded with empty lines to stand at their place in the file
	Kind      string // Patch and Delete: of the target
	Target    string // its name
	Patch     string // JSON
}

// Read reads the folder of a recording.
func Read(dir string) (*Recording, error) {
	r := &Recording{Name: filepath.Base(filepath.Clean(dir))}
	setup := filepath.Join(dir, "setup.yaml")
	data, err := os.ReadFile(setup)
	if err != nil {
		return nil, fmt.Errorf("reading a recording: %w", err)
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err = dec.Decode(&r.Setup); err != nil {
		return nil, fmt.Errorf("%s: %w", setup, err)
	}
	if r.Setup.End <= 0 {
		return nil, fmt.Errorf("%s: end: %v is not above 0", setup, r.Setup.End)
	}
	if d := r.Setup.Demand; d != nil {
		if err = d.check(); err != nil {
			return nil, fmt.Errorf("%s: %w", setup, err)
		}
	}
	if err = r.Setup.Drain.check(); err != nil {
		return nil, fmt.Errorf("%s: drain.%w", setup, err)
	}
	if err = r.readFlags(setup); err == nil {
		err = r.readPhases(setup)
	}
	if err != nil {
		return nil, err
	}
	input := filepath.Join(dir, "input.yaml")
	if data, err = os.ReadFile(input); err != nil {
		return nil, fmt.Errorf("reading a recording: %w", err)
	}
	if r.Steps, err = parseSteps(input, data); err != nil {
		return nil, err
	}
	return r, nil
}

// End returns when the recording stops.
func (r *Recording) End() time.Duration { return time.Duration(r.Setup.End * float64(time.Second)) }

// WallFraction returns where in a second of the wall clock a run began; "" stands for the last run by name, whose times
// the steps of input.yaml have.
func (r *Recording) WallFraction(run string) (time.Duration, error) {
	run = r.run(run)
	second, ok := r.Setup.SecondOfMinute[run]
	if !ok {
		return 0, fmt.Errorf("the recording has no run %q: it has %v", run, slices.Sorted(maps.Keys(r.Setup.SecondOfMinute)))
	}
	return time.Duration(second*float64(time.Second)) % time.Second, nil
}

// run returns the name of a run; "" stands for the last by name.
func (r *Recording) run(name string) string {
	runs := slices.Sorted(maps.Keys(r.Setup.SecondOfMinute))
	if name == "" && len(runs) > 0 {
		return runs[len(runs)-1]
	}
	return name
}

// NotSimulated lists the parts of the set-up that have no counterpart here, in words for a warning.
func (r *Recording) NotSimulated() []string {
	return slices.Clone(r.notes)
}

var stepComment = regexp.MustCompile(`^# step "(.*)": (create|merge patch|delete) at t=(-?[0-9.]+)`)

// parseSteps splits the stream at the comments that begin steps.
func parseSteps(file string, data []byte) ([]Step, error) {
	var steps []Step
	var body strings.Builder
	lines := strings.Split(string(data), "\n")
	finish := func() error {
		if len(steps) == 0 {
			return nil
		}
		return steps[len(steps)-1].fill(file, body.String())
	}
	for i, line := range lines {
		m := stepComment.FindStringSubmatch(line)
		if m == nil {
			body.WriteString(line + "\n")
			continue
		}
		if err := finish(); err != nil {
			return nil, err
		}
		at, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: time of step %q: %w", file, i+1, m[1], err)
		}
		steps = append(steps, Step{Name: m[1], Verb: Verb(m[2]), At: time.Duration(at * float64(time.Second)), Line: i + 1})
		body.Reset()
		body.WriteString(strings.Repeat("\n", i+1))
	}
	if err := finish(); err != nil {
		return nil, err
	}
	if len(steps) == 0 {
		return nil, fmt.Errorf("%s: no step: a comment # step \"NAME\": create at t=SECONDS begins one", file)
	}
	sortSteps(steps)
	return steps, nil
}

// action is the document of a step that patches or deletes.
type action struct {
	Action string `yaml:"action"`
	Target string `yaml:"target"`
	Patch  any    `yaml:"patch"`
}

func (s *Step) fill(file, body string) error {
	if s.Verb == Create {
		s.Manifests = []byte(body)
		return nil
	}
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(body), &node); err != nil {
		return fmt.Errorf("%s: step %q: %w", file, s.Name, err)
	}
	var a action
	dec := yaml.NewDecoder(strings.NewReader(body))
	dec.KnownFields(true)
	if err := dec.Decode(&a); err != nil {
		return fmt.Errorf("%s:%d: step %q: %w", file, s.Line, s.Name, err)
	}
	kind, name, ok := strings.Cut(a.Target, "/")
	if !ok {
		return fmt.Errorf("%s:%d: step %q: target: %q is not Kind/name", file, s.Line, s.Name, a.Target)
	}
	s.Kind, s.Target = kind, name
	return s.setPatch(file, a.Patch)
}
