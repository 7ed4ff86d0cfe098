package config

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/framework"
)

// The default profile with the plugins of fakes.
const defaultSummary = `queueSort PrioritySort
filter NodeName TaintToleration NodeAffinity NodeResourcesFit GPUShare
score TaintToleration:3 NodeAffinity:2 NodeResourcesFit:1 ImageLocality:1
`

func TestDecodeProfiles(t *testing.T) {
	for _, tt := range []struct {
		name, profiles string
		want           []string // a summary for each profile
		warnings       []string
	}{
		{name: "no profile is the default one", want: []string{defaultSummary}},
		{name: "an empty profile is the default one", profiles: `
- {}`, want: []string{defaultSummary}},
		{name: "null sets are as good as none", profiles: `
- plugins: {score: null, filter: {enabled: null}}
  pluginConfig: null`, want: []string{defaultSummary}},
		{name: "a disabled scorer filters on", profiles: `
- plugins: {score: {disabled: [{name: TaintToleration}]}}`, want: []string{`queueSort PrioritySort
filter NodeName TaintToleration NodeAffinity NodeResourcesFit GPUShare
score NodeAffinity:2 NodeResourcesFit:1 ImageLocality:1
`}},
		{name: "disabled at multiPoint it is gone", profiles: `
- plugins: {multiPoint: {disabled: [{name: TaintToleration}, {name: VolumeZone}]}}`, want: []string{`queueSort PrioritySort
filter NodeName NodeAffinity NodeResourcesFit GPUShare
score NodeAffinity:2 NodeResourcesFit:1 ImageLocality:1
`}},
		{name: "all scorers off and some on again, in the user's order", profiles: `
- plugins:
    score:
      disabled: [{name: "*"}]
      enabled: [{name: NodeResourcesFit, weight: 4}, {name: TaintToleration}]`, want: []string{`queueSort PrioritySort
filter NodeName TaintToleration NodeAffinity NodeResourcesFit GPUShare
score NodeResourcesFit:4 TaintToleration:1
`}},
		{name: "a default scorer that is given a weight at score comes first", profiles: `
- plugins: {score: {enabled: [{name: ImageLocality, weight: 9}]}}`, want: []string{`queueSort PrioritySort
filter NodeName TaintToleration NodeAffinity NodeResourcesFit GPUShare
score ImageLocality:9 TaintToleration:3 NodeAffinity:2 NodeResourcesFit:1
`}},
		{name: "a default scorer that is given a weight at multiPoint keeps its place", profiles: `
- plugins: {multiPoint: {enabled: [{name: NodeAffinity, weight: 9}]}}`, want: []string{`queueSort PrioritySort
filter NodeName TaintToleration NodeAffinity NodeResourcesFit GPUShare
score TaintToleration:3 NodeAffinity:9 NodeResourcesFit:1 ImageLocality:1
`}},
		{name: "an own policy is enabled like any plugin", profiles: `
- plugins: {multiPoint: {enabled: [{name: Tightest, weight: 5}]}}`, want: []string{`queueSort PrioritySort
filter NodeName TaintToleration NodeAffinity NodeResourcesFit GPUShare
preScore Tightest
score TaintToleration:3 NodeAffinity:2 NodeResourcesFit:1 ImageLocality:1 Tightest:5
`}},
		{name: "another filter runs after the default ones", profiles: `
- plugins: {filter: {enabled: [{name: Gate}]}}`, want: []string{`queueSort PrioritySort
filter NodeName TaintToleration NodeAffinity NodeResourcesFit GPUShare Gate
score TaintToleration:3 NodeAffinity:2 NodeResourcesFit:1 ImageLocality:1
`}},
		{name: "profiles do not touch each other", profiles: `
- schedulerName: a
  plugins: {multiPoint: {disabled: [{name: "*"}], enabled: [{name: PrioritySort}, {name: DefaultBinder}]}}
- schedulerName: b`, want: []string{"queueSort PrioritySort\n", defaultSummary}},
		{name: "plugins of kube-scheduler that are missing here are warned about by name", profiles: `
- schedulerName: s
  plugins:
    multiPoint: {enabled: [{name: GangScheduling}, {name: VolumeZone}, {name: DefaultBinder}], disabled: [{name: EBSLimits}]}
    placementScore: {enabled: [{name: PodGroupPodsCount}]}
  pluginConfig: [{name: VolumeBinding, args: {bindTimeoutSeconds: 3}}]`, want: []string{defaultSummary}, warnings: []string{
			"profile s: plugin GangScheduling, enabled at multiPoint, is not modelled: there are no pod groups here",
			"profile s: plugin VolumeZone, enabled at multiPoint, is not modelled: the registry does not hold it",
			"profile s: plugins.placementScore has no effect: there are no pod groups here",
			"profile s: the arguments of plugin VolumeBinding have no effect: the registry does not hold it",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := head
			if tt.profiles != "" {
				text += "profiles:" + tt.profiles
			}
			c, err := Decode("x.yaml", []byte(text), fakes())
			require.NoError(t, err)
			var got []string
			for i := range c.Profiles {
				got = append(got, summary(&c.Profiles[i]))
			}
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.warnings, c.Warnings)
			requireRuns(t, &c, fakes())
			requireSameAgain(t, &c, fakes())
		})
	}
}

