package hpa

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// goldenCase is one reconcileAutoscaler of the real controller.
type goldenCase struct {
	Name       string
	Controller struct {
		Tolerance                                                                                   float64
		DownscaleStabilizationSeconds, CPUInitializationPeriodSeconds, InitialReadinessDelaySeconds float64
	}
	Spec struct {
		ScaleTargetRef struct{ Kind, Name string }
		MinReplicas    *int
		MaxReplicas    int
		Metrics        []goldenMetric
		Behavior       *struct{ ScaleUp, ScaleDown *goldenRules }
	}
	Scale   struct{ SpecReplicas, StatusReplicas int }
	Pods    []goldenPod
	Metrics struct {
		PerPod map[string]map[string]struct {
			MilliValue  int64
			Age, Window float64
		}
		Object   map[string]int64
		External map[string][]int64
	}
	History struct {
		Recommendations, ScaleUpEvents, ScaleDownEvents []struct {
			Replicas int
			Age      float64
		}
	}
	Expected struct {
		DesiredReplicas      int
		ScaledTo             *int
		Conditions           map[string]string
		Error                string
		RecommendationsAfter []int
		CurrentMetrics       []goldenMetric
	}
}

// quantity is a quantity of the API, in thousandths.
type quantity int64

func (q *quantity) UnmarshalJSON(text []byte) error {
	s := strings.Trim(string(text), `"`)
	number := strings.TrimRight(s, "mkMGi")
	unit, ok := map[string]float64{"m": 1, "": 1e3, "k": 1e6, "M": 1e9, "Mi": 1000 << 20, "Gi": 1000 << 30}[s[len(number):]]
	if !ok {
		return fmt.Errorf("quantity %s", s)
	}
	x, err := strconv.ParseFloat(number, 64)
	*q = quantity(math.Round(x * unit))
	return err
}

type goldenTarget struct {
	Type               string
	AverageUtilization *int
	AverageValue       *quantity
	Value              *quantity
}

type goldenSource struct {
	Name, Container string
	Metric          struct{ Name string }
	DescribedObject struct{ Kind, Name string }
	Target, Current goldenTarget
}

type goldenMetric struct {
	Type                                                string
	Resource, ContainerResource, Pods, Object, External *goldenSource
}

func (m *goldenMetric) source() *goldenSource {
	for _, s := range []*goldenSource{m.Resource, m.ContainerResource, m.Pods, m.Object, m.External} {
		if s != nil {
			return s
		}
	}
	return &goldenSource{}
}

type goldenRules struct {
	StabilizationWindowSeconds *float64
	SelectPolicy               string
	Tolerance                  *quantity
	Policies                   []struct {
		Type          string
		Value         int
		PeriodSeconds float64
	}
}

