package hpa

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

const (
	minute = sim.Time(time.Minute)
	hour   = sim.Time(time.Hour)
)

// at is the time of the looks of these tests.
const lookAt = hour

func settled() *window {
	return &window{now: lookAt, initialization: 5 * time.Minute, readiness: 30 * time.Second, whole: func(t sim.Time) sim.Time { return t }}
}

func TestGroup(t *testing.T) {
	s := time.Second
	for _, c := range []struct {
		name            string
		phase           cluster.Phase
		deleting, ready bool
		started, turned time.Duration // ago
		sampled         time.Duration // ago; negative: never
		memory          bool
		want            standing
	}{
		{"settled", cluster.Running, false, true, 600 * s, 590 * s, 0, false, ready},
		{"deleting", cluster.Running, true, true, 600 * s, 590 * s, 0, false, ignored},
		{"failed", cluster.Failed, false, false, 600 * s, 590 * s, 0, false, ignored},
		{"pending, whatever was sampled", cluster.Pending, false, false, 600 * s, 590 * s, 0, false, unready},
		{"no sample", cluster.Running, false, true, 600 * s, 590 * s, -1, false, missing},
		{"no sample of a pod that starts", cluster.Running, false, false, 10 * s, 5 * s, -1, false, missing},
		{"young and unready", cluster.Running, false, false, 100 * s, 90 * s, 0, false, unready},
		{"young, one window has passed", cluster.Running, false, true, 100 * s, 15 * s, 0, false, ready},
		{"young, less than one window has passed", cluster.Running, false, true, 100 * s, 14 * s, 0, false, unready},
		{"of memory every sample counts", cluster.Running, false, false, 10 * s, 5 * s, 0, true, ready},
		{"old, not ready since a minute after its start", cluster.Running, false, false, 600 * s, 540 * s, 0, false, ready},
		{"old, never ready", cluster.Running, false, false, 600 * s, 571 * s, 0, false, unready},
		{"the end of the initialization period", cluster.Running, false, true, 300 * s, 14 * s, 0, false, ready},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &cluster.Pod{}
			p.Deleting = c.deleting
			p.Status = cluster.PodStatus{Phase: c.phase, Ready: c.ready, ScheduledAt: lookAt.Add(-c.started), ReadyTransition: lookAt.Add(-c.turned)}
			sample := &Sample{Timestamp: lookAt.Add(-c.sampled), Window: 15 * s}
			require.Equal(t, c.want, settled().group(p, sample, c.sampled >= 0, !c.memory))
		})
	}
}

// pods of one millicore value each; negative: no sample; unreadyValue: pending.
const pendingPod = -2

func podsOf(values ...int64) ([]*cluster.Pod, func(*cluster.Pod) (Sample, bool)) {
	var pods []*cluster.Pod
	samples := map[string]Sample{}
	for i, v := range values {
		p := &cluster.Pod{Spec: webSpec}
		p.Name = fmt.Sprint(i)
		p.Status = cluster.PodStatus{Phase: cluster.Running, Ready: true}
		if v == pendingPod {
			p.Status = cluster.PodStatus{}
		}
		if v >= 0 {
			samples[p.Name] = Sample{MilliValue: v, Timestamp: lookAt}
		}
		pods = append(pods, p)
	}
	return pods, func(p *cluster.Pod) (Sample, bool) { s, ok := samples[p.Name]; return s, ok }
}

func TestUtilization(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []int64 // of 1000 requested
		target int     // %
		want   int
		use    int // %
	}{
		{"on target", []int64{500, 500}, 50, 2, 50},
		{"within tolerance", []int64{550, 550}, 50, 2, 55},
		{"above", []int64{800, 800}, 50, 4, 80},
		{"rounded up", []int64{560, 560}, 50, 3, 56},
		{"below", []int64{100, 100, 100}, 50, 1, 10},
		{"the utilization is cut to whole per cent before it counts", []int64{559, 559}, 50, 2, 55},
		{"missing pods use nothing where it might grow", []int64{900, -1}, 50, 2, 90},
		{"and still it grows", []int64{1000, 1000, 1000, -1}, 50, 6, 100},
		{"missing pods use all of their request where it might shrink", []int64{100, -1}, 50, 2, 10},
		{"and still it shrinks", []int64{10, 10, 10, 10, -1}, 50, 2, 1},
		{"or the target, if that is more", []int64{100, -1}, 120, 2, 10},
		{"pods that start use nothing where it might grow", []int64{900, pendingPod}, 50, 2, 90},
		{"and do not count where it might shrink", []int64{200, 200, pendingPod}, 50, 1, 20},
		{"missing pods turn the direction", []int64{400, -1, -1, -1}, 50, 4, 40},
	} {
		t.Run(c.name, func(t *testing.T) {
			pods, sample := podsOf(c.values...)
			m := &perPod{sample: sample, cpu: true, utilization: c.target, requests: requester{resource: cluster.CPU}}
			p, f := m.replicas(len(pods), pods, settled(), tolerances{0.1, 0.1})
			require.Equal(t, failure{}, f)
			require.Equal(t, c.want, p.replicas)
			require.Equal(t, c.use, p.utilization)
		})
	}
}

