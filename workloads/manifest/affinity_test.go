package manifest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
)

func in(key string, values ...string) cluster.Requirement {
	return cluster.Requirement{Key: key, Operator: cluster.In, Values: values}
}

func selects(r ...cluster.Requirement) *cluster.Selector { return &cluster.Selector{Requirements: r} }

func TestNodeAffinity(t *testing.T) {
	a := readPod(t, one+`
affinity:
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms:
      - matchExpressions: [{key: cores, operator: Gt, values: ["8"]}, {key: gpu, operator: Exists}]
      - matchFields: [{key: metadata.name, operator: NotIn, values: [n1]}]
      - {}
    preferredDuringSchedulingIgnoredDuringExecution:
    - {weight: 5, preference: {matchExpressions: [{key: zone, operator: In, values: [a, b]}]}}
`).Spec.Affinity
	require.Equal(t, &cluster.Affinity{
		RequiredNode: &cluster.NodeSelector{Terms: []cluster.NodeSelectorTerm{
			{MatchExpressions: []cluster.Requirement{{Key: "cores", Operator: cluster.Gt, Values: []string{"8"}}, {Key: "gpu", Operator: cluster.Exists}}},
			{MatchFields: []cluster.Requirement{{Key: "metadata.name", Operator: cluster.NotIn, Values: []string{"n1"}}}},
			{},
		}},
		PreferredNode: []cluster.WeightedNodeTerm{{Weight: 5, Term: cluster.NodeSelectorTerm{MatchExpressions: []cluster.Requirement{in("zone", "a", "b")}}}},
	}, a)
}

func TestPodAffinity(t *testing.T) {
	cases := []struct {
		name, term string
		want       cluster.PodAffinityTerm
	}{
		{"own namespace", "labelSelector: {matchLabels: {b: y, a: x}}",
			cluster.PodAffinityTerm{Selector: selects(in("a", "x"), in("b", "y"))}},
		{"no selector selects nothing, keys or not", "matchLabelKeys: [app]", cluster.PodAffinityTerm{MatchLabelKeys: []string{"app"}}},
		{"an empty selector selects everything", "labelSelector: {}", cluster.PodAffinityTerm{Selector: selects()}},
		{"all namespaces", "labelSelector: {}, namespaceSelector: {}", cluster.PodAffinityTerm{Selector: selects(), NamespaceSelector: selects()}},
		{"namespaces", "labelSelector: {}, namespaces: [x], namespaceSelector: {matchLabels: {team: a}}",
			cluster.PodAffinityTerm{Selector: selects(), Namespaces: []string{"x"}, NamespaceSelector: selects(in("team", "a"))}},
		{"keys are merged after what is stated, and passed over where the pod has none",
			"labelSelector: {matchExpressions: [{key: z, operator: Exists}]}, matchLabelKeys: [none, rev], mismatchLabelKeys: [app]",
			cluster.PodAffinityTerm{Selector: selects(cluster.Requirement{Key: "z", Operator: cluster.Exists}, in("rev", "a"),
				cluster.Requirement{Key: "app", Operator: cluster.NotIn, Values: []string{"web"}}),
				MatchLabelKeys: []string{"none", "rev"}, MismatchLabelKeys: []string{"app"}}},
		{"what a server merged is not merged again", "labelSelector: {matchExpressions: [{key: rev, operator: In, values: [a]}]}, matchLabelKeys: [rev]",
			cluster.PodAffinityTerm{Selector: selects(in("rev", "a")), MatchLabelKeys: []string{"rev"}}},
	}
	const required, preferred = "requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			term := "{topologyKey: zone, " + c.term + "}"
			both := "{" + required + ": [" + term + "], " + preferred + ": [{weight: 3, podAffinityTerm: " + term + "}]}"
			c.want.TopologyKey = "zone"
			a := readPod(t, one+"affinity: {podAffinity: "+both+", podAntiAffinity: "+both+"}").Spec.Affinity
			weighted := []cluster.WeightedPodAffinityTerm{{Weight: 3, Term: c.want}}
			require.Equal(t, &cluster.Affinity{
				RequiredPod: []cluster.PodAffinityTerm{c.want}, PreferredPod: weighted,
				RequiredPodAnti: []cluster.PodAffinityTerm{c.want}, PreferredPodAnti: weighted,
			}, a)
		})
	}
}

func TestSpreadConstraints(t *testing.T) {
	got := readPod(t, one+`
topologySpreadConstraints:
- {maxSkew: 2, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, minDomains: 3, labelSelector: {matchLabels: {app: web}}, matchLabelKeys: [rev, none]}
- {maxSkew: 1, topologyKey: host, whenUnsatisfiable: ScheduleAnyway, nodeAffinityPolicy: Ignore, nodeTaintsPolicy: Honor, matchLabelKeys: [rev]}
`).Spec.SpreadConstraints
	require.Equal(t, []cluster.TopologySpreadConstraint{
		{MaxSkew: 2, TopologyKey: "zone", Hard: true, MinDomains: 3, Selector: selects(in("app", "web"), in("rev", "a")), MatchLabelKeys: []string{"rev", "none"}},
		{MaxSkew: 1, TopologyKey: "host", NodeAffinityPolicy: cluster.InclusionIgnore, NodeTaintsPolicy: cluster.InclusionHonor, MatchLabelKeys: []string{"rev"}},
	}, got)
}
