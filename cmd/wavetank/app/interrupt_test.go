//go:build unix

package app_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/results"
)

// endless would take hours: it ends because it is interrupted, or by the deadline of these tests.
const endless = `
cluster:
  - nodes: {count: 100, capacity: {cpu: 40, memory: 160Gi}}
workload:
  - synthetic: {arrivals: {poisson: 100/s}, duration: {exponential: 28s}, requests: [{cpu: 1, memory: 1Gi}], count: 1000000000}
`

// patience is how long these tests wait for what takes a second at most on an idle machine.
const patience = 2 * time.Minute

// process is the program in a process of its own.
type process struct {
	*exec.Cmd
	out, err bytes.Buffer
}

func start(t *testing.T, args ...string) *process {
	t.Helper()
	name, err := exec.LookPath("wavetank") // TestMain has put it there
	require.NoError(t, err)
	p := &process{Cmd: exec.Command(name, args...)}
	p.Stdout, p.Stderr = &p.out, &p.err
	require.NoError(t, p.Start())
	t.Cleanup(func() { _ = p.Process.Kill() })
	return p
}

func (p *process) interrupt(t *testing.T) {
	t.Helper()
	require.NoError(t, p.Process.Signal(syscall.SIGINT))
}

// exitCode waits for the end.
func (p *process) exitCode(t *testing.T) int {
	t.Helper()
	deadline := time.AfterFunc(patience, func() { _ = p.Process.Kill() })
	defer deadline.Stop()
	var failed *exec.ExitError
	if err := p.Wait(); err != nil && !errors.As(err, &failed) {
		require.NoError(t, err)
	}
	return p.ProcessState.ExitCode()
}

// TestInterrupt ends a run in the middle: what was measured until then is there, whole and marked.
func TestInterrupt(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	p := start(t, "run", scenarioFile(t, "endless.yaml", endless), "-o", dir, "--set", "results.events=false")
	growing := filepath.Join(dir, "pods.csv.tmp")
	require.Eventually(t, func() bool { return size(growing) > 0 }, patience, 5*time.Millisecond, "no pod ended; stderr: %s", &p.err)
	p.interrupt(t)
	require.Equal(t, 130, p.exitCode(t), p.err.String())
	require.Empty(t, p.err.String())
	require.Contains(t, p.out.String(), "PARTIAL RESULTS: interrupted")
	requirePartial(t, dir)
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

func requirePartial(t *testing.T, dir string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "summary.json"))
	require.NoError(t, err)
	var raw struct {
		Partial       bool
		PartialReason string
	}
	require.NoError(t, json.Unmarshal(text, &raw))
	require.True(t, raw.Partial)
	require.Equal(t, "interrupted", raw.PartialReason)
	summary, err := results.ReadSummary(dir)
	require.NoError(t, err)
	rows := map[results.Outcome]int{}
	for row, rerr := range results.ReadPods(dir) {
		require.NoError(t, rerr)
		rows[row.Outcome]++
	}
	require.Positive(t, rows[results.Completed])
	require.Equal(t, summary.Pods.Completed, rows[results.Completed])
	require.Equal(t, summary.Pods.Running, rows[results.Running])
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		require.False(t, strings.HasSuffix(e.Name(), ".tmp"), "%s is left behind", e.Name())
	}
}

// TestInterruptBeforeTheRun interrupts while half a million nodes are made: there is nothing to keep, and nothing is left.
func TestInterruptBeforeTheRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	p := start(t, "run", scenarioFile(t, "endless.yaml", endless), "-o", dir, "--set", "cluster[0].nodes.count=500000")
	growing := filepath.Join(dir, "pods.csv.tmp")
	require.Eventually(t, func() bool { _, err := os.Stat(growing); return err == nil }, patience, time.Millisecond)
	p.interrupt(t)
	require.Equal(t, 130, p.exitCode(t), p.err.String())
	require.Equal(t, "wavetank: interrupted before the run began: there are no results\n", p.err.String())
	require.Empty(t, p.out.String())
	require.NoDirExists(t, dir)
}
