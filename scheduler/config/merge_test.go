package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The cases of kube-scheduler's TestMergePlugins (pkg/scheduler/apis/config/v1/default_plugins_test.go, v1.36.3), all of
// them, with its names: sets as "point: A B:2 -C" (enabled with weight, disabled with a minus).
var upstreamMerges = []struct{ name, custom, defaults, want string }{
	{"AppendCustomPlugin",
		"filter: Custom", "filter: Default1 Default2", "filter: Default1 Default2 Custom"},
	{"InsertAfterDefaultPlugins2",
		"filter: Custom Default2 -Default2", "filter: Default1 Default2", "filter: Default1 Custom Default2 -Default2"},
	{"InsertBeforeAllPlugins",
		"filter: Custom Default1 Default2 -*", "filter: Default1 Default2", "filter: Custom Default1 Default2 -*"},
	{"ReorderDefaultPlugins",
		"filter: Default2 Default1 -*", "filter: Default1 Default2", "filter: Default2 Default1 -*"},
	{"ApplyNilCustomPlugin",
		"", "filter: Default1 Default2", "filter: Default1 Default2"},
	{"CustomPluginOverrideDefaultPlugin",
		"filter: P1:2 P3:3", "filter: P1 P2 P3", "filter: P1:2 P2 P3:3"},
	{"OrderPreserveAfterOverride",
		"filter: P2:2 P1:1", "filter: P1 P2 P3", "filter: P1:1 P2:2 P3"},
	{"RepeatedCustomPlugin",
		"filter: P1 P2:2 P3 P2:4", "filter: P1 P2 P3", "filter: P1 P2:4 P3 P2:2"},
	{"Append custom MultiPoint plugin",
		"multiPoint: Custom", "multiPoint: Default1 Default2", "multiPoint: Default1 Default2 Custom"},
	{"Append disabled Multipoint plugins",
		"multiPoint: Custom Custom2 -Default2\nscore: -Custom2", "multiPoint: Default1 Default2",
		"multiPoint: Default1 Custom Custom2 -Default2\nscore: -Custom2"},
	{"override default MultiPoint plugins with custom value",
		"multiPoint: Default:5", "multiPoint: Default", "multiPoint: Default:5"},
	{"disabled MultiPoint plugin in default set",
		"multiPoint: Custom", "multiPoint: Default -Default2", "multiPoint: Default Custom -Default2"},
	{"disabled MultiPoint plugin in default set for specific extension point",
		"multiPoint: Custom", "multiPoint: Default\nscore: -Default2", "multiPoint: Default Custom\nscore: -Default2"},
	{"multipoint with only disabled gets merged",
		"multiPoint: -Default", "multiPoint: Default", "multiPoint: -Default"},
}

func TestMergeAsUpstream(t *testing.T) {
	for _, tt := range upstreamMerges {
		t.Run(tt.name, func(t *testing.T) {
			defaults := setsOf(t, tt.defaults)
			require.Equal(t, *setsOf(t, tt.want), merge(defaults, setsOf(t, tt.custom)))
			require.Equal(t, setsOf(t, tt.defaults), defaults, "the defaults are shared by all profiles")
		})
	}
}

func TestMergeNothingIsNeutral(t *testing.T) {
	sets := setsOf(t, "multiPoint: A B:2 -C\nscore: D\nbind: E")
	require.Equal(t, *sets, merge(sets, &plugins{}))
	require.Equal(t, *sets, merge(&plugins{}, sets))
}