// requireRuns checks that the scheduler accepts the profiles.
func requireRuns(t *testing.T, c *Configuration, registry framework.Registry) {
	t.Helper()
	for _, pc := range c.Profiles {
		_, err := scheduler.NewProfile(pc, registry, nil, true)
		require.NoError(t, err)
	}
}

// requireSameAgain checks that writing a configuration down and reading it loses nothing and is stable.
func requireSameAgain(t *testing.T, c *Configuration, registry framework.Registry) {
	t.Helper()
	text, err := Marshal(*c)
	require.NoError(t, err)
	again, err := Decode("effective.yaml", text, registry)
	require.NoError(t, err, "%s", text)
	require.Empty(t, again.Warnings)
	require.Equal(t, c.PodInitialBackoff, again.PodInitialBackoff)
	require.Equal(t, c.PodMaxBackoff, again.PodMaxBackoff)
	require.Len(t, again.Profiles, len(c.Profiles))
	for i := range c.Profiles {
		want, got := c.Profiles[i], again.Profiles[i]
		require.Equal(t, sortedKeys(want.Args), sortedKeys(got.Args))
		want.Args, got.Args = nil, nil // functions; the texts are compared below
		require.Equal(t, want, got)
	}
	twice, err := Marshal(again)
	require.NoError(t, err)
	require.Equal(t, string(text), string(twice))
}

func TestDecodeSettings(t *testing.T) {
	for _, tt := range []struct {
		name, text      string
		percentages     []int32
		initial, longst time.Duration
		warnings        []string
	}{
		{"the defaults", "", []int32{0}, time.Second, 10 * time.Second, nil},
		{"back-offs in seconds", "podInitialBackoffSeconds: 2\npodMaxBackoffSeconds: 90\n", []int32{0}, 2 * time.Second, 90 * time.Second, nil},
		{"equal back-offs", "podInitialBackoffSeconds: 10\n", []int32{0}, 10 * time.Second, 10 * time.Second, nil},
		{"a profile's percentage counts before that of all", `percentageOfNodesToScore: 40
profiles:
- schedulerName: a
- schedulerName: b
  percentageOfNodesToScore: 100
- schedulerName: c
  percentageOfNodesToScore: 0
`, []int32{40, 100, 0}, time.Second, 10 * time.Second, nil},
		{"settings of the process are warned about where they are set", `leaderElection: {leaderElect: false}
parallelism: 16
enableProfiling: false
clientConnection: {kubeconfig: /etc/x, qps: 1.5, burst: 3}
delayCacheUntilActive: true
enableContentionProfiling: true
`, []int32{0}, time.Second, 10 * time.Second, []string{
			"leaderElection has no effect: no process is run", "parallelism has no effect: no process is run",
			"enableProfiling has no effect: no process is run", "clientConnection has no effect: no process is run",
			"delayCacheUntilActive has no effect: no process is run", "enableContentionProfiling has no effect: no process is run"}},
		{"an empty list of extenders", "extenders: []\n", []int32{0}, time.Second, 10 * time.Second, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Decode("x.yaml", []byte(head+tt.text), fakes())
			require.NoError(t, err)
			var percentages []int32
			for _, p := range c.Profiles {
				percentages = append(percentages, p.PercentageOfNodesToScore)
			}
			require.Equal(t, tt.percentages, percentages)
			require.Equal(t, tt.initial, c.PodInitialBackoff)
			require.Equal(t, tt.longst, c.PodMaxBackoff)
			require.Equal(t, tt.warnings, c.Warnings)
			requireSameAgain(t, &c, fakes())
		})
	}
}

