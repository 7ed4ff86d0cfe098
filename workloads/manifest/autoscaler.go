package manifest

import (
	"time"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wavetank/wavetank/sim/cluster"
)

// The defaults and limits of pkg/apis/autoscaling/v2/defaults.go, pkg/apis/autoscaling/annotations.go
// (DefaultCPUUtilization) and pkg/apis/autoscaling/validation, v1.36.
const (
	defaultMinReplicas    = 1
	defaultCPUUtilization = 80
	maxPolicyPeriod       = 1800 // s
	maxStabilization      = 3600 // s
)

// scalable are the kinds whose scale is modelled.
var scalable = map[string]bool{"Deployment": true, "ReplicaSet": true, "StatefulSet": true}

const autoscalerFields = `
	spec.scaleTargetRef spec.minReplicas spec.maxReplicas spec.metrics spec.behavior status`

const autoscalerFieldsV1 = `
	spec.scaleTargetRef spec.minReplicas spec.maxReplicas spec.targetCPUUtilizationPercentage status`

// autoscalerObject checks what ValidateHorizontalPodAutoscaler checks (pkg/apis/autoscaling/validation, v1.36).
func autoscalerObject(r *reader, c *check, o *autoscalingv2.HorizontalPodAutoscaler) {
	h := r.autoscaler(c, &o.ObjectMeta, o.Spec.ScaleTargetRef.Kind, o.Spec.ScaleTargetRef.Name, o.Spec.MinReplicas, o.Spec.MaxReplicas)
	for i := range o.Spec.Metrics {
		h.Metrics = append(h.Metrics, c.metric(at("spec.metrics", i), &o.Spec.Metrics[i]))
	}
	if len(h.Metrics) == 0 {
		h.Metrics = cpuMetric(defaultCPUUtilization)
	}
	toZero := false
	for i := range h.Metrics {
		toZero = toZero || h.Metrics[i].Source == cluster.ObjectMetric || h.Metrics[i].Source == cluster.ExternalMetric
	}
	c.want(h.MinReplicas > 0 || toZero, "spec.minReplicas", "0 needs at least one Object or External metric")
	if b := o.Spec.Behavior; b != nil {
		h.Behavior = &cluster.ScalingBehavior{
			ScaleUp:   r.scalingRules(c, "spec.behavior.scaleUp", b.ScaleUp),
			ScaleDown: r.scalingRules(c, "spec.behavior.scaleDown", b.ScaleDown),
		}
	}
	r.autoscalerStatus(&o.Status, h)
	r.add(c, h, &o.ObjectMeta)
}

// autoscalerObjectV1 reads the older version of the API, which knows cpu alone. What else it has there stands in
// annotations that the API server keeps for itself.
func autoscalerObjectV1(r *reader, c *check, o *autoscalingv1.HorizontalPodAutoscaler) {
	h := r.autoscaler(c, &o.ObjectMeta, o.Spec.ScaleTargetRef.Kind, o.Spec.ScaleTargetRef.Name, o.Spec.MinReplicas, o.Spec.MaxReplicas)
	c.want(h.MinReplicas > 0, "spec.minReplicas", "0 needs at least one Object or External metric")
	utilization := int32(defaultCPUUtilization)
	if n := o.Spec.TargetCPUUtilizationPercentage; n != nil {
		c.want(*n > 0, "spec.targetCPUUtilizationPercentage", "%d is not above 0", *n)
		utilization = *n
	}
	h.Metrics = cpuMetric(int(utilization))
	h.Status.CurrentReplicas, h.Status.DesiredReplicas = int(o.Status.CurrentReplicas), int(o.Status.DesiredReplicas)
	r.lastScaled(o.Status.LastScaleTime, h)
	r.add(c, h, &o.ObjectMeta)
}

// autoscaler converts what both versions have.
func (r *reader) autoscaler(c *check, m *metav1.ObjectMeta, kind, name string, least *int32, most int32) *cluster.HorizontalPodAutoscaler {
	h := &cluster.HorizontalPodAutoscaler{
		ObjectMeta:  r.workloadMeta(c, m),
		Target:      cluster.ObjectRef{Kind: kind, Name: name},
		MinReplicas: c.count("spec.minReplicas", least, defaultMinReplicas),
		MaxReplicas: int(most),
	}
	const path = "spec.scaleTargetRef"
	c.want(kind != "", path+".kind", "is missing")
	c.want(name != "", path+".name", "is missing")
	c.want(most > 0, "spec.maxReplicas", "%d is not above 0", most)
	c.want(h.MaxReplicas >= h.MinReplicas, "spec.maxReplicas", "%d is below spec.minReplicas, %d", h.MaxReplicas, h.MinReplicas)
	if kind != "" && !scalable[kind] {
		r.warn(c.source, path+".kind", warning{name: path + kind}, "HorizontalPodAutoscaler/%s: %s.kind %s: not modelled", bareName(c.root), path, kind)
	}
	return h
}

