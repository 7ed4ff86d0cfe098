package cluster_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim/cluster"
)

// TestCheckFindsPlantedViolations breaks one rule at a time. The recount and the incremental checker must both find it.
func TestCheckFindsPlantedViolations(t *testing.T) {
	const second = 1_000_000_000
	small := specOf(cluster.Resources{MilliCPU: 100})
	twoGPUs := (&cluster.PodSpec{GPU: cluster.GPURequest{Devices: 2, Milli: 1000}}).Complete()
	share := (&cluster.PodSpec{GPU: cluster.GPURequest{Devices: 1, Milli: 600}}).Complete()
	asks := func(r cluster.Resources) *cluster.PodSpec { return specOf(r) }
	tests := []struct {
		name  string
		plant func(w *world)
		want  string // "": all is well
	}{
		{"a pod that waits, one that runs, one that has ended", func(w *world) {
			w.create(pod("a", small), pod("b", small), pod("c", small))
			w.bind("b", "n", 0)
			w.start("b")
			w.bind("c", "n", 0)
			w.start("c")
			w.tick()
			w.end("c", cluster.Succeeded)
		}, ""},
		{"a pod that failed before it was placed", func(w *world) {
			w.create(pod("a", small))
			w.end("a", cluster.Failed)
		}, ""},
		{"a full node", func(w *world) {
			w.create(pod("a", asks(cluster.Resources{MilliCPU: 4000, Memory: 16 * gi})))
			w.bind("a", "n", 0)
		}, ""},
		{"more cpu than the node has", func(w *world) {
			w.create(pod("a", asks(cluster.Resources{MilliCPU: 4001})))
			w.bind("a", "n", 0)
		}, "Node n: cpu: 4001 requested of 4000"},
		{"the second pod is too much", func(w *world) {
			w.create(pod("a", asks(cluster.Resources{Memory: 9 * gi})), pod("b", asks(cluster.Resources{Memory: 9 * gi})))
			w.bind("a", "n", 0)
			w.bind("b", "n", 0)
		}, "Node n: memory: 19327352832 requested of 17179869184"},
		{"room that an ended pod has left", func(w *world) {
			w.create(pod("a", asks(cluster.Resources{Memory: 9 * gi})), pod("b", asks(cluster.Resources{Memory: 9 * gi})))
			w.bind("a", "n", 0)
			w.end("a", cluster.Failed)
			w.bind("b", "n", 0)
		}, ""},
		{"too much for a while within one instant", func(w *world) {
			w.create(pod("a", asks(cluster.Resources{MilliCPU: 9000})))
			w.bind("a", "n", 0)
			w.end("a", cluster.Failed)
		}, ""},
		{"ephemeral storage", func(w *world) {
			w.create(pod("a", asks(cluster.Resources{EphemeralStorage: 1})))
			w.bind("a", "n", 0)
		}, "Node n: ephemeral-storage: 1 requested of 0"},
		{"an extended resource", func(w *world) {
			w.create(pod("a", asks(cluster.Resources{Extended: []cluster.Amount{{Name: "a.b/c", Value: 2}}})))
			w.bind("a", "n", 0)
		}, "Node n: a.b/c: 2 requested of 0"},
		{"too many pods", func(w *world) {
			for i := range 4 {
				w.create(pod(fmt.Sprint(i), small))
				w.bind(fmt.Sprint(i), "n", 0)
			}
		}, "Node n: 4 pods, at most 3"},
		{"a node that shrinks under its pods", func(w *world) {
			w.create(pod("a", asks(cluster.Resources{MilliCPU: 4000})))
			w.bind("a", "n", 0)
			w.tick()
			require.NoError(w.t, w.EditNode("n", cluster.ReasonUpdated, func(n *cluster.Node) { n.Allocatable.MilliCPU = 3999 }))
		}, "Node n: cpu: 4000 requested of 3999"},
		{"two shares of one device that do not fit", func(w *world) {
			w.create(pod("a", share), pod("b", share))
			w.bind("a", "n", 0b10)
			w.bind("b", "n", 0b10)
		}, "Node n: GPU 1: 1200 milli requested"},
		{"two shares on two devices", func(w *world) {
			w.create(pod("a", share), pod("b", share))
			w.bind("a", "n", 0b10)
			w.bind("b", "n", 0b01)
		}, ""},
		{"too few devices", func(w *world) {
			w.create(pod("a", twoGPUs))
			w.bind("a", "n", 0b1)
		}, "Pod default/a: given 1 GPUs, asks for 2"},
		{"devices for a pod that asks for none", func(w *world) {
			w.create(pod("a", small))
			w.bind("a", "n", 0b1)
		}, "Pod default/a: given 1 GPUs, asks for 0"},
		{"a device that the node has not", func(w *world) {
			w.create(pod("a", share))
			w.bind("a", "n", 0b100)
		}, "Node n: "},
		{"devices without a node", func(w *world) {
			w.create(pod("a", share))
			w.edit("a", func(p *cluster.Pod) { p.GPUs = 1 })
		}, "given 1 GPUs, and no node"},
		{"devices taken from under a pod", func(w *world) {
			w.create(pod("a", share))
			w.bind("a", "n", 0b10)
			w.tick()
			require.NoError(w.t, w.EditNode("n", cluster.ReasonUpdated, func(n *cluster.Node) { n.GPUs = 1 }))
		}, "Node n: "},
		{"a pod that runs nowhere", func(w *world) {
			w.create(pod("a", small))
			w.start("a")
		}, "Pod default/a: runs on no node"},
		{"a pod that is ready and has not started", func(w *world) {
			w.create(pod("a", small))
			w.edit("a", func(p *cluster.Pod) { p.Status.Ready = true })
		}, "Pod default/a: ready, and Pending"},
		{"started before it was scheduled", func(w *world) {
			w.create(pod("a", small))
			w.bind("a", "n", 0)
			w.start("a")
			w.edit("a", func(p *cluster.Pod) { p.Status.StartedAt -= second })
		}, "Pod default/a: started at 0s, before what came first at 1s"},
		{"finished before it was started", func(w *world) {
			w.create(pod("a", small))
			w.bind("a", "n", 0)
			w.start("a")
			w.end("a", cluster.Succeeded)
			w.edit("a", func(p *cluster.Pod) { p.Status.FinishedAt = 0 })
		}, "Pod default/a: finished at 0s, before what came first at 1s"},
		{"finished in the future", func(w *world) {
			w.create(pod("a", small))
			w.end("a", cluster.Failed)
			w.edit("a", func(p *cluster.Pod) { p.Status.FinishedAt += second })
		}, "Pod default/a: its last step is at 2s, after now"},
		{"deleted before it was created", func(w *world) {
			w.create(pod("a", small))
			w.edit("a", func(p *cluster.Pod) { p.Deleting = true })
		}, "deleting since 0s: created at 1s"},
		{"a node that is gone", func(w *world) {
			w.create(pod("a", small))
			w.bind("a", "n", 0)
			require.NoError(w.t, w.Delete(cluster.KeyOf(w.Node("n")), cluster.ReasonDeleted))
		}, "Node n is gone"},
		{"a node that is gone with an ended pod and one being deleted", func(w *world) {
			w.create(pod("a", small), pod("b", small))
			w.bind("a", "n", 0)
			w.bind("b", "n", 0)
			w.end("b", cluster.Failed)
			require.NoError(w.t, w.Terminate(w.key("a"), cluster.ReasonKilling))
			require.NoError(w.t, w.Delete(cluster.KeyOf(w.Node("n")), cluster.ReasonDeleted))
		}, ""},
		{"a node that was never there", func(w *world) {
			p := pod("a", small)
			p.NodeName, p.Status.ScheduledAt = "m", w.Now()
			w.create(p)
		}, "Node m is gone"},
		{"a UID twice", func(w *world) {
			w.create(pod("a", small), pod("b", small))
			w.edit("b", func(p *cluster.Pod) { p.UID = w.key("a").UID })
		}, "Pod default/b: "},
		{"a UID that was never given", func(w *world) {
			w.create(pod("a", small))
			w.edit("a", func(p *cluster.Pod) { p.UID = 99 })
		}, "UID 99"},
		{"a name that changes", func(w *world) {
			w.create(pod("a", small))
			w.edit("a", func(p *cluster.Pod) { p.Name = "z" })
		}, "Pod default/z: "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			checker := cluster.NewChecker(w.Store, cluster.Rules{})
			w.create(node("n", 4, 3))
			w.tick()
			test.plant(w)
			require1(t, w.Check(), test.want)
			require1(t, checker.Settle(), test.want)
			require1(t, checker.Final(), test.want)
		})
	}
}

