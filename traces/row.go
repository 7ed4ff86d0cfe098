package traces

import "time"

// Instants in a row are spans since the trace's own origin, which each format defines.

// Row is one recorded pod, in the units of the simulator whatever those of its format.
type Row struct {
	// Name identifies the pod. It is unique in its trace and never empty.
	Name string
	// Submit is the instant at which the pod was created, never negative.
	Submit time.Duration
	// Duration is how long the pod runs once it has started. Negative (RunsForever): it never ends by itself.
	Duration time.Duration
	// Scheduled is the recorded instant of its start, at or after Submit; negative (NeverScheduled) when none was recorded.
	Scheduled time.Duration
	// MilliCPU is the request of CPU in thousandths of a core.
	MilliCPU int64
	// MemoryBytes is the request of memory in bytes.
	MemoryBytes int64
	// GPUs is the number of devices that the pod asks for, all of one node.
	GPUs int
	// GPUMilli is what it asks of each of them, in thousandths of a device: 0 without GPUs, 1000 for whole devices.
	// Only one single device can be asked for in part.
	GPUMilli int64
	// GPUModels are the models of GPU on which the pod may run, without duplicates; nil: any. Rows share the slice:
	// it must not be changed.
	GPUModels []string
	// Priority is the pod's priority as in Kubernetes: the higher goes first. The format says how it is derived.
	Priority int32
	// QoS is the recorded class of service, in the words of the trace; empty when the trace has none.
	QoS string
	// Phase is the recorded outcome, in the words of Kubernetes (Pending, Running, Succeeded, Failed, Unknown); empty
	// when the trace has none.
	Phase string
	// Group names the set of pods to which this one belongs (a job, a deployment); empty: it stands alone.
	Group string
	// Line is the line of the file on which the row begins, from 1.
	Line int
}

// What a negative span in a Row means.
const (
	RunsForever    time.Duration = -1 // Duration: the pod does not end by itself
	NeverScheduled time.Duration = -1 // Scheduled: the record has no start
)

// TotalGPUMilli is the request over all devices, in thousandths of a device.
func (r Row) TotalGPUMilli() int64 { return int64(r.GPUs) * r.GPUMilli }

// End is the recorded instant at which the pod ended: its start, or its submission where no start was recorded, plus
// its duration. The result is false for a pod that runs for ever.
func (r Row) End() (time.Duration, bool) {
	if r.Duration < 0 {
		return 0, false
	}
	return max(r.Submit, r.Scheduled) + r.Duration, true
}

// NodeRow is one recorded machine.
type NodeRow struct {
	// Name identifies the node. It is unique in its file and never empty.
	Name string
	// MilliCPU is the capacity of CPU in thousandths of a core.
	MilliCPU int64
	// MemoryBytes is the capacity of memory in bytes.
	MemoryBytes int64
	// GPUs is the number of its devices, all of one model.
	GPUs int
	// GPUModel is the model of its devices; empty exactly when it has none.
	GPUModel string
	// Line is the line of the file on which the row begins, from 1.
	Line int
}
