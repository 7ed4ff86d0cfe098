package plugins

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// small is upstream's test node: 10 milli-CPU, 20 bytes, 20 bytes of storage, 5 of example.com/aaa, 32 pods.
func small() nodeBuilder {
	return node("n").CPU("10m").Mem("20").Storage("20").Ext("example.com/aaa", 5).Ext("hugepages-2Mi", 5).Pods(32)
}

func ask(cpu, mem string) podBuilder { return pod().CPU(cpu).Mem(mem) }

// Rows of upstream's plugins/noderesources/fit_test.go: TestEnoughRequests, TestNotEnoughRequests, TestStorageRequests
// (v1.36.3).
func TestNodeResourcesFitFilter(t *testing.T) {
	withInit := func(b podBuilder, cpu, mem string) podBuilder {
		b.p.Spec.InitContainers = append(b.p.Spec.InitContainers, ask(cpu, mem).p.Spec.Containers[0])
		return b
	}
	for _, c := range []struct {
		name      string
		pod, used podBuilder
		want      string
	}{
		{"no resources requested always fits", pod(), ask("10m", "20"), ""},
		{"too many resources fails", ask("1m", "1"), ask("10m", "20"), "Unschedulable: Insufficient cpu, Insufficient memory"},
		{"init container cpu", withInit(ask("1m", "1"), "3m", "1"), ask("8m", "19"), "Unschedulable: Insufficient cpu"},
		{"highest init container memory", withInit(withInit(ask("1m", "1"), "1m", "3"), "1m", "2"), ask("9m", "19"), "Unschedulable: Insufficient memory"},
		{"init container is the max, not the sum", withInit(ask("1m", "1"), "1m", "1"), ask("9m", "19"), ""},
		{"both resources fit", ask("1m", "1"), ask("5m", "5"), ""},
		{"memory fits, cpu does not", ask("2m", "1"), ask("9m", "5"), "Unschedulable: Insufficient cpu"},
		{"equal edge case", ask("5m", "1"), ask("5m", "19"), ""},
		{"more cpu than the node has", ask("11m", "1"), pod(), "UnschedulableAndUnresolvable: Insufficient cpu"},
		{"more memory than the node has, cpu in use", ask("5m", "21"), ask("9m", "0"), "UnschedulableAndUnresolvable: Insufficient cpu, Insufficient memory"},
		{"extended resource fits", pod().Ext("example.com/aaa", 1), pod(), ""},
		{"extended resource capacity enforced", pod().Ext("example.com/aaa", 10), pod(), "UnschedulableAndUnresolvable: Insufficient example.com/aaa"},
		{"extended resource in use", pod().Ext("example.com/aaa", 1), pod().Ext("example.com/aaa", 5), "Unschedulable: Insufficient example.com/aaa"},
		{"unknown extended resource", pod().Ext("example.com/bbb", 1), pod(), "UnschedulableAndUnresolvable: Insufficient example.com/bbb"},
		{"none of an unknown resource fits", pod().Ext("example.com/bbb", 0), pod(), ""},
		{"huge pages", pod().Ext("hugepages-2Mi", 6), pod(), "UnschedulableAndUnresolvable: Insufficient hugepages-2Mi"},
		{"storage", pod().Storage("10"), pod().Storage("11"), "Unschedulable: Insufficient ephemeral-storage"},
		{"more storage than the node has", pod().Storage("25"), pod(), "UnschedulableAndUnresolvable: Insufficient ephemeral-storage"},
		{"all at once, in order", ask("1m", "1").Storage("1").Ext("example.com/b", 1).Ext("example.com/aaa", 1), ask("10m", "20").Storage("20").Ext("example.com/aaa", 5),
			"UnschedulableAndUnresolvable: Insufficient cpu, Insufficient memory, Insufficient ephemeral-storage, Insufficient example.com/aaa, Insufficient example.com/b"},
		{"an overcommitted node still takes a pod that asks nothing", pod(), ask("90m", "90"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			plugin := build[framework.FilterPlugin](t, NodeResourcesFit, "")
			require.Equal(t, c.want, verdict(plugin.Filter(nil, c.pod.Obj(), small().With(c.used.Obj()))))
		})
	}
}

func TestNodeResourcesFitCountsPods(t *testing.T) {
	plugin := build[framework.FilterPlugin](t, NodeResourcesFit, "")
	full := node("n").CPU("10m").Pods(1).With(ask("10m", "0").Obj())
	require.Equal(t, "Unschedulable: Too many pods", verdict(plugin.Filter(nil, pod().Obj(), full)))
	require.Equal(t, "Unschedulable: Too many pods, Insufficient cpu", verdict(plugin.Filter(nil, pod().CPU("1m").Obj(), full)))
	require.Equal(t, "UnschedulableAndUnresolvable: Too many pods, Insufficient cpu", verdict(plugin.Filter(nil, pod().CPU("11m").Obj(), full)))
	none := node("n").Pods(0).With()
	require.Equal(t, "Unschedulable: Too many pods", verdict(plugin.Filter(nil, pod().Obj(), none)), "preemption is thought to help, as upstream")
}

