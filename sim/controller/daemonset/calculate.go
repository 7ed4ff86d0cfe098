package daemonset

import (
	"cmp"
	"maps"
	"slices"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// LabelRevision holds the hash of a pod's template (k8s.io/api apps/v1: DefaultDaemonSetUniqueLabelKey, v0.36).
const LabelRevision = "controller-revision-hash"

// burst is the most pods that one sync makes, and deletes (pkg/controller/daemon: BurstReplicas, v1.36.3).
const burst = 250

// observation is what one sync of a DaemonSet sees.
type observation struct {
	set       *cluster.DaemonSet
	nodes     []*cluster.Node // by name
	pods      []*cluster.Pod
	hash      string // of the set's template
	whole     func(sim.Time) sim.Time
	available func(*cluster.Pod) bool
	mayDelete func(node string) bool // a failed pod, as far as its back-off is concerned
}

// plan is what one sync does: creations in batches, then deletions.
type plan struct {
	create []string // names of nodes
	remove []*cluster.Pod
}

// calculation is one sync while it is worked out.
type calculation struct {
	observation
	plan
	placement placement
	byNode    map[string][]*cluster.Pod // the best first
}

func newCalculation(o observation) *calculation {
	c := &calculation{observation: o, placement: newPlacement(o.set.Template.Spec), byNode: map[string][]*cluster.Pod{}}
	for _, p := range o.pods {
		if p.Terminal() && p.Deleting {
			continue
		}
		if name := nodeOf(p); name != "" {
			c.byNode[name] = append(c.byNode[name], p)
		}
	}
	for _, pods := range c.byNode {
		slices.SortFunc(pods, c.compare)
	}
	return c
}

// compare puts pods first that are on a node, and older ones (podByCreationTimestampAndPhase, v1.36.3).
func (c *calculation) compare(p, q *cluster.Pod) int {
	onNode := func(p *cluster.Pod) int {
		if p.NodeName != "" {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(onNode(p), onNode(q)),
		cmp.Compare(c.whole(p.CreatedAt), c.whole(q.CreatedAt)),
		cmp.Compare(p.Name, q.Name),
	)
}

// calculate works out one sync. An update goes on only where pods are as they should be otherwise: upstream waits until its
// own creations and deletions have come to pass.
func calculate(o observation) plan {
	c := newCalculation(o)
	for _, n := range c.nodes {
		c.manage(n)
	}
	c.removeUnplaced()
	if len(c.create)+len(c.remove) == 0 && !c.set.OnDelete {
		c.roll()
	}
	c.create = c.create[:min(len(c.create), burst)]
	c.remove = c.remove[:min(len(c.remove), burst)]
	return c.plan
}

// manage sees to one node (podsShouldBeOnNode, v1.36.3).
func (c *calculation) manage(n *cluster.Node) {
	start, goOn := c.placement.fits(n)
	pods, exist := c.byNode[n.Name]
	switch {
	case start && !exist:
		c.create = append(c.create, n.Name)
	case goOn:
		c.prune(n.Name, start, c.living(n.Name, pods))
	default:
		for _, p := range pods {
			if !p.Deleting {
				c.remove = append(c.remove, p)
			}
		}
	}
}

// living returns the pods that go on, and has those deleted that have ended: failed ones only as their back-off allows.
func (c *calculation) living(node string, pods []*cluster.Pod) []*cluster.Pod {
	var living []*cluster.Pod
	for _, p := range pods {
		switch {
		case p.Deleting:
		case !p.Terminal():
			living = append(living, p)
		case p.Status.Phase == cluster.Succeeded || c.mayDelete(node):
			c.remove = append(c.remove, p)
		}
	}
	return living
}

// prune leaves one pod on a node; where an update surges, an old one and a new one until the new one is available.
func (c *calculation) prune(node string, start bool, living []*cluster.Pod) {
	if c.surge(1) == 0 {
		if len(living) > 1 {
			c.remove = append(c.remove, living[1:]...)
		}
		return
	}
	if len(living) == 0 && start {
		c.create = append(c.create, node)
	}
	if len(living) <= 1 {
		return
	}
	var fresh, old *cluster.Pod
	for _, p := range living {
		switch {
		case c.isUpdated(p) && fresh == nil:
			fresh = p
		case !c.isUpdated(p) && old == nil:
			old = p
		default:
			c.remove = append(c.remove, p)
		}
	}
	if fresh != nil && old != nil && (!old.Status.Ready || c.available(fresh)) {
		c.remove = append(c.remove, old)
	}
}

func (c *calculation) isUpdated(p *cluster.Pod) bool { return p.Labels[LabelRevision] == c.hash }

// removeUnplaced deletes pods that were made for nodes that are gone, and were never bound to them
// (getUnscheduledPodsWithoutNode, v1.36.3).
func (c *calculation) removeUnplaced() {
	for _, name := range slices.Sorted(maps.Keys(c.byNode)) {
		if c.node(name) != nil {
			continue
		}
		for _, p := range c.byNode[name] {
			if p.NodeName == "" {
				c.remove = append(c.remove, p)
			}
		}
	}
}

func (c *calculation) node(name string) *cluster.Node {
	i, found := slices.BinarySearchFunc(c.nodes, name, func(n *cluster.Node, name string) int { return cmp.Compare(n.Name, name) })
	if !found {
		return nil
	}
	return c.nodes[i]
}

// surge returns how many of n nodes may have two pods during an update (SurgeCount, v1.36.3).
func (c *calculation) surge(n int) int {
	if c.set.OnDelete {
		return 0
	}
	return c.set.MaxSurge.Of(n, true)
}

// count returns the status that the set should have (updateDaemonSetStatus, v1.36.3).
func (c *calculation) count() cluster.DaemonSetStatus {
	s := cluster.DaemonSetStatus{ObservedGeneration: max(c.set.Generation, c.set.Status.ObservedGeneration)}
	for _, n := range c.nodes {
		pods := c.byNode[n.Name]
		start, _ := c.placement.fits(n)
		if !start {
			s.Misscheduled += min(1, len(pods))
			continue
		}
		s.Desired++
		if len(pods) > 0 {
			c.countPod(&s, pods[0])
		}
	}
	s.Unavailable = s.Desired - s.Available
	return s
}

func (c *calculation) countPod(s *cluster.DaemonSetStatus, p *cluster.Pod) {
	s.Current++
	if p.Status.Ready {
		s.Ready++
		if c.available(p) {
			s.Available++
		}
	}
	if c.isUpdated(p) {
		s.Updated++
	}
}
