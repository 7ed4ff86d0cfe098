package decisionlog

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Record is one entry of a log. Exactly one of its fields is set.
type Record struct {
	Decision *framework.Decision
	View     *cluster.ViewChange
	Object   *ObjectChange
}

// ObjectChange is a new version of an object that is neither node nor pod, or its end.
type ObjectChange struct {
	Kind cluster.Kind
	Name cluster.NamespacedName
	New  cluster.Object // nil: it is gone
}

// Reader reads a log, record by record.
type Reader struct {
	Header
	decoder
	zip   *zstd.Decoder
	specs []*cluster.PodSpec
	pods  map[cluster.UID]*cluster.Pod // the newest version of those that are placed or nominated
	sets  map[string]map[string]string
	last  sim.Time
	skip  bool // what the scheduler saw is passed over as far as possible
}

// NewReader reads the header of a log. The errors are about the content of the file.
func NewReader(r io.Reader) (*Reader, error) {
	zip, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	l := &Reader{zip: zip, pods: map[cluster.UID]*cluster.Pod{}, sets: map[string]map[string]string{}}
	l.r = bufio.NewReaderSize(zip, 64<<10)
	head := make([]byte, len(magic))
	if _, err = io.ReadFull(l.r, head); err != nil || string(head) != magic {
		zip.Close()
		return nil, errors.New("this is no log of decisions that this version can read")
	}
	l.Full = l.string() == "full"
	seed := l.string()
	l.Configuration = l.string()
	if l.Seed, err = strconv.ParseUint(seed, 10, 64); err != nil && l.err == nil {
		l.err = fmt.Errorf("seed %q is no number", seed)
	}
	return l, l.err
}

// Close frees what the reader holds. The underlying reader stays open.
func (l *Reader) Close() { l.zip.Close() }

// SkipView makes Next leave out what the scheduler saw, and cheaper.
func (l *Reader) SkipView() { l.skip = true }

// Next returns the next record, io.EOF at the end of a whole log. A log that was cut short is an error.
func (l *Reader) Next() (Record, error) {
	for l.err == nil {
		switch kind := recordKind(l.uint()); kind {
		case recordDecision:
			return Record{Decision: l.decision()}, l.err
		case recordView:
			if v := l.view(); !l.skip {
				return Record{View: v}, l.err
			}
		case recordObject:
			if o := l.object(); !l.skip {
				return Record{Object: o}, l.err
			}
		case recordEnd:
			if l.err == nil {
				l.err = io.EOF
			}
		default:
			l.fail(fmt.Errorf("a record of unknown kind %d", kind))
		}
	}
	return Record{}, l.err
}

func (l *Reader) instant() sim.Time {
	l.last += sim.Time(l.int())
	return l.last
}

func (l *Reader) key() cluster.Key {
	k := cluster.Key{Kind: cluster.KindPod, UID: cluster.UID(l.uint())}
	k.Namespace, k.Name = l.string(), l.name()
	return k
}

func (l *Reader) decision() *framework.Decision {
	d := &framework.Decision{At: l.instant(), Pod: l.key(), Attempt: int(l.uint())}
	d.Node, d.Nominated, d.Renominated = l.string(), l.string(), l.bool()
	for n := l.count(); n > 0 && l.err == nil; n-- {
		d.Evict = append(d.Evict, l.key())
	}
	d.Score = l.int()
	for _, n := range []*int{&d.Ties, &d.Feasible, &d.Evaluated, &d.Nodes, &d.Start} {
		*n = int(l.uint())
	}
	for n := l.count(); n > 0 && l.err == nil; n-- {
		d.Rejections = append(d.Rejections, framework.Rejection{
			Plugin: l.string(), Code: framework.Code(l.uint()), Reason: l.string(), Nodes: int(l.uint())})
	}
	d.PreFilter, d.PostFilter, d.Err = l.string(), l.name(), l.string()
	if l.Full {
		d.Tried = l.pod()
	}
	return d
}

func (l *Reader) view() *cluster.ViewChange {
	c := &cluster.ViewChange{Op: cluster.ViewOp(l.uint())}
	switch c.Op {
	case cluster.ViewNode, cluster.ViewNodeUpdate:
		c.Node = l.node()
	case cluster.ViewNodeGone:
		c.Node = &cluster.Node{}
		c.Node.Name = l.string()
	case cluster.ViewPodGone, cluster.ViewUnnominated:
		c.Pod = l.known(cluster.UID(l.uint()))
	case cluster.ViewPod, cluster.ViewPodUpdate, cluster.ViewNominated:
		p := l.pod()
		if c.Op == cluster.ViewPodUpdate {
			c.Old = l.known(p.UID)
		}
		c.Pod = p
		l.pods[p.UID] = p
	default:
		l.fail(fmt.Errorf("a change of unknown kind %d", c.Op))
	}
	return c
}

