package clusterautoscaler

import (
	"cmp"
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
)

// packing is first-fit-decreasing bin packing into new nodes of one group
// (estimator/binpacking_estimator.go: BinpackingNodeEstimator).
type packing struct {
	*scan
	group *group
	room  int // nodes that may still be added
	nodes []string
	used  map[string]bool
	next  int // where the next search over nodes begins
	pods  []*cluster.Pod
}

// estimate returns how many nodes of a group, at most room, the classes need, and which of their pods those hold.
func (s *scan) estimate(g *group, classes []*class, room int) (int, []*cluster.Pod) {
	s.cfg.Predictor.Fork()
	defer s.cfg.Predictor.Revert()
	p := &packing{scan: s, group: g, room: room, used: map[string]bool{}}
	for _, c := range decreasing(classes, g.Template(0)) {
		p.onNew(p.onOpened(c.pods))
	}
	return len(p.used), p.pods
}

// decreasing orders classes by what one of their pods asks for: its share of the node's cpu plus that of its memory
// (estimator/decreasing_pod_orderer.go).
func decreasing(classes []*class, node *cluster.Node) []*class {
	sorted := slices.Clone(classes)
	score := func(c *class) float64 {
		want, have := c.pods[0].Spec.Requests(), &node.Allocatable
		return share(want.MilliCPU, have.MilliCPU) + share(want.Memory, have.Memory)
	}
	slices.SortStableFunc(sorted, func(a, b *class) int { return cmp.Compare(score(b), score(a)) })
	return sorted
}

func share(part, whole int64) float64 {
	if whole <= 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// onOpened puts pods on the nodes that are there, and returns the rest from the first on that does not fit
// (tryToScheduleOnExistingNodes).
func (p *packing) onOpened(pods []*cluster.Pod) []*cluster.Pod {
	for i, pod := range pods {
		if len(p.nodes) == 0 {
			return pods[i:]
		}
		at := p.cfg.Predictor.FirstFit(pod, p.nodes, p.next)
		if at < 0 {
			return pods[i:]
		}
		p.next = (at + 1) % len(p.nodes)
		p.put(pod, p.nodes[at])
	}
	return nil
}

// onNew puts pods of one class on the newest node and, where it is full, on one more (tryToScheduleOnNewNodes).
func (p *packing) onNew(pods []*cluster.Pod) {
	for _, pod := range pods {
		if newest, ok := p.newest(); ok {
			if p.fits(pod, newest) {
				p.put(pod, newest)
				continue
			}
			if !p.used[newest] { // empty, and the pod does not fit: another one would not help
				return
			}
		}
		if p.room <= 0 {
			return
		}
		added := p.open()
		if !p.fits(pod, added) {
			return
		}
		p.put(pod, added)
	}
}

func (p *packing) newest() (string, bool) {
	if len(p.nodes) == 0 {
		return "", false
	}
	return p.nodes[len(p.nodes)-1], true
}

func (p *packing) open() string {
	n := p.group.Template(len(p.nodes))
	p.think(n)
	p.nodes = append(p.nodes, n.Name)
	p.room--
	return n.Name
}

func (p *packing) fits(pod *cluster.Pod, node string) bool {
	return p.cfg.Predictor.FirstFit(pod, []string{node}, 0) == 0
}

func (p *packing) put(pod *cluster.Pod, node string) {
	p.cfg.Predictor.AddPod(pod, node)
	p.used[node] = true
	p.pods = append(p.pods, pod)
}
