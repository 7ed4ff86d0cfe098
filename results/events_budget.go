package results

import (
	"strconv"

	"github.com/wavetank/wavetank/sim/cluster"
)

// budget writes the lines of a PodDisruptionBudget: what it asks for, and what its status says.
func (l *eventLog) budget(c *cluster.Change, old, b *cluster.PodDisruptionBudget) {
	event := "created"
	if old != nil {
		event = "changed"
	}
	if old == nil || !sameBound(old.MinAvailable, b.MinAvailable) || !sameBound(old.MaxUnavailable, b.MaxUnavailable) {
		l.object(c, event)
		l.bound("minAvailable", b.MinAvailable)
		l.bound("maxUnavailable", b.MaxUnavailable)
		l.end()
	}
	if old == nil {
		old = &cluster.PodDisruptionBudget{}
	}
	if old.DisruptionsAllowed != b.DisruptionsAllowed || old.CurrentHealthy != b.CurrentHealthy ||
		old.DesiredHealthy != b.DesiredHealthy || len(old.DisruptedPods) != len(b.DisruptedPods) {
		l.counts(c, tallied{"allowed", int(b.DisruptionsAllowed)}, tallied{"healthy", b.CurrentHealthy},
			tallied{"desired", b.DesiredHealthy}, tallied{"disrupted", len(b.DisruptedPods)}, tallied{"expected", b.ExpectedPods})
	}
	l.conditions(c, old.Conditions, b.Conditions)
}

func sameBound(a, b *cluster.IntOrPercent) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// bound writes a number of pods or a percentage, nothing where none is stated.
func (l *eventLog) bound(key string, v *cluster.IntOrPercent) {
	if v == nil {
		return
	}
	text := strconv.Itoa(v.Value)
	if v.Percent {
		text += "%"
	}
	l.text(key, text)
}
