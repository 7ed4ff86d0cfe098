package results

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

func TestConfigIsChecked(t *testing.T) {
	_, err := NewRecorder(Config{SampleEvery: -time.Second, Dir: "x"})
	require.EqualError(t, err, "results: sampleEvery: -1s is negative")
	_, err = NewRecorder(Config{Events: true})
	require.EqualError(t, err, "results: events, samples and decisions need an output folder")
}

// TestWithoutFolder: the summary alone costs no file.
func TestWithoutFolder(t *testing.T) {
	w := newWorld(t, Config{})
	w.addNode(makeNode("n", 1000, 0))
	w.addPod(makePod("a", makeSpec(500)))
	w.at(2 * time.Second)
	w.bind("a", "n", 0)
	s := w.close("")
	require.Equal(t, 2.0, s.Wait.Max)
	require.Equal(t, 1, s.Pods.Running)
}

func TestEmptyRun(t *testing.T) {
	dir := t.TempDir()
	w := newWorld(t, Config{Dir: dir, Events: true, SampleEvery: time.Hour})
	s := w.close("")
	require.Equal(t, s, mustReadSummary(t, dir))
	require.Equal(t, podHeader(), w.file(PodsFile))
	require.Equal(t, 2, strings.Count(w.file(SeriesFile), "\n"), "a header and the sample at 0")
	require.Empty(t, w.file(EventsFile))
	require.Empty(t, s.Lost)
	require.NotContains(t, w.file(SummaryFile), "null", "lists are lists even if they are empty")
}

// TestLateRecorder: a recorder that missed the beginning would count wrongly, so it refuses.
func TestLateRecorder(t *testing.T) {
	w := newWorld(t, Config{})
	w.addPod(makePod("a", makeSpec(1)))
	late := newWorld(t, Config{})
	require.PanicsWithValue(t, "results: change 1: pod default/a (uid 1) was never added", func() {
		late.rec.OnChange(&cluster.Change{Seq: 1, Verb: cluster.Modified, Old: w.pod("a"), New: w.pod("a")})
	})
	late.rec.advance(5)
	require.PanicsWithValue(t, "results: time went back from 5ns to 4ns", func() { late.rec.advance(4) })
}

// TestMomentaryStates: what does not last is no peak. A pod placed in its instant was never pending; but what remains at
// the end counts.
func TestMomentaryStates(t *testing.T) {
	w := newWorld(t, Config{})
	w.addNode(makeNode("n", 1000, 0))
	w.addPod(makePod("a", makeSpec(700)))
	w.bind("a", "n", 0)
	w.at(time.Second)
	w.addPod(makePod("b", makeSpec(600)))
	w.bind("b", "n", 0) // before a's end in the same instant, as nobody but a test would do
	w.end("a", cluster.Succeeded, "")
	require.Equal(t, 700, int(w.rec.use.resources[resourceCPU].peak))
	w.addPod(makePod("c", makeSpec(1)))
	s := w.close("")
	require.Equal(t, 1, s.PeakPending)
	require.Equal(t, int64(700), s.Resources[0].PeakAllocated)
}

// TestMemoryFollowsLivePods: the recorder forgets pods that ended.
func TestMemoryFollowsLivePods(t *testing.T) {
	w := newWorld(t, Config{})
	w.addNode(makeNode("n", 1000, 0))
	spec := makeSpec(1)
	for i := range 1000 {
		w.addPod(makePod(podName(i), spec))
		w.bind(podName(i), "n", 0)
		w.end(podName(i), cluster.Succeeded, "")
		w.remove(podName(i), cluster.ReasonCleanedUp)
	}
	require.Empty(t, w.rec.pods.live)
	require.Len(t, w.rec.pods.free, 1)
	require.Equal(t, 1000, w.close("").Pods.Completed)
}

