package plugins

import (
	"fmt"
	"slices"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// podTopologySpread keeps pods evenly spread over the domains of topology keys, as kube-scheduler's PodTopologySpread
// does (pkg/scheduler/framework/plugins/podtopologyspread, v1.36): DoNotSchedule constraints filter, ScheduleAnyway
// constraints score, and pods of a Service, ReplicationController, ReplicaSet or StatefulSet that have no constraints of
// their own get default ones.
//
// Matching pods are counted once, and then the counts follow the pods that come and go; upstream counts all pods in each
// cycle.
type podTopologySpread struct {
	defaults       []cluster.TopologySpreadConstraint
	systemDefaults bool

	topologies topologies
	log        podLog
	counts     tallies[[]int32] // matching pods by NodeInfo.Index
	key        []byte
	ids        []int32
	view       *cluster.Snapshot // of the last cycle, for queueing hints
}

var (
	_ framework.PreFilterPlugin     = (*podTopologySpread)(nil)
	_ framework.PreFilterExtensions = (*podTopologySpread)(nil)
	_ framework.FilterPlugin        = (*podTopologySpread)(nil)
	_ framework.PreScorePlugin      = (*podTopologySpread)(nil)
	_ framework.ScorePlugin         = (*podTopologySpread)(nil)
	_ framework.ScoreNormalizer     = (*podTopologySpread)(nil)
	_ framework.EnqueueExtensions   = (*podTopologySpread)(nil)
)

// NewPodTopologySpread makes the plugin from PodTopologySpreadArgs. It returns an error for arguments that kube-scheduler
// refuses.
func NewPodTopologySpread(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	a := PodTopologySpreadArgs{}
	if err := args.Decode(&a); err != nil {
		return nil, fmt.Errorf("%s: %w", PodTopologySpread, err)
	}
	if err := a.check(PodTopologySpread); err != nil {
		return nil, err
	}
	a.setDefaults()
	if err := a.validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", PodTopologySpread, err)
	}
	return &podTopologySpread{
		defaults:       a.constraints(),
		systemDefaults: a.DefaultingType == SystemDefaulting,
	}, nil
}

// Name returns "PodTopologySpread".
func (p *podTopologySpread) Name() string { return PodTopologySpread }

// spreadConstraint is one constraint of the pod in hand, with the defaults filled in.
type spreadConstraint struct {
	maxSkew       int32
	minDomains    int32
	key           string
	selector      *cluster.Selector
	honorAffinity bool
	honorTaints   bool
}

// constraintsOf returns the pod's own hard or soft constraints, or the default ones if it has none of either kind.
func (p *podTopologySpread) constraintsOf(pod *cluster.Pod, view *cluster.Snapshot, hard bool) []spreadConstraint {
	if len(pod.Spec.SpreadConstraints) > 0 {
		return selectConstraints(pod.Spec.SpreadConstraints, hard)
	}
	constraints := selectConstraints(p.defaults, hard)
	if len(constraints) == 0 {
		return nil
	}
	selector := defaultSpreadSelector(pod, view)
	if selector.Empty() {
		return nil
	}
	for i := range constraints {
		constraints[i].selector = selector
	}
	return constraints
}

func selectConstraints(all []cluster.TopologySpreadConstraint, hard bool) []spreadConstraint {
	var selected []spreadConstraint
	for i := range all {
		if c := &all[i]; c.Hard == hard {
			selected = append(selected, spreadConstraint{
				maxSkew:       c.MaxSkew,
				minDomains:    max(1, c.MinDomains),
				key:           c.TopologyKey,
				selector:      c.Selector,
				honorAffinity: c.NodeAffinityPolicy != cluster.InclusionIgnore,
				honorTaints:   c.NodeTaintsPolicy == cluster.InclusionHonor,
			})
		}
	}
	return selected
}

