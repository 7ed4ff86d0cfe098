package manifest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
)

// autoscalerObject is an autoscaler x of Deployment d with up to 5 replicas.
func autoscalerObject(version, spec string) string {
	return "apiVersion: autoscaling/" + version + "\nkind: HorizontalPodAutoscaler\nmetadata: {name: x}\nspec:\n" +
		"  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: d}\n  maxReplicas: 5\n" + indent(spec)
}

func metrics(list string) string { return autoscalerObject("v2", "metrics:\n- "+list) }

func TestAutoscaler(t *testing.T) {
	cpu := func(percent int) []cluster.MetricSpec {
		return []cluster.MetricSpec{{Source: cluster.ResourceMetric, Resource: cluster.CPU, Target: cluster.UtilizationTarget, Utilization: percent}}
	}
	cases := []struct {
		name, text string
		want       cluster.HorizontalPodAutoscaler // but for metadata, target, maxReplicas, and minReplicas where it is 1
	}{
		{"defaults", autoscalerObject("v2", ""), cluster.HorizontalPodAutoscaler{Metrics: cpu(80)}},
		{"defaults of v1", autoscalerObject("v1", ""), cluster.HorizontalPodAutoscaler{Metrics: cpu(80)}},
		{"v1", autoscalerObject("v1", "minReplicas: 2\ntargetCPUUtilizationPercentage: 30"), cluster.HorizontalPodAutoscaler{MinReplicas: 2, Metrics: cpu(30)}},
		{"resource", metrics("{type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 1Ki}}}"), cluster.HorizontalPodAutoscaler{
			Metrics: []cluster.MetricSpec{{Source: cluster.ResourceMetric, Resource: cluster.Memory, Target: cluster.AverageValueTarget, MilliValue: 1024000}}}},
		{"container", metrics("{type: ContainerResource, containerResource: {name: cpu, container: app, target: {type: Utilization, averageUtilization: 120}}}"), cluster.HorizontalPodAutoscaler{
			Metrics: []cluster.MetricSpec{{Source: cluster.ContainerResourceMetric, Resource: cluster.CPU, Container: "app", Target: cluster.UtilizationTarget, Utilization: 120}}}},
		{"pods", metrics("{type: Pods, pods: {metric: {name: rps, selector: {matchLabels: {a: b}}}, target: {type: AverageValue, averageValue: 1.5}}}"), cluster.HorizontalPodAutoscaler{
			Metrics: []cluster.MetricSpec{{Source: cluster.PodsMetric, Metric: "rps", Selector: cluster.SelectLabels(cluster.Labels{"a": "b"}), Target: cluster.AverageValueTarget, MilliValue: 1500}}}},
		{"object", metrics("{type: Object, object: {describedObject: {kind: Ingress, name: i}, metric: {name: rps}, target: {type: Value, value: 2k}}}"), cluster.HorizontalPodAutoscaler{
			Metrics: []cluster.MetricSpec{{Source: cluster.ObjectMetric, Metric: "rps", Object: cluster.ObjectRef{Kind: "Ingress", Name: "i"}, Target: cluster.ValueTarget, MilliValue: 2000000}}}},
		{"external, to zero", autoscalerObject("v2", "minReplicas: 0\nmetrics:\n- {type: External, external: {metric: {name: queue}, target: {type: AverageValue, averageValue: 30}}}"), cluster.HorizontalPodAutoscaler{
			MinReplicas: -1, Metrics: []cluster.MetricSpec{{Source: cluster.ExternalMetric, Metric: "queue", Target: cluster.AverageValueTarget, MilliValue: 30000}}}},
		{"behavior", autoscalerObject("v2", "behavior:\n  scaleDown: {stabilizationWindowSeconds: 0, selectPolicy: Disabled, tolerance: 0.05, policies: [{type: Percent, value: 10, periodSeconds: 60}]}\n  scaleUp: {}"), cluster.HorizontalPodAutoscaler{
			Metrics: cpu(80), Behavior: &cluster.ScalingBehavior{ScaleUp: &cluster.ScalingRules{}, ScaleDown: &cluster.ScalingRules{
				Stabilization: new(time.Duration), Select: cluster.SelectDisabled, Tolerance: pointer(int64(50)),
				Policies: []cluster.ScalingPolicy{{Percent: true, Value: 10, Period: time.Minute}}}}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := only[*cluster.HorizontalPodAutoscaler](t, c.text)
			require.Equal(t, cluster.NamespacedName{Namespace: "default", Name: "x"}, h.NamespacedName)
			require.Equal(t, cluster.ObjectRef{Kind: "Deployment", Name: "d"}, h.Target)
			require.Equal(t, 5, h.MaxReplicas)
			want := map[int]int{0: 1, -1: 0}
			least, special := want[c.want.MinReplicas]
			if !special {
				least = c.want.MinReplicas
			}
			require.Equal(t, least, h.MinReplicas)
			require.Equal(t, c.want.Metrics, h.Metrics)
			require.Equal(t, c.want.Behavior, h.Behavior)
		})
	}
}

