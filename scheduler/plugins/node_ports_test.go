package plugins

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

func port(protocol, ip string, number int32) cluster.HostPort {
	return cluster.HostPort{Protocol: protocol, IP: ip, Port: number}
}

// Rows of upstream's plugins/nodeports/node_ports_test.go: TestNodePorts (v1.36.3).
func TestNodePorts(t *testing.T) {
	const taken = "Unschedulable: node(s) didn't have free ports for the requested pod ports"
	for _, c := range []struct {
		name        string
		wants, used []cluster.HostPort
		want        string
	}{
		{"other port", []cluster.HostPort{port("UDP", "127.0.0.1", 8080)}, []cluster.HostPort{port("UDP", "127.0.0.1", 9090)}, ""},
		{"same udp port", []cluster.HostPort{port("UDP", "127.0.0.1", 8080)}, []cluster.HostPort{port("UDP", "127.0.0.1", 8080)}, taken},
		{"same tcp port", []cluster.HostPort{port("TCP", "127.0.0.1", 8080)}, []cluster.HostPort{port("TCP", "127.0.0.1", 8080)}, taken},
		{"different host ip", []cluster.HostPort{port("TCP", "127.0.0.1", 8080)}, []cluster.HostPort{port("TCP", "127.0.0.2", 8080)}, ""},
		{"different protocol", []cluster.HostPort{port("UDP", "127.0.0.1", 8080)}, []cluster.HostPort{port("TCP", "127.0.0.1", 8080)}, ""},
		{"second port conflicts", []cluster.HostPort{port("UDP", "127.0.0.1", 8000), port("UDP", "127.0.0.1", 8080)}, []cluster.HostPort{port("UDP", "127.0.0.1", 8080)}, taken},
		{"0.0.0.0 wants every address", []cluster.HostPort{port("TCP", "0.0.0.0", 8001)}, []cluster.HostPort{port("TCP", "127.0.0.1", 8001)}, taken},
		{"0.0.0.0 holds every address", []cluster.HostPort{port("TCP", "127.0.0.1", 8001)}, []cluster.HostPort{port("TCP", "0.0.0.0", 8001)}, taken},
		{"0.0.0.0, other protocol", []cluster.HostPort{port("UDP", "127.0.0.1", 8001)}, []cluster.HostPort{port("TCP", "0.0.0.0", 8001)}, ""},
		{"defaults: TCP on every address", []cluster.HostPort{port("", "", 8001)}, []cluster.HostPort{port("TCP", "127.0.0.1", 8001)}, taken},
	} {
		t.Run(c.name, func(t *testing.T) {
			plugin := build[framework.FilterPlugin](t, NodePorts, "")
			wanting := pod().Port(c.wants...).Obj()
			_, pre := plugin.(framework.PreFilterPlugin).PreFilter(nil, wanting, nil)
			require.Equal(t, "", verdict(pre))
			require.Equal(t, c.want, verdict(plugin.Filter(nil, wanting, node("n").With(pod().Port(c.used...).Obj()))))
		})
	}
}

func TestNodePortsSkipsPodsWithoutPorts(t *testing.T) {
	_, s := build[framework.PreFilterPlugin](t, NodePorts, "").PreFilter(nil, pod().Obj(), nil)
	require.Equal(t, "Skip", verdict(s))
}

// Upstream's Test_isSchedulableAfterPodDeleted (v1.36.3), and a pod that ends instead of being deleted.
func TestNodePortsHints(t *testing.T) {
	plugin := build[framework.EnqueueExtensions](t, NodePorts, "")
	waiting := pod().Port(port("TCP", "", 80)).Obj()
	with := func(p int32) podBuilder { return pod().Port(port("TCP", "10.0.0.1", p)) }
	deleted := event(framework.AssignedPod, framework.ActionDelete)
	for _, c := range []struct {
		name string
		gone *cluster.Change
		want bool
	}{
		{"same port", changed(with(80).On("n").Obj(), nil), true},
		{"same port, nominated only", changed(with(80).Nominated("n").Obj(), nil), true},
		{"same port, never placed", changed(with(80).Obj(), nil), false},
		{"other port", changed(with(81).On("n").Obj(), nil), false},
		{"no port", changed(pod().On("n").Obj(), nil), false},
		{"same port, pod has ended", changed(with(80).On("n").Obj(), with(80).On("n").Phase(cluster.Succeeded).Obj()), true},
		{"same port, pod goes on", changed(with(80).On("n").Obj(), with(80).On("n").Phase(cluster.Running).Obj()), false},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, hint(plugin, deleted, waiting, c.gone)) })
	}
	require.True(t, hint(plugin, event(framework.NodeEvent, framework.ActionAdd), waiting, changed(nil, node("n").Obj())))
}
