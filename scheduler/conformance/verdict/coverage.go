package verdict

import (
	"fmt"
	"io"
	"maps"
	"slices"
)

// Coverage counts over many verdicts of the reference how often each plugin mattered. The zero value is ready.
type Coverage struct {
	Verdicts, SeveralFeasible, OneFeasible, NoneFeasible, Tied int
	Gated, Prefiltered, Preempted, PDBViolated, Several        int // Several: preemptions with more than one candidate

	plugins map[string]*pluginCoverage
}

type pluginCoverage struct{ ran, varied, decided, rejected int }

// Add counts one verdict.
func (c *Coverage) Add(v Verdict) {
	c.Verdicts++
	c.addOutcome(v)
	c.addPreemption(v.Preemption)
	for plugin := range rejecting(v) {
		c.of(plugin).rejected++
	}
	for plugin := range scoring(v) {
		c.addScores(plugin, v)
	}
}

func (c *Coverage) addOutcome(v Verdict) {
	switch {
	case v.Gate != nil:
		c.Gated++
	case len(v.Feasible) == 0:
		c.NoneFeasible++
	case len(v.Feasible) == 1:
		c.OneFeasible++
	default:
		c.SeveralFeasible++
	}
	if v.Prefilter != nil {
		c.Prefiltered++
	}
	if len(v.Best) > 1 {
		c.Tied++
	}
}

func (c *Coverage) addPreemption(p *Preemption) {
	if p == nil {
		return
	}
	c.Preempted++
	if p.PDBViolations > 0 {
		c.PDBViolated++
	}
	if len(p.Candidates) > 1 {
		c.Several++
	}
}

// addScores counts a plugin's scores: they vary, and without them another set of nodes would be best.
func (c *Coverage) addScores(plugin string, v Verdict) {
	p := c.of(plugin)
	p.ran++
	if !varies(plugin, v) {
		return
	}
	p.varied++
	if !slices.Equal(v.Best, bestWithout(plugin, v)) {
		p.decided++
	}
}

func (c *Coverage) of(plugin string) *pluginCoverage {
	if c.plugins == nil {
		c.plugins = make(map[string]*pluginCoverage)
	}
	if c.plugins[plugin] == nil {
		c.plugins[plugin] = &pluginCoverage{}
	}
	return c.plugins[plugin]
}

func rejecting(v Verdict) map[string]bool {
	found := make(map[string]bool)
	for _, r := range v.Filtered {
		found[r.Plugin] = true
	}
	if v.Gate != nil {
		found[v.Gate.Plugin] = true
	}
	return found
}

func scoring(v Verdict) map[string]bool {
	found := make(map[string]bool)
	for _, s := range v.Scores {
		for plugin := range s.Plugins {
			found[plugin] = true
		}
	}
	return found
}

func varies(plugin string, v Verdict) bool {
	first := v.Scores[v.Feasible[0]].Plugins[plugin]
	return slices.ContainsFunc(v.Feasible, func(node string) bool { return v.Scores[node].Plugins[plugin] != first })
}

func bestWithout(plugin string, v Verdict) []string {
	totals := make(map[string]int64, len(v.Scores))
	for node, s := range v.Scores {
		totals[node] = s.Total - s.Plugins[plugin]
	}
	return Best(totals)
}

// Best is the sorted list of the nodes with the highest total.
func Best(totals map[string]int64) []string {
	best := []string{}
	for _, node := range slices.Sorted(maps.Keys(totals)) {
		switch {
		case len(best) == 0 || totals[node] > totals[best[0]]:
			best = []string{node}
		case totals[node] == totals[best[0]]:
			best = append(best, node)
		}
	}
	return best
}

// Cases is the number of verdicts in which the plugin rejected something or its scores were not all equal.
func (c *Coverage) Cases(plugin string) (rejected, varied int) {
	if c.plugins[plugin] == nil {
		return 0, 0
	}
	return c.plugins[plugin].rejected, c.plugins[plugin].varied
}

// Write prints the outcomes and one line for each plugin, by name.
func (c *Coverage) Write(w io.Writer) error {
	_, err := fmt.Fprintf(w, "verdicts %d: several feasible %d (tied best %d), one %d, none %d, rejected by PreFilter %d, gated %d\n"+
		"preemptions %d: more than one candidate %d, winner violates a PDB %d\n"+
		"%-34s %8s %8s %8s %8s\n", c.Verdicts, c.SeveralFeasible, c.Tied, c.OneFeasible, c.NoneFeasible, c.Prefiltered, c.Gated,
		c.Preempted, c.Several, c.PDBViolated, "plugin", "rejects", "scores", "varies", "decides")
	if err != nil {
		return err
	}
	for _, plugin := range slices.Sorted(maps.Keys(c.plugins)) {
		p := c.plugins[plugin]
		if _, err = fmt.Fprintf(w, "%-34s %8d %8d %8d %8d\n", plugin, p.rejected, p.ran, p.varied, p.decided); err != nil {
			return err
		}
	}
	return nil
}
