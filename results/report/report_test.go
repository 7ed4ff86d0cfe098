package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot/plotter"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// week records a made-up week in two zones: a day and night of load, and a zone that fails for a while on two days.
func week(t testing.TB, dir string, days int) {
	rec, err := results.NewRecorder(results.Config{Scenario: "week", Policy: "default", Seed: 1, Dir: dir, SampleEvery: 10 * time.Minute})
	require.NoError(t, err)
	engine := sim.New(1)
	store := cluster.NewStore(engine)
	store.Observe(rec.OnChange)
	create := func(o cluster.Object) { require.NoError(t, store.Create(o, cluster.ReasonCreated)) }
	for i := range 10 {
		create(&cluster.Node{ObjectMeta: named("", fmt.Sprintf("n%d", i)), Allocatable: cluster.Resources{MilliCPU: 8000}, Price: 0.25})
	}
	spec := (&cluster.PodSpec{Containers: []cluster.Container{{Requests: cluster.Resources{MilliCPU: 500}}}}).Complete()
	var pods []cluster.Key
	for i := range 12 {
		d := &cluster.Deployment{ObjectMeta: named("shop", fmt.Sprintf("svc-%02d", i)), Replicas: 3, Template: &cluster.PodTemplate{}}
		create(d)
		for j := range 3 {
			p := &cluster.Pod{ObjectMeta: named("shop", fmt.Sprintf("svc-%02d-%d", i, j)), Spec: spec, NodeName: fmt.Sprintf("n%d", (i*j+j)%10)}
			p.Owners = []cluster.OwnerReference{{Kind: "Deployment", Name: d.Name, UID: d.UID, Controller: true}}
			create(p)
			pods = append(pods, cluster.KeyOf(p))
		}
	}
	for _, key := range pods {
		require.NoError(t, store.EditPod(key, cluster.ReasonStarted, func(p *cluster.Pod) { p.Status.Phase, p.Status.Ready = cluster.Running, true }))
	}
	w := &weekly{t: t, rec: rec, engine: engine, store: store, pods: pods}
	for at := time.Duration(0); at < time.Duration(days)*24*time.Hour; at += 15 * time.Minute {
		w.quarter(at)
	}
	_, err = rec.Close(sim.Time(days)*sim.Time(24*time.Hour), results.Ending{Stopped: true})
	require.NoError(t, err)
}

func named(namespace, name string) cluster.ObjectMeta {
	return cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: namespace, Name: name}}
}

type weekly struct {
	t      testing.TB
	rec    *results.Recorder
	engine *sim.Engine
	store  *cluster.Store
	pods   []cluster.Key
	down   bool
}

// quarter is a quarter of an hour: the zone fails at 26 h and at 98 h, for 45 minutes.
func (w *weekly) quarter(at time.Duration) {
	require.NoError(w.t, w.engine.Run(sim.Time(at)))
	since := at % (72 * time.Hour)
	if fails := since >= 26*time.Hour && since < 26*time.Hour+45*time.Minute; fails != w.down {
		w.down = fails
		zone := []string{"n0", "n1", "n2", "n3"}
		w.rec.OnFault(results.FaultEvent{ID: 1 + int(at/(72*time.Hour)), Kind: "outage", Name: "zone a", Nodes: zone, At: sim.Time(at), Begin: fails})
		for _, n := range zone {
			require.NoError(w.t, w.store.EditNode(n, cluster.ReasonNodeDown, func(n *cluster.Node) { n.Down = fails }))
		}
		if !fails {
			require.NoError(w.t, w.store.EditPod(w.pods[1], cluster.ReasonUpdated, func(p *cluster.Pod) { p.Status.Ready = !p.Status.Ready }))
		}
	}
	for i := range 4 {
		rps := 400 + 350*math.Sin(at.Hours()/24*2*math.Pi+float64(i))
		v := &results.ServiceInterval{
			Service: cluster.NamespacedName{Namespace: "shop", Name: fmt.Sprintf("svc-%02d", i)}, From: sim.Time(at), To: sim.Time(at + 15*time.Minute),
			Requests: rps * 900, Slow: rps / 10, Response: 0.02, P99: 0.2, Endpoints: 3, Serving: 3, Objective: results.Objective{Latency: 0.5, Target: 0.999},
		}
		if w.down {
			v.Errors, v.Serving = v.Requests/3, 2
		}
		w.rec.OnService(v)
	}
}