func TestNodesAreForgotten(t *testing.T) {
	w := newWorld(t, Config{})
	w.addNode(makeNode("n", 1000, 0))
	w.addPod(makePod("a", makeSpec(1)))
	w.bind("a", "n", 0)
	w.at(1)
	require.NoError(t, w.store.Delete(cluster.KeyOf(w.store.Node("n")), cluster.ReasonDeleted))
	require.Len(t, w.rec.use.nodes, 1, "its pod is still there")
	w.remove("a", cluster.ReasonNodeLost)
	require.Empty(t, w.rec.use.nodes)
	require.Zero(t, w.rec.use.resources[resourceCPU].allocated)
	require.Zero(t, w.rec.use.resources[resourceCPU].allocatable)
}

// TestResize: a pod whose spec changes on its node counts with what it asks for now; so does a node.
func TestResize(t *testing.T) {
	w := newWorld(t, Config{})
	w.addNode(makeNode("n", 1000, 0))
	w.addPod(makePod("a", makeSpec(100)))
	w.bind("a", "n", 0)
	w.at(time.Second)
	w.edit("a", cluster.ReasonUpdated, func(p *cluster.Pod) { p.Spec = makeSpec(300) })
	w.editNode("n", cluster.ReasonUpdated, func(n *cluster.Node) { n.Allocatable.MilliCPU = 2000 })
	w.at(2 * time.Second)
	s := w.close(PartialUntil)
	require.Equal(t, 200.0, s.Resources[0].MeanAllocated)
	require.Equal(t, 1500.0, s.Resources[0].MeanAllocatable)
}

// TestDecisionOfGonePod: a decision about a pod that ended meanwhile counts, but for no pod.
func TestDecisionOfGonePod(t *testing.T) {
	dir := t.TempDir()
	w := newWorld(t, Config{Dir: dir, Events: true})
	w.addPod(makePod("a", makeSpec(1)))
	key := w.key("a")
	w.remove("a", cluster.ReasonWithdrawn)
	w.rec.OnDecision(&framework.Decision{Pod: key})
	s := w.close("")
	require.Equal(t, DecisionCounts{Total: 1, Unschedulable: 1}, s.Decisions)
	require.NotContains(t, w.file(EventsFile), "unschedulable")
}

func TestPartial(t *testing.T) {
	dir := t.TempDir()
	w := newWorld(t, Config{Dir: dir})
	w.addPod(makePod("a", makeSpec(1)))
	w.at(3 * time.Second)
	s := w.close(PartialInterrupted)
	require.True(t, s.Partial)
	require.Equal(t, 3.0, s.Window.To, "the window reaches to the end of the run")
	require.Contains(t, w.file(SummaryFile), `"partial": true,`+"\n"+`  "partialReason": "interrupted",`)
	require.Equal(t, 3.0, s.NeverScheduledWait.Max)
}

func TestManifest(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "input.csv", "a,b\n")
	input, err := HashInput("traces/input.csv", filepath.Join(dir, "input.csv"))
	require.NoError(t, err)
	type scenario struct {
		Name  string `yaml:"name"`
		Until string `yaml:"until"`
	}
	rec, err := NewRecorder(Config{Dir: dir})
	require.NoError(t, err)
	m := &Manifest{Version: "v0.1.0", Seed: 3, Scenario: scenario{"quickstart", "1h"}, Inputs: []Input{input}}
	_, err = rec.Close(0, Ending{EventLogHash: 0xabc, StoreHash: 0xdef, Manifest: m, Partial: "interrupted"})
	require.NoError(t, err)
	data, err := os.ReadFile(filepath.Join(dir, ManifestFile))
	require.NoError(t, err)
	require.Equal(t, `version: v0.1.0
seed: 3
scenario:
  name: quickstart
  until: 1h
inputs:
  - path: traces/input.csv
    sha256: 5be08c9684a1d25efcee09318204824278b08bbfb4aef973ffefd0b9d7478313
    bytes: 4
partial: interrupted
eventLogHash: 0000000000000abc
storeHash: 0000000000000def
digest: `+Digest(0xabc, 0xdef)+"\n", string(data))
	back, err := ReadManifest(dir)
	require.NoError(t, err)
	require.Equal(t, m.Inputs, back.Inputs)
	require.Equal(t, map[string]any{"name": "quickstart", "until": "1h"}, back.Scenario)
	require.Empty(t, m.Digest, "the caller's manifest is not changed")
}