type goldenPod struct {
	Name, Phase, Ready           string
	Deleting                     bool
	StartAge, ReadyTransitionAge float64
	Containers                   []struct {
		Name     string
		Sidecar  bool
		Requests map[string]quantity
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// goldenNow is when the look is taken. All ages end in a half, and so does the wall clock's second.
const goldenNow = sim.Time(1000 * time.Hour)

func ago(age float64) sim.Time { return goldenNow.Add(-seconds(age)) }

func (r *goldenRules) rules() *cluster.ScalingRules {
	if r == nil {
		return nil
	}
	out := &cluster.ScalingRules{Select: cluster.SelectPolicy(r.SelectPolicy)}
	if s := r.StabilizationWindowSeconds; s != nil {
		d := seconds(*s)
		out.Stabilization = &d
	}
	if r.Tolerance != nil {
		t := int64(*r.Tolerance)
		out.Tolerance = &t
	}
	for _, p := range r.Policies {
		out.Policies = append(out.Policies, cluster.ScalingPolicy{Percent: p.Type == "Percent", Value: p.Value, Period: seconds(p.PeriodSeconds)})
	}
	return out
}

func (c *goldenCase) autoscaler() *cluster.HorizontalPodAutoscaler {
	h := &cluster.HorizontalPodAutoscaler{Target: cluster.ObjectRef{Kind: c.Spec.ScaleTargetRef.Kind, Name: c.Spec.ScaleTargetRef.Name}, MinReplicas: 1, MaxReplicas: c.Spec.MaxReplicas}
	h.Namespace, h.Name = "default", "web"
	if c.Spec.MinReplicas != nil {
		h.MinReplicas = *c.Spec.MinReplicas
	}
	for i := range c.Spec.Metrics {
		m := &c.Spec.Metrics[i]
		s := m.source()
		spec := cluster.MetricSpec{Source: cluster.MetricSource(m.Type), Resource: cluster.ResourceName(s.Name), Container: s.Container, Metric: s.Metric.Name,
			Object: cluster.ObjectRef(s.DescribedObject), Target: cluster.TargetType(s.Target.Type)}
		switch {
		case s.Target.AverageUtilization != nil:
			spec.Utilization = *s.Target.AverageUtilization
		case s.Target.AverageValue != nil:
			spec.MilliValue = int64(*s.Target.AverageValue)
		default:
			spec.MilliValue = int64(*s.Target.Value)
		}
		h.Metrics = append(h.Metrics, spec)
	}
	if b := c.Spec.Behavior; b != nil {
		h.Behavior = &cluster.ScalingBehavior{ScaleUp: b.ScaleUp.rules(), ScaleDown: b.ScaleDown.rules()}
	}
	return h
}

func (p *goldenPod) pod() *cluster.Pod {
	pod := &cluster.Pod{Spec: &cluster.PodSpec{}, NodeName: "n", RunTime: cluster.Forever}
	pod.Namespace, pod.Name, pod.Labels, pod.Deleting = "default", p.Name, cluster.Labels{"app": "web"}, p.Deleting
	pod.Status = cluster.PodStatus{
		Phase: map[string]cluster.Phase{"Pending": cluster.Pending, "Running": cluster.Running, "Failed": cluster.Failed, "Succeeded": cluster.Succeeded}[p.Phase],
		Ready: p.Ready == "True", ScheduledAt: ago(p.StartAge), StartedAt: ago(p.StartAge), ReadyTransition: ago(p.ReadyTransitionAge),
	}
	if p.Ready == "" { // it has no such condition yet: it has never been ready
		pod.Status.ReadyTransition = pod.Status.ScheduledAt
	}
	for _, c := range p.Containers {
		container := cluster.Container{Name: c.Name, Sidecar: c.Sidecar}
		cpu, statesCPU := c.Requests["cpu"]
		memory, statesMemory := c.Requests["memory"]
		container.RequestsCPU, container.RequestsMemory = statesCPU, statesMemory
		container.Requests = cluster.Resources{MilliCPU: int64(cpu), Memory: int64(memory) / 1000}
		if c.Sidecar {
			pod.Spec.InitContainers = append(pod.Spec.InitContainers, container)
		} else {
			pod.Spec.Containers = append(pod.Spec.Containers, container)
		}
	}
	pod.Spec.Complete()
	return pod
}

func (c *goldenCase) metrics() *fake {
	f := &fake{perPod: map[string]map[string]Sample{}, object: map[string]Sample{}, external: map[string][]Sample{}}
	for key, pods := range c.Metrics.PerPod {
		f.perPod[key] = map[string]Sample{}
		for name, s := range pods {
			f.perPod[key][name] = Sample{MilliValue: s.MilliValue, Timestamp: ago(s.Age), Window: seconds(s.Window)}
		}
	}
	for key, v := range c.Metrics.Object {
		f.object[key] = Sample{MilliValue: v}
	}
	for key, list := range c.Metrics.External {
		for _, v := range list {
			f.external[key] = append(f.external[key], Sample{MilliValue: v})
		}
	}
	return f
}

func (m *goldenMetric) status() cluster.MetricStatus {
	s := m.source()
	st := cluster.MetricStatus{Source: cluster.MetricSource(m.Type), Name: s.Name + s.Metric.Name, Container: s.Container}
	if s.Current.AverageUtilization != nil {
		st.Utilization, st.HasUtilization = *s.Current.AverageUtilization, true
	}
	switch {
	case s.Current.AverageValue != nil:
		st.MilliValue, st.Average = int64(*s.Current.AverageValue), true
	case s.Current.Value != nil:
		st.MilliValue = int64(*s.Current.Value)
	}
	return st
}

// TestGolden: 250 looks of the real controller of v1.36.3 and what they came to.
func TestGolden(t *testing.T) {
	const path = "../../../../shared/golden/controllers/hpa.json"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Skip("the cases are not here: ../shared/golden/controllers/hpa.json")
	}
	var cases []goldenCase
	require.NoError(t, json.Unmarshal(data, &cases))
	require.Len(t, cases, 250)
	for i := range cases {
		c := &cases[i]
		t.Run(c.Name, func(t *testing.T) { c.run(t) })
	}
}

func (c *goldenCase) run(t *testing.T) {
	engine := sim.New(1)
	store := cluster.NewStore(engine)
	store.SetWallFraction(500 * time.Millisecond)
	cfg := defaults(c.metrics())
	cfg.Tolerance = c.Controller.Tolerance
	cfg.DownscaleStabilization = seconds(c.Controller.DownscaleStabilizationSeconds)
	cfg.CPUInitializationPeriod = seconds(c.Controller.CPUInitializationPeriodSeconds)
	cfg.InitialReadinessDelay = seconds(c.Controller.InitialReadinessDelaySeconds)
	cfg.Recommenders = AllRecommenders()
	r := &reconciler{store: store, cfg: cfg, atOnce: true, autoscalers: map[cluster.NamespacedName]*autoscaler{}}
	r.self = controller.New("hpa", engine, store, r, controller.Options{})
	h := c.autoscaler()
	require.NoError(t, store.Create(h, cluster.ReasonCreated))
	d := &cluster.Deployment{Replicas: c.Scale.SpecReplicas, Selector: cluster.SelectLabels(cluster.Labels{"app": "web"})}
	d.Namespace, d.Name, d.Status.Replicas = "default", c.Spec.ScaleTargetRef.Name, c.Scale.StatusReplicas
	require.NoError(t, store.Create(d, cluster.ReasonCreated))
	for i := range c.Pods {
		require.NoError(t, store.Create(c.Pods[i].pod(), cluster.ReasonCreated))
	}
	a := &autoscaler{}
	for _, e := range c.History.Recommendations {
		a.recommendations = append(a.recommendations, recommendation{e.Replicas, ago(e.Age)})
	}
	for _, e := range c.History.ScaleUpEvents {
		a.ups = append(a.ups, scaleEvent{e.Replicas, ago(e.Age)})
	}
	for _, e := range c.History.ScaleDownEvents {
		a.downs = append(a.downs, scaleEvent{e.Replicas, ago(e.Age)})
	}
	r.autoscalers[h.NamespacedName] = a

	var failed error
	engine.At(goldenNow, sim.PhaseControl, sim.Func{Name: "look", Do: func(now sim.Time) {
		l := *r.begin(now, h)
		kept := a.history
		a.history.recommendations = append([]recommendation{}, kept.recommendations...)
		if kept.recommendations == nil {
			a.history.recommendations = nil
		}
		failed = l.decide().err
		a.history = kept
		r.self.Enqueue(h.NamespacedName)
	}})
	require.NoError(t, engine.Run(goldenNow))

	h = store.Get(cluster.KindHorizontalPodAutoscaler, h.NamespacedName).(*cluster.HorizontalPodAutoscaler)
	want := &c.Expected
	require.Equal(t, want.DesiredReplicas, h.Status.DesiredReplicas)
	replicas := c.Scale.SpecReplicas
	if want.ScaledTo != nil {
		replicas = *want.ScaledTo
	}
	require.Equal(t, replicas, store.Get(cluster.KindDeployment, d.NamespacedName).(*cluster.Deployment).Replicas)
	require.Equal(t, want.ScaledTo != nil, h.Status.Scaled)
	got := map[string]string{}
	for _, c := range h.Status.Conditions {
		got[c.Type] = map[bool]string{true: "True", false: "False"}[c.Status] + "/" + c.Reason
	}
	require.Equal(t, want.Conditions, got)
	text := ""
	if failed != nil {
		text = failed.Error()
	}
	require.Equal(t, want.Error, text)
	var after []int
	for _, r := range a.recommendations {
		after = append(after, r.replicas)
	}
	require.Equal(t, want.RecommendationsAfter, after)
	var statuses []cluster.MetricStatus
	for i := range want.CurrentMetrics {
		statuses = append(statuses, want.CurrentMetrics[i].status())
	}
	require.Len(t, h.Status.CurrentMetrics, len(statuses))
	for i, s := range statuses {
		require.Equal(t, s, h.Status.CurrentMetrics[i])
	}
}