func TestReport(t *testing.T) {
	dir := os.Getenv("WAVETANK_REPORT_DIR") // to look at the figures
	if dir == "" {
		dir = t.TempDir()
	}
	week(t, dir, 7)
	names, err := Write(dir)
	require.NoError(t, err)
	require.Equal(t, []string{results.ReportFile, results.FaultSVG, results.AvailabilitySVG, results.LoadSVG, results.PodsSVG, results.NodesSVG}, names)
	first := map[string][]byte{}
	for _, name := range names {
		first[name] = read(t, dir, name)
		require.NoFileExists(t, filepath.Join(dir, name+".tmp"))
	}
	for _, name := range names[1:] {
		requireXML(t, first[name])
		require.Less(t, len(first[name]), 1<<20)
	}
	page := string(first[results.ReportFile])
	for _, want := range []string{"# week, default, seed 1\n", "![Load](load.svg)", "![Around fault 1](fault.svg)", "fault 1  zone a outage  at 1d2h0m0s for 45m0s: 4 nodes", "Shaded: the times of faults."} {
		require.Contains(t, page, want)
	}
	_, err = Write(dir)
	require.NoError(t, err)
	for _, name := range names {
		require.Equal(t, first[name], read(t, dir, name), "the same results give the same bytes")
	}
}

func read(t testing.TB, dir, name string) []byte {
	data, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	return data
}

func requireXML(t testing.TB, data []byte) {
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
	}
}

// TestReportWithoutSamples: there is a page all the same, and no figure of an earlier run beside it.
func TestReportWithoutSamples(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, results.SummaryFile), []byte(`{"kind":"wavetank.run/v1","partial":true,"partialReason":"interrupted"}`), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, results.LoadSVG), nil, 0o644))
	names, err := Write(dir)
	require.NoError(t, err)
	require.Equal(t, []string{results.ReportFile}, names)
	require.NoFileExists(t, filepath.Join(dir, results.LoadSVG))
	page := string(read(t, dir, results.ReportFile))
	require.Contains(t, page, "# A run, seed 0\n\n**Partial results: interrupted.**\n")
	require.Contains(t, page, "There are no figures")
}

func TestReportErrors(t *testing.T) {
	_, err := Write(t.TempDir())
	require.ErrorContains(t, err, "summary.json")
	const header = "t,exists,up,ready,price\n"
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "nodes.csv:1: the header is missing"},
		{"other columns", "t,exists,up\n", "nodes.csv:1: the columns are t,exists,up, which is not"},
		{"a time in another form", header + "1.0,1,1,1,0\n", `nodes.csv:2: t: "1.0" is not the shortest form`},
		{"no number", header + "0,1,1,1,0\n1,1,x,1,0\n", `nodes.csv:3: up: "x" is not a number from 0 to 1e+18`},
		{"not to be drawn", header + "0,1,1,1,Inf\n", `nodes.csv:2: price: "Inf" is not`},
		{"negative", header + "0,-1,1,1,0\n", `nodes.csv:2: exists: "-1" is not`},
		{"too short", header + "0,1\n", "wrong number of fields"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, results.SummaryFile), []byte(`{"kind":"wavetank.run/v1"}`), 0o644))
			require.NoError(t, os.WriteFile(filepath.Join(dir, results.NodesFile), []byte(c.text), 0o644))
			_, err := Write(dir)
			require.ErrorContains(t, err, c.want)
			require.NoFileExists(t, filepath.Join(dir, results.ReportFile))
		})
	}
}

