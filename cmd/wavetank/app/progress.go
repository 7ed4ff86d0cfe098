package app

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/wavetank/wavetank/sim"
)

// progress shows on a terminal how far a run is. On anything else it shows nothing and costs nothing.
type progress struct {
	bar   *progressbar.ProgressBar
	sim   *simulation
	start time.Time
	seen  uint64
	shown time.Time
}

const (
	progressEvents   = 1 << 14                // events between two looks at the clock
	progressInterval = 100 * time.Millisecond // between two changes of the line
)

func newProgress(w io.Writer, s *simulation) *progress {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return &progress{}
	}
	p := &progress{sim: s, start: time.Now()}
	p.bar = progressbar.NewOptions64(s.expectedPods(), progressbar.OptionSetWriter(f), progressbar.OptionClearOnFinish(),
		progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true), progressbar.OptionSetWidth(20))
	s.engine.Observe(func(now sim.Time, _ sim.Event) {
		if p.seen++; p.seen%progressEvents == 0 {
			p.show(now)
		}
	})
	return p
}

func (p *progress) show(now sim.Time) {
	wall := time.Now()
	if wall.Sub(p.shown) < progressInterval {
		return
	}
	p.shown = wall
	rate := float64(p.seen) / wall.Sub(p.start).Seconds()
	p.bar.Describe(fmt.Sprintf("%v simulated, %.1fM events/s", now, rate/1e6))
	_ = p.bar.Set64(p.sim.podsDone()) // a bar that cannot be drawn is no reason to stop
}

func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
