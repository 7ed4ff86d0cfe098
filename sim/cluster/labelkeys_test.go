package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
)

func TestWithLabelKeys(t *testing.T) {
	is := func(key string, op cluster.Operator, values ...string) cluster.Requirement {
		return cluster.Requirement{Key: key, Operator: op, Values: values}
	}
	labels := cluster.Labels{"app": "web", "hash": "a"}
	for _, c := range []struct {
		name       string
		is         *cluster.Selector
		keys       []string
		op         cluster.Operator
		want       []cluster.Requirement
		same, none bool
	}{
		{name: "a selector that is not stated", keys: []string{"app"}, op: cluster.In, none: true, same: true},
		{name: "no keys", is: &cluster.Selector{}, op: cluster.In, same: true},
		{name: "keys that the pod does not have", is: &cluster.Selector{}, keys: []string{"tenant"}, op: cluster.In, same: true},
		{name: "in the order of the keys", is: &cluster.Selector{}, keys: []string{"hash", "x", "app"}, op: cluster.In,
			want: []cluster.Requirement{is("hash", cluster.In, "a"), is("app", cluster.In, "web")}},
		{name: "after what is stated", is: &cluster.Selector{Requirements: []cluster.Requirement{is("app", cluster.Exists)}}, keys: []string{"app"}, op: cluster.NotIn,
			want: []cluster.Requirement{is("app", cluster.Exists), is("app", cluster.NotIn, "web")}},
		{name: "what stands there is not added", is: &cluster.Selector{Requirements: []cluster.Requirement{is("app", cluster.In, "web")}}, keys: []string{"app"}, op: cluster.In,
			want: []cluster.Requirement{is("app", cluster.In, "web")}, same: true},
		{name: "another value stands there", is: &cluster.Selector{Requirements: []cluster.Requirement{is("app", cluster.In, "web", "db")}}, keys: []string{"app"}, op: cluster.In,
			want: []cluster.Requirement{is("app", cluster.In, "web", "db"), is("app", cluster.In, "web")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before []cluster.Requirement
			if c.is != nil {
				before = append(before, c.is.Requirements...)
			}
			got := c.is.WithLabelKeys(c.keys, c.op, labels)
			if c.none {
				require.Nil(t, got)
				return
			}
			require.Equal(t, c.want, got.Requirements)
			require.Equal(t, before, c.is.Requirements, "the selector is not changed")
			require.Equal(t, c.same, got == c.is)
		})
	}
}

func TestHasLabelKeys(t *testing.T) {
	terms := []cluster.PodAffinityTerm{{TopologyKey: "zone"}, {MismatchLabelKeys: []string{"a"}}}
	weighted := []cluster.WeightedPodAffinityTerm{{Weight: 1, Term: terms[1]}}
	for name, c := range map[string]struct {
		spec cluster.PodSpec
		want int
	}{
		"nothing":           {cluster.PodSpec{}, 0},
		"terms without":     {cluster.PodSpec{Affinity: &cluster.Affinity{RequiredPod: terms[:1]}}, 0},
		"constraints":       {cluster.PodSpec{SpreadConstraints: []cluster.TopologySpreadConstraint{{}, {MatchLabelKeys: []string{"a"}}}}, 1},
		"required":          {cluster.PodSpec{Affinity: &cluster.Affinity{RequiredPod: terms}}, 1},
		"required, anti":    {cluster.PodSpec{Affinity: &cluster.Affinity{RequiredPodAnti: terms}}, 1},
		"preferred":         {cluster.PodSpec{Affinity: &cluster.Affinity{PreferredPod: weighted}}, 1},
		"preferred, anti":   {cluster.PodSpec{Affinity: &cluster.Affinity{PreferredPodAnti: weighted}}, 1},
		"for and against":   {cluster.PodSpec{Affinity: &cluster.Affinity{RequiredPod: []cluster.PodAffinityTerm{{MatchLabelKeys: []string{"a"}, MismatchLabelKeys: []string{"b"}}}}}, 2},
		"a node's affinity": {cluster.PodSpec{Affinity: &cluster.Affinity{RequiredNode: &cluster.NodeSelector{}}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			c.spec.EachLabelKeys(func(**cluster.Selector, []string, cluster.Operator) { n++ })
			require.Equal(t, c.want, n)
			require.Equal(t, c.want > 0, c.spec.Complete().HasLabelKeys())
		})
	}
}
