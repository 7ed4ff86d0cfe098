package app

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/results/decisionlog"
	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/config"
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// explainRun explains a decision of a finished run.
func (p *program) explainRun(dir string, f explainFlags) error {
	if f.pod == "" {
		return fmt.Errorf("--pod: say which pod of the run, as namespace/name")
	}
	name, err := parsePodName(f.pod)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, results.DecisionsFile)
	attempts, full, err := findAttempts(path, name)
	if err != nil {
		return err
	}
	d, err := pickAttempt(attempts, name, f.attempt)
	if err != nil {
		return err
	}
	if !full {
		return p.renderSummary(attempts, d, f.format)
	}
	e, err := p.replay(path, d)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if e.Decision.Node != d.Node {
		fmt.Fprintf(p.errOut, "warning: taken once more the decision is %q, the run has %q: a plugin keeps state of its own\n", e.Decision.Node, d.Node)
	}
	if f.format == "table" {
		p.listAttempts(attempts, d)
	}
	return p.render(e, f.format)
}

// openLog opens a log of decisions. The caller closes both.
func openLog(path string) (*os.File, *decisionlog.Reader, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, fmt.Errorf("%s is not there: the run was made without -o or with results.decisions: off", path)
	}
	if err != nil {
		return nil, nil, err
	}
	r, err := decisionlog.NewReader(f)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	return f, r, nil
}

// findAttempts returns all decisions about a pod, and whether the log has what the scheduler saw.
func findAttempts(path string, name cluster.NamespacedName) (attempts []framework.Decision, full bool, err error) {
	f, r, err := openLog(path)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	defer r.Close()
	r.SkipView()
	for {
		rec, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return attempts, r.Full, nil
		case err != nil:
			return nil, false, fmt.Errorf("%s: %w", path, err)
		case rec.Decision.Pod.NamespacedName == name:
			attempts = append(attempts, *rec.Decision)
		}
	}
}

// pickAttempt returns the attempt with a number, the last for 0.
func pickAttempt(attempts []framework.Decision, name cluster.NamespacedName, number int) (*framework.Decision, error) {
	if len(attempts) == 0 {
		return nil, fmt.Errorf("--pod: the run has no decision about a pod %v", name)
	}
	if number == 0 {
		return &attempts[len(attempts)-1], nil
	}
	i := slices.IndexFunc(attempts, func(d framework.Decision) bool { return d.Attempt == number })
	if i < 0 {
		return nil, fmt.Errorf("--attempt: pod %v was tried %d times, not %d", name, len(attempts), number)
	}
	return &attempts[i], nil
}

// replay makes the cluster of a decision again from the log, and takes the decision once more.
func (p *program) replay(path string, d *framework.Decision) (*scheduler.Explanation, error) {
	f, r, err := openLog(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	defer r.Close()
	cfg, err := config.Decode("the configuration in the log", []byte(r.Configuration), p.registry)
	if err != nil {
		return nil, err
	}
	world := &replayed{objects: objectSet{}}
	world.view = cluster.NewSnapshot(world.objects)
	pod, err := world.until(r, d)
	if err != nil {
		return nil, err
	}
	return p.explainOn(sim.New(r.Seed), cfg, world.view, pod, d.Start)
}

// replayed is the cluster of a run at one decision.
type replayed struct {
	view    *cluster.Snapshot
	objects objectSet
}

// until applies the log up to a decision and returns the pod it was about.
func (w *replayed) until(r *decisionlog.Reader, d *framework.Decision) (*cluster.Pod, error) {
	for {
		rec, err := r.Next()
		switch {
		case err != nil:
			return nil, err
		case rec.View != nil:
			w.view.Apply(*rec.View)
		case rec.Object != nil:
			w.objects.set(rec.Object)
		case rec.Decision.Pod == d.Pod && rec.Decision.Attempt == d.Attempt:
			w.view.Now = d.At
			return rec.Decision.Tried, nil
		}
	}
}

// objectSet is the objects of a run that are neither nodes nor pods. It implements cluster.Lister.
type objectSet map[cluster.Kind]map[cluster.NamespacedName]cluster.Object

func (s objectSet) set(c *decisionlog.ObjectChange) {
	if s[c.Kind] == nil {
		s[c.Kind] = map[cluster.NamespacedName]cluster.Object{}
	}
	if c.New == nil {
		delete(s[c.Kind], c.Name)
		return
	}
	s[c.Kind][c.Name] = c.New
}

// Get implements cluster.Lister.
func (s objectSet) Get(kind cluster.Kind, name cluster.NamespacedName) cluster.Object {
	if o, ok := s[kind][name]; ok {
		return o
	}
	return nil
}

// List implements cluster.Lister.
func (s objectSet) List(kind cluster.Kind) []cluster.Object {
	list := make([]cluster.Object, 0, len(s[kind]))
	for _, o := range s[kind] {
		list = append(list, o)
	}
	slices.SortFunc(list, func(a, b cluster.Object) int { return a.Meta().Compare(b.Meta().NamespacedName) })
	return list
}

// listAttempts prints one line for each attempt.
func (p *program) listAttempts(attempts []framework.Decision, chosen *framework.Decision) {
	for i := range attempts {
		d := &attempts[i]
		mark := " "
		if d.Attempt == chosen.Attempt {
			mark = "*"
		}
		fmt.Fprintf(p.out, "%s attempt %d at %v: %s\n", mark, d.Attempt, d.At, attemptLine(d))
	}
	fmt.Fprintln(p.out)
}

func attemptLine(d *framework.Decision) string {
	if d.Placed() {
		return fmt.Sprintf("node %s, score %d, %d of %d nodes fit", d.Node, d.Score, d.Feasible, d.Nodes)
	}
	return d.Message()
}

// renderSummary prints what a summary log has.
func (p *program) renderSummary(attempts []framework.Decision, d *framework.Decision, format string) error {
	if format == "json" {
		return fmt.Errorf("-o json: the log of this run is a summary: run with --set results.decisions=full to explain nodes and scores")
	}
	p.listAttempts(attempts, d)
	for _, r := range d.Rejections {
		fmt.Fprintf(p.out, "%6d nodes: %s: %s\n", r.Nodes, r.Plugin, r.Reason)
	}
	fmt.Fprintln(p.out, "The log of this run is a summary; --set results.decisions=full keeps every node and score.")
	return nil
}
