package manifest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads/manifest"
)

const budgetHead = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: x}\nspec: "

func TestPodDisruptionBudgets(t *testing.T) {
	number, percent := &cluster.IntOrPercent{Value: 2}, &cluster.IntOrPercent{Value: 30, Percent: true}
	for text, want := range map[string]cluster.PodDisruptionBudget{
		"{}": {},
		"{selector: {matchLabels: {app: web}}, minAvailable: 2}":           {Selector: selects(in("app", "web")), MinAvailable: number},
		"{selector: {}, maxUnavailable: 30%}":                              {Selector: selects(), MaxUnavailable: percent},
		"{minAvailable: '30%', unhealthyPodEvictionPolicy: AlwaysAllow}":   {MinAvailable: percent, AlwaysAllow: true},
		"{maxUnavailable: 2, unhealthyPodEvictionPolicy: IfHealthyBudget}": {MaxUnavailable: number},
		"{minAvailable: 0}":      {MinAvailable: &cluster.IntOrPercent{}},
		"{maxUnavailable: 100%}": {MaxUnavailable: &cluster.IntOrPercent{Value: 100, Percent: true}},
	} {
		t.Run(text, func(t *testing.T) {
			want.ObjectMeta = generation(1)
			set := read(t, budgetHead+text)
			require.Equal(t, []cluster.Object{&want}, set.Objects)
			require.Empty(t, set.Warnings)
			loaded(t, set)
		})
	}
}

// TestBudgetStatus: a snapshot tells of evictions that are under way, with their times.
func TestBudgetStatus(t *testing.T) {
	set := read(t, strings.Replace(budgetHead, "name: x", "name: x, generation: 3", 1)+`{minAvailable: 1, selector: {}}
status:
  disruptionsAllowed: 2
  currentHealthy: 4
  desiredHealthy: 1
  expectedPods: 5
  observedGeneration: 3
  disruptedPods: {b: 2024-01-01T00:00:10Z, a: null}
  conditions: [{type: DisruptionAllowed, status: "True", reason: SufficientPods, message: "", lastTransitionTime: 2024-01-01T00:00:00Z}]`)
	want := &cluster.PodDisruptionBudget{
		ObjectMeta: generation(3), Selector: selects(), MinAvailable: &cluster.IntOrPercent{Value: 1},
		DisruptionsAllowed: 2, CurrentHealthy: 4, DesiredHealthy: 1, ExpectedPods: 5, ObservedGeneration: 3,
		DisruptedPods: []cluster.DisruptedPod{{Name: "a"}, {Name: "b", At: sim.Time(-time.Second)}},
		Conditions:    []cluster.Condition{{Type: "DisruptionAllowed", Status: true, Reason: "SufficientPods", LastTransitionTime: sim.Time(-11 * time.Second)}},
	}
	require.Equal(t, []cluster.Object{want}, set.Objects)
	require.Empty(t, set.Warnings)
}

func TestBadBudgets(t *testing.T) {
	for text, want := range map[string]string{
		"{minAvailable: 1, maxUnavailable: 1}": "x.yaml:4: PodDisruptionBudget default/x: spec.minAvailable: may not be stated together with maxUnavailable",
		"{minAvailable: -1}":                   "x.yaml:4: PodDisruptionBudget default/x: spec.minAvailable: -1 is negative",
		"{maxUnavailable: 101%}":               "x.yaml:4: PodDisruptionBudget default/x: spec.maxUnavailable: 101% is more than 100%",
		"{minAvailable: half}":                 `x.yaml:4: PodDisruptionBudget default/x: spec.minAvailable: "half" is neither a whole number nor a percentage such as 25%`,
		"{unhealthyPodEvictionPolicy: Never}":  `x.yaml:4: PodDisruptionBudget default/x: spec.unhealthyPodEvictionPolicy: unknown value "Never" (AlwaysAllow, IfHealthyBudget)`,
		"{minAvailible: 1}":                    "minAvailible",
		"{selector: {matchLabels: {a: [b]}}}":  "x.yaml:4:",
		"{minAvailable: {percent: 3}}":         "x.yaml:4:",
	} {
		t.Run(text, func(t *testing.T) {
			_, err := manifest.Read("x.yaml", strings.NewReader(budgetHead+text))
			require.ErrorContains(t, err, want)
		})
	}
}

// TestChangeOfABudget: a budget that is applied anew keeps its status, and counts its changes, so that the API server can
// tell that the controller has not seen them yet.
func TestChangeOfABudget(t *testing.T) {
	store := cluster.NewStore(sim.New(1))
	apply := func(text string) *cluster.PodDisruptionBudget {
		require.NoError(t, manifest.Apply(read(t, budgetHead+text), store))
		return store.List(cluster.KindPodDisruptionBudget)[0].(*cluster.PodDisruptionBudget)
	}
	b := apply("{minAvailable: 3}")
	require.EqualValues(t, 1, b.Generation)
	require.NoError(t, cluster.Edit(store, cluster.KeyOf(b), "Test", func(b *cluster.PodDisruptionBudget) {
		b.ObservedGeneration, b.DisruptionsAllowed = 1, 2
	}))
	require.EqualValues(t, 1, apply("{minAvailable: 3}").Generation)
	b = apply("{minAvailable: 2}")
	require.Equal(t, []int64{2, 1, 2}, []int64{b.Generation, b.ObservedGeneration, int64(b.DisruptionsAllowed)})
}
