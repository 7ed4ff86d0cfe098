package app_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/cmd/wavetank/app"
	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// notCheap is an out-of-tree filter: no pod on a node of the group cheap.
type notCheap struct{}

func (notCheap) Name() string { return "NotCheap" }

// Filter implements framework.FilterPlugin.
func (notCheap) Filter(_ *framework.CycleState, _ *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	if node.Node.Labels[cluster.LabelNodeGroup] == "cheap" {
		return framework.NewStatus("NotCheap", framework.UnschedulableAndUnresolvable, "node(s) were too cheap")
	}
	return nil
}

const pluginScenario = `until: 10m
scheduler: {config: scheduler.yaml}
workload: [{synthetic: {arrivals: {at: 0s}, duration: 1h, requests: [{cpu: 1}], count: 4}}]
autoscaler:
  expander: least-waste
  groups:
    - {name: cheap, max: 5, capacity: {cpu: 4, memory: 8Gi}}
    - {name: dear, max: 5, capacity: {cpu: 16, memory: 32Gi}}
`

const pluginConfig = `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles: [{schedulerName: default-scheduler, plugins: {filter: {enabled: [{name: NotCheap}]}}}]
`

// TestAutoscalerKnowsCustomFilters: what a plugin of one's own keeps away from a group makes no nodes of that group.
func TestAutoscalerKnowsCustomFilters(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	write("plain.yaml", strings.Replace(pluginScenario, "scheduler: {config: scheduler.yaml}\n", "", 1))
	write("custom.yaml", pluginScenario)
	write("scheduler.yaml", pluginConfig)
	plugin := app.WithPlugin("NotCheap", func(framework.Args, framework.Handle) (framework.Plugin, error) { return notCheap{}, nil })
	events := func(scenario string) string {
		var out, errs bytes.Buffer
		folder := filepath.Join(dir, "out-"+scenario)
		require.Zero(t, app.Main([]string{"run", filepath.Join(dir, scenario), "-o", folder}, strings.NewReader(""), &out, &errs, plugin), errs.String())
		text, err := os.ReadFile(filepath.Join(folder, "events.jsonl"))
		require.NoError(t, err)
		return string(text)
	}
	require.Contains(t, events("plain.yaml"), `"event":"scaleUp","group":"cheap"`)
	custom := events("custom.yaml")
	require.Contains(t, custom, `"event":"scaleUp","group":"dear"`)
	require.NotContains(t, custom, `"group":"cheap"`)
}

// TestAutoscalerTradesWaitsForNodes: the shipped pair of scenarios shows what its comments say.
func TestAutoscalerTradesWaitsForNodes(t *testing.T) {
	summary := func(name string) results.Summary {
		var s results.Summary
		out := wavetank(t, "run", absolute(t, "workloads/scenarios/"+name+".yaml"), "--check", "--format", "json")
		require.NoError(t, json.Unmarshal([]byte(out), &s))
		return s
	}
	scaled, fixed := summary("autoscaler"), summary("autoscaler-fixed")
	require.Nil(t, fixed.Autoscaler)
	require.Zero(t, fixed.Wait.Max)
	require.Greater(t, scaled.Wait.Max, 60.0)
	require.Equal(t, scaled.Autoscaler.PodLag.Max, scaled.Wait.Max, "the longest wait is one for a node")
	require.Positive(t, scaled.Autoscaler.NodesRemoved)
	require.Less(t, scaled.Cost.Cost, 0.5*fixed.Cost.Cost)
	require.Less(t, scaled.Cost.NodeHours, 0.5*fixed.Cost.NodeHours)
	require.Equal(t, 6, scaled.Pods.Running)
}
