package report

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wavetank/wavetank/results"
)

// Write reads the results of a run and writes report.md and its figures beside them, each under a temporary name until it
// is whole. It returns the names of what it wrote. A run without samples has no figures: those of an earlier report go.
func Write(dir string) ([]string, error) {
	r := &report{dir: dir, samples: map[string]samples{}}
	var err error
	if r.summary, err = results.ReadSummary(dir); err != nil {
		return nil, err
	}
	for _, name := range []string{results.WorkloadsFile, results.ServicesFile, results.SeriesFile, results.NodesFile} {
		if r.samples[name], err = readRows(dir, name); err != nil {
			return nil, err
		}
	}
	r.window = wholeRun(r.summary, r.samples)
	for _, f := range r.figures() {
		if err = r.draw(f); err != nil {
			return nil, err
		}
	}
	if err = results.WriteFile(dir, results.ReportFile, r.page); err != nil {
		return nil, err
	}
	names := []string{results.ReportFile}
	for _, p := range r.drawn {
		names = append(names, p.name)
	}
	return names, nil
}

// report is one under way.
type report struct {
	dir     string
	summary *results.Summary
	samples map[string]samples // by file
	window  span
	drawn   []picture
}

// picture is a figure of a report. One without panels is not drawn.
type picture struct {
	name, title string
	figure
}

// figures returns all that a report may have, in their order.
func (r *report) figures() []picture {
	var ofWorkloads, ofServices, ofPods, ofNodes []panel
	if rows := r.samples[results.WorkloadsFile].rows; len(rows) > 0 {
		ofWorkloads = availability(rows, r.summary)
	}
	if rows := r.samples[results.ServicesFile].rows; len(rows) > 0 {
		ofServices = load(rows)
	}
	if read := r.samples[results.SeriesFile]; len(read.rows) > 0 {
		ofPods = pods(read)
	}
	if rows := r.samples[results.NodesFile].rows; len(rows) > 0 {
		ofNodes = nodes(rows)
	}
	all := []picture{{name: results.FaultSVG, title: "Around a fault"}}
	if worst, window := closeUp(r.summary.Faults, r.window); worst != nil {
		panels := slices.Concat(one(ofWorkloads, 0), one(ofServices, 1), waiting(ofPods), one(ofNodes, 0))
		all[0].title = fmt.Sprintf("Around fault %d", worst.ID)
		all[0].figure = figure{panels: near(panels, window), window: window}
	}
	all = append(all,
		picture{results.AvailabilitySVG, "Pods that served", figure{panels: ofWorkloads, window: r.window}},
		picture{results.LoadSVG, "Load", figure{panels: ofServices, window: r.window}},
		picture{results.PodsSVG, "Pods", figure{panels: ofPods, window: r.window}},
		picture{results.NodesSVG, "Nodes", figure{panels: ofNodes, window: r.window}},
	)
	for i := range all {
		all[i].faults = faultSpans(r.summary.Faults, all[i].window)
	}
	return all
}

// one returns one of the panels of a figure, if there are any.
func one(panels []panel, i int) []panel {
	if len(panels) == 0 {
		return nil
	}
	return panels[i : i+1]
}

// draw writes a figure, or takes away that of an earlier report.
func (r *report) draw(p picture) error {
	if len(p.panels) == 0 {
		if err := os.Remove(filepath.Join(r.dir, p.name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return nil
	}
	r.drawn = append(r.drawn, p)
	return results.WriteFile(r.dir, p.name, p.figure.draw)
}

// wholeRun is from the begin to the end of the run, as far as it is known.
func wholeRun(s *results.Summary, read map[string]samples) span {
	w := span{to: s.Window.To}
	for _, v := range s.Workloads {
		w.to = max(w.to, v.To)
	}
	for _, v := range s.Services {
		w.to = max(w.to, v.To)
	}
	for _, of := range read {
		for _, v := range of.rows {
			w.to = max(w.to, v.at)
		}
	}
	if w.to == 0 {
		w.to = 1
	}
	return w
}

// faultSpans returns when faults lasted, each wide enough to be seen.
func faultSpans(faults []results.FaultSummary, window span) []span {
	var spans []span
	for _, f := range faults {
		s := span{f.Begin, window.to}
		if f.End != nil {
			s.to = *f.End
		}
		if s.from > window.to || s.to < window.from {
			continue
		}
		s.from = max(s.from, window.from)
		s.to = min(window.to, math.Max(s.to, s.from+(window.to-window.from)/figureColumns*2))
		spans = append(spans, s)
	}
	return spans
}

// page writes report.md.
func (r *report) page(w io.Writer) error {
	s := r.summary
	fmt.Fprintf(w, "# %s\n\n", title(s))
	if s.Partial {
		fmt.Fprintf(w, "**Partial results: %s.**\n\n", s.PartialReason)
	}
	story := s.FaultStories()
	if story != "" {
		fmt.Fprintf(w, "## What failed\n\n```\n%s```\n\n", story)
	}
	for _, p := range r.drawn {
		fmt.Fprintf(w, "## %s\n\n![%s](%s)\n\n", p.title, p.title, p.name)
	}
	switch {
	case len(r.drawn) == 0:
		fmt.Fprintf(w, "There are no figures: the run was made without samples (`results.sampleEvery`).\n\n")
	case story != "":
		fmt.Fprintf(w, "Shaded: the times of faults.\n\n")
	}
	var table strings.Builder
	if err := s.Figures(&table); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "## Figures\n\n```\n%s```\n", table.String())
	return err
}

func title(s *results.Summary) string {
	name := s.Scenario
	if name == "" {
		name = "A run"
	}
	if s.Policy != "" {
		name += ", " + s.Policy
	}
	return fmt.Sprintf("%s, seed %d", name, s.Seed)
}