// What the kubelet may still turn away is no violation where that is allowed; what it has let start is one.
func TestCheckUnsettled(t *testing.T) {
	w := newWorld(t)
	checker := cluster.NewChecker(w.Store, cluster.Rules{Unsettled: true})
	w.create(node("n", 4, 3), pod("a", specOf(cluster.Resources{MilliCPU: 5000})))
	w.bind("a", "n", 0)
	w.tick()
	require.ErrorContains(t, w.Check(), "cpu")
	require.NoError(t, w.CheckRules(cluster.Rules{Unsettled: true}))
	require.NoError(t, checker.Final())
	w.start("a")
	require.ErrorContains(t, w.CheckRules(cluster.Rules{Unsettled: true}), "cpu")
	require.ErrorContains(t, checker.Final(), "cpu")
}

// A violation counts from the instant after which it stood, and stays.
func TestCheckerKeepsTheFirstViolation(t *testing.T) {
	w := newWorld(t)
	checker := cluster.NewChecker(w.Store, cluster.Rules{})
	w.create(node("n", 4, 3), pod("a", specOf(cluster.Resources{MilliCPU: 5000})))
	w.bind("a", "n", 0)
	require.NoError(t, checker.Err(), "the instant is not over")
	w.tick()
	w.end("a", cluster.Failed)
	require.EqualError(t, checker.Err(), "cluster: at 0s: Node n: cpu: 5000 requested of 4000")
	w.tick()
	w.create(pod("b", specOf(cluster.Resources{MilliCPU: 6000})))
	w.bind("b", "n", 0)
	require.EqualError(t, checker.Final(), "cluster: at 0s: Node n: cpu: 5000 requested of 4000")
}

