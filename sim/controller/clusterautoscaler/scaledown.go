package clusterautoscaler

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// removal is a node that can be removed now.
type removal struct {
	node  *cluster.Node
	move  []*cluster.Pod // to be evicted
	risky bool           // not all of them may go at the same time
}

// decideScaleDown finds the nodes that are not needed and returns what removes some of them, or marks them, nil if there is
// nothing to do. While scale-down is forbidden it only finds them (static_autoscaler.go: RunOnce, from ScaleDownEnabled on).
func (s *scan) decideScaleDown(forbidden bool) func() {
	if !s.cfg.ScaleDown {
		return nil
	}
	candidates := s.candidates()
	found := s.findUnneeded(candidates)
	note := s.noteUnneeded(found)
	if forbidden || len(candidates) == 0 || s.coolingDown() {
		return note
	}
	remove := s.crop(s.removable(found))
	return func() {
		note()
		if len(remove) > 0 {
			s.lastDelete = s.now
			s.startDeletion(remove)
			return
		}
		s.markCandidates()
	}
}

// coolingDown tells whether something happened too recently (isScaleDownInCooldown).
func (s *scan) coolingDown() bool {
	return s.lastScaleUp.Add(s.cfg.DelayAfterAdd) > s.now || s.lastFailure.Add(s.cfg.DelayAfterFailure) > s.now ||
		s.lastDelete.Add(s.cfg.DelayAfterDelete) > s.now
}

// candidate is a node that may be removed one day.
type candidate struct {
	info *cluster.NodeInfo
	was  bool // found to be unneeded before
	busy bool // has pods to be moved
}

// candidates returns the nodes of groups that are above their minimum, those without pods to be moved first, then those that
// were unneeded before, by name (processors/nodes/pre_filtering_processor.go, processors/scaledowncandidates: emptycandidates
// and previouscandidates).
func (s *scan) candidates() []candidate {
	var list []candidate
	for _, n := range s.nodes {
		g := s.groupOf(n.Name)
		if g == nil || g.Target()-s.deleting(g) <= g.Min() || s.deletions[n.Name] != nil {
			continue
		}
		info := s.cfg.Predictor.Node(n.Name)
		_, was := s.unneeded[n.Name]
		list = append(list, candidate{info: info, was: was, busy: slices.ContainsFunc(info.Pods, s.hasToMove)})
	}
	slices.SortStableFunc(list, func(a, b candidate) int {
		return cmp.Or(compareBool(a.busy, b.busy), compareBool(b.was, a.was))
	})
	return list
}

