package plugins

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

const (
	podMismatch   = "UnschedulableAndUnresolvable: node(s) didn't match Pod's node affinity/selector"
	addedMismatch = "UnschedulableAndUnresolvable: node(s) didn't match scheduler-enforced node affinity"
	onlyZoneA     = `{"addedAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
		{"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}]}}}`
)

// Rows of upstream's plugins/nodeaffinity/node_affinity_test.go: TestNodeAffinity (v1.36.3).
func TestNodeAffinityFilter(t *testing.T) {
	for _, c := range []struct {
		name, args string
		pod        podBuilder
		labels     string
		want       string
	}{
		{"missing labels", "", pod().Selector("foo=bar"), "", podMismatch},
		{"same labels", "", pod().Selector("foo=bar"), "foo=bar", ""},
		{"node labels are superset", "", pod().Selector("foo=bar"), "foo=bar baz=blah", ""},
		{"node labels are subset", "", pod().Selector("foo=bar baz=blah"), "foo=bar", podMismatch},
		{"In matches", "", pod().Requires(term("foo=bar,value2")), "foo=bar", ""},
		{"Gt matches", "", pod().Requires(term("kernel-version>0204")), "kernel-version=0206", ""},
		{"Gt of a word matches nothing", "", pod().Requires(term("kernel-version>x")), "kernel-version=7", podMismatch},
		{"Gt of a signed integer matches nothing", "", pod().Requires(term("kernel-version>-1")), "kernel-version=7", podMismatch},
		{"Lt matches", "", pod().Requires(term("kernel-version<8")), "kernel-version=7", ""},
		{"NotIn matches", "", pod().Requires(term("mem-type!=DDR,DDR2")), "mem-type=DDR3", ""},
		{"NotIn matches an absent label", "", pod().Requires(term("mem-type!=DDR")), "", ""},
		{"Exists matches", "", pod().Requires(term("GPU")), "GPU=NVIDIA-GRID-K1", ""},
		{"DoesNotExist fails", "", pod().Requires(term("!GPU")), "GPU=NVIDIA-GRID-K1", podMismatch},
		{"affinity that does not match", "", pod().Requires(term("foo=value1,value2")), "foo=bar", podMismatch},
		{"no terms select no node", "", pod().Requires(), "foo=bar", podMismatch},
		{"an empty term selects no node", "", pod().Requires(term("")), "foo=bar", podMismatch},
		{"all requirements of a term must hold", "", pod().Requires(term("GPU !other")), "GPU=x", ""},
		{"one of them does not", "", pod().Requires(term("GPU GPU!=AMD,x")), "GPU=x", podMismatch},
		{"terms are alternatives", "", pod().Requires(term("foo=nope"), term("diffkey!=wrong")), "foo=bar", ""},
		{"affinity and selector both match", "", pod().Selector("foo=bar").Requires(term("foo")), "foo=bar", ""},
		{"affinity matches, selector does not", "", pod().Selector("foo=no").Requires(term("foo")), "foo=bar", podMismatch},
		{"metadata.name matches", "", pod().Requires(onNodes("n")), "", ""},
		{"metadata.name does not match", "", pod().Requires(onNodes("other")), "", podMismatch},
		{"fields do not match, labels of another term do", "", pod().Requires(onNodes("other"), term("foo=bar")), "foo=bar", ""},
		{"added affinity and pod's match", onlyZoneA, pod().Selector("foo=bar"), "zone=a foo=bar", ""},
		{"added affinity matches, pod's does not", onlyZoneA, pod().Selector("foo=bar"), "zone=a", podMismatch},
		{"added affinity does not match", onlyZoneA, pod(), "zone=b", addedMismatch},
		{"neither matches: the added comes first", onlyZoneA, pod().Selector("foo=bar"), "zone=b", addedMismatch},
	} {
		t.Run(c.name, func(t *testing.T) {
			plugin := build[framework.FilterPlugin](t, NodeAffinity, c.args)
			require.Equal(t, c.want, verdict(plugin.Filter(nil, c.pod.Obj(), node("n").Labels(c.labels).With())))
		})
	}
}

func TestNodeAffinityPreFilter(t *testing.T) {
	for _, c := range []struct {
		name, args string
		pod        podBuilder
		nodes      []string // nil: all
		want       string
	}{
		{"nothing asked", "", pod(), nil, "Skip"},
		{"preferences ask nothing of Filter", "", pod().Prefers(1, term("a")), nil, "Skip"},
		{"added affinity asks of every pod", onlyZoneA, pod(), nil, ""},
		{"a selector", "", pod().Selector("a=b"), nil, ""},
		{"one name", "", pod().Requires(onNodes("n2")), []string{"n2"}, ""},
		{"names of two terms, sorted, once", "", pod().Requires(onNodes("n3 n1"), onNodes("n2 n1")), []string{"n1", "n2", "n3"}, ""},
		{"requirements of one term agree", "", pod().Requires(onNodes("n1 n2", "n2 n3")), []string{"n2"}, ""},
		{"requirements of one term conflict", "", pod().Requires(onNodes("n1", "n2")), nil, "UnschedulableAndUnresolvable: pod affinity terms conflict"},
		{"one of two terms conflicts", "", pod().Requires(onNodes("n1", "n2"), onNodes("n3")), []string{"n3"}, ""},
		{"a term without names may select any node", "", pod().Requires(onNodes("n1"), term("a=b")), nil, ""},
		{"no terms", "", pod().Requires(), nil, ""},
		{"NotIn names no node", "", pod().Requires(cluster.NodeSelectorTerm{MatchFields: []cluster.Requirement{{Key: "metadata.name", Operator: cluster.NotIn, Values: []string{"n1"}}}}), nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			result, status := build[framework.PreFilterPlugin](t, NodeAffinity, c.args).PreFilter(&framework.CycleState{}, c.pod.Obj(), nil)
			require.Equal(t, c.want, verdict(status))
			if c.nodes == nil {
				require.Nil(t, result)
			} else {
				require.Equal(t, c.nodes, result.NodeNames)
			}
		})
	}
}

