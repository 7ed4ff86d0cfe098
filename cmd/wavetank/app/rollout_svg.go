package app

import (
	"errors"
	"fmt"
	"image/color"
	"io"
	"os"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/wavetank/wavetank/results/replay"
)

// The size of the figure, and the space between its panels.
const (
	figureWidth  = 8 * vg.Inch
	panelHeight  = 2.2 * vg.Inch
	panelPadding = 0.15 * vg.Inch
	legendHeight = 0.2 * vg.Inch // of each line
	lineWidth    = 1.6           // points
)

// writeRolloutSVG draws a history to a file, under a temporary name until it is whole.
func writeRolloutSVG(path string, h *replay.History) error {
	f, err := os.Create(path + ".tmp")
	if err != nil {
		return fmt.Errorf("--svg: %w", err)
	}
	err = drawRollout(f, h)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("--svg: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// drawRollout draws the names of the ReplicaSets, one below the other, and under them one panel for each measure. Equal
// histories give equal bytes.
func drawRollout(w io.Writer, h *replay.History) error {
	legend := plot.NewLegend()
	legend.Left, legend.Top, legend.YPosition = true, true, draw.PosCenter
	panels := make([][]*plot.Plot, len(measures))
	for i := range measures {
		p, err := rolloutPanel(h, i, &legend)
		if err != nil {
			return err
		}
		panels[i] = []*plot.Plot{p}
	}
	head := legendHeight*vg.Length(len(h.Revisions)+1) + panelPadding
	canvas := vgsvg.New(figureWidth, head+panelHeight*vg.Length(len(measures)))
	page := draw.New(canvas)
	page.SetColor(color.White)
	page.Fill(page.Rectangle.Path())
	under := draw.Crop(page, 0, 0, 0, -head)
	tiles := draw.Tiles{Rows: len(measures), Cols: 1, PadY: panelPadding, PadTop: panelPadding, PadBottom: panelPadding, PadLeft: panelPadding, PadRight: 2 * panelPadding}
	for i, row := range plot.Align(panels, tiles, under) {
		panels[i][0].Draw(row[0])
	}
	legend.Draw(draw.Crop(page, panelPadding, 0, 0, -panelPadding))
	_, err := canvas.WriteTo(w)
	return err
}

// rolloutPanel draws one measure. The first panel fills the legend, the last one names the time.
func rolloutPanel(h *replay.History, number int, legend *plot.Legend) (*plot.Plot, error) {
	m, most := measures[number], mostPods(h)
	p := plot.New()
	p.Y.Label.Text = m.name
	p.X.Min, p.X.Max = h.From.Seconds(), h.To.Seconds()
	p.Y.Min, p.Y.Max = 0, float64(most)
	p.Y.Tick.Marker = plot.TickerFunc(wholePods)
	p.Add(plotter.NewGrid())
	for i, r := range h.Revisions {
		line, err := plotter.NewLine(stepsOf(h, r, m.of))
		if err != nil {
			return nil, err
		}
		line.StepStyle = plotter.PostStep
		line.Width = lineWidth
		line.Color = plotutil.Color(i)
		line.Dashes = plotutil.Dashes(i)
		p.Add(line)
		if number == 0 {
			legend.Add("replicaset/"+r.Name, line)
		}
	}
	if number == len(measures)-1 {
		p.X.Label.Text = "simulated time (s)"
	}
	return p, nil
}

// stepsOf returns the corners of a line: where it begins, each step, and where it ends.
func stepsOf(h *replay.History, r *replay.Revision, measure func(replay.Counts) int) plotter.XYs {
	var points plotter.XYs
	if r.Steps[0].At <= h.From {
		points = append(points, plotter.XY{X: h.From.Seconds(), Y: float64(measure(r.At(h.From)))})
	}
	for _, s := range r.Steps {
		if s.At > h.From && s.At <= h.To {
			points = append(points, plotter.XY{X: s.At.Seconds(), Y: float64(measure(s.Counts))})
		}
	}
	return append(points, plotter.XY{X: h.To.Seconds(), Y: float64(measure(r.At(h.To)))})
}

// wholePods puts about five ticks on an axis of pods, at whole numbers.
func wholePods(_, most float64) []plot.Tick {
	step := max(1, int(most+4)/5)
	var ticks []plot.Tick
	for n := 0; n <= int(most); n += step {
		ticks = append(ticks, plot.Tick{Value: float64(n), Label: strconv.Itoa(n)})
	}
	return ticks
}
