package app

import (
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller/hpa"
)

// loadMetrics lets autoscalers read what the load comes to. It may be handed out before the load is made, and be read once
// the run has begun.
type loadMetrics struct{ s *simulation }

var _ hpa.Metrics = loadMetrics{}

// metricsAPI returns what autoscalers read, nil where the scenario does not say what any pod uses: a cluster without a metrics
// API.
func (s *simulation) metricsAPI() hpa.Metrics {
	if len(s.scenario.Load)+len(s.scenario.Apps) == 0 {
		return nil
	}
	return loadMetrics{s}
}

// Resource implements hpa.Metrics.
func (m loadMetrics) Resource(pod *cluster.Pod, container string, resource cluster.ResourceName) (hpa.Sample, bool) {
	v, ok := m.s.load.Resource(pod, container, resource)
	return hpa.Sample(v), ok
}

// Pods implements hpa.Metrics.
func (m loadMetrics) Pods(pod *cluster.Pod, metric string, selector *cluster.Selector) (hpa.Sample, bool) {
	v, ok := m.s.load.Pods(pod, metric, selector)
	return hpa.Sample(v), ok
}

// Object implements hpa.Metrics.
func (m loadMetrics) Object(namespace string, object cluster.ObjectRef, metric string, selector *cluster.Selector) (hpa.Sample, bool) {
	v, ok := m.s.load.Object(namespace, object, metric, selector)
	return hpa.Sample(v), ok
}

// External implements hpa.Metrics.
func (m loadMetrics) External(namespace, metric string, selector *cluster.Selector) ([]hpa.Sample, bool) {
	values, ok := m.s.load.External(namespace, metric, selector)
	var samples []hpa.Sample
	for _, v := range values {
		samples = append(samples, hpa.Sample(v))
	}
	return samples, ok
}
