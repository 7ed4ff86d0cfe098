package traces

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Info sums up a list of recorded pods. Marshalled as JSON it has one stable order: that of the fields, and within
// lists that of the names.
type Info struct {
	Rows int `json:"rows"`
	// The pods by their request for GPUs: none, a part of one, one whole, several.
	CPUPods   int `json:"cpuPods"`
	SharePods int `json:"sharePods"`
	WholePods int `json:"wholePods"`
	MultiPods int `json:"multiPods"`
	// Shapes is the number of distinct requests: CPU, memory, GPUs, share of a GPU, allowed models.
	Shapes int `json:"shapes"`
	// First and last submission and last recorded end, in seconds since the trace's origin.
	FirstSubmit float64 `json:"firstSubmitSeconds"`
	LastSubmit  float64 `json:"lastSubmitSeconds"`
	LastEnd     float64 `json:"lastEndSeconds"`
	// Durations are in seconds, of the pods that end; RunsForever counts the others.
	Durations   Quantiles `json:"durationSeconds"`
	RunsForever int       `json:"runsForever"`
	// Requests is the sum over all pods.
	Requests Demand `json:"requests"`
	// Peak is the most that was asked for at one time, each resource by itself, when every pod counts from its
	// submission to its recorded end. A cluster that is smaller makes pods wait.
	Peak Demand `json:"peak"`
	// How many pods had each phase and each qos; pods without are counted under "".
	Phases []Count `json:"phases"`
	QoS    []Count `json:"qos"`
}

// Demand is an amount of each resource.
type Demand struct {
	MilliCPU    int64 `json:"cpuMilli"`    // thousandths of a core
	MemoryBytes int64 `json:"memoryBytes"` // bytes
	GPUMilli    int64 `json:"gpuMilli"`    // thousandths of a device
}

// Quantiles are by nearest rank: each is a value that occurred. All are 0 when there was none.
type Quantiles struct {
	Min    float64 `json:"min"`
	Median float64 `json:"median"`
	P90    float64 `json:"p90"`
	Max    float64 `json:"max"`
}

// Count is how often a word occurred.
type Count struct {
	Name string `json:"name"`
	Pods int    `json:"pods"`
}

// Summarise reads pods to their end and sums them up; it does not close the reader. The pods must come in the order of
// their submission, as those of OpenPods do. It fails when they do not, when reading fails, and when the sum of the
// requests exceeds an int64. It holds 8 bytes for each pod, and 40 for each that runs at one time.
func Summarise(pods PodReader) (Info, error) {
	s := summary{shapes: map[shape]struct{}{}, phases: map[string]int{}, qos: map[string]int{}}
	for row, ok := pods.Next(); ok; row, ok = pods.Next() {
		if err := s.add(row); err != nil {
			return Info{}, err
		}
	}
	if pods.Err() != nil {
		return Info{}, pods.Err()
	}
	return s.finish(), nil
}

// summary is an Info in the making.
type summary struct {
	info      Info
	last      Row
	lastEnd   time.Duration
	durations []time.Duration
	shapes    map[shape]struct{}
	phases    map[string]int
	qos       map[string]int
	sweep     sweep
}

type shape struct {
	milliCPU, memoryBytes, gpuMilli int64
	gpus                            int
	models                          string
}

func (s *summary) add(row Row) error {
	if row.Submit < s.last.Submit {
		return fmt.Errorf("line %d: %s was submitted before %s of line %d: a summary needs pods in order of submission",
			row.Line, row.Name, s.last.Name, s.last.Line)
	}
	if s.info.Rows == 0 {
		s.info.FirstSubmit = row.Submit.Seconds()
	}
	s.last = row
	s.info.Rows++
	s.countKind(row)
	s.countTimes(row)
	s.phases[row.Phase]++
	s.qos[row.QoS]++
	s.shapes[shape{row.MilliCPU, row.MemoryBytes, row.GPUMilli, row.GPUs, strings.Join(row.GPUModels, "|")}] = struct{}{}
	return s.countRequests(row)
}

func (s *summary) countKind(row Row) {
	switch {
	case row.GPUs == 0:
		s.info.CPUPods++
	case row.GPUs > 1:
		s.info.MultiPods++
	case row.GPUMilli < maxGPUMilli:
		s.info.SharePods++
	default:
		s.info.WholePods++
	}
}

func (s *summary) countTimes(row Row) {
	end, ends := row.End()
	if !ends {
		s.info.RunsForever++
		return
	}
	s.lastEnd = max(s.lastEnd, end)
	s.durations = append(s.durations, row.Duration)
}

func (s *summary) countRequests(row Row) error {
	demand := Demand{MilliCPU: row.MilliCPU, MemoryBytes: row.MemoryBytes, GPUMilli: row.TotalGPUMilli()}
	if s.info.Requests.overflows(demand) {
		return errors.New("the sum of the requests is too large")
	}
	s.info.Requests.add(demand, 1)
	s.sweep.add(row, demand)
	return nil
}

func (s *summary) finish() Info {
	s.info.LastSubmit = s.last.Submit.Seconds()
	s.info.LastEnd = s.lastEnd.Seconds()
	slices.Sort(s.durations)
	s.info.Durations = quantiles(s.durations)
	s.info.Shapes = len(s.shapes)
	s.info.Phases, s.info.QoS = counts(s.phases), counts(s.qos)
	s.info.Peak = s.sweep.peak
	return s.info
}

func (d *Demand) add(e Demand, times int64) {
	d.MilliCPU += times * e.MilliCPU
	d.MemoryBytes += times * e.MemoryBytes
	d.GPUMilli += times * e.GPUMilli
}

func (d *Demand) overflows(e Demand) bool {
	return d.MilliCPU > math.MaxInt64-e.MilliCPU || d.MemoryBytes > math.MaxInt64-e.MemoryBytes ||
		d.GPUMilli > math.MaxInt64-e.GPUMilli
}

// quantiles takes sorted spans.
func quantiles(sorted []time.Duration) Quantiles {
	if len(sorted) == 0 {
		return Quantiles{}
	}
	rank := func(percent int) float64 { return sorted[(len(sorted)*percent+99)/100-1].Seconds() }
	return Quantiles{Min: sorted[0].Seconds(), Median: rank(50), P90: rank(90), Max: rank(100)}
}

func counts(of map[string]int) []Count {
	list := make([]Count, 0, len(of))
	for name, n := range of {
		list = append(list, Count{name, n})
	}
	slices.SortFunc(list, func(a, b Count) int { return strings.Compare(a.Name, b.Name) })
	return list
}
