package job

import (
	"fmt"
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
)

// The actions of a pod failure policy (k8s.io/api batch/v1 PodFailurePolicyAction, v0.36).
const (
	actionFailJob   = "FailJob"
	actionFailIndex = "FailIndex"
	actionIgnore    = "Ignore"
	actionCount     = "Count"
)

// matched is what a pod failure policy says of a failed pod.
type matched struct {
	action  string // "" if no rule matches
	counts  bool   // towards the back-off limits
	message string // why the Job fails, with actionFailJob
}

// match applies the first rule that matches the pod (pod_failure_policy.go: matchPodFailurePolicy, v1.36.3).
func match(rules []cluster.FailureRule, p *cluster.Pod) matched {
	for i := range rules {
		r := &rules[i]
		if !applies(r, p) {
			continue
		}
		m := matched{action: r.Action, counts: r.Action != actionIgnore}
		if r.Action == actionFailJob {
			m.message = failMessage(r, i, p)
		}
		return m
	}
	return matched{counts: true}
}

func failMessage(r *cluster.FailureRule, index int, p *cluster.Pod) string {
	if r.Condition != "" {
		return fmt.Sprintf("Pod %v has condition %s matching FailJob rule at index %d", p.NamespacedName, r.Condition, index)
	}
	container := r.Container
	if container == "" && len(p.Spec.Containers) > 0 {
		container = p.Spec.Containers[0].Name
	}
	return fmt.Sprintf("Container %s for pod %v failed with exit code %d matching FailJob rule at index %d",
		container, p.NamespacedName, p.Status.ExitCode, index)
}

func applies(r *cluster.FailureRule, p *cluster.Pod) bool {
	if r.Condition != "" {
		return r.Condition == "DisruptionTarget" && disrupted(p)
	}
	if p.Status.ExitCode == 0 || !hasContainer(p, r.Container) {
		return false
	}
	return slices.Contains(r.Codes, int(p.Status.ExitCode)) == r.In
}

func hasContainer(p *cluster.Pod, name string) bool {
	named := func(c cluster.Container) bool { return c.Name == name }
	return name == "" || slices.ContainsFunc(p.Spec.Containers, named) || slices.ContainsFunc(p.Spec.InitContainers, named)
}

// disrupted tells whether something else than the pod itself, its owner or its user ended it: preemption, eviction, the loss
// of its node (the condition DisruptionTarget; k8s.io/api core/v1, v0.36).
func disrupted(p *cluster.Pod) bool {
	switch p.Status.Disrupted {
	case "", cluster.ReasonKilling, cluster.ReasonDeleted, cluster.ReasonWithdrawn, cluster.ReasonCleanedUp:
		return p.Status.Reason == "Evicted" || p.Status.Reason == string(cluster.ReasonNodeLost)
	}
	return true
}
