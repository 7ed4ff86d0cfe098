package results

import "github.com/wavetank/wavetank/sim"

const nanosPerHour = 3600 * float64(nanosPerSecond)

// scalings returns what autoscalers did, by workload.
func (a *availability) scalings(now sim.Time) []ScalingSummary {
	var list []ScalingSummary
	for _, w := range a.sorted() {
		if w.scaled != nil {
			list = append(list, w.scaling(now))
		}
	}
	return list
}

func (w *workload) scaling(now sim.Time) ScalingSummary {
	c := w.scaled
	s := ScalingSummary{
		Kind: w.kind.String(), Namespace: w.name.Namespace, Name: w.name.Name, Scaler: c.scaler,
		Ups: c.ups, Downs: c.downs, MinReplicas: c.least, MaxReplicas: c.most, MeanReplicas: float64(w.now.desired),
		Lag: describe(c.lags), Overtaken: c.dropped, Unreached: len(c.rising), PodWait: describe(c.waits),
	}
	if span := spanOf(c.from, now); span > 0 {
		s.MeanReplicas = w.total.desired.since(c.before).float() / float64(span)
	}
	return s
}

// cost sums up the nodes and what was made of them.
func (r *Recorder) cost(s *Summary, now sim.Time) *CostSummary {
	c := &CostSummary{Pools: []PoolSummary{}}
	for _, q := range r.pools.sorted() {
		p := q.summary(now)
		c.NodeHours += p.NodeHours
		c.Cost += p.Cost
		c.Pools = append(c.Pools, p)
	}
	cpu := &r.use.resources[resourceCPU]
	c.OfferedCoreHours, c.RequestedCoreHours = coreHours(cpu.usableMarked), coreHours(cpu.usedMarked)
	c.IdleCoreHours = c.OfferedCoreHours - c.RequestedCoreHours
	c.ServiceRequestedCoreHours = r.requestedByServices()
	for i := range s.Services {
		c.ServiceUsedCoreHours += s.Services[i].UsedCPUHours
	}
	c.ServiceSlackCoreHours = c.ServiceRequestedCoreHours - c.ServiceUsedCoreHours
	return c
}

func coreHours(milli integral) float64 { return milli.float() / 1000 / nanosPerHour }

// requestedByServices is what the pods of all workloads requested that some service with a load selects.
func (r *Recorder) requestedByServices() float64 {
	var sum integral
	for _, w := range r.avail.list {
		for _, s := range r.services.list {
			if selector := r.avail.selectors[s.name]; selector != nil && w.selects(s.name.Namespace, selector) {
				sum = sum.plus(w.total.asked)
				break
			}
		}
	}
	return coreHours(sum)
}

func (q *pool) summary(now sim.Time) PoolSummary {
	s := PoolSummary{
		Pool: q.name, NodeHours: q.time.float() / nanosPerHour, Cost: q.spent.float() / pricePrecision / nanosPerHour,
		OfferedCoreHours: coreHours(q.offered), MinNodes: q.least, MaxNodes: q.most, MeanNodes: float64(q.nodes),
		Added: q.added, Removed: q.removed,
	}
	if now > 0 {
		s.MeanNodes = q.time.float() / float64(now)
	}
	return s
}
