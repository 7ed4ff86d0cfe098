package app

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/olekukonko/tablewriter/tw"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// explanationTable prints an explanation for a person: the outcome first, then all nodes.
func (p *program) explanationTable(e *scheduler.Explanation) error {
	fmt.Fprintf(p.out, "pod %v: %s\n", e.Pod, outcomeLine(e))
	for _, line := range adviceLines(e) {
		fmt.Fprintln(p.out, line)
	}
	if err := p.explanationTables(e); err != nil {
		return err
	}
	if n := len(e.Unseen); n > 0 {
		fmt.Fprintf(p.out, "%d nodes were not looked at: enough others fitted (percentageOfNodesToScore).\n", n)
	}
	return nil
}

func outcomeLine(e *scheduler.Explanation) string {
	d := &e.Decision
	if !d.Placed() {
		return e.Message
	}
	line := fmt.Sprintf("goes to node %s, %d of %d nodes fit", d.Node, d.Feasible, d.Nodes)
	switch {
	case d.Feasible == 1:
		return line
	case d.Ties > 1:
		return line + fmt.Sprintf("; it was drawn among the %d with the best score, %d: %s", d.Ties, d.Score, strings.Join(e.Best, ", "))
	}
	return line + fmt.Sprintf("; its score is the best, %d", d.Score)
}

// adviceLines say what preemption does, and what would have to change for the pod to fit.
func adviceLines(e *scheduler.Explanation) []string {
	var lines []string
	if p := preemptionOf(e); p != nil {
		lines = append(lines, fmt.Sprintf("preemption: evicts %s from node %s", strings.Join(p.Victims, ", "), p.Node))
	}
	if n := e.Nearest; n != nil {
		lines = append(lines, fmt.Sprintf("nearest to fitting is node %s:", n.Node))
		for _, o := range n.Obstacles {
			lines = append(lines, fmt.Sprintf("  %s: %s", o.Plugin, strings.Join(o.Reasons, ", ")))
		}
		for _, l := range n.Lacks {
			lines = append(lines, fmt.Sprintf("  short of %s: asks for %s, %s free", l.Resource, amount(l.Resource, l.Asked), amount(l.Resource, l.Free)))
		}
	}
	return lines
}

// amount writes a quantity as a manifest would.
func amount(resource cluster.ResourceName, v int64) string {
	switch resource {
	case cluster.CPU:
		return strconv.FormatInt(v, 10) + "m"
	case "gpu":
		return thousandths(v)
	case cluster.Memory, cluster.EphemeralStorage:
		if v%(1<<20) == 0 {
			return strconv.FormatInt(v>>20, 10) + "Mi"
		}
	}
	return strconv.FormatInt(v, 10)
}

// explanationTables prints the nodes that fit with their scores, then those that do not.
func (p *program) explanationTables(e *scheduler.Explanation) error {
	if len(e.Feasible) > 0 {
		header := []string{"node", "total"}
		for _, s := range e.Feasible[0].Plugins {
			header = append(header, s.Plugin)
		}
		if err := p.table(tw.AlignRight, header, scoreRows(e)); err != nil {
			return err
		}
	}
	if len(e.Filtered) > 0 {
		return p.table(tw.AlignLeft, []string{"node", "rejected by", "because", "preemption may help", "also rejected by"}, filteredRows(e))
	}
	return nil
}

func scoreRows(e *scheduler.Explanation) [][]string {
	rows := make([][]string, 0, len(e.Feasible))
	for _, n := range e.Feasible {
		row := []string{n.Node, strconv.FormatInt(n.Total, 10)}
		for _, s := range n.Plugins {
			row = append(row, strconv.FormatInt(s.Score, 10))
		}
		rows = append(rows, row)
	}
	return rows
}

func filteredRows(e *scheduler.Explanation) [][]string {
	rows := make([][]string, 0, len(e.Filtered))
	for _, v := range e.Filtered {
		may := "no"
		if v.Code == framework.Unschedulable {
			may = "yes"
		}
		var also []string
		for _, a := range v.Also {
			also = append(also, a.Plugin)
		}
		rows = append(rows, []string{v.Node, v.Plugin, strings.Join(v.Reasons, ", "), may, strings.Join(also, ", ")})
	}
	return rows
}