func pointer[T any](v T) *T { return &v }

func TestAutoscalerErrors(t *testing.T) {
	const at6, at8 = "test.yaml:7: HorizontalPodAutoscaler default/x: ", "test.yaml:8: HorizontalPodAutoscaler default/x: "
	policies := func(list string) string { return autoscalerObject("v2", "behavior: {scaleUp: {policies: "+list+"}}") }
	cases := []struct{ name, text, want string }{
		{"unknown field", autoscalerObject("v2", "minimum: 1"), at6 + `unknown field "spec.minimum"`},
		{"no target", "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: x}\nspec: {maxReplicas: 1}", "spec.scaleTargetRef.kind: is missing"},
		{"no most", strings.Replace(autoscalerObject("v2", ""), "maxReplicas: 5", "minReplicas: 5", 1), "spec.maxReplicas: 0 is not above 0"},
		{"most below least", autoscalerObject("v2", "minReplicas: 6"), "test.yaml:6: HorizontalPodAutoscaler default/x: spec.maxReplicas: 5 is below spec.minReplicas, 6"},
		{"zero", autoscalerObject("v2", "minReplicas: 0"), at6 + "spec.minReplicas: 0 needs at least one Object or External metric"},
		{"zero in v1", autoscalerObject("v1", "minReplicas: 0"), at6 + "spec.minReplicas: 0 needs"},
		{"negative", autoscalerObject("v2", "minReplicas: -1"), at6 + "spec.minReplicas: -1"},
		{"v1 of zero", autoscalerObject("v1", "targetCPUUtilizationPercentage: 0"), at6 + "spec.targetCPUUtilizationPercentage: 0 is not above 0"},
		{"metrics in v1", autoscalerObject("v1", "metrics: []"), `unknown field "spec.metrics"`},
		{"type", metrics("{type: Memory}"), at8 + `spec.metrics[0].type: unknown value "Memory" (ContainerResource, External, Object, Pods, Resource)`},
		{"no type", metrics("{resource: {name: cpu}}"), at8 + "spec.metrics[0].type: is missing"},
		{"no part", metrics("{type: Pods}"), at8 + "spec.metrics[0].pods: is missing"},
		{"another part", metrics("{type: Pods, external: {metric: {name: a}, target: {type: Value}}}"), at8 + "spec.metrics[0].external: does not go together with type Pods"},
		{"no target of a resource", metrics("{type: Resource, resource: {name: cpu, target: {type: Utilization}}}"), at8 + "spec.metrics[0].resource.target.averageUtilization: is missing, and so is averageValue"},
		{"no type of a target", metrics("{type: Resource, resource: {name: cpu, target: {averageUtilization: 1}}}"), at8 + "spec.metrics[0].resource.target.type: is missing"},
		{"no resource", metrics("{type: Resource, resource: {target: {type: Utilization, averageUtilization: 1}}}"), at8 + "spec.metrics[0].resource.name: is missing"},
		{"two targets", metrics("{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 1, averageValue: 1}}}"), at8 + "spec.metrics[0].resource.target.averageValue: does not go together with averageUtilization"},
		{"no container", metrics("{type: ContainerResource, containerResource: {name: cpu, target: {type: Utilization, averageUtilization: 1}}}"), at8 + "spec.metrics[0].containerResource.container: is missing"},
		{"value of nothing", metrics("{type: Pods, pods: {metric: {name: a}, target: {type: AverageValue, averageValue: 0}}}"), at8 + "spec.metrics[0].pods.target.averageValue: 0 is not above 0"},
		{"pods by value", metrics("{type: Pods, pods: {metric: {name: a}, target: {type: Value, value: 1}}}"), at8 + "spec.metrics[0].pods.target.averageValue: is missing"},
		{"object without", metrics("{type: Object, object: {metric: {name: a}, target: {type: Value, value: 1}}}"), at8 + "spec.metrics[0].object.describedObject.kind: is missing"},
		{"object by the other", metrics("{type: Object, object: {describedObject: {kind: A, name: b}, metric: {name: a}, target: {type: Value, averageValue: 1}}}"), at8 + "spec.metrics[0].object.target.value: is missing, which type Value needs"},
		{"object by utilization", metrics("{type: Object, object: {describedObject: {kind: A, name: b}, metric: {name: a}, target: {type: Utilization, averageUtilization: 1}}}"), at8 + "spec.metrics[0].object.target.type: an Object metric needs Value or AverageValue"},
		{"external by both", metrics("{type: External, external: {metric: {name: a}, target: {type: Value, value: 1, averageValue: 1}}}"), at8 + "spec.metrics[0].external.target.value: does not go together with averageValue"},
		{"external by none", metrics("{type: External, external: {metric: {name: a}, target: {type: Value}}}"), at8 + "spec.metrics[0].external.target.averageValue: is missing, and so is value"},
		{"no name", metrics("{type: External, external: {target: {type: Value, value: 1}}}"), at8 + "spec.metrics[0].external.metric.name: is missing"},
		{"no policies", policies("[]"), at6 + "spec.behavior.scaleUp.policies: at least one policy is needed"},
		{"policy type", policies("[{value: 1, periodSeconds: 1}]"), at6 + "spec.behavior.scaleUp.policies[0].type: is missing"},
		{"policy value", policies("[{type: Pods, value: 0, periodSeconds: 1}]"), at6 + "spec.behavior.scaleUp.policies[0].value: 0 is not above 0"},
		{"policy period", policies("[{type: Pods, value: 1, periodSeconds: 1801}]"), at6 + "spec.behavior.scaleUp.policies[0].periodSeconds: 1801 is not from 1 to 1800"},
		{"window", autoscalerObject("v2", "behavior: {scaleDown: {stabilizationWindowSeconds: 3601}}"), at6 + "spec.behavior.scaleDown.stabilizationWindowSeconds: 3601 is not from 0 to 3600"},
		{"select", autoscalerObject("v2", "behavior: {scaleDown: {selectPolicy: Most}}"), at6 + `spec.behavior.scaleDown.selectPolicy: unknown value "Most" (Disabled, Max, Min)`},
		{"tolerance", autoscalerObject("v2", "behavior: {scaleDown: {tolerance: -1}}"), at6 + "spec.behavior.scaleDown.tolerance: -1 is negative"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { require.Contains(t, failure(t, c.text), c.want) })
	}
}

