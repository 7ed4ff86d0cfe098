package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/conformance/generate"
	"github.com/wavetank/wavetank/scheduler/conformance/oracle"
	"github.com/wavetank/wavetank/scheduler/conformance/verdict"
)

// blind is the real scheduler without one plugin's scores, as a faulty re-implementation would be.
type blind struct {
	verdict.Scheduler
	plugin string
}

func (b blind) Decide(pod string) (verdict.Verdict, error) {
	v, err := b.Scheduler.Decide(pod)
	for _, s := range v.Scores {
		delete(s.Plugins, b.plugin)
	}
	return v, err
}

func openBlind(manifest []byte) (verdict.Scheduler, error) {
	real, err := oracle.Open(manifest)
	return blind{real, "TaintToleration"}, err
}

func TestRunWithoutDifferences(t *testing.T) {
	for tested := range schedulers {
		var out strings.Builder
		require.NoError(t, run(options{cases: 20, only: -1, seed: 5, tested: tested, show: 20}, &out), tested)
		require.Contains(t, out.String(), "20 cases, 0 differ")
		require.Regexp(t, `(?m)^NodeResourcesFit +\d+`, out.String())
	}
}

func TestADifferenceIsReportedWithItsCluster(t *testing.T) {
	schedulers["blind"] = openBlind
	defer delete(schedulers, "blind")
	t.Setenv("TMPDIR", t.TempDir())
	var out strings.Builder
	require.ErrorIs(t, run(options{cases: 6, only: -1, seed: 5, tested: "blind", show: 1}, &out), errDiffer)
	require.Contains(t, out.String(), "TaintToleration: want 300, got none")
	require.Equal(t, 1, strings.Count(out.String(), "cluster in "), "-show bounds what is printed in full")

	written, err := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "conformance-*", "*.yaml"))
	require.NoError(t, err)
	require.Len(t, written, 1)
	manifest, err := os.ReadFile(written[0])
	require.NoError(t, err)
	_, err = oracle.Load(manifest)
	require.NoError(t, err)
}

func TestShrinkKeepsTheDifferenceAndLittleElse(t *testing.T) {
	c, err := generate.New(5, 0)
	require.NoError(t, err)
	want := difference(c.YAML, openBlind)
	require.Equal(t, "score TaintToleration:", want)
	small := shrink(c.YAML, openBlind)
	require.Equal(t, want, difference(small, openBlind))
	require.LessOrEqual(t, len(bytes.Split(small, separator)), 3, "one node and one pod make the difference")
	require.Empty(t, difference(c.YAML, oracle.Open))
}

func TestUnknownScheduler(t *testing.T) {
	require.EqualError(t, run(options{cases: 1, only: -1, tested: "x"}, os.Stdout), `no scheduler is named "x"`)
}
