package report

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/wavetank/wavetank/results"
)

// Write reads the results of a run and writes report.md and its figures beside them, each under a temporary name until it
// is whole. It returns the names of what it wrote. A run without samples has no figures: those of an earlier report go.
func Write(dir string) ([]string, error) {
	s, err := results.ReadSummary(dir)
	if err != nil {
		return nil, err
	}
	r := &report{dir: dir, summary: s}
	for _, f := range []struct {
		name, from, title string
		panels            func([]row) []panel
	}{
		{results.AvailabilitySVG, results.WorkloadsFile, "Pods that served", func(rows []row) []panel { return availability(rows, s) }},
		{results.LoadSVG, results.ServicesFile, "Load", load},
		{results.NodesSVG, results.NodesFile, "Nodes", nodes},
	} {
		if err = r.figure(f.name, f.from, f.title, f.panels); err != nil {
			return nil, err
		}
	}
	if err = results.WriteFile(dir, results.ReportFile, r.page); err != nil {
		return nil, err
	}
	return append([]string{results.ReportFile}, r.names...), nil
}

// report is one under way.
type report struct {
	dir     string
	summary *results.Summary
	names   []string // of the figures
	titles  []string
}

// figure draws one of the files of samples, if it is there.
func (r *report) figure(name, from, title string, panels func([]row) []panel) error {
	rows, err := readRows(r.dir, from)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		if err = os.Remove(filepath.Join(r.dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return nil
	}
	f := figure{panels: panels(rows), window: r.window(rows)}
	f.faults = faultSpans(r.summary.Faults, f.window)
	r.names, r.titles = append(r.names, name), append(r.titles, title)
	return results.WriteFile(r.dir, name, f.draw)
}

// window is the whole run, as far as it is known.
func (r *report) window(rows []row) span {
	w := span{to: r.summary.Window.To}
	for _, v := range r.summary.Workloads {
		w.to = max(w.to, v.To)
	}
	for _, v := range r.summary.Services {
		w.to = max(w.to, v.To)
	}
	for _, v := range rows {
		w.to = max(w.to, v.at)
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
	for i, name := range r.names {
		fmt.Fprintf(w, "## %s\n\n![%s](%s)\n\n", r.titles[i], r.titles[i], name)
	}
	if len(r.names) > 0 && len(s.Faults) > 0 {
		fmt.Fprintf(w, "Shaded: the times of faults.\n\n")
	}
	if len(r.names) == 0 {
		fmt.Fprintf(w, "There are no figures: the run was made without samples (`results.sampleEvery`), or has no workloads.\n\n")
	}
	if story := s.FaultStories(); story != "" {
		fmt.Fprintf(w, "## What failed\n\n```\n%s```\n\n", story)
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
