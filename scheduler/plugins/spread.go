package plugins

import (
	"slices"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// podTopologySpread keeps pods evenly spread over the domains of topology keys, as kube-scheduler's PodTopologySpread
// does (pkg/scheduler/framework/plugins/podtopologyspread, v1.36): DoNotSchedule constraints filter, ScheduleAnyway
// constraints score, and pods of a Service, ReplicationController, ReplicaSet or StatefulSet that have no constraints of
// their own get default ones.
//
// Matching pods are counted per node once and then only for nodes that changed; upstream counts all pods in each cycle.
type podTopologySpread struct {
	defaults       []cluster.TopologySpreadConstraint
	systemDefaults bool

	topologies topologies
	counts     tallies[int32]
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
		return nil, err
	}
	a.setDefaults()
	if err := a.validate(); err != nil {
		return nil, err
	}
	return &podTopologySpread{
		defaults:       a.constraints(),
		systemDefaults: a.DefaultingType == SystemDefaulting,
		topologies:     topologies{},
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
		if s := o.(*cluster.PodSet).Selector; s.Matches(pod.Labels) {
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
			if set, ok := view.Get(kind, name).(*cluster.PodSet); ok {
				return set.Selector
			}
		}
	}
	return nil
}

// tables returns the topology table of each constraint.
func (p *podTopologySpread) tables(constraints []spreadConstraint, view *cluster.Snapshot) []*topologyTable {
	tables := make([]*topologyTable, len(constraints))
	for i := range constraints {
		tables[i] = p.topologies.table(constraints[i].key, view)
	}
	return tables
}

// includes tells whether the constraint counts the node, given whether the pod's node affinity admits it.
func (c *spreadConstraint) includes(pod *cluster.Pod, node *cluster.Node, affinityAdmits bool) bool {
	return (affinityAdmits || !c.honorAffinity) && (!c.honorTaints || !repelled(pod, node))
}

// podCount counts the pods on nodes that one constraint is about. The zero value counts none.
type podCount struct {
	tally *nodeTally[int32]
	count func(*cluster.NodeInfo) int32
}

func (c *podCount) of(n *cluster.NodeInfo) int32 {
	if c.tally == nil {
		return 0
	}
	return c.tally.of(n, c.count)
}

// counter returns the count of a constraint. An empty selector counts nothing here, although it matches the pod itself
// (podtopologyspread/common.go: countPodsMatchSelector, v1.36).
func (p *podTopologySpread) counter(pod *cluster.Pod, c *spreadConstraint, view *cluster.Snapshot) podCount {
	if c.selector.Empty() {
		return podCount{}
	}
	namespace, selector := pod.Namespace, c.selector
	p.key = appendSelector(appendString(p.key[:0], namespace), selector)
	return podCount{
		tally: p.counts.of(p.key, view),
		count: func(n *cluster.NodeInfo) int32 { return countSpread(n.Pods, namespace, selector) },
	}
}

// countSpread leaves out pods that are being deleted.
func countSpread(pods []*cluster.Pod, namespace string, selector *cluster.Selector) int32 {
	count := int32(0)
	for _, p := range pods {
		if p.Namespace == namespace && !p.Deleting && selector.Matches(p.Labels) {
			count++
		}
	}
	return count
}
