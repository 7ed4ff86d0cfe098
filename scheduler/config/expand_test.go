package config

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/framework"
)

// The plugins of the upstream cases: T has every extension point, S1 and S2 are pre-scorers, N scores only.
func expansionPlugins() map[string]framework.Plugin {
	return map[string]framework.Plugin{
		"T": everywhere{}, "S1": preScorer{}, "S2": preScorer{}, "N": scorerOnly{}, "Q": sorterOnly{}, "B": binderOnly{}, "F": filterOnly{},
		defaultBinder: builtInBinder{},
	}
}

const (
	beforeScores = "queueSort T\npreEnqueue T\npreFilter T\nfilter T\npostFilter T\n"
	afterScores  = "reserve T\npermit T\npreBind T\nbind T\npostBind T\n"
)

// The cases of kube-scheduler's TestNewFrameworkMultiPointExpansion (pkg/scheduler/framework/runtime/framework_test.go,
// v1.36.3), all of them, with its names; the points of pod groups are left out.
var upstreamExpansions = []struct{ name, sets, want, err string }{
	{name: "plugin expansion",
		sets: "multiPoint: T:5", want: beforeScores + "preScore T\nscore T:5\n" + afterScores},
	{name: "disable MultiPoint plugin at some extension points",
		sets: "multiPoint: T\npreScore: -T\nscore: -T", want: beforeScores + afterScores},
	{name: "Multiple MultiPoint plugins",
		sets: "multiPoint: T S1", want: beforeScores + "preScore T S1\nscore T:1 S1:1\n" + afterScores},
	{name: "disable MultiPoint extension",
		sets: "multiPoint: T S1\npreScore: -*", want: beforeScores + "score T:1 S1:1\n" + afterScores},
	{name: "Reorder MultiPoint plugins (specified extension takes precedence)",
		sets: "multiPoint: N T S1\nscore: S1 T", want: beforeScores + "preScore T S1\nscore S1:1 T:1 N:1\n" + afterScores},
	{name: "Reorder MultiPoint plugins (specified extension only takes precedence when it exists in MultiPoint)",
		sets: "multiPoint: T S1\nscore: N S1 T", want: beforeScores + "preScore T S1\nscore S1:1 T:1 N:1\n" + afterScores},
	{name: "Override MultiPoint plugins weights",
		sets: "multiPoint: T S1\nscore: S1:5 T:3", want: beforeScores + "preScore T S1\nscore S1:5 T:3\n" + afterScores},
	{name: "disable and enable MultiPoint plugins with '*'",
		sets: "multiPoint: Q B S1 -*", want: "queueSort Q\npreScore S1\nscore S1:1\nbind B\n"},
	{name: "disable and enable MultiPoint plugin by name",
		sets: "multiPoint: B Q S1 -S1", want: "queueSort Q\npreScore S1\nscore S1:1\nbind B\n"},
	{name: "Expect 'already registered' error",
		sets: "multiPoint: T T", err: "x: profile p: queueSort: plugin T is enabled twice at multiPoint"},
	{name: "Override MultiPoint plugins weights and avoid a plugin being loaded multiple times",
		sets: "multiPoint: T S1\nscore: S1:5 S2:5 T:3", want: beforeScores + "preScore T S1\nscore S1:5 T:3 S2:5\n" + afterScores},
	{name: "duplicate plugin name (TestNewFrameworkErrors)",
		sets: "multiPoint: Q B\nfilter: F F", err: "x: profile p: filter: plugin F is enabled twice"},
}

// What upstream's table leaves open and its code decides.
var moreExpansions = []struct{ name, sets, want, err string }{
	{name: "a plugin disabled and enabled at one point runs last there",
		sets: "multiPoint: Q B S1 S2\nscore: S1:7 -S1", want: "queueSort Q\npreScore S1 S2\nscore S2:1 S1:7\nbind B\n"},
	{name: "without multiPoint the points stand as they are given",
		sets: "queueSort: Q\nscore: S2 N:4 S1\nbind: B", want: "queueSort Q\nscore S2:1 N:4 S1:1\nbind B\n"},
	{name: "a score entry without weight counts before the weight at multiPoint",
		sets: "multiPoint: Q B N:9\nscore: N", want: "queueSort Q\nscore N:1\nbind B\n"},
	{name: "weight 0 stands for 1",
		sets: "multiPoint: Q B N:0", want: "queueSort Q\nscore N:1\nbind B\n"},
	{name: "the default binder is built in",
		sets: "multiPoint: Q DefaultBinder", want: "queueSort Q\n"},
	{name: "a binder before the default one stays, one behind it is never asked",
		sets: "multiPoint: Q\nbind: B DefaultBinder T", want: "queueSort Q\nbind B\n"},
	{name: "no binder",
		sets: "multiPoint: Q", err: "x: profile p: bind: no plugin, where at least one is needed"},
	{name: "no queue sort",
		sets: "multiPoint: B", err: "x: profile p: queueSort: 0 plugins, where exactly one is needed"},
	{name: "two queue sorts",
		sets: "multiPoint: B Q T", err: "x: profile p: queueSort: 2 plugins, where exactly one is needed"},
	{name: "a plugin at a point that it does not have",
		sets: "multiPoint: Q B\nfilter: N", err: "x: profile p: filter: plugin N has no such extension point"},
}

func TestExpandAsUpstream(t *testing.T) {
	for _, tt := range append(upstreamExpansions, moreExpansions...) {
		t.Run(tt.name, func(t *testing.T) {
			var pc scheduler.ProfileConfig
			b := builder{file: &file{name: "x"}, name: "p", made: expansionPlugins()}
			err := b.expand(&pc, setsOf(t, tt.sets))
			if tt.err != "" {
				require.EqualError(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, summary(&pc))
		})
	}
}
