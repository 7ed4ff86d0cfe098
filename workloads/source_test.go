package workloads

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/traces"
)

// drain reads a source to its end.
func drain(t require.TestingT, s Source) []Submission {
	var all []Submission
	for next, ok := s.Next(); ok; next, ok = s.Next() {
		all = append(all, next)
	}
	require.NoError(t, s.Err())
	_, ok := s.Next()
	require.False(t, ok, "an ended source stays ended")
	return all
}

func synthetic(t testing.TB, line string) *Synthetic {
	t.Helper()
	return decode(t, inSynthetic(line)).Workload[0].Synthetic
}

func synthesize(t testing.TB, seed uint64, s *Synthetic) []Submission {
	t.Helper()
	return drain(t, NewSyntheticSource(s, sim.New(seed)))
}

func TestArrivals(t *testing.T) {
	at := func(all []Submission) []sim.Time {
		var times []sim.Time
		for _, s := range all {
			times = append(times, s.At)
		}
		return times
	}
	second := sim.Time(time.Second)
	s := synthetic(t, "count: 3")
	require.Equal(t, []sim.Time{0, second, 2 * second}, at(synthesize(t, 1, s)), "every second, from 0")
	s.Until = time.Second
	require.Equal(t, []sim.Time{0, second}, at(synthesize(t, 1, s)), "up to and with until")
	zero := time.Minute
	s.Arrivals, s.Until = Arrivals{At: &zero}, 0
	require.Equal(t, []sim.Time{60 * second, 60 * second, 60 * second}, at(synthesize(t, 1, s)))
	s.Arrivals = Arrivals{Gaps: Constant{2 * time.Second}}
	require.Equal(t, []sim.Time{2 * second, 4 * second, 6 * second}, at(synthesize(t, 1, s)))
	s.Arrivals = Arrivals{Every: math.MaxInt64}
	require.Len(t, synthesize(t, 1, s), 1, "the clock ends before the second")
}

func TestPoissonArrivalsHaveTheirRate(t *testing.T) {
	const n = 20000
	s := synthetic(t, "arrivals: {poisson: 30/m}")
	s.Count = n
	all := synthesize(t, 7, s)
	mean := all[n-1].At.Seconds() / n
	require.InDelta(t, 2, mean, 2.576*2/math.Sqrt(n), "within the 99 %% interval of the mean")
	// The squared coefficient of variation of exponential gaps is 1.
	var square float64
	for i := 1; i < n; i++ {
		gap := all[i].At.Sub(all[i-1].At).Seconds()
		square += gap * gap
	}
	require.InDelta(t, 1, square/n/(mean*mean)-1, 0.1)
}

func TestSyntheticPods(t *testing.T) {
	s := synthetic(t, `requests: [{name: gpu, cpu: 500m, memory: 1Gi, ephemeral-storage: 1Gi, gpus: 1, gpuMilli: 300, priority: 7, nodeSelector: {a: b}, extended: {x.com/y: 3}}]`)
	s.Name, s.Namespace, s.Count = "job-{i}.x", "team", 2
	all := synthesize(t, 1, s)
	require.Len(t, all, 2)
	pod := all[1].Pod
	require.Equal(t, cluster.NamespacedName{Namespace: "team", Name: "job-1.x"}, pod.NamespacedName)
	require.Equal(t, cluster.Labels{LabelClass: "gpu"}, pod.Labels)
	require.Equal(t, time.Second, pod.RunTime)
	require.Same(t, all[0].Pod.Spec, pod.Spec, "one class, one spec")
	require.Equal(t, cluster.Resources{
		MilliCPU: 500, Memory: 1 << 30, EphemeralStorage: 1 << 30, Extended: []cluster.Amount{{Name: "x.com/y", Value: 3}},
	}, *pod.Spec.Requests())
	require.Equal(t, cluster.GPURequest{Devices: 1, Milli: 300}, pod.Spec.GPU)
	require.Equal(t, int32(7), pod.Spec.Priority)
	require.Equal(t, cluster.Labels{"a": "b"}, pod.Spec.NodeSelector)
	require.Equal(t, cluster.RestartNever, pod.Spec.RestartPolicy)
	require.Equal(t, int64(500), pod.Spec.NonZeroMilliCPU())
}

func TestAMissingRequestIsNotARequestOfZero(t *testing.T) {
	unstated := synthesize(t, 1, synthetic(t, "requests: [{}]"))[0].Pod.Spec
	require.Equal(t, int64(cluster.DefaultMilliCPU), unstated.NonZeroMilliCPU())
	require.Equal(t, int64(cluster.DefaultMemory), unstated.NonZeroMemory())
	zero := synthesize(t, 1, synthetic(t, "requests: [{cpu: 0, memory: 0}]"))[0].Pod.Spec
	require.Zero(t, zero.NonZeroMilliCPU())
	require.Zero(t, zero.NonZeroMemory())
}