func TestHashInputOfNothing(t *testing.T) {
	_, err := HashInput("x", filepath.Join(t.TempDir(), "x"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestDigestTellsHashesApart(t *testing.T) {
	require.Len(t, Digest(1, 2), 16)
	require.NotEqual(t, Digest(1, 2), Digest(2, 1))
	require.NotEqual(t, Digest(1, 2), Digest(1, 3))
}

func TestReadingBackIsStrict(t *testing.T) {
	dir := t.TempDir()
	read := func(text string) error {
		write(t, dir, SummaryFile, text)
		_, err := ReadSummary(dir)
		return err
	}
	require.NoError(t, read(`{"kind":"wavetank.run/v1","seed":1}`))
	require.ErrorContains(t, read(`{"kind":"wavetank.run/v1","sede":1}`), `unknown field "sede"`)
	require.ErrorContains(t, read(`{"kind":"wavetank.run/v1"} x`), "summary.json")
	require.ErrorContains(t, read(`{"kind":"wavetank.run/v9"}`), `kind "wavetank.run/v9" is not "wavetank.run/v1"`)
	require.ErrorContains(t, read(`{`), `kind "" is not`)
	write(t, dir, ManifestFile, "versoin: 1\n")
	_, err := ReadManifest(dir)
	require.ErrorContains(t, err, "manifest.yaml: yaml: unmarshal errors:\n  line 1: field versoin not found")
	write(t, dir, WallclockFile, `{"second":1}`)
	_, err = ReadWallclock(dir)
	require.ErrorContains(t, err, `unknown field "second"`)

	empty := t.TempDir()
	_, err = ReadSummary(empty)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = ReadManifest(empty)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = ReadWallclock(empty)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestWallclock(t *testing.T) {
	dir := t.TempDir()
	w := NewWallclock(&Summary{Events: 300, Decisions: DecisionCounts{Total: 30}}, 1500*time.Millisecond, 1<<20)
	require.Equal(t, &Wallclock{Seconds: 1.5, EventsPerSecond: 200, DecisionsPerSecond: 20, PeakMemoryBytes: 1 << 20}, w)
	require.NoError(t, w.Write(dir))
	require.Equal(t, []string{WallclockFile}, listing(t, dir))
	back, err := ReadWallclock(dir)
	require.NoError(t, err)
	require.Equal(t, w, back)
	require.Zero(t, NewWallclock(&Summary{Events: 1}, 0, 0).EventsPerSecond, "no rate without time")
}

func TestMetric(t *testing.T) {
	s := &Summary{Wait: Distribution{P99: 12}, Resources: []ResourceUse{{Name: "cpu", Unit: UnitMilliCPU, Utilisation: 0.5}}}
	m, known := s.Metric("wait.p99")
	require.True(t, known)
	require.Equal(t, Metric{"wait.p99", UnitSeconds, 12}, m)
	m, known = s.Metric("cpu.utilisation")
	require.True(t, known)
	require.Equal(t, Metric{"cpu.utilisation", UnitShare, 0.5}, m)
	_, known = s.Metric("wait.p98")
	require.False(t, known)
	names := map[string]bool{}
	for _, m := range s.Metrics() {
		require.False(t, names[m.Name], "%s twice", m.Name)
		names[m.Name] = true
	}
}

// TestLongJump: idle time costs nothing but its samples, and the clock's end is no trap for the next sample.
func TestLongJump(t *testing.T) {
	dir := t.TempDir()
	w := newWorld(t, Config{Dir: dir, SampleEvery: time.Duration(sim.Never - 1)})
	w.addPod(makePod("a", makeSpec(1)))
	_, err := w.rec.Close(sim.Never-1, Ending{})
	require.NoError(t, err)
	require.Equal(t, 3, strings.Count(w.file(SeriesFile), "\n"))
}