// defaultSpreadSelector returns what selects the pod's siblings: all that its Services and its controller ask for
// (plugins/helper/spread.go: DefaultSelector, v1.36). It is empty for a pod that nothing selects.
func defaultSpreadSelector(pod *cluster.Pod, view *cluster.Snapshot) *cluster.Selector {
	selector := &cluster.Selector{}
	services := view.List(cluster.KindService)
	first, _ := slices.BinarySearchFunc(services, pod.Namespace, func(o cluster.Object, namespace string) int {
		if o.Meta().Namespace < namespace {
			return -1
		}
		return 1
	})
	for _, o := range services[first:] {
		if o.Meta().Namespace != pod.Namespace {
			break
		}
		if s := o.(cluster.SelectsPods).PodSelector(); s.Matches(pod.Labels) {
			selector.Requirements = append(selector.Requirements, s.Requirements...)
		}
	}
	if owner := controllerSelector(pod, view); owner != nil {
		selector.Requirements = append(selector.Requirements, owner.Requirements...)
	}
	return selector
}

func controllerSelector(pod *cluster.Pod, view *cluster.Snapshot) *cluster.Selector {
	owner := pod.ControllerRef()
	if owner == nil {
		return nil
	}
	for _, kind := range []cluster.Kind{cluster.KindReplicationController, cluster.KindReplicaSet, cluster.KindStatefulSet} {
		if owner.Kind == kind.String() {
			name := cluster.NamespacedName{Namespace: pod.Namespace, Name: owner.Name}
			if set, ok := view.Get(kind, name).(cluster.SelectsPods); ok {
				return set.PodSelector()
			}
		}
	}
	return nil
}

// tables returns the topology table of each constraint.
func (p *podTopologySpread) tables(constraints []spreadConstraint) []*topologyTable {
	tables := make([]*topologyTable, len(constraints))
	for i := range constraints {
		tables[i] = p.topologies.table(constraints[i].key)
	}
	return tables
}

// includes tells whether the constraint counts the node, given whether the pod's node affinity admits it.
func (c *spreadConstraint) includes(pod *cluster.Pod, node *cluster.Node, affinityAdmits bool) bool {
	return (affinityAdmits || !c.honorAffinity) && (!c.honorTaints || !repelled(pod, node))
}

// begin brings what depends on the whole cluster up to date.
func (p *podTopologySpread) begin(view *cluster.Snapshot) {
	p.topologies.tidy(view)
	p.log.sync(view)
}

// podCount is the number of pods on each node that one constraint is about, by NodeInfo.Index.
type podCount []int32

func (c podCount) of(n *cluster.NodeInfo) int32 {
	if n.Index >= len(c) {
		return 0
	}
	return c[n.Index]
}

// counter returns the count of a constraint. An empty selector counts nothing here, although it matches the pod itself
// (podtopologyspread/common.go: countPodsMatchSelector, v1.36).
func (p *podTopologySpread) counter(pod *cluster.Pod, c *spreadConstraint, view *cluster.Snapshot) podCount {
	if c.selector.Empty() {
		return nil
	}
	namespace, selector := pod.Namespace, c.selector
	follow := func(counts *[]int32, e podEntry) {
		if countsForSpread(e.pod, namespace, selector) {
			for len(*counts) <= int(e.handle) {
				*counts = append(*counts, 0)
			}
			(*counts)[e.handle] += e.sign
		}
	}
	fresh := func() []int32 {
		counts := make([]int32, view.Handles())
		p.log.all(func(e podEntry) { follow(&counts, e) })
		return counts
	}
	p.key = appendSelector(appendString(p.key[:0], namespace), selector)
	return *p.counts.of(p.key, &p.log, view, fresh, follow)
}

// countsForSpread leaves out pods that are being deleted.
func countsForSpread(p *cluster.Pod, namespace string, selector *cluster.Selector) bool {
	return p.Namespace == namespace && !p.Deleting && selector.Matches(p.Labels)
}