func (r *reader) autoscalerStatus(s *autoscalingv2.HorizontalPodAutoscalerStatus, h *cluster.HorizontalPodAutoscaler) {
	h.Status.CurrentReplicas, h.Status.DesiredReplicas = int(s.CurrentReplicas), int(s.DesiredReplicas)
	r.lastScaled(s.LastScaleTime, h)
	if n := len(s.Conditions); n > 0 {
		h.Status.Conditions = make([]cluster.Condition, n)
	}
	for i, from := range s.Conditions {
		h.Status.Conditions[i] = newCondition(string(from.Type), from.Status, from.Reason, from.Message)
		r.setLater(&h.Status.Conditions[i].LastTransitionTime, from.LastTransitionTime.Time)
	}
}

func (r *reader) lastScaled(at *metav1.Time, h *cluster.HorizontalPodAutoscaler) {
	if at != nil {
		h.Status.Scaled = true
		r.setLater(&h.Status.LastScaleTime, at.Time)
	}
}

func cpuMetric(utilization int) []cluster.MetricSpec {
	return []cluster.MetricSpec{{Source: cluster.ResourceMetric, Resource: cluster.CPU, Target: cluster.UtilizationTarget, Utilization: utilization}}
}

// scalingRules converts the rules of one direction (validateScalingRules); what is not stated stays so.
func (r *reader) scalingRules(c *check, path string, o *autoscalingv2.HPAScalingRules) *cluster.ScalingRules {
	if o == nil {
		return nil
	}
	rules := &cluster.ScalingRules{}
	if n := o.StabilizationWindowSeconds; n != nil {
		c.want(*n >= 0 && *n <= maxStabilization, path+".stabilizationWindowSeconds", "%d is not from 0 to %d", *n, maxStabilization)
		d := time.Duration(*n) * time.Second
		rules.Stabilization = &d
	}
	if o.SelectPolicy != nil {
		rules.Select = choose(c, path+".selectPolicy", string(*o.SelectPolicy), "", map[string]cluster.SelectPolicy{
			"Max": cluster.SelectMax, "Min": cluster.SelectMin, "Disabled": cluster.SelectDisabled})
	}
	c.want(o.Policies == nil || len(o.Policies) > 0, path+".policies", "at least one policy is needed")
	for i, p := range o.Policies {
		of := at(path+".policies", i)
		c.want(p.Type != "", of+".type", "is missing")
		c.want(p.Value > 0, of+".value", "%d is not above 0", p.Value)
		c.want(p.PeriodSeconds > 0 && p.PeriodSeconds <= maxPolicyPeriod, of+".periodSeconds", "%d is not from 1 to %d", p.PeriodSeconds, maxPolicyPeriod)
		rules.Policies = append(rules.Policies, cluster.ScalingPolicy{
			Percent: choose(c, of+".type", string(p.Type), false, map[string]bool{"Pods": false, "Percent": true}),
			Value:   int(p.Value), Period: time.Duration(p.PeriodSeconds) * time.Second,
		})
	}
	if q := o.Tolerance; q != nil {
		c.want(q.Sign() >= 0, path+".tolerance", "%s is negative", q.String())
		milli := q.MilliValue()
		rules.Tolerance = &milli
		if exact := resource.NewMilliQuantity(milli, resource.DecimalSI); exact.Cmp(*q) != 0 {
			r.warn(c.source, path+".tolerance", warning{name: path + ".tolerance"}, "HorizontalPodAutoscaler/%s: %s.tolerance: rounded up to thousandths", bareName(c.root), path)
		}
	}
	return rules
}

// metric converts one metric, which has exactly the part that its type names (validateMetricSpec).
func (c *check) metric(path string, o *autoscalingv2.MetricSpec) cluster.MetricSpec {
	m := cluster.MetricSpec{Source: choose(c, path+".type", string(o.Type), "", map[string]cluster.MetricSource{
		"Resource": cluster.ResourceMetric, "ContainerResource": cluster.ContainerResourceMetric, "Pods": cluster.PodsMetric,
		"Object": cluster.ObjectMetric, "External": cluster.ExternalMetric})}
	c.want(o.Type != "", path+".type", "is missing")
	stated := map[string]bool{"resource": o.Resource != nil, "containerResource": o.ContainerResource != nil, "pods": o.Pods != nil,
		"object": o.Object != nil, "external": o.External != nil}
	own := metricParts[m.Source]
	for _, part := range sortedKeys(stated) {
		c.want(part == own || !stated[part], path+"."+part, "does not go together with type %s", o.Type)
	}
	c.want(own == "" || stated[own], path+"."+own, "is missing")
	if c.err != nil {
		return m
	}
	c.metricSource(path+"."+own, o, &m)
	return m
}

