package workloads

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// The streams of synthetic pods. The first has the pods' namespace and the template of their names behind it.
const (
	streamArrivals = "workload/arrivals/"
	streamClass    = "workload/class"
	streamDuration = "workload/duration"
)

// SyntheticSource generates pods. Gaps between arrivals come from a stream of the entry's own; class and run time of a
// pod from the pod's name.
type SyntheticSource struct {
	engine     *sim.Engine
	duration   Distribution // nil: for ever
	classes    []class
	gap        Distribution
	gaps       rand.Source
	next       sim.Time
	until      sim.Time
	number     int64 // of the next pod
	count      int64
	namespace  string
	start, end string // the pod's name around its number
	buffer     []byte
}

var _ Source = (*SyntheticSource)(nil)

// class is a Request, made ready.
type class struct {
	upTo   float64 // the sum of the weights up to and with this class
	spec   *cluster.PodSpec
	labels cluster.Labels
}

// NewSyntheticSource returns the pods that s describes, with the randomness of the engine.
func NewSyntheticSource(s *Synthetic, engine *sim.Engine) *SyntheticSource {
	src := &SyntheticSource{engine: engine, duration: s.Duration, namespace: s.Namespace, until: sim.Never, count: math.MaxInt64}
	src.start, src.end, _ = strings.Cut(s.Name, numberMark)
	if s.Count > 0 {
		src.count = s.Count
	}
	if s.Until > 0 {
		src.until = sim.Time(s.Until)
	}
	src.classes = newClasses(s.Requests)
	src.gaps = engine.Rand(streamArrivals + s.Namespace + "/" + s.Name)
	src.begin(s.Arrivals)
	return src
}

func newClasses(requests []Request) []class {
	var sum float64
	classes := make([]class, 0, len(requests))
	for _, r := range requests {
		sum += r.Weight
		classes = append(classes, class{sum, r.spec(), cluster.Labels{LabelClass: r.Name}})
	}
	return classes
}

func (r *Request) spec() *cluster.PodSpec {
	spec := newSpec(cluster.Container{
		Requests: cluster.Resources{
			MilliCPU: r.MilliCPU, Memory: r.Memory, EphemeralStorage: r.EphemeralStorage, Extended: r.Extended,
		},
		RequestsCPU: r.StatesCPU, RequestsMemory: r.StatesMemory,
	})
	spec.GPU = cluster.GPURequest{Devices: r.GPUs, Milli: r.GPUMilli}
	spec.Priority = r.Priority
	spec.NodeSelector = r.NodeSelector
	return spec.Complete()
}

// begin sets the first arrival and the gaps after it.
func (s *SyntheticSource) begin(a Arrivals) {
	switch {
	case a.Every > 0:
		s.gap = Constant{a.Every}
	case a.At != nil:
		s.next, s.gap = sim.Time(*a.At), Constant{}
	case a.Poisson != nil:
		s.gap = Exponential{a.Poisson.Gap()}
		s.next = s.next.Add(s.gap.Sample(s.gaps))
	default:
		s.gap = a.Gaps
		s.next = s.next.Add(s.gap.Sample(s.gaps))
	}
}

// Next returns the next pod.
func (s *SyntheticSource) Next() (Submission, bool) {
	if s.number >= s.count || s.next > s.until || s.next == sim.Never {
		return Submission{}, false
	}
	next := Submission{At: s.next, Pod: s.pod()}
	s.number++
	s.next = s.next.Add(s.gap.Sample(s.gaps))
	return next, true
}

func (s *SyntheticSource) pod() *cluster.Pod {
	key := s.key()
	class := s.class(key)
	pod := &cluster.Pod{Spec: class.spec, RunTime: cluster.Forever}
	pod.Namespace, pod.Name = s.namespace, key[len(s.namespace)+1:]
	pod.Labels = class.labels
	if s.duration != nil {
		pod.RunTime = s.duration.Sample(s.engine.Source(streamDuration, key))
	}
	return pod
}

// key makes "namespace/name" in one allocation; the pod's name is a part of it.
func (s *SyntheticSource) key() string {
	b := append(append(s.buffer[:0], s.namespace...), '/')
	b = strconv.AppendInt(append(b, s.start...), s.number, 10)
	s.buffer = append(b, s.end...)
	return string(s.buffer)
}

func (s *SyntheticSource) class(key string) *class {
	last := len(s.classes) - 1
	if last == 0 {
		return &s.classes[0]
	}
	mark := s.engine.Draw(streamClass, key).Float64() * s.classes[last].upTo
	for i := range s.classes[:last] {
		if mark < s.classes[i].upTo {
			return &s.classes[i]
		}
	}
	return &s.classes[last]
}

// Err returns nil: generating cannot fail.
func (s *SyntheticSource) Err() error { return nil }
