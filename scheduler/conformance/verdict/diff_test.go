package verdict

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func feasible() Verdict {
	return Verdict{
		Feasible: []string{"a", "b"},
		Filtered: map[string]Rejection{"c": {Plugin: "NodePorts", Code: "Unschedulable", Reasons: []string{"no port"}}},
		Scores: map[string]NodeScore{
			"a": {Total: 30, Plugins: map[string]int64{"X": 10, "Y": 20}},
			"b": {Total: 30, Plugins: map[string]int64{"X": 30, "Y": 0}},
		},
		Best: []string{"a", "b"},
	}
}

func unfit() Verdict {
	first := Candidate{Node: "a", Victims: []string{"default/v"}}
	second := Candidate{Node: "b", Victims: []string{"default/w"}}
	return Verdict{Message: "0/2 nodes are available", Preemption: &Preemption{Candidate: first, Ties: []Candidate{first, second}}}
}

func TestEqualVerdictsDoNotDiffer(t *testing.T) {
	require.Empty(t, Diff(feasible(), feasible()))
	require.Empty(t, Diff(unfit(), unfit()))
}

func TestDiffNamesEachDifference(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Verdict)
		want   []string
	}{
		"a node less": {
			func(v *Verdict) { v.Feasible = []string{"a"} },
			[]string{"feasible: want [a b], got [a]"}},
		"another plugin rejects": {
			func(v *Verdict) {
				v.Filtered["c"] = Rejection{Plugin: "NodeName", Code: "Unschedulable", Reasons: []string{"no port"}}
			},
			[]string{"filtered c: want NodePorts Unschedulable [no port], got NodeName Unschedulable [no port]"}},
		"another reason": {
			func(v *Verdict) { v.Filtered["c"] = Rejection{Plugin: "NodePorts", Code: "Unschedulable"} },
			[]string{"filtered c: want NodePorts Unschedulable [no port], got NodePorts Unschedulable []"}},
		"no rejection": {
			func(v *Verdict) { v.Filtered = nil },
			[]string{"filtered c: want NodePorts Unschedulable [no port], got none"}},
		"one score": {
			func(v *Verdict) { v.Scores["a"] = NodeScore{Total: 31, Plugins: map[string]int64{"X": 11, "Y": 20}} },
			[]string{"score a X: want 10, got 11", "score a total: want 30, got 31"}},
		"a plugin that should have been skipped, and one that should not": {
			func(v *Verdict) { v.Scores["a"] = NodeScore{Total: 30, Plugins: map[string]int64{"X": 10, "Z": 20}} },
			[]string{"score a Y: want 20, got none", "score a Z: want none, got 20"}},
		"best": {
			func(v *Verdict) { v.Best = []string{"a"} },
			[]string{"best: want [a b], got [a]"}},
		"a chosen node that is not best": {
			func(v *Verdict) { v.Chosen = "c" },
			[]string{"chosen: want one of [a b], got c"}},
		"a gate": {
			func(v *Verdict) { v.Gate = &Rejection{Plugin: "SchedulingGates", Code: "X"} },
			[]string{"gate: want none, got SchedulingGates X []"}},
	} {
		got := feasible()
		c.change(&got)
		require.Equal(t, c.want, Diff(feasible(), got), name)
	}
}

func TestDiffOfPreemptions(t *testing.T) {
	got := unfit()
	got.Preemption = nil
	require.Equal(t, []string{"preemption: want a evicting [default/v] (0 PDB violations), got none"}, Diff(unfit(), got))

	got.Preemption = &Preemption{Candidate: Candidate{Node: "a", Victims: []string{"default/w"}}}
	require.Len(t, Diff(unfit(), got), 1, "the right node with the wrong victims")

	got.Preemption = &Preemption{Candidate: Candidate{Node: "b", Victims: []string{"default/w"}}}
	require.Empty(t, Diff(unfit(), got), "a tie of the reference")

	got.Message = "no"
	require.Equal(t, []string{`message: want "0/2 nodes are available", got "no"`}, Diff(unfit(), got))
}
