package load

import (
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// target looks up which pods a service stands for, and makes them its members.
func (l *Load) target(s *service) {
	s.selector, s.sticky, s.exists = s.Selector, false, s.Selector != nil
	if set, ok := l.store.Get(cluster.KindService, s.Name).(*cluster.PodSet); ok && !s.exists {
		s.selector, s.sticky, s.exists = set.Selector, set.ClientIP, true
	}
	l.retarget(s)
}

// retarget makes the members anew. Those that stay keep what they have used.
func (l *Load) retarget(s *service) {
	s.stale = true
	for i := len(s.members) - 1; i >= 0; i-- {
		if m := s.members[i]; !s.selector.Matches(m.pod.Labels) {
			l.leave(m)
		}
	}
	if s.selector == nil {
		return
	}
	pods := l.store.Select(s.Name.Namespace, s.selector)
	for _, p := range pods.Pods() {
		if _, there := s.find(p.UID); !there {
			l.enter(s, p)
		}
	}
	pods.Close()
}

// heardNews is what kube-proxy hears.
func (l *Load) heardNews(_ sim.Time, c *cluster.Change) {
	if set, ok := c.Object().(*cluster.PodSet); ok {
		l.heardService(set, c.New != nil)
		return
	}
	before, after := c.Pods()
	p := before
	if after != nil {
		p = after
	}
	m := l.members[p.UID]
	if m != nil && (after == nil || !m.service.selector.Matches(after.Labels)) {
		l.accrue(m.service, l.store.Now())
		l.leave(m)
		l.stir()
		m = nil
	}
	if after == nil {
		return
	}
	if m != nil && !l.renew(m, after) {
		return
	}
	for _, s := range l.spaces[after.Namespace] {
		if (m == nil || m.service != s) && s.exists && s.selector.Matches(after.Labels) {
			l.enter(s, after)
			l.stir()
		}
	}
}

// renew takes note of a newer version of a member, and tells whether its labels may have changed.
func (l *Load) renew(m *member, p *cluster.Pod) bool {
	old := m.pod
	if p.ResourceVersion <= old.ResourceVersion {
		return false
	}
	m.pod = p
	if old.Status.Ready != p.Status.Ready || old.Deleting != p.Deleting || old.Status.Phase != p.Status.Phase || old.NodeName != p.NodeName {
		m.service.stale = true
		l.stir()
	}
	return true
}

func (l *Load) heardService(set *cluster.PodSet, there bool) {
	for _, s := range l.spaces[set.Namespace] {
		if s.Name != set.NamespacedName || s.Selector != nil {
			continue
		}
		l.accrue(s, l.store.Now())
		s.selector, s.sticky, s.exists = nil, false, there
		if there {
			s.selector, s.sticky = set.Selector, set.ClientIP
		}
		l.retarget(s)
		l.stir()
	}
}

// heardTruth is what happens to pods and nodes, whoever knows of it.
func (l *Load) heardTruth(_ sim.Time, c *cluster.Change) {
	if n, ok := c.Object().(*cluster.Node); ok {
		before, after := c.Nodes()
		if before == nil || after == nil || before.Reachable() != after.Reachable() || before.Slowdown != after.Slowdown ||
			before.Allocatable.MilliCPU != after.Allocatable.MilliCPU {
			l.unsettle(n.Name, false)
		}
		return
	}
	before, after := c.Pods()
	if before != nil && after != nil && before.NodeName == after.NodeName && before.Status.Phase == after.Status.Phase {
		return
	}
	p := c.Object().(*cluster.Pod)
	if m := l.members[p.UID]; m != nil {
		m.service.stale = true
		l.stir()
	}
	if p.NodeName != "" {
		l.unsettle(p.NodeName, true)
	}
}

// unsettle has the services that have pods on a node look at them again; if it is only for what others there leave, those
// that have pods without a limit.
func (l *Load) unsettle(node string, leftovers bool) {
	for _, s := range l.services {
		if open, here := s.nodes[node]; here && (open || !leftovers) {
			s.stale = true
			l.stir()
		}
	}
}
