package app

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/guptarohit/asciigraph"

	"github.com/wavetank/wavetank/results/replay"
	"github.com/wavetank/wavetank/sim"
)

const (
	chartColumns = 72 // with the axis, the chart fits a terminal of 80
	chartLines   = 10 // at most; fewer where there are fewer pods
	chartTicks   = 5
)

// rolloutChart draws a history for a terminal: one panel for each measure, one letter for each ReplicaSet. Letters and not
// colours, so that it reads the same in a file.
func rolloutChart(w io.Writer, h *replay.History) {
	fmt.Fprintf(w, "deployment/%s in %s, from %v to %v\n", h.Name.Name, h.Name.Namespace, h.From, h.To)
	for i, r := range h.Revisions {
		fmt.Fprintf(w, "  %s  %s\n", letter(i), r.Name)
	}
	for _, m := range measures {
		fmt.Fprintf(w, "\n%s\n%s\n", m.name, panel(h, m.of))
	}
}

// letter names the i-th ReplicaSet; after z comes a again.
func letter(i int) string { return string(rune('a' + i%26)) }

func panel(h *replay.History, measure func(replay.Counts) int) string {
	most := mostPods(h)
	var series [][]float64
	var marks []asciigraph.CharSet
	for i, r := range h.Revisions {
		series = append(series, sampled(h, r, measure))
		marks = append(marks, asciigraph.CreateCharSet(letter(i)))
	}
	return asciigraph.PlotMany(series, asciigraph.Height(min(most, chartLines)), asciigraph.LowerBound(0), asciigraph.UpperBound(float64(most)),
		asciigraph.SeriesChars(marks...), asciigraph.YAxisValueFormatter(pods),
		asciigraph.XAxisRange(h.From.Seconds(), h.To.Seconds()), asciigraph.XAxisTickCount(chartTicks), asciigraph.XAxisValueFormatter(clock))
}

// sampled is a measure at the instant of each column; before the ReplicaSet was there, there is nothing to draw.
func sampled(h *replay.History, r *replay.Revision, measure func(replay.Counts) int) []float64 {
	values := make([]float64, chartColumns)
	for i := range values {
		at := h.From + (h.To-h.From)/(chartColumns-1)*sim.Time(i)
		if i == chartColumns-1 {
			at = h.To
		}
		values[i] = float64(measure(r.At(at)))
		if at < r.Steps[0].At {
			values[i] = math.NaN()
		}
	}
	return values
}

func pods(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// clock labels an instant to a tenth of a second, short enough to stand under its tick.
func clock(seconds float64) string {
	return time.Duration(seconds * float64(time.Second)).Round(100 * time.Millisecond).String()
}
