package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
)

func TestRequirement(t *testing.T) {
	labels := cluster.Labels{"app": "web", "empty": "", "gen": "7", "neg": "-3"}
	tests := []struct {
		name   string
		key    string
		op     cluster.Operator
		values []string
		want   bool
	}{
		{"in the values", "app", cluster.In, []string{"db", "web"}, true},
		{"not in the values", "app", cluster.In, []string{"db"}, false},
		{"an absent label is in nothing", "x", cluster.In, []string{""}, false},
		{"an empty label is in the empty value", "empty", cluster.In, []string{""}, true},
		{"in no values", "app", cluster.In, nil, false},
		{"NotIn holds for another value", "app", cluster.NotIn, []string{"db"}, true},
		{"NotIn fails for the value", "app", cluster.NotIn, []string{"web"}, false},
		{"NotIn holds for an absent label", "x", cluster.NotIn, []string{"web"}, true},
		{"Exists", "app", cluster.Exists, nil, true},
		{"Exists with an empty value", "empty", cluster.Exists, nil, true},
		{"Exists fails for an absent label", "x", cluster.Exists, nil, false},
		{"DoesNotExist", "x", cluster.DoesNotExist, nil, true},
		{"DoesNotExist fails for an empty value", "empty", cluster.DoesNotExist, nil, false},
		{"Gt", "gen", cluster.Gt, []string{"6"}, true},
		{"Gt is strict", "gen", cluster.Gt, []string{"7"}, false},
		{"Gt compares integers, not text", "gen", cluster.Gt, []string{"10"}, false},
		{"Lt", "gen", cluster.Lt, []string{"10"}, true},
		{"Lt is strict", "gen", cluster.Lt, []string{"7"}, false},
		{"a requirement with a sign matches nothing", "neg", cluster.Lt, []string{"-2"}, false},
		{"Gt of a label that is no integer", "app", cluster.Gt, []string{"1"}, false},
		{"Lt of a value that is no integer", "gen", cluster.Lt, []string{"x"}, false},
		{"Gt of two values", "gen", cluster.Gt, []string{"1", "2"}, false},
		{"Gt of an absent label", "x", cluster.Gt, []string{"1"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := cluster.Requirement{Key: test.key, Operator: test.op, Values: test.values}
			require.Equal(t, test.want, r.Matches(labels))
		})
	}
	require.Panics(t, func() { (&cluster.Requirement{Key: "app"}).Matches(labels) }, "a requirement without operator is our mistake")
}

func TestSelector(t *testing.T) {
	web := cluster.Labels{"app": "web", "tier": "front"}
	var none *cluster.Selector
	require.False(t, none.Matches(web), "nil selects nothing")
	require.True(t, none.Empty())
	require.True(t, (&cluster.Selector{}).Matches(web), "an empty one selects everything")
	require.True(t, (&cluster.Selector{}).Matches(nil))
	both := cluster.SelectLabels(cluster.Labels{"tier": "front", "app": "web"})
	require.False(t, both.Empty())
	require.Equal(t, "app", both.Requirements[0].Key, "in order of the keys, whatever the order of the map")
	require.True(t, both.Matches(web))
	require.False(t, both.Matches(cluster.Labels{"app": "web"}), "all requirements must hold")
}

func TestNodeSelector(t *testing.T) {
	n := node("n1", 1, 1)
	n.Labels = cluster.Labels{"disk": "ssd"}
	ssd := cluster.Requirement{Key: "disk", Operator: cluster.In, Values: []string{"ssd"}}
	hdd := cluster.Requirement{Key: "disk", Operator: cluster.In, Values: []string{"hdd"}}
	named := func(op cluster.Operator, names ...string) cluster.Requirement {
		return cluster.Requirement{Key: "metadata.name", Operator: op, Values: names}
	}
	type terms = []cluster.NodeSelectorTerm
	tests := []struct {
		name  string
		terms terms
		want  bool
	}{
		{"no term", nil, false},
		{"an empty term", terms{{}}, false},
		{"an expression", terms{{MatchExpressions: []cluster.Requirement{ssd}}}, true},
		{"expressions are ANDed", terms{{MatchExpressions: []cluster.Requirement{ssd, hdd}}}, false},
		{"terms are ORed", terms{{MatchExpressions: []cluster.Requirement{hdd}}, {MatchExpressions: []cluster.Requirement{ssd}}}, true},
		{"the name", terms{{MatchFields: []cluster.Requirement{named(cluster.In, "n1")}}}, true},
		{"another name", terms{{MatchFields: []cluster.Requirement{named(cluster.In, "n2")}}}, false},
		{"not the name", terms{{MatchFields: []cluster.Requirement{named(cluster.NotIn, "n1")}}}, false},
		{"not another name", terms{{MatchFields: []cluster.Requirement{named(cluster.NotIn, "n2")}}}, true},
		{"name and expression are ANDed", terms{{MatchFields: []cluster.Requirement{named(cluster.In, "n1")}, MatchExpressions: []cluster.Requirement{hdd}}}, false},
		{"an unknown field", terms{{MatchFields: []cluster.Requirement{{Key: "spec.x", Operator: cluster.In, Values: []string{"n1"}}}}}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, (&cluster.NodeSelector{Terms: test.terms}).Matches(n))
		})
	}
	var none *cluster.NodeSelector
	require.True(t, none.Matches(n), "nil asks for nothing")
}

func TestToleration(t *testing.T) {
	taint := cluster.Taint{Key: "k", Value: "5", Effect: cluster.NoSchedule}
	tests := []struct {
		name       string
		toleration cluster.Toleration
		want       bool
	}{
		{"equal", cluster.Toleration{Key: "k", Value: "5"}, true},
		{"another value", cluster.Toleration{Key: "k", Value: "6"}, false},
		{"another key", cluster.Toleration{Key: "l", Value: "5"}, false},
		{"exists", cluster.Toleration{Key: "k", Operator: cluster.TolerationExists}, true},
		{"every key", cluster.Toleration{Operator: cluster.TolerationExists}, true},
		{"the effect", cluster.Toleration{Key: "k", Value: "5", Effect: cluster.NoSchedule}, true},
		{"another effect", cluster.Toleration{Key: "k", Value: "5", Effect: cluster.NoExecute}, false},
		{"the taint is less", cluster.Toleration{Key: "k", Operator: cluster.TolerationLt, Value: "6"}, true},
		{"the taint is not less", cluster.Toleration{Key: "k", Operator: cluster.TolerationLt, Value: "5"}, false},
		{"the taint is greater", cluster.Toleration{Key: "k", Operator: cluster.TolerationGt, Value: "4"}, true},
		{"no integer", cluster.Toleration{Key: "k", Operator: cluster.TolerationGt, Value: "x"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, test.toleration.Tolerates(&taint))
			require.Equal(t, test.want, cluster.Tolerated([]cluster.Toleration{{Key: "other"}, test.toleration}, &taint))
		})
	}
	require.Equal(t, "k=5:NoSchedule", taint.String())
	require.Equal(t, "k:NoExecute", cluster.Taint{Key: "k", Effect: cluster.NoExecute}.String())
}
