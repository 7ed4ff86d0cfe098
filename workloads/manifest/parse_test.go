package manifest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads/manifest"
)

func TestParseSelector(t *testing.T) {
	labels := cluster.Labels{"app": "web", "tier": "front"}
	for text, want := range map[string]bool{
		"": true, "app=web": true, "app==web,tier": true, "app!=web": false, "app in (api, web)": true, "tier notin (front)": false,
		"!old": true, "!app": false, "other": false, "app=web,tier=back": false,
	} {
		s, err := manifest.ParseSelector(text)
		require.NoError(t, err, text)
		require.Equal(t, want, s.Matches(labels), text)
	}
	for _, text := range []string{"app in web", "=", "app=web=x", "a b"} {
		_, err := manifest.ParseSelector(text)
		require.Error(t, err, text)
	}
}
