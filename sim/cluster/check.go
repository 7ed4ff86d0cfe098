package cluster

import (
	"fmt"
	"math/bits"

	"github.com/wavetank/wavetank/sim"
)

// Rules says which states of the world are no mistake.
type Rules struct {
	// Unsettled lets bound pods that have not started ask for more than their node has, and stand on a node that is gone:
	// with latencies, or with several schedulers, that is so until the kubelet turns them away.
	Unsettled bool
}

// Check counts everything anew and returns the first violation of what must always hold, nil if there is none:
//
//   - objects are stored under their own name; UIDs, versions and times of creation are those of the store, and unique
//   - a pod that runs is bound; what it went through lies in order: created, scheduled, started, finished, now
//   - a bound pod has the devices it asks for, and its node exists, unless it has ended or is being deleted
//   - the pods of a node that have not ended ask for no more than is allocatable: of each resource, of each device, and
//     in number
//
// It is to be called when an instant has settled: between the event that binds a pod and the one in which the kubelet
// hears of it, a node may be asked for too much.
func (s *Store) Check() error { return s.CheckRules(Rules{}) }

// CheckRules is Check under given rules.
func (s *Store) CheckRules(r Rules) error {
	if err := s.checkObjects(); err != nil {
		return s.violation(err)
	}
	used := map[string]*usage{}
	for _, o := range s.List(KindPod) {
		p := o.(*Pod)
		if err := p.fault(s.Now()); err != nil {
			return s.violation(err)
		}
		if r.counts(p) {
			if err := s.tally(used, p); err != nil {
				return s.violation(err)
			}
		}
	}
	for _, o := range s.List(KindNode) {
		if u := used[o.Meta().Name]; u != nil {
			if err := u.fault(o.(*Node)); err != nil {
				return s.violation(err)
			}
		}
	}
	return nil
}

func (s *Store) violation(err error) error { return fmt.Errorf("cluster: at %v: %w", s.Now(), err) }

// counts tells whether a pod takes room on its node.
func (r Rules) counts(p *Pod) bool {
	return p.NodeName != "" && !p.Terminal() && (!r.Unsettled || p.Status.Phase == Running)
}

// checkObjects looks at what all objects have in common.
func (s *Store) checkObjects() error {
	owners := map[UID]Object{}
	for kind := range kindCount {
		list := s.List(kind)
		if len(list) != len(s.objects[kind]) {
			return fmt.Errorf("%v: %d listed of %d", kind, len(list), len(s.objects[kind]))
		}
		for _, o := range list {
			if s.Get(kind, o.Meta().NamespacedName) != o {
				return fmt.Errorf("%v %v: not stored under its name", kind, o.Meta().NamespacedName)
			}
			if err := s.checkMeta(o, owners[o.Meta().UID]); err != nil {
				return fmt.Errorf("%v %v: %w", kind, o.Meta().NamespacedName, err)
			}
			owners[o.Meta().UID] = o
		}
	}
	return nil
}

func (s *Store) checkMeta(o, sameUID Object) error {
	m := o.Meta()
	switch {
	case m.UID == 0 || m.UID > UID(s.uids):
		return fmt.Errorf("UID %d was never given", m.UID)
	case sameUID != nil:
		return fmt.Errorf("UID %d is also that of %v %v", m.UID, sameUID.Kind(), sameUID.Meta().NamespacedName)
	case m.ResourceVersion == 0 || m.ResourceVersion > s.seq:
		return fmt.Errorf("version %d of %d changes", m.ResourceVersion, s.seq)
	}
	return m.fault(s.Now())
}

func (m *ObjectMeta) fault(now sim.Time) error {
	if m.CreatedAt > now {
		return fmt.Errorf("created at %v, after now", m.CreatedAt)
	}
	if m.Deleting && (m.DeletingSince < m.CreatedAt || m.DeletingSince > now) {
		return fmt.Errorf("deleting since %v: created at %v, now %v", m.DeletingSince, m.CreatedAt, now)
	}
	return nil
}

// fault returns what is wrong with a pod by itself.
func (p *Pod) fault(now sim.Time) error {
	if err := p.placeFault(); err != nil {
		return fmt.Errorf("Pod %v: %w", p.NamespacedName, err)
	}
	if err := p.timeFault(now); err != nil {
		return fmt.Errorf("Pod %v: %w", p.NamespacedName, err)
	}
	return nil
}

