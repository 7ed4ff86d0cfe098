package fault

import (
	"fmt"
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
)

// The reasons of writes to nodes, besides cluster.ReasonNodeDown and ReasonNodeUp.
const (
	ReasonIsolated  cluster.Reason = "NodeIsolated"
	ReasonConnected cluster.Reason = "NodeConnected"
	ReasonSlow      cluster.Reason = "NodeSlow"
	ReasonFast      cluster.Reason = "NodeFast"
)

// Nodes says which nodes a fault hits.
type Nodes interface {
	Matches(n *cluster.Node) bool
	String() string // what a reader calls them
}

// Named are nodes by name.
type Named []string

// Matches tells whether the node is one of them.
func (n Named) Matches(node *cluster.Node) bool { return slices.Contains(n, node.Name) }

// String returns the names.
func (n Named) String() string {
	if len(n) == 1 {
		return "node " + n[0]
	}
	return fmt.Sprintf("nodes %v", []string(n))
}

// Zone are the nodes of a zone.
type Zone string

// Matches tells whether the node is in the zone.
func (z Zone) Matches(node *cluster.Node) bool { return node.Labels[cluster.LabelZone] == string(z) }

// String names the zone.
func (z Zone) String() string { return "zone " + string(z) }

// unreachable keeps schedulers away from a node that is down.
var unreachable = cluster.Taint{Key: cluster.TaintUnreachable, Effect: cluster.NoSchedule}

// TakeDown takes the power from a node of a cluster without controllers, and taints it. It returns cluster.ErrNotFound if
// there is no such node; one that is down stays as it is.
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

// toll is what lies on one node: how many faults of each kind.
type toll struct {
	down, isolated int
	slow           []float64 // factors
}

// change counts a fault of a node in or out, and makes what then holds true.
func (f *Faults) change(key cluster.Key, count func(*toll)) {
	t := f.nodes[key.UID]
	if t == nil {
		t = &toll{}
		f.nodes[key.UID] = t
	}
	count(t)
	if n := f.store.Node(key.Name); n != nil && n.UID == key.UID {
		f.settle(n, t)
	}
	if t.down == 0 && t.isolated == 0 && len(t.slow) == 0 {
		delete(f.nodes, key.UID)
	}
}

// Power switches a machine off, or on again, for another reason than a fault. It is down while either holds it down; on takes
// back one off. A node that is gone stays so.
func (f *Faults) Power(node cluster.Key, on bool) {
	by := 1
	if on {
		by = -1
	}
	f.change(node, func(t *toll) { t.down += by })
}

// settle writes what has changed of a node's state.
func (f *Faults) settle(n *cluster.Node, t *toll) {
	down, isolated, slow := t.down > 0, t.isolated > 0, 0.0
	if len(t.slow) > 0 {
		slow = slices.Max(t.slow)
	}
	switch {
	case down != n.Down && f.cfg.Plain && down:
		must(TakeDown(f.store, n.Name))
	case down != n.Down && f.cfg.Plain:
		must(BringUp(f.store, n.Name))
	case down != n.Down:
		f.edit(n, either(down, cluster.ReasonNodeDown, cluster.ReasonNodeUp), func(n *cluster.Node) { n.Down = down })
	case isolated != n.Isolated:
		f.edit(n, either(isolated, ReasonIsolated, ReasonConnected), func(n *cluster.Node) { n.Isolated = isolated })
	case slow != n.Slowdown:
		f.edit(n, either(slow > 0, ReasonSlow, ReasonFast), func(n *cluster.Node) { n.Slowdown = slow })
	}
}

// edit writes a node, and since when nobody can have heard of it if nobody does from now on.
func (f *Faults) edit(n *cluster.Node, reason cluster.Reason, change func(*cluster.Node)) {
	heard := n.Reachable()
	must(f.store.EditNode(n.Name, reason, func(n *cluster.Node) {
		if change(n); heard && !n.Reachable() {
			n.Silent = f.store.Now()
		}
	}))
}

func either(yes bool, a, b cluster.Reason) cluster.Reason {
	if yes {
		return a
	}
	return b
}

// some returns an error if no node is hit by now.
func (f *Faults) some(nodes Nodes) error {
	if nodes == nil {
		return fmt.Errorf("no nodes are given")
	}
	if names, ok := nodes.(Named); ok {
		for _, name := range names {
			if f.store.Node(name) == nil {
				return fmt.Errorf("there is no node %q", name)
			}
		}
	}
	if len(f.hit(nodes)) == 0 {
		return fmt.Errorf("no node is hit by it: %v", nodes)
	}
	return nil
}

// hit returns the nodes that a fault hits now, by name.
func (f *Faults) hit(nodes Nodes) []*cluster.Node {
	if known, ok := nodes.(*machines); ok {
		return known.now(f.store)
	}
	var list []*cluster.Node
	for _, o := range f.store.List(cluster.KindNode) {
		if n := o.(*cluster.Node); nodes.Matches(n) {
			list = append(list, n)
		}
	}
	return list
}

// aim finds the nodes that a fault hits.
func (f *Faults) aim(o *occurrence, nodes Nodes) {
	for _, n := range f.hit(nodes) {
		o.nodes = append(o.nodes, cluster.KeyOf(n))
	}
	if len(o.nodes) == 0 {
		f.note("%s of %v: there is no such node", o.effect.kind(), nodes)
	}
}

// each begins or ends a fault on each of its nodes.
func (f *Faults) each(o *occurrence, count func(*toll)) {
	for _, key := range o.nodes {
		f.change(key, count)
	}
}
