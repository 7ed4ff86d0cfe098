package results

import (
	"strconv"
	"strings"

	"github.com/wavetank/wavetank/sim/cluster"
)

// autoscaler writes what becomes of a HorizontalPodAutoscaler. Its metrics change at every sync, which alone is no news:
// lines come where it asks for another number of replicas, finds another, or a condition turns.
func (l *eventLog) autoscaler(c *cluster.Change, old, o *cluster.HorizontalPodAutoscaler) {
	switch {
	case old == nil:
		old = &cluster.HorizontalPodAutoscaler{}
		l.bounds(c, "created", o)
	case old.MinReplicas != o.MinReplicas || old.MaxReplicas != o.MaxReplicas || old.Target != o.Target:
		l.bounds(c, "changed", o)
	}
	was, is := &old.Status, &o.Status
	if was.CurrentReplicas != is.CurrentReplicas || was.DesiredReplicas != is.DesiredReplicas || turned(was.Conditions, is.Conditions) {
		l.object(c, "status").number("current", int64(is.CurrentReplicas)).number("desired", int64(is.DesiredReplicas))
		l.firstMetric(o)
		l.text("targets", targets(o)).end()
	}
	for i := range is.Conditions {
		if now := &is.Conditions[i]; turns(was.Conditions, now) {
			l.condition(c, now)
		}
	}
}

func (l *eventLog) bounds(c *cluster.Change, event string, o *cluster.HorizontalPodAutoscaler) {
	l.object(c, event).text("target", o.Target.Kind+"/"+o.Target.Name).number("min", int64(o.MinReplicas)).
		number("max", int64(o.MaxReplicas)).text("targets", targets(o)).end()
}

// turned tells whether a condition has another status than before.
func turned(was, is []cluster.Condition) bool {
	for i := range is {
		if turns(was, &is[i]) {
			return true
		}
	}
	return false
}

func turns(was []cluster.Condition, now *cluster.Condition) bool {
	old := conditionOf(was, now.Type)
	return old == nil || old.Status != now.Status
}

// firstMetric writes the utilization and the average of the first metric that has one.
func (l *eventLog) firstMetric(o *cluster.HorizontalPodAutoscaler) {
	for _, m := range o.Status.CurrentMetrics {
		if m.Source == "" || !m.Average {
			continue
		}
		if m.HasUtilization {
			l.number("utilization", int64(m.Utilization))
		}
		l.text("avg", quantity(m.MilliValue, m.Name == string(cluster.Memory)))
		return
	}
}

// mostTargets is how many metrics kubectl prints.
const mostTargets = 2

// targets are the metrics of an autoscaler with their targets, as kubectl get prints them (upstream
// pkg/printers/internalversion/printers.go: formatHPAMetrics, v1.36.3).
func targets(o *cluster.HorizontalPodAutoscaler) string {
	var list []string
	for i := range o.Metrics {
		if i == mostTargets {
			break
		}
		var status cluster.MetricStatus
		if i < len(o.Status.CurrentMetrics) {
			status = o.Status.CurrentMetrics[i]
		}
		list = append(list, target(&o.Metrics[i], &status))
	}
	text := strings.Join(list, ", ")
	if more := len(o.Metrics) - mostTargets; more > 0 {
		text += " + " + strconv.Itoa(more) + " more..."
	}
	return text
}

func target(m *cluster.MetricSpec, s *cluster.MetricStatus) string {
	binary := m.Resource == cluster.Memory
	current, aim := "<unknown>", quantity(m.MilliValue, binary)
	if s.Source != "" {
		current = quantity(s.MilliValue, binary)
	}
	if m.Target == cluster.UtilizationTarget {
		aim = strconv.Itoa(m.Utilization) + "%"
		if s.Source != "" {
			current = strconv.Itoa(s.Utilization) + "%"
		}
	}
	switch {
	case m.Resource != "":
		return string(m.Resource) + ": " + current + "/" + aim
	case m.Source != cluster.PodsMetric && m.Target == cluster.AverageValueTarget:
		return current + "/" + aim + " (avg)"
	}
	return current + "/" + aim
}

// quantity writes thousandths as the API does: with the largest suffix that leaves a whole number, in powers of 1024 for
// whole amounts of memory (apimachinery api/resource: Quantity.CanonicalizeBytes, v0.36).
func quantity(milli int64, binary bool) string {
	base, units, n := int64(1000), []string{"m", "", "k", "M", "G", "T", "P"}, milli
	if binary && milli%1000 == 0 && milli/1000 >= 1024 {
		base, units, n = 1024, []string{"", "Ki", "Mi", "Gi", "Ti", "Pi"}, milli/1000
	}
	if milli == 0 {
		return "0"
	}
	i := 0
	for n%base == 0 && i+1 < len(units) {
		n, i = n/base, i+1
	}
	return strconv.FormatInt(n, 10) + units[i]
}
