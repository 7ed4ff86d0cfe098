package nodelifecycle

import (
	"maps"
	"slices"

	"github.com/wavetank/wavetank/sim"
)

// finish ends a tick: the zones are judged once all nodes have been looked at, and what that asks for belongs to the tick
// too. The next tick comes a period after its end.
func (l *lifecycle) finish(now sim.Time) {
	if !l.judged {
		l.judged = true
		if stricken := l.judge(now); len(stricken) > 0 {
			l.look(now, stricken)
			return
		}
	}
	l.judged, l.last, l.ticks.base = false, now, now
	for _, name := range slices.Sorted(maps.Keys(l.troubled)) {
		h := l.troubled[name]
		if h.silent && !h.startup && h.renewed > l.begun {
			h.probe = l.ticks.atOrAfter(max(h.renewed, now+1))
		}
		if n := l.store.Node(name); n != nil {
			l.consider(now, n)
		}
	}
	l.wake(now)
}

// judge finds the states of the zones and sets the rates of their queues (handleDisruption, v1.36.3). It returns the nodes
// whose taints NoExecute are to be taken off, because no node of the cluster is ready any more.
func (l *lifecycle) judge(now sim.Time) (stricken []string) {
	keys := l.zoneKeys()
	states, allAre := map[zoneKey]ZoneState{}, true
	for _, key := range keys {
		z := l.zones[key]
		if z.nodes == 0 {
			continue
		}
		states[key] = l.cfg.ComputeZoneState(z.nodes, z.notReady)
		allAre = allAre && states[key] == FullDisruption
		if !z.seen {
			z.seen, z.state = true, Initial
		}
	}
	switch allWere := l.allWereDisrupted(keys); {
	case allAre && allWere:
	case allAre:
		l.stop(now, keys)
		return l.strike()
	case allWere:
		l.resume(now)
		l.setRates(now, keys, states, true)
	default:
		l.setRates(now, keys, states, false)
	}
	return nil
}

// allWereDisrupted tells whether the last tick found no node ready. Zones without nodes are forgotten.
func (l *lifecycle) allWereDisrupted(keys []zoneKey) bool {
	all := true
	for _, key := range keys {
		z := l.zones[key]
		switch {
		case !z.seen:
		case z.nodes == 0:
			z.seen = false
		default:
			all = all && z.state == FullDisruption
		}
	}
	return all
}

// stop ends all evictions.
func (l *lifecycle) stop(now sim.Time, keys []zoneKey) {
	for _, key := range keys {
		if z := l.zones[key]; z.seen {
			z.setRate(0, now)
			z.state = FullDisruption
		}
	}
}

// strike takes all nodes out of the queues and returns those that have a taint NoExecute. As in the real loop it is that
// of the node as the tick found it: what was tainted since then stays.
func (l *lifecycle) strike() []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(l.troubled)) {
		n, h := l.store.Node(name), l.troubled[name]
		if n == nil {
			continue
		}
		l.zone(n).forget(name)
		if h.tainted {
			h.stricken = true
			names = append(names, name)
		}
	}
	return names
}

// resume gives all nodes their full time again: while none was heard of, it was the controller that was cut off.
func (l *lifecycle) resume(now sim.Time) {
	for _, h := range l.troubled {
		h.probe = max(h.probe, now)
		h.renewed = min(h.renewed, l.begun) // seen by now
	}
}

// setRates sets the rates of the zones whose state has changed, or of all.
func (l *lifecycle) setRates(now sim.Time, keys []zoneKey, states map[zoneKey]ZoneState, all bool) {
	for _, key := range keys {
		z := l.zones[key]
		if state, has := states[key]; has && (all || state != z.state) {
			z.setRate(l.cfg.Rate(state, z.nodes), now)
			z.state = state
		}
	}
}
