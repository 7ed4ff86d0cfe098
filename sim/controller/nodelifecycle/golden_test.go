package nodelifecycle

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestGolden holds the defaults and the states and rates of zones against those of the real controller.
func TestGolden(t *testing.T) {
	data, err := os.ReadFile("../../../../shared/golden/controllers/nodelifecycle.json")
	if err != nil {
		t.Skip("the recorded tables are not here: ../shared/golden/controllers/nodelifecycle.json")
	}
	var golden struct {
		Defaults struct {
			LargeClusterSizeThreshold          int
			NodeEvictionRatePerSecond          float64
			NodeMonitorGracePeriodSeconds      int
			NodeMonitorPeriodSeconds           int
			NodeStartupGracePeriodSeconds      int
			SecondaryNodeEvictionRatePerSecond float64
			UnhealthyZoneThreshold             float64
		}
		ZoneStates []struct {
			Nodes, NotReady, Counted int
			State                    ZoneState
			TaintRatePerSecond       float64
		}
	}
	require.NoError(t, json.Unmarshal(data, &golden))
	d := golden.Defaults
	require.Equal(t, Config{
		MonitorPeriod:      time.Duration(d.NodeMonitorPeriodSeconds) * time.Second,
		GracePeriod:        time.Duration(d.NodeMonitorGracePeriodSeconds) * time.Second,
		StartupGracePeriod: time.Duration(d.NodeStartupGracePeriodSeconds) * time.Second,
		EvictionRate:       d.NodeEvictionRatePerSecond, SecondaryEvictionRate: d.SecondaryNodeEvictionRatePerSecond,
		UnhealthyZoneThreshold: d.UnhealthyZoneThreshold, LargeClusterSizeThreshold: d.LargeClusterSizeThreshold,
	}, DefaultConfig())
	cfg := DefaultConfig()
	require.NotEmpty(t, golden.ZoneStates)
	for _, z := range golden.ZoneStates {
		state := cfg.ComputeZoneState(z.Nodes, z.NotReady)
		require.Equal(t, z.State, state, "%+v", z)
		require.InDelta(t, z.TaintRatePerSecond, cfg.Rate(state, z.Nodes), 1e-6, "%+v", z)
		require.Equal(t, z.NotReady, z.Counted)
	}
}
