package ours

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/conformance/verdict"
	"github.com/wavetank/wavetank/scheduler/conformance/verdict/verdicttest"
)

func TestGolden(t *testing.T) {
	verdicttest.Golden(t, func(t *testing.T, manifest []byte, want verdict.Verdict) {
		require.Empty(t, verdict.Diff(want, decidePending(t, manifest)))
	})
}

// decidePending is the verdict about the one pod of a manifest that waits.
func decidePending(t *testing.T, manifest []byte) verdict.Verdict {
	o, err := Open(manifest)
	require.NoError(t, err)
	defer o.Close()
	got, err := o.Decide("default/pending")
	require.NoError(t, err)
	return got
}
