package fault

import (
	"fmt"
	"slices"
	"time"

	"github.com/wavetank/wavetank/sim/cluster"
)

// PowerLoss takes nodes down at once, with all that runs there.
type PowerLoss struct{ Nodes Nodes }

func (p *PowerLoss) kind() string                   { return "power loss" }
func (p *PowerLoss) target() string                 { return p.Nodes.String() }
func (p *PowerLoss) check(f *Faults) error          { return f.some(p.Nodes) }
func (p *PowerLoss) begin(f *Faults, o *occurrence) { f.each(o, func(t *toll) { t.down++ }) }
func (p *PowerLoss) end(f *Faults, o *occurrence)   { f.each(o, func(t *toll) { t.down-- }) }
func (p *PowerLoss) on(nodes Nodes) Effect          { return &PowerLoss{nodes} }

// Partition cuts nodes off: they run on, and reach neither the control plane nor other zones; nor are they reached.
type Partition struct{ Nodes Nodes }

func (p *Partition) kind() string          { return "partition" }
func (p *Partition) target() string        { return p.Nodes.String() }
func (p *Partition) check(f *Faults) error { return f.some(p.Nodes) }
func (p *Partition) begin(f *Faults, o *occurrence) {
	f.each(o, func(t *toll) { t.isolated++ })
}
func (p *Partition) end(f *Faults, o *occurrence) { f.each(o, func(t *toll) { t.isolated-- }) }
func (p *Partition) on(nodes Nodes) Effect        { return &Partition{nodes} }

// Slow makes everything that begins on nodes take Factor times as long.
type Slow struct {
	Nodes  Nodes
	Factor float64
}

func (s *Slow) kind() string   { return "slow" }
func (s *Slow) target() string { return s.Nodes.String() }

func (s *Slow) check(f *Faults) error {
	if s.Factor <= 0 {
		return fmt.Errorf("factor %g is not above 0", s.Factor)
	}
	return f.some(s.Nodes)
}

func (s *Slow) begin(f *Faults, o *occurrence) {
	f.each(o, func(t *toll) { t.slow = append(t.slow, s.Factor) })
}

func (s *Slow) end(f *Faults, o *occurrence) {
	f.each(o, func(t *toll) {
		i := slices.Index(t.slow, s.Factor)
		t.slow = slices.Delete(t.slow, i, i+1)
	})
}

func (s *Slow) on(nodes Nodes) Effect { return &Slow{nodes, s.Factor} }

// Shutdown takes nodes down in good order: their kubelets first end the pods, within Grace, of which the last part,
// Critical, is for critical pods alone (the kubelet's shutdownGracePeriod and shutdownGracePeriodCriticalPods). Grace 0 is
// the default of a kubelet, and no better than a loss of power.
type Shutdown struct {
	Nodes           Nodes
	Grace, Critical time.Duration
}

func (s *Shutdown) kind() string   { return "shutdown" }
func (s *Shutdown) target() string { return s.Nodes.String() }

func (s *Shutdown) check(f *Faults) error {
	switch {
	case f.cfg.Kubelet == nil:
		return fmt.Errorf("there are no kubelets to shut down")
	case s.Critical > s.Grace:
		return fmt.Errorf("the grace period of critical pods, %v, is part of the whole, %v: it cannot be longer", s.Critical, s.Grace)
	}
	return f.some(s.Nodes)
}

func (s *Shutdown) begin(f *Faults, o *occurrence) {
	o.stages = map[cluster.UID]bool{}
	for _, key := range o.nodes {
		f.cfg.Kubelet.Shutdown(key.Name, s.Grace, s.Critical, func() { o.powerOff(key) })
	}
}

// powerOff is the machine's own end, when its pods have ended.
func (o *occurrence) powerOff(key cluster.Key) {
	if !o.over {
		o.stages[key.UID] = true
		o.f.change(key, func(t *toll) { t.down++ })
	}
}

func (s *Shutdown) end(f *Faults, o *occurrence) {
	for _, key := range o.nodes {
		if o.stages[key.UID] {
			f.change(key, func(t *toll) { t.down-- })
		} else if n := f.store.Node(key.Name); n != nil && n.UID == key.UID {
			f.cfg.Kubelet.CancelShutdown(key.Name)
		}
	}
}

func (s *Shutdown) on(nodes Nodes) Effect { return &Shutdown{nodes, s.Grace, s.Critical} }
