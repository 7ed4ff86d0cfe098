package app_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/results"
)

// TestZoneOutageShowsWhatItSays: the scenario's comment promises that nobody notices for 50 seconds in which requests fail,
// that pods are replaced five minutes later, and that services which insist on three zones are short until there are three.
func TestZoneOutageShowsWhatItSays(t *testing.T) {
	dir := resultsOf(t, absolute(t, "workloads/scenarios/zone-outage.yaml"), "--until", "44h", "--set", "results.events=false")
	s, err := results.ReadSummary(dir)
	require.NoError(t, err)
	require.Len(t, s.Faults, 1)
	f := s.Faults[0]
	require.Equal(t, "zone a", f.Name)
	require.InDelta(t, (43 * time.Hour).Seconds(), f.Begin, 0)
	require.InDelta(t, (43*time.Hour + 40*time.Minute).Seconds(), *f.End, 0)
	within := func(seconds *float64, least, most time.Duration, what string) {
		t.Helper()
		require.NotNil(t, seconds, what)
		require.GreaterOrEqual(t, *seconds, least.Seconds(), what)
		require.LessOrEqual(t, *seconds, most.Seconds(), what)
	}
	within(f.Detected, 40*time.Second, time.Minute, "the first node is given up")
	within(f.FirstEvicted, 340*time.Second, 6*time.Minute, "five minutes after its taint")
	within(f.Recovered, 40*time.Minute, 41*time.Minute, "all are whole again soon after the zone is back")
	require.Equal(t, []int{10, 10, 10}, []int{f.Nodes, f.NodesNotReady, f.NodesTainted})
	require.Positive(t, f.Pods)
	require.Equal(t, []int{f.Pods, f.Pods}, []int{f.PodsUnready, f.PodsEvicted})
	require.Equal(t, []results.ReasonCount{{Reason: "DeletionByTaintManager", Pods: f.Pods}}, f.EvictedBy)
	require.Equal(t, []int{60, 0}, []int{f.Workloads, f.WorkloadsShort})
	require.Positive(t, f.PhantomReplicaSeconds, "the API says that they are ready, and they are not")
	requireFailedRequests(t, s)
	requireStrictAreShort(t, s)
}

// requireFailedRequests: for some 50 s a zone's share of all that comes, hundreds of requests a second to each service, fails.
func requireFailedRequests(t *testing.T, s *results.Summary) {
	f, rate := s.Faults[0], 0.0
	require.Len(t, s.Services, 60)
	for _, service := range s.Services {
		require.Positive(t, service.Errors, service.Name)
		rate += service.Requests / (service.To - service.From)
	}
	require.Greater(t, f.FailedRequests, 0.3*rate**f.Detected, "a third of an evening's demand")
	require.Less(t, f.FailedRequests, rate**f.Detected)
	require.Positive(t, f.BudgetShare)
}

// requireStrictAreShort: the second of each four services may not have two pods more in one zone than in another; all
// others are whole when their pods have been replaced.
func requireStrictAreShort(t *testing.T, s *results.Summary) {
	require.Len(t, s.Workloads, 60)
	for _, w := range s.Workloads {
		strict := (w.Name[len(w.Name)-1]-'0'+2*(w.Name[len(w.Name)-2]-'0'))%4 == 1
		if strict {
			require.InDelta(t, s.Faults[0].Begin, w.LongestAt, 0, w.Name)
			require.Greater(t, w.LongestShortage, (40 * time.Minute).Seconds(), w.Name)
		} else {
			require.Less(t, w.LongestShortage, (10 * time.Minute).Seconds(), w.Name)
		}
		require.Greater(t, w.Some, 0.9999, w.Name)
	}
}
