package kubelet

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
)

// restarts returns after how many seconds each run ends, how long it is waited then, and when the next begins.
func restarts(runs []int) [][3]int {
	var b backoff
	var rows [][3]int
	var now sim.Time
	for _, run := range runs {
		end := now.Add(time.Duration(run) * time.Second)
		wait := b.after(end)
		now = end.Add(wait)
		b.tried(now)
		rows = append(rows, [3]int{int(end.Seconds()), int(wait.Seconds()), int(now.Seconds())})
	}
	return rows
}

func TestBackoff(t *testing.T) {
	tests := []struct {
		name string
		runs []int
		want []int // waits
	}{
		{"it doubles up to five minutes", []int{1, 1, 1, 1, 1, 1, 1, 1}, []int{0, 10, 20, 40, 80, 160, 300, 300}},
		{"a run of ten minutes is not yet enough", []int{1, 1, 600, 1}, []int{0, 10, 20, 40}},
		{"a longer one is", []int{1, 1, 601, 1, 1}, []int{0, 10, 0, 10, 20}},
		{"a first run of any length", []int{7000, 1}, []int{0, 10}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var waits []int
			for _, row := range restarts(test.runs) {
				waits = append(waits, row[1])
			}
			require.Equal(t, test.want, waits)
		})
	}
}

// However long the runs are, a wait is none, or between the first and the longest, and at most twice the one before.
func TestBackoffBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		last := 0
		for i, row := range restarts(rapid.SliceOf(rapid.IntRange(0, 1200)).Draw(t, "runs")) {
			wait := row[1]
			require.True(t, wait == 0 || 10 <= wait && wait <= 300, "%d", wait)
			require.LessOrEqual(t, wait, max(10, 2*last))
			require.False(t, i == 0 && wait > 0, "the first restart is immediate")
			last = wait
		}
	})
}

type trace struct {
	RunSeconds json.RawMessage
	Restarts   []struct{ ExitAt, WaitedSeconds, RestartAt int }
}

// runs returns the length of each run: one for all, or one for each.
func (tr trace) runs(t *testing.T) []int {
	var each []int
	if json.Unmarshal(tr.RunSeconds, &each) == nil {
		return each
	}
	var all int
	require.NoError(t, json.Unmarshal(tr.RunSeconds, &all))
	for range tr.Restarts {
		each = append(each, all)
	}
	return each
}

// What the kubelet's own back-off computed.
func TestBackoffGolden(t *testing.T) {
	data, err := os.ReadFile("../../../shared/golden/controllers/backoff.json")
	if err != nil {
		t.Skip("the golden traces are not here: ", err)
	}
	var golden struct {
		CrashLoopBackOff struct {
			Traces     []trace
			MixedTrace trace
		}
	}
	require.NoError(t, json.Unmarshal(data, &golden))
	traces := append(golden.CrashLoopBackOff.Traces, golden.CrashLoopBackOff.MixedTrace)
	require.Greater(t, len(traces), 5)
	for _, tr := range traces {
		var want [][3]int
		for _, r := range tr.Restarts {
			want = append(want, [3]int{r.ExitAt, r.WaitedSeconds, r.RestartAt})
		}
		require.Equal(t, want, restarts(tr.runs(t)), "runs of %s", tr.RunSeconds)
	}
}
