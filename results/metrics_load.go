package results

import "cmp"

// The units of the metrics of load, faults and cost.
const (
	UnitRequests   = "requests"
	UnitPodSeconds = "pod-seconds"
	UnitRate       = "rate" // how many times as fast as the objective allows
	UnitPods       = "pods"
	UnitNodes      = "nodes"
	UnitNodeHours  = "node-hours"
	UnitCoreHours  = "core-hours"
	UnitMoney      = "money"
)

// loadMetrics returns the figures of the sections that not every run has.
func (s *Summary) loadMetrics() []Metric {
	var m []Metric
	for i := range s.Workloads {
		m = append(m, s.Workloads[i].metrics()...)
	}
	for i := range s.Services {
		m = append(m, s.Services[i].metrics()...)
	}
	if s.FaultTotals != nil {
		m = append(m, s.FaultTotals.metrics()...)
	}
	for i := range s.Autoscaling {
		m = append(m, s.Autoscaling[i].metrics()...)
	}
	if s.Cost != nil {
		m = append(m, s.Cost.metrics()...)
	}
	return m
}

func (v *WorkloadSummary) metrics() []Metric {
	name := "workloads." + v.Kind + "/" + v.Namespace + "/" + v.Name
	return []Metric{
		{name + ".desired", UnitPods, v.Desired}, {name + ".serving", UnitShare, v.Serving}, {name + ".claimed", UnitShare, v.Claimed},
		{name + ".some", UnitShare, v.Some}, {name + ".enough", UnitShare, v.Enough}, count(name+".shortages", v.Shortages),
		{name + ".shortageSeconds", UnitSeconds, v.ShortageSeconds}, {name + ".longestShortage", UnitSeconds, v.LongestShortage},
		{name + ".lostReplicaSeconds", UnitPodSeconds, v.LostReplicaSeconds},
		{name + ".phantomReplicaSeconds", UnitPodSeconds, v.PhantomReplicaSeconds},
	}
}

func (v *ServiceSummary) metrics() []Metric {
	name := "services." + v.Namespace + "/" + v.Name
	m := []Metric{
		{name + ".requests", UnitRequests, v.Requests}, {name + ".errors", UnitRequests, v.Errors}, {name + ".slow", UnitRequests, v.Slow},
		{name + ".availability", UnitShare, v.Availability}, {name + ".response", UnitSeconds, v.Response},
		{name + ".responseTime", UnitSeconds, v.ResponseTime}, {name + ".p99", UnitSeconds, v.P99}, {name + ".p99Time", UnitSeconds, v.P99Time},
		{name + ".worstP99", UnitSeconds, v.WorstP99}, {name + ".usedCPUHours", UnitCoreHours, v.UsedCPUHours},
	}
	if o := v.Objective; o != nil {
		m = append(m, Metric{name + ".budget", UnitRequests, o.Budget}, Metric{name + ".consumed", UnitShare, o.Consumed},
			Metric{name + ".burn1h", UnitRate, o.Burn1h}, Metric{name + ".burn5m", UnitRate, o.Burn5m})
	}
	return m
}

func (t *FaultTotals) metrics() []Metric {
	m := []Metric{
		count("faults.count", t.Count), count("faults.stillOn", t.StillOn), count("faults.pods", t.Pods), count("faults.podsEvicted", t.PodsEvicted),
		{"faults.lostReplicaSeconds", UnitPodSeconds, t.LostReplicaSeconds},
		{"faults.phantomReplicaSeconds", UnitPodSeconds, t.PhantomReplicaSeconds}, {"faults.failedRequests", UnitRequests, t.FailedRequests},
	}
	m = append(m, t.Duration.metrics("faults.duration")...)
	m = append(m, t.Detected.metrics("faults.detected")...)
	m = append(m, t.FirstEvicted.metrics("faults.firstEvicted")...)
	return append(m, t.Recovered.metrics("faults.recovered")...)
}

func (v *ScalingSummary) metrics() []Metric {
	name := "autoscaling." + v.Kind + "/" + v.Namespace + "/" + v.Name
	m := []Metric{
		count(name+".ups", v.Ups), count(name+".downs", v.Downs), {name + ".minReplicas", UnitPods, float64(v.MinReplicas)},
		{name + ".meanReplicas", UnitPods, v.MeanReplicas}, {name + ".maxReplicas", UnitPods, float64(v.MaxReplicas)},
		count(name+".overtaken", v.Overtaken), count(name+".unreached", v.Unreached),
	}
	return append(append(m, v.Lag.metrics(name+".lag")...), v.PodWait.metrics(name+".podWait")...)
}

func (c *CostSummary) metrics() []Metric {
	m := []Metric{
		{"cost.nodeHours", UnitNodeHours, c.NodeHours}, {"cost.cost", UnitMoney, c.Cost},
		{"cost.offeredCoreHours", UnitCoreHours, c.OfferedCoreHours}, {"cost.requestedCoreHours", UnitCoreHours, c.RequestedCoreHours},
		{"cost.idleCoreHours", UnitCoreHours, c.IdleCoreHours},
		{"cost.serviceRequestedCoreHours", UnitCoreHours, c.ServiceRequestedCoreHours},
		{"cost.serviceUsedCoreHours", UnitCoreHours, c.ServiceUsedCoreHours}, {"cost.serviceSlackCoreHours", UnitCoreHours, c.ServiceSlackCoreHours},
	}
	for i := range c.Pools {
		p := &c.Pools[i]
		name := "cost.pools." + cmp.Or(p.Pool, "-")
		m = append(m, Metric{name + ".nodeHours", UnitNodeHours, p.NodeHours}, Metric{name + ".cost", UnitMoney, p.Cost},
			Metric{name + ".minNodes", UnitNodes, float64(p.MinNodes)}, Metric{name + ".meanNodes", UnitNodes, p.MeanNodes},
			Metric{name + ".maxNodes", UnitNodes, float64(p.MaxNodes)}, count(name+".added", p.Added), count(name+".removed", p.Removed))
	}
	return m
}