// metricParts are the parts of a metric that its types name.
var metricParts = map[cluster.MetricSource]string{cluster.ResourceMetric: "resource", cluster.ContainerResourceMetric: "containerResource",
	cluster.PodsMetric: "pods", cluster.ObjectMetric: "object", cluster.ExternalMetric: "external"}

// metricSource converts the part of a metric that its type names.
func (c *check) metricSource(path string, o *autoscalingv2.MetricSpec, m *cluster.MetricSpec) {
	switch m.Source {
	case cluster.ResourceMetric:
		c.resourceMetric(path, o.Resource.Name, &o.Resource.Target, m)
	case cluster.ContainerResourceMetric:
		m.Container = o.ContainerResource.Container
		c.want(m.Container != "", path+".container", "is missing")
		c.resourceMetric(path, o.ContainerResource.Name, &o.ContainerResource.Target, m)
	case cluster.PodsMetric:
		c.namedMetric(path, &o.Pods.Metric, &o.Pods.Target, m)
		c.want(o.Pods.Target.AverageValue != nil, path+".target.averageValue", "is missing")
		c.value(path+".target.averageValue", o.Pods.Target.AverageValue, cluster.AverageValueTarget, m)
	case cluster.ObjectMetric:
		d := &o.Object.DescribedObject
		m.Object = cluster.ObjectRef{Kind: d.Kind, Name: d.Name}
		c.want(d.Kind != "", path+".describedObject.kind", "is missing")
		c.want(d.Name != "", path+".describedObject.name", "is missing")
		c.namedMetric(path, &o.Object.Metric, &o.Object.Target, m)
		c.objectTarget(path+".target", &o.Object.Target, m)
	case cluster.ExternalMetric:
		t := &o.External.Target
		c.namedMetric(path, &o.External.Metric, t, m)
		c.want(t.Value == nil || t.AverageValue == nil, path+".target.value", "does not go together with averageValue")
		c.want(t.Value != nil || t.AverageValue != nil, path+".target.averageValue", "is missing, and so is value")
		c.value(path+".target.value", t.Value, cluster.ValueTarget, m)
		c.value(path+".target.averageValue", t.AverageValue, cluster.AverageValueTarget, m)
	}
}

func (c *check) resourceMetric(path string, name corev1.ResourceName, t *autoscalingv2.MetricTarget, m *cluster.MetricSpec) {
	m.Resource = cluster.ResourceName(name)
	c.want(name != "", path+".name", "is missing")
	c.targetType(path+".target", t)
	c.want(t.AverageUtilization == nil || t.AverageValue == nil, path+".target.averageValue", "does not go together with averageUtilization")
	c.want(t.AverageUtilization != nil || t.AverageValue != nil, path+".target.averageUtilization", "is missing, and so is averageValue")
	if n := t.AverageUtilization; n != nil {
		c.want(*n > 0, path+".target.averageUtilization", "%d is not above 0", *n)
		m.Target, m.Utilization = cluster.UtilizationTarget, int(*n)
	}
	c.value(path+".target.averageValue", t.AverageValue, cluster.AverageValueTarget, m)
}

func (c *check) namedMetric(path string, o *autoscalingv2.MetricIdentifier, t *autoscalingv2.MetricTarget, m *cluster.MetricSpec) {
	m.Metric, m.Selector = o.Name, c.selector(path+".metric.selector", o.Selector)
	c.want(o.Name != "", path+".metric.name", "is missing")
	c.targetType(path+".target", t)
}

func (c *check) targetType(path string, t *autoscalingv2.MetricTarget) {
	c.want(t.Type != "", path+".type", "is missing")
	choose(c, path+".type", string(t.Type), 0, map[string]int{"Utilization": 0, "Value": 0, "AverageValue": 0})
}

// objectTarget takes the value that the type names. The API accepts another one beside it, or in its place, which the
// controller then cannot work with.
func (c *check) objectTarget(path string, t *autoscalingv2.MetricTarget, m *cluster.MetricSpec) {
	switch t.Type {
	case autoscalingv2.ValueMetricType:
		c.want(t.Value != nil, path+".value", "is missing, which type Value needs")
		c.value(path+".value", t.Value, cluster.ValueTarget, m)
	case autoscalingv2.AverageValueMetricType:
		c.want(t.AverageValue != nil, path+".averageValue", "is missing, which type AverageValue needs")
		c.value(path+".averageValue", t.AverageValue, cluster.AverageValueTarget, m)
	default:
		c.fail(path+".type", "an Object metric needs Value or AverageValue")
	}
}

// value sets a target, in thousandths and rounded up, if it is stated.
func (c *check) value(path string, q *resource.Quantity, target cluster.TargetType, m *cluster.MetricSpec) {
	if q == nil {
		return
	}
	c.want(q.Sign() > 0, path, "%s is not above 0", q.String())
	c.want(q.CmpInt64(maxAmount) <= 0, path, "%s is more than %d", q.String(), int64(maxAmount))
	m.Target, m.MilliValue = target, q.MilliValue()
}
