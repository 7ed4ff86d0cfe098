package clusterautoscaler

import (
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// group is a NodeGroup and what has become of the requests for more of it (clusterstate/clusterstate.go:
// ClusterStateRegistry; utils/backoff/exponential_backoff.go).
type group struct {
	NodeGroup
	index    int
	priority int
	request  *request // under way; nil: none is
	late     map[string]bool
	backoff  backoff
}

// request is an increase that has not been fulfilled yet (clusterstate: ScaleUpRequest).
type request struct {
	since   sim.Time // the oldest of the pods that it is made for
	expires sim.Time
}

type backoff struct {
	span   time.Duration // 0: none so far
	until  sim.Time
	failed sim.Time
}

func newGroup(g NodeGroup, index int, priorities []int) *group {
	n := &group{NodeGroup: g, index: index, late: map[string]bool{}}
	if index < len(priorities) {
		n.priority = priorities[index]
	}
	return n
}

// backedOff tells whether the group is left alone for now.
func (b *backoff) on(now sim.Time) bool { return b.span > 0 && b.until > now }

// fail begins or lengthens the back-off (exponentialBackoff.Backoff): failures within one do not lengthen it.
func (b *backoff) fail(now sim.Time, first, most time.Duration) {
	span := first
	if b.span > 0 && b.until <= now {
		span = min(2*b.span, most)
	}
	*b = backoff{span: span, until: now.Add(span), failed: now}
}

// requested notes an increase: it has as long as one asked for now has (registerOrUpdateScaleUpNoLock).
func (g *group) requested(now, since sim.Time, patience time.Duration) {
	if g.request == nil {
		g.request = &request{since: since}
	}
	g.request.since = min(g.request.since, since)
	g.request.expires = now.Add(patience)
}

// upcoming returns the machines that are expected: asked for, not joined, and not given up.
func (g *group) upcoming() []*cluster.Node {
	var nodes []*cluster.Node
	g.Upcoming(func(n *cluster.Node, _ sim.Time) {
		if !g.late[n.Name] {
			nodes = append(nodes, n)
		}
	})
	return nodes
}

// review gives up machines that did not come in time, ends a request that is fulfilled, and backs off from a group whose
// request was not (clusterstate: updateScaleRequestsNoLock; static_autoscaler.go: removeOldUnregisteredNodes).
func (a *Autoscaler) review(g *group, now sim.Time) {
	if b := &g.backoff; b.span > 0 && b.failed.Add(a.cfg.NodeGroupBackoffReset) <= now {
		*b = backoff{}
	}
	g.request = a.reviewRequest(g, now)
	var old []string
	g.Upcoming(func(n *cluster.Node, since sim.Time) {
		if since.Add(a.cfg.MaxNodeProvisionTime) <= now {
			g.late[n.Name] = true
			old = append(old, n.Name)
		}
	})
	for _, name := range old {
		if g.Target() > g.Min() && g.Delete(name) == nil {
			delete(g.late, name)
		}
	}
}

func (a *Autoscaler) reviewRequest(g *group, now sim.Time) *request {
	switch {
	case g.request == nil:
	case len(g.upcoming()) == 0:
		g.backoff = backoff{}
		return nil
	case g.request.expires <= now:
		a.failed(g, now, "nodes did not join in time")
		return nil
	}
	return g.request
}

// failed notes a scale-up that came to nothing.
func (a *Autoscaler) failed(g *group, now sim.Time, reason string) {
	g.backoff.fail(now, a.cfg.InitialNodeGroupBackoff, a.cfg.MaxNodeGroupBackoff)
	a.report(Report{Kind: ScaleUpFailed, Group: g.Name(), Reason: reason})
}

// deadlines are the instants at which time alone changes the state of a group.
func (a *Autoscaler) groupDeadlines(g *group, at func(sim.Time)) {
	if g.request != nil {
		at(g.request.expires)
	}
	g.Upcoming(func(n *cluster.Node, since sim.Time) {
		if !g.late[n.Name] {
			at(since.Add(a.cfg.MaxNodeProvisionTime))
		}
	})
}
