package deployment

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim/cluster"
)

// TestSameLabels: the comparison without copies is that of the copies, both ways round.
func TestSameLabels(t *testing.T) {
	labels := rapid.Custom(func(t *rapid.T) cluster.Labels {
		key := rapid.SampledFrom([]string{"app", "tier", HashLabel})
		return rapid.MapOfN(key, rapid.SampledFrom([]string{"", "x"}), 0, 3).Draw(t, "labels")
	})
	same, differ := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		a, b := labels.Draw(t, "a"), labels.Draw(t, "b")
		want := maps.Equal(withoutHash(a), withoutHash(b))
		require.Equal(t, want, sameLabels(a, b))
		require.Equal(t, want, sameLabels(b, a))
		if want {
			same++
		} else {
			differ++
		}
	})
	require.Positive(t, same)
	require.Positive(t, differ)
	require.True(t, sameLabels(nil, cluster.Labels{HashLabel: "x"}))
}