// known returns the newest version of a pod; one that never was is a mistake of the file.
func (l *Reader) known(uid cluster.UID) *cluster.Pod {
	if p := l.pods[uid]; p != nil || l.skip {
		return p
	}
	l.fail(fmt.Errorf("pod %d changes before it is there", uid))
	return &cluster.Pod{}
}

func (l *Reader) object() *ObjectChange {
	o := &ObjectChange{Kind: cluster.Kind(l.uint())}
	if !l.bool() {
		o.Name = cluster.NamespacedName{Namespace: l.string(), Name: l.string()}
		return o
	}
	o.New = cluster.NewObject(o.Kind)
	if o.New == nil {
		l.fail(fmt.Errorf("an object of unknown kind %d", o.Kind))
		return o
	}
	l.json(o.New)
	o.Name = o.New.Meta().NamespacedName
	return o
}

func (l *Reader) json(into any) {
	text := l.string()
	if l.err != nil || l.skip {
		return
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		l.fail(err)
	}
}

func (l *Reader) node() *cluster.Node {
	n := &cluster.Node{}
	n.Name, n.UID = l.string(), cluster.UID(l.uint())
	n.Labels, n.Annotations = l.labels(), l.labels()
	n.Capacity, n.Allocatable = l.resources(), l.resources()
	n.AllocatablePods, n.GPUs = l.int(), int(l.uint())
	if n.GPUs < 0 || n.GPUs > cluster.MaxDevices {
		l.fail(fmt.Errorf("node %s with %d GPUs", n.Name, n.GPUs))
		n.GPUs = 0
	}
	for i := l.count(); i > 0 && l.err == nil; i-- {
		n.Taints = append(n.Taints, cluster.Taint{Key: l.string(), Value: l.string(), Effect: cluster.Effect(l.uint())})
	}
	n.Unschedulable, n.Down = l.bool(), l.bool()
	for i := l.count(); i > 0 && l.err == nil; i-- {
		image := cluster.Image{SizeBytes: l.int()}
		for k := l.count(); k > 0 && l.err == nil; k-- {
			image.Names = append(image.Names, l.string())
		}
		n.Images = append(n.Images, image)
	}
	return n
}

func (l *Reader) resources() cluster.Resources {
	r := cluster.Resources{MilliCPU: l.int(), Memory: l.int(), EphemeralStorage: l.int()}
	for i := l.count(); i > 0 && l.err == nil; i-- {
		r.Extended = append(r.Extended, cluster.Amount{Name: cluster.ResourceName(l.string()), Value: l.int()})
	}
	return r
}

func (l *Reader) pod() *cluster.Pod {
	k := l.key()
	p := &cluster.Pod{}
	p.NamespacedName, p.UID = k.NamespacedName, k.UID
	p.Spec = l.spec()
	p.NodeName = l.string()
	p.GPUs = cluster.DeviceSet(l.uint())
	p.Labels = l.labels()
	p.Owners = l.owners()
	p.Deleting = l.bool()
	p.Status.Phase = cluster.Phase(l.uint())
	p.Status.StartedAt = sim.Time(l.int())
	p.Status.NominatedNode = l.string()
	p.Status.Disrupted = cluster.Reason(l.string())
	return p
}

func (l *Reader) spec() *cluster.PodSpec {
	n := l.uint()
	if n < uint64(len(l.specs)) {
		return l.specs[n]
	}
	s := &cluster.PodSpec{}
	l.json(s)
	if n != uint64(len(l.specs)) {
		l.fail(fmt.Errorf("spec %d before spec %d", n, len(l.specs)))
	}
	l.specs = append(l.specs, s.Complete())
	return s
}

func (l *Reader) owners() []cluster.OwnerReference {
	var owners []cluster.OwnerReference
	for n := l.count(); n > 0 && l.err == nil; n-- {
		owners = append(owners, cluster.OwnerReference{Kind: l.string(), Name: l.string(), Controller: l.bool()})
	}
	return owners
}

// labels returns the set of labels that a string holds. Equal sets are one map.
func (l *Reader) labels() map[string]string {
	text := l.string()
	if text == "" || l.skip {
		return nil
	}
	if known, ok := l.sets[text]; ok {
		return known
	}
	parts := strings.Split(strings.TrimSuffix(text, "\x00"), "\x00")
	if len(parts)%2 != 0 {
		l.fail(errors.New("a set of labels with a key and no value"))
		return nil
	}
	set := make(map[string]string, len(parts)/2)
	for i := 0; i < len(parts); i += 2 {
		set[parts[i]] = parts[i+1]
	}
	l.sets[text] = set
	return set
}
