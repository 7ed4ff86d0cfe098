package workloads

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// genNodeSet draws nodes by name, or by label.
func genNodeSet(t *rapid.T) NodeSet {
	if rapid.Bool().Draw(t, "by label") {
		return NodeSet{Selector: "pool=web", selector: &cluster.Selector{Requirements: []cluster.Requirement{
			{Key: "pool", Operator: cluster.In, Values: []string{"web"}},
		}}}
	}
	return NodeSet{Names: rapid.SliceOfN(rapid.StringMatching(`[a-z0-9*?.-]{1,9}`), 1, 3).Draw(t, "names")}
}

func genNodeAction(t *rapid.T, a *Action) {
	nodes := genNodeSet(t)
	if a.Verb == VerbDrain {
		a.Nodes, a.Parallel, a.Timeout = nodes, rapid.IntRange(1, mostAtATime).Draw(t, "parallel"), genSpan.Draw(t, "timeout")
		return
	}
	a.Upgrade = &Upgrade{
		Nodes: nodes, Labels: genLabels(t), Surge: rapid.IntRange(1, 5).Draw(t, "surge"),
		MaxUnavailable: rapid.IntRange(0, mostAtATime).Draw(t, "unavailable"), DrainTimeout: genLong.Draw(t, "timeout"),
		Provision: genDist(t), Strict: rapid.Bool().Draw(t, "strict"),
	}
}

func nodeActions(t *testing.T, list string) []Action {
	t.Helper()
	s := decode(t, "cluster: [{nodes: {capacity: {cpu: 1, memory: 1}}}]\nactions: ["+list+"]\n")
	twin := again(t, s)
	s.origin = origin{}
	require.Equal(t, s, twin)
	return s.Actions
}

func TestDrainedNodes(t *testing.T) {
	a := nodeActions(t, `{at: 1h, drain: no/n-0}, {at: 1h, drain: "node/n-*", timeout: 5m, parallel: 2}, {at: 1h, drain: [node/a, "nodes/b-?"]},
  {at: 1h, drain: {selector: "pool in (x,y)"}}, {when: node/a drained, drain: node/b}`)
	require.Equal(t, Action{At: time.Hour, Verb: VerbDrain, Nodes: NodeSet{Names: []string{"n-0"}}, Parallel: 1}, a[0])
	require.Equal(t, Action{At: time.Hour, Verb: VerbDrain, Nodes: NodeSet{Names: []string{"n-*"}}, Parallel: 2, Timeout: 5 * time.Minute}, a[1])
	require.Equal(t, []string{"a", "b-?"}, a[2].Nodes.Names)
	require.Equal(t, "pool in (x,y)", a[3].Nodes.Selector)
	require.Equal(t, StateDrained, a[4].When.State)
	require.Equal(t, []string{"node/n-0", "node/n-*", "node/a,b-?", "nodes pool in (x,y)"},
		[]string{a[0].Nodes.String(), a[1].Nodes.String(), a[2].Nodes.String(), a[3].Nodes.String()})
}

func TestUpgrade(t *testing.T) {
	a := nodeActions(t, `{at: 1h, upgrade: {nodes: "n-*"}}, {at: 1h, upgrade: {selector: pool=web, labels: {v: b}, surge: 0, maxUnavailable: 2,
  drainTimeout: 10m, provision: {exponential: 1m}, podEvictionOnTimeout: fail}}, {at: 1h, upgrade: {nodes: [a, b]}}`)
	require.Equal(t, &Upgrade{Nodes: NodeSet{Names: []string{"n-*"}}, Surge: 1, DrainTimeout: time.Hour, Provision: Constant{2 * time.Minute}}, a[0].Upgrade)
	u := a[1].Upgrade
	require.Equal(t, []any{"pool=web", cluster.Labels{"v": "b"}, 0, 2, 10 * time.Minute, true, Exponential{time.Minute}},
		[]any{u.Nodes.Selector, u.Labels, u.Surge, u.MaxUnavailable, u.DrainTimeout, u.Strict, u.Provision})
	require.Equal(t, []string{"a", "b"}, a[2].Upgrade.Nodes.Names)
}

func TestBadNodeActions(t *testing.T) {
	action := func(text string) string { return inScenario("actions: [{at: 1h, " + text + "}]") }
	checkBad(t, []badCase{
		{"a bad pattern", action("drain: 'node/['"), ":5: actions[0].drain: not a pattern of names such as n-*: node/["},
		{"no node", action("drain: []"), ":5: actions[0].drain: an empty list"},
		{"one of a list", action("drain: [node/a, pod/b]"), ":5: actions[0].drain[1]: this cannot be done to a pod"},
		{"no selector", action("drain: {}"), ":5: actions[0].drain: selector is missing"},
		{"an empty selector", action("drain: {selector: ''}"), ":5: actions[0].drain.selector: an empty selector: the pattern * names all nodes"},
		{"none at a time", action("drain: node/a, parallel: 0"), ":5: actions[0].parallel: below 1: 0"},
		{"no time", action("drain: node/a, timeout: 0s"), ":5: actions[0].timeout: not above 0: 0s"},
		{"timeout of a cordon", action("cordon: node/a, timeout: 1s"), ":5: actions[0]: timeout does not go with cordon"},
		{"nothing to upgrade", action("upgrade: {}"), ":5: actions[0].upgrade: one of nodes, selector is expected, none is given"},
		{"both ways", action("upgrade: {nodes: a, selector: b=c}"), ":5: actions[0].upgrade: one of nodes, selector is expected, not nodes and selector"},
		{"no way", action("upgrade: {nodes: a, surge: 0}"), ":5: actions[0].upgrade: surge and maxUnavailable are both 0: no node can be upgraded"},
		{"unknown end", action("upgrade: {nodes: a, podEvictionOnTimeout: froce}"), ":5: actions[0].upgrade.podEvictionOnTimeout: unknown: froce; did you mean force?"},
		{"unknown key", action("upgrade: {nodes: a, maxSurge: 1}"), ":5: actions[0].upgrade.maxSurge: unknown field; known are nodes, selector, labels, surge, maxUnavailable, drainTimeout, provision, podEvictionOnTimeout"},
	})
}

func TestNodeSetIn(t *testing.T) {
	store := cluster.NewStore(sim.New(1))
	for name, pool := range map[string]string{"a-0": "x", "a-1": "y", "b-0": "x", "c": ""} {
		n := &cluster.Node{}
		n.Name, n.Labels = name, cluster.Labels{"pool": pool}
		require.NoError(t, store.Create(n, cluster.ReasonCreated))
	}
	for text, want := range map[string][]string{
		`"node/a-*"`: {"a-0", "a-1"}, `[node/c, "node/*-0", node/a-0]`: {"c", "a-0", "b-0"}, "{selector: pool=x}": {"a-0", "b-0"},
		"node/d": nil, `"node/?"`: {"c"}, "{selector: pool!=x}": {"a-1", "c"},
	} {
		set := nodeActions(t, "{at: 1h, drain: "+text+"}")[0].Nodes
		require.Equal(t, want, set.In(store), text)
	}
}