// Rows of upstream's TestEnoughRequests on ignored resources (v1.36.3).
func TestNodeResourcesFitIgnores(t *testing.T) {
	for _, c := range []struct {
		name, args string
		ask        cluster.ResourceName
		want       string
	}{
		{"ignored by name", `{"ignoredResources": ["example.com/bbb"]}`, "example.com/bbb", ""},
		{"another is not", `{"ignoredResources": ["example.com/bbb"]}`, "example.com/ccc", "UnschedulableAndUnresolvable: Insufficient example.com/ccc"},
		{"ignored by group", `{"ignoredResourceGroups": ["example.com"]}`, "example.com/bbb", ""},
		{"another group is not", `{"ignoredResourceGroups": ["example.com"]}`, "example.org/bbb", "UnschedulableAndUnresolvable: Insufficient example.org/bbb"},
		{"a group is no prefix", `{"ignoredResourceGroups": ["example"]}`, "example.com/bbb", "UnschedulableAndUnresolvable: Insufficient example.com/bbb"},
		{"huge pages are never ignored", `{"ignoredResources": ["hugepages-1Gi"], "ignoredResourceGroups": ["hugepages-1Gi"]}`, "hugepages-1Gi", "UnschedulableAndUnresolvable: Insufficient hugepages-1Gi"},
		{"nor resources of Kubernetes", `{"ignoredResources": ["x.kubernetes.io/y"]}`, "x.kubernetes.io/y", "UnschedulableAndUnresolvable: Insufficient x.kubernetes.io/y"},
	} {
		t.Run(c.name, func(t *testing.T) {
			plugin := build[framework.FilterPlugin](t, NodeResourcesFit, c.args)
			require.Equal(t, c.want, verdict(plugin.Filter(nil, pod().Ext(c.ask, 1).Obj(), small().With())))
		})
	}
}

// Rows of upstream's Test_isSchedulableAfterPodEvent and Test_isSchedulableAfterNodeChange (v1.36.3).
func TestNodeResourcesFitHints(t *testing.T) {
	waiting := ask("1", "1Gi").UID(1).Obj()
	deleted, shrunk := event(framework.AssignedPod, framework.ActionDelete), event(framework.AssignedPod, framework.UpdatePodScaleDown)
	joined, grown := event(framework.NodeEvent, framework.ActionAdd), event(framework.NodeEvent, framework.UpdateNodeAllocatable)
	big := func() nodeBuilder { return node("n").CPU("2").Mem("2Gi") }
	for _, c := range []struct {
		name  string
		event framework.ClusterEvent
		c     *cluster.Change
		want  bool
	}{
		{"an unplaced pod is deleted", deleted, changed(pod().Obj(), nil), false},
		{"a nominated pod is deleted", deleted, changed(pod().Nominated("n").Obj(), nil), true},
		{"a placed pod is deleted", deleted, changed(pod().On("n").Obj(), nil), true},
		{"a placed pod ends", deleted, changed(pod().On("n").Obj(), pod().On("n").Phase(cluster.Failed).Obj()), true},
		{"the pod itself asks for less", shrunk, changed(waiting, waiting), true},
		{"another waiting pod asks for less", shrunk, changed(ask("2", "1Gi").UID(2).Obj(), ask("1", "1Gi").UID(2).Obj()), false},
		{"a placed pod asks for less cpu", shrunk, changed(ask("2", "1Gi").UID(2).On("n").Obj(), ask("1", "1Gi").UID(2).On("n").Obj()), true},
		{"a placed pod asks for less storage, which nobody wants", shrunk, changed(pod().Storage("2").UID(2).On("n").Obj(), pod().UID(2).On("n").Obj()), false},
		{"a big node joins", joined, changed(nil, big().Obj()), true},
		{"a small node joins", joined, changed(nil, node("n").CPU("1").Mem("1Mi").Obj()), false},
		{"a node without room for a pod joins", joined, changed(nil, big().Pods(0).Obj()), false},
		{"cpu grows", grown, changed(big().Obj(), big().CPU("3").Obj()), true},
		{"the number of pods grows", grown, changed(big().Obj(), big().Pods(111).Obj()), true},
		{"cpu shrinks", grown, changed(big().CPU("3").Obj(), big().Obj()), false},
		{"something else grows", grown, changed(big().Obj(), big().Storage("1Gi").Obj()), false},
		{"cpu grows, not enough", grown, changed(big().CPU("100m").Obj(), big().CPU("200m").Obj()), false},
		{"a label changes", event(framework.NodeEvent, framework.UpdateNodeLabel), changed(big().Obj(), big().CPU("3").Obj()), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, hint(build[framework.EnqueueExtensions](t, NodeResourcesFit, ""), c.event, waiting, c.c))
		})
	}
	gpu := pod().Ext("example.com/gpu", 1).Obj()
	require.True(t, hint(build[framework.EnqueueExtensions](t, NodeResourcesFit, ""), grown, gpu,
		changed(big().Obj(), big().Ext("example.com/gpu", 1).Obj())))
	require.False(t, hint(build[framework.EnqueueExtensions](t, NodeResourcesFit, `{"ignoredResources": ["example.com/gpu"]}`), joined, gpu,
		changed(nil, big().Obj())), "hints do not know of ignored resources, as upstream")
}

