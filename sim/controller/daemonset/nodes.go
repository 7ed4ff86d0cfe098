package daemonset

import (
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
)

// The taints of nodes in trouble that cluster has no name for (k8s.io/api core/v1 well_known_taints.go, v0.36).
const (
	taintDiskPressure       = "node.kubernetes.io/disk-pressure"
	taintMemoryPressure     = "node.kubernetes.io/memory-pressure"
	taintPIDPressure        = "node.kubernetes.io/pid-pressure"
	taintNetworkUnavailable = "node.kubernetes.io/network-unavailable"
)

// Tolerations returns the tolerations of a set's pods: those of the template and those that all daemon pods have
// (pkg/controller/daemon/util: AddOrUpdateDaemonPodTolerations, v1.36.3).
func Tolerations(spec *cluster.PodSpec) []cluster.Toleration {
	all := slices.Clone(spec.Tolerations)
	add := func(effect cluster.Effect, keys ...string) {
		for _, key := range keys {
			t := cluster.Toleration{Key: key, Operator: cluster.TolerationExists, Effect: effect, Forever: true}
			same := func(o cluster.Toleration) bool {
				return o.Key == t.Key && o.Operator == t.Operator && o.Effect == t.Effect && o.Value == t.Value
			}
			if i := slices.IndexFunc(all, same); i >= 0 {
				all[i] = t
			} else {
				all = append(all, t)
			}
		}
	}
	add(cluster.NoExecute, cluster.TaintNotReady, cluster.TaintUnreachable)
	add(cluster.NoSchedule, taintDiskPressure, taintMemoryPressure, taintPIDPressure, cluster.TaintUnschedulable)
	if spec.HostNetwork {
		add(cluster.NoSchedule, taintNetworkUnavailable)
	}
	return all
}

// placement says which nodes a template fits.
type placement struct {
	spec        *cluster.PodSpec
	tolerations []cluster.Toleration
}

func newPlacement(spec *cluster.PodSpec) placement {
	return placement{spec: spec, tolerations: Tolerations(spec)}
}

// fits tells whether a pod is to run on the node, and whether one that runs there may go on: an untolerated NoSchedule
// taint keeps a pod away and does not end it (NodeShouldRunDaemonPod, v1.36.3).
func (f placement) fits(n *cluster.Node) (start, goOn bool) {
	if !f.selects(n) {
		return false, false
	}
	start, goOn = true, true
	for i := range n.Taints {
		t := &n.Taints[i]
		if t.Effect == cluster.PreferNoSchedule || cluster.Tolerated(f.tolerations, t) {
			continue
		}
		start = false
		goOn = goOn && t.Effect != cluster.NoExecute
	}
	return start, goOn
}

// PodOn returns the spec of the pod that a set runs on a node, nil if it runs none there.
func PodOn(set *cluster.DaemonSet, n *cluster.Node) *cluster.PodSpec {
	f := newPlacement(set.Template.Spec)
	if start, _ := f.fits(n); !start {
		return nil
	}
	return f.onNode(n.Name).Complete()
}

func (f placement) selects(n *cluster.Node) bool {
	for key, value := range f.spec.NodeSelector {
		if is, has := n.Labels[key]; !has || is != value {
			return false
		}
	}
	return f.spec.Affinity == nil || f.spec.Affinity.RequiredNode.Matches(n)
}

// onNode returns the spec of the pod for a node: its affinity selects that node, in place of what it asked of nodes
// (ReplaceDaemonSetPodNodeNameNodeAffinity, v1.36.3).
func (f placement) onNode(name string) *cluster.PodSpec {
	own, affinity := *f.spec, cluster.Affinity{}
	if f.spec.Affinity != nil {
		affinity = *f.spec.Affinity
	}
	named := cluster.Requirement{Key: fieldName, Operator: cluster.In, Values: []string{name}}
	affinity.RequiredNode = &cluster.NodeSelector{Terms: []cluster.NodeSelectorTerm{{MatchFields: []cluster.Requirement{named}}}}
	own.Affinity, own.Tolerations = &affinity, f.tolerations
	return &own
}

const fieldName = "metadata.name"

// nodeOf returns the node that a pod is on or was made for, "" if it cannot be told (GetTargetNodeName, v1.36.3).
func nodeOf(p *cluster.Pod) string {
	if p.NodeName != "" || p.Spec.Affinity == nil || p.Spec.Affinity.RequiredNode == nil {
		return p.NodeName
	}
	for _, term := range p.Spec.Affinity.RequiredNode.Terms {
		for _, r := range term.MatchFields {
			if r.Key == fieldName && r.Operator == cluster.In && len(r.Values) == 1 {
				return r.Values[0]
			}
		}
	}
	return ""
}