func TestToleranceOfEachDirection(t *testing.T) {
	tol := tolerances{down: 0.3, up: 0.05}
	for usage, want := range map[int64]int{500: 10, 520: 10, 530: 11, 351: 10, 340: 7} {
		pods, sample := podsOf(usage, usage, usage, usage, usage, usage, usage, usage, usage, usage)
		m := &perPod{sample: sample, value: 500}
		p, _ := m.replicas(10, pods, settled(), tol)
		require.Equal(t, want, p.replicas, "%d", usage)
	}
}

func TestFailures(t *testing.T) {
	bare := (&cluster.PodSpec{Containers: []cluster.Container{{Name: "main"}}}).Complete()
	pods, sample := podsOf(500)
	unasked, _ := podsOf(500)
	unasked[0].Spec = bare
	starting, _ := podsOf(pendingPod)
	nothing := func(*cluster.Pod) (Sample, bool) { return Sample{}, false }
	for _, c := range []struct {
		name   string
		pods   []*cluster.Pod
		sample func(*cluster.Pod) (Sample, bool)
		want   failure
	}{
		{"no metrics", pods, nothing, failure{why: noMetrics}},
		{"no pods have none either", nil, sample, failure{why: noMetrics}},
		{"only pods that start", starting, sample, failure{why: noSamples}},
		{"no request", unasked, sample, failure{noRequests, "missing request for cpu in container main of Pod 0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := &perPod{sample: c.sample, cpu: true, utilization: 50, requests: requester{resource: cluster.CPU}}
			_, f := m.replicas(1, c.pods, settled(), tolerances{})
			require.Equal(t, c.want, f)
		})
	}
}

