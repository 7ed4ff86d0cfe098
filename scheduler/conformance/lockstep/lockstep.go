package lockstep

import (
	"fmt"
	"time"

	"github.com/wavetank/wavetank/scheduler/conformance/verdict"
)

// epoch is later than the start of any pod of a generated cluster, and long past.
var epoch = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

// Step is one decision by both schedulers.
type Step struct {
	Pod         string
	Reference   verdict.Verdict
	Differences []string // none: the schedulers agree
}

// Run lets both schedulers decide the pods in order and returns the steps; only the last may hold differences. An
// error is one of the reference; an error of the tested scheduler is a difference.
func Run(pods []string, reference, tested verdict.Scheduler) ([]Step, error) {
	w := walk{reference: reference, tested: tested, retried: make(map[string]bool)}
	for w.queue = pods; len(w.queue) > 0; {
		pod := w.queue[0]
		w.queue = w.queue[1:]
		step, err := w.step(pod)
		if err != nil {
			return w.steps, fmt.Errorf("reference: %w", err)
		}
		w.steps = append(w.steps, step)
		if len(step.Differences) > 0 {
			return w.steps, nil
		}
	}
	return w.steps, nil
}

type walk struct {
	reference, tested verdict.Scheduler
	queue             []string
	retried           map[string]bool // pods that preempted and are, or were, tried again
	steps             []Step
}

func (w *walk) step(pod string) (Step, error) {
	s := Step{Pod: pod}
	var err error
	if s.Reference, err = w.reference.Decide(pod); err != nil {
		return s, err
	}
	got, err := w.tested.Decide(pod)
	if err != nil {
		s.Differences = []string{"error: " + err.Error()}
		return s, nil
	}
	if s.Differences = verdict.Diff(s.Reference, got); len(s.Differences) > 0 {
		return s, nil
	}
	return s, w.apply(&s, got)
}

// apply carries out the tested scheduler's decision on both sides.
func (w *walk) apply(s *Step, got verdict.Verdict) error {
	var do func(verdict.Scheduler) error
	switch {
	case len(got.Best) > 0:
		node, started := chosen(got), epoch.Add(time.Duration(len(w.steps))*time.Minute)
		do = func(on verdict.Scheduler) error { return on.Assume(s.Pod, node, started) }
	case got.Preemption != nil:
		w.retry(s.Pod)
		do = func(on verdict.Scheduler) error {
			return on.Preempt(s.Pod, got.Preemption.Node, got.Preemption.Victims)
		}
	default:
		return nil
	}
	if err := do(w.tested); err != nil {
		s.Differences = []string{"error: " + err.Error()}
	}
	return do(w.reference)
}

func chosen(v verdict.Verdict) string {
	if v.Chosen != "" {
		return v.Chosen
	}
	return v.Best[0]
}

// retry puts a pod that preempted behind the next one, so that one pod meets its nomination.
func (w *walk) retry(pod string) {
	if w.retried[pod] {
		return
	}
	w.retried[pod] = true
	next := min(1, len(w.queue))
	queue := append([]string{}, w.queue[:next]...)
	w.queue = append(append(queue, pod), w.queue[next:]...)
}
