package hpa

import (
	"fmt"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// look is one look at one autoscaler (horizontal.go: reconcileAutoscaler, v1.36.3). It decides, and changes nothing but the
// autoscaler's own history.
type look struct {
	now    sim.Time
	at     sim.Time // now, as timestamps of the API have it
	hpa    *cluster.HorizontalPodAutoscaler
	found  bool // the target
	scale  cluster.Scale
	pods   []*cluster.Pod
	shared []cluster.NamespacedName // the autoscalers of these pods, if there are several
	cfg    *Config
	plan   *plan
	window window
	*history

	conditions conditions             // as they are, and then as they are to be
	metrics    []cluster.MetricStatus // room for the values
}

// decision is what a look comes to.
type decision struct {
	current int
	desired int // the status' desiredReplicas
	rescale bool
	err     error // for kube-controller-manager's log; the next sync comes all the same
}

// decide looks at the target and its metrics.
func (l *look) decide() decision {
	if !l.found {
		l.conditions.set(l.at, AbleToScale, false, "FailedGetScale", fmt.Sprintf(
			"the HPA controller was unable to get the target's current scale: %s %q not found", l.hpa.Target.Kind, l.hpa.Target.Name))
		l.metrics = append(l.metrics, l.hpa.Status.CurrentMetrics...)
		return decision{current: l.hpa.Status.CurrentReplicas, desired: l.hpa.Status.DesiredReplicas,
			err: &failedLook{l.hpa, "failed to query scale subresource for", nil}}
	}
	l.conditions.set(l.at, AbleToScale, true, "SucceededGetScale", "the HPA controller was able to get the target's current scale")
	current := l.scale.Replicas
	l.begin(l.now, current)
	switch {
	case current == 0 && !l.scalesFromZero():
		l.conditions.set(l.at, ScalingActive, false, "ScalingDisabled", "scaling is disabled since the replica count of the target is zero")
		return decision{}
	case current > l.hpa.MaxReplicas:
		return decision{current: current, desired: l.hpa.MaxReplicas, rescale: true}
	case current != 0 && current < l.hpa.MinReplicas:
		return decision{current: current, desired: l.hpa.MinReplicas, rescale: true}
	}
	return l.byMetrics(current)
}

// scalesFromZero tells whether a target without replicas is the autoscaler's own doing, which it may undo
// (shouldComputeMetricsForZeroReplicas). The feature HPAScaleToZero counts as on for autoscalers that make use of it.
func (l *look) scalesFromZero() bool {
	return l.conditions.isTrue(ScaledToZero) && (l.hpa.MinReplicas != 0 || l.plan.toZero)
}

// byMetrics computes the replicas from the metrics, and holds them against bounds, history and policies.
func (l *look) byMetrics(current int) decision {
	asked, err := l.computeReplicas(current)
	if asked < 0 {
		return decision{current: current, desired: l.hpa.Status.DesiredReplicas,
			err: &failedLook{l.hpa, "failed to compute desired number of replicas based on listed metrics for", err}}
	}
	desired := l.normalize(current, max(0, asked))
	if current == 0 && l.hpa.MinReplicas != 0 {
		desired = max(desired, l.hpa.MinReplicas)
	}
	return decision{current: current, desired: desired, rescale: desired != current, err: err}
}

// failedLook is the error of a look that came to nothing. It is put into words only for who asks.
type failedLook struct {
	hpa   *cluster.HorizontalPodAutoscaler
	what  string
	cause error
}

// Error is in upstream's words.
func (e *failedLook) Error() string {
	text := fmt.Sprintf("%s %s/%s/%s", e.what, e.hpa.Target.Kind, e.hpa.Namespace, e.hpa.Target.Name)
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *failedLook) Unwrap() error { return e.cause }

// computeReplicas returns the largest number of replicas that a metric asks for, -1 if no metric can be had, or if one
// cannot and the others would shrink the target (computeReplicasForMetrics).
func (l *look) computeReplicas(current int) (int, error) {
	if err := l.unsound(); err != nil {
		return -1, err
	}
	replicas, decides, invalid, first := 0, "", 0, -1
	var firstFailure failure
	for i := range l.plan.metrics {
		m := &l.plan.metrics[i]
		p, failed := l.compute(m, current)
		if failed.failed() {
			if invalid++; first < 0 {
				first, firstFailure = i, failed
			}
			l.metrics = append(l.metrics, cluster.MetricStatus{})
			continue
		}
		l.metrics = append(l.metrics, m.report(p))
		if replicas == 0 || p.replicas > replicas {
			replicas, decides = p.replicas, m.valid
		}
	}
	var err error
	if invalid > 0 {
		m := &l.plan.metrics[first]
		message, text := m.explain(firstFailure)
		err = &invalidMetrics{invalid, len(l.plan.metrics), text}
		if invalid == len(l.plan.metrics) || replicas < current {
			l.conditions.set(l.at, ScalingActive, false, reasonOf(m.MetricSpec), message)
			return -1, err
		}
	}
	l.conditions.set(l.at, ScalingActive, true, "ValidMetricFound", decides)
	if r := l.plan.recommender; r != nil {
		replicas = r.Recommend(&State{l.now, l.hpa, l.scale, l.pods, l.cfg.Metrics, replicas})
	}
	return replicas, err
}

// invalidMetrics is the error of metrics that cannot be had.
type invalidMetrics struct {
	invalid, all int
	first        string
}

// Error is in upstream's words.
func (e *invalidMetrics) Error() string {
	return fmt.Sprintf("invalid metrics (%d invalid out of %d), first error is: %s", e.invalid, e.all, e.first)
}

// unsound returns the error of an autoscaler that cannot work on its target (validateAndParseSelector).
func (l *look) unsound() error {
	var err error
	switch {
	case l.scale.Selector.Empty():
		err = fmt.Errorf("selector is required")
		l.conditions.set(l.at, ScalingActive, false, "InvalidSelector", "the HPA target's scale is missing a selector")
	case len(l.shared) > 1:
		err = fmt.Errorf("pods are controlled by multiple HPAs: %v", l.shared)
		l.conditions.set(l.at, ScalingActive, false, "AmbiguousSelector", err.Error())
	case l.plan.err != nil:
		err = l.plan.err
		l.conditions.set(l.at, ScalingActive, false, "InvalidRecommender", err.Error())
	}
	return err
}

// compute returns what one metric asks for (computeReplicasForMetric).
func (l *look) compute(m *metric, current int) (proposal, failure) {
	var usage int64
	switch m.Source {
	case cluster.ObjectMetric:
		s, ok := l.cfg.Metrics.Object(l.hpa.Namespace, m.Object, m.Metric, m.Selector)
		if !ok {
			return proposal{}, failure{why: noMetrics}
		}
		usage = s.MilliValue
	case cluster.ExternalMetric:
		s, ok := l.cfg.Metrics.External(l.hpa.Namespace, m.Metric, m.Selector)
		if !ok || len(s) == 0 {
			return proposal{}, failure{why: noMetrics}
		}
		usage = sum(s)
	default:
		return m.pods.replicas(current, l.pods, &l.window, l.plan.tolerances)
	}
	if m.Target == cluster.AverageValueTarget {
		return ofAverage(l.scale.Status, usage, m.MilliValue, l.plan.tolerances), failure{}
	}
	return ofValue(current, usage, m.MilliValue, l.pods, l.plan.tolerances)
}

// report is the status of a metric.
func (m *metric) report(p proposal) cluster.MetricStatus {
	s := m.status
	s.MilliValue = p.value
	if s.HasUtilization {
		s.Utilization = p.utilization
	}
	return s
}

// normalize holds a recommendation against the history, the policies and the bounds (normalizeDesiredReplicas,
// normalizeDesiredReplicasWithBehaviors).
func (l *look) normalize(current, asked int) int {
	b := bounds{current, l.hpa.MinReplicas, l.hpa.MaxReplicas}
	p, h := l.plan, l.history
	var stable, desired int
	var why limit
	if p.behavior {
		stable = h.stabilized(l.now, current, asked, p.up.stabilization, p.down.stabilization)
		desired, why = b.limitedBy(l.now, stable, &p.up, &p.down, h)
	} else {
		stable = h.highest(l.now, asked, l.cfg.DownscaleStabilization)
		desired, why = b.limited(stable)
	}
	switch {
	case stable == asked:
		l.conditions.set(l.at, AbleToScale, true, "ReadyForNewScale", "recommended size matches current size")
	case p.behavior && asked >= current:
		l.conditions.set(l.at, AbleToScale, true, "ScaleUpStabilized",
			"recent recommendations were lower than current one, applying the lowest recent recommendation")
	default:
		l.conditions.set(l.at, AbleToScale, true, "ScaleDownStabilized",
			"recent recommendations were higher than current one, applying the highest recent recommendation")
	}
	l.conditions.set(l.at, ScalingLimited, desired != stable, why.reason, why.message)
	return desired
}

// rescaled notes that the target was scaled, or could not be.
func (l *look) rescaled(d decision, err error) decision {
	if err != nil {
		l.conditions.set(l.at, AbleToScale, false, "FailedUpdateScale", "the HPA controller was unable to update the target scale: "+err.Error())
		return decision{current: d.current, desired: l.hpa.Status.DesiredReplicas, err: &failedLook{l.hpa, "failed to rescale", err}}
	}
	l.conditions.set(l.at, AbleToScale, true, "SucceededRescale", fmt.Sprintf("the HPA controller was able to update the target scale to %d", d.desired))
	if l.plan.behavior {
		l.scaled(l.now, d.current, d.desired, &l.plan.up, &l.plan.down)
	}
	if l.hpa.MinReplicas == 0 || l.conditions.isTrue(ScaledToZero) {
		if d.desired == 0 && l.plan.toZero {
			l.conditions.set(l.at, ScaledToZero, true, "ScaledToZero", "the HPA controller scaled the workload to zero")
		} else {
			l.conditions.set(l.at, ScaledToZero, false, "NotScaledToZero", "the HPA controller did not scale the workload to zero")
		}
	}
	return d
}
