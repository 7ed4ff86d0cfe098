package workloads

import (
	"fmt"
	"math"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/traces"
)

// TraceSource replays recorded pods: each is submitted at its recorded instant and runs for its recorded time once it
// has started. Pods that ask for the same share one PodSpec.
type TraceSource struct {
	trace PodTrace
	file  string
	rows  traces.PodReader
	left  int64 // of trace.Count
	specs map[shape]*cluster.PodSpec
	// A list of GPU models is a number in a shape. Number 0 is any model.
	models map[string]int
	buffer []byte
	labels map[string]cluster.Labels // by qos
	err    error
}

var _ Source = (*TraceSource)(nil)

// shape is what makes the specs of two rows equal.
type shape struct {
	milliCPU, memory int64
	gpus             int
	gpuMilli         int64
	models           int
	priority         int32
}

// NewTraceSource returns the pods of a reader. The file's name stands in messages. Close closes the reader.
func NewTraceSource(trace PodTrace, file string, rows traces.PodReader) *TraceSource {
	t := &TraceSource{trace: trace, file: file, rows: rows, left: math.MaxInt64}
	if trace.Count > 0 {
		t.left = trace.Count
	}
	t.specs = map[shape]*cluster.PodSpec{}
	t.models = map[string]int{"": 0}
	t.labels = map[string]cluster.Labels{"": nil}
	return t
}

// Next returns the next recorded pod.
func (t *TraceSource) Next() (Submission, bool) {
	if t.err != nil || t.left == 0 {
		return Submission{}, false
	}
	row, ok := t.rows.Next()
	if !ok {
		t.err = t.rows.Err()
		return Submission{}, false
	}
	t.left--
	at := sim.Time(scale(row.Submit, t.trace.TimeScale))
	if at == sim.Never {
		t.err = fmt.Errorf("%s:%d: pod %s is submitted beyond the end of the clock, 292 years", t.file, row.Line, row.Name)
		return Submission{}, false
	}
	return Submission{At: at, Pod: t.pod(&row)}, true
}

// scale multiplies a span. A factor of 1 is exact, however long the span is.
func scale(span time.Duration, factor float64) time.Duration {
	if factor == 1 {
		return span
	}
	return toDuration(float64(span) * factor)
}

func (t *TraceSource) pod(row *traces.Row) *cluster.Pod {
	pod := &cluster.Pod{Spec: t.spec(row), RunTime: cluster.Forever}
	pod.Namespace, pod.Name = t.trace.Namespace, row.Name
	pod.Labels = t.qosLabels(row.QoS)
	if row.Duration >= 0 {
		pod.RunTime = scale(row.Duration, t.trace.DurationScale)
	}
	return pod
}

func (t *TraceSource) qosLabels(qos string) cluster.Labels {
	labels, ok := t.labels[qos]
	if !ok {
		labels = cluster.Labels{LabelQoS: qos}
		t.labels[qos] = labels
	}
	return labels
}

func (t *TraceSource) spec(row *traces.Row) *cluster.PodSpec {
	key := shape{row.MilliCPU, row.MemoryBytes, row.GPUs, row.GPUMilli, t.modelsNumber(row.GPUModels), row.Priority}
	spec, ok := t.specs[key]
	if !ok {
		spec = newSpec(cluster.Container{
			Requests:    cluster.Resources{MilliCPU: row.MilliCPU, Memory: row.MemoryBytes},
			RequestsCPU: true, RequestsMemory: true, // a trace states them, even as 0
		})
		spec.GPU = cluster.GPURequest{Devices: row.GPUs, Milli: row.GPUMilli}
		spec.GPUModels = row.GPUModels
		spec.Priority = row.Priority
		t.specs[key] = spec.Complete()
	}
	return spec
}

// modelsNumber numbers the lists of models in the order of their first row. No model's name has a blank.
func (t *TraceSource) modelsNumber(models []string) int {
	t.buffer = t.buffer[:0]
	for _, m := range models {
		t.buffer = append(append(t.buffer, m...), ' ')
	}
	n, ok := t.models[string(t.buffer)]
	if !ok {
		n = len(t.models)
		t.models[string(t.buffer)] = n
	}
	return n
}

// newSpec returns the spec of a pod with one container that is not started again once it has ended: a pod of a workload
// ends for good. Its grace period is 0, as workloads do not say how long their pods take to stop.
func newSpec(container cluster.Container) *cluster.PodSpec {
	container.Name = "main"
	return &cluster.PodSpec{Containers: []cluster.Container{container}, RestartPolicy: cluster.RestartNever}
}

// Err returns the error of the trace.
func (t *TraceSource) Err() error { return t.err }

// Close closes the reader.
func (t *TraceSource) Close() error { return t.rows.Close() }
