package hpa

import (
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Metrics is what the metrics APIs tell an autoscaler: metrics.k8s.io, custom.metrics.k8s.io and external.metrics.k8s.io.
// What is not to be had is false.
type Metrics interface {
	// Resource returns what a pod uses of a resource, by one of its containers or, with "", by all of them.
	Resource(pod *cluster.Pod, container string, resource cluster.ResourceName) (Sample, bool)
	// Pods returns a metric that describes a pod, such as requests a second.
	Pods(pod *cluster.Pod, metric string, selector *cluster.Selector) (Sample, bool)
	// Object returns a metric that describes an object of a namespace.
	Object(namespace string, object cluster.ObjectRef, metric string, selector *cluster.Selector) (Sample, bool)
	// External returns the values of a metric that belongs to no object of the cluster: their sum counts.
	External(namespace, metric string, selector *cluster.Selector) ([]Sample, bool)
}

// Sample is one value of a metric.
type Sample struct {
	MilliValue int64 // in thousandths of the unit: millicores, milli-bytes, milli-requests a second
	Timestamp  sim.Time
	Window     time.Duration // that the value is a mean over; 0: an instant
}

// unavailable is a cluster without metrics APIs.
type unavailable struct{}

// Resource implements Metrics.
func (unavailable) Resource(*cluster.Pod, string, cluster.ResourceName) (Sample, bool) {
	return Sample{}, false
}

// Pods implements Metrics.
func (unavailable) Pods(*cluster.Pod, string, *cluster.Selector) (Sample, bool) {
	return Sample{}, false
}

// Object implements Metrics.
func (unavailable) Object(string, cluster.ObjectRef, string, *cluster.Selector) (Sample, bool) {
	return Sample{}, false
}

// External implements Metrics.
func (unavailable) External(string, string, *cluster.Selector) ([]Sample, bool) { return nil, false }
