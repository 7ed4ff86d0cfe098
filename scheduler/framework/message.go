package framework

import (
	"slices"
	"strconv"
	"strings"
)

// Message returns the sentence every operator knows: "0/5 nodes are available: 3 Insufficient cpu, ...". It is empty for
// a pod that was placed (pkg/scheduler/framework/types.go: FitError.Error, v1.36).
func (d *Decision) Message() string {
	if d.Placed() {
		return ""
	}
	if d.Err != "" {
		return d.Err
	}
	if d.Nodes == 0 {
		return "no nodes available to schedule pods"
	}
	var b strings.Builder
	b.WriteString("0/" + strconv.Itoa(d.Nodes) + " nodes are available:")
	if d.PreFilter != "" {
		b.WriteString(" " + d.PreFilter + ".")
	} else if reasons := d.histogram(); len(reasons) > 0 {
		b.WriteString(" " + strings.Join(reasons, ", ") + ".")
	}
	if d.PostFilter != "" {
		b.WriteString(" " + d.PostFilter)
	}
	return b.String()
}

// histogram counts nodes by reason whatever the plugin, and sorts the lines as text.
func (d *Decision) histogram() []string {
	counts := map[string]int{}
	for _, r := range d.Rejections {
		counts[r.Reason] += r.Nodes
	}
	lines := make([]string, 0, len(counts))
	for reason, n := range counts {
		lines = append(lines, strconv.Itoa(n)+" "+reason)
	}
	slices.Sort(lines)
	return lines
}