var someResources = []cluster.ResourceName{"cpu", "memory", "ephemeral-storage", "example.com/a", "example.com/b", "other.com/c"}

func drawAmounts(t *rapid.T, label string, most int64) cluster.Resources {
	var r cluster.Resources
	for _, name := range someResources {
		if v := rapid.Int64Range(0, most).Draw(t, label+" "+string(name)); v > 0 {
			r.Set(name, v)
		}
	}
	return r
}

func drawRequests(t *rapid.T, label string, most int64) *cluster.Pod {
	b := pod()
	b.main().Requests = drawAmounts(t, label, most)
	b.main().RequestsCPU = rapid.Bool().Draw(t, label+" states cpu")
	b.main().RequestsMemory = rapid.Bool().Draw(t, label+" states memory")
	return b.Obj()
}

func drawRoom(t *rapid.T) *cluster.NodeInfo {
	n := node("n").Pods(rapid.Int64Range(0, 4).Draw(t, "pods"))
	n.n.Allocatable = drawAmounts(t, "allocatable", 12)
	var pods []*cluster.Pod
	for i := range rapid.IntRange(0, 3).Draw(t, "placed") {
		pods = append(pods, drawRequests(t, fmt.Sprint("placed ", i), 5))
	}
	return n.With(pods...)
}

// dumbFit adds up what the pods ask for and compares resource by resource, without the sums of NodeInfo.
func dumbFit(p *cluster.Pod, n *cluster.NodeInfo, ignored string) string {
	var reasons []string
	code := framework.Unschedulable
	if len(n.Pods) >= int(n.Node.AllocatablePods) {
		reasons = append(reasons, "Too many pods")
	}
	for _, name := range someResources {
		used := int64(0)
		for _, o := range n.Pods {
			used += o.Spec.Containers[0].Requests.Get(name)
		}
		want, has := p.Spec.Containers[0].Requests.Get(name), n.Node.Allocatable.Get(name)
		if want == 0 || strings.HasPrefix(string(name), ignored) || used+want <= has {
			continue
		}
		reasons = append(reasons, "Insufficient "+string(name))
		if want > has {
			code = framework.UnschedulableAndUnresolvable
		}
	}
	if len(reasons) == 0 {
		return ""
	}
	return verdict(framework.NewStatus(NodeResourcesFit, code, reasons...))
}

// One plugin sees all cases, so that remembered statuses are used again in other combinations.
func TestNodeResourcesFitAgreesWithADumbOne(t *testing.T) {
	plugin := build[framework.FilterPlugin](t, NodeResourcesFit, `{"ignoredResourceGroups": ["other.com"]}`).(*nodeResourcesFit)
	rapid.Check(t, func(t *rapid.T) {
		p, n := drawRequests(t, "pod", 14), drawRoom(t)
		status := plugin.Filter(nil, p, n)
		require.Equal(t, dumbFit(p, n, "other.com"), verdict(status))
		require.Same(t, status, plugin.Filter(nil, p, n), "equal rejections share one status")
		if status != nil {
			require.Equal(t, plugin.uncached(p, n), status, "remembered and computed status agree")
		}
	})
}

func TestNodeResourcesFitHasMoreResourcesThanBits(t *testing.T) {
	plugin := build[framework.FilterPlugin](t, NodeResourcesFit, "")
	b, want := pod().CPU("1"), []string{"Insufficient cpu"}
	for i := range extendedBits + 5 {
		name := fmt.Sprintf("example.com/r%02d", i)
		b.Ext(cluster.ResourceName(name), 1)
		want = append(want, "Insufficient "+name)
		one := pod().Ext(cluster.ResourceName(name), 1).Obj()
		require.Equal(t, "UnschedulableAndUnresolvable: Insufficient "+name, verdict(plugin.Filter(nil, one, node("n").With())))
	}
	status := plugin.Filter(nil, b.Obj(), node("n").With())
	require.Equal(t, framework.UnschedulableAndUnresolvable, status.Code())
	require.Equal(t, want, status.Reasons())
	require.True(t, slices.IsSorted(status.Reasons()[1:]))
}

func TestNodeResourcesFitNeverSkips(t *testing.T) {
	plugin := build[framework.PreFilterPlugin](t, NodeResourcesFit, "")
	_, s := plugin.PreFilter(nil, pod().Obj(), nil)
	require.True(t, s.IsSuccess())
	require.True(t, plugin.(framework.PreScorePlugin).PreScore(nil, pod().Obj(), nil, nil).IsSuccess())
}
