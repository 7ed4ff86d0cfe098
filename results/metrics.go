package results

// The units of metrics.
const (
	UnitCount    = "count"
	UnitSeconds  = "seconds"
	UnitShare    = "share" // 0..1
	UnitMilliCPU = "milli-cpu"
	UnitMilliGPU = "milli-gpu"
	UnitBytes    = "bytes"
)

// Metric is one figure of a summary by its name.
type Metric struct {
	Name  string // "wait.p99", "cpu.utilisation", "pods.completed"
	Unit  string
	Value float64
}

// Metrics returns all figures of a summary, in the order of its table. Names are stable.
func (s *Summary) Metrics() []Metric {
	m := s.podMetrics()
	m = append(m, s.Wait.metrics("wait")...)
	m = append(m, s.NeverScheduledWait.metrics("neverScheduledWait")...)
	m = append(m, count("nodes", s.Nodes))
	for _, r := range s.Resources {
		m = append(m, r.metrics()...)
	}
	m = append(m, s.decisionMetrics()...)
	m = append(m, s.loadMetrics()...)
	return append(m, Metric{"events", UnitCount, float64(s.Events)}, Metric{"changes", UnitCount, float64(s.Changes)})
}

// Metric returns a figure by its name; false if there is none.
func (s *Summary) Metric(name string) (Metric, bool) {
	for _, m := range s.Metrics() {
		if m.Name == name {
			return m, true
		}
	}
	return Metric{}, false
}

func count(name string, n int) Metric { return Metric{name, UnitCount, float64(n)} }

func (s *Summary) podMetrics() []Metric {
	p := s.Pods
	m := []Metric{
		count("pods.submitted", p.Submitted), count("pods.scheduled", p.Scheduled),
		count("pods.neverScheduled", p.NeverScheduled), count("pods.completed", p.Completed),
		count("pods.failed", p.Failed), count("pods.deleted", p.Deleted),
		count("pods.running", p.Running), count("pods.pending", p.Pending),
	}
	for _, l := range s.Lost {
		m = append(m, count("lost."+l.Reason, l.Pods))
	}
	return append(m, count("peakPending", s.PeakPending), Metric{"makespan", UnitSeconds, s.Makespan})
}

func (d Distribution) metrics(of string) []Metric {
	return []Metric{
		count(of+".count", d.Count),
		{of + ".mean", UnitSeconds, d.Mean}, {of + ".p50", UnitSeconds, d.P50}, {of + ".p90", UnitSeconds, d.P90},
		{of + ".p99", UnitSeconds, d.P99}, {of + ".max", UnitSeconds, d.Max},
	}
}

func (r *ResourceUse) metrics() []Metric {
	return []Metric{
		{r.Name + ".utilisation", UnitShare, r.Utilisation},
		{r.Name + ".meanAllocated", r.Unit, r.MeanAllocated},
		{r.Name + ".meanAllocatable", r.Unit, r.MeanAllocatable},
		{r.Name + ".peakAllocated", r.Unit, float64(r.PeakAllocated)},
		{r.Name + ".peakAllocatable", r.Unit, float64(r.PeakAllocatable)},
	}
}

func (s *Summary) decisionMetrics() []Metric {
	d := s.Decisions
	return []Metric{
		count("decisions.total", d.Total), count("decisions.placed", d.Placed),
		count("decisions.unschedulable", d.Unschedulable), count("decisions.errors", d.Errors),
		{"decisions.meanAttempts", UnitCount, d.MeanAttempts}, count("decisions.maxAttempts", d.MaxAttempts),
		count("decisions.preemptions", d.Preemptions), count("decisions.victims", d.Victims),
	}
}
