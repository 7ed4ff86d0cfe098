package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// head has two lines: the text of each case begins at line 3.
func TestDecodeErrors(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"unknown field", "podMaxBackoffSecond: 3",
			`x.yaml:3: podMaxBackoffSecond: unknown field; did you mean podMaxBackoffSeconds?`},
		{"a field's case counts", "Profiles: []",
			`x.yaml:3: Profiles: unknown field; did you mean profiles?`},
		{"unknown field in a plugin", "profiles:\n- plugins:\n    score:\n      enabled:\n      - name: NodeAffinity\n        wieght: 2",
			`x.yaml:8: profiles[0].plugins.score.enabled[0].wieght: unknown field; did you mean weight?`},
		{"unknown field of the process", "leaderElection: {zzzzzz: 1}",
			`x.yaml:3: leaderElection.zzzzzz: unknown field`},
		{"text for a number", "podMaxBackoffSeconds: soon",
			`x.yaml:3: podMaxBackoffSeconds: expected a whole number (int64), found a string`},
		{"too large a number", "parallelism: 3000000000",
			`x.yaml:3: parallelism: expected a whole number (int32), found number 3000000000`},
		{"fractional percentage", "profiles:\n- percentageOfNodesToScore: 1.5",
			`x.yaml:4: profiles.percentageOfNodesToScore: expected a whole number (int32), found number 1.5`},
		{"a mapping for a list", "profiles:\n  schedulerName: a",
			`x.yaml:4: profiles: expected a list, found a mapping`},
		{"a name for a plugin", "profiles:\n- plugins:\n    filter:\n      enabled:\n      - NodeName",
			`x.yaml:7: profiles.plugins.filter.enabled: expected a mapping, found a string`},
		{"key twice", "parallelism: 1\nparallelism: 2",
			`x.yaml:4: mapping key "parallelism" already defined at line 3`},
		{"no YAML", "profiles: [",
			`x.yaml:3: did not find expected node content`},
		{"two documents", "---\na: b",
			`x.yaml: more than one document`},
		{"parallelism", "parallelism: 0",
			`x.yaml:3: parallelism: 0 is not greater than 0`},
		{"extenders", "extenders:\n- urlPrefix: http://x",
			`x.yaml:4: extenders are not modelled: a simulation calls no other process`},
		{"percentage", "percentageOfNodesToScore: 101",
			`x.yaml:3: percentageOfNodesToScore: 101 is not within 0..100`},
		{"percentage of a profile", "profiles:\n- percentageOfNodesToScore: -1",
			`x.yaml:4: percentageOfNodesToScore: -1 is not within 0..100`},
		{"initial back-off", "podInitialBackoffSeconds: 0",
			`x.yaml:3: podInitialBackoffSeconds: 0 is not within 1..9223372036`},
		{"endless back-off", "podMaxBackoffSeconds: 9223372037",
			`x.yaml:3: podMaxBackoffSeconds: 9223372037 is not within 1..9223372036`},
		{"maximum below the given initial back-off", "podInitialBackoffSeconds: 5\npodMaxBackoffSeconds: 4",
			`x.yaml:4: podMaxBackoffSeconds: 4s is less than the initial back-off of 5s`},
		{"maximum below the default initial back-off", "podInitialBackoffSeconds: 11",
			`x.yaml:1: podMaxBackoffSeconds: 10s is less than the initial back-off of 11s`},
		{"no scheduler name among several", "profiles:\n- schedulerName: a\n- {}",
			`x.yaml:5: profiles[1].schedulerName: must be given`},
		{"empty scheduler name", "profiles:\n- schedulerName: ''",
			`x.yaml:4: profiles[0].schedulerName: must be given`},
		{"scheduler name twice", "profiles:\n- schedulerName: a\n- schedulerName: a",
			`x.yaml:5: profiles[1].schedulerName: "a" is the name of another profile`},
		{"unknown plugin", "profiles:\n- plugins:\n    score:\n      enabled:\n      - name: NodeResourceFit",
			`x.yaml:7: profile default-scheduler: score: no plugin named "NodeResourceFit"; did you mean NodeResourcesFit?`},
		{"unknown disabled plugin", "profiles:\n- schedulerName: s\n  plugins: {filter: {disabled: [{name: ImageLocalty}]}}",
			`x.yaml:5: profile s: filter: no plugin named "ImageLocalty"; did you mean ImageLocality?`},
		{"wildcard enabled", "profiles:\n- plugins: {filter: {enabled: [{name: '*'}]}}",
			`x.yaml:4: profile default-scheduler: filter: no plugin named "*"`},
		{"plugin of old", "profiles:\n- plugins: {filter: {enabled: [{name: EBSLimits}]}}",
			`x.yaml:4: profile default-scheduler: filter: plugin EBSLimits was removed from kube-scheduler`},
		{"negative weight", "profiles:\n- plugins:\n    score:\n      enabled:\n      - name: NodeAffinity\n        weight: -1",
			`x.yaml:8: profile default-scheduler: score: plugin NodeAffinity: weight: -1 is negative`},
		{"plugin twice", "profiles:\n- plugins:\n    score: {enabled: [{name: NodeAffinity}, {name: NodeAffinity}]}",
			`x.yaml:5: profile default-scheduler: score: plugin NodeAffinity is enabled twice`},
		{"plugin without the point", "profiles:\n- plugins:\n    filter: {enabled: [{name: ImageLocality}]}",
			`x.yaml:5: profile default-scheduler: filter: plugin ImageLocality has no such extension point`},
		{"no binder", "profiles:\n- plugins:\n    bind: {disabled: [{name: DefaultBinder}]}",
			`x.yaml:5: profile default-scheduler: bind: no plugin, where at least one is needed`},
		{"two orders of the queue", "profiles:\n- schedulerName: a\n- schedulerName: b\n  plugins: {queueSort: {enabled: [{name: OtherSort}], disabled: [{name: '*'}]}}",
			`x.yaml:5: profile b: queueSort: OtherSort, where profile a has PrioritySort: all profiles must have the same`},
		{"two orders of the queue by arguments", "profiles:\n- schedulerName: a\n- schedulerName: b\n  pluginConfig: [{name: PrioritySort, args: {}}]",
			`x.yaml:5: profile b: queueSort: the arguments of PrioritySort must be the same in all profiles`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Decode("x.yaml", []byte(head+tt.text+"\n"), fakes())
			require.EqualError(t, err, tt.want)
		})
	}
}

