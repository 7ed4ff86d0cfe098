package results

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// history is a random history: a list of lines that world.act understands. It keeps to what a cluster can do.
type history struct {
	lines   []string
	now     time.Duration
	pods    int
	waiting []string
	placed  []string
	nodes   []string
	down    map[string]bool
}

func (h *history) do(format string, args ...any) {
	h.lines = append(h.lines, h.now.String()+" "+fmt.Sprintf(format, args...))
}

// take removes one of a list at random; "" if there is none.
func take(t *rapid.T, from *[]string) string {
	if len(*from) == 0 {
		return ""
	}
	i := rapid.IntRange(0, len(*from)-1).Draw(t, "which")
	name := (*from)[i]
	*from = slices.Delete(*from, i, i+1)
	return name
}

func drawHistory(t *rapid.T) *history {
	h := &history{down: map[string]bool{}, now: time.Duration(rapid.IntRange(0, 5).Draw(t, "start"))}
	for i := range rapid.IntRange(1, 3).Draw(t, "nodes") {
		name := fmt.Sprintf("n%d", i)
		h.nodes = append(h.nodes, name)
		h.do("node %s cpu=%d gpus=%d", name, 1000+i, i)
	}
	for range rapid.IntRange(0, 60).Draw(t, "steps") {
		h.now += time.Duration(rapid.SampledFrom([]int{0, 0, 1, 7, 1_000_000_000}).Draw(t, "pause"))
		h.step(t)
	}
	return h
}

func (h *history) step(t *rapid.T) {
	switch rapid.SampledFrom([]string{"pod", "pod", "bind", "bind", "succeed", "fail", "remove", "withdraw", "try", "flip"}).Draw(t, "step") {
	case "pod":
		name := podName(h.pods)
		h.pods++
		h.waiting = append(h.waiting, name)
		h.do("pod %s cpu=%d devices=1 milli=%d", name, rapid.IntRange(0, 900).Draw(t, "cpu"), rapid.IntRange(1, 999).Draw(t, "milli"))
	case "bind":
		if name := take(t, &h.waiting); name != "" {
			h.do("bind %s node=%s gpus=1", name, rapid.SampledFrom(h.nodes).Draw(t, "node"))
			h.do("start %s", name)
			h.placed = append(h.placed, name)
		}
	case "succeed":
		h.ending(take(t, &h.placed), "succeed %s")
	case "fail":
		h.ending(take(t, &h.placed), "fail %s reason=Error")
	case "remove":
		h.ending(take(t, &h.placed), "remove %s reason=NodeLost")
	case "withdraw":
		h.ending(take(t, &h.waiting), "remove %s reason=Withdrawn")
	case "try":
		if len(h.waiting) > 0 {
			h.do("unschedulable %s because=full", h.waiting[0])
		}
	case "flip":
		node := rapid.SampledFrom(h.nodes).Draw(t, "node")
		h.down[node] = !h.down[node]
		h.do("%s %s", map[bool]string{true: "down", false: "up"}[h.down[node]], node)
	}
}

func (h *history) ending(name, format string) {
	if name != "" {
		h.do(format, name)
	}
}

// play plays a history, with the clock shifted.
func (h *history) play(t testing.TB, cfg Config, shift time.Duration) *world {
	w := newWorld(t, cfg)
	for _, line := range h.lines {
		f := strings.Fields(line)
		f[0] = (duration(t, f[0]) + shift).String()
		w.act(f)
	}
	return w
}