func TestAutoscalerWarnings(t *testing.T) {
	set := read(t, strings.Replace(autoscalerObject("v2", "behavior: {scaleUp: {tolerance: 0.0001}}"), "kind: Deployment", "kind: Rollout", 1))
	require.Equal(t, []string{"HorizontalPodAutoscaler/x: spec.scaleTargetRef.kind Rollout: not modelled",
		"HorizontalPodAutoscaler/x: spec.behavior.scaleUp.tolerance: rounded up to thousandths"}, set.Warnings)
	require.Empty(t, read(t, autoscalerObject("v2", "")).Warnings)
}

// TestApplyAutoscaler: the spec is replaced, the status stays, and what says the same is not written.
func TestApplyAutoscaler(t *testing.T) {
	store := loaded(t, read(t, autoscalerObject("v2", "minReplicas: 2")))
	name := cluster.NamespacedName{Namespace: "default", Name: "x"}
	get := func() *cluster.HorizontalPodAutoscaler {
		return store.Get(cluster.KindHorizontalPodAutoscaler, name).(*cluster.HorizontalPodAutoscaler)
	}
	require.NoError(t, cluster.Edit(store, cluster.KeyOf(get()), cluster.ReasonUpdated, func(h *cluster.HorizontalPodAutoscaler) { h.Status.CurrentReplicas = 4 }))
	changes := store.Changes()
	applied(t, store, autoscalerObject("v2", "minReplicas: 2"))
	require.Equal(t, changes, store.Changes(), "nothing to write")
	applied(t, store, autoscalerObject("v2", "minReplicas: 3"))
	require.Equal(t, 3, get().MinReplicas)
	require.Equal(t, 4, get().Status.CurrentReplicas)
	require.Equal(t, int64(2), get().Generation)
}
