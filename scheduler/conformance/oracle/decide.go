package oracle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/klog/v2"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/apis/config"
	"k8s.io/kubernetes/pkg/scheduler/backend/cache"
	"k8s.io/kubernetes/pkg/scheduler/framework"

	"github.com/wavetank/wavetank/scheduler/conformance/verdict"
)

// cycle is one decision about one pod.
type cycle struct {
	ctx      context.Context
	pod      *corev1.Pod
	fw       framework.Framework
	profile  *config.KubeSchedulerProfile
	state    fwk.CycleState
	nodes    []fwk.NodeInfo // all nodes of the snapshot
	feasible []fwk.NodeInfo
	verdict  verdict.Verdict
}

// Decide implements verdict.Scheduler.
func (r *Real) Decide(pod string) (verdict.Verdict, error) {
	c, err := r.newCycle(pod)
	if err != nil {
		return verdict.Verdict{}, err
	}
	if c.gated() {
		return c.verdict, nil
	}
	if err = c.filter(); err == nil {
		err = c.score()
	}
	if err == nil {
		err = r.crossCheck(c)
	}
	if err != nil {
		return verdict.Verdict{}, fmt.Errorf("pod %s: %w", pod, err)
	}
	r.last = *c
	return c.verdict, nil
}

func (r *Real) newCycle(name string) (*cycle, error) {
	pod, ok := r.pods[name]
	if !ok {
		return nil, fmt.Errorf("pod %s: not in the cluster", name)
	}
	fw, profile, err := r.frameworkFor(pod)
	if err != nil {
		return nil, err
	}
	snapshot, ok := fw.SnapshotSharedLister().(*cache.Snapshot)
	if !ok {
		return nil, fmt.Errorf("snapshot is a %T", fw.SnapshotSharedLister())
	}
	if err = r.sched.Cache.UpdateSnapshot(klog.FromContext(r.ctx), snapshot); err != nil {
		return nil, err
	}
	nodes, err := snapshot.List()
	c := &cycle{ctx: r.ctx, pod: pod, fw: fw, profile: profile, state: framework.NewCycleState(), nodes: nodes}
	c.verdict = verdict.Verdict{Feasible: []string{}, Best: []string{}, Filtered: map[string]verdict.Rejection{}, Scores: map[string]verdict.NodeScore{}}
	return c, err
}

// gated asks the PreEnqueue plugins, which hold a pod out of the active queue.
func (c *cycle) gated() bool {
	for _, plugin := range c.fw.PreEnqueuePlugins() {
		if status := plugin.PreEnqueue(c.ctx, c.pod); !status.IsSuccess() {
			c.verdict.Gate = rejection(status.WithPlugin(plugin.Name()))
			return true
		}
	}
	return false
}

// filter sorts the nodes into feasible and filtered, as Scheduler.findNodesThatFitPod does.
func (c *cycle) filter() error {
	result, status, plugins := c.fw.RunPreFilterPlugins(c.ctx, c.state, c.pod)
	if status.IsRejected() {
		c.rejectEverywhere(status)
		return nil
	}
	if !status.IsSuccess() {
		return status.AsError()
	}
	absent := leftOut(sets.List(plugins))
	if fits, err := c.nominatedNodeFits(plugins); fits || err != nil {
		return err
	}
	absent.Reasons = leftOut(sets.List(plugins)).Reasons
	for _, node := range c.nodes {
		if err := c.filterNode(node, result, absent); err != nil {
			return err
		}
	}
	slices.Sort(c.verdict.Feasible)
	return nil
}

func (c *cycle) rejectEverywhere(status *fwk.Status) {
	c.verdict.Prefilter = rejection(status)
	for _, node := range c.nodes {
		c.verdict.Filtered[node.Node().Name] = *rejection(status)
	}
}