// FuzzRows: whatever a file holds, it is drawn or refused.
func FuzzRows(f *testing.F) {
	f.Add("t,exists,up,ready,price\n0,1,1,1,0.5\n60,2,2,1,1\n")
	f.Add("t,exists,up,ready,price\n9223372036,1e18,0,0,1e-300\n")
	f.Add("t,exists,up,ready,price\n-5,1,1,1,0\n-5,0,0,0,0\n")
	f.Fuzz(func(t *testing.T, text string) {
		read, err := parseRows("nodes.csv", results.NodesFile, strings.NewReader(text))
		if err != nil || len(read.rows) == 0 {
			return
		}
		g := figure{panels: nodes(read.rows), window: wholeRun(&results.Summary{}, map[string]samples{results.NodesFile: read})}
		require.NoError(t, g.draw(io.Discard))
	})
}

// TestMerged: the sums of many things are those of adding up what each was last.
func TestMerged(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var rows []row
		for _, of := range []string{"a", "b", "c"} {
			at := 0.0
			for range rapid.IntRange(0, 8).Draw(rt, "rows") {
				rows = append(rows, row{at, of, []float64{float64(rapid.IntRange(0, 9).Draw(rt, "value"))}})
				at += float64(rapid.IntRange(1, 3).Draw(rt, "pause"))
			}
		}
		before := -1.0
		merged(rows, func(at float64, sums []float64) {
			require.Greater(rt, at, before)
			before = at
			want := map[string]float64{}
			for _, r := range rows {
				if r.at <= at {
					want[r.of] = r.figures[0]
				}
			}
			require.InDelta(rt, want["a"]+want["b"]+want["c"], sums[0], 1e-9)
		})
	})
}

// TestThin: a thinned line has the same first, last, least and greatest value, and few points.
func TestThin(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var s steps
		for i := range rapid.IntRange(1, 500).Draw(rt, "points") {
			s.add(float64(i), float64(rapid.IntRange(0, 50).Draw(rt, "value")))
		}
		thin := s.thin(0, 500, 10)
		require.LessOrEqual(rt, len(thin), 4*11)
		require.Equal(rt, []float64{s.least(), s.most()}, []float64{thin.least(), thin.most()})
		require.Equal(rt, []plotter.XY{s[0], s[len(s)-1]}, []plotter.XY{thin[0], thin[len(thin)-1]})
	})
	var s steps
	s.add(1, 1)
	s.add(1, 2)
	s.add(2, 2)
	require.Equal(t, steps{{X: 1, Y: 2}}, s)
}

// TestBegun: what comes before the first whole state is left out, but for what never was whole.
func TestBegun(t *testing.T) {
	require.Equal(t, steps{{X: 2, Y: 1}, {X: 3, Y: 0.5}}, begun(steps{{X: 0, Y: 0}, {X: 1, Y: 0.3}, {X: 2, Y: 1}, {X: 3, Y: 0.5}}))
	require.Equal(t, steps{{X: 0, Y: 0}, {X: 1, Y: 0.3}}, begun(steps{{X: 0, Y: 0}, {X: 1, Y: 0.3}}))
	require.Empty(t, begun(nil))
}

func TestClock(t *testing.T) {
	for _, c := range []struct {
		at   float64
		want string
	}{{0, "0"}, {90, "1m30s"}, {3600, "1h"}, {93600, "1d2h"}, {604800, "7d"}, {0.25, "250ms"}, {86430, "1d30s"}} {
		require.Equal(t, c.want, clock(c.at))
	}
	require.Equal(t, "1.5k", amount(1500))
	require.Equal(t, "12M", amount(12e6))
	require.Equal(t, "0.5", amount(0.5))
	for _, to := range []float64{0.01, 1, 59, 3600, 86400, 7 * 86400, 400 * 86400, 1e9} {
		ticks := timeTicks(0, to)
		require.True(t, len(ticks) >= 2 && len(ticks) <= 40, "%v: %d", to, len(ticks))
	}
}
