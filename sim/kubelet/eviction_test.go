package kubelet_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/kubelet"
)

// eater is a pod on a node with 1000 bytes.
type eater struct {
	name     string
	priority int32
	request  int64
	use      kubelet.MemoryUse
}

func eat(t *testing.T, eaters []eater) (*sim.Engine, *cluster.Store, *kubelet.Kubelet, *[]string) {
	uses := map[string]kubelet.MemoryUse{}
	app := func(p *cluster.Pod) kubelet.App {
		return func(*cluster.Container, int) kubelet.Behaviour {
			return kubelet.Behaviour{RunTime: cluster.Forever, Memory: uses[p.Name], MilliCPU: 250}
		}
	}
	engine, store, k := empty(kubelet.Config{App: app})
	require.NoError(t, store.Create(&cluster.Node{ObjectMeta: meta("", "n0"), AllocatablePods: 99, Allocatable: cluster.Resources{Memory: 1000}}, cluster.ReasonCreated))
	var evicted []string
	store.Observe(func(c *cluster.Change) {
		if c.Reason == kubelet.ReasonEvicted {
			evicted = append(evicted, c.At.String()+" "+c.Object().Meta().Name)
		}
	})
	for _, e := range eaters {
		uses[e.name] = e.use
		spec := &cluster.PodSpec{Priority: e.priority, Containers: []cluster.Container{{Requests: cluster.Resources{Memory: e.request}}}}
		p := &cluster.Pod{ObjectMeta: meta("default", e.name), Spec: spec.Complete(), RunTime: cluster.Forever}
		require.NoError(t, store.Create(p, cluster.ReasonCreated))
		require.NoError(t, store.Bind(cluster.KeyOf(p), "n0", 0))
	}
	return engine, store, k, &evicted
}

func TestEvictionUnderMemoryPressure(t *testing.T) {
	uses := func(n int64) kubelet.MemoryUse { return kubelet.MemoryUse{Start: n} }
	tests := []struct {
		name   string
		eaters []eater
		want   []string
	}{
		{"there is room for all", []eater{{"a", 0, 0, uses(500)}, {"b", 0, 0, uses(500)}}, nil},
		{"what uses more than it requests goes first, whatever its priority",
			[]eater{{"guaranteed", 0, 600, uses(600)}, {"burstable", 9, 400, uses(401)}}, []string{"0s burstable"}},
		{"then the lower priority", []eater{{"high", 9, 0, uses(600)}, {"low", 1, 0, uses(401)}}, []string{"0s low"}},
		{"then the larger excess", []eater{{"a", 0, 100, uses(500)}, {"b", 0, 300, uses(501)}}, []string{"0s a"}},
		{"then the older", []eater{{"a", 0, 100, uses(501)}, {"b", 0, 100, uses(501)}}, []string{"0s a"}},
		{"nobody exceeds a request, and still there is too little", []eater{{"a", 2, 501, uses(501)}, {"b", 1, 499, uses(499)}, {"c", 3, 0, uses(1)}}, []string{"0s c"}},
		{"critical pods stay", []eater{{"critical", 2_000_000_000, 0, uses(900)}, {"a", 1_999_999_999, 101, uses(101)}}, []string{"0s a"}},
		{"and if nobody else is there, nothing is done", []eater{{"critical", 2_000_000_000, 0, uses(1001)}}, nil},
		{"one in ten seconds", []eater{{"a", 1, 0, uses(500)}, {"b", 2, 0, uses(600)}, {"c", 3, 0, uses(700)}}, []string{"0s a", "10s b"}},
		{"when the growing have grown", []eater{{"a", 1, 500, uses(500)}, {"b", 2, 0, kubelet.MemoryUse{Start: 101, Growth: 100}}}, []string{"4s b"}},
		{"growth that ends in time", []eater{{"a", 1, 500, uses(500)}, {"b", 2, 0, kubelet.MemoryUse{Start: 1, Growth: 100, Most: 500}}}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			engine, store, k, evicted := eat(t, test.eaters)
			require.NoError(t, engine.Run(sim.Time(time.Hour)))
			require.Equal(t, test.want, *evicted)
			require.Equal(t, len(test.eaters)-len(test.want), k.Pods())
			for _, o := range store.List(cluster.KindPod) {
				if p := o.(*cluster.Pod); p.Terminal() {
					require.Equal(t, "Failed Evicted The node was low on resource: memory. Evicted",
						fmt.Sprint(p.Status.Phase, " ", p.Status.Reason, " ", p.Status.Message, " ", p.Status.Disrupted))
				}
			}
		})
	}
}

func TestUsage(t *testing.T) {
	engine, store, k, _ := eat(t, []eater{{"a", 0, 0, kubelet.MemoryUse{Start: 10, Growth: 2, Most: 16}}})
	require.NoError(t, engine.Run(sim.Time(2*time.Second)))
	p := store.Pod(cluster.NamespacedName{Namespace: "default", Name: "a"})
	usage, ok := k.Usage(p.UID)
	require.True(t, ok)
	require.Equal(t, kubelet.Usage{MilliCPU: 250, Memory: 14}, usage)
	require.NoError(t, engine.Run(sim.Time(9*time.Second)))
	usage, _ = k.Usage(p.UID)
	require.Equal(t, int64(16), usage.Memory)
	_, ok = k.Usage(p.UID + 1)
	require.False(t, ok)
}
