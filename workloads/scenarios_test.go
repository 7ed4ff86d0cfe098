package workloads

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// experiment is a scenario that was built, and the facts of its workload.
type experiment struct {
	nodes, gpus int
	capacity    int64 // milli-CPU
	pods        int
	cpuSeconds  float64 // what the pods ask for, over their run times
	last        sim.Time
}

func prepare(t *testing.T, file string, tracesDir string) experiment {
	t.Helper()
	s, err := Load(file)
	require.NoError(t, err)
	engine := sim.New(s.Seed)
	store := cluster.NewStore(engine)
	err = s.BuildNodes(store, Paths{Traces: tracesDir})
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the trace is not shipped: %v", err)
	}
	require.NoError(t, err)
	var e experiment
	for _, o := range store.List(cluster.KindNode) {
		n := o.(*cluster.Node)
		e.nodes++
		e.gpus += n.GPUs
		e.capacity += n.Allocatable.MilliCPU
	}
	w, err := s.OpenWorkload(engine, Paths{Traces: tracesDir})
	require.NoError(t, err)
	for next, ok := w.Next(); ok; next, ok = w.Next() {
		e.pods++
		e.last = next.At
		e.cpuSeconds += float64(next.Pod.Spec.Requests().MilliCPU) / 1000 * next.Pod.RunTime.Seconds()
	}
	require.NoError(t, w.Err())
	require.NoError(t, w.Close())
	return e
}

// load is what the pods ask for of the cores, from the first to the last arrival.
func (e experiment) load() float64 {
	return e.cpuSeconds / e.last.Seconds() / (float64(e.capacity) / 1000)
}

func TestQuickstart(t *testing.T) {
	e := prepare(t, "scenarios/quickstart.yaml", "")
	require.Equal(t, 20, e.nodes)
	require.Equal(t, 2000, e.pods)
	require.InDelta(t, 0.7, e.load(), 0.05, "as its comment says")
}

func TestQueueScenarios(t *testing.T) {
	one := prepare(t, "scenarios/mm1.yaml", "")
	require.Equal(t, 1, one.nodes)
	require.InDelta(t, 0.7, one.load(), 0.02)
	four := prepare(t, "scenarios/mmc.yaml", "")
	require.Equal(t, 4, four.nodes)
	require.InDelta(t, 0.8, four.load(), 0.02)
}

func TestMillion(t *testing.T) {
	text, err := os.ReadFile("scenarios/million.yaml")
	require.NoError(t, err)
	require.Equal(t, int64(5_000_000), decode(t, string(text)).Workload[0].Synthetic.Count)
	// Its first hundredth says enough about the load.
	file := filepath.Join(t.TempDir(), "x.yaml")
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(text), "count: 5000000", "count: 50000", 1)), 0o600))
	e := prepare(t, file, "")
	require.Equal(t, 1000, e.nodes)
	require.InDelta(t, 0.7, e.load(), 0.03)
}

func TestSample(t *testing.T) {
	e := prepare(t, "scenarios/sample.yaml", "../traces/data")
	require.Equal(t, 60, e.nodes)
	require.Equal(t, 64, e.gpus)
	require.Equal(t, 1200, e.pods)
}

func TestOpenb(t *testing.T) {
	e := prepare(t, "scenarios/openb.yaml", "../../shared/traces")
	require.Equal(t, experiment{nodes: 1523, gpus: 6212, capacity: 125_514_000, pods: 8152, cpuSeconds: e.cpuSeconds, last: e.last}, e)
	cut := prepare(t, "scenarios/openb-cut.yaml", "../../shared/traces")
	require.Equal(t, 18, cut.nodes)
	require.Equal(t, 64, cut.gpus)
	require.Equal(t, 8152, cut.pods)
}

func TestEveryScenarioFile(t *testing.T) {
	files, err := filepath.Glob("scenarios/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			s, err := Load(file)
			require.NoError(t, err)
			require.Equal(t, strings.TrimSuffix(filepath.Base(file), ".yaml"), s.Name)
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(string(text), "# "), "it says what it shows")
			require.Contains(t, string(text), "What it shows:")
			twin := again(t, s)
			s.origin = origin{}
			require.Equal(t, s, twin)
		})
	}
}

// The README names every key, and its example is a scenario.
func TestReadme(t *testing.T) {
	text := readme(t)
	s := decode(t, full)
	keys := 0
	for _, m := range regexp.MustCompile(`(?m)^[ -]*([A-Za-z-]+):( |$)`).FindAllStringSubmatch(marshal(t, s), -1) {
		if key := m[1]; key != "pool" && key != "empty" { // labels of the example's own
			require.True(t, strings.Contains(text, "`"+key+"`"), "README.md does not say what %s is", key)
			keys++
		}
	}
	require.Greater(t, keys, 60)
	examples := 0
	for i, block := range strings.Split(text, "```") {
		if body, ok := strings.CutPrefix(block, "yaml\n"); ok && i%2 == 1 {
			decode(t, body)
			examples++
		}
	}
	require.Positive(t, examples)
}

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	return string(text)
}
