package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
)

// TestSelectOwnPods: the labels of a template that others share stay as they are.
func TestSelectOwnPods(t *testing.T) {
	shared := &cluster.PodTemplate{Labels: cluster.Labels{"app": "a"}, Spec: &cluster.PodSpec{}}
	for _, template := range []*cluster.PodTemplate{shared, {Spec: shared.Spec}} {
		j := &cluster.Job{Template: template}
		j.Name = "j"
		j.SelectOwnPods()
		require.True(t, j.Selector.Matches(j.Template.Labels))
		require.False(t, j.Selector.Matches(template.Labels))
		require.Same(t, shared.Spec, j.Template.Spec)
	}
	require.Equal(t, cluster.Labels{"app": "a"}, shared.Labels)
}