func TestArgsReachThePlugin(t *testing.T) {
	text := head + `profiles:
- pluginConfig:
  - name: NodeResourcesFit
    args: &fit
      kind: x
      resources: [{name: 2024-01-02, weight: 0x10}, {name: "7", weight: 3}]
      ignored: true
      ratio: 1e-2
      limits: {a: 1}
      shape: [[1, 2], [3]]
  - name: PrioritySort
    args: {}
`
	c, err := Decode("x.yaml", []byte(text), fakes())
	require.NoError(t, err)
	args := c.Profiles[0].Args
	require.Equal(t, []string{"NodeResourcesFit", "PrioritySort"}, sortedKeys(args))
	var a fitArgs
	require.NoError(t, args["NodeResourcesFit"].Decode(&a))
	require.Equal(t, "x", a.Kind)
	require.Equal(t, "2024-01-02", a.Resources[0].Name, "a date is text to a plugin")
	require.EqualValues(t, 16, a.Resources[0].Weight)
	require.Equal(t, "7", a.Resources[1].Name)
	require.True(t, a.Ignored)
	require.Equal(t, 0.01, *a.Ratio)
	require.Equal(t, map[string]int{"a": 1}, a.Limits)
	require.Equal(t, [][]int{{1, 2}, {3}}, a.Shape)
	requireSameAgain(t, &c, fakes())
}

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "scheduler.yaml")
	_, err := Load(path, fakes())
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(path, []byte(head+"podMaxBackoffSeconds: 7\n"), 0o600))
	c, err := Load(path, fakes())
	require.NoError(t, err)
	require.Equal(t, 7*time.Second, c.PodMaxBackoff)
}

func TestMarshalReadsAsAConfiguration(t *testing.T) {
	c, err := Decode("x.yaml", []byte(head+`profiles:
- schedulerName: s
  plugins: {multiPoint: {disabled: [{name: "*"}], enabled: [{name: PrioritySort}, {name: Binder}, {name: NodeResourcesFit, weight: 2}]}}
  pluginConfig: [{name: NodeResourcesFit, args: {kind: "100"}}]
`), fakes())
	require.NoError(t, err)
	text, err := Marshal(c)
	require.NoError(t, err)
	require.Equal(t, head+`podInitialBackoffSeconds: 1
podMaxBackoffSeconds: 10
profiles:
  - schedulerName: s
    percentageOfNodesToScore: 0
    plugins:
      queueSort:
        enabled:
          - name: PrioritySort
      filter:
        enabled:
          - name: NodeResourcesFit
      score:
        enabled:
          - name: NodeResourcesFit
            weight: 2
      bind:
        enabled:
          - name: Binder
          - name: DefaultBinder
      multiPoint:
        disabled:
          - name: '*'
    pluginConfig:
      - name: NodeResourcesFit
        args:
          kind: "100"
`, string(text))
	c.PodMaxBackoff = 1500 * time.Millisecond
	_, err = Marshal(c)
	require.EqualError(t, err, "back-off of 1.5s: not a whole number of seconds")
}