// TestCheckerAgainstRecount does random things to a cluster, bad ones among them. After each instant the incremental
// checker has found something if and only if a recount has, then or before.
func TestCheckerAgainstRecount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		rules := cluster.Rules{Unsettled: rapid.Bool().Draw(t, "unsettled")}
		checker := cluster.NewChecker(w.Store, rules)
		d := &disturber{world: w, t: t}
		found := false
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			for range rapid.IntRange(1, 3).Draw(t, "changes") {
				if d.step(); d.planted {
					break // a pod is judged at once: what is amiss must last until the recount
				}
			}
			d.planted = false
			found = found || w.CheckRules(rules) != nil
			require.Equal(t, found, checker.Settle() != nil, "recount: %v, checker: %v", w.CheckRules(rules), checker.Err())
			w.tick()
		}
		if !found {
			require.NoError(t, checker.Final())
		}
	})
}

// disturber makes random writes to a small cluster.
type disturber struct {
	*world
	t       *rapid.T
	made    int
	planted bool
}

func (d *disturber) step() {
	names := []string{"n0", "n1", "n2"}
	name := rapid.SampledFrom(names).Draw(d.t, "node")
	switch rapid.IntRange(0, 9).Draw(d.t, "step") {
	case 0:
		_ = d.Create(node(name, rapid.Int64Range(1, 8).Draw(d.t, "cores"), 4), cluster.ReasonCreated)
	case 1:
		if n := d.Node(name); n != nil && rapid.IntRange(0, 3).Draw(d.t, "delete") == 0 {
			require.NoError(d.t, d.Delete(cluster.KeyOf(n), cluster.ReasonDeleted))
		}
	case 2, 3, 4:
		d.made++
		d.create(pod(fmt.Sprint("p", d.made), d.spec()))
	default:
		if pods := d.List(cluster.KindPod); len(pods) > 0 {
			d.change(rapid.SampledFrom(pods).Draw(d.t, "pod").(*cluster.Pod), name)
		}
	}
}

