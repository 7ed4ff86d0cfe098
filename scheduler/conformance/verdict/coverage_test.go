package verdict

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBest(t *testing.T) {
	for name, c := range map[string]struct {
		totals map[string]int64
		want   []string
	}{
		"nothing":  {nil, []string{}},
		"one":      {map[string]int64{"a": 0}, []string{"a"}},
		"highest":  {map[string]int64{"a": 1, "b": 3, "c": 2}, []string{"b"}},
		"tie":      {map[string]int64{"c": 3, "b": 1, "a": 3}, []string{"a", "c"}},
		"negative": {map[string]int64{"a": -2, "b": -1}, []string{"b"}},
	} {
		require.Equal(t, c.want, Best(c.totals), name)
	}
}

func TestCoverageCountsWhatEachPluginDid(t *testing.T) {
	var c Coverage
	c.Add(feasible()) // X and Y vary; without either, one node alone is best
	rejected := unfit()
	rejected.Filtered = map[string]Rejection{"a": {Plugin: "NodePorts"}, "b": {Plugin: "NodePorts"}}
	rejected.Preemption.PDBViolations = 2
	c.Add(rejected)
	c.Add(Verdict{Gate: &Rejection{Plugin: "SchedulingGates"}})

	rejects, varied := c.Cases("NodePorts")
	require.Equal(t, []int{2, 0}, []int{rejects, varied}, "once a verdict, not once a node")
	_, varied = c.Cases("X")
	require.Equal(t, 1, varied)
	rejects, varied = c.Cases("Unknown")
	require.Zero(t, rejects+varied)
	require.Equal(t, 1, c.plugins["X"].decided)
	require.Equal(t, []int{3, 1, 1, 1, 1}, []int{c.Verdicts, c.SeveralFeasible, c.NoneFeasible, c.Gated, c.Tied})
	require.Equal(t, []int{1, 1, 0}, []int{c.Preempted, c.PDBViolated, c.Several})
}

func TestAConstantScoreDecidesNothing(t *testing.T) {
	var c Coverage
	v := feasible()
	v.Scores["a"].Plugins["X"], v.Scores["b"].Plugins["X"] = 7, 7
	c.Add(v)
	_, varied := c.Cases("X")
	require.Zero(t, varied)
	require.Equal(t, 1, c.plugins["X"].ran)
}

func TestCoverageWrite(t *testing.T) {
	var c Coverage
	c.Add(feasible())
	var out strings.Builder
	require.NoError(t, c.Write(&out))
	require.Contains(t, out.String(), "verdicts 1: several feasible 1 (tied best 1), one 0, none 0")
	require.Regexp(t, `(?m)^NodePorts +1 +0 +0 +0$`, out.String())
	require.Regexp(t, `(?m)^X +0 +1 +1 +1$`, out.String())
}