func TestRequests(t *testing.T) {
	container := func(name string, cpu, memory int64) cluster.Container {
		return cluster.Container{Name: name, Requests: cluster.Resources{MilliCPU: cpu, Memory: memory}, RequestsCPU: cpu > 0, RequestsMemory: memory > 0}
	}
	sidecar := container("proxy", 50, 5)
	sidecar.Sidecar = true
	whole := cluster.Resources{MilliCPU: 700}
	plain := &cluster.PodSpec{InitContainers: []cluster.Container{container("init", 900, 0), sidecar}, Containers: []cluster.Container{container("a", 100, 10), container("b", 200, 20)}}
	podLevel := &cluster.PodSpec{Containers: []cluster.Container{container("a", 100, 10)}, PodRequests: &whole, PodRequestsCPU: true}
	for _, c := range []struct {
		name      string
		spec      *cluster.PodSpec
		container string
		resource  cluster.ResourceName
		want      int64
		err       string
	}{
		{"sum of containers and sidecars", plain, "", cluster.CPU, 350, ""},
		{"thousandths of bytes", plain, "", cluster.Memory, 35000, ""},
		{"one container", plain, "b", cluster.CPU, 200, ""},
		{"a sidecar", plain, "proxy", cluster.CPU, 50, ""},
		{"an init container is none", plain, "init", cluster.CPU, 0, "container init not found in Pod p"},
		{"not stated", plain, "", "nvidia.com/gpu", 0, "missing request for nvidia.com/gpu in container a of Pod p"},
		{"of the pod", podLevel, "", cluster.CPU, 700, ""},
		{"of its container all the same", podLevel, "a", cluster.CPU, 100, ""},
		{"of the pod, by its containers", podLevel, "", cluster.Memory, 10000, ""},
		{"of the pod, not stated", podLevel, "", "nvidia.com/gpu", 0, "missing pod-level request for nvidia.com/gpu in Pod p"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &cluster.Pod{Spec: c.spec.Complete()}
			p.Name = "p"
			got, err := requestOf(p, c.container, c.resource)
			if c.err != "" {
				require.EqualError(t, err, c.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestOfTheWhole(t *testing.T) {
	pods, _ := podsOf(0, 0, pendingPod)
	tol := tolerances{0.1, 0.1}
	p, f := ofValue(3, 3000, 1000, pods, tol)
	require.Equal(t, proposal{replicas: 6, value: 3000}, p, "two ready pods times three")
	require.False(t, f.failed())
	p, _ = ofValue(3, 1050, 1000, pods, tol)
	require.Equal(t, 3, p.replicas)
	p, _ = ofValue(0, 2500, 1000, nil, tol)
	require.Equal(t, 3, p.replicas, "from nothing the ratio is the number")
	p, _ = ofValue(0, 0, 1000, nil, tol)
	require.Equal(t, 0, p.replicas)
	_, f = ofValue(3, 3000, 1000, nil, tol)
	require.Equal(t, failure{why: noPods}, f)
	p, _ = ofValue(3, math.MaxInt64, 1, pods, tol)
	require.Equal(t, math.MaxInt32, p.replicas)

	require.Equal(t, proposal{replicas: 7, value: 3334}, ofAverage(2, 6667, 1000, tol))
	require.Equal(t, proposal{replicas: 2, value: 1050}, ofAverage(2, 2100, 1000, tol))
	require.Equal(t, proposal{replicas: 3}, ofAverage(0, 2100, 1000, tol))
	require.Equal(t, proposal{replicas: 0}, ofAverage(0, 0, 1000, tol))
	require.Equal(t, int64(math.MaxInt64), sum([]Sample{{MilliValue: math.MaxInt64 - 1}, {MilliValue: 2}, {MilliValue: 3}}))
	require.Equal(t, int64(3), sum([]Sample{{MilliValue: 1}, {MilliValue: 2}}))
}

// naive is the calculation with a map of values by name, step by step as GetResourceReplicas has it (v1.36.3).
func naive(current int, pods []*cluster.Pod, sample func(*cluster.Pod) (Sample, bool), target int, w *window, tol tolerances) int {
	values, unreadyPods, missingPods := map[string]int64{}, map[string]bool{}, map[string]bool{}
	for _, p := range pods {
		s, ok := sample(p)
		switch w.group(p, &s, ok, true) {
		case ready:
			values[p.Name] = s.MilliValue
		case unready:
			unreadyPods[p.Name] = true
		case missing:
			missingPods[p.Name] = true
		}
	}
	if len(values) == 0 {
		return -1
	}
	ratioOf := func() float64 {
		var use, asked int64
		for _, v := range values {
			use, asked = use+v, asked+request
		}
		return float64(use*100/asked) / float64(target)
	}
	first := ratioOf()
	grow := len(unreadyPods) > 0 && first > 1
	if !grow && len(missingPods) == 0 {
		if tol.within(first) {
			return current
		}
		return int(math.Ceil(first * float64(len(values))))
	}
	for name := range missingPods {
		switch {
		case first < 1:
			values[name] = request * int64(max(100, target)) / 100
		case first > 1:
			values[name] = 0
		}
	}
	if grow {
		for name := range unreadyPods {
			values[name] = 0
		}
	}
	again := ratioOf()
	replicas := int(math.Ceil(again * float64(len(values))))
	if tol.within(again) || first < 1 && again > 1 || first > 1 && again < 1 ||
		again < 1 && replicas > current || again > 1 && replicas < current {
		return current
	}
	return replicas
}

// TestOnePassAgreesWithMaps: going through the pods once comes to what maps by name come to.
func TestOnePassAgreesWithMaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(0, 1500), rapid.SampledFrom([]int64{-1, pendingPod})), 0, 12).Draw(t, "values")
		target := rapid.IntRange(1, 150).Draw(t, "target")
		current := rapid.IntRange(1, 15).Draw(t, "current")
		pods, sample := podsOf(values...)
		m := &perPod{sample: sample, cpu: true, utilization: target, requests: requester{resource: cluster.CPU}}
		tol := tolerances{0.1, 0.2}
		got, f := m.replicas(current, pods, settled(), tol)
		want := naive(current, pods, sample, target, settled(), tol)
		require.Equal(t, want < 0, f.failed())
		if want >= 0 {
			require.Equal(t, want, got.replicas)
		}
	})
}
