package kubelet_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/kubelet"
)

// BenchmarkLife is a pod's whole life: created, bound, started, ended and cleaned up, on 1000 nodes with 20 pods each.
// The store's part is the same without a kubelet: BenchmarkStoreLife in sim/cluster.
func BenchmarkLife(b *testing.B) {
	engine := sim.New(1)
	store := cluster.NewStore(engine)
	kubelet.New(engine, store, kubelet.Config{})
	const nodes, perNode = 1000, 20
	for i := range nodes {
		must(b, store.Create(&cluster.Node{ObjectMeta: meta("", fmt.Sprint("n", i)), AllocatablePods: 110,
			Allocatable: cluster.Resources{MilliCPU: 96000, Memory: 1 << 40}}, cluster.ReasonCreated))
	}
	spec := (&cluster.PodSpec{Containers: []cluster.Container{{Requests: cluster.Resources{MilliCPU: 1000, Memory: 1 << 30}}}}).Complete()
	names := make([]string, nodes)
	for i := range names {
		names[i] = fmt.Sprint("n", i)
	}
	pods := make([]string, nodes*perNode+nodes)
	for i := range pods {
		pods[i] = fmt.Sprint("pod-", i)
	}
	store.Watch("cleaner", nil, func(_ sim.Time, c *cluster.Change) {
		if _, after := c.Pods(); after != nil && after.Terminal() {
			must(b, store.Delete(cluster.KeyOf(after), cluster.ReasonCleanedUp))
		}
	}, cluster.KindPod)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		p := &cluster.Pod{ObjectMeta: meta("default", pods[i%len(pods)]), Spec: spec, RunTime: nodes*perNode*time.Millisecond - time.Microsecond}
		must(b, store.Create(p, cluster.ReasonCreated))
		must(b, store.Bind(cluster.KeyOf(p), names[i%nodes], 0))
		must(b, engine.Run(engine.Now().Add(time.Millisecond)))
	}
}

func meta(namespace, name string) cluster.ObjectMeta {
	return cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: namespace, Name: name}}
}

func must(tb testing.TB, err error) {
	if err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkContainers is the life of a pod with an init container, a readiness probe and a crash, from binding to deletion.
func BenchmarkContainers(b *testing.B) {
	engine := sim.New(1)
	store := cluster.NewStore(engine)
	kubelet.New(engine, store, kubelet.Config{App: func(*cluster.Pod) kubelet.App {
		return func(c *cluster.Container, run int) kubelet.Behaviour {
			switch {
			case c.Name == "init":
				return kubelet.Behaviour{RunTime: time.Second}
			case run == 0:
				return kubelet.Behaviour{RunTime: 30 * time.Second, ExitCode: 1}
			}
			return kubelet.Behaviour{RunTime: cluster.Forever, Startup: 5 * time.Second}
		}
	}})
	must(b, store.Create(&cluster.Node{ObjectMeta: meta("", "n"), AllocatablePods: 110}, cluster.ReasonCreated))
	spec := (&cluster.PodSpec{InitContainers: []cluster.Container{{Name: "init"}},
		Containers: []cluster.Container{{Name: "c", ReadinessProbe: &cluster.Probe{}}}}).Complete()
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		p := &cluster.Pod{ObjectMeta: meta("default", "p"), Spec: spec, RunTime: cluster.Forever}
		must(b, store.Create(p, cluster.ReasonCreated))
		must(b, store.Bind(cluster.KeyOf(p), "n", 0))
		must(b, engine.Run(engine.Now().Add(time.Hour)))
		must(b, store.Terminate(cluster.KeyOf(p), cluster.ReasonKilling))
		must(b, engine.Run(engine.Now()))
	}
}
