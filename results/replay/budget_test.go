package replay

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
)

// TestBudgetsOfState: what a budget asks for may change, and its status stays.
func TestBudgetsOfState(t *testing.T) {
	s := apply(t, `{"t":1,"kind":"PodDisruptionBudget","name":"shop/web","event":"created","minAvailable":"25%"}
{"t":2,"kind":"PodDisruptionBudget","name":"shop/web","event":"status","allowed":3,"healthy":4,"desired":1,"disrupted":0,"expected":4}
{"t":2,"kind":"PodDisruptionBudget","name":"shop/web","event":"condition","type":"DisruptionAllowed","status":"True","reason":"SufficientPods"}
{"t":3,"kind":"Pod","name":"shop/a","event":"evicted","node":"n","reason":"EvictionByEvictionAPI"}
{"t":4,"kind":"PodDisruptionBudget","name":"shop/web","event":"changed","maxUnavailable":"2"}
`)
	list := s.List(cluster.KindPodDisruptionBudget)
	require.Len(t, list, 1)
	b := list[0]
	require.Equal(t, []string{"", "2", "True"}, []string{b.MinAvailable, b.MaxUnavailable, b.Conditions["DisruptionAllowed"]})
	require.Equal(t, map[string]int{"allowed": 3, "healthy": 4, "desired": 1, "disrupted": 0, "expected": 4}, b.Counts)
}
