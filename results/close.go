package results

import (
	"maps"
	"slices"

	"github.com/wavetank/wavetank/sim"
)

// Close ends the recording at now: it writes the rows of the pods that are still alive, so that every pod has exactly
// one, computes the summary, and gives all files their names. On an error none of the run's files remains. Results of an
// earlier run stay as they were unless it is the giving of names that fails. The recorder is of no more use.
func (r *Recorder) Close(now sim.Time, end Ending) (*Summary, error) {
	r.advance(now)
	r.lasted(0) // the state at the end counts for the peaks: it is what remains
	if r.out.series != nil {
		r.sampleUntil(now.Add(1))
	}
	if r.out.services != nil {
		r.out.services.finish(r.services.list)
	}
	if (end.Partial != "" || end.Stopped) && r.pods.submitted > 0 {
		r.use.mark()
		r.pods.last = now
	}
	for _, live := range r.pods.alive() {
		row := aliveRow(live)
		r.pods.count(&row, now)
		r.out.row(&row)
	}
	s := r.summary(&end)
	r.finishLoad(now)
	r.summarizeLoad(s, now)
	return s, r.out.finish(s, end.finishedManifest())
}

// Discard ends the recording without results: all its files are removed, and results of an earlier run are as they were.
// After Close it does nothing, so that it may be deferred.
func (r *Recorder) Discard() { r.out.discard() }

func (r *Recorder) summary(end *Ending) *Summary {
	p := &r.pods
	s := &Summary{
		Kind: SummaryKind, Scenario: r.cfg.Scenario, Policy: r.cfg.Policy, Seed: r.cfg.Seed,
		Partial: end.Partial != "", PartialReason: end.Partial,
		Window:   Window{From: seconds(int64(p.first)), To: seconds(int64(p.last))},
		Makespan: seconds(max(0, spanOf(p.first, p.lastEnd))),
		Pods:     p.counts(), Lost: p.reasons(), PeakPending: p.peakPending,
		Wait: describe(p.waits), NeverScheduledWait: describe(p.unplacedWait),
		Nodes: r.use.mostUp, Resources: r.use.summary(spanOf(p.first, p.last)),
		Decisions: r.decisions.summary(p.victims),
		Events:    end.Events, Changes: r.changes,
		EventLogHash: hexHash(end.EventLogHash), StoreHash: hexHash(end.StoreHash),
		Digest: Digest(end.EventLogHash, end.StoreHash),
	}
	return s
}

func (e *Ending) finishedManifest() *Manifest {
	if e.Manifest == nil {
		return nil
	}
	m := e.Manifest.finish(e)
	return &m
}

func (c *census) counts() PodCounts {
	return PodCounts{
		Submitted: c.submitted, Scheduled: c.scheduled, NeverScheduled: c.submitted - c.scheduled,
		Completed: c.outcomes[Completed], Failed: c.outcomes[Failed], Deleted: c.outcomes[Deleted],
		Running: c.outcomes[Running], Pending: c.outcomes[Pending],
	}
}

// reasons returns the counts of pods that ended without completing, sorted by reason.
func (c *census) reasons() []ReasonCount {
	counts := make([]ReasonCount, 0, len(c.lost))
	for _, reason := range slices.Sorted(maps.Keys(c.lost)) {
		counts = append(counts, ReasonCount{Reason: reason, Pods: c.lost[reason]})
	}
	return counts
}
