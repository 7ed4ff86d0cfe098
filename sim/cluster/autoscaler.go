package cluster

import (
	"time"

	"github.com/wavetank/wavetank/sim"
)

// HorizontalPodAutoscaler scales a workload by what its pods use (autoscaling/v2).
type HorizontalPodAutoscaler struct {
	ObjectMeta
	Target      ObjectRef // scaleTargetRef, in its own namespace
	MinReplicas int       // default 1; 0 where scaling to zero is meant
	MaxReplicas int
	Metrics     []MetricSpec
	Behavior    *ScalingBehavior // nil: none is stated
	Status      AutoscalerStatus
}

// ObjectRef names an object of the same namespace.
type ObjectRef struct {
	Kind string
	Name string
}

// MetricSource is where a metric of an autoscaler comes from.
type MetricSource string

// The sources of metrics.
const (
	ResourceMetric          MetricSource = "Resource"
	ContainerResourceMetric MetricSource = "ContainerResource"
	PodsMetric              MetricSource = "Pods"
	ObjectMetric            MetricSource = "Object"
	ExternalMetric          MetricSource = "External"
)

// TargetType is how a metric is held against its target.
type TargetType string

// The types of targets.
const (
	UtilizationTarget  TargetType = "Utilization"
	ValueTarget        TargetType = "Value"
	AverageValueTarget TargetType = "AverageValue"
)

// MetricSpec is one metric that an autoscaler scales by.
type MetricSpec struct {
	Source    MetricSource
	Resource  ResourceName // of Resource and ContainerResource
	Container string       // of ContainerResource
	Metric    string       // of Pods, Object and External
	Selector  *Selector    // of the metric's series; nil: all
	Object    ObjectRef    // of Object

	Target      TargetType
	Utilization int   // per cent of the request
	MilliValue  int64 // of Value and AverageValue, in thousandths of the metric's unit
}

// SelectPolicy chooses among the policies of a direction.
type SelectPolicy string

// The choices among scaling policies.
const (
	SelectMax      SelectPolicy = "Max"
	SelectMin      SelectPolicy = "Min"
	SelectDisabled SelectPolicy = "Disabled"
)

// ScalingBehavior says how fast an autoscaler may scale. A nil direction has the API's defaults.
type ScalingBehavior struct {
	ScaleUp, ScaleDown *ScalingRules
}

// ScalingRules are the rules of one direction.
type ScalingRules struct {
	Stabilization *time.Duration // window; nil: not stated
	Select        SelectPolicy   // "": Max
	Policies      []ScalingPolicy
	Tolerance     *int64 // in thousandths; nil: the controller's (feature HPAConfigurableTolerance, on in v1.36)
}

// ScalingPolicy bounds the change within a period.
type ScalingPolicy struct {
	Percent bool // otherwise a number of pods
	Value   int
	Period  time.Duration
}

// AutoscalerStatus is what the controller last saw and did.
type AutoscalerStatus struct {
	CurrentReplicas int
	DesiredReplicas int
	LastScaleTime   sim.Time // valid if Scaled
	Scaled          bool
	CurrentMetrics  []MetricStatus
	Conditions      []Condition // AbleToScale, ScalingActive, ScalingLimited
}

// MetricStatus is the value of one metric as last computed; the zero value is a metric that was not to be had.
type MetricStatus struct {
	Source      MetricSource
	Name        string // resource or metric
	Container   string
	Utilization int   // per cent; valid if HasUtilization
	MilliValue  int64 // average or value, as the target asks

	HasUtilization bool
	Average        bool // MilliValue is averageValue; otherwise value
}

// Kind returns KindHorizontalPodAutoscaler.
func (h *HorizontalPodAutoscaler) Kind() Kind    { return KindHorizontalPodAutoscaler }
func (h *HorizontalPodAutoscaler) clone() Object { c := *h; return &c }

// Scale is the scale subresource of an object that can be scaled.
type Scale struct {
	Replicas int // spec
	Status   int // status.replicas
	Selector *Selector
}

// ScaleOf returns the scale of a Deployment, ReplicaSet or StatefulSet; false for anything else, and for nil.
func ScaleOf(o Object) (Scale, bool) {
	switch o := o.(type) {
	case *Deployment:
		return Scale{o.Replicas, o.Status.Replicas, o.Selector}, true
	case *ReplicaSet:
		return Scale{o.Replicas, o.Status.Replicas, o.Selector}, true
	case *StatefulSet:
		return Scale{o.Replicas, o.Status.Replicas, o.Selector}, true
	}
	return Scale{}, false
}

// SetScale sets spec.replicas of an object that can be scaled. It returns ErrNotFound if the object is gone.
func (s *Store) SetScale(key Key, replicas int, reason Reason) error {
	return Edit(s, key, reason, func(o Object) {
		o.Meta().Generation++
		switch o := o.(type) {
		case *Deployment:
			o.Replicas = replicas
		case *ReplicaSet:
			o.Replicas = replicas
		case *StatefulSet:
			o.Replicas = replicas
		}
	})
}
