package fault

import (
	"slices"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Domain is what nodes fail together in: those of which Of returns the same name.
type Domain struct {
	Name string                       // what one is called: "rack"
	Of   func(n *cluster.Node) string // "": it is in none
}

// Racks are the domains of machines in one rack, which stands in the label of that key, or in those of cluster.RackOf.
func Racks(key string) Domain {
	return Domain{"rack", func(n *cluster.Node) string { return cluster.RackOf(n.Labels, key) }}
}

// Zones are the domains of machines in one zone.
func Zones() Domain {
	return Domain{"zone", func(n *cluster.Node) string { return n.Labels[cluster.LabelZone] }}
}

// onNodes is an effect on nodes, which can be had on others.
type onNodes interface {
	Effect
	on(nodes Nodes) Effect
	of() Nodes
}

func (p *PowerLoss) of() Nodes { return p.Nodes }
func (p *Partition) of() Nodes { return p.Nodes }
func (s *Slow) of() Nodes      { return s.Nodes }
func (s *Shutdown) of() Nodes  { return s.Nodes }

// machines are the nodes of a unit, which are known.
type machines struct {
	title string
	names []string
}

// Matches tells whether the node is one of them.
func (m *machines) Matches(n *cluster.Node) bool { return slices.Contains(m.names, n.Name) }

// String names the unit.
func (m *machines) String() string { return m.title }

func (m *machines) now(store *cluster.Store) []*cluster.Node {
	var list []*cluster.Node
	for _, name := range m.names {
		if n := store.Node(name); n != nil {
			list = append(list, n)
		}
	}
	return list
}

// title is what a reader calls the unit.
func (u *unit) title() string {
	if u.p.Domain.Of == nil {
		return "node " + u.name
	}
	return u.p.Domain.Name + " " + u.name
}

// watchNodes has the nodes that there are, and those that come, fail.
func (p *process) watchNodes() {
	for _, o := range p.f.store.List(cluster.KindNode) {
		p.join(o.(*cluster.Node))
	}
	p.f.store.Watch("fault "+p.Stream, nil, func(_ sim.Time, c *cluster.Change) {
		before, after := c.Nodes()
		from, to := p.unitOf(before), p.unitOf(after)
		if from == to && before != nil && after != nil {
			return
		}
		if from != "" {
			p.leave(from, before.Name)
		}
		if to != "" {
			p.join(after)
		}
	}, cluster.KindNode)
}

// unitOf returns the name of the unit that a node is of, "" if the process is not for it.
func (p *process) unitOf(n *cluster.Node) string {
	switch {
	case n == nil || !p.Effect.(onNodes).of().Matches(n):
		return ""
	case p.Domain.Of == nil:
		return n.Name
	}
	return p.Domain.Of(n)
}

func (p *process) join(n *cluster.Node) {
	name := p.unitOf(n)
	if name == "" {
		return
	}
	u := p.units[name]
	if u == nil {
		u = p.add(name)
	}
	if i, there := slices.BinarySearch(u.nodes, n.Name); !there {
		u.nodes = slices.Insert(slices.Clip(u.nodes), i, n.Name)
	}
}

// leave takes a node out of its unit. A rack without nodes still fails, for those that come.
func (p *process) leave(name, node string) {
	u := p.units[name]
	if u == nil {
		return
	}
	if p.Domain.Of == nil {
		p.remove(u)
		return
	}
	u.nodes = slices.DeleteFunc(slices.Clone(u.nodes), func(other string) bool { return other == node })
}

// onePod is a pod that is known.
type onePod struct{ cluster.Key }

// Selects tells whether it is that pod.
func (o *onePod) Selects(p *cluster.Pod) bool { return p.UID == o.UID }

// String names the pod.
func (o *onePod) String() string { return "pod " + o.NamespacedName.String() }

// now returns the pod, if there is one.
func (o *onePod) now(store *cluster.Store) []*cluster.Pod {
	if p := store.Pod(o.NamespacedName); p != nil && p.UID == o.UID {
		return []*cluster.Pod{p}
	}
	return nil
}

// watchPods has the pods fail that run: the first gap begins when a pod first does.
func (p *process) watchPods(e *Crash) {
	heed := func(pod *cluster.Pod) {
		if pod.Status.Phase == cluster.Running && p.units[pod.NamespacedName.String()] == nil && e.Pods.Selects(pod) {
			p.add(pod.NamespacedName.String()).pod = cluster.KeyOf(pod)
		}
	}
	for _, o := range p.f.store.List(cluster.KindPod) {
		heed(o.(*cluster.Pod))
	}
	p.f.store.Watch("fault "+p.Stream, nil, func(_ sim.Time, c *cluster.Change) {
		before, after := c.Pods()
		if after != nil && !after.Terminal() {
			heed(after)
			return
		}
		u := p.units[c.Object().Meta().NamespacedName.String()]
		if u != nil && (before != nil && u.pod.UID == before.UID) {
			p.remove(u)
		}
	}, cluster.KindPod)
}