func TestForeverIsForever(t *testing.T) {
	require.Equal(t, cluster.Forever, synthesize(t, 1, synthetic(t, "duration: forever"))[0].Pod.RunTime)
}

func TestClassesHaveTheirWeights(t *testing.T) {
	const n = 20000
	s := synthetic(t, "requests: [{name: a, weight: 6}, {name: b, weight: 3}, {name: c}]")
	s.Count = n
	counts := map[string]int{}
	for _, sub := range synthesize(t, 3, s) {
		counts[sub.Pod.Labels[LabelClass]]++
	}
	for class, share := range map[string]float64{"a": 0.6, "b": 0.3, "c": 0.1} {
		require.InDelta(t, share, float64(counts[class])/n, 2.576*math.Sqrt(share*(1-share)/n), "class %s within the 99 %% interval", class)
	}
}

// A pod's class and run time belong to its name: they are the same with other arrivals, in another place and beside others.
func TestWhatBelongsToAPodIsDrawnFromItsName(t *testing.T) {
	s := synthetic(t, "requests: [{name: a}, {name: b}]")
	s.Duration, s.Count, s.Name = Exponential{time.Minute}, 50, "p-{i}"
	alone := synthesize(t, 1, s)

	engine := sim.New(1)
	other := *s
	other.Name = "q-{i}"
	s.Arrivals = Arrivals{Poisson: &Rate{1, time.Second}}
	merged := drain(t, NewMerge(NewSyntheticSource(&other, engine), NewSyntheticSource(s, engine)))
	merged = slices.DeleteFunc(merged, func(sub Submission) bool { return strings.HasPrefix(sub.Pod.Name, "q") })
	require.Len(t, merged, len(alone))
	runs := map[time.Duration]bool{}
	for i := range alone {
		require.Equal(t, alone[i].Pod.Name, merged[i].Pod.Name)
		require.Equal(t, alone[i].Pod.RunTime, merged[i].Pod.RunTime)
		require.Equal(t, alone[i].Pod.Labels, merged[i].Pod.Labels)
		runs[alone[i].Pod.RunTime] = true
	}
	require.Len(t, runs, 50, "every pod has its own")
	require.NotEqual(t, alone[0].Pod.RunTime, synthesize(t, 2, s)[0].Pod.RunTime, "another seed, another run time")
}

func TestArrivalsOfEntriesAreIndependent(t *testing.T) {
	s := synthetic(t, "arrivals: {poisson: 1/s}")
	s.Count = 20
	alone := synthesize(t, 1, s)
	engine := sim.New(1)
	other := *s
	other.Name = "q-{i}"
	second := NewSyntheticSource(&other, engine)
	first := NewSyntheticSource(s, engine)
	for i := range alone {
		b, ok := second.Next()
		require.True(t, ok)
		a, ok := first.Next()
		require.True(t, ok)
		require.Equal(t, alone[i].At, a.At)
		require.NotEqual(t, a.At, b.At)
	}
}

const podTable = `name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time
a,1000,1024,1,500,G2|T4,LS,Running,0,110,10
b,1000,1024,1,500,T4|G2,LS,Running,5,,5
c,1000,1024,1,500,G2|T4,LS,Running,7,8,7
d,0,0,0,0,,BE,Running,9,10,9
`

func traceOf(t require.TestingT, trace PodTrace, text string) *TraceSource {
	rows, err := traces.NewPods(strings.NewReader(text), "pods.csv", "openb")
	require.NoError(t, err)
	return NewTraceSource(trace, "pods.csv", rows)
}

var asRecorded = PodTrace{Format: "openb", TimeScale: 1, DurationScale: 1, Namespace: "default"}

func TestTraceSource(t *testing.T) {
	all := drain(t, traceOf(t, asRecorded, podTable))
	require.Len(t, all, 4)
	a, b, c, d := all[0], all[1], all[2], all[3]
	require.Equal(t, sim.Time(0), a.At)
	require.Equal(t, sim.Time(9*time.Second), d.At)
	require.Equal(t, cluster.NamespacedName{Namespace: "default", Name: "a"}, a.Pod.NamespacedName)
	require.Equal(t, 100*time.Second, a.Pod.RunTime, "from its recorded start")
	require.Equal(t, cluster.Forever, b.Pod.RunTime)
	require.Equal(t, cluster.Resources{MilliCPU: 1000, Memory: 1 << 30}, *a.Pod.Spec.Requests())
	require.Equal(t, cluster.GPURequest{Devices: 1, Milli: 500}, a.Pod.Spec.GPU)
	require.Equal(t, []string{"G2", "T4"}, a.Pod.Spec.GPUModels)
	require.Equal(t, cluster.Labels{LabelQoS: "LS"}, a.Pod.Labels)
	require.Greater(t, a.Pod.Spec.Priority, d.Pod.Spec.Priority)
	require.Equal(t, cluster.RestartNever, a.Pod.Spec.RestartPolicy)
	require.Zero(t, d.Pod.Spec.NonZeroMilliCPU(), "a trace states its requests, even as 0")

	require.Same(t, a.Pod.Spec, c.Pod.Spec, "the same request, the same class")
	require.NotSame(t, a.Pod.Spec, b.Pod.Spec, "another list of models")
	require.NotSame(t, a.Pod.Spec, d.Pod.Spec)
}

