package app_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/cmd/wavetank/app"
)

// classes are the times of a timeline's events, by kind and event, each in order.
type classes map[string][]float64

// compared are the events that a timeline is judged by.
var compared = map[string][]string{
	"Pod":        {"created", "scheduled", "ready", "deleting", "deleted", "failed", "succeeded", "nominated", "preempted", "evicted"},
	"Node":       {"notready", "tainted", "ready", "untainted"},
	"ReplicaSet": {"created", "scaled"},
	"Deployment": {"condition", "scaled"},
}

func readClasses(t *testing.T, path string) classes {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	c := classes{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e struct {
			T           float64
			Kind, Event string
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &e))
		if e.T >= 0 && slices.Contains(compared[e.Kind], e.Event) {
			c[e.Kind+" "+e.Event] = append(c[e.Kind+" "+e.Event], e.T)
		}
	}
	for _, times := range c {
		slices.Sort(times)
	}
	return c
}

// scaling returns the steps in which ReplicaSets were scaled: which one, by order of appearance, and to what.
func scaling(t *testing.T, path string) []string {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	sets := map[string]int{}
	var steps []string
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e struct {
			T                  float64
			Kind, Event, Name  string
			Replicas, From, To int
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &e))
		if e.T < 0 || e.Kind != "ReplicaSet" || e.Event != "created" && e.Event != "scaled" {
			continue
		}
		name := filepath.Base(e.Name)
		if _, known := sets[name]; !known {
			sets[name] = len(sets)
		}
		steps = append(steps, fmt.Sprintf("%d: %d -> %d", sets[name], e.From, e.To+e.Replicas))
	}
	return steps
}

// gap is the largest distance between the k-th events of two timelines, infinite where they have not as many.
func gap(a, b []float64) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	worst := 0.0
	for i := range a {
		worst = max(worst, math.Abs(a[i]-b[i]))
	}
	return worst
}

// tolerance is what two timelines may differ by where the recorded runs do not differ by more, in seconds.
const tolerance = 0.25

// TestTimelinesAgreeWithRecordings: class by class, the k-th event comes when it came in the nearest recorded run, give or
// take what the runs differ by among themselves.
func TestTimelinesAgreeWithRecordings(t *testing.T) {
	const recordings = "../../../../shared/timelines"
	if _, err := os.Stat(recordings); err != nil {
		t.Skip("the recordings are not here: ../shared/timelines")
	}
	for _, scenario := range []string{"deploy", "rolling", "job", "sets", "preempt", "hpa", "drain", "nodefail", "backlog-200n-3000p-default"} {
		t.Run(scenario, func(t *testing.T) {
			dir, out := filepath.Join(recordings, scenario), t.TempDir()
			var stdout, stderr strings.Builder
			code := app.Main([]string{"timeline", dir, "-o", out}, strings.NewReader(""), &stdout, &stderr)
			require.Zero(t, code, stderr.String())
			simulated := readClasses(t, filepath.Join(out, "events.jsonl"))
			files, err := filepath.Glob(filepath.Join(dir, "run*.jsonl"))
			require.NoError(t, err)
			var runs []classes
			for _, f := range files {
				runs = append(runs, readClasses(t, f))
			}
			require.Condition(t, func() bool {
				return slices.ContainsFunc(files, func(f string) bool {
					return slices.Equal(scaling(t, filepath.Join(out, "events.jsonl")), scaling(t, f))
				})
			}, "the steps of the ReplicaSets are those of no recorded run")
			for class := range runs[0] {
				allowed, nearest := tolerance, math.Inf(1)
				for i, r := range runs {
					nearest = min(nearest, gap(simulated[class], r[class]))
					for _, other := range runs[i+1:] {
						if g := gap(r[class], other[class]); !math.IsInf(g, 1) {
							allowed = max(allowed, g)
						}
					}
				}
				require.LessOrEqual(t, nearest, allowed, "%s: %d events", class, len(simulated[class]))
			}
		})
	}
}
