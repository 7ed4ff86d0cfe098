package manifest_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads/manifest"
)

// FuzzRead: no input may panic or hang; what is read loads, and reads the same again.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		twoObjects, snapshot,
		"apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Node, metadata: {name: n}, status: {capacity: {cpu: 1.5, memory: 1e3, pods: 110}}}\n",
		`{"apiVersion": "v1", "kind": "PodList", "items": [{"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "resources": {"limits": {"cpu": "100m"}}}]}}]}`,
		"a: &a {x: *a}\napiVersion: v1\nkind: Node\nmetadata: {<<: *a, name: n}\n",
		"{apiVersion: v1, kind: Pod, metadata: {name: p, annotations: {alibabacloud.com/gpu-milli: '10'}}, spec: {containers: [{name: c}], resources: {limits: {cpu: 1}}, tolerations: [{operator: Exists}]}}",
		"apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n---\n",
		"apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec: {selector: {matchExpressions: [{key: a, operator: In, values: [b]}]}}\nstatus: {disruptedPods: {a: 2024-01-01T00:00:00Z}}",
		"apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {scaleTargetRef: {kind: Deployment, name: web}, maxReplicas: 5, metrics: [{type: Pods, pods: {metric: {name: rps, selector: {matchLabels: {a: b}}}, target: {type: AverageValue, averageValue: 1500m}}}, {type: ContainerResource, containerResource: {name: cpu, container: c, target: {type: Utilization, averageUtilization: 50}}}], behavior: {scaleDown: {stabilizationWindowSeconds: 60, selectPolicy: Min, tolerance: 50m, policies: [{type: Percent, value: 10, periodSeconds: 60}]}}}\nstatus: {currentReplicas: 2, lastScaleTime: 2024-01-01T00:00:00Z, conditions: [{type: AbleToScale, status: 'True'}]}",
		"apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {scaleTargetRef: {kind: StatefulSet, name: db}, minReplicas: 2, maxReplicas: 5, targetCPUUtilizationPercentage: 60}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := manifest.Read("f", bytes.NewReader(data))
		if err != nil {
			return
		}
		again, err := manifest.Read("f", bytes.NewReader(data))
		if err != nil || len(again.Pods) != len(set.Pods) || len(again.Objects) != len(set.Objects) {
			t.Fatalf("the second reading differs: %v", err)
		}
		store := cluster.NewStore(sim.New(1))
		if err = manifest.Load(set, store); err != nil && !errors.Is(err, cluster.ErrAlreadyExists) {
			t.Fatal(err)
		}
		for _, p := range set.Pods {
			if p.Spec.Requests().MilliCPU < 0 || p.Spec.Requests().Memory < 0 {
				t.Fatalf("%v requests less than nothing", p.NamespacedName)
			}
		}
	})
}
