package oracle

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	corev1helpers "k8s.io/component-helpers/scheduling/corev1"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/defaultpreemption"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/feature"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/names"
	"k8s.io/kubernetes/pkg/scheduler/framework/preemption"
	"k8s.io/kubernetes/pkg/scheduler/util"

	"github.com/wavetank/wavetank/scheduler/conformance/verdict"
)

// explainPreemption repeats the dry run over all nodes, because PostFilter tells only whom it chose.
func (r *Real) explainPreemption(c *cycle, statuses *framework.NodeToStatus, nominated string, deleted []string) error {
	candidates, err := c.dryRunPreemption(statuses)
	if err != nil {
		return err
	}
	p := &verdict.Preemption{Ties: describeCandidates(tied(candidates)), Candidates: describeCandidates(candidates)}
	i := slices.IndexFunc(p.Ties, func(t verdict.Candidate) bool { return t.Node == nominated })
	if i < 0 {
		return fmt.Errorf("PostFilter nominates %s, the dry run %v", nominated, p.Ties)
	}
	if running := r.notTerminating(p.Ties[i].Victims); !slices.Equal(running, deleted) {
		return fmt.Errorf("PostFilter deletes %v, the dry run %v", deleted, running)
	}
	p.Candidate = p.Ties[0]
	c.verdict.Preemption = p
	return nil
}

func (c *cycle) dryRunPreemption(statuses *framework.NodeToStatus) ([]preemption.Candidate, error) {
	args, err := pluginArgs(c.profile, names.DefaultPreemption)
	if err != nil {
		return nil, err
	}
	plugin, err := defaultpreemption.New(c.ctx, args, c.fw, feature.NewSchedulerFeaturesFromGates(utilfeature.DefaultFeatureGate))
	if err != nil {
		return nil, err
	}
	nodes, err := statuses.NodesForStatusCode(c.fw.SnapshotSharedLister().NodeInfos(), fwk.Unschedulable)
	if err != nil {
		return nil, err
	}
	budgets, err := plugin.Evaluator.PdbLister.List(labels.Everything())
	if err != nil {
		return nil, err
	}
	found, _, err := plugin.Evaluator.DryRunPreemption(c.ctx, c.state, c.pod, nodes, budgets, 0, int32(len(nodes)))
	slices.SortFunc(found, func(a, b preemption.Candidate) int { return cmp.Compare(a.Name(), b.Name()) })
	return found, err
}

// tied are the candidates that no criterion of pickOneNodeForPreemption (upstream pkg/scheduler/framework/preemption/
// preemption.go) tells from the best one, in the given order.
func tied(candidates []preemption.Candidate) []preemption.Candidate {
	var best []preemption.Candidate
	for _, c := range candidates {
		order := -1
		if len(best) > 0 {
			order = slices.Compare(cost(c), cost(best[0]))
		}
		if order < 0 {
			best = best[:0]
		}
		if order <= 0 {
			best = append(best, c)
		}
	}
	return best
}

// cost is a candidate's standing in each criterion, most important first, less is better: PDB violations, highest
// priority of a victim, sum of priorities, number of victims, and lateness of the start of the most important ones.
func cost(c preemption.Candidate) []int64 {
	victims := c.Victims()
	sum := int64(0)
	for _, pod := range victims.Pods {
		sum += int64(corev1helpers.PodPriority(pod)) + math.MaxInt32 + 1
	}
	highest := int64(corev1helpers.PodPriority(victims.Pods[0]))
	start := int64(math.MinInt64 + 1)
	if t := util.GetEarliestPodStartTime(victims); t != nil {
		start = t.UnixNano()
	}
	return []int64{victims.NumPDBViolations, highest, sum, int64(len(victims.Pods)), -start}
}

func describeCandidates(candidates []preemption.Candidate) []verdict.Candidate {
	described := make([]verdict.Candidate, len(candidates))
	for i, c := range candidates {
		described[i] = verdict.Candidate{Node: c.Name(), Victims: keysOf(c.Victims().Pods), PDBViolations: c.Victims().NumPDBViolations}
	}
	return described
}

func keysOf(pods []*corev1.Pod) []string {
	keys := make([]string, len(pods))
	for i, pod := range pods {
		keys[i] = key(pod)
	}
	slices.Sort(keys)
	return keys
}

// notTerminating leaves out the victims that are being deleted already: PostFilter sends no second delete for them.
func (r *Real) notTerminating(victims []string) []string {
	return slices.DeleteFunc(slices.Clone(victims), func(v string) bool { return r.pods[v].DeletionTimestamp != nil })
}
