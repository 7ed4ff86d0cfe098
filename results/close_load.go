package results

import (
	"cmp"
	"slices"

	"github.com/wavetank/wavetank/sim"
)

// listedFaults is how many faults a summary lists one by one: of more the worst.
const listedFaults = 20

// finishLoad counts what held until the end of the run.
func (r *Recorder) finishLoad(now sim.Time) {
	r.avail.elapse(now)
	for _, w := range r.avail.list {
		w.lasted(now)
	}
	r.closeFaults()
	var open []*faultTally
	for _, f := range r.faults.list {
		if f.closedAt == never {
			open = append(open, f)
		}
	}
	r.services.settle(open)
	for _, w := range r.avail.list {
		for _, l := range w.losses {
			l.fault.lost = l.fault.lost.plus(w.total.lost.since(l.lost))
			l.fault.phantom = l.fault.phantom.plus(w.total.phantom.since(l.phantom))
		}
	}
	for _, p := range r.pools.byName {
		p.elapse(now)
	}
}

// summarizeLoad fills in what is there where workloads, services, faults or prices are.
func (r *Recorder) summarizeLoad(s *Summary, now sim.Time) {
	s.Workloads = r.avail.summary()
	s.Services = r.services.summary()
	s.Faults, s.FaultTotals = r.faults.summary(&r.services)
	s.Autoscaling = r.avail.scalings(now)
	if r.pools.named || len(s.Services) > 0 {
		s.Cost = r.cost(s, now)
	}
}

func (a *availability) summary() []WorkloadSummary {
	var list []WorkloadSummary
	for _, w := range a.sorted() {
		list = append(list, w.summary())
	}
	return list
}

// sorted returns the workloads by kind and name.
func (a *availability) sorted() []*workload {
	list := slices.Clone(a.list)
	slices.SortFunc(list, func(a, b *workload) int {
		return cmp.Or(cmp.Compare(a.kind.String(), b.kind.String()), a.name.Compare(b.name))
	})
	return list
}

func (w *workload) summary() WorkloadSummary {
	t := w.total.since(&w.before)
	from := w.created
	if w.complete {
		from = w.from
	}
	s := WorkloadSummary{
		Kind: w.kind.String(), Namespace: w.name.Namespace, Name: w.name.Name, NeverComplete: !w.complete,
		From: seconds(int64(from)), To: seconds(int64(max(from, w.to))), Seconds: seconds(t.wanted),
		Shortages: w.short.count, ShortageSeconds: seconds(t.wanted - t.enough),
		LongestShortage: seconds(w.short.longest), LongestAt: seconds(int64(w.short.longestAt)),
		WorstServing: w.short.worst.serving, WorstDesired: w.short.worst.desired, WorstAt: seconds(int64(w.short.worstAt)),
		LostReplicaSeconds: t.lost.seconds(), PhantomReplicaSeconds: t.phantom.seconds(),
	}
	if t.wanted > 0 {
		s.Desired = t.desired.float() / float64(t.wanted)
		s.Some, s.Enough = float64(t.some)/float64(t.wanted), float64(t.enough)/float64(t.wanted)
		s.Serving, s.Claimed = t.served.float()/t.desired.float(), t.claimed.float()/t.desired.float()
	}
	return s
}

func (t *services) summary() []ServiceSummary {
	list := slices.Clone(t.list)
	slices.SortFunc(list, func(a, b *serviceTally) int { return a.name.Compare(b.name) })
	var all []ServiceSummary
	for _, s := range list {
		all = append(all, s.summary())
	}
	return all
}

func (s *serviceTally) summary() ServiceSummary {
	sum := ServiceSummary{
		Namespace: s.name.Namespace, Name: s.name.Name, From: seconds(int64(s.from)), To: seconds(int64(s.to)),
		Requests: s.requests, Errors: s.errors, Slow: s.slow, Availability: s.good(),
		WorstP99: s.worstP99, WorstP99At: seconds(int64(s.worstP99At)), UsedCPUHours: s.milliSeconds / 1000 / 3600,
	}
	if s.answered > 0 {
		sum.Response, sum.P99 = s.response/s.answered, s.p99/s.answered
	}
	if s.seconds > 0 {
		sum.ResponseTime, sum.P99Time = s.responseTime/s.seconds, s.p99Time/s.seconds
	}
	if span := seconds(spanOf(s.from, s.to)); span > 0 {
		sum.Endpoints, sum.Serving = s.endpoints/span, s.servingSpan/span
	}
	if s.objective.Target > 0 {
		sum.Objective = s.held()
	}
	return sum
}

// good returns the share of requests that were answered, and in time.
func (s *serviceTally) good() float64 {
	if s.requests <= 0 {
		return 1
	}
	return min(1, max(0, 1-(s.errors+s.slow)/s.requests))
}

// held holds the service against its objective.
func (s *serviceTally) held() *ObjectiveSummary {
	bad := s.errors + s.slow
	o := &ObjectiveSummary{Latency: s.objective.Latency, Target: s.objective.Target, Met: s.good() >= s.objective.Target, Budget: s.budget()}
	if o.Budget > 0 {
		o.Consumed = bad / o.Budget
	}
	if bad > o.Budget {
		if at, ran := s.spent.reached(o.Budget); ran {
			o.RanOut = optional(seconds(int64(at)))
		}
	}
	if allowed := 1 - s.objective.Target; allowed > 0 {
		s.hour.finish(s.to)
		s.minutes.finish(s.to)
		o.Burn1h, o.Burn1hEnd = s.hour.worst/allowed, seconds(int64(s.hour.worstEnd))
		o.Burn5m, o.Burn5mEnd = s.minutes.worst/allowed, seconds(int64(s.minutes.worstEnd))
	}
	return o
}

// budget is how many bad requests the objective allows, 0 where there is none.
func (s *serviceTally) budget() float64 {
	if s.objective.Target <= 0 {
		return 0
	}
	return max(0, s.requests-s.objective.Target*s.requests)
}

func optional(v float64) *float64 { return &v }

// after returns a span in seconds, nil where the instant did not come to pass.
func after(from, at sim.Time) *float64 {
	if at == never {
		return nil
	}
	return optional(seconds(spanOf(from, at)))
}
