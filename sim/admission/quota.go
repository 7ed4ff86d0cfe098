package admission

import (
	"cmp"
	"slices"
	"strings"

	"github.com/wavetank/wavetank/sim/cluster"
)

// amounts are quantities by name.
type amounts map[cluster.ResourceName]int64

// resources names the kinds that can be counted: plural, and the group behind a dot.
var resources = map[cluster.Kind]string{
	cluster.KindPod: "pods", cluster.KindService: "services", cluster.KindReplicationController: "replicationcontrollers",
	cluster.KindConfigMap: "configmaps", cluster.KindSecret: "secrets", cluster.KindResourceQuota: "resourcequotas",
	cluster.KindPersistentVolumeClaim: "persistentvolumeclaims", cluster.KindDeployment: "deployments.apps",
	cluster.KindReplicaSet: "replicasets.apps", cluster.KindStatefulSet: "statefulsets.apps",
	cluster.KindDaemonSet: "daemonsets.apps", cluster.KindJob: "jobs.batch", cluster.KindCronJob: "cronjobs.batch",
	cluster.KindPodDisruptionBudget: "poddisruptionbudgets.policy", cluster.KindLimitRange: "limitranges",
}

// resourceOf returns the plural of a kind, with its group and without.
func resourceOf(k cluster.Kind) (full, plural string) {
	full = resources[k]
	plural, _, _ = strings.Cut(full, ".")
	return full, plural
}

// Usage returns what an object takes of the quotas of its namespace, sorted by name: the object itself, and what pods
// that have not ended and claims ask for (pkg/quota/v1/evaluator/core: PodUsageFunc, and pvcEvaluator.Usage, v1.36).
func Usage(o cluster.Object) []cluster.Amount {
	full, plural := resourceOf(o.Kind())
	if full == "" || o.Meta().Namespace == "" {
		return nil
	}
	use := amounts{cluster.ResourceName("count/" + full): 1}
	switch o := o.(type) {
	case *cluster.Pod:
		podUsage(o, use)
	case *cluster.PersistentVolumeClaim:
		use["persistentvolumeclaims"], use["requests.storage"] = 1, o.Request
	default:
		if full == plural {
			use[cluster.ResourceName(plural)] = 1
		}
	}
	return sorted(use)
}

func sorted(use amounts) []cluster.Amount {
	list := make([]cluster.Amount, 0, len(use))
	for name, value := range use {
		list = append(list, cluster.Amount{Name: name, Value: value})
	}
	slices.SortFunc(list, func(a, b cluster.Amount) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

func podUsage(p *cluster.Pod, use amounts) {
	if p.Terminal() {
		return
	}
	use["pods"] = 1
	for _, a := range listed(p.Spec.Requests()) {
		use["requests."+a.Name] = a.Value
		if native(a.Name) {
			use[a.Name] = a.Value
		}
	}
	for _, a := range listed(limitsOf(p.Spec)) {
		if native(a.Name) {
			use["limits."+a.Name] = a.Value
		}
	}
}

func native(name cluster.ResourceName) bool {
	return name == cluster.CPU || name == cluster.Memory || name == cluster.EphemeralStorage
}

// listed returns the amounts of a vector that are not 0.
func listed(r *cluster.Resources) []cluster.Amount {
	var list []cluster.Amount
	for _, a := range append([]cluster.Amount{{Name: cluster.CPU, Value: r.MilliCPU}, {Name: cluster.Memory, Value: r.Memory},
		{Name: cluster.EphemeralStorage, Value: r.EphemeralStorage}}, r.Extended...) {
		if a.Value != 0 {
			list = append(list, a)
		}
	}
	return list
}

// limitsOf returns the limits of a pod, put together as requests are.
func limitsOf(s *cluster.PodSpec) *cluster.Resources {
	bare := &cluster.PodSpec{Overhead: s.Overhead}
	for _, c := range s.InitContainers {
		bare.InitContainers = append(bare.InitContainers, cluster.Container{Requests: c.Limits, Sidecar: c.Sidecar})
	}
	for _, c := range s.Containers {
		bare.Containers = append(bare.Containers, cluster.Container{Requests: c.Limits})
	}
	return bare.Complete().Requests()
}

// checkQuota tells why a quota does not allow an object, "" if it does (apiserver admission/plugin/resourcequota:
// CheckRequest, v1.36).
func checkQuota(q *cluster.ResourceQuota, used amounts, use []cluster.Amount, o cluster.Object) string {
	if missing := unstated(q, o); missing != "" {
		return "failed quota: " + q.Name + ": must specify " + missing
	}
	var requested, have, limited []string
	for _, hard := range q.Hard {
		i, found := slices.BinarySearchFunc(use, hard.Name, func(a cluster.Amount, n cluster.ResourceName) int { return cmp.Compare(a.Name, n) })
		if !found || use[i].Value == 0 || used[hard.Name]+use[i].Value <= hard.Value {
			continue
		}
		name := string(hard.Name) + "="
		requested = append(requested, name+quantity(hard.Name, use[i].Value))
		have = append(have, name+quantity(hard.Name, used[hard.Name]))
		limited = append(limited, name+quantity(hard.Name, hard.Value))
	}
	if len(requested) == 0 {
		return ""
	}
	return "exceeded quota: " + q.Name + ", requested: " + strings.Join(requested, ",") +
		", used: " + strings.Join(have, ",") + ", limited: " + strings.Join(limited, ",")
}

// unstated lists what a quota limits and containers of a pod do not state (pkg/quota/v1/evaluator/core:
// podEvaluator.Constraints, v1.36).
func unstated(q *cluster.ResourceQuota, o cluster.Object) string {
	p, ok := o.(*cluster.Pod)
	if !ok {
		return ""
	}
	var missing []string
	for _, hard := range q.Hard {
		var names []string
		for i := range p.Spec.Containers {
			if c := &p.Spec.Containers[i]; !states(c, hard.Name) {
				names = append(names, c.Name)
			}
		}
		if len(names) > 0 {
			missing = append(missing, string(hard.Name)+" for: "+strings.Join(names, ","))
		}
	}
	return strings.Join(missing, "; ")
}

// states tells whether a container states what a quota limits; what is no cpu or memory need not be stated.
func states(c *cluster.Container, name cluster.ResourceName) bool {
	switch name {
	case "cpu", "requests.cpu":
		return c.RequestsCPU
	case "memory", "requests.memory":
		return c.RequestsMemory
	case "limits.cpu":
		return c.Limits.MilliCPU > 0
	case "limits.memory":
		return c.Limits.Memory > 0
	}
	return true
}
