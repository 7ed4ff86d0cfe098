package traces

import (
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

// openbFormat is the format of the Alibaba trace cluster-trace-gpu-v2023 (openb_pod_list_*.csv, openb_node_list_*.csv;
// github.com/alibaba/clusterdata, cluster-trace-gpu-v2023/README.md). Times are whole seconds since the trace's start.
//
// Decisions, and why:
//
//   - Duration is deletion - scheduled: the time on the node. The time in the recorded queue is left out, because the
//     scheduler under test makes its own. A pod that was never scheduled has deletion - creation, the time for which
//     its owner kept it; its Phase, Pending, lets a replay leave it out. Without deletion time the pod runs for ever.
//   - The lists multigpu*.csv have no times: their pods are all submitted at 0 and run for ever.
//   - Priority follows qos, see openbPriority.
//   - Models that gpu_spec names twice, as some lists do, count once.
var openbFormat = format{name: "openb", pods: newOpenbPods, nodes: newOpenbNodes}

// The columns of a list of pods.
const (
	openbName = iota
	openbCPU
	openbMemory
	openbGPUs
	openbGPUMilli
	openbGPUSpec
	openbQoS
	openbPhase
	openbCreation
	openbDeletion
	openbScheduled
)

var openbPodColumns = []column{
	openbName:      {name: "name"},
	openbCPU:       {name: "cpu_milli"},
	openbMemory:    {name: "memory_mib"},
	openbGPUs:      {name: "num_gpu"},
	openbGPUMilli:  {name: "gpu_milli"},
	openbGPUSpec:   {name: "gpu_spec", optional: true},
	openbQoS:       {name: "qos", optional: true},
	openbPhase:     {name: "pod_phase", optional: true},
	openbCreation:  {name: "creation_time", optional: true},
	openbDeletion:  {name: "deletion_time", optional: true},
	openbScheduled: {name: "scheduled_time", optional: true},
}

// openbPriority gives each qos of the trace a priority. The order is that of the trace's authors: latency-sensitive (LS)
// and guaranteed pods go before burstable ones, and these before best-effort ones (BE). The trace itself has no
// priorities; the steps of 1000 are ours and leave room between them. An empty qos is that of a list without the column.
var openbPriority = map[string]int32{"": 0, "BE": 0, "Burstable": 1000, "LS": 2000, "Guaranteed": 2000}

var openbPhases = []string{"", "Pending", "Running", "Succeeded", "Failed", "Unknown"}

// The largest values that are accepted. They lie far above every machine and keep later sums from overflowing.
const (
	mebibyte     = 1 << 20
	maxMilliCPU  = 1_000_000_000                      // a million cores
	maxMiB       = 1 << 30                            // a pebibyte
	maxGPUs      = 1024                               // devices of one node
	maxGPUMilli  = 1000                               // a whole device
	maxTimestamp = math.MaxInt64 / int64(time.Second) // what a Duration can hold, 292 years
)

type openbPods struct {
	*table
	names  *nameSet
	words  map[string]string   // one copy of each qos and phase
	models map[string][]string // by gpu_spec
}

func newOpenbPods(src io.ReadCloser, name string, names *nameSet) (PodReader, error) {
	t, err := newTable(src, name, openbPodColumns)
	if err != nil {
		return nil, err
	}
	p := &openbPods{table: t, names: names, words: map[string]string{}, models: map[string][]string{}}
	if t.has(openbCreation) {
		return p, nil
	}
	for _, c := range []int{openbDeletion, openbScheduled} {
		if t.has(c) {
			t.fail(openbCreation, "missing column: %s needs it", t.columns[c].name)
		}
	}
	return p, t.err
}

func (p *openbPods) Next() (Row, bool) {
	if !p.next() {
		return Row{}, false
	}
	row := Row{
		Name:        p.identifier(openbName),
		MilliCPU:    p.integer(openbCPU, maxMilliCPU),
		MemoryBytes: p.integer(openbMemory, maxMiB) * mebibyte,
		QoS:         p.qos(),
		Phase:       p.phase(),
		Line:        p.line,
	}
	row.Priority = openbPriority[row.QoS]
	p.readGPUs(&row)
	p.readTimes(&row)
	if p.err == nil {
		p.checkName(p.names, openbName, row.Name)
	}
	if p.err != nil {
		return Row{}, false
	}
	return row, true
}

// readGPUs checks what the trace always keeps to: no share without a device, and no shares of several devices.
func (p *openbPods) readGPUs(row *Row) {
	row.GPUs = int(p.integer(openbGPUs, maxGPUs))
	row.GPUMilli = p.integer(openbGPUMilli, maxGPUMilli)
	row.GPUModels = p.gpuModels()
	switch {
	case row.GPUs == 0 && row.GPUMilli > 0:
		p.fail(openbGPUMilli, "%d without a GPU: num_gpu is 0", row.GPUMilli)
	case row.GPUs > 0 && row.GPUMilli == 0:
		p.fail(openbGPUMilli, "0 of each GPU: num_gpu is %d", row.GPUs)
	case row.GPUs > 1 && row.GPUMilli < maxGPUMilli:
		p.fail(openbGPUMilli, "%d of each of %d GPUs: only one GPU can be shared", row.GPUMilli, row.GPUs)
	case row.GPUs == 0 && row.GPUModels != nil:
		p.fail(openbGPUSpec, "%s without a GPU: num_gpu is 0", p.text(openbGPUSpec))
	}
}

func (p *openbPods) readTimes(row *Row) {
	row.Duration, row.Scheduled = RunsForever, NeverScheduled
	if !p.has(openbCreation) {
		return
	}
	row.Submit = p.seconds(openbCreation)
	start := row.Submit
	if p.text(openbScheduled) != "" {
		start = p.seconds(openbScheduled)
		row.Scheduled = start
		if start < row.Submit {
			p.fail(openbScheduled, "%s is before the creation at %s", p.text(openbScheduled), p.text(openbCreation))
		}
	}
	if p.text(openbDeletion) == "" {
		return
	}
	row.Duration = p.seconds(openbDeletion) - start
	if row.Duration < 0 {
		p.failDeletion(row)
	}
}

func (p *openbPods) failDeletion(row *Row) {
	if row.Scheduled >= 0 {
		p.fail(openbDeletion, "%s is before the start at %s", p.text(openbDeletion), p.text(openbScheduled))
		return
	}
	p.fail(openbDeletion, "%s is before the creation at %s", p.text(openbDeletion), p.text(openbCreation))
}

func (p *openbPods) seconds(c int) time.Duration {
	return time.Duration(p.integer(c, maxTimestamp)) * time.Second
}

func (p *openbPods) qos() string {
	word := p.text(openbQoS)
	if _, ok := openbPriority[word]; !ok {
		p.fail(openbQoS, "unknown: %s; known are BE, Burstable, Guaranteed, LS", quoteOdd(word))
		return ""
	}
	return p.intern(word)
}

func (p *openbPods) phase() string {
	word := p.text(openbPhase)
	if !slices.Contains(openbPhases, word) {
		p.fail(openbPhase, "unknown: %s; known are %s", quoteOdd(word), strings.Join(openbPhases[1:], ", "))
		return ""
	}
	return p.intern(word)
}

// intern returns the one copy of a word: the text of a line is kept alive by the name of its row and by nothing else.
func (p *openbPods) intern(word string) string {
	one, ok := p.words[word]
	if !ok {
		one = strings.Clone(word)
		p.words[one] = one
	}
	return one
}

// gpuModels reads "V100M16|V100M32": the allowed models.
func (p *openbPods) gpuModels() []string {
	spec := p.text(openbGPUSpec)
	if spec == "" {
		return nil
	}
	if models, ok := p.models[spec]; ok {
		return models
	}
	models := p.splitModels(strings.Clone(spec))
	if p.err == nil {
		p.models[strings.Clone(spec)] = models
	}
	return models
}

func (p *openbPods) splitModels(spec string) []string {
	var models []string
	for model := range strings.SplitSeq(spec, "|") {
		if model == "" || strings.ContainsFunc(model, isOdd) {
			p.fail(openbGPUSpec, "not a list of models: %s", quoteOdd(spec))
			return nil
		}
		if !slices.Contains(models, model) {
			models = append(models, model)
		}
	}
	return models
}

func (p *openbPods) Err() error   { return p.err }
func (p *openbPods) Close() error { return p.src.Close() }
