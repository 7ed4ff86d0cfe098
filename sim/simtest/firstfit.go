package simtest

import (
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// FirstFit is the plainest Algorithm: the first node that is not cordoned, whose taints the pod tolerates and that has
// the room. Scripts about other things than scheduling use it, so that they depend on no policy.
type FirstFit struct{}

var _ framework.Algorithm = FirstFit{}

// Schedule implements framework.Algorithm.
func (FirstFit) Schedule(batch []*cluster.Pod, view *cluster.Snapshot) []framework.Decision {
	decisions := make([]framework.Decision, len(batch))
	for i, pod := range batch {
		decisions[i] = firstFit(pod, view)
	}
	return decisions
}

func firstFit(pod *cluster.Pod, view *cluster.Snapshot) framework.Decision {
	d := framework.Decision{Pod: cluster.KeyOf(pod), At: view.Now, Nodes: len(view.Nodes()), Rejectors: []string{"FirstFit"}}
	counts := map[string]int{}
	for _, n := range view.Nodes() {
		d.Evaluated++
		reason, gpus := obstacle(pod, n)
		if reason == "" {
			d.Node, d.GPUs, d.Feasible, d.Ties = n.Name(), gpus, 1, 1
			d.Rejectors = nil
			break
		}
		counts[reason]++
	}
	for _, reason := range obstacles {
		if counts[reason] > 0 {
			d.Rejections = append(d.Rejections, framework.Rejection{Plugin: "FirstFit", Code: framework.Unschedulable, Reason: reason, Nodes: counts[reason]})
		}
	}
	return d
}

// The obstacles, in the order in which they are looked for.
const (
	cordoned  = "node(s) were unschedulable"
	tainted   = "node(s) had untolerated taint(s)"
	otherNode = "node(s) didn't match Pod's node affinity/selector"
	full      = "node(s) had no room"
	noGPU     = "node(s) had no free GPU"
)

var obstacles = []string{cordoned, tainted, otherNode, full, noGPU}

// obstacle returns why the pod cannot go to the node, or the devices it gets there.
func obstacle(pod *cluster.Pod, n *cluster.NodeInfo) (string, cluster.DeviceSet) {
	if n.Node.Unschedulable {
		return cordoned, 0
	}
	for i := range n.Node.Taints {
		t := &n.Node.Taints[i]
		if t.Effect != cluster.PreferNoSchedule && !cluster.Tolerated(pod.Spec.Tolerations, t) {
			return tainted, 0
		}
	}
	for key, value := range pod.Spec.NodeSelector {
		if n.Node.Labels[key] != value {
			return otherNode, 0
		}
	}
	if !roomFor(pod, n) {
		return full, 0
	}
	gpus, ok := cluster.PickDevices(n.FreeGPU, pod.Spec.GPU)
	if !ok {
		return noGPU, 0
	}
	return "", gpus
}

func roomFor(pod *cluster.Pod, n *cluster.NodeInfo) bool {
	sum := n.Requested.Clone()
	sum.Add(pod.Spec.Requests())
	have := &n.Node.Allocatable
	for _, a := range sum.Extended {
		if a.Value > have.Get(a.Name) {
			return false
		}
	}
	return sum.MilliCPU <= have.MilliCPU && sum.Memory <= have.Memory && sum.EphemeralStorage <= have.EphemeralStorage &&
		int64(len(n.Pods)) < n.Node.AllocatablePods
}
