package plugins

import (
	"math"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

const spreadScoreKey = "PreScore" + PodTopologySpread

// spreadScores is what Score needs of the soft constraints.
type spreadScores struct {
	constraints []softConstraint
	ignored     []bool // nodes without all topology keys, by NodeInfo.Index; nil if there are none
}

// softConstraint is a soft constraint with the matching pods of each domain that a feasible node is in. The domains of
// the host name are the nodes: their pods are counted in Score.
type softConstraint struct {
	spreadConstraint
	table   *topologyTable
	perNode bool
	counter podCount
	counts  []int64 // by domain, notCandidate for domains without a feasible node
	size    int     // domains with a feasible node
	weight  float64
}

const notCandidate = -1

// Clone returns s itself: it does not change after PreScore.
func (s *spreadScores) Clone() framework.StateData { return s }

func (s *spreadScores) ignores(n *cluster.NodeInfo) bool {
	return s.ignored != nil && s.ignored[n.Index]
}

// PreScore counts the matching pods of each domain for the pod's soft constraints, and skips a pod without any. Nodes
// without all the topology keys get score 0, except under the system's default constraints: there, a cluster without
// zones still spreads over hosts.
func (p *podTopologySpread) PreScore(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot, nodes []*cluster.NodeInfo) *framework.Status {
	if len(view.Nodes()) == 0 {
		return spreadSkip
	}
	constraints := p.constraintsOf(pod, view, false)
	if len(constraints) == 0 {
		return spreadSkip
	}
	p.begin(view)
	requireAll := len(pod.Spec.SpreadConstraints) > 0 || !p.systemDefaults
	s := &spreadScores{constraints: make([]softConstraint, len(constraints))}
	for i, table := range p.tables(constraints) {
		s.constraints[i] = softConstraint{
			spreadConstraint: constraints[i],
			table:            table,
			perNode:          constraints[i].key == cluster.LabelHostname,
			counter:          p.counter(pod, &constraints[i], view),
		}
	}
	s.takeCandidates(nodes, view, requireAll)
	for _, n := range view.Nodes() {
		s.countNode(pod, n, requireAll)
	}
	state.Write(spreadScoreKey, s)
	return nil
}

// takeCandidates notes the domains that feasible nodes are in, and weighs the constraints by their number.
func (s *spreadScores) takeCandidates(nodes []*cluster.NodeInfo, view *cluster.Snapshot, requireAll bool) {
	ignored := 0
	for _, n := range nodes {
		if requireAll && !s.hasAllKeys(n) {
			if s.ignored == nil {
				s.ignored = make([]bool, view.Handles())
			}
			s.ignored[n.Index] = true
			ignored++
			continue
		}
		for i := range s.constraints {
			s.constraints[i].takeCandidate(n)
		}
	}
	for i := range s.constraints {
		c := &s.constraints[i]
		if c.perNode {
			c.size = len(nodes) - ignored
		}
		c.weight = topologyNormalizingWeight(c.size)
	}
}

func (s *spreadScores) hasAllKeys(n *cluster.NodeInfo) bool {
	for i := range s.constraints {
		if s.constraints[i].table.domain(n) == noDomain {
			return false
		}
	}
	return true
}

func (c *softConstraint) takeCandidate(n *cluster.NodeInfo) {
	if c.perNode {
		return
	}
	id := c.domainOrEmpty(n)
	for int(id) >= len(c.counts) {
		c.counts = append(c.counts, notCandidate)
	}
	if c.counts[id] == notCandidate {
		c.counts[id] = 0
		c.size++
	}
}

// domainOrEmpty counts a node without the key in the domain "", which adds to the number of domains but not to the
// score of any node (podtopologyspread/scoring.go: initPreScoreState, v1.36).
func (c *softConstraint) domainOrEmpty(n *cluster.NodeInfo) int32 {
	if id := c.table.domain(n); id != noDomain {
		return id
	}
	return c.table.id("")
}

func (s *spreadScores) countNode(pod *cluster.Pod, n *cluster.NodeInfo, requireAll bool) {
	if requireAll && !s.hasAllKeys(n) {
		return
	}
	admitted := selectsNode(pod, n.Node)
	for i := range s.constraints {
		c := &s.constraints[i]
		if c.perNode || !c.includes(pod, n.Node, admitted) {
			continue
		}
		id := c.domainOrEmpty(n)
		if int(id) < len(c.counts) && c.counts[id] != notCandidate {
			c.counts[id] += int64(c.counter.of(n))
		}
	}
}

// Score returns the sum over the soft constraints of (matching pods in the node's domain) x (weight of the topology)
// + maxSkew - 1, rounded: fewer is better until NormalizeScore turns it round.
func (p *podTopologySpread) Score(state *framework.CycleState, _ *cluster.Pod, node *cluster.NodeInfo) int64 {
	s, ok := state.Read(spreadScoreKey).(*spreadScores)
	if !ok || s.ignores(node) {
		return 0
	}
	var score float64
	for i := range s.constraints {
		c := &s.constraints[i]
		if id := c.table.domain(node); id != noDomain {
			score += scoreForCount(c.inDomain(node, id), c.maxSkew, c.weight)
		}
	}
	return int64(math.Round(score))
}

func (c *softConstraint) inDomain(n *cluster.NodeInfo, id int32) int64 {
	if c.perNode {
		return int64(c.counter.of(n))
	}
	return c.counts[id]
}

// NormalizeScore maps the fewest matching pods to MaxNodeScore: 100 x (max + min - score) / max in integers.
func (p *podTopologySpread) NormalizeScore(state *framework.CycleState, _ *cluster.Pod, nodes []*cluster.NodeInfo, scores []int64) *framework.Status {
	s, ok := state.Read(spreadScoreKey).(*spreadScores)
	if !ok {
		return nil
	}
	least, most := int64(math.MaxInt64), int64(0)
	for i, score := range scores {
		if !s.ignores(nodes[i]) {
			least, most = min(least, score), max(most, score)
		}
	}
	for i := range scores {
		switch {
		case s.ignores(nodes[i]):
			scores[i] = 0
		case most == 0:
			scores[i] = framework.MaxNodeScore
		default:
			scores[i] = framework.MaxNodeScore * (most + least - scores[i]) / most
		}
	}
	return nil
}

// topologyNormalizingWeight keeps topologies of few domains from drowning in those of many
// (podtopologyspread/scoring.go, v1.36).
func topologyNormalizingWeight(size int) float64 { return math.Log(float64(size + 2)) }

// scoreForCount waters small differences down as far as the constraint tolerates them (podtopologyspread/scoring.go,
// v1.36).
func scoreForCount(count int64, maxSkew int32, weight float64) float64 {
	return float64(count)*weight + float64(maxSkew-1)
}
