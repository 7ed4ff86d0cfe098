package results

import "github.com/wavetank/wavetank/scheduler/framework"

// decisionTally counts decisions.
type decisionTally struct {
	total, placed, errors, preemptions int

	tried       int // pods with at least one decision
	maxAttempts int
}

// count takes in a decision; live is nil if the pod has ended meanwhile.
func (t *decisionTally) count(d *framework.Decision, live *livePod) {
	t.total++
	switch {
	case d.Placed():
		t.placed++
	case d.Err != "":
		t.errors++
	}
	if len(d.Evict) > 0 {
		t.preemptions++
	}
	if live == nil {
		return
	}
	live.attempts++
	if live.attempts == 1 {
		t.tried++
	}
	t.maxAttempts = max(t.maxAttempts, live.attempts)
}

func (t *decisionTally) summary(victims int) DecisionCounts {
	s := DecisionCounts{
		Total: t.total, Placed: t.placed, Unschedulable: t.total - t.placed - t.errors, Errors: t.errors,
		MaxAttempts: t.maxAttempts, Preemptions: t.preemptions, Victims: victims,
	}
	if t.tried > 0 {
		s.MeanAttempts = float64(t.total) / float64(t.tried)
	}
	return s
}
