package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/config"
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/scheduler/plugins"
)

// weights are the scorers of kube-scheduler's default profile (apis/config/v1/default_plugins.go, v1.36.3), in its order.
var weights = []scheduler.WeightedPlugin{
	{Name: plugins.TaintToleration, Weight: 3}, {Name: plugins.NodeAffinity, Weight: 2}, {Name: plugins.NodeResourcesFit, Weight: 1},
	{Name: "VolumeBinding", Weight: 1}, {Name: "PodTopologySpread", Weight: 2}, {Name: "InterPodAffinity", Weight: 2},
	{Name: plugins.DynamicResources, Weight: 2}, {Name: plugins.NodeResourcesBalancedAllocation, Weight: 1}, {Name: plugins.ImageLocality, Weight: 1},
}

// filters are the filters of the default profile, and GPUShare behind the other resources.
var filters = []string{
	plugins.NodeUnschedulable, plugins.NodeName, plugins.TaintToleration, plugins.NodeAffinity, plugins.NodePorts, plugins.NodeResourcesFit,
	plugins.GPUShare, "VolumeRestrictions", "NodeVolumeLimits", "VolumeBinding", "VolumeZone", "PodTopologySpread", "InterPodAffinity",
	plugins.DynamicResources,
}

func TestDefaultIsKubeSchedulers(t *testing.T) {
	registry := plugins.InTree()
	c, err := config.Default(registry)
	require.NoError(t, err)
	require.Len(t, c.Profiles, 1)
	p := c.Profiles[0]
	require.Equal(t, scheduler.DefaultPodInitialBackoff, c.PodInitialBackoff)
	require.Equal(t, scheduler.DefaultPodMaxBackoff, c.PodMaxBackoff)
	require.Zero(t, p.PercentageOfNodesToScore)
	require.Equal(t, plugins.PrioritySort, p.QueueSort)
	require.Equal(t, plugins.SchedulingGates, p.PreEnqueue[0])
	require.Equal(t, present(filters, registry), p.Filter)
	var scorers []scheduler.WeightedPlugin
	for _, w := range weights {
		if registry[w.Name] != nil {
			scorers = append(scorers, w)
		}
	}
	require.Equal(t, scorers, p.Score)
	require.Empty(t, p.Bind, "binding is built in")
	requireRuns(t, c, registry)
}

func present(names []string, registry framework.Registry) []string {
	var have []string
	for _, name := range names {
		if registry[name] != nil {
			have = append(have, name)
		}
	}
	return have
}

func requireRuns(t *testing.T, c config.Configuration, registry framework.Registry) {
	t.Helper()
	for _, pc := range c.Profiles {
		_, err := scheduler.NewProfile(pc, registry, nil, false)
		require.NoError(t, err)
	}
}

func TestInTreePolicies(t *testing.T) {
	registry := plugins.InTree()
	var names []string
	for _, info := range config.Policies(registry) {
		names = append(names, info.Name)
		require.NotEmpty(t, info.Description)
		c, err := config.Policy(strings.ToUpper(info.Name), registry)
		require.NoError(t, err)
		requireRuns(t, c, registry)
		require.Equal(t, present(filters, registry), c.Profiles[0].Filter)
		if info.Name != config.DefaultPolicy {
			require.Equal(t, []scheduler.WeightedPlugin{{Name: info.Name, Weight: 1}}, c.Profiles[0].Score)
		}
		text, err := config.Marshal(c)
		require.NoError(t, err)
		again, err := config.Decode("effective.yaml", text, registry)
		require.NoError(t, err)
		require.Equal(t, c, again)
	}
	require.Subset(t, names, []string{config.DefaultPolicy, plugins.Random, plugins.FirstFit, plugins.BestFit, plugins.WorstFit})
	_, err := config.Policy("bestft", registry)
	require.ErrorContains(t, err, "did you mean BestFit?")
}

// Every configuration that the real kube-scheduler was run with when the reference cases were made is accepted.
func TestReferenceConfigurations(t *testing.T) {
	files, err := filepath.Glob("../../../shared/golden/scheduler/*/cluster.yaml")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("the reference cases (../shared/golden/scheduler) are not here")
	}
	registry, found := plugins.InTree(), 0
	for _, name := range files {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		for doc := range strings.SplitSeq(string(data), "\n---\n") {
			if !strings.Contains(doc, "kind: KubeSchedulerConfiguration\n") {
				continue
			}
			found++
			c, err := config.Decode(name, []byte(doc), registry)
			require.NoError(t, err)
			requireRuns(t, c, registry)
			text, err := config.Marshal(c)
			require.NoError(t, err)
			_, err = config.Decode(name, text, registry)
			require.NoError(t, err)
		}
	}
	require.NotZero(t, found)
	t.Logf("%d configurations", found)
}
