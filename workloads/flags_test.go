package workloads

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The README says what each flag is.
func TestReadmeNamesAllFlags(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, name := range FlagNames() {
		require.True(t, strings.Contains(string(text), "`"+name+"`"), "README.md does not say what %s is", name)
	}
}

func TestSetFlags(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        func(*Flags)
		wrong       string
	}{
		{name: "node-monitor-period", value: "2s", want: func(f *Flags) { f.NodeMonitorPeriod = 2 * time.Second }},
		{name: "--node-monitor-grace-period", value: "1m30s", want: func(f *Flags) { f.NodeMonitorGracePeriod = 90 * time.Second }},
		{name: "default-unreachable-toleration-seconds", value: "30", want: func(f *Flags) { f.UnreachableToleration = 30 * time.Second }},
		{name: "default-not-ready-toleration-seconds", value: "0s", want: func(f *Flags) { f.NotReadyToleration = 0 }},
		{name: "node-eviction-rate", value: "0", want: func(f *Flags) { f.NodeEvictionRate = 0 }},
		{name: "large-cluster-size-threshold", value: "7", want: func(f *Flags) { f.LargeClusterSizeThreshold = 7 }},
		{name: "node-monitor-period", value: "0", wrong: "not above 0: 0"},
		{name: "node-monitor-period", value: "-1s", wrong: "not a span of time such as 50s: -1s"},
		{name: "node-monitor-period", value: "soon", wrong: "not a span of time such as 50s: soon"},
		{name: "unhealthy-zone-threshold", value: "2", wrong: "not a number from 0 to 1: 2"},
		{name: "node-eviction-rate", value: "-1", wrong: "not a number from 0: -1"},
		{name: "large-cluster-size-threshold", value: "1.5", wrong: "not an integer from 0: 1.5"},
		{name: "node-monitor-grace", value: "1s", wrong: "unknown flag node-monitor-grace; did you mean node-monitor-grace-period?"},
	} {
		t.Run(c.name+"="+c.value, func(t *testing.T) {
			got, want := DefaultFlags(), DefaultFlags()
			err := got.Set(c.name, c.value)
			if c.wrong != "" {
				require.ErrorContains(t, err, c.wrong)
			} else {
				require.NoError(t, err)
				c.want(&want)
			}
			require.Equal(t, want, got)
		})
	}
}
