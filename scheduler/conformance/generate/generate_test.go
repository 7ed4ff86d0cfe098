package generate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/conformance/generate"
	"github.com/wavetank/wavetank/scheduler/conformance/oracle"
	"github.com/wavetank/wavetank/scheduler/conformance/verdict"
)

// cases is enough for every kind to come up a dozen times.
const cases = 204

func TestCasesAreValidForTheAPI(t *testing.T) {
	for i := range cases {
		c, err := generate.New(7, i)
		require.NoError(t, err)
		cluster, err := oracle.Load(c.YAML)
		require.NoError(t, err, c)
		require.NotEmpty(t, cluster.Pending, c)
	}
}

func TestACaseFollowsFromSeedAndIndexAlone(t *testing.T) {
	for _, i := range []int{0, 5, 100} {
		a, err := generate.New(3, i)
		require.NoError(t, err)
		b, err := generate.New(3, i)
		require.NoError(t, err)
		other, err := generate.New(4, i)
		require.NoError(t, err)
		require.Equal(t, string(a.YAML), string(b.YAML))
		require.NotEqual(t, string(a.YAML), string(other.YAML))
	}
}

// TestCasesCoverThePlugins keeps the generator honest: a plugin that no case rejects or tells nodes apart by is not compared.
func TestCasesCoverThePlugins(t *testing.T) {
	var coverage verdict.Coverage
	for i := range cases {
		c, err := generate.New(7, i)
		require.NoError(t, err)
		coverage.Add(first(t, c))
	}
	for _, plugin := range []string{"NodeUnschedulable", "TaintToleration", "NodeAffinity", "NodePorts", "NodeResourcesFit", "VolumeRestrictions",
		"NodeVolumeLimits", "VolumeBinding", "VolumeZone", "PodTopologySpread", "InterPodAffinity"} {
		rejected, _ := coverage.Cases(plugin)
		require.Positivef(t, rejected, "%s rejects nothing", plugin)
	}
	for _, plugin := range []string{"TaintToleration", "NodeAffinity", "NodeResourcesFit", "NodeResourcesBalancedAllocation",
		"ImageLocality", "PodTopologySpread", "InterPodAffinity"} {
		_, varied := coverage.Cases(plugin)
		require.Positivef(t, varied, "%s tells no nodes apart", plugin)
	}
	require.Positive(t, coverage.Preempted)
	require.Positive(t, coverage.PDBViolated)
}

func first(t *testing.T, c generate.Case) verdict.Verdict {
	cluster, err := oracle.Load(c.YAML)
	require.NoError(t, err)
	real, err := oracle.New(cluster)
	require.NoError(t, err, c)
	defer real.Close()
	v, err := real.Decide(cluster.Pending[0])
	require.NoError(t, err, c)
	return v
}
