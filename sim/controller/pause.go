package controller

import "github.com/wavetank/wavetank/sim"

// Pausable is something that can stand still and go on.
type Pausable interface{ Pause(paused bool) }

// Beside names what is part of the controller besides its queue, such as further loops: it stands still when the controller
// does, and goes on after it, in the order in which it is named.
func (c *Controller) Beside(parts ...Pausable) { c.beside = append(c.beside, parts...) }

// Pause stops the controller, or lets it go on. While it is paused it begins no reconcile and makes none of the calls of
// those that were under way; it goes on hearing the news. When it goes on it makes those calls, in order, and takes up what
// has been asked for meanwhile: each name once, however often it was.
func (c *Controller) Pause(paused bool) {
	c.paused = paused
	if !paused {
		held := c.held
		c.held = nil
		for _, ev := range held {
			c.engine.At(c.engine.Now(), sim.PhaseControl, ev)
		}
		c.wake()
	}
	for _, part := range c.beside {
		part.Pause(paused)
	}
}

// hold keeps an event for when the controller goes on, if it is paused.
func (c *Controller) hold(ev sim.Event) bool {
	if c.paused {
		c.held = append(c.held, ev)
	}
	return c.paused
}
