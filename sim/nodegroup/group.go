package nodegroup

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Errors of a group.
var (
	ErrUnavailable = errors.New("the provider has no machines of this type") // a stockout
	ErrLimit       = errors.New("beyond the limits of the group")
)

// ReasonScaledDown is the reason of the removal of a node that its group was told to delete.
const ReasonScaledDown cluster.Reason = "ScaledDown"

// Config says what a group is.
type Config struct {
	Name     string
	Min, Max int
	Size     int // at the begin
	// Template makes the i-th node of the group, counted from 0: a new object on each call, with a name of its own and the
	// label cluster.LabelNodeGroup.
	Template func(i int) *cluster.Node
	// Provisioning is the time from the request of a node until it has joined the cluster and is ready; nil: none.
	Provisioning func(node string) time.Duration
	// Available tells whether the provider has machines for the group at all; nil: always.
	Available func(now sim.Time) bool
}

// Group is one group of nodes.
type Group struct {
	cfg      Config
	engine   *sim.Engine
	store    *cluster.Store
	next     int // number of the next node: numbers are not used again
	nodes    map[string]bool
	upcoming []*instance
}

// instance is a machine that was asked for and has not joined yet. It is the event of its arrival.
type instance struct {
	group  *Group
	node   *cluster.Node
	since  sim.Time
	handle sim.Handle
}

// New returns a group without nodes. It must be made before the first write to the store.
func New(engine *sim.Engine, store *cluster.Store, cfg Config) *Group {
	g := &Group{cfg: cfg, engine: engine, store: store, nodes: map[string]bool{}}
	store.Observe(g.follow)
	return g
}

// Start makes the nodes that the group has at the begin.
func (g *Group) Start() error {
	for range g.cfg.Size {
		if err := g.store.Create(g.take(), cluster.ReasonCreated); err != nil {
			return fmt.Errorf("node group %s: %w", g.cfg.Name, err)
		}
	}
	return nil
}

// follow keeps the members in step with the store: a node may be deleted by others too.
func (g *Group) follow(c *cluster.Change) {
	before, after := c.Nodes()
	switch {
	case before == nil && after != nil && after.Labels[cluster.LabelNodeGroup] == g.cfg.Name:
		g.nodes[after.Name] = true
	case after == nil && before != nil:
		delete(g.nodes, before.Name)
	}
}

func (g *Group) take() *cluster.Node {
	g.next++
	return g.cfg.Template(g.next - 1)
}

// Name returns the group's name.
func (g *Group) Name() string { return g.cfg.Name }

// Min returns the smallest size.
func (g *Group) Min() int { return g.cfg.Min }

// Max returns the largest size.
func (g *Group) Max() int { return g.cfg.Max }

// Target returns the size that the group has or is on its way to: its nodes and the upcoming ones.
func (g *Group) Target() int { return len(g.nodes) + len(g.upcoming) }

// Has tells whether a node is one of the group's.
func (g *Group) Has(node string) bool { return g.nodes[node] }

// Template returns the node that the group would make next, after ahead others. Its name is that of the node to come.
func (g *Group) Template(ahead int) *cluster.Node { return g.cfg.Template(g.next + ahead) }

// Upcoming calls each with the machines that were asked for and have not joined yet, in the order of the requests.
func (g *Group) Upcoming(each func(node *cluster.Node, since sim.Time)) {
	for _, i := range g.upcoming {
		each(i.node, i.since)
	}
}

// Increase asks for n more nodes. It returns ErrLimit if the group would be larger than it may be, and ErrUnavailable if the
// provider has no machines.
func (g *Group) Increase(n int) error {
	switch {
	case n <= 0 || g.Target()+n > g.cfg.Max:
		return fmt.Errorf("node group %s: %d and %d more: %w", g.cfg.Name, g.Target(), n, ErrLimit)
	case g.cfg.Available != nil && !g.cfg.Available(g.engine.Now()):
		return fmt.Errorf("node group %s: %w", g.cfg.Name, ErrUnavailable)
	}
	for range n {
		i := &instance{group: g, node: g.take(), since: g.engine.Now()}
		g.upcoming = append(g.upcoming, i)
		i.handle = g.engine.After(g.provisioning(i.node.Name), sim.PhaseWorld, i)
	}
	return nil
}

func (g *Group) provisioning(node string) time.Duration {
	if g.cfg.Provisioning == nil {
		return 0
	}
	return g.cfg.Provisioning(node)
}

// Delete takes a node out of the cluster, or an upcoming one back, and makes the group smaller by it. It returns ErrLimit if
// the group may not become smaller, and cluster.ErrNotFound if it has no such node.
func (g *Group) Delete(name string) error {
	if g.Target() <= g.cfg.Min {
		return fmt.Errorf("node group %s: %d nodes: %w", g.cfg.Name, g.Target(), ErrLimit)
	}
	if i := slices.IndexFunc(g.upcoming, func(i *instance) bool { return i.node.Name == name }); i >= 0 {
		g.engine.Cancel(g.upcoming[i].handle)
		g.upcoming = slices.Delete(g.upcoming, i, i+1)
		return nil
	}
	node := g.store.Node(name)
	if !g.nodes[name] || node == nil {
		return fmt.Errorf("node group %s: node %s: %w", g.cfg.Name, name, cluster.ErrNotFound)
	}
	return g.store.Delete(cluster.KeyOf(node), ReasonScaledDown)
}

// Fire implements sim.Event: the machine joins the cluster. Its kubelet reports that it is ready.
func (i *instance) Fire(now sim.Time) {
	g := i.group
	g.upcoming = slices.DeleteFunc(g.upcoming, func(o *instance) bool { return o == i })
	i.node.ReadyTransition = g.store.WholeSecond(now)
	if err := g.store.Create(i.node, cluster.ReasonCreated); err != nil {
		g.engine.Fail(fmt.Errorf("node group %s: %w", g.cfg.Name, err))
	}
}

// String names the event in the log.
func (i *instance) String() string { return "node " + i.node.Name + " joins" }
