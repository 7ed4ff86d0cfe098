package clusterautoscaler

import (
	"slices"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// scan is one pass of the loop over the cluster as it is now (core/static_autoscaler.go: RunOnce).
type scan struct {
	*Autoscaler
	now      sim.Time
	nodes    []*cluster.Node // all of the cluster
	names    []string        // of nodes
	ready    int
	upcoming []string // nodes of the prediction that have not joined yet
	last     int      // where the next search for a node begins
	due      sim.Time // the next scan is to come by then, whatever happens
}

// scan looks at the cluster, decides, and then acts: the prediction ends before anything is written.
func (a *Autoscaler) scan(now sim.Time) {
	s := &scan{Autoscaler: a, now: now, due: sim.Never}
	s.list()
	s.recheck()
	for _, g := range a.groups {
		a.review(g, now)
	}
	if s.healthy() {
		a.cfg.Predictor.Fork()
		act := s.decide()
		a.cfg.Predictor.Revert()
		a.hints.turn()
		if act != nil {
			act()
		}
	} else {
		clear(a.unneeded)
	}
	s.deadlines()
	a.seen = a.changes
}

func (s *scan) list() {
	for _, o := range s.store.List(cluster.KindNode) {
		n := o.(*cluster.Node)
		s.nodes = append(s.nodes, n)
		s.names = append(s.names, n.Name)
		if n.Ready == cluster.ConditionTrue {
			s.ready++
		}
	}
}

// healthy tells whether so few nodes are not ready that scaling makes sense (clusterstate: IsClusterHealthy).
func (s *scan) healthy() bool {
	unready := len(s.nodes) - s.ready
	return unready <= s.cfg.OKTotalUnready || float64(unready) <= s.cfg.MaxTotalUnreadyPercent/100*float64(len(s.nodes))
}

// decide returns what is to be done, nil if nothing is. A scan that scales up does not scale down; neither does one that
// waits for more pods.
func (s *scan) decide() func() {
	s.addUpcoming()
	help := s.podsToHelp()
	switch {
	case len(help) == 0:
	case s.cfg.MaxNodesTotal > 0 && len(s.nodes)+len(s.upcoming) >= s.cfg.MaxNodesTotal:
	case s.allNew(help):
		return s.decideScaleDown(true)
	default:
		if up := s.scaleUp(help); up != nil {
			return up
		}
	}
	return s.decideScaleDown(false)
}

// addUpcoming thinks of the machines that are expected as joined already, so that nothing is asked for twice
// (addUpcomingNodesToClusterSnapshot).
func (s *scan) addUpcoming() {
	for _, g := range s.groups {
		for _, n := range g.upcoming() {
			s.think(n)
			s.upcoming = append(s.upcoming, n.Name)
		}
	}
}

// think adds a node that does not exist to the prediction, with the daemon pods that will run there
// (simulator/node_info_utils.go: SanitizedTemplateNodeInfoFromNodeGroup).
func (s *scan) think(n *cluster.Node) {
	s.cfg.Predictor.AddNode(n)
	if s.cfg.DaemonPods == nil {
		return
	}
	for _, o := range s.store.List(cluster.KindDaemonSet) {
		set := o.(*cluster.DaemonSet)
		if spec := s.cfg.DaemonPods(set, n); spec != nil {
			s.cfg.Predictor.AddPod(daemonPod(set, spec, n.Name), n.Name)
		}
	}
}

func daemonPod(set *cluster.DaemonSet, spec *cluster.PodSpec, node string) *cluster.Pod {
	p := &cluster.Pod{Spec: spec}
	p.NamespacedName = cluster.NamespacedName{Namespace: set.Namespace, Name: set.Name + "-on-" + node}
	p.Labels, p.Annotations = set.Template.Labels, set.Template.Annotations
	p.Owners = []cluster.OwnerReference{{Kind: set.Kind().String(), Name: set.Name, UID: set.UID, Controller: true}}
	return p
}

// at has the next scan come by an instant, if it is still to come.
func (s *scan) at(t sim.Time) {
	if t > s.now {
		s.due = min(s.due, t)
	}
}

// again has the next scan come as soon as it can.
func (s *scan) again() { s.at(s.now + 1) }

// deadlines has the next scan come when time alone may change what is to be done.
func (s *scan) deadlines() {
	for _, g := range s.groups {
		s.groupDeadlines(g, s.at)
		if g.backoff.on(s.now) && len(s.waiting) > 0 && g.Target() < g.Max() {
			s.at(g.backoff.until)
		}
	}
	if s.cfg.ScaleDown {
		s.scaleDownDeadlines()
	}
	s.scanAt(s.due)
}

func (s *scan) scaleDownDeadlines() {
	for _, r := range s.unremovable {
		if r.changes != s.changes {
			s.at(r.until)
		}
	}
	if len(s.unneeded) == 0 {
		return
	}
	s.at(s.lastScaleUp.Add(s.cfg.DelayAfterAdd))
	s.at(s.lastFailure.Add(s.cfg.DelayAfterFailure))
	s.at(s.lastDelete.Add(s.cfg.DelayAfterDelete))
	for name, since := range s.unneeded {
		if n := s.store.Node(name); n != nil {
			s.at(since.Add(s.patience(n)))
		}
	}
}

// groupOf returns the group of a node, nil if it has none.
func (a *Autoscaler) groupOf(node string) *group {
	i := slices.IndexFunc(a.groups, func(g *group) bool { return g.Has(node) })
	if i < 0 {
		return nil
	}
	return a.groups[i]
}
