package oracle

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/conformance/verdict"
	"github.com/wavetank/wavetank/scheduler/conformance/verdict/verdicttest"
)

func TestGolden(t *testing.T) {
	verdicttest.Golden(t, func(t *testing.T, manifest []byte, want verdict.Verdict) {
		got := decide(t, manifest)
		require.Empty(t, verdict.Diff(want, got))
		require.Equal(t, want, got)
	})
}

// decide is the verdict about the one pod of a manifest that waits.
func decide(t *testing.T, manifest []byte) verdict.Verdict {
	cluster, err := Load(manifest)
	require.NoError(t, err)
	require.Len(t, cluster.Pending, 1)
	real, err := New(cluster)
	require.NoError(t, err)
	defer real.Close()
	got, err := real.Decide(cluster.Pending[0])
	require.NoError(t, err)
	return got
}
