package kubelet

import (
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// prober says when a probe of one run of a container comes to its verdicts. The container answers in [up, down), and
// probes are sent at base plus whole periods, from the first that is not before from. As both are known when the run
// begins, no probe has to be sent one by one: only verdicts are events (the schedule and the counting are those of
// pkg/kubelet/prober/worker.go: run, doProbe, v1.36).
type prober struct {
	probe    cluster.Probe
	base     sim.Time
	from     sim.Time
	up, down sim.Time
	response time.Duration // of an answer
}

// newProber returns the prober of a run that began at start. Before the app is up, its port refuses; afterwards one that
// hangs, or answers too late, costs the timeout.
func newProber(p *cluster.Probe, base, from, start sim.Time, b *Behaviour) prober {
	w := prober{probe: p.WithDefaults(), base: base, response: b.Response, up: start.Add(b.Startup), down: sim.Never}
	w.from = max(from, start.Add(p.InitialDelay))
	if b.HangAfter > 0 {
		w.down = start.Add(b.HangAfter)
	}
	if b.Response >= w.probe.Timeout {
		w.down = w.up
	}
	if w.tick(max(w.from, w.up)) >= w.down { // never asked while it answers
		w.down = min(w.down, w.up)
		w.up = sim.Never
	}
	return w
}

// tick returns the first probe that is not before t.
func (w *prober) tick(t sim.Time) sim.Time {
	if t == sim.Never {
		return t
	}
	if t <= w.base {
		return w.base
	}
	periods := (t.Sub(w.base) + w.probe.Period - 1) / w.probe.Period
	return w.base.Add(periods * w.probe.Period)
}

// later returns the time of the nth probe, counted from one, of those that begin with first.
func (w *prober) later(first sim.Time, nth int) sim.Time {
	return first.Add(time.Duration(nth-1) * w.probe.Period)
}

// passes returns when the container has answered often enough, sim.Never if it will not.
func (w *prober) passes() sim.Time {
	last := w.later(w.tick(max(w.from, w.up)), w.probe.SuccessThreshold)
	if last >= w.down {
		return sim.Never
	}
	return last.Add(w.response)
}

// fails returns when the container has failed to answer often enough, sim.Never if it will not.
func (w *prober) fails() sim.Time {
	early := w.later(w.tick(w.from), w.probe.FailureThreshold)
	if early < w.up {
		return w.seen(early)
	}
	return w.seen(w.later(w.tick(max(w.from, w.down)), w.probe.FailureThreshold))
}

// failsAgain returns when a container that has passed fails.
func (w *prober) failsAgain() sim.Time {
	return w.seen(w.later(w.tick(w.down), w.probe.FailureThreshold))
}

// seen returns when the failure of a probe is known.
func (w *prober) seen(probe sim.Time) sim.Time {
	if probe < w.down || probe == sim.Never {
		return probe
	}
	return probe.Add(w.probe.Timeout)
}
