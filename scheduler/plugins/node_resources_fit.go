package plugins

import (
	"slices"
	"strings"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// nodeResourcesFit keeps a pod off nodes where something it asks for does not fit, and ranks the others by a scoring
// strategy (plugins/noderesources/fit.go, v1.36). The formulas are in the strategies' own files.
type nodeResourcesFit struct {
	ignored       []string
	ignoredGroups []string
	resources     []ResourceSpec
	strategy      strategy

	extended []cluster.ResourceName         // extended resources that ever ran short: their place is their bit
	statuses map[shortage]*framework.Status // every combination of reasons that ever came up
}

// strategy ranks a node by what is requested of its resources with the pod on it.
type strategy interface {
	score(spec *cluster.PodSpec, node *cluster.NodeInfo, resources []ResourceSpec) int64
}

// shortage is what a node is short of for a pod, as a set of bits, so that equal rejections share one status.
type shortage uint64

const (
	tooManyPods shortage = 1 << iota
	shortOfCPU
	shortOfMemory
	shortOfStorage
	unresolvable // more is asked for than the node has at all: preemption cannot help
	firstExtended

	extendedBits = 59 // bits left for extended resources
)

var (
	_ framework.PreFilterPlugin   = (*nodeResourcesFit)(nil)
	_ framework.FilterPlugin      = (*nodeResourcesFit)(nil)
	_ framework.PreScorePlugin    = (*nodeResourcesFit)(nil)
	_ framework.ScorePlugin       = (*nodeResourcesFit)(nil)
	_ framework.EnqueueExtensions = (*nodeResourcesFit)(nil)
	_ framework.NodeLocal         = (*nodeResourcesFit)(nil)
)

func newNodeResourcesFit(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	a, err := readFitArgs(args)
	if err != nil {
		return nil, err
	}
	return &nodeResourcesFit{
		ignored:       a.IgnoredResources,
		ignoredGroups: a.IgnoredResourceGroups,
		resources:     a.ScoringStrategy.Resources,
		strategy:      newStrategy(a.ScoringStrategy),
		statuses:      map[shortage]*framework.Status{},
	}, nil
}

func newStrategy(s *ScoringStrategy) strategy {
	switch s.Type {
	case MostAllocated:
		return mostAllocated{}
	case RequestedToCapacityRatio:
		return newRequestedToCapacityRatio(s.RequestedToCapacityRatio.Shape)
	default:
		return leastAllocated{}
	}
}

func (*nodeResourcesFit) Name() string { return NodeResourcesFit }

func (*nodeResourcesFit) NodeLocal(*cluster.Pod, *cluster.Snapshot) bool { return true }

// PreFilter has nothing to compute: the spec knows its requests. It never skips, since the number of pods counts for
// every pod.
func (*nodeResourcesFit) PreFilter(*framework.CycleState, *cluster.Pod, *cluster.Snapshot) (*framework.PreFilterResult, *framework.Status) {
	return nil, nil
}

func (p *nodeResourcesFit) Filter(_ *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	short := p.basicShortage(pod.Spec.Requests(), node)
	extended := pod.Spec.Requests().Extended
	for i := range extended {
		a := &extended[i]
		if a.Value == 0 || p.ignores(a.Name) {
			continue
		}
		if has := node.Node.Allocatable.Get(a.Name); a.Value > has-node.Requested.Get(a.Name) {
			bit, ok := p.bitOf(a.Name)
			if !ok {
				return p.uncached(pod, node)
			}
			short |= bit | unresolvableIf(a.Value > has)
		}
	}
	if short == 0 {
		return nil
	}
	return p.status(short)
}

// basicShortage compares what every node has.
func (p *nodeResourcesFit) basicShortage(asked *cluster.Resources, node *cluster.NodeInfo) shortage {
	short, has, used := shortage(0), &node.Node.Allocatable, &node.Requested
	if int64(len(node.Pods))+1 > node.Node.AllocatablePods {
		short |= tooManyPods
	}
	if v := asked.MilliCPU; v > 0 && v > has.MilliCPU-used.MilliCPU {
		short |= shortOfCPU | unresolvableIf(v > has.MilliCPU)
	}
	if v := asked.Memory; v > 0 && v > has.Memory-used.Memory {
		short |= shortOfMemory | unresolvableIf(v > has.Memory)
	}
	if v := asked.EphemeralStorage; v > 0 && v > has.EphemeralStorage-used.EphemeralStorage {
		short |= shortOfStorage | unresolvableIf(v > has.EphemeralStorage)
	}
	return short
}

func unresolvableIf(more bool) shortage {
	if more {
		return unresolvable
	}
	return 0
}

// ignores tells whether the filter leaves an extended resource out. Huge pages and other resources of Kubernetes' own are
// never left out (pkg/apis/core/v1/helper/helpers.go: IsExtendedResourceName, v1.36).
func (p *nodeResourcesFit) ignores(name cluster.ResourceName) bool {
	if len(p.ignored) == 0 && len(p.ignoredGroups) == 0 {
		return false
	}
	group, _, found := strings.Cut(string(name), "/")
	if !found || strings.Contains(string(name), "kubernetes.io/") || strings.HasPrefix(string(name), "requests.") {
		return false
	}
	return slices.Contains(p.ignored, string(name)) || slices.Contains(p.ignoredGroups, group)
}

// bitOf returns the bit of an extended resource, false if there are more of them than bits.
func (p *nodeResourcesFit) bitOf(name cluster.ResourceName) (shortage, bool) {
	i := slices.Index(p.extended, name)
	if i < 0 {
		if len(p.extended) == extendedBits {
			return 0, false
		}
		i = len(p.extended)
		p.extended = append(p.extended, name)
	}
	return firstExtended << i, true
}

// status returns the one status of a combination of reasons.
func (p *nodeResourcesFit) status(short shortage) *framework.Status {
	if s, ok := p.statuses[short]; ok {
		return s
	}
	var extended []cluster.ResourceName
	for i, name := range p.extended {
		if short&(firstExtended<<i) != 0 {
			extended = append(extended, name)
		}
	}
	s := fitStatus(short, extended)
	p.statuses[short] = s
	return s
}

// fitStatus words a rejection: pods, cpu, memory, storage, then extended resources by name (upstream leaves their order to
// a map).
func fitStatus(short shortage, extended []cluster.ResourceName) *framework.Status {
	var reasons []string
	add := func(bit shortage, reason string) {
		if short&bit != 0 {
			reasons = append(reasons, reason)
		}
	}
	add(tooManyPods, "Too many pods")
	add(shortOfCPU, "Insufficient cpu")
	add(shortOfMemory, "Insufficient memory")
	add(shortOfStorage, "Insufficient ephemeral-storage")
	slices.Sort(extended)
	for _, name := range extended {
		reasons = append(reasons, "Insufficient "+string(name))
	}
	code := framework.Unschedulable
	if short&unresolvable != 0 {
		code = framework.UnschedulableAndUnresolvable
	}
	return framework.NewStatus(NodeResourcesFit, code, reasons...)
}

// uncached words a rejection when there are more extended resources than bits.
func (p *nodeResourcesFit) uncached(pod *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	short := p.basicShortage(pod.Spec.Requests(), node)
	var extended []cluster.ResourceName
	for _, a := range pod.Spec.Requests().Extended {
		has := node.Node.Allocatable.Get(a.Name)
		if a.Value == 0 || p.ignores(a.Name) || a.Value <= has-node.Requested.Get(a.Name) {
			continue
		}
		extended = append(extended, a.Name)
		short |= unresolvableIf(a.Value > has)
	}
	return fitStatus(short, extended)
}

// PreScore never skips, as upstream.
func (*nodeResourcesFit) PreScore(*framework.CycleState, *cluster.Pod, *cluster.Snapshot, []*cluster.NodeInfo) *framework.Status {
	return nil
}

func (p *nodeResourcesFit) Score(_ *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo) int64 {
	return p.strategy.score(pod.Spec, node, p.resources)
}
