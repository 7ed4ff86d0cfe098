package clusterautoscaler

import "github.com/wavetank/wavetank/sim"

// Pause stops the autoscaler, or lets it go on. While it is paused it does not scan, and the removals of nodes that are under
// way go no further; it goes on hearing the news. When it goes on it takes up those removals, in order, and scans at the next
// instant of its grid.
func (a *Autoscaler) Pause(paused bool) {
	if a.paused == paused {
		return
	}
	a.paused = paused
	if paused {
		return
	}
	held := a.held
	a.held = nil
	for _, ev := range held {
		a.engine.At(a.engine.Now(), sim.PhaseControl, ev)
	}
	a.scanAt(a.engine.Now())
}

// hold keeps an event for when the autoscaler goes on, if it is paused.
func (a *Autoscaler) hold(ev sim.Event) bool {
	if a.paused {
		a.held = append(a.held, ev)
	}
	return a.paused
}
