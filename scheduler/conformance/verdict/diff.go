package verdict

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Diff lists what differs between the verdict of the reference and that of the scheduler under test, one sentence
// each, in a fixed order. Where several preemption candidates tie, any of the reference's ties is accepted.
func Diff(want, got Verdict) []string {
	var d differ
	d.rejection("gate", want.Gate, got.Gate)
	d.rejection("prefilter", want.Prefilter, got.Prefilter)
	d.list("feasible", want.Feasible, got.Feasible)
	d.filtered(want.Filtered, got.Filtered)
	d.scores(want.Scores, got.Scores)
	d.list("best", want.Best, got.Best)
	if got.Chosen != "" && !slices.Contains(want.Best, got.Chosen) {
		d.addf("chosen: want one of %s, got %s", names(want.Best), got.Chosen)
	}
	if want.Message != got.Message {
		d.addf("message: want %q, got %q", want.Message, got.Message)
	}
	d.preemption(want.Preemption, got.Preemption)
	return d.lines
}

type differ struct{ lines []string }

func (d *differ) addf(format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *differ) rejection(what string, want, got *Rejection) {
	switch {
	case want == nil && got == nil:
	case want == nil:
		d.addf("%s: want none, got %s", what, got)
	case got == nil:
		d.addf("%s: want %s, got none", what, want)
	case !want.equal(*got):
		d.addf("%s: want %s, got %s", what, want, got)
	}
}

func (d *differ) list(what string, want, got []string) {
	if !slices.Equal(want, got) {
		d.addf("%s: want %s, got %s", what, names(want), names(got))
	}
}

func (d *differ) filtered(want, got map[string]Rejection) {
	for _, node := range keys(want, got) {
		w, g := entry(want, node), entry(got, node)
		d.rejection("filtered "+node, w, g)
	}
}

func (d *differ) scores(want, got map[string]NodeScore) {
	for _, node := range keys(want, got) {
		w, g := want[node], got[node]
		for _, plugin := range keys(w.Plugins, g.Plugins) {
			d.score(node, plugin, entry(w.Plugins, plugin), entry(g.Plugins, plugin))
		}
		if w.Total != g.Total {
			d.addf("score %s total: want %d, got %d", node, w.Total, g.Total)
		}
	}
}

func (d *differ) score(node, plugin string, want, got *int64) {
	switch {
	case want == nil:
		d.addf("score %s %s: want none, got %d", node, plugin, *got)
	case got == nil:
		d.addf("score %s %s: want %d, got none", node, plugin, *want)
	case *want != *got:
		d.addf("score %s %s: want %d, got %d", node, plugin, *want, *got)
	}
}

func (d *differ) preemption(want, got *Preemption) {
	switch {
	case want == nil && got == nil:
	case want == nil:
		d.addf("preemption: want none, got %s", got.Candidate)
	case got == nil:
		d.addf("preemption: want %s, got none", want.Candidate)
	case !want.accepts(got.Candidate):
		d.addf("preemption: want %s, got %s", want.Candidate, got.Candidate)
	}
}

// accepts says whether the reference may have chosen c. PDB violations are not compared,
// because they are no part of what a scheduler does to the cluster.
func (p *Preemption) accepts(c Candidate) bool {
	ties := p.Ties
	if len(ties) == 0 {
		ties = []Candidate{p.Candidate}
	}
	return slices.ContainsFunc(ties, func(t Candidate) bool {
		return t.Node == c.Node && slices.Equal(t.Victims, c.Victims)
	})
}

func (r Rejection) equal(o Rejection) bool {
	return r.Plugin == o.Plugin && r.Code == o.Code && slices.Equal(r.Reasons, o.Reasons)
}

// String is the rejection on one line.
func (r Rejection) String() string {
	return fmt.Sprintf("%s %s [%s]", r.Plugin, r.Code, strings.Join(r.Reasons, "; "))
}

// String is the candidate on one line.
func (c Candidate) String() string {
	return fmt.Sprintf("%s evicting [%s] (%d PDB violations)", c.Node, strings.Join(c.Victims, " "), c.PDBViolations)
}

func names(list []string) string { return "[" + strings.Join(list, " ") + "]" }

// keys is the sorted union of the keys of both maps.
func keys[V any](a, b map[string]V) []string {
	union := make(map[string]bool, len(a)+len(b))
	for k := range a {
		union[k] = true
	}
	for k := range b {
		union[k] = true
	}
	return slices.Sorted(maps.Keys(union))
}

func entry[V any](m map[string]V, key string) *V {
	if v, ok := m[key]; ok {
		return &v
	}
	return nil
}