func (p *Pod) placeFault() error {
	phase, bound := p.Status.Phase, p.NodeName != ""
	switch {
	case phase == Running && !bound:
		return fmt.Errorf("runs on no node")
	case p.Status.Ready && phase != Running:
		return fmt.Errorf("ready, and %v", phase)
	case bound && !p.Terminal() && p.GPUs.Len() != p.Spec.GPU.Devices:
		return fmt.Errorf("given %d GPUs, asks for %d", p.GPUs.Len(), p.Spec.GPU.Devices)
	case !bound && p.GPUs != 0:
		return fmt.Errorf("given %d GPUs, and no node", p.GPUs.Len())
	}
	return nil
}

// timeFault checks the order of a pod's times. A pod that failed may have failed before it started, or before it was placed.
func (p *Pod) timeFault(now sim.Time) error {
	st, last := &p.Status, p.CreatedAt
	steps := []struct {
		what string
		at   sim.Time
		must bool
	}{
		{"scheduled", st.ScheduledAt, p.NodeName != ""},
		{"started", st.StartedAt, st.Phase == Running || st.Phase == Succeeded || st.StartedAt != 0},
		{"finished", st.FinishedAt, p.Terminal()},
	}
	for _, s := range steps {
		if !s.must {
			continue
		}
		if s.at < last {
			return fmt.Errorf("%s at %v, before what came first at %v", s.what, s.at, last)
		}
		last = s.at
	}
	if last > now {
		return fmt.Errorf("its last step is at %v, after now", last)
	}
	return nil
}

// usage is what the pods of a node add up to.
type usage struct {
	pods    int64
	sum     Resources
	devices [MaxDevices]int64 // milli-GPU
}

// tally adds a pod to the usage of its node, which must exist.
func (s *Store) tally(used map[string]*usage, p *Pod) error {
	if s.Node(p.NodeName) == nil && !p.Deleting {
		return fmt.Errorf("Pod %v: Node %s is gone", p.NamespacedName, p.NodeName)
	}
	u := used[p.NodeName]
	if u == nil {
		u = &usage{}
		used[p.NodeName] = u
	}
	u.add(p, 1)
	return nil
}

func (u *usage) add(p *Pod, sign int64) {
	u.pods += sign
	u.sum.addScaled(p.Spec.Requests(), sign)
	for set := p.GPUs; set != 0; set &= set - 1 {
		u.devices[bits.TrailingZeros64(uint64(set))] += sign * p.Spec.GPU.Milli
	}
}

func (u *usage) fault(n *Node) error {
	if err := overcommitted(n, &u.sum, u.pods); err != nil {
		return err
	}
	for i, milli := range u.devices {
		if milli > 0 && i >= n.GPUs {
			return fmt.Errorf("Node %s: GPU %d is given to a pod, of %d", n.Name, i, n.GPUs)
		}
		if milli > DeviceMilli {
			return fmt.Errorf("Node %s: GPU %d: %d milli requested", n.Name, i, milli)
		}
	}
	return nil
}

// overcommitted compares what is asked of a node with what it has.
func overcommitted(n *Node, sum *Resources, pods int64) error {
	have := &n.Allocatable
	switch {
	case pods > n.AllocatablePods:
		return fmt.Errorf("Node %s: %d pods, at most %d", n.Name, pods, n.AllocatablePods)
	case sum.MilliCPU > have.MilliCPU:
		return tooMuch(n, CPU, sum)
	case sum.Memory > have.Memory:
		return tooMuch(n, Memory, sum)
	case sum.EphemeralStorage > have.EphemeralStorage:
		return tooMuch(n, EphemeralStorage, sum)
	}
	for _, a := range sum.Extended {
		if a.Value > have.Get(a.Name) {
			return tooMuch(n, a.Name, sum)
		}
	}
	return nil
}

func tooMuch(n *Node, r ResourceName, sum *Resources) error {
	return fmt.Errorf("Node %s: %s: %d requested of %d", n.Name, r, sum.Get(r), n.Allocatable.Get(r))
}
