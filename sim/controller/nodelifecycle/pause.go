package nodelifecycle

import (
	"maps"
	"slices"
)

// Pause implements controller.Pausable: no tick and no pass begins while the controller stands still. When it goes on it
// finds the leases that were renewed meanwhile, and counts the silence of their nodes from then: what it did not see it does
// not hold against a node (tryUpdateNodeHealth, v1.36.3: probeTimestamp is when the controller saw a renewal).
func (l *lifecycle) Pause(paused bool) {
	now := l.engine.Now()
	if paused {
		if !l.paused {
			l.paused, l.pausedAt = true, now
		}
		return
	}
	if !l.paused {
		return
	}
	l.paused = false
	for _, name := range slices.Sorted(maps.Keys(l.troubled)) {
		h := l.troubled[name]
		if h.silent && !h.startup && h.renewed >= l.pausedAt {
			h.probe = l.ticks.atOrAfter(max(h.renewed, now))
		}
		if n := l.store.Node(name); n != nil {
			l.consider(now, n)
		}
	}
	l.wake(now)
}