// The arguments begin at line 7.
func TestArgsErrors(t *testing.T) {
	for _, tt := range []struct{ name, plugin, args, want string }{
		{"unknown field", "NodeResourcesFit", "kind: x\n      resource: []",
			`x.yaml:8: profile default-scheduler: plugin NodeResourcesFit: args.resource: unknown field; did you mean resources?`},
		{"unknown field further down", "NodeResourcesFit", "resources:\n      - name: cpu\n        wait: 1",
			`x.yaml:9: profile default-scheduler: plugin NodeResourcesFit: args.resources[0].wait: unknown field`},
		{"a field's case counts", "NodeResourcesFit", "nested: {deep: 1}",
			`x.yaml:7: profile default-scheduler: plugin NodeResourcesFit: args.nested.deep: unknown field; did you mean Deep?`},
		{"wrong kind", "NodeResourcesFit", "resources:\n      - name: cpu\n        weight: much",
			`x.yaml:9: profile default-scheduler: plugin NodeResourcesFit: args.resources.weight: expected a whole number (int64), found a string`},
		{"list for a mapping", "NodeResourcesFit", "[1]",
			`x.yaml:7: profile default-scheduler: plugin NodeResourcesFit: args: expected a mapping, found a list`},
		{"not a number", "NodeResourcesFit", "ratio: .nan",
			`x.yaml:7: .nan: not a value that can be used`},
		{"word for a truth", "NodeResourcesFit", "ignored: maybe",
			`x.yaml:7: profile default-scheduler: plugin NodeResourcesFit: args.ignored: expected true or false, found a string`},
		{"refused by the plugin", "NodeResourcesFit", "resources: [{weight: -2}]",
			`x.yaml:7: profile default-scheduler: plugin NodeResourcesFit: resources[0].weight: -2 is negative`},
		{"arguments for a plugin that takes none", "ImageLocality", "size: 1",
			`x.yaml:7: profile default-scheduler: plugin ImageLocality: args.size: unknown field`},
		{"arguments are checked of plugins that are not enabled", "Gate", "size: 1",
			`x.yaml:7: profile default-scheduler: plugin Gate: args.size: unknown field`},
		{"unknown plugin", "ImageLocalities", "size: 1",
			`x.yaml:5: profile default-scheduler: pluginConfig: no plugin named "ImageLocalities"; did you mean ImageLocality?`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := head + "profiles:\n- pluginConfig:\n  - name: " + tt.plugin + "\n    args:\n      " + tt.args + "\n"
			_, err := Decode("x.yaml", []byte(text), fakes())
			require.EqualError(t, err, tt.want)
		})
	}
	_, err := Decode("x.yaml", []byte(head+"profiles:\n- pluginConfig:\n  - {name: NodeResourcesFit, args: {}}\n  - {name: NodeResourcesFit}\n"), fakes())
	require.EqualError(t, err, "x.yaml:6: profile default-scheduler: pluginConfig: plugin NodeResourcesFit is configured twice")
}

func TestDecodeRefusesOtherDocuments(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", `x.yaml: no KubeSchedulerConfiguration in it`},
		{"comments alone", "# nothing\n", `x.yaml: no KubeSchedulerConfiguration in it`},
		{"null", "~\n", `x.yaml:1: apiVersion: "" is not kubescheduler.config.k8s.io/v1`},
		{"a word", "word\n", `x.yaml:1: document: expected a mapping, found a string`},
		{"no version", "kind: KubeSchedulerConfiguration\n", `x.yaml:1: apiVersion: "" is not kubescheduler.config.k8s.io/v1`},
		{"an old version", "kind: KubeSchedulerConfiguration\napiVersion: kubescheduler.config.k8s.io/v1beta3\n",
			`x.yaml:2: apiVersion: "kubescheduler.config.k8s.io/v1beta3" is not kubescheduler.config.k8s.io/v1`},
		{"another kind", "apiVersion: kubescheduler.config.k8s.io/v1\nkind: Pod\n", `x.yaml:2: kind: "Pod" is not KubeSchedulerConfiguration`},
		{"an explosion of aliases", "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n" +
			"d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n",
			`x.yaml: document contains excessive aliasing`},
		{"an anchor that contains itself", "a: &a [*a]\n", `x.yaml: anchor 'a' value contains itself`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Decode("x.yaml", []byte(tt.text), fakes())
			require.EqualError(t, err, tt.want)
		})
	}
}