// nominatedNodeFits tries the pod's nominated node first; if it passes, no other node is looked at. If not, it is known
// why, even of a node that a PreFilterResult excludes, and the plugin gets into the set of those that left nodes out.
func (c *cycle) nominatedNodeFits(plugins sets.Set[string]) (bool, error) {
	i := slices.IndexFunc(c.nodes, func(n fwk.NodeInfo) bool { return n.Node().Name == c.pod.Status.NominatedNodeName })
	if i < 0 {
		return false, nil
	}
	status := c.fw.RunFilterPluginsWithNominatedPods(c.ctx, c.state, c.pod, c.nodes[i])
	if status.IsSuccess() {
		c.accept(c.nodes[i])
		return true, nil
	}
	if !status.IsRejected() {
		return false, status.AsError()
	}
	c.verdict.Filtered[c.nodes[i].Node().Name] = *rejection(status)
	if plugins != nil {
		plugins.Insert(status.Plugin())
	}
	return false, nil
}

func (c *cycle) filterNode(node fwk.NodeInfo, result *fwk.PreFilterResult, absent verdict.Rejection) error {
	name := node.Node().Name
	if !result.AllNodes() && !result.NodeNames.Has(name) {
		if _, tried := c.verdict.Filtered[name]; !tried {
			c.verdict.Filtered[name] = absent
		}
		return nil
	}
	status := c.fw.RunFilterPluginsWithNominatedPods(c.ctx, c.state, c.pod, node)
	switch {
	case status.IsSuccess():
		c.accept(node)
	case status.IsRejected():
		c.verdict.Filtered[name] = *rejection(status)
	default:
		return status.AsError()
	}
	return nil
}

func (c *cycle) accept(node fwk.NodeInfo) {
	c.feasible = append(c.feasible, node)
	c.verdict.Feasible = append(c.verdict.Feasible, node.Node().Name)
}

// leftOut is the status of a node that a PreFilterResult excludes; the text is that of findNodesThatFitPod.
func leftOut(plugins []string) verdict.Rejection {
	return verdict.Rejection{Plugin: strings.Join(plugins, ","), Code: fwk.UnschedulableAndUnresolvable.String(),
		Reasons: []string{fmt.Sprintf("node(s) didn't satisfy plugin(s) %v", plugins)}}
}

func rejection(status *fwk.Status) *verdict.Rejection {
	reasons := slices.Sorted(slices.Values(status.Reasons()))
	return &verdict.Rejection{Plugin: status.Plugin(), Code: status.Code().String(), Reasons: reasons}
}

// score fills the weighted scores of all feasible nodes, even if there is only one, which upstream does not score.
func (c *cycle) score() error {
	if len(c.feasible) == 0 {
		return nil
	}
	if !c.fw.HasScorePlugins() {
		return c.addScores(unscored(c.feasible))
	}
	if status := c.fw.RunPreScorePlugins(c.ctx, c.state, c.pod, c.feasible); !status.IsSuccess() {
		return status.AsError()
	}
	scores, status := c.fw.RunScorePlugins(c.ctx, c.state, c.pod, c.feasible)
	if !status.IsSuccess() {
		return status.AsError()
	}
	return c.addScores(scores)
}

// unscored gives every node the total 1, as prioritizeNodes does for a profile without score plugins.
func unscored(nodes []fwk.NodeInfo) []fwk.NodePluginScores {
	scores := make([]fwk.NodePluginScores, len(nodes))
	for i, node := range nodes {
		scores[i] = fwk.NodePluginScores{Name: node.Node().Name, TotalScore: 1}
	}
	return scores
}

func (c *cycle) addScores(scores []fwk.NodePluginScores) error {
	totals := make(map[string]int64, len(scores))
	for _, s := range scores {
		plugins := make(map[string]int64, len(s.Scores))
		for _, p := range s.Scores {
			plugins[p.Name] = p.Score
		}
		c.verdict.Scores[s.Name] = verdict.NodeScore{Total: s.TotalScore, Plugins: plugins}
		totals[s.Name] = s.TotalScore
	}
	c.verdict.Best = verdict.Best(totals)
	if len(totals) != len(c.feasible) {
		return errors.New("not every feasible node was scored")
	}
	return nil
}
