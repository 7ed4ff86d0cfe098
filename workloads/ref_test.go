package workloads

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
)

// TestKindWords: every kind of the store has its names, and no alias hides another kind.
func TestKindWords(t *testing.T) {
	for k := cluster.KindNode; cluster.NewObject(k) != nil; k++ {
		word := strings.ToLower(k.String())
		require.Equal(t, k, kindOf(word))
		require.Equal(t, k, kindOf(k.String()))
		require.Equal(t, k, kindOf(word+"s"))
		require.NotContains(t, kindAliases, word)
	}
	require.Equal(t, cluster.KindDeployment, kindOf("deploy"))
	require.Zero(t, kindOf("thing"))
	require.Zero(t, kindOf(""))
}
