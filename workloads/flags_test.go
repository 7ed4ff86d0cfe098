package workloads_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/workloads"
)

func TestSetFlag(t *testing.T) {
	f := workloads.DefaultFlags()
	for _, set := range [][2]string{
		{"--node-monitor-grace-period", "20s"}, {"node-monitor-period", "2s"}, {"node-eviction-rate", "0.5"},
		{"large-cluster-size-threshold", "7"}, {"default-unreachable-toleration-seconds", "30"}, {"kube-api-qps", "500"},
	} {
		require.NoError(t, f.Set(set[0], set[1]), set)
	}
	want := workloads.DefaultFlags()
	want.NodeMonitorGracePeriod, want.NodeMonitorPeriod, want.NodeEvictionRate = 20*time.Second, 2*time.Second, 0.5
	want.LargeClusterSizeThreshold, want.UnreachableToleration, want.KubeAPIQPS = 7, 30*time.Second, 500
	require.Equal(t, want, f)
}

func TestBadFlags(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"node-monitor-grace-periods", "1s", "unknown flag node-monitor-grace-periods; did you mean node-monitor-grace-period?"},
		{"node-monitor-period", "0s", "not above 0: 0s"},
		{"horizontal-pod-autoscaler-sync-period", "0s", "not above 0: 0s"},
		{"metric-resolution", "-1s", "not a span of time such as 50s: -1s"},
		{"node-monitor-grace-period", "soon", "not a span of time such as 50s: soon"},
		{"node-eviction-rate", "-1", "not a number from 0: -1"},
		{"node-eviction-rate", "NaN", "not a number from 0: NaN"},
		{"kube-api-burst", "1.5", "not an integer from 0: 1.5"},
	} {
		f := workloads.DefaultFlags()
		require.EqualError(t, f.Set(c.name, c.value), c.want, c.name)
	}
	f := workloads.DefaultFlags()
	require.ErrorContains(t, f.Set("zzz", "1"), "unknown flag zzz; modelled are default-not-ready-toleration-seconds, ")
}

// TestFlagsInScenario: what is stated is kept by writing and reading again, and what is wrong is named by its line.
func TestFlagsInScenario(t *testing.T) {
	const head = "cluster: [{nodes: {count: 1, capacity: {cpu: 1, memory: 1Gi}}}]\nworkload: [{synthetic: {arrivals: {every: 1s}, duration: 1s, requests: [{cpu: 1}], count: 1}}]\n"
	s, err := workloads.Decode("x.yaml", []byte(head+"flags: {node-monitor-grace-period: 20s, default-not-ready-toleration-seconds: 5}\n"))
	require.NoError(t, err)
	require.Equal(t, 20*time.Second, s.Flags.NodeMonitorGracePeriod)
	require.Equal(t, 5*time.Second, s.Flags.NotReadyToleration)
	text, err := s.Marshal()
	require.NoError(t, err)
	again, err := workloads.Decode("x.yaml", text)
	require.NoError(t, err)
	require.Equal(t, s.Flags, again.Flags)
	_, err = workloads.Decode("x.yaml", []byte(head+"flags:\n  node-monitor-period: 0s\n"))
	require.EqualError(t, err, "x.yaml:4: flags.node-monitor-period: not above 0: 0s")
	_, err = workloads.Decode("x.yaml", []byte(head+"flags:\n  node-monitor-periods: 1s\n"))
	require.ErrorContains(t, err, "x.yaml:4: flags.node-monitor-periods: unknown field")
}