func TestTraceScales(t *testing.T) {
	trace := asRecorded
	trace.TimeScale, trace.DurationScale, trace.Count, trace.Namespace = 0.5, 3, 2, "team"
	all := drain(t, traceOf(t, trace, podTable))
	require.Len(t, all, 2, "the first two")
	require.Equal(t, sim.Time(2500*time.Millisecond), all[1].At)
	require.Equal(t, 300*time.Second, all[0].Pod.RunTime)
	require.Equal(t, cluster.Forever, all[1].Pod.RunTime, "for ever stays for ever")
	require.Equal(t, "team", all[0].Pod.Namespace)
}

func TestTraceErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a broken row", podTable + "e,-1,0,0,0,,BE,Running,9,10,9\n", "pods.csv:6: cpu_milli: negative: -1"},
		{"beyond the clock", podTable + "e,1,0,0,0,,BE,Running,9223372036,9223372036,9223372036\n",
			"pods.csv:6: pod e is submitted beyond the end of the clock, 292 years"},
	} {
		t.Run(c.name, func(t *testing.T) {
			trace := asRecorded
			trace.TimeScale = 2
			src := traceOf(t, trace, c.text)
			n := 0
			for _, ok := src.Next(); ok; _, ok = src.Next() {
				n++
			}
			require.Equal(t, 4, n)
			require.EqualError(t, src.Err(), c.want)
		})
	}
}

// fixed is a source of given instants that may fail at its end.
type fixed struct {
	name   string
	times  []sim.Time
	err    error
	closed *int
}

func (f *fixed) Next() (Submission, bool) {
	if len(f.times) == 0 {
		return Submission{}, false
	}
	at := f.times[0]
	f.times = f.times[1:]
	pod := &cluster.Pod{Spec: newSpec(cluster.Container{}).Complete()}
	pod.Namespace, pod.Name = "default", fmt.Sprintf("%s-%d", f.name, len(f.times))
	return Submission{At: at, Pod: pod}, true
}

func (f *fixed) Err() error { return f.err }

func (f *fixed) Close() error { *f.closed++; return f.err }

var (
	_ Source    = (*fixed)(nil)
	_ io.Closer = (*fixed)(nil)
)

func TestMergeIsASortThatIsStableBySource(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sources []Source
		var want []string
		type line struct {
			at   sim.Time
			name string
		}
		var lines []line
		for i := range rapid.IntRange(0, 4).Draw(t, "sources") {
			times := rapid.SliceOfN(rapid.Int64Range(0, 9), 0, 9).Draw(t, "times")
			slices.Sort(times)
			f := &fixed{name: formatInt(i)}
			for j, at := range times {
				f.times = append(f.times, sim.Time(at))
				lines = append(lines, line{sim.Time(at), fmt.Sprintf("%d-%d", i, len(times)-1-j)})
			}
			sources = append(sources, f)
		}
		slices.SortStableFunc(lines, func(a, b line) int { return int(a.at - b.at) })
		for _, l := range lines {
			want = append(want, l.name)
		}
		var got []string
		for _, s := range drain(t, NewMerge(sources...)) {
			got = append(got, s.Pod.Name)
		}
		require.Equal(t, want, got)
	})
}

func TestMergeEndsWithTheFirstError(t *testing.T) {
	broken := errors.New("broken")
	closed := 0
	m := NewMerge(&fixed{name: "a", times: []sim.Time{1, 5}, closed: &closed}, &fixed{name: "b", times: []sim.Time{2}, err: broken, closed: &closed})
	for _, want := range []sim.Time{1, 2} {
		s, ok := m.Next()
		require.True(t, ok)
		require.Equal(t, want, s.At)
	}
	_, ok := m.Next()
	require.False(t, ok, "not the pod at 5")
	require.ErrorIs(t, m.Err(), broken)
	require.ErrorIs(t, m.Close(), broken)
	require.Equal(t, 2, closed, "both are closed")
}
