package hpa

import (
	"time"

	"github.com/wavetank/wavetank/sim"
)

// recommendation is what the metrics once asked for, before it was stabilized.
type recommendation struct {
	replicas int
	at       sim.Time
}

// scaleEvent is a change of the replicas that an autoscaler has made.
type scaleEvent struct {
	change int // absolute
	at     sim.Time
}

// history is what the controller remembers of one autoscaler. What is too old to count is overwritten, not removed, as
// upstream's: the order of what is kept is part of the algorithm.
type history struct {
	recommendations []recommendation
	ups, downs      []scaleEvent
}

// begin records the size at which an autoscaler first finds its target (recordInitialRecommendation), so that the first
// sync does not shrink it. It is older than what the metrics ask for, which are read after it: windows of 0 end between.
func (h *history) begin(now sim.Time, current int) {
	if h.recommendations == nil {
		h.recommendations = append(h.recommendations, recommendation{current, now - 1})
	}
}

// record keeps a recommendation in the place of the one at index old, or at the end if old is negative.
func (h *history) record(now sim.Time, replicas, old int) {
	if old >= 0 {
		h.recommendations[old] = recommendation{replicas, now}
		return
	}
	h.recommendations = append(h.recommendations, recommendation{replicas, now})
}

// highest returns the largest recommendation within the window, this one included, and records it
// (stabilizeRecommendation).
func (h *history) highest(now sim.Time, replicas int, window time.Duration) int {
	cutoff, most, old := now.Add(-window), replicas, -1
	for i, r := range h.recommendations {
		if r.at < cutoff {
			old = i
		} else {
			most = max(most, r.replicas)
		}
	}
	h.record(now, replicas, old)
	return most
}

// stabilized keeps the replicas between the lowest recommendation of the window upwards and the highest of the window
// downwards, and records this one (stabilizeRecommendationWithBehaviors).
func (h *history) stabilized(now sim.Time, current, replicas int, up, down time.Duration) int {
	upCutoff, downCutoff := now.Add(-up), now.Add(-down)
	lowest, highest, old := replicas, replicas, -1
	for i, r := range h.recommendations {
		if r.at > upCutoff {
			lowest = min(lowest, r.replicas)
		}
		if r.at > downCutoff {
			highest = max(highest, r.replicas)
		}
		if r.at < upCutoff && r.at < downCutoff {
			old = i
		}
	}
	h.record(now, replicas, old)
	return min(max(current, lowest), highest)
}

// changed returns by how many replicas events have scaled within a period (getReplicasChangePerPeriod).
func changed(events []scaleEvent, now sim.Time, period time.Duration) int {
	cutoff, total := now.Add(-period), 0
	for _, e := range events {
		if e.at > cutoff {
			total += e.change
		}
	}
	return total
}

// scaled records that the target was scaled. Events older than the longest period of a policy are no longer needed
// (storeScaleEvent, markScaleEventsOutdated).
func (h *history) scaled(now sim.Time, from, to int, up, down *rules) {
	if to > from {
		h.ups = remember(h.ups, scaleEvent{to - from, now}, up.longest)
		return
	}
	h.downs = remember(h.downs, scaleEvent{from - to, now}, down.longest)
}

func remember(events []scaleEvent, e scaleEvent, longest time.Duration) []scaleEvent {
	cutoff, old := e.at.Add(-longest), -1
	for i := range events {
		if events[i].at < cutoff {
			old = i
		}
	}
	if old >= 0 {
		events[old] = e
		return events
	}
	return append(events, e)
}
