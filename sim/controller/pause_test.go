package controller_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/controller"
)

// pauses pauses a controller from one second to another, of 10 ms each.
func pauses(p *probe, c *controller.Controller, from, to time.Duration) {
	p.engine.At(sim.Time(from), sim.PhaseWorld, at(func() { c.Pause(true) }))
	p.engine.At(sim.Time(to), sim.PhaseWorld, at(func() { c.Pause(false) }))
}

func TestPauseTakesUpTheBacklog(t *testing.T) {
	p, c := newProbe(controller.Options{Workers: 1}, nil)
	pauses(p, c, 5*ms, 50*ms)
	for _, when := range []sim.Time{1, 10, 20} {
		p.engine.At(when*sim.Time(ms), sim.PhaseWatch, at(func() { c.Enqueue(name("a")) }))
	}
	p.engine.At(sim.Time(30*ms), sim.PhaseWatch, at(func() { c.EnqueueAfter(name("b"), 5*ms) }))
	require.NoError(t, p.engine.Run(sim.Never))
	require.Equal(t, []string{"1ms sync a", "50ms sync a", "50ms sync b"}, p.log, "each name once")
	require.Zero(t, p.engine.Pending())
}

// A reconcile that is under way goes on where it was stopped; what it would have done meanwhile is done in order.
func TestPauseHoldsCalls(t *testing.T) {
	opts := controller.Options{CallLatency: func() time.Duration { return 10 * ms }}
	p, c := newProbe(opts, func(p *probe, n string, calls *controller.Calls) (controller.Result, error) {
		calls.Together(p.call("one "+n, nil), p.call("two "+n, nil))
		calls.Do(p.call("three "+n, nil))
		return controller.Result{}, nil
	})
	pauses(p, c, 5*ms, 100*ms)
	c.Enqueue(name("a"))
	require.NoError(t, p.engine.Run(sim.Never))
	require.Equal(t, []string{"0s sync a", "100ms one a", "100ms two a", "110ms three a"}, p.log)
}

// The instant matters: a controller that is paused in the instant in which it is asked does nothing.
func TestPauseAtOnce(t *testing.T) {
	p, c := newProbe(controller.Options{}, nil)
	c.Enqueue(name("a"))
	c.Pause(true)
	require.NoError(t, p.engine.Run(sim.Time(10*ms)))
	require.Empty(t, p.log)
	c.Pause(false)
	c.Pause(false)
	require.NoError(t, p.engine.Run(sim.Never))
	require.Equal(t, []string{"10ms sync a"}, p.log)
}

// part writes down when it is paused, and when it goes on.
type part struct {
	p    *probe
	name string
}

func (x part) Pause(paused bool) {
	what := " goes on"
	if paused {
		what = " stands still"
	}
	x.p.note("%s%s", x.name, what)
}

// What is part of a controller stands still with it.
func TestPauseOfParts(t *testing.T) {
	p, c := newProbe(controller.Options{Workers: 1}, nil)
	other := controller.New("other", p.engine, p.store, p, controller.Options{Workers: 1})
	c.Beside(other, part{p, "loop"})
	pauses(p, c, 5*ms, 50*ms)
	p.engine.At(sim.Time(10*ms), sim.PhaseWatch, at(func() { other.Enqueue(name("b")) }))
	require.NoError(t, p.engine.Run(sim.Never))
	require.Equal(t, []string{"5ms loop stands still", "50ms loop goes on", "50ms sync b"}, p.log)
}
