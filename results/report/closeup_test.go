package report

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot"

	"github.com/wavetank/wavetank/results"
)

func TestCloseUp(t *testing.T) {
	at := func(v float64) *float64 { return &v }
	for _, c := range []struct {
		name   string
		faults []results.FaultSummary
		worst  int // 0: none
		want   span
	}{
		{"none", nil, 0, span{}},
		{"long enough to be seen", []results.FaultSummary{{ID: 1, Begin: 100, End: at(400)}}, 0, span{}},
		{"until the end of the run", []results.FaultSummary{{ID: 1, Begin: 100}}, 0, span{}},
		{"near the end of the run", []results.FaultSummary{{ID: 1, Begin: 960}}, 1, span{950, 1000}},
		{"an instant", []results.FaultSummary{{ID: 1, Begin: 100, End: at(100)}}, 0, span{}},
		{"an instant with an effect", []results.FaultSummary{{ID: 1, Begin: 100, End: at(100), Recovered: at(20)}}, 1, span{95, 130}},
		{"until all is whole", []results.FaultSummary{{ID: 1, Begin: 100, End: at(120), Recovered: at(40)}}, 1, span{90, 160}},
		{"whole too late", []results.FaultSummary{{ID: 1, Begin: 100, End: at(120), Recovered: at(700)}}, 1, span{95, 130}},
		{"at the begin", []results.FaultSummary{{ID: 1, Begin: 0, End: at(20)}}, 1, span{0, 30}},
		{"the worst by replicas", []results.FaultSummary{
			{ID: 1, Begin: 100, End: at(120), FailedRequests: 9}, {ID: 2, Begin: 200, End: at(220), LostReplicaSeconds: 5},
		}, 2, span{195, 230}},
		{"then by requests", []results.FaultSummary{{ID: 1, Begin: 100, End: at(120), Pods: 9}, {ID: 2, Begin: 200, End: at(220), FailedRequests: 5}}, 2, span{195, 230}},
	} {
		t.Run(c.name, func(t *testing.T) {
			worst, window := closeUp(c.faults, span{0, 1000})
			require.Equal(t, c.want, window)
			if c.worst == 0 {
				require.Nil(t, worst)
				return
			}
			require.Equal(t, c.worst, worst.ID)
		})
	}
}

// TestNear: what holds when the stretch begins is drawn from there on, and the whole figure keeps its lines.
func TestNear(t *testing.T) {
	whole := []panel{{title: "nodes", lines: []line{{"up", steps{{X: 0, Y: 3}, {X: 50, Y: 1}, {X: 60, Y: 2}, {X: 90, Y: 3}}}}}}
	require.Equal(t, steps{{X: 55, Y: 1}, {X: 60, Y: 2}}, near(whole, span{55, 80})[0].lines[0].data)
	require.Len(t, whole[0].lines[0].data, 4)
	require.Empty(t, near(whole, span{-20, -10})[0].lines[0].data)
}

// TestFaultSpans: what lies outside of a figure is not shaded in it, and the rest not beyond its edges.
func TestFaultSpans(t *testing.T) {
	end := func(v float64) *float64 { return &v }
	faults := []results.FaultSummary{{Begin: 0, End: end(10)}, {Begin: 10, End: end(40)}, {Begin: 50, End: end(60)}, {Begin: 70}, {Begin: 200}}
	require.Equal(t, []span{{30, 40}, {50, 60}, {70, 100}}, faultSpans(faults, span{30, 100}))
}

func TestShareTicks(t *testing.T) {
	for _, c := range []struct {
		from, to float64
		want     []string
	}{
		{0, 100, []string{"0", "20", "40", "60", "80", "100"}},
		{65.3, 100, []string{"70", "80", "90", "100"}},
		{47.3, 100, []string{"60", "80", "100"}},
		{99.8, 100, []string{"99.8", "99.85", "99.9", "99.95", "100"}},
	} {
		var labels []string
		for _, tick := range shareTicks(c.from, c.to) {
			labels = append(labels, tick.Label)
		}
		require.Equal(t, c.want, labels)
	}
	require.Contains(t, shareTicks(0, 100), plot.Tick{Value: 100, Label: "100"})
}

func TestPods(t *testing.T) {
	read := samples{figures: []string{"pending", "running", "nodes", "cpu_allocated", "cpu_allocatable", "gpu_allocated", "gpu_allocatable"}}
	read.rows = []row{{0, "", []float64{2, 0, 1, 0, 4000, 0, 0}}, {10, "", []float64{0, 2, 1, 1000, 4000, 0, 0}}}
	require.Equal(t, []panel{
		{title: "pods", lines: []line{{"running", steps{{X: 0, Y: 0}, {X: 10, Y: 2}}}, {"pending", steps{{X: 0, Y: 2}, {X: 10, Y: 0}}}}},
		{title: "cpu allocated, %", lines: []line{{"cpu", steps{{X: 0, Y: 0}, {X: 10, Y: 25}}}}},
	}, pods(read))
	require.Equal(t, []panel{{title: "pods pending", lines: []line{{"pending", steps{{X: 0, Y: 2}, {X: 10, Y: 0}}}}}}, waiting(pods(read)))
	require.Nil(t, waiting(nil))
	read.rows = read.rows[:1]
	require.Len(t, pods(read), 1)
}
