package plugins

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

var cordonToleration = cluster.Toleration{Key: cluster.TaintUnschedulable, Operator: cluster.TolerationExists, Effect: cluster.NoSchedule}

// The first three rows are upstream's plugins/nodeunschedulable/node_unschedulable_test.go: TestNodeUnschedulable (v1.36.3).
func TestNodeUnschedulable(t *testing.T) {
	const rejected = "UnschedulableAndUnresolvable: node(s) were unschedulable"
	for _, c := range []struct {
		name string
		pod  *cluster.Pod
		node nodeBuilder
		want string
	}{
		{"does not schedule pod to unschedulable node", pod().Obj(), node("n").Cordoned(), rejected},
		{"schedule pod to normal node", pod().Obj(), node("n"), ""},
		{"schedule pod with toleration to unschedulable node", pod().Tolerates(cordonToleration).Obj(), node("n").Cordoned(), ""},
		{"a toleration of everything is enough", pod().Tolerates(cluster.Toleration{Operator: cluster.TolerationExists}).Obj(), node("n").Cordoned(), ""},
		{"a toleration of NoExecute is not", pod().Tolerates(cluster.Toleration{Operator: cluster.TolerationExists, Effect: cluster.NoExecute}).Obj(), node("n").Cordoned(), rejected},
		{"the taint alone is TaintToleration's", pod().Obj(), node("n").Taint(cluster.TaintUnschedulable, "", cluster.NoSchedule), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, verdict(build[framework.FilterPlugin](t, NodeUnschedulable, "").Filter(nil, c.pod, c.node.With())))
		})
	}
}

// Upstream's TestIsSchedulableAfterNodeChange and TestIsSchedulableAfterPodTolerationChange (v1.36.3).
func TestNodeUnschedulableHints(t *testing.T) {
	plugin := build[framework.EnqueueExtensions](t, NodeUnschedulable, "")
	open, cordoned := node("n").Obj(), node("n").Cordoned().Obj()
	taint := event(framework.NodeEvent, framework.UpdateNodeTaint)
	for _, c := range []struct {
		name  string
		event framework.ClusterEvent
		c     *cluster.Change
		want  bool
	}{
		{"a schedulable node joins", event(framework.NodeEvent, framework.ActionAdd), changed(nil, open), true},
		{"a cordoned node joins", event(framework.NodeEvent, framework.ActionAdd), changed(nil, cordoned), false},
		{"a node is uncordoned", taint, changed(cordoned, open), true},
		{"a node is cordoned", taint, changed(open, cordoned), false},
		{"a node changes otherwise", taint, changed(open, open), false},
		{"a label changes", event(framework.NodeEvent, framework.UpdateNodeLabel), changed(cordoned, open), false},
		{"the pod tolerates it now", event(framework.UnschedulablePod, framework.UpdatePodToleration), changed(pod().UID(7).Obj(), pod().UID(7).Tolerates(cordonToleration).Obj()), true},
		{"the pod tolerates something else now", event(framework.UnschedulablePod, framework.UpdatePodToleration), changed(pod().UID(7).Obj(), pod().UID(7).Tolerates(cluster.Toleration{Key: "x"}).Obj()), false},
		{"another pod tolerates it now", event(framework.UnschedulablePod, framework.UpdatePodToleration), changed(pod().UID(8).Obj(), pod().UID(8).Tolerates(cordonToleration).Obj()), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, hint(plugin, c.event, pod().UID(7).Obj(), c.c))
		})
	}
}
