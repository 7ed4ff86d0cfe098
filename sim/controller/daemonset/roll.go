package daemonset

import (
	"maps"
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
)

// roll goes on with an update (update.go: rollingUpdate, v1.36.3). Nodes are taken by name; upstream takes them in the
// random order of a map.
func (c *calculation) roll() {
	desired := 0
	names := maps.Clone(c.byNode)
	for _, n := range c.nodes {
		if start, _ := c.placement.fits(n); start {
			desired++
			names[n.Name] = c.byNode[n.Name]
		}
	}
	unavailable, surge := c.set.MaxUnavailable.Of(desired, true), c.surge(desired)
	if unavailable == 0 && surge == 0 {
		unavailable = 1
	}
	sorted := slices.Sorted(maps.Keys(names))
	if surge == 0 {
		c.rollDown(sorted, unavailable)
	} else {
		c.rollUp(sorted, surge, desired)
	}
}

// pair returns the new and the old pod of a node, those that are being deleted left out; false if there are two of a kind.
func (c *calculation) pair(node string) (fresh, old *cluster.Pod, ok bool) {
	for _, p := range c.byNode[node] {
		place := &old
		if c.isUpdated(p) {
			place = &fresh
		}
		switch {
		case p.Deleting:
		case *place != nil:
			return nil, nil, false
		default:
			*place = p
		}
	}
	return fresh, old, true
}

// rollDown deletes old pods: those that are not available, and of the others as many as may be unavailable.
func (c *calculation) rollDown(nodes []string, most int) {
	var candidates []*cluster.Pod
	for _, node := range nodes {
		fresh, old, ok := c.pair(node)
		switch {
		case !ok || (fresh == nil) == (old == nil):
			most--
		case fresh != nil:
			if !c.available(fresh) {
				most--
			}
		case !c.available(old):
			c.remove = append(c.remove, old)
			most--
		default:
			candidates = append(candidates, old)
		}
	}
	c.remove = append(c.remove, candidates[:min(len(candidates), max(0, most))]...)
}

// surging is what an update with maxSurge knows of the nodes.
type surging struct {
	left      int // nodes that may get a second pod
	available int // nodes with an available pod
	next      []string
	leaving   []*cluster.Pod // on nodes where the set is not to run any more
}

// rollUp makes new pods beside old ones, and deletes old ones whose successor is available.
func (c *calculation) rollUp(nodes []string, most, desired int) {
	s := surging{left: most}
	for _, node := range nodes {
		fresh, old, ok := c.pair(node)
		if !ok {
			s.left--
			continue
		}
		if p := old; p != nil && c.available(p) || p == nil && fresh != nil && c.available(fresh) {
			s.available++
		}
		switch {
		case old == nil:
		case fresh == nil:
			c.succeed(node, old, &s)
		case c.available(fresh):
			c.remove = append(c.remove, old)
		default:
			s.left--
		}
	}
	c.remove = append(c.remove, s.leaving[:max(0, min(len(s.leaving), s.available-desired))]...)
	c.create = append(c.create, s.next[:max(0, min(len(s.next), s.left))]...)
}

// succeed decides about a node that has an old pod alone. One that is not available gets its successor at once.
func (c *calculation) succeed(node string, old *cluster.Pod, s *surging) {
	start := false
	if n := c.node(node); n != nil {
		start, _ = c.placement.fits(n)
	}
	switch {
	case start && c.available(old):
		s.next = append(s.next, node)
	case start:
		c.create = append(c.create, node)
	case c.available(old):
		s.leaving = append(s.leaving, old)
	default:
		c.remove = append(c.remove, old)
	}
}
