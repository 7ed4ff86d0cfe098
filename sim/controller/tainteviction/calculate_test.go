package tainteviction

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
)

func TestTolerationTime(t *testing.T) {
	gone := cluster.Taint{Key: "gone", Effect: cluster.NoExecute}
	slow := cluster.Taint{Key: "slow", Value: "very", Effect: cluster.NoExecute}
	away := cluster.Taint{Key: "away", Effect: cluster.NoSchedule}
	tolerate := func(key string, d time.Duration) cluster.Toleration {
		return cluster.Toleration{Key: key, Operator: cluster.TolerationExists, Effect: cluster.NoExecute, For: d, Forever: d < 0}
	}
	const s = time.Second
	for _, c := range []struct {
		name        string
		tolerations []cluster.Toleration
		taints      []cluster.Taint
		want        time.Duration
	}{
		{"no taint", nil, nil, forever},
		{"a taint that keeps pods away does not move them", nil, []cluster.Taint{away}, forever},
		{"not tolerated", []cluster.Toleration{tolerate("slow", 5*s)}, []cluster.Taint{gone}, 0},
		{"tolerated for a time", []cluster.Toleration{tolerate("gone", 5*s)}, []cluster.Taint{gone}, 5 * s},
		{"tolerated for ever", []cluster.Toleration{tolerate("gone", -1)}, []cluster.Taint{gone}, forever},
		{"tolerated for no time", []cluster.Toleration{tolerate("gone", 0)}, []cluster.Taint{gone}, 0},
		{"the shortest of several", []cluster.Toleration{tolerate("gone", 9*s), tolerate("slow", 5*s)}, []cluster.Taint{gone, slow}, 5 * s},
		{"for ever is longer than any time", []cluster.Toleration{tolerate("gone", -1), tolerate("slow", 5*s)}, []cluster.Taint{gone, slow}, 5 * s},
		{"one of them is not tolerated", []cluster.Toleration{tolerate("gone", 9*s)}, []cluster.Taint{gone, slow}, 0},
		{"the first that matches counts", []cluster.Toleration{tolerate("gone", 9*s), tolerate("gone", 5*s)}, []cluster.Taint{gone}, 9 * s},
		{"every key and effect", []cluster.Toleration{{Operator: cluster.TolerationExists, Forever: true}}, []cluster.Taint{gone, slow}, forever},
		{"by value", []cluster.Toleration{{Key: "slow", Value: "very", For: 3 * s}}, []cluster.Taint{slow}, 3 * s},
		{"by another value", []cluster.Toleration{{Key: "slow", Value: "little", For: 3 * s}}, []cluster.Taint{slow}, 0},
		{"of another effect", []cluster.Toleration{{Key: "gone", Operator: cluster.TolerationExists, Effect: cluster.NoSchedule, Forever: true}},
			[]cluster.Taint{gone}, 0},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, TolerationTime(c.tolerations, c.taints)) })
	}
}

func TestSameTaints(t *testing.T) {
	out := cluster.Taint{Key: "out", Effect: cluster.NoExecute}
	away := cluster.Taint{Key: "away", Effect: cluster.NoSchedule}
	node := func(taints ...cluster.Taint) *cluster.Node { return &cluster.Node{Taints: taints} }
	require.True(t, sameTaints(node(away, out), node(out)))
	require.False(t, sameTaints(node(away), node(out)))
	require.True(t, repels(node(away, out)))
	require.False(t, repels(node(away)))
	require.False(t, repels(nil))
}
