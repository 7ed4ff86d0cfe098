package plugins

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestArgumentsThatAreRefused(t *testing.T) {
	required := func(requirement string) string {
		return `{"addedAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [` + requirement + `]}}}`
	}
	preferred := func(term string) string {
		return `{"addedAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [` + term + `]}}`
	}
	shape := func(points string) string {
		return `{"scoringStrategy": {"type": "RequestedToCapacityRatio", "requestedToCapacityRatio": {"shape": [` + points + `]}}}`
	}
	for _, c := range []struct{ plugin, args, want string }{
		{NodeName, `{"x": 1}`, `NodeName takes no arguments: json: unknown field "x"`},
		{GPUShare, `{"kind": "NodeNameArgs"}`, `GPUShare: kind: "NodeNameArgs" is not GPUShareArgs`},
		{NodeResourcesFit, `{"apiVersion": "kubescheduler.config.k8s.io/v1beta3"}`, `NodeResourcesFit: apiVersion: "kubescheduler.config.k8s.io/v1beta3" is not kubescheduler.config.k8s.io/v1`},
		{NodeResourcesFit, `{"ignoredResource": []}`, `NodeResourcesFit: json: unknown field "ignoredResource"`},

		{NodeResourcesFit, `{"ignoredResources": ["a/b", "a b"]}`, `ignoredResources[1]: "a b" must be 1 to 63 letters`},
		{NodeResourcesFit, `{"ignoredResources": ["A.com/b"]}`, `ignoredResources[0]: "A.com/b": the part before '/' must be a DNS subdomain`},
		{NodeResourcesFit, `{"ignoredResourceGroups": ["a.com/b"]}`, `ignoredResourceGroups[0]: "a.com/b": resource group name can't contain '/'`},
		{NodeResourcesFit, `{"ignoredResourceGroups": ["-"]}`, `ignoredResourceGroups[0]: "-" must be`},
		{NodeResourcesFit, `{"scoringStrategy": {}}`, `scoringStrategy.type: "" is none of LeastAllocated, MostAllocated, RequestedToCapacityRatio`},
		{NodeResourcesFit, `{"scoringStrategy": {"type": "Best"}}`, `scoringStrategy.type: "Best" is none of`},
		{NodeResourcesFit, `{"scoringStrategy": {"type": "LeastAllocated", "resources": [{"name": "cpu"}, {"name": "memory", "weight": 101}]}}`, `scoringStrategy.resources[1].weight: 101: resource weight of memory not in valid range (0, 100]`},
		{NodeResourcesFit, `{"scoringStrategy": {"type": "MostAllocated", "resources": [{"name": "cpu", "weight": -1}]}}`, `scoringStrategy.resources[0].weight: -1: resource weight of cpu not in valid range (0, 100]`},
		{NodeResourcesFit, `{"scoringStrategy": {"type": "RequestedToCapacityRatio"}}`, `scoringStrategy.requestedToCapacityRatio: must be specified`},
		{NodeResourcesFit, `{"scoringStrategy": {"type": "LeastAllocated", "requestedToCapacityRatio": {"shape": []}}}`, `scoringStrategy.requestedToCapacityRatio: must be absent`},
		{NodeResourcesFit, shape(``), `scoringStrategy.requestedToCapacityRatio.shape: at least one point must be specified`},
		{NodeResourcesFit, shape(`{"utilization": 5, "score": 1}, {"utilization": 5, "score": 2}`), `shape[1].utilization: 5: values must be sorted in increasing order`},
		{NodeResourcesFit, shape(`{"utilization": -1, "score": 1}`), `shape[0].utilization: -1: not in valid range [0, 100]`},
		{NodeResourcesFit, shape(`{"utilization": 101, "score": 1}`), `shape[0].utilization: 101: not in valid range [0, 100]`},
		{NodeResourcesFit, shape(`{"utilization": 1, "score": 11}`), `shape[0].score: 11: not in valid range [0, 10]`},

		{NodeResourcesBalancedAllocation, `{"resources": [{"name": "cpu", "weight": 2}]}`, `NodeResourcesBalancedAllocation: resources[0].weight: 2: must be 1`},
		{NodeResourcesBalancedAllocation, `{"resources": [{"name": "cpu"}, {"name": "cpu"}]}`, `NodeResourcesBalancedAllocation: resources[1].name: cpu is there twice`},

		{DynamicResources, `{"filterTimeout": "-1s"}`, `DynamicResources: filterTimeout: -1s: must be at least 0s`},
		{DynamicResources, `{"bindingTimeout": "10ms"}`, `DynamicResources: bindingTimeout: 10ms: must be at least 1s`},
		{DynamicResources, `{"bindingTimeout": "soon"}`, `DynamicResources: bindingTimeout: time: invalid duration "soon"`},
		{DynamicResources, `{"kind": "FitArgs"}`, `DynamicResources: kind: "FitArgs" is not DynamicResourcesArgs`},

		{NodeAffinity, required(`{"matchExpressions": [{"key": "a", "operator": "Is"}]}`), `addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator: "Is" is none of`},
		{NodeAffinity, required(`{"matchExpressions": [{"key": "a b", "operator": "Exists"}]}`), `matchExpressions[0].key: "a b" must be`},
		{NodeAffinity, required(`{"matchExpressions": [{"key": "a", "operator": "In"}]}`), `matchExpressions[0].values: must not be empty for In and NotIn`},
		{NodeAffinity, required(`{"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["b"]}]}`), `matchExpressions[0].values: must be empty for Exists and DoesNotExist`},
		{NodeAffinity, required(`{"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["1", "2"]}]}`), `matchExpressions[0].values: must be one integer for Gt and Lt`},
		{NodeAffinity, required(`{"matchExpressions": [{"key": "a", "operator": "Lt", "values": ["x"]}]}`), `matchExpressions[0].values: "x" must be an integer for Gt and Lt`},
		{NodeAffinity, required(`{"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["-1"]}]}`), `matchExpressions[0].values[0]: "-1" must be at most 63 letters`},
		{NodeAffinity, required(`{}, {"matchFields": [{"key": "metadata.name", "operator": "Exists"}]}`), `nodeSelectorTerms[1].matchFields[0].operator: must be In or NotIn for a field`},
		{NodeAffinity, required(`{"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["a", "b"]}]}`), `matchFields[0].values: must have one element for a field`},
		{NodeAffinity, required(`{"matchFields": [{"key": "spec.x", "operator": "In", "values": ["a"]}]}`), `matchFields[0].key: "spec.x" is not metadata.name`},
		{NodeAffinity, preferred(`{"weight": 1, "preference": {"matchExpressions": [{"key": "a", "operator": "In"}]}}`), `addedAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].matchExpressions[0].values: must not be empty`},
	} {
		t.Run(c.plugin+c.args, func(t *testing.T) {
			_, err := InTree()[c.plugin](jsonArgs(c.args), dice{})
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, c.plugin)
		})
	}
}