func (s *scan) hasToMove(p *cluster.Pod) bool {
	return !isDaemonPod(p) && !s.goes(p, s.now) && !p.Terminal()
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// deleting returns how many nodes of a group are being removed.
func (s *scan) deleting(g *group) int {
	n := 0
	for _, d := range s.deletions {
		if d.group == g {
			n++
		}
	}
	return n
}

// findUnneeded returns the candidates that are little used and whose pods fit elsewhere, given that those before them in
// the list are gone (core/scaledown/eligibility, core/scaledown/planner: categorizeNodes).
func (s *scan) findUnneeded(candidates []candidate) []removal {
	left := newBudgets(s.store)
	gone := map[string]bool{}
	for name := range s.deletions {
		gone[name] = true
	}
	destinations := func(but string) []string {
		var names []string
		for _, n := range s.names {
			if n != but && !gone[n] {
				names = append(names, n)
			}
		}
		return names
	}
	var found []removal
	for _, c := range candidates {
		name := c.info.Node.Name
		if !s.eligible(c.info) {
			continue
		}
		r, ok := s.simulateRemoval(c.info, destinations, left)
		if !ok {
			s.unremovable[name] = recheck{until: s.now.Add(s.cfg.UnremovableRecheck), changes: s.changes}
			continue
		}
		gone[name] = true
		left.use(r.move)
		found = append(found, r)
	}
	return found
}

// recheck forgets that nodes could not be removed once it is time to look again (core/scaledown/unremovable/nodes.go: Update).
// Where nothing had changed from the verdict to the last scan, the scans that were left out would have come to the same
// verdict again, each time for as long.
func (s *scan) recheck() {
	for name, r := range s.unremovable {
		for r.changes == s.seen && s.onGrid(r.until) < s.now {
			r.until = s.onGrid(r.until).Add(s.cfg.UnremovableRecheck)
		}
		if s.unremovable[name] = r; r.until <= s.now || s.store.Node(name) == nil {
			delete(s.unremovable, name)
		}
	}
}

// eligible tells whether a node is worth looking at (eligibility.go: unremovableReasonAndNodeUtilization).
func (s *scan) eligible(info *cluster.NodeInfo) bool {
	n := info.Node
	if _, recent := s.unremovable[n.Name]; recent || n.Annotations[AnnotationNoScaleDown] == "true" {
		return false
	}
	threshold := s.cfg.UtilizationThreshold
	if n.GPUs > 0 || n.Allocatable.Get(gpuResource) > 0 {
		threshold = s.cfg.GPUUtilizationThreshold
	}
	return utilization(info, s.cfg.IgnoreDaemonSetsUtilization) < threshold
}

// simulateRemoval tries to place the pods of a node elsewhere. While it does the node is there with its taint, so that
// topology spread counts it as it will; then it is gone (simulator/cluster.go: SimulateNodeRemoval, findPlaceFor).
func (s *scan) simulateRemoval(info *cluster.NodeInfo, destinations func(string) []string, left *budgets) (removal, bool) {
	node := info.Node
	move, why := s.podsToMove(info, left, s.now)
	if why != "" {
		return removal{}, false
	}
	_, risky := left.allow(move)
	s.cfg.Predictor.Fork()
	var homeless []*cluster.Pod
	for _, p := range move {
		s.cfg.Predictor.RemovePod(p)
		homeless = append(homeless, unplaced(p))
	}
	if len(homeless) > 0 {
		s.cfg.Predictor.SetNode(tainted(node, s.toBeDeleted()))
		if len(s.place(homeless, destinations(node.Name), true)) > 0 {
			s.cfg.Predictor.Revert()
			return removal{}, false
		}
	}
	s.cfg.Predictor.RemoveNode(node.Name)
	s.cfg.Predictor.Commit()
	return removal{node: node, move: move, risky: risky}, true
}

func (s *scan) toBeDeleted() cluster.Taint {
	return cluster.Taint{Key: TaintToBeDeleted, Value: strconv.FormatInt(int64(s.now.Seconds()), 10), Effect: cluster.NoSchedule}
}

func tainted(n *cluster.Node, t cluster.Taint) *cluster.Node {
	c := *n
	c.Taints = append(slices.Clone(n.Taints), t)
	return &c
}

// noteUnneeded returns what notes which nodes are unneeded now, and since when (core/scaledown/unneeded/nodes.go: Update).
func (s *scan) noteUnneeded(found []removal) func() {
	return func() {
		was := s.unneeded
		s.Autoscaler.unneeded = make(map[string]sim.Time, len(found))
		for _, r := range found {
			since, known := was[r.node.Name]
			if !known {
				since = s.now
				s.report(Report{Kind: Unneeded, Group: s.groupOf(r.node.Name).Name(), Node: r.node.Name, Pods: len(r.move)})
			}
			s.unneeded[r.node.Name] = since
		}
	}
}

// patience is how long a node has to be unneeded.
func (s *scan) patience(n *cluster.Node) time.Duration {
	if n.Ready != cluster.ConditionTrue {
		return s.cfg.UnreadyTime
	}
	return s.cfg.UnneededTime
}

// removable returns the nodes that have been unneeded for long enough and that their groups can spare, those without pods
// to be moved first, then those whose pods can all go at once (unneeded/nodes.go: RemovableAt, planner: sortByRisk).
func (s *scan) removable(found []removal) []removal {
	spare := map[*group]int{}
	for _, g := range s.groups {
		spare[g] = g.Target() - s.deleting(g) - g.Min()
	}
	slices.SortStableFunc(found, func(a, b removal) int {
		return cmp.Or(compareBool(len(a.move) > 0, len(b.move) > 0), compareBool(a.risky, b.risky))
	})
	var list []removal
	for _, r := range found {
		g := s.groupOf(r.node.Name)
		since, known := s.unneeded[r.node.Name]
		if known && since.Add(s.patience(r.node)) <= s.now && spare[g] > 0 {
			spare[g]--
			list = append(list, r)
		}
	}
	return list
}

// crop leaves as many removals as may be under way at a time (core/scaledown/budgets/budgets.go: CropNodes).
func (s *scan) crop(list []removal) []removal {
	total, drains := s.cfg.MaxScaleDownParallelism-len(s.deletions), s.cfg.MaxDrainParallelism
	for _, d := range s.deletions {
		if d.drain {
			drains--
		}
	}
	var kept []removal
	for _, r := range list {
		switch drain := len(r.move) > 0; {
		case total <= 0 || drain && drains <= 0:
		default:
			kept = append(kept, r)
			total--
			if drain {
				drains--
			}
		}
	}
	return kept
}
