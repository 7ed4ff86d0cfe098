package fault

import (
	"fmt"
	"slices"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Outage is a time without power for some nodes: those that are named, or all that are in the zone when it begins.
type Outage struct {
	Nodes []string
	Zone  string // value of cluster.LabelZone; either Nodes or Zone is given
	At    sim.Time
	For   time.Duration // 0: for ever
}

// unreachable keeps schedulers away from a node that is down.
var unreachable = cluster.Taint{Key: cluster.TaintUnreachable, Effect: cluster.NoSchedule}

// TakeDown sets the node down and taints it. It returns cluster.ErrNotFound if there is no such node; one that is down
// stays as it is.
func TakeDown(store *cluster.Store, name string) error {
	if n := store.Node(name); n != nil && n.Down {
		return nil
	}
	return store.EditNode(name, cluster.ReasonNodeDown, func(n *cluster.Node) {
		n.Down, n.Silent, n.Ready = true, store.Now(), cluster.ConditionUnknown
		if !slices.Contains(n.Taints, unreachable) {
			n.Taints = append(slices.Clone(n.Taints), unreachable)
		}
	})
}

// BringUp undoes TakeDown. It returns cluster.ErrNotFound if there is no such node; one that is up stays as it is.
func BringUp(store *cluster.Store, name string) error {
	if n := store.Node(name); n != nil && !n.Down {
		return nil
	}
	return store.EditNode(name, cluster.ReasonNodeUp, func(n *cluster.Node) {
		n.Down, n.Ready = false, cluster.ConditionTrue
		n.Taints = slices.DeleteFunc(slices.Clone(n.Taints), func(t cluster.Taint) bool { return t == unreachable })
	})
}

// Faults makes nodes of one cluster fail and return, and counts the outages that each of them is in.
type Faults struct {
	engine  *sim.Engine
	store   *cluster.Store
	outages map[cluster.UID]int
	watched bool // see Kubernetes
}

// Option changes what an outage does.
type Option func(*Faults)

// Kubernetes is for clusters with controllers: an outage takes the power from a node and nothing else. That others hear of
// it, and what they do then, is the business of the node lifecycle controller.
func Kubernetes(f *Faults) { f.watched = true }

// New returns the faults of a cluster. There should be one for each: outages count only against others of the same.
func New(engine *sim.Engine, store *cluster.Store, options ...Option) *Faults {
	f := &Faults{engine: engine, store: store, outages: map[cluster.UID]int{}}
	for _, o := range options {
		o(f)
	}
	return f
}

// power takes the power from a node, or gives it back.
func (f *Faults) power(name string, on bool) error {
	switch n := f.store.Node(name); {
	case !f.watched && on:
		return BringUp(f.store, name)
	case !f.watched:
		return TakeDown(f.store, name)
	case n == nil || n.Down == !on:
		return nil
	case on:
		return f.store.EditNode(name, cluster.ReasonNodeUp, func(n *cluster.Node) { n.Down = false })
	}
	return f.store.EditNode(name, cluster.ReasonNodeDown, func(n *cluster.Node) { n.Down, n.Silent = true, f.store.Now() })
}

// Script is Faults.Script for a cluster whose outages are all known at once.
func Script(engine *sim.Engine, store *cluster.Store, outages []Outage, options ...Option) error {
	return New(engine, store, options...).Script(outages)
}

// Script makes the outages happen. The store must hold the nodes: an outage of a node or zone that it does not know, of
// neither or both, or in the past, is an error, and none of the outages happens. A node with outages that overlap
// returns when all are over; one that was deleted in the meantime does not return, and one made anew under its name is
// another.
func (f *Faults) Script(outages []Outage) error {
	for i := range outages {
		if err := outages[i].validate(f.engine.Now(), f.store); err != nil {
			return fmt.Errorf("outage %d: %w", i+1, err)
		}
	}
	for _, o := range outages {
		f.engine.At(o.At, sim.PhaseWorld, &begin{f, o})
	}
	return nil
}

func (o *Outage) validate(now sim.Time, store *cluster.Store) error {
	switch {
	case (len(o.Nodes) > 0) == (o.Zone != ""):
		return fmt.Errorf("either nodes or a zone must be given")
	case o.At < now:
		return fmt.Errorf("at %v is in the past: it is %v", o.At, now)
	case o.For < 0:
		return fmt.Errorf("for %v is negative", o.For)
	case o.Zone != "" && len(inZone(store, o.Zone)) == 0:
		return fmt.Errorf("no node is in zone %q", o.Zone)
	}
	for _, name := range o.Nodes {
		if store.Node(name) == nil {
			return fmt.Errorf("there is no node %q", name)
		}
	}
	return nil
}

// affected returns the nodes of an outage that begins now.
func (f *Faults) affected(o *Outage) []*cluster.Node {
	if o.Zone != "" {
		return inZone(f.store, o.Zone)
	}
	var nodes []*cluster.Node
	for _, name := range o.Nodes {
		if n := f.store.Node(name); n != nil {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// inZone returns the nodes of a zone by name.
func inZone(store *cluster.Store, zone string) []*cluster.Node {
	var nodes []*cluster.Node
	for _, o := range store.List(cluster.KindNode) {
		if n := o.(*cluster.Node); n.Labels[cluster.LabelZone] == zone {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// begin is the beginning of an outage.
type begin struct {
	f *Faults
	o Outage
}

// Fire implements sim.Event.
func (b *begin) Fire(sim.Time) {
	e := &end{f: b.f}
	for _, n := range b.f.affected(&b.o) {
		e.nodes = append(e.nodes, cluster.KeyOf(n))
		b.f.outages[n.UID]++
		must(b.f.power(n.Name, false))
	}
	if b.o.For > 0 {
		b.f.engine.After(b.o.For, sim.PhaseWorld, e)
	}
}

// String names the event in the log.
func (b *begin) String() string { return fmt.Sprintf("outage of %s%v", b.o.Zone, b.o.Nodes) }

// end is the end of an outage.
type end struct {
	f     *Faults
	nodes []cluster.Key
}

// Fire implements sim.Event.
func (e *end) Fire(sim.Time) {
	for _, key := range e.nodes {
		e.f.outages[key.UID]--
		n := e.f.store.Node(key.Name)
		if e.f.outages[key.UID] == 0 && n != nil && n.UID == key.UID {
			must(e.f.power(key.Name, true))
		}
	}
}

// String names the event in the log.
func (e *end) String() string { return fmt.Sprintf("end of an outage of %d nodes", len(e.nodes)) }

// must is for writes to nodes that were looked up in this same event.
func must(err error) {
	if err != nil {
		panic("fault: " + err.Error())
	}
}
