package decisionlog

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/klauspost/compress/zstd"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Header is what a log says of its run.
type Header struct {
	Full          bool   // it holds what the scheduler saw
	Seed          uint64 // of the run
	Configuration string // of the scheduler: a KubeSchedulerConfiguration that gives the same profiles again
}

func (h *Header) level() string {
	if h.Full {
		return "full"
	}
	return "summary"
}

// recordKind is the first field of a record.
type recordKind uint64

const (
	recordDecision recordKind = iota + 1
	recordView
	recordObject
	recordEnd // the log is whole
)

// Writer writes a log. Its errors stick and come out of Close.
type Writer struct {
	*encoder
	zip   *zstd.Encoder
	full  bool
	specs map[*cluster.PodSpec]uint64
	text  []byte
	last  sim.Time // instants are written as what has passed since the last
}

// NewWriter starts a log.
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	zip, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return nil, fmt.Errorf("log of decisions: %w", err)
	}
	l := &Writer{encoder: newEncoder(zip), zip: zip, full: h.Full, specs: map[*cluster.PodSpec]uint64{}}
	l.write([]byte(magic))
	l.string(h.level())
	l.string(strconv.FormatUint(h.Seed, 10))
	l.string(h.Configuration)
	return l, nil
}

// Close completes the log and returns the first error of all. The underlying writer stays open.
func (l *Writer) Close() error {
	l.uint(uint64(recordEnd))
	if l.err == nil {
		l.err = l.w.Flush()
	}
	if err := l.zip.Close(); l.err == nil {
		l.err = err
	}
	return l.err
}

func (l *Writer) instant(t sim.Time) {
	l.int(int64(t - l.last))
	l.last = t
}

func (l *Writer) key(k cluster.Key) {
	l.uint(uint64(k.UID))
	l.string(k.Namespace)
	l.name(k.Name)
}

// OnDecision writes a decision.
func (l *Writer) OnDecision(d *framework.Decision) {
	l.uint(uint64(recordDecision))
	l.instant(d.At)
	l.key(d.Pod)
	l.uint(uint64(d.Attempt))
	l.string(d.Node)
	l.string(d.Nominated)
	l.bool(d.Renominated)
	l.uint(uint64(len(d.Evict)))
	for _, v := range d.Evict {
		l.key(v)
	}
	l.int(d.Score)
	for _, n := range []int{d.Ties, d.Feasible, d.Evaluated, d.Nodes, d.Start} {
		l.uint(uint64(n))
	}
	l.uint(uint64(len(d.Rejections)))
	for _, r := range d.Rejections {
		l.string(r.Plugin)
		l.uint(uint64(r.Code))
		l.string(r.Reason)
		l.uint(uint64(r.Nodes))
	}
	l.string(d.PreFilter)
	l.name(d.PostFilter)
	l.string(d.Err)
	if l.full {
		l.pod(d.Tried)
	}
}

// OnViewChange writes a change of what the scheduler sees. A summary log leaves it out.
func (l *Writer) OnViewChange(c cluster.ViewChange) {
	if !l.full {
		return
	}
	l.uint(uint64(recordView))
	l.uint(uint64(c.Op))
	switch c.Op {
	case cluster.ViewNode, cluster.ViewNodeUpdate:
		l.node(c.Node)
	case cluster.ViewNodeGone:
		l.string(c.Node.Name)
	case cluster.ViewPodGone, cluster.ViewUnnominated:
		l.uint(uint64(c.Pod.UID))
	default:
		l.pod(c.Pod)
	}
}

// OnChange writes a change of an object that is neither node nor pod. A summary log leaves it out.
func (l *Writer) OnChange(c *cluster.Change) {
	kind := c.Object().Kind()
	if !l.full || kind == cluster.KindPod || kind == cluster.KindNode {
		return
	}
	l.uint(uint64(recordObject))
	l.uint(uint64(kind))
	l.bool(c.New != nil)
	if c.New == nil {
		l.string(c.Old.Meta().Namespace)
		l.string(c.Old.Meta().Name)
		return
	}
	l.json(c.New)
}

func (l *Writer) json(v any) {
	b, err := json.Marshal(v)
	if err != nil && l.err == nil {
		l.err = err
	}
	l.string(string(b))
}

// node writes what plugins may look at of a node.
func (l *Writer) node(n *cluster.Node) {
	l.string(n.Name)
	l.uint(uint64(n.UID))
	l.labels(n.Labels)
	l.labels(n.Annotations)
	l.resources(&n.Capacity)
	l.resources(&n.Allocatable)
	l.int(n.AllocatablePods)
	l.uint(uint64(n.GPUs))
	l.uint(uint64(len(n.Taints)))
	for _, t := range n.Taints {
		l.string(t.Key)
		l.string(t.Value)
		l.uint(uint64(t.Effect))
	}
	l.bool(n.Unschedulable)
	l.bool(n.Down)
	l.uint(uint64(len(n.Images)))
	for _, i := range n.Images {
		l.int(i.SizeBytes)
		l.uint(uint64(len(i.Names)))
		for _, name := range i.Names {
			l.string(name)
		}
	}
}

func (l *Writer) resources(r *cluster.Resources) {
	l.int(r.MilliCPU)
	l.int(r.Memory)
	l.int(r.EphemeralStorage)
	l.uint(uint64(len(r.Extended)))
	for _, a := range r.Extended {
		l.string(string(a.Name))
		l.int(a.Value)
	}
}

// pod writes what plugins may look at of a pod.
func (l *Writer) pod(p *cluster.Pod) {
	l.key(cluster.KeyOf(p))
	l.spec(p.Spec)
	l.string(p.NodeName)
	l.uint(uint64(p.GPUs))
	l.labels(p.Labels)
	l.owners(p.Owners)
	l.bool(p.Deleting)
	st := &p.Status
	l.uint(uint64(st.Phase))
	l.int(int64(st.StartedAt))
	l.string(st.NominatedNode)
	l.string(string(st.Disrupted))
}

func (l *Writer) owners(owners []cluster.OwnerReference) {
	l.uint(uint64(len(owners)))
	for _, o := range owners {
		l.string(o.Kind)
		l.string(o.Name)
		l.bool(o.Controller)
	}
}

func (l *Writer) spec(s *cluster.PodSpec) {
	n, known := l.specs[s]
	if !known {
		n = uint64(len(l.specs))
		l.specs[s] = n
	}
	l.uint(n)
	if !known {
		l.json(s)
	}
}

// labels writes a set of labels as one string: sets come again and again. No key or value holds a zero byte.
func (l *Writer) labels(labels map[string]string) {
	if len(labels) == 0 {
		l.string("")
		return
	}
	keys := slices.Sorted(maps.Keys(labels))
	l.text = l.text[:0]
	for _, k := range keys {
		l.text = append(append(append(append(l.text, k...), 0), labels[k]...), 0)
	}
	l.string(string(l.text))
}
