package app_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/cmd/wavetank/app"
	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/sim/fault"
)

// What faults report is what results take.
var _ = results.FaultEvent(fault.Event{})

const failingScenario = `seed: %d
until: 12h
cluster:
  - nodes: {count: 8, capacity: {cpu: 4, memory: 8Gi}, zones: [a, b], labels: {pool: x}}
workload:
  - synthetic: {arrivals: {poisson: %s}, duration: {exponential: 10m}, requests: [{cpu: %d, memory: 1Gi}], count: 300}
scheduler: {policy: %s}
faults:
  - {nodes: "*", timeBetween: {weibull: {shape: 0.7, scale: 2h}}, repair: {lognormal: {median: 5m, sigma: 1}}}
  - {zones: "*", timeBetween: {gamma: {shape: 2, mean: 6h}}, repair: 10m}
  - {slow: {nodes: "n-[0-3]", factor: 3}, timeBetween: 3h, repair: {uniform: {min: 1m, max: 1h}}}
results: {decisions: off}
`

// failures are the lines of a run's log that tell of nodes that fail and return.
func failures(t *testing.T, scenario string) []string {
	path := filepath.Join(t.TempDir(), "x.yaml")
	require.NoError(t, os.WriteFile(path, []byte(scenario), 0o600))
	dir := filepath.Join(t.TempDir(), "out")
	var out, warnings bytes.Buffer // some failures last longer than the run
	require.Zero(t, app.Main([]string{"run", path, "--check", "-o", dir}, strings.NewReader(""), &out, &warnings), warnings.String())
	require.Contains(t, warnings.String(), "were still on when the run ended, the first of node n-0, since 12h0m0s")
	log, err := os.ReadFile(filepath.Join(dir, "events.jsonl"))
	require.NoError(t, err)
	var found []string
	for line := range strings.Lines(string(log)) {
		if strings.Contains(line, `"event":"down"`) || strings.Contains(line, `"event":"up"`) {
			found = append(found, line)
		}
	}
	return found
}

// TestCommonRandomNumbers: whatever the policy, and whatever the workload, the same nodes fail at the same instants.
func TestCommonRandomNumbers(t *testing.T) {
	first := failures(t, fmt.Sprintf(failingScenario, 1, "1/m", 1, "default"))
	require.Greater(t, len(first), 40)
	require.Equal(t, first, failures(t, fmt.Sprintf(failingScenario, 1, "1/m", 1, "bestfit")))
	require.Equal(t, first, failures(t, fmt.Sprintf(failingScenario, 1, "3/m", 2, "default")))
	require.NotEqual(t, first, failures(t, fmt.Sprintf(failingScenario, 2, "1/m", 1, "default")))
}