// TestConservation: every submitted pod has exactly one row, and the counts of the summary are those of the rows.
func TestConservation(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		h := drawHistory(rt)
		w := h.play(t, Config{Dir: dir}, 0)
		s := w.close("")
		rows := w.rows()
		require.Len(rt, rows, h.pods)
		names := map[string]bool{}
		counts, waits := PodCounts{Submitted: h.pods}, []float64{}
		for _, row := range rows {
			names[row.Name] = true
			tallyRow(&counts, &row)
			if d, placed := row.Wait(); placed {
				waits = append(waits, d.Seconds())
			}
		}
		require.Len(rt, names, h.pods, "each pod has a row of its own")
		require.Equal(rt, counts, s.Pods)
		require.Equal(rt, s.Pods.Submitted, s.Pods.Completed+s.Pods.Failed+s.Pods.Deleted+s.Pods.Running+s.Pods.Pending)
		require.Equal(rt, len(waits), s.Wait.Count)
		require.Equal(rt, plainQuantile(waits, 0.9), s.Wait.P90)
		requireSorted(rt, rows)
	})
}

func tallyRow(c *PodCounts, row *PodRow) {
	for outcome, n := range map[Outcome]*int{
		Completed: &c.Completed, Failed: &c.Failed, Deleted: &c.Deleted, Running: &c.Running, Pending: &c.Pending,
	} {
		if row.Outcome == outcome {
			*n++
		}
	}
	if row.Placed() {
		c.Scheduled++
	} else {
		c.NeverScheduled++
	}
}

// plainQuantile is the smallest value that at least the share p of the sample does not exceed, found by trying.
func plainQuantile(sample []float64, p float64) float64 {
	best := math.Inf(1)
	for _, candidate := range sample {
		below := 0
		for _, v := range sample {
			if v <= candidate {
				below++
			}
		}
		if float64(below) >= p*float64(len(sample)) {
			best = min(best, candidate)
		}
	}
	if len(sample) == 0 {
		return 0
	}
	return best
}

// requireSorted checks that rows come in the order of ending, those alive last and by name.
func requireSorted(t require.TestingT, rows []PodRow) {
	require.True(t, slices.IsSortedFunc(rows, func(a, b PodRow) int {
		if a.Finished != b.Finished {
			return int(min(1, max(-1, spanOf(b.Finished, a.Finished))))
		}
		if a.Finished == never {
			return strings.Compare(a.Name, b.Name)
		}
		return 0
	}))
}

// TestUtilisation: the integrals are those that a dumb recomputation from the rows comes to, where no node fails.
func TestUtilisation(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		h := drawHistory(rt)
		h.lines = slices.DeleteFunc(h.lines, func(l string) bool { return strings.Contains(l, " down ") || strings.Contains(l, " up ") })
		w := h.play(t, Config{Dir: dir}, 0)
		s := w.close(PartialUntil)
		var cpu, gpu, capacity float64
		for _, row := range w.rows() {
			if row.Placed() {
				held := float64(min(row.Finished, w.store.Now()) - row.Scheduled)
				cpu += held * float64(row.MilliCPU)
				gpu += held * float64(row.MilliGPU)
			}
		}
		for i := range h.nodes {
			capacity += float64(1000 + i)
		}
		span := math.Round(nanosPerSecond*s.Window.To) - math.Round(nanosPerSecond*s.Window.From)
		if h.pods == 0 || span == 0 {
			require.Zero(rt, s.Resources[0].Utilisation)
			return
		}
		requireClose(rt, cpu/(capacity*span), s.Resources[0].Utilisation)
		requireClose(rt, cpu/span, s.Resources[0].MeanAllocated)
		if len(s.Resources) > 2 {
			requireClose(rt, gpu/span, s.Resources[2].MeanAllocated)
		}
	})
}

func requireClose(t require.TestingT, want, got float64) {
	require.InDelta(t, want, got, 1e-9*max(1, math.Abs(want)))
}

