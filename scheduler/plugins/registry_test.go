package plugins

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/framework"
)

func TestRegistryNamesArePluginNames(t *testing.T) {
	require.NotEmpty(t, InTree())
	for name, factory := range InTree() {
		p, err := factory(nil, dice{})
		require.NoError(t, err, name)
		require.Equal(t, name, p.Name())
	}
}

// A scorer without NormalizeScore must give 0..100 by itself, one with PreScore must be told apart from one without: the
// extension points of kube-scheduler's plugins are part of its configuration.
func TestExtensionPoints(t *testing.T) {
	for name, want := range map[string]string{
		PrioritySort:                    "QueueSort",
		SchedulingGates:                 "PreEnqueue",
		NodeUnschedulable:               "Filter",
		NodeName:                        "Filter",
		TaintToleration:                 "Filter PreScore Score Normalize",
		NodeAffinity:                    "PreFilter Filter PreScore Score Normalize",
		NodePorts:                       "PreFilter Filter",
		NodeResourcesFit:                "PreFilter Filter PreScore Score",
		NodeResourcesBalancedAllocation: "PreScore Score",
		ImageLocality:                   "PreScore Score",
		DynamicResources:                "PreEnqueue PreFilter Filter PostFilter Score Normalize",
		DefaultBinder:                   "Bind",
		GPUShare:                        "PreFilter Filter",
		Random:                          "PreScore Score",
		FirstFit:                        "PreScore Score",
		BestFit:                         "Score Normalize",
		WorstFit:                        "Score Normalize",
	} {
		require.Equal(t, want, pointsOf(build[framework.Plugin](t, name, "")), name)
	}
}

func pointsOf(p framework.Plugin) string {
	points := ""
	add := func(name string, has bool) {
		if has && points != "" {
			points += " "
		}
		if has {
			points += name
		}
	}
	_, queueSort := p.(framework.QueueSortPlugin)
	_, preEnqueue := p.(framework.PreEnqueuePlugin)
	_, preFilter := p.(framework.PreFilterPlugin)
	_, filter := p.(framework.FilterPlugin)
	_, postFilter := p.(framework.PostFilterPlugin)
	_, preScore := p.(framework.PreScorePlugin)
	_, score := p.(framework.ScorePlugin)
	_, normalize := p.(framework.ScoreNormalizer)
	_, bind := p.(framework.BindPlugin)
	add("QueueSort", queueSort)
	add("PreEnqueue", preEnqueue)
	add("PreFilter", preFilter)
	add("Filter", filter)
	add("PostFilter", postFilter)
	add("PreScore", preScore)
	add("Score", score)
	add("Normalize", normalize)
	add("Bind", bind)
	return points
}
