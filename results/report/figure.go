package report

import (
	"image/color"
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// The size of a figure, and what is between its panels.
const (
	figureWidth   = 9 * vg.Inch
	panelHeight   = 2.3 * vg.Inch
	panelPadding  = 0.15 * vg.Inch
	legendHeight  = 0.26 * vg.Inch
	lineWidth     = 1.4  // points
	legendRoom    = 1.25 // viewers have other fonts, which may be wider
	legendEntries = 3    // side by side
	figureColumns = 800  // as many as can be told apart
)

// line is one quantity in a panel.
type line struct {
	name string
	data steps
}

// panel is one chart of a figure. All of them share the axis of time.
type panel struct {
	title string // of the axis: what, and in which unit
	lines []line
	share bool // 0..1, drawn in per cent from just below the least value up to 100
}

// span is a stretch of time.
type span struct{ from, to float64 }

// figure is charts above each other.
type figure struct {
	panels []panel
	window span
	faults []span // shaded
}

// Colours that the colour-blind tell apart too (Okabe and Ito, Color Universal Design, 2008), and the shade of faults.
var (
	colours = []color.Color{
		color.RGBA{G: 114, B: 178, A: 255}, color.RGBA{R: 230, G: 159, A: 255}, color.RGBA{G: 158, B: 115, A: 255},
		color.RGBA{R: 213, G: 94, A: 255}, color.RGBA{R: 204, G: 121, B: 167, A: 255}, color.RGBA{R: 86, G: 180, B: 233, A: 255},
	}
	shade = color.NRGBA{R: 214, G: 39, B: 40, A: 46}
)

// draw writes the figure as SVG.
func (f *figure) draw(w io.Writer) error {
	above := legendHeight
	for _, p := range f.panels {
		above = max(above, legendHeight*vg.Length((len(p.lines)+legendEntries-1)/legendEntries))
	}
	height := (panelHeight + above) * vg.Length(len(f.panels))
	canvas := vgsvg.New(figureWidth, height+panelPadding)
	page := draw.New(canvas)
	page.SetColor(color.White)
	page.Fill(page.Rectangle.Path())
	plots := make([][]*plot.Plot, len(f.panels))
	legends := make([][]entry, len(f.panels))
	for i := range f.panels {
		p, err := f.plot(i, &legends[i])
		if err != nil {
			return err
		}
		plots[i] = []*plot.Plot{p}
	}
	tiles := draw.Tiles{
		Rows: len(f.panels), Cols: 1, PadY: above,
		PadTop: above, PadBottom: panelPadding, PadLeft: panelPadding, PadRight: 3 * panelPadding,
	}
	for i, row := range plot.Align(plots, tiles, page) {
		plots[i][0].Draw(row[0])
		drawLegend(page, row[0], legends[i])
	}
	_, err := canvas.WriteTo(w)
	return err
}

// entry is a line of a legend.
type entry struct {
	name string
	line *plotter.Line
}

// drawLegend writes the names of a panel's lines above it.
func drawLegend(page, under draw.Canvas, entries []entry) {
	if len(entries) < 2 {
		return // the axis says it
	}
	start := under.Min.X + 0.6*vg.Inch
	x, y := start, under.Max.Y+legendHeight*vg.Length((len(entries)-1)/legendEntries)
	for i, e := range entries {
		if i > 0 && i%legendEntries == 0 {
			x, y = start, y-legendHeight
		}
		one := plot.NewLegend()
		one.Left, one.Top, one.YPosition, one.ThumbnailWidth = true, true, draw.PosCenter, 0.25*vg.Inch
		one.Add(e.name, e.line)
		c := page
		c.Min, c.Max = vg.Point{X: x, Y: y}, vg.Point{X: page.Max.X, Y: y + legendHeight - 3}
		one.Draw(c)
		x += legendRoom*one.Rectangle(c).Size().X + 0.2*vg.Inch
	}
}

// plot makes one chart.
func (f *figure) plot(i int, legend *[]entry) (*plot.Plot, error) {
	p := plot.New()
	what := f.panels[i]
	p.Y.Label.Text = what.title
	p.X.Min, p.X.Max = f.window.from, f.window.to
	p.X.Tick.Marker = plot.TickerFunc(timeTicks)
	f.scale(p, &what)
	for _, s := range f.faults {
		area, err := plotter.NewPolygon(plotter.XYs{{X: s.from, Y: p.Y.Min}, {X: s.to, Y: p.Y.Min}, {X: s.to, Y: p.Y.Max}, {X: s.from, Y: p.Y.Max}})
		if err != nil {
			return nil, err
		}
		area.Color, area.LineStyle.Width = shade, 0
		p.Add(area)
	}
	p.Add(plotter.NewGrid())
	for j, l := range what.lines { // what lies on another line is dashed, so that both are seen
		drawn, err := plotter.NewLine(f.corners(l.data, what.share))
		if err != nil {
			return nil, err
		}
		drawn.StepStyle, drawn.Width = plotter.PostStep, lineWidth
		drawn.Color, drawn.Dashes = colours[j%len(colours)], plotutil.Dashes(j)
		p.Add(drawn)
		*legend = append(*legend, entry{l.name, drawn})
	}
	if i == len(f.panels)-1 {
		p.X.Label.Text = "simulated time"
	}
	return p, nil
}

// scale sets the axis of a panel: from 0, or for shares from below the least of them.
func (f *figure) scale(p *plot.Plot, what *panel) {
	least, most := 1.0, 0.0
	for _, l := range what.lines {
		least, most = min(least, l.data.least()), max(most, l.data.most())
	}
	if what.share {
		p.Y.Min, p.Y.Max = 100*max(0, least-0.05*(1-least)-0.002), 100
		p.Y.Tick.Marker = plot.TickerFunc(shareTicks)
		return
	}
	p.Y.Min, p.Y.Max = 0, most*1.05
	if most == 0 {
		p.Y.Max = 1
	}
	p.Y.Tick.Marker = plot.TickerFunc(amountTicks)
}

// corners returns the points of a line within the window; the last value holds until its end.
func (f *figure) corners(data steps, share bool) plotter.XYs {
	data = data.thin(f.window.from, f.window.to, figureColumns)
	points := make(plotter.XYs, 0, len(data)+1)
	for _, p := range data {
		if share {
			p.Y *= 100
		}
		points = append(points, p)
	}
	if len(points) == 0 {
		points = append(points, plotter.XY{X: f.window.from})
	}
	return append(points, plotter.XY{X: f.window.to, Y: points[len(points)-1].Y})
}

// timeSteps are the distances between ticks of time, in seconds.
var timeSteps = []float64{
	0.001, 0.01, 0.1, 1, 5, 10, 30, 60, 300, 600, 1800, 3600, 2 * 3600, 6 * 3600, 12 * 3600, 86400, 2 * 86400, 7 * 86400, 30 * 86400, 365 * 86400,
}

// timeTicks puts at most nine ticks on an axis of time, at instants that people count in.
func timeTicks(from, to float64) []plot.Tick {
	step := timeSteps[len(timeSteps)-1]
	for _, s := range timeSteps {
		if (to-from)/s <= 9 {
			step = s
			break
		}
	}
	var ticks []plot.Tick
	for n := math.Ceil(from / step); n*step <= to && len(ticks) < 100; n++ {
		ticks = append(ticks, plot.Tick{Value: n * step, Label: clock(n * step)})
	}
	return ticks
}

// clock prints an instant without the units that are nought: 1d6h, 90s as 1m30s.
func clock(s float64) string {
	d := time.Duration(math.Round(s*1e6)) * time.Microsecond
	if d == 0 {
		return "0"
	}
	text := ""
	for _, u := range []struct {
		name string
		of   time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}} {
		if d >= u.of {
			text += strconv.FormatInt(int64(d/u.of), 10) + u.name
			d %= u.of
		}
	}
	if d > 0 {
		text += d.String()
	}
	return text
}

// shareSteps are the distances between ticks of shares, in per cent.
var shareSteps = []float64{0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20}

// shareTicks puts at most six ticks on an axis of per cent.
func shareTicks(from, to float64) []plot.Tick {
	i := slices.IndexFunc(shareSteps, func(s float64) bool { return (to-from)/s <= 5 })
	step := shareSteps[max(i, 0)]
	var ticks []plot.Tick
	for n := math.Ceil(from / step); n*step <= to+step/100; n++ {
		ticks = append(ticks, plot.Tick{Value: n * step, Label: amount(n * step)})
	}
	return ticks
}

// amountTicks puts about five ticks on an axis, with large numbers in thousands and millions.
func amountTicks(from, to float64) []plot.Tick {
	ticks := plot.DefaultTicks{}.Ticks(from, to)
	for i := range ticks {
		if ticks[i].Label != "" {
			ticks[i].Label = amount(ticks[i].Value)
		}
	}
	return ticks
}

func amount(v float64) string {
	unit := ""
	for _, u := range []string{"k", "M", "G", "T"} {
		if math.Abs(v) < 1000 {
			break
		}
		v, unit = v/1000, u
	}
	return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64) + unit
}