func (d *disturber) spec() *cluster.PodSpec {
	s := &cluster.PodSpec{Containers: []cluster.Container{{Requests: cluster.Resources{
		MilliCPU: rapid.Int64Range(0, 2000).Draw(d.t, "cpu"), Memory: rapid.Int64Range(0, 6*gi).Draw(d.t, "memory")}}}}
	if rapid.IntRange(0, 2).Draw(d.t, "gpu") == 0 {
		s.GPU = cluster.GPURequest{Devices: 1, Milli: rapid.Int64Range(1, 1000).Draw(d.t, "milli")}
	}
	return s.Complete()
}

func (d *disturber) change(p *cluster.Pod, node string) {
	key := cluster.KeyOf(p)
	switch rapid.IntRange(0, 12).Draw(d.t, "change") {
	case 0:
		_ = d.Terminate(key, cluster.ReasonKilling)
	case 1:
		require.NoError(d.t, d.Delete(key, cluster.ReasonDeleted))
	case 2, 3:
		if p.NodeName != "" && p.Status.Phase == cluster.Pending {
			d.start(p.Name)
		}
	case 4, 5:
		if p.Status.Phase == cluster.Running {
			d.end(p.Name, rapid.SampledFrom([]cluster.Phase{cluster.Succeeded, cluster.Failed}).Draw(d.t, "phase"))
		}
	case 6:
		if rapid.IntRange(0, 9).Draw(d.t, "plant") == 0 {
			d.edit(p.Name, func(p *cluster.Pod) { p.Status.Ready = !p.Status.Ready })
			d.planted = true
		}
	default:
		d.place(p, node)
	}
}

// place binds well, badly or, now and then, with devices that are not there.
func (d *disturber) place(p *cluster.Pod, node string) {
	var gpus cluster.DeviceSet
	if p.Spec.GPU.Devices > 0 {
		gpus = 1 << rapid.SampledFrom([]int{0, 0, 0, 1, 1, 1, 2}).Draw(d.t, "device")
	}
	_ = d.Bind(cluster.KeyOf(p), node, gpus)
}

// BenchmarkChecker is what the checker costs for a pod's life of five changes.
func BenchmarkChecker(b *testing.B) {
	for _, on := range []bool{false, true} {
		b.Run(fmt.Sprintf("on=%v", on), func(b *testing.B) {
			w := newWorld(b)
			if on {
				checker := cluster.NewChecker(w.Store, cluster.Rules{})
				defer func() { require.NoError(b, checker.Final()) }()
			}
			benchmarkLives(b, w, 1000, 20)
		})
	}
}

// benchmarkLives creates, binds, starts, ends and deletes b.N pods, of which perNode live on each node at a time.
func benchmarkLives(b *testing.B, w *world, nodes, perNode int) {
	names := make([]string, nodes)
	for i := range names {
		names[i] = fmt.Sprint("n", i)
		w.create(node(names[i], 96, 110))
	}
	spec := specOf(cluster.Resources{MilliCPU: 1000, Memory: gi / 2})
	keys := make([]cluster.Key, nodes*perNode)
	podNames := make([]string, nodes*perNode)
	for i := range podNames {
		podNames[i] = fmt.Sprint("pod-", i)
	}
	start := func(p *cluster.Pod) {
		p.Status.Phase, p.Status.Ready, p.Status.StartedAt = cluster.Running, true, w.Now()
	}
	end := func(p *cluster.Pod) {
		p.Status.Phase, p.Status.Ready, p.Status.FinishedAt = cluster.Succeeded, false, w.Now()
	}
	ok := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		k := &keys[i%len(keys)]
		if k.UID != 0 {
			ok(w.EditPod(*k, cluster.ReasonCompleted, end))
			ok(w.Delete(*k, cluster.ReasonCleanedUp))
		}
		p := pod(podNames[i%len(keys)], spec)
		ok(w.Create(p, cluster.ReasonCreated))
		*k = cluster.KeyOf(p)
		ok(w.Bind(*k, names[i%nodes], 0))
		ok(w.EditPod(*k, cluster.ReasonStarted, start))
		ok(w.engine.Run(w.Now().Add(time.Millisecond)))
	}
}
