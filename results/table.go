package results

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/tw"
)

// Table writes the summary for people. The figures of the wall clock follow where they are known; nil leaves them out.
func (s *Summary) Table(w io.Writer, wall *Wallclock) error {
	if _, err := fmt.Fprintln(w, s.heading()); err != nil {
		return err
	}
	if err := s.tables(w, wall); err != nil {
		return err
	}
	_, err := io.WriteString(w, s.FaultStories())
	return err
}

// Figures writes the tables of the summary alone: what depends on the machine, the heading and the stories are left out.
func (s *Summary) Figures(w io.Writer) error { return s.tables(w, nil) }

func (s *Summary) tables(w io.Writer, wall *Wallclock) error {
	rows := append(s.podRows(), s.waitRows()...)
	rows = append(rows, s.decisionRows(wall)...)
	rows = append(rows, wall.rows()...)
	rows = append(rows, []string{"digest", s.Digest})
	if err := RenderTable(w, tw.AlignRight, []string{"metric", "value"}, rows); err != nil {
		return err
	}
	err := RenderTable(w, tw.AlignRight, []string{"resource", "utilisation", "mean allocated", "peak allocated", "allocatable"}, s.resourceRows())
	if err != nil {
		return err
	}
	return s.loadTables(w)
}

// CSV writes all metrics of the summary as lines of name, value and unit, in base units and full precision.
func (s *Summary) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	records := [][]string{{"metric", "value", "unit"}}
	for _, m := range s.Metrics() {
		records = append(records, []string{m.Name, strconv.FormatFloat(m.Value, 'f', -1, 64), m.Unit})
	}
	return out.WriteAll(records)
}

func (s *Summary) heading() string {
	parts := []string{}
	for _, p := range []string{s.Scenario, s.Policy} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	text := strings.Join(append(parts, fmt.Sprintf("seed %d", s.Seed)), ", ")
	if s.Partial {
		text += "\nPARTIAL RESULTS: " + s.PartialReason
	}
	return text
}

// RenderTable writes rows under a header: the first column to the left, the others aligned as asked for. The error is
// the writer's.
func RenderTable(w io.Writer, align tw.Align, header []string, rows [][]string) error {
	columns := tw.MakeAlign(len(header), align)
	columns[0] = tw.AlignLeft
	t := tablewriter.NewTable(w,
		tablewriter.WithAlignment(columns),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithTrimSpace(tw.Off), // the parts of a sum are indented
	)
	t.Header(header)
	if err := t.Bulk(rows); err != nil {
		return err
	}
	return t.Render()
}

func (s *Summary) podRows() [][]string {
	p := s.Pods
	rows := [][]string{
		{"pods submitted", thousands(int64(p.Submitted))},
		{"  scheduled", thousands(int64(p.Scheduled))},
		{"  never scheduled", thousands(int64(p.NeverScheduled))},
		{"  completed", thousands(int64(p.Completed))},
		{"  failed", thousands(int64(p.Failed))},
		{"  deleted", thousands(int64(p.Deleted))},
	}
	for _, l := range s.Lost {
		rows = append(rows, []string{"    lost: " + l.Reason, thousands(int64(l.Pods))})
	}
	return append(rows,
		[]string{"  running at the end", thousands(int64(p.Running))},
		[]string{"  pending at the end", thousands(int64(p.Pending))},
		[]string{"peak pending", thousands(int64(s.PeakPending))},
		[]string{"makespan", humanSeconds(s.Makespan)},
	)
}

func (s *Summary) waitRows() [][]string {
	rows := [][]string{
		{"wait p50", humanSeconds(s.Wait.P50)}, {"wait p90", humanSeconds(s.Wait.P90)},
		{"wait p99", humanSeconds(s.Wait.P99)}, {"wait max", humanSeconds(s.Wait.Max)},
		{"wait mean", humanSeconds(s.Wait.Mean)},
	}
	if n := s.NeverScheduledWait; n.Count > 0 {
		rows = append(rows, []string{"never scheduled: waited p50", humanSeconds(n.P50)},
			[]string{"never scheduled: waited max", humanSeconds(n.Max)})
	}
	return rows
}

func (s *Summary) decisionRows(wall *Wallclock) [][]string {
	d := s.Decisions
	rows := [][]string{{"decisions", thousands(int64(d.Total))}}
	if wall != nil {
		rows = append(rows, []string{"  per second of wall time", thousands(int64(wall.DecisionsPerSecond))})
	}
	rows = append(rows,
		[]string{"  unschedulable", thousands(int64(d.Unschedulable))},
		[]string{"  attempts per pod, mean", strconv.FormatFloat(d.MeanAttempts, 'f', 2, 64)},
		[]string{"  attempts per pod, max", thousands(int64(d.MaxAttempts))},
	)
	if d.Errors > 0 {
		rows = append(rows, []string{"  errors", thousands(int64(d.Errors))})
	}
	if d.Preemptions > 0 || d.Victims > 0 {
		rows = append(rows, []string{"preemptions", thousands(int64(d.Preemptions))},
			[]string{"  victims", thousands(int64(d.Victims))})
	}
	return append(rows, []string{"events", thousands(int64(s.Events))})
}

// rows returns the rows of the wall clock, none where it is not known.
func (w *Wallclock) rows() [][]string {
	if w == nil {
		return nil
	}
	rows := [][]string{
		{"  per second of wall time", thousands(int64(w.EventsPerSecond))},
		{"wall time", humanSeconds(w.Seconds)},
	}
	if w.PeakMemoryBytes > 0 {
		rows = append(rows, []string{"peak memory", humanBytes(float64(w.PeakMemoryBytes))})
	}
	return rows
}

func (s *Summary) resourceRows() [][]string {
	var rows [][]string
	for _, r := range s.Resources {
		rows = append(rows, []string{
			r.Name, strconv.FormatFloat(100*r.Utilisation, 'f', 2, 64) + " %",
			humanAmount(r.MeanAllocated, r.Unit), humanAmount(float64(r.PeakAllocated), r.Unit),
			humanAmount(float64(r.PeakAllocatable), r.Unit),
		})
	}
	return rows
}
