package app_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/cmd/wavetank/app"
	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// TestRolloutShowsWhatItSays: the scenario's comment promises waves, tiers one after the other, and a node that empties.
func TestRolloutShowsWhatItSays(t *testing.T) {
	dir := resultsOf(t, absolute(t, "workloads/scenarios/rollout.yaml"), "--check")
	first, last := map[string]float64{}, map[string]float64{} // submissions by prefix of the hash
	running := map[string]int{}
	for _, row := range rowsOf(t, dir) {
		set := row.Name[:strings.LastIndexByte(row.Name, '-')]
		at := row.Submitted.Seconds()
		if earliest, seen := first[set]; !seen || at < earliest { // rows stand in the order in which pods ended
			first[set] = at
		}
		last[set] = max(last[set], at)
		if row.Outcome == results.Running {
			running[strings.SplitN(row.Name, "-", 2)[0]]++
			if row.Node == "n-0" {
				require.Contains(t, row.Name, "agent-", "the drained node keeps its agent alone")
			}
		}
	}
	require.Equal(t, map[string]int{"web": 10, "api": 6, "cart": 3, "agent": 6}, running)
	var webUpdate, webUpdated, apiUpdate float64
	for set, at := range first {
		switch {
		case strings.HasPrefix(set, "web-") && at >= 60:
			webUpdate, webUpdated = at, last[set]
		case strings.HasPrefix(set, "api-") && at >= 60:
			apiUpdate = at
		}
	}
	require.InDelta(t, 60, webUpdate, 0.1)
	require.Greater(t, webUpdated-webUpdate, 30.0, "ten pods two at a time, each 5 s ready")
	require.Greater(t, apiUpdate, 90.0)
}

// TestReportEndsByItself: a Job is the run's natural end, whatever of it fails on the way.
func TestReportEndsByItself(t *testing.T) {
	dir := resultsOf(t, absolute(t, "workloads/scenarios/report.yaml"), "--check")
	s, err := results.ReadSummary(dir)
	require.NoError(t, err)
	require.False(t, s.Partial)
	require.Equal(t, 8, s.Pods.Completed)
	require.Positive(t, s.Pods.Failed, "some fail, as the comment says")
	require.Equal(t, s.Pods.Submitted, s.Pods.Completed+s.Pods.Failed)
}

// counter is a controller that counts the Deployments that it is told of.
type counter struct {
	names map[cluster.NamespacedName]bool
}

func (c *counter) Reconcile(_ sim.Time, name cluster.NamespacedName, _ *controller.Calls) (controller.Result, error) {
	c.names[name] = true
	return controller.Result{}, nil
}

// TestWithController: a controller of one's own runs where there is something to reconcile, and nowhere else.
func TestWithController(t *testing.T) {
	for scenario, want := range map[string]int{"rollout": 2, "quickstart": 0} {
		c, made := &counter{names: map[cluster.NamespacedName]bool{}}, 0
		mine := app.WithController("mine", func(engine *sim.Engine, store *cluster.Store, opts controller.Options) *controller.Controller {
			made++
			run := controller.New("mine", engine, store, c, opts)
			run.Watch(controller.Itself, cluster.KindDeployment)
			return run
		})
		var out, errs bytes.Buffer
		path := absolute(t, "workloads/scenarios/"+scenario+".yaml")
		require.Equal(t, 0, app.Main([]string{"run", path, "--until", "1m"}, strings.NewReader(""), &out, &errs, mine), errs.String())
		require.Len(t, c.names, want)
		require.Equal(t, min(want, 1), made, "no controller is made where none is needed")
	}
}

// TestControllersAreReplaced: under the name of a controller that is there another one runs in its place.
func TestControllersAreReplaced(t *testing.T) {
	nothing := func(engine *sim.Engine, store *cluster.Store, opts controller.Options) *controller.Controller {
		return controller.New("deployment", engine, store, &counter{names: map[cluster.NamespacedName]bool{}}, opts)
	}
	var out, errs bytes.Buffer
	path := absolute(t, "workloads/scenarios/rollout.yaml")
	require.Equal(t, 0, app.Main([]string{"run", path, "--format", "json", "--set", "actions=[]"}, strings.NewReader(""), &out, &errs,
		app.WithController("deployment", nothing)), errs.String())
	require.Contains(t, out.String(), `"submitted": 9,`, "the StatefulSet's and the DaemonSet's pods alone")
}

// TestCollectedApplicationsComeUp: what well-known applications deploy runs, whole, in virtual time.
func TestCollectedApplicationsComeUp(t *testing.T) {
	shop := absolute(t, "../shared/traces/k8s/apps/online-boutique/kubernetes-manifests.yaml")
	if _, err := os.Stat(shop); err != nil {
		t.Skip("collected manifests are not beside this checkout")
	}
	file := filepath.Join(t.TempDir(), "boutique.yaml")
	text := fmt.Sprintf("cluster: [{nodes: {count: 4, capacity: {cpu: 4, memory: 16Gi}}}]\nworkload: [{manifests: [%s]}]\nlatency: cluster\n", shop)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	began := time.Now()
	dir := t.TempDir()
	var out, errs bytes.Buffer
	require.Equal(t, 0, app.Main([]string{"run", file, "--check", "-o", dir}, strings.NewReader(""), &out, &errs), errs.String())
	s, err := results.ReadSummary(dir)
	require.NoError(t, err)
	require.Contains(t, errs.String(), "warning: Deployment/frontend: spec.template.spec.securityContext: not modelled\n")
	t.Logf("12 Deployments in %v", time.Since(began))
	require.False(t, s.Partial)
	require.Equal(t, 12, s.Pods.Running)
	require.Equal(t, 12, s.Pods.Submitted)
}
