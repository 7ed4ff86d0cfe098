package main

import (
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

// TestMain makes the test binary the program where a test starts it under its name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"outoftree": main})
}

func outoftree(t *testing.T, args ...string) string {
	t.Helper()
	name, err := exec.LookPath("outoftree")
	require.NoError(t, err)
	out, err := exec.Command(name, args...).CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}

// TestPolicyIsListed: it stands beside those that are shipped.
func TestPolicyIsListed(t *testing.T) {
	out := outoftree(t, "policies", "-o", "csv")
	require.Contains(t, out, "\nMostPods,the node with the most pods: others become empty\n")
	require.Contains(t, out, "\nBestFit,")
}

// TestPolicyDecides: under it pods gather on few nodes, and under another policy they do not.
func TestPolicyDecides(t *testing.T) {
	scenario := filepath.Join(t.TempDir(), "small.yaml")
	require.NoError(t, os.WriteFile(scenario, []byte(`
cluster:
  - nodes: {count: 10, capacity: {cpu: 8, memory: 32Gi, pods: 10}}
workload:
  - synthetic: {arrivals: {every: 1s}, duration: 1h, requests: [{cpu: 500m, memory: 1Gi}], count: 20}
`), 0o600))
	require.Len(t, nodesUsed(t, scenario, "MostPods"), 2, "20 pods fill two nodes of 10 places")
	require.Len(t, nodesUsed(t, scenario, "WorstFit"), 10)
}

// nodesUsed runs the scenario and returns how many pods each node got.
func nodesUsed(t *testing.T, scenario, policy string) map[string]int {
	t.Helper()
	dir := filepath.Join(t.TempDir(), policy)
	outoftree(t, "run", scenario, "--policy", policy, "-o", dir, "--check")
	text, err := os.ReadFile(filepath.Join(dir, "pods.csv"))
	require.NoError(t, err)
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 21)
	used := map[string]int{}
	for _, row := range rows[1:] {
		used[row[7]]++
	}
	return used
}
