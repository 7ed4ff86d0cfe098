package clusterautoscaler

import "github.com/wavetank/wavetank/sim/cluster"

// option is a way to scale up: so many more nodes of a group, for those pods (expander.Option).
type option struct {
	group *group
	like  []*group // groups that the nodes may be spread over, less this one
	nodes int
	pods  []*cluster.Pod
}

// increase is a number of nodes that a group is to get.
type increase struct {
	group *group
	nodes int
}

// scaleUp returns what adds nodes for the pods, nil if nothing helps (core/scaleup/orchestrator/orchestrator.go: ScaleUp).
func (s *scan) scaleUp(pods []*cluster.Pod) func() {
	classes := classesOf(pods)
	var valid []*group
	for _, g := range s.groups {
		if !g.backoff.on(s.now) && g.Target() < g.Max() && s.groupHealthy(g) {
			valid = append(valid, g)
		}
	}
	fitting := map[*group][]*class{}
	for _, g := range valid {
		fitting[g] = s.fittingClasses(g, classes)
	}
	var options []option
	for _, g := range valid {
		if o := s.option(g, valid, fitting); o.nodes > 0 && len(o.pods) > 0 {
			options = append(options, o)
		}
	}
	best := s.choose(options)
	if best == nil {
		return nil
	}
	plan := s.spread(best)
	if len(plan) == 0 {
		return nil
	}
	return func() { s.execute(best, plan) }
}

// groupHealthy tells whether so few of a group's nodes are not ready that adding to it makes sense
// (clusterstate: IsNodeGroupHealthy).
func (s *scan) groupHealthy(g *group) bool {
	nodes, unready := 0, 0
	for _, n := range s.nodes {
		if g.Has(n.Name) {
			nodes++
			if n.Ready != cluster.ConditionTrue {
				unready++
			}
		}
	}
	return unready <= s.cfg.OKTotalUnready || float64(unready) <= s.cfg.MaxTotalUnreadyPercent/100*float64(nodes)
}

// fittingClasses returns the classes whose pods would fit on a new node of a group (SchedulablePodGroups).
func (s *scan) fittingClasses(g *group, classes []*class) []*class {
	s.cfg.Predictor.Fork()
	defer s.cfg.Predictor.Revert()
	n := g.Template(0)
	s.think(n)
	var fit []*class
	for _, c := range classes {
		if s.cfg.Predictor.FirstFit(c.pods[0], []string{n.Name}, 0) == 0 {
			fit = append(fit, c)
		}
	}
	return fit
}

// option computes how many nodes of a group the pods need that fit there (ComputeExpansionOption).
func (s *scan) option(g *group, valid []*group, fitting map[*group][]*class) option {
	o := option{group: g}
	if len(fitting[g]) == 0 {
		return o
	}
	if s.cfg.BalanceSimilarNodeGroups {
		o.like = s.similar(g, valid, fitting)
	}
	room := g.Max() - g.Target()
	for _, other := range o.like {
		room += other.Max() - other.Target()
	}
	room = min(room, s.cfg.MaxNodesPerScaleUp)
	if s.cfg.MaxNodesTotal > 0 {
		room = min(room, s.cfg.MaxNodesTotal-len(s.nodes)-len(s.upcoming))
	}
	o.nodes, o.pods = s.estimate(g, fitting[g], room)
	return o
}

// execute asks for the nodes. A group that the provider refuses is left alone for a while.
func (s *scan) execute(best *option, plan []increase) {
	since := s.now
	for _, p := range best.pods {
		if w := s.waiting[p.UID]; w != nil {
			since = min(since, w.since)
		}
	}
	done := false
	for _, step := range plan {
		if err := step.group.Increase(step.nodes); err != nil {
			s.failed(step.group, s.now, err.Error())
			continue
		}
		done = true
		step.group.requested(s.now, since, s.cfg.MaxNodeProvisionTime)
		s.report(Report{Kind: ScaleUp, Group: step.group.Name(), Nodes: step.nodes, Pods: len(best.pods), Lag: s.now.Sub(since)})
	}
	if done {
		s.helped(best)
	}
	s.again()
}

func (s *scan) helped(best *option) {
	s.lastScaleUp = s.now
	for _, p := range best.pods {
		if w := s.waiting[p.UID]; w != nil && w.helped == "" {
			w.helped = best.group.Name()
		}
	}
}

// class is pods that nothing sets apart, so that what holds for one holds for all (core/scaleup/equivalence).
type class struct{ pods []*cluster.Pod }

// classesOf groups pods in their order. Pods without a controller are classes of their own, and so are the pods of a
// controller with too many kinds of them (groupPodsBySchedulingProperties).
func classesOf(pods []*cluster.Pod) []*class {
	var all []*class
	byOwner := map[cluster.UID][]*class{}
next:
	for _, p := range pods {
		owner := p.ControllerRef()
		if owner == nil {
			all = append(all, &class{[]*cluster.Pod{p}})
			continue
		}
		for _, c := range byOwner[owner.UID] {
			if alike(c.pods[0], p) {
				c.pods = append(c.pods, p)
				continue next
			}
		}
		c := &class{[]*cluster.Pod{p}}
		all = append(all, c)
		if len(byOwner[owner.UID]) < maxGroupsOfOwner {
			byOwner[owner.UID] = append(byOwner[owner.UID], c)
		}
	}
	return all
}
