package clusterautoscaler

import (
	"slices"
	"strings"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// blocking says why a pod holds its node, "" if it does not (utils/drain: BlockingPodReason).
type blocking string

// The reasons.
const (
	notReplicated   blocking = "NotReplicated"
	kubeSystemPod   blocking = "UnmovableKubeSystemPod"
	notSafeToEvict  blocking = "NotSafeToEvictAnnotation"
	localStorage    blocking = "LocalStorageRequested"
	notEnoughBudget blocking = "NotEnoughPdb"
)

// budgets are the disruptions that the budgets still allow (core/scaledown/pdb/basic.go: basicRemainingPdbTracker).
type budgets struct {
	all  []*cluster.PodDisruptionBudget
	left []int32
}

func newBudgets(store *cluster.Store) *budgets {
	b := &budgets{}
	for _, o := range store.List(cluster.KindPodDisruptionBudget) {
		budget := o.(*cluster.PodDisruptionBudget)
		b.all = append(b.all, budget)
		b.left = append(b.left, budget.DisruptionsAllowed)
	}
	return b
}

// matching calls each with the indices of the budgets that a pod counts for.
func (b *budgets) matching(p *cluster.Pod, each func(i int)) {
	for i, budget := range b.all {
		if budget.Namespace == p.Namespace && budget.Selector.Matches(p.Labels) {
			each(i)
		}
	}
}

func (b *budgets) any(p *cluster.Pod) (found bool) {
	b.matching(p, func(int) { found = true })
	return found
}

// allow tells whether each budget of the pods allows one disruption at least: evictions are tried for a while, so that the
// others may follow (CanRemovePods). risky tells that not all may go at the same time.
func (b *budgets) allow(pods []*cluster.Pod) (ok, risky bool) {
	counts := make([]int32, len(b.all))
	ok = true
	for _, p := range pods {
		b.matching(p, func(i int) {
			counts[i]++
			ok = ok && b.left[i] >= 1
			risky = risky || b.left[i] < counts[i]
		})
	}
	return ok, risky
}

// use takes the disruptions of the pods off (RemovePods).
func (b *budgets) use(pods []*cluster.Pod) {
	for _, p := range pods {
		b.matching(p, func(i int) { b.left[i]-- })
	}
}

// podsToMove returns the pods that have to move for a node to go, those of DaemonSets left out, and what blocks it
// (simulator/drain.go: GetPodsToMove, simulator/drainability/rules).
func (a *Autoscaler) podsToMove(info *cluster.NodeInfo, b *budgets, now sim.Time) (move []*cluster.Pod, why blocking) {
	for _, p := range info.Pods {
		if isDaemonPod(p) || a.goes(p, now) || p.Terminal() {
			continue
		}
		if why = a.blocks(p, b); why != "" {
			return nil, why
		}
		move = append(move, p)
	}
	if ok, _ := b.allow(move); !ok {
		return nil, notEnoughBudget
	}
	slices.SortFunc(move, func(p, q *cluster.Pod) int { return int(int64(p.UID) - int64(q.UID)) })
	return move, ""
}

// goes tells whether a pod is being deleted and overdue (utils/drain: IsPodLongTerminating), or may be killed without
// regard (expendable: it is not even in upstream's snapshot).
func (a *Autoscaler) goes(p *cluster.Pod, now sim.Time) bool {
	overdue := p.Deleting && p.DeletingSince.Add(p.Spec.TerminationGracePeriod+longTerminating) < now
	return overdue || p.Spec.Priority < a.cfg.ExpendablePriorityCutoff
}

// replicated are the kinds of controllers that make a pod anew (rules/replicated).
var replicated = map[string]bool{"ReplicationController": true, "ReplicaSet": true, "StatefulSet": true, "Job": true}

// blocks applies the rules in their order (rules.Default).
func (a *Autoscaler) blocks(p *cluster.Pod, b *budgets) blocking {
	safe := p.Annotations[AnnotationSafeToEvict]
	owner := p.ControllerRef()
	switch {
	case safe == "true":
		return ""
	case owner == nil || !replicated[owner.Kind]:
		return notReplicated
	case a.cfg.SkipNodesWithSystemPods && p.Namespace == "kube-system" && !b.any(p):
		return kubeSystemPod
	case safe == "false":
		return notSafeToEvict
	case a.cfg.SkipNodesWithLocalStorage && hasUnsafeVolume(p):
		return localStorage
	}
	return ""
}

// hasUnsafeVolume tells whether a pod has local storage that its annotation does not name (utils/drain:
// HasBlockingLocalStorage).
func hasUnsafeVolume(p *cluster.Pod) bool {
	safe := strings.Split(p.Annotations[AnnotationLocalVolumes], ",")
	return slices.ContainsFunc(p.Spec.LocalVolumes, func(name string) bool { return !slices.Contains(safe, name) })
}
