package plugins

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

func equal(key, value string, effect cluster.Effect) cluster.Toleration {
	return cluster.Toleration{Key: key, Value: value, Effect: effect}
}

// Rows of upstream's plugins/tainttoleration/taint_toleration_test.go: TestTaintTolerationScore (v1.36.3).
func TestTaintTolerationScore(t *testing.T) {
	const prefer = cluster.PreferNoSchedule
	for _, c := range []struct {
		name  string
		pod   *cluster.Pod
		nodes []*cluster.Node
		want  map[string]int64
	}{
		{
			"a tolerated taint beats one that is not tolerated",
			pod().Tolerates(equal("foo", "bar", prefer)).Obj(),
			[]*cluster.Node{node("a").Taint("foo", "bar", prefer).Obj(), node("b").Taint("foo", "blah", prefer).Obj()},
			map[string]int64{"a": 100, "b": 0},
		},
		{
			"the number of tolerated taints does not matter",
			pod().Tolerates(equal("cpu-type", "arm64", prefer), equal("disk-type", "ssd", prefer)).Obj(),
			[]*cluster.Node{
				node("a").Obj(),
				node("b").Taint("cpu-type", "arm64", prefer).Obj(),
				node("c").Taint("cpu-type", "arm64", prefer).Taint("disk-type", "ssd", prefer).Obj(),
			},
			map[string]int64{"a": 100, "b": 100, "c": 100},
		},
		{
			"the number of untolerated taints does",
			pod().Tolerates(equal("foo", "bar", prefer)).Obj(),
			[]*cluster.Node{
				node("a").Obj(),
				node("b").Taint("cpu-type", "arm64", prefer).Obj(),
				node("c").Taint("cpu-type", "arm64", prefer).Taint("disk-type", "ssd", prefer).Obj(),
			},
			map[string]int64{"a": 100, "b": 50, "c": 0},
		},
		{
			"only taints and tolerations of PreferNoSchedule count",
			pod().Tolerates(equal("cpu-type", "arm64", cluster.NoSchedule), equal("disk-type", "ssd", cluster.NoSchedule)).Obj(),
			[]*cluster.Node{
				node("a").Obj(),
				node("b").Taint("cpu-type", "arm64", cluster.NoSchedule).Obj(),
				node("c").Taint("cpu-type", "arm64", prefer).Taint("disk-type", "ssd", prefer).Obj(),
			},
			map[string]int64{"a": 100, "b": 100, "c": 0},
		},
		{
			"a toleration of every effect counts too, and thirds round up by rounding the deduction down",
			pod().Tolerates(equal("x", "", 0)).Obj(),
			[]*cluster.Node{
				node("a").Taint("x", "", prefer).Taint("y", "", prefer).Obj(),
				node("b").Taint("x", "", prefer).Taint("y", "", prefer).Taint("z", "", prefer).Obj(),
				node("c").Taint("v", "", prefer).Taint("y", "", prefer).Taint("z", "", prefer).Obj(),
			},
			map[string]int64{"a": 67, "b": 34, "c": 0},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, scores(t, build[framework.ScorePlugin](t, TaintToleration, ""), c.pod, view(c.nodes)))
		})
	}
}

// Rows of upstream's TestTaintTolerationFilter (v1.36.3).
func TestTaintTolerationFilter(t *testing.T) {
	const rejected = "UnschedulableAndUnresolvable: node(s) had untolerated taint(s)"
	for _, c := range []struct {
		name string
		pod  *cluster.Pod
		node nodeBuilder
		want string
	}{
		{"no tolerations, tainted node", pod().Obj(), node("n").Taint("dedicated", "user1", cluster.NoSchedule), rejected},
		{"the dedicated node of the user", pod().Tolerates(equal("dedicated", "user1", cluster.NoSchedule)).Obj(), node("n").Taint("dedicated", "user1", cluster.NoSchedule), ""},
		{"another user's", pod().Tolerates(equal("dedicated", "user2", cluster.NoSchedule)).Obj(), node("n").Taint("dedicated", "user1", cluster.NoSchedule), rejected},
		{"Exists tolerates every value", pod().Tolerates(cluster.Toleration{Key: "foo", Operator: cluster.TolerationExists, Effect: cluster.NoSchedule}).Obj(), node("n").Taint("foo", "bar", cluster.NoSchedule), ""},
		{"all of several taints", pod().Tolerates(equal("dedicated", "user2", cluster.NoSchedule), cluster.Toleration{Key: "foo", Operator: cluster.TolerationExists, Effect: cluster.NoSchedule}).Obj(),
			node("n").Taint("dedicated", "user2", cluster.NoSchedule).Taint("foo", "bar", cluster.NoSchedule), ""},
		{"the wrong effect", pod().Tolerates(equal("foo", "bar", cluster.PreferNoSchedule)).Obj(), node("n").Taint("foo", "bar", cluster.NoSchedule), rejected},
		{"no effect is every effect", pod().Tolerates(equal("foo", "bar", 0)).Obj(), node("n").Taint("foo", "bar", cluster.NoSchedule), ""},
		{"NoExecute repels too", pod().Obj(), node("n").Taint("foo", "bar", cluster.NoExecute), rejected},
		{"PreferNoSchedule does not", pod().Obj(), node("n").Taint("foo", "bar", cluster.PreferNoSchedule), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, verdict(build[framework.FilterPlugin](t, TaintToleration, "").Filter(nil, c.pod, c.node.With())))
		})
	}
}

// Upstream's TestIsSchedulableAfterNodeChange and TestIsSchedulableAfterPodTolerationChange (v1.36.3).
func TestTaintTolerationHints(t *testing.T) {
	plugin := build[framework.EnqueueExtensions](t, TaintToleration, "")
	waiting := pod().UID(1).Tolerates(equal("ok", "", 0)).Obj()
	clean := node("n").Obj()
	tolerated, repelling := node("n").Taint("ok", "", cluster.NoSchedule).Obj(), node("n").Taint("no", "", cluster.NoExecute).Obj()
	for _, c := range []struct {
		name  string
		event framework.ClusterEvent
		c     *cluster.Change
		want  bool
	}{
		{"a clean node joins", event(framework.NodeEvent, framework.ActionAdd), changed(nil, clean), true},
		{"a node with a tolerated taint joins", event(framework.NodeEvent, framework.ActionAdd), changed(nil, tolerated), true},
		{"a repelling node joins", event(framework.NodeEvent, framework.ActionAdd), changed(nil, repelling), false},
		{"a taint goes", event(framework.NodeEvent, framework.UpdateNodeTaint), changed(repelling, clean), true},
		{"a taint is replaced by a tolerated one", event(framework.NodeEvent, framework.UpdateNodeTaint), changed(repelling, tolerated), true},
		{"a tolerated taint goes", event(framework.NodeEvent, framework.UpdateNodeTaint), changed(tolerated, clean), false},
		{"a taint comes", event(framework.NodeEvent, framework.UpdateNodeTaint), changed(clean, repelling), false},
		{"the pod gets a toleration", event(framework.UnschedulablePod, framework.UpdatePodToleration), changed(waiting, waiting), true},
		{"another pod gets one", event(framework.UnschedulablePod, framework.UpdatePodToleration), changed(pod().UID(2).Obj(), pod().UID(2).Obj()), false},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, hint(plugin, c.event, waiting, c.c)) })
	}
}
