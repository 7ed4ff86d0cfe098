package hpa

import (
	"fmt"
	"maps"

	"github.com/wavetank/wavetank/sim/cluster"
)

// plan is what follows from an autoscaler's spec and annotations alone. It is made when they change, not at every sync.
type plan struct {
	uid         cluster.UID
	generation  int64
	annotations map[string]string

	tolerances  tolerances
	behavior    bool // spec.behavior is stated
	up, down    rules
	metrics     []metric
	toZero      bool // a metric is there that can be had without pods
	recommender Recommender
	err         error // of the recommender's annotations
}

// metric is one entry of spec.metrics, ready to be computed with.
type metric struct {
	*cluster.MetricSpec
	pods   perPod               // of Resource, ContainerResource and Pods
	status cluster.MetricStatus // but for its values
	valid  string               // message of ScalingActive if this metric decides

	last    failure // the messages of the last failure, which is mostly that of the next sync too
	message string
	err     string
}

// newPlan reads a spec (horizontal.go: tolerancesForHpa, maybeInitScaleDownStabilizationWindow, v1.36.3).
func newPlan(cfg *Config, h *cluster.HorizontalPodAutoscaler) *plan {
	p := &plan{uid: h.UID, generation: h.Generation, annotations: h.Annotations, tolerances: tolerances{cfg.Tolerance, cfg.Tolerance}}
	if b := h.Behavior; b != nil {
		p.behavior = true
		p.up = complete(b.ScaleUp, 0, defaultUp)
		p.down = complete(b.ScaleDown, cfg.DownscaleStabilization, defaultDown)
		if b.ScaleUp != nil && b.ScaleUp.Tolerance != nil {
			p.tolerances.up = float64(*b.ScaleUp.Tolerance) / 1000
		}
		if b.ScaleDown != nil && b.ScaleDown.Tolerance != nil {
			p.tolerances.down = float64(*b.ScaleDown.Tolerance) / 1000
		}
	}
	for i := range h.Metrics {
		p.metrics = append(p.metrics, newMetric(cfg.Metrics, &h.Metrics[i]))
		p.toZero = p.toZero || h.Metrics[i].Source == cluster.ObjectMetric || h.Metrics[i].Source == cluster.ExternalMetric
	}
	p.recommender, p.err = cfg.Recommenders.of(h)
	return p
}

// of tells whether the plan is that of an object as it is now.
func (p *plan) of(h *cluster.HorizontalPodAutoscaler) bool {
	return p != nil && p.uid == h.UID && p.generation == h.Generation &&
		(len(p.annotations) == 0 && len(h.Annotations) == 0 || maps.Equal(p.annotations, h.Annotations))
}

func newMetric(from Metrics, spec *cluster.MetricSpec) metric {
	m := metric{MetricSpec: spec, status: cluster.MetricStatus{Source: spec.Source, Name: spec.Metric, Container: spec.Container}}
	m.valid = "the HPA was able to successfully calculate a replica count from " + nameOf(spec)
	m.pods = perPod{utilization: spec.Utilization, value: spec.MilliValue}
	switch spec.Source {
	case cluster.ResourceMetric, cluster.ContainerResourceMetric:
		m.status.Name = string(spec.Resource)
		m.status.HasUtilization, m.status.Average = spec.Target == cluster.UtilizationTarget, true
		m.pods.cpu = spec.Resource == cluster.CPU
		m.pods.requests = requester{container: spec.Container, resource: spec.Resource}
		m.pods.sample = func(p *cluster.Pod) (Sample, bool) { return from.Resource(p, spec.Container, spec.Resource) }
	case cluster.PodsMetric:
		m.status.Average = true
		m.pods.sample = func(p *cluster.Pod) (Sample, bool) { return from.Pods(p, spec.Metric, spec.Selector) }
	default:
		m.status.Average = spec.Target == cluster.AverageValueTarget
	}
	if spec.Target != cluster.UtilizationTarget {
		m.pods.utilization = 0
	}
	return m
}