func TestNodeAffinityPreFilterLeavesTheSpecAlone(t *testing.T) {
	p := pod().Requires(onNodes("n3 n1", "n1 n2"), onNodes("n9 n4")).Obj()
	before := pod().Requires(onNodes("n3 n1", "n1 n2"), onNodes("n9 n4")).Obj()
	_, status := build[framework.PreFilterPlugin](t, NodeAffinity, "").PreFilter(nil, p, nil)
	require.True(t, status.IsSuccess())
	require.Equal(t, before.Spec.Affinity, p.Spec.Affinity)
}

// Rows of upstream's TestNodeAffinityPriority (v1.36.3): weights 2, then 4 and 5; labels as there.
func TestNodeAffinityScore(t *testing.T) {
	nodes := []*cluster.Node{
		node("n1").Labels("foo=bar").Obj(),
		node("n2").Labels("key=value").Obj(),
		node("n5").Labels("foo=bar key=value az=az1").Obj(),
	}
	const addedKey = `{"addedAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [
		{"weight": 3, "preference": {"matchExpressions": [{"key": "key", "operator": "In", "values": ["value"]}]}}]}}`
	three := func() podBuilder {
		return pod().Prefers(2, term("foo=bar")).Prefers(4, term("key=value")).Prefers(5, term("foo=bar key=value az=az1"))
	}
	for _, c := range []struct {
		name, args string
		pod        podBuilder
		want       map[string]int64
	}{
		{"no preference is skipped", "", pod(), nil},
		{"required affinity is no preference", "", pod().Requires(term("foo=bar")), nil},
		{"no node matches", "", pod().Prefers(2, term("foo=none")), map[string]int64{"n1": 0, "n2": 0, "n5": 0}},
		{"one matches", "", pod().Prefers(2, term("key=value !foo")), map[string]int64{"n1": 0, "n2": 100, "n5": 0}},
		{"all match, differently", "", three(), map[string]int64{"n1": 18, "n2": 36, "n5": 100}},
		{"added preference", addedKey, pod(), map[string]int64{"n1": 0, "n2": 100, "n5": 100}},
		{"added preference and the pod's", addedKey, pod().Prefers(2, term("foo=bar")), map[string]int64{"n1": 40, "n2": 60, "n5": 100}},
		{"an empty preference selects nothing", "", pod().Prefers(2, term("")), map[string]int64{"n1": 0, "n2": 0, "n5": 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, scores(t, build[framework.ScorePlugin](t, NodeAffinity, c.args), c.pod.Obj(), view(nodes)))
		})
	}
}

func TestNodeAffinityPreScoreRefusesWhatTheSchedulerCannotRead(t *testing.T) {
	plugin := build[framework.PreScorePlugin](t, NodeAffinity, "")
	broken := term("size>-1")
	s := plugin.PreScore(nil, pod().Prefers(1, term("a=b")).Prefers(1, broken).Obj(), nil, nil)
	require.Equal(t, `Error: preferred node affinity: label size is compared with "-1", which is no label value`, verdict(s))
	require.Equal(t, "", verdict(plugin.PreScore(nil, pod().Prefers(0, broken).Obj(), nil, nil)), "weight 0 is never read")
	require.Equal(t, "", verdict(plugin.PreScore(nil, pod().Prefers(1, term("size>1")).Obj(), nil, nil)))
}

// Upstream's Test_isSchedulableAfterNodeChange (v1.36.3).
func TestNodeAffinityHints(t *testing.T) {
	waiting := pod().Requires(term("foo=bar")).Obj()
	match, other, inA := node("n").Labels("foo=bar").Obj(), node("n").Labels("foo=no").Obj(), node("n").Labels("foo=bar zone=a").Obj()
	for _, c := range []struct {
		name, args string
		action     framework.ActionType
		change     *cluster.Change
		want       bool
	}{
		{"a matching node joins", "", framework.ActionAdd, changed(nil, match), true},
		{"another node joins", "", framework.ActionAdd, changed(nil, other), false},
		{"a node comes to match", "", framework.UpdateNodeLabel, changed(other, match), true},
		{"a node no longer matches", "", framework.UpdateNodeLabel, changed(match, other), false},
		{"a node matched before", "", framework.UpdateNodeLabel, changed(match, inA), false},
		{"taints do not matter", "", framework.UpdateNodeTaint, changed(other, match), false},
		{"the added affinity does not match", onlyZoneA, framework.ActionAdd, changed(nil, match), false},
		{"the added affinity matches too", onlyZoneA, framework.ActionAdd, changed(nil, inA), true},
		{"only the added affinity comes to match: no news, as upstream", onlyZoneA, framework.UpdateNodeLabel, changed(match, inA), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			plugin := build[framework.EnqueueExtensions](t, NodeAffinity, c.args)
			require.Equal(t, c.want, hint(plugin, event(framework.NodeEvent, c.action), waiting, c.change))
		})
	}
}
