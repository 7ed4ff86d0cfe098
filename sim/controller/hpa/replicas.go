package hpa

import (
	"math"

	"github.com/wavetank/wavetank/sim/cluster"
)

// tolerances are how far a ratio of use to target may be from 1 before anything is done.
type tolerances struct{ down, up float64 }

func (t tolerances) within(ratio float64) bool { return 1-t.down <= ratio && ratio <= 1+t.up }

// proposal is what one metric asks for, and what its status says.
type proposal struct {
	replicas    int
	utilization int // per cent of the request
	value       int64
}

// why is why a metric says nothing.
type why uint8

const (
	noMetrics  why = iota + 1 // the API has none
	noPods                    // the target has no pods
	noSamples                 // only pods whose samples do not count
	noRequests                // a pod without a request
	noMatch                   // requests of nothing
)

// failure is a metric that says nothing.
type failure struct {
	why    why
	detail string // of noRequests
}

func (f failure) failed() bool { return f.why != 0 }

// perPod is a metric of pods: its samples, and what they are held against.
type perPod struct {
	sample      func(*cluster.Pod) (Sample, bool)
	cpu         bool
	utilization int   // target in per cent of the request; 0: MilliValue counts
	value       int64 // target
	requests    requester
}

// replicas is the number of pods that would bring a metric of pods to its target (replica_calculator.go:
// GetResourceReplicas and calcPlainMetricReplicas, v1.36.3). Pods without a sample count as using their whole request, or
// the target, where the target might shrink, and nothing where it might grow; pods that start count only where it might
// grow, as using nothing.
func (m *perPod) replicas(current int, pods []*cluster.Pod, w *window, tol tolerances) (proposal, failure) {
	t := m.tally(pods, w)
	switch {
	case t.ready == 0 && !anySample(pods, m.sample):
		return proposal{}, failure{why: noMetrics}
	case len(pods) == 0:
		return proposal{}, failure{why: noPods}
	case t.ready == 0:
		return proposal{}, failure{why: noSamples}
	case t.err != nil:
		return proposal{}, failure{noRequests, t.err.Error()}
	case m.utilization > 0 && t.request == 0:
		return proposal{}, failure{why: noMatch}
	}
	ratio, p := m.ratio(t.value, t.request, t.ready)
	growWithUnready := t.unready > 0 && ratio > 1
	if !growWithUnready && t.missing == 0 {
		p.replicas = current
		if !tol.within(ratio) {
			p.replicas = ceil(ratio * float64(t.ready))
		}
		return p, failure{}
	}
	p.replicas = m.reconsider(current, ratio, t, growWithUnready, tol)
	return p, failure{}
}

// tally goes through the pods once.
func (m *perPod) tally(pods []*cluster.Pod, w *window) (t tally) {
	for _, p := range pods {
		s, measured := m.sample(p)
		request := int64(0)
		if m.utilization > 0 {
			var err error
			if request, err = m.requests.of(p); err != nil && t.err == nil {
				t.err = err
			}
		}
		switch w.group(p, &s, measured, m.cpu) {
		case unready:
			t.unready++
			t.unreadyRequest += request
		case missing:
			t.missing++
			t.missingRequest += request
			t.missingFallback += m.fallback(request)
		case ready:
			t.ready++
			t.request += request
			t.value += s.MilliValue
		}
	}
	return t
}

// fallback is the value that a pod without a sample is given where the target might shrink.
func (m *perPod) fallback(request int64) int64 {
	if m.utilization > 0 {
		return request * int64(max(100, m.utilization)) / 100
	}
	return m.value
}

// ratio is the ratio of use to target (metrics/utilization.go: GetResourceUtilizationRatio, GetMetricUsageRatio).
func (m *perPod) ratio(value, request int64, pods int) (float64, proposal) {
	p := proposal{value: value / int64(pods)}
	if m.utilization == 0 {
		return float64(p.value) / float64(m.value), p
	}
	p.utilization = int(value * 100 / request)
	return float64(p.utilization) / float64(m.utilization), p
}

// reconsider computes the replicas once more with the pods that were left out. Nothing is done if that would turn the
// direction.
func (m *perPod) reconsider(current int, ratio float64, t tally, growWithUnready bool, tol tolerances) int {
	value, request, pods := t.value, t.request, t.ready
	if ratio != 1 {
		request, pods = request+t.missingRequest, pods+t.missing
	}
	if ratio < 1 {
		value += t.missingFallback
	}
	if growWithUnready {
		request, pods = request+t.unreadyRequest, pods+t.unready
	}
	again, _ := m.ratio(value, request, pods)
	if tol.within(again) || ratio < 1 && again > 1 || ratio > 1 && again < 1 {
		return current
	}
	replicas := ceil(again * float64(pods))
	if again < 1 && replicas > current || again > 1 && replicas < current {
		return current
	}
	return replicas
}

// ofValue is the number of pods for a metric that describes the target as a whole, held against a target value
// (GetObjectMetricReplicas, GetExternalMetricReplicas, getUsageRatioReplicaCount).
func ofValue(current int, usage, target int64, pods []*cluster.Pod, tol tolerances) (proposal, failure) {
	ratio := float64(usage) / float64(target)
	switch {
	case current == 0:
		return proposal{replicas: ceil(ratio), value: usage}, failure{}
	case tol.within(ratio):
		return proposal{replicas: current, value: usage}, failure{}
	case len(pods) == 0:
		return proposal{}, failure{why: noPods}
	}
	n := 0
	for _, p := range pods {
		if p.Status.Phase == cluster.Running && p.Status.Ready {
			n++
		}
	}
	return proposal{replicas: ceil(ratio * float64(n)), value: usage}, failure{}
}

// ofAverage is the number of pods for a metric that describes the target as a whole, held against a target for each pod
// (GetObjectPerPodMetricReplicas, GetExternalPerPodMetricReplicas). The value a pod of a target without pods is 0.
func ofAverage(running int, usage, target int64, tol tolerances) proposal {
	p := proposal{replicas: running}
	if !tol.within(float64(usage) / (float64(target) * float64(running))) {
		p.replicas = ceil(float64(usage) / float64(target))
	}
	if running > 0 {
		p.value = capped(math.Ceil(float64(usage) / float64(running)))
	}
	return p
}

// sum adds up the values of an external metric, as far as numbers go.
func sum(samples []Sample) int64 {
	total := int64(0)
	for _, s := range samples {
		if s.MilliValue > 0 && total > math.MaxInt64-s.MilliValue {
			return math.MaxInt64
		}
		total += s.MilliValue
	}
	return total
}

// ceil rounds up to a number of replicas, which has 32 bits in the API.
func ceil(x float64) int {
	if x >= math.MaxInt32 {
		return math.MaxInt32
	}
	return int(math.Ceil(x))
}

func capped(x float64) int64 {
	if x >= math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(x)
}