// nameOf names a metric as conditions do (horizontal.go: computeStatusFor...Metric, v1.36.3).
func nameOf(m *cluster.MetricSpec) string {
	switch {
	case m.Source == cluster.PodsMetric:
		return "pods metric " + m.Metric
	case m.Source == cluster.ObjectMetric && m.Target == cluster.ValueTarget:
		return m.Object.Kind + " metric " + m.Metric
	case m.Source == cluster.ObjectMetric || m.Source == cluster.ExternalMetric:
		return "external metric " + m.Metric
	case m.Target == cluster.AverageValueTarget:
		return string(m.Resource) + " resource"
	case m.Source == cluster.ContainerResourceMetric:
		return string(m.Resource) + " container resource utilization (percentage of request)"
	}
	return string(m.Resource) + " resource utilization (percentage of request)"
}

// reasonOf is the reason of ScalingActive when a metric is not to be had.
func reasonOf(m *cluster.MetricSpec) string { return "FailedGet" + string(m.Source) + "Metric" }

// explain returns the message of ScalingActive and the error for a failure, in upstream's words.
func (m *metric) explain(f failure) (message, err string) {
	if f != m.last {
		m.last = f
		inner, outer := m.wrap(m.cause(f))
		m.message, m.err = "the HPA was unable to compute the replica count: "+inner, outer
	}
	return m.message, m.err
}

// cause is what the replica calculator says.
func (m *metric) cause(f failure) string {
	switch {
	case f.why == noPods && (m.Source == cluster.ObjectMetric || m.Source == cluster.ExternalMetric):
		return "unable to calculate ready pods: no pods returned by selector while calculating replica count"
	case f.why == noPods:
		return "no pods returned by selector while calculating replica count"
	case f.why == noSamples:
		return "did not receive metrics for targeted pods (pods might be unready)"
	case f.why == noMatch:
		return "no metrics returned matched known pods"
	case f.why == noRequests:
		return f.detail
	}
	switch m.Source {
	case cluster.PodsMetric:
		return fmt.Sprintf("unable to get metric %s: no metrics returned from custom metrics API", m.Metric)
	case cluster.ObjectMetric:
		return fmt.Sprintf("unable to get metric %s: no metrics returned from custom metrics API on %s %s", m.Metric, m.Object.Kind, m.Object.Name)
	case cluster.ExternalMetric:
		return fmt.Sprintf("unable to get external metric %s: no metrics returned from external metrics API", m.Metric)
	}
	return fmt.Sprintf("unable to get metrics for resource %s: no metrics returned from resource metrics API", m.Resource)
}

// wrap says which metric it is that failed: as the condition and as the error say it.
func (m *metric) wrap(cause string) (inner, outer string) {
	average := m.Target == cluster.AverageValueTarget
	switch m.Source {
	case cluster.PodsMetric:
		return cause, "failed to get pods metric value: " + cause
	case cluster.ObjectMetric:
		outer = cause
		if average {
			outer = fmt.Sprintf("failed to get %s object metric: %s", m.Metric, cause)
		}
		return cause, "failed to get object metric value: " + outer
	case cluster.ExternalMetric:
		outer = fmt.Sprintf("failed to get external metric %s: %s", m.Metric, cause)
		if average {
			outer = fmt.Sprintf("failed to get %s external metric: %s", m.Metric, cause)
		}
		return cause, fmt.Sprintf("failed to get %s external metric value: %s", m.Metric, outer)
	}
	inner = fmt.Sprintf("failed to get %s utilization: %s", m.Resource, cause)
	if average {
		inner = fmt.Sprintf("failed to get %s usage: %s", m.Resource, cause)
	}
	if m.Source == cluster.ContainerResourceMetric {
		return inner, fmt.Sprintf("failed to get %s container metric value: %s", m.Container, inner)
	}
	return inner, fmt.Sprintf("failed to get %s resource metric value: %s", m.Resource, inner)
}