// TestUtilisationOverFailures: with failing nodes too, the sums are those of stepping through the history change by
// change and counting everything anew.
func TestUtilisationOverFailures(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := drawHistory(rt)
		w := newWorld(t, Config{})
		var used, usable float64
		var peak int64
		submitted := false
		for _, line := range h.lines {
			f := strings.Fields(line)
			span := float64(sim.Time(duration(t, f[0])) - w.store.Now())
			if allocated, allocatable := recount(w.store); submitted && span > 0 {
				used += span * float64(allocated)
				usable += span * float64(allocatable)
				peak = max(peak, allocated)
			}
			w.act(f)
			submitted = submitted || f[1] == "pod"
		}
		allocated, _ := recount(w.store)
		s := w.close(PartialInterrupted)
		require.Equal(rt, max(peak, allocated), s.Resources[0].PeakAllocated)
		if usable > 0 {
			requireClose(rt, used/usable, s.Resources[0].Utilisation)
		}
	})
}

// recount counts the cpu of a cluster from nothing.
func recount(s *cluster.Store) (allocated, allocatable int64) {
	for _, o := range s.List(cluster.KindNode) {
		if n := o.(*cluster.Node); !n.Down {
			allocatable += n.Allocatable.MilliCPU
		}
	}
	for _, o := range s.List(cluster.KindPod) {
		p := o.(*cluster.Pod)
		if n := s.Node(p.NodeName); n != nil && !n.Down && !p.Terminal() {
			allocated += p.Spec.Requests().MilliCPU
		}
	}
	return allocated, allocatable
}

// TestShift: a run that happens later has the same results, later.
func TestShift(t *testing.T) {
	const shift = 1234567890123 * time.Nanosecond
	early, late := t.TempDir(), t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		h := drawHistory(rt)
		a := h.play(t, Config{Dir: early}, 0)
		b := h.play(t, Config{Dir: late}, shift)
		sa, sb := a.close(""), b.close("")
		sa.Window, sb.Window = Window{}, Window{}
		require.Equal(rt, sa, sb)
		rows := a.rows()
		for i := range rows {
			for _, at := range []*sim.Time{&rows[i].Submitted, &rows[i].Scheduled, &rows[i].Started, &rows[i].Finished} {
				*at = at.Add(shift)
			}
		}
		require.Equal(rt, rows, b.rows())
	})
}

// TestDeterminism: the same history leaves the same bytes, and samples are as many as time has passed.
func TestDeterminism(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		h := drawHistory(rt)
		cfg := Config{Dir: first, Events: true, SampleEvery: time.Second}
		a := h.play(t, cfg, 0)
		cfg.Dir = second
		b := h.play(t, cfg, 0)
		a.close("")
		b.close("")
		names := listing(t, first)
		require.Equal(rt, []string{EventsFile, PodsFile, SummaryFile, SeriesFile}, names)
		for _, name := range names {
			require.Equal(rt, a.file(name), b.file(name), name)
		}
		samples := strings.Count(a.file(SeriesFile), "\n") - 1
		require.Equal(rt, 1+int(time.Duration(a.store.Now())/time.Second), samples)
	})
}

// TestEventsAreJSON: every line is an object with the four fields of a timeline, whatever the names look like.
func TestEventsAreJSON(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.String().Draw(rt, "text")
		want, err := json.Marshal(text)
		require.NoError(rt, err)
		var fromUs, fromThem string
		require.NoError(rt, json.Unmarshal(append(appendEscaped([]byte(`"`), text), '"'), &fromUs))
		require.NoError(rt, json.Unmarshal(want, &fromThem))
		require.Equal(rt, fromThem, fromUs)
	})
}

// TestEscapeBytes goes beyond strings that are UTF-8.
func TestEscapeBytes(t *testing.T) {
	for _, text := range []string{"plain", "", "\x00\x1f\n\t\r\"\\", "\xff", "a\xc3", "\xe2\x82", "ü\xff€", "\u2028", "\x7f"} {
		var got string
		line := append(appendEscaped([]byte(`"`), text), '"')
		require.NoError(t, json.Unmarshal(line, &got), "%q", line)
		var want bytes.Buffer
		for _, r := range text {
			want.WriteRune(r) // a loop over a string makes U+FFFD of what is not UTF-8, byte by byte
		}
		require.Equal(t, want.String(), got)
	}
}
