package scheduler_test

import (
	"testing"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/plugins"
	"github.com/wavetank/wavetank/sim/simtest"
)

func TestScripts(t *testing.T) { simtest.Run(t, "testdata", scriptConfig) }

// TestScriptsOnThePlainPath runs the same stories without remembered answers.
func TestScriptsOnThePlainPath(t *testing.T) {
	simtest.Run(t, "testdata", func() scheduler.Config {
		cfg := scriptConfig()
		cfg.PlainPath = true
		return cfg
	})
}

// scriptConfig has the plugins that the scripts speak of, and looks at every node.
func scriptConfig() scheduler.Config {
	return scheduler.Config{
		Registry: plugins.InTree(),
		Profiles: []scheduler.ProfileConfig{{
			PercentageOfNodesToScore: 100,
			QueueSort:                plugins.PrioritySort,
			PreEnqueue:               []string{plugins.SchedulingGates},
			PreFilter:                []string{plugins.NodeResourcesFit},
			Filter:                   []string{plugins.NodeUnschedulable, plugins.TaintToleration, plugins.NodeResourcesFit, plugins.GPUShare},
			PreScore:                 []string{plugins.TaintToleration, plugins.NodeResourcesFit},
			Score:                    []scheduler.WeightedPlugin{{Name: plugins.TaintToleration, Weight: 3}, {Name: plugins.NodeResourcesFit, Weight: 1}},
		}},
	}
}