func TestArgumentsThatAreTaken(t *testing.T) {
	for _, c := range []struct{ plugin, args string }{
		{NodeName, `{}`},
		{DynamicResources, `{"kind": "DynamicResourcesArgs", "filterTimeout": "0s", "bindingTimeout": "1m"}`},
		{NodeResourcesFit, `{"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "NodeResourcesFitArgs"}`},
		{NodeResourcesFit, `{"ignoredResources": ["example.com/foo"], "ignoredResourceGroups": ["example.com"]}`},
		{NodeResourcesFit, `{"scoringStrategy": {"type": "RequestedToCapacityRatio", "requestedToCapacityRatio": {"shape": [{"utilization": 0, "score": 0}, {"utilization": 100, "score": 10}]}}}`},
		{NodeResourcesBalancedAllocation, `{"resources": [{"name": "cpu", "weight": 1}, {"name": "nvidia.com/gpu"}]}`},
		{NodeAffinity, `{"addedAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 0, "preference": {"matchExpressions": [{"key": "a", "operator": "In"}]}}]}}`},
		{NodeAffinity, `{"addedAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchFields": [{"key": "metadata.name", "operator": "NotIn", "values": ["n"]}]}]}}}`},
	} {
		_, err := InTree()[c.plugin](jsonArgs(c.args), dice{})
		require.NoError(t, err, c.args)
	}
}

func TestDefaultArguments(t *testing.T) {
	fit, err := readFitArgs(nil)
	require.NoError(t, err)
	both := []ResourceSpec{{Name: "cpu", Weight: 1}, {Name: "memory", Weight: 1}}
	require.Equal(t, &ScoringStrategy{Type: LeastAllocated, Resources: both}, fit.ScoringStrategy)

	fit, err = readFitArgs(jsonArgs(`{"scoringStrategy": {"type": "MostAllocated", "resources": [{"name": "x.com/y"}, {"name": "cpu", "weight": 5}]}}`))
	require.NoError(t, err)
	require.Equal(t, []ResourceSpec{{Name: "x.com/y", Weight: 1}, {Name: "cpu", Weight: 5}}, fit.ScoringStrategy.Resources)

	balanced, err := readBalancedArgs(nil)
	require.NoError(t, err)
	require.Equal(t, both, balanced.Resources)
}

func TestLabelSyntax(t *testing.T) {
	long := "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk" // 63 letters
	for _, good := range []string{"a", "A_b.c-d9", "example.com/x", "a.b-c.d/X", long, "a/" + long} {
		require.NoError(t, qualifiedName(good), good)
	}
	for _, bad := range []string{"", "/", "a/", "/a", "-a", "a-", "a/b/c", "A/b", "a..b/c", long + "x", "a b"} {
		require.Error(t, qualifiedName(bad), bad)
	}
	require.NoError(t, labelValue(""))
	require.NoError(t, labelValue("1.2_3-x"))
	for _, bad := range []string{"-1", "a b", "x/y", long + "x"} {
		require.Error(t, labelValue(bad), bad)
	}
}
