package plugins

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/framework"
)

// The first three rows are upstream's plugins/nodename/node_name_test.go: TestNodeName (v1.36.3).
func TestNodeName(t *testing.T) {
	for _, c := range []struct {
		name, podNode, node, want string
	}{
		{"no host specified", "", "", ""},
		{"host matches", "foo", "foo", ""},
		{"host doesn't match", "bar", "foo", "UnschedulableAndUnresolvable: node(s) didn't match the requested node name"},
		{"no host specified, any node", "", "foo", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			plugin := build[framework.FilterPlugin](t, NodeName, "")
			require.Equal(t, c.want, verdict(plugin.Filter(nil, pod().On(c.podNode).Obj(), node(c.node).With())))
		})
	}
}

func TestNodeNameIsLocalForPodsThatNameNoNode(t *testing.T) {
	plugin := build[framework.NodeLocal](t, NodeName, "")
	require.True(t, plugin.NodeLocal(pod().Obj(), nil))
	require.False(t, plugin.NodeLocal(pod().On("n1").Obj(), nil), "the name is not in the shared spec")
}

func TestNodeNameWaitsForNewNodes(t *testing.T) {
	plugin := build[framework.EnqueueExtensions](t, NodeName, "")
	waiting, joined := pod().Obj(), changed(nil, node("n").Obj())
	require.True(t, hint(plugin, event(framework.NodeEvent, framework.ActionAdd), waiting, joined))
	require.False(t, hint(plugin, event(framework.NodeEvent, framework.UpdateNodeLabel), waiting, joined))
	require.False(t, hint(plugin, event(framework.AssignedPod, framework.ActionDelete), waiting, joined))
}
