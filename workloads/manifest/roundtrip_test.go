package manifest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"
)

// everyKind has one object of each modelled kind, with most of the fields that are read.
const everyKind = `
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: a}}}
---
{apiVersion: v1, kind: Node, metadata: {name: n, uid: u1}, spec: {unschedulable: true, taints: [{key: a, value: b, effect: NoExecute}]}, status: {capacity: {cpu: "4", memory: 1.5Gi, pods: 110, nvidia.com/gpu: 2}, images: [{names: [a, b], sizeBytes: 5}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: shop, labels: {app: web}, deletionTimestamp: 2024-01-01T00:00:00Z, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: r, uid: u2, controller: true}]}, spec: {nodeName: n, priorityClassName: high, hostNetwork: true, overhead: {cpu: 10m}, containers: [{name: c, image: i, ports: [{containerPort: 80}], resources: {limits: {cpu: 1, memory: 100M}}}], initContainers: [{name: s, restartPolicy: Always}], affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {topologyKey: zone, namespaceSelector: {}, labelSelector: {matchLabels: {app: web}}, matchLabelKeys: [app]}}]}}, topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {}}], tolerations: [{operator: Exists, effect: NoExecute, tolerationSeconds: 5}], volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]}, status: {phase: Running, startTime: 2024-01-01T00:00:00Z, conditions: [{type: Ready, status: "True"}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: s, namespace: shop}, spec: {selector: {app: web}}}
---
{apiVersion: v1, kind: ReplicationController, metadata: {name: r}, spec: {selector: {app: web}}}
---
{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: r, namespace: shop, uid: u2}, spec: {selector: {matchExpressions: [{key: app, operator: In, values: [web]}]}}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: r}, spec: {selector: {matchLabels: {app: web}}}}
---
{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: b}, spec: {selector: {}}, status: {disruptionsAllowed: 1, disruptedPods: {p: 2024-01-01T00:00:00Z}}}
---
{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: 10, preemptionPolicy: Never}
---
{apiVersion: v1, kind: PersistentVolume, metadata: {name: v}, spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], claimRef: {namespace: shop, name: c, uid: u3}, csi: {driver: d, volumeHandle: h}}}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: c, namespace: shop, uid: u3}, spec: {storageClassName: fast, resources: {requests: {storage: 1Gi}}}}
---
{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: fast}, provisioner: p, volumeBindingMode: WaitForFirstConsumer}
---
{apiVersion: storage.k8s.io/v1, kind: CSINode, metadata: {name: n}, spec: {drivers: [{name: d, nodeID: n, allocatable: {count: 3}}]}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: b}}
---
{apiVersion: v1, kind: Secret, metadata: {name: c}, type: Opaque, data: {a: Yg==}}
---
{apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, spec: {hard: {pods: 3, requests.cpu: 2500m, limits.memory: 1Gi, count/jobs.batch: 2}}}
---
{apiVersion: v1, kind: LimitRange, metadata: {name: l}, spec: {limits: [{type: Container, default: {cpu: 200m}, min: {memory: 1Mi}, max: {cpu: 1}}, {type: Pod, max: {cpu: 2}}]}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, generation: 3}, spec: {replicas: 3, paused: true, progressDeadlineSeconds: 60, selector: {matchLabels: {app: d}}, strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}, template: {metadata: {labels: {app: d}}, spec: {priorityClassName: high, containers: [{name: c, image: "i:1", readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1}, lifecycle: {preStop: {sleep: {seconds: 5}}}, env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]}], volumes: [{name: v, configMap: {name: c}}]}}}, status: {replicas: 3, availableReplicas: 2, conditions: [{type: Available, status: "True", reason: MinimumReplicasAvailable, lastTransitionTime: 2024-01-01T00:00:00Z, lastUpdateTime: 2024-01-01T00:00:00Z}]}}
---
{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: d}, spec: {selector: {matchLabels: {app: d}}, updateStrategy: {rollingUpdate: {maxUnavailable: 10%}}, template: {metadata: {labels: {app: d}}, spec: {containers: [{name: c}]}}}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {parallelism: 2, completions: 4, completionMode: Indexed, backoffLimitPerIndex: 1, podFailurePolicy: {rules: [{action: FailIndex, onExitCodes: {operator: In, values: [1, 2]}}, {action: Ignore, onPodConditions: [{type: DisruptionTarget, status: "True"}]}]}, template: {spec: {restartPolicy: Never, containers: [{name: c}]}}}, status: {succeeded: 2, completedIndexes: "0-1"}}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: j}, spec: {schedule: "*/5 0-6 * jan,3 mon-fri", timeZone: Europe/Berlin, jobTemplate: {metadata: {labels: {a: b}}, spec: {template: {spec: {restartPolicy: OnFailure, containers: [{name: c}]}}}}}}
---
{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: h}, spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: d}, minReplicas: 2, maxReplicas: 9, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}, {type: ContainerResource, containerResource: {name: memory, container: c, target: {type: AverageValue, averageValue: 1Gi}}}, {type: Pods, pods: {metric: {name: rps, selector: {matchLabels: {verb: GET}}}, target: {type: AverageValue, averageValue: 1500m}}}, {type: Object, object: {describedObject: {apiVersion: networking.k8s.io/v1, kind: Ingress, name: main}, metric: {name: rps}, target: {type: Value, value: 2k}}}, {type: External, external: {metric: {name: queue}, target: {type: AverageValue, averageValue: "30"}}}], behavior: {scaleUp: {stabilizationWindowSeconds: 0, selectPolicy: Min, tolerance: 50m, policies: [{type: Pods, value: 4, periodSeconds: 60}, {type: Percent, value: 100, periodSeconds: 15}]}, scaleDown: {}}}, status: {currentReplicas: 3, desiredReplicas: 4, lastScaleTime: 2024-01-01T00:00:00Z, conditions: [{type: AbleToScale, status: "True", reason: ReadyForNewScale, lastTransitionTime: 2024-01-01T00:00:00Z}]}}
---
{apiVersion: autoscaling/v1, kind: HorizontalPodAutoscaler, metadata: {name: old}, spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: d}, maxReplicas: 9, targetCPUUtilizationPercentage: 70}}
`

// roundTrip writes what was read as the API server prints it, and reads that: the same objects must come of it.
func roundTrip(t *testing.T, name, text string) {
	nodes, err := documents(name, []byte(text))
	require.NoError(t, err)
	var printed strings.Builder
	for _, n := range nodes {
		if strings.Contains(apiVersion(n), "kubescheduler") {
			continue
		}
		o, decodeErr := ours(n)
		require.NoError(t, decodeErr)
		printed.WriteString(asJSON(t, o))
	}
	want, err := Read(name, strings.NewReader(text))
	require.NoError(t, err)
	got, err := Read(name, strings.NewReader(printed.String()))
	require.NoError(t, err)
	require.Equal(t, want.Nodes, got.Nodes)
	require.Equal(t, want.Pods, got.Pods)
	require.Equal(t, want.Objects, got.Objects)
}

func TestRoundTrip(t *testing.T) {
	set, err := Read("every", strings.NewReader(everyKind))
	require.NoError(t, err)
	require.Empty(t, set.Warnings)
	require.Len(t, kinds(), len(set.Nodes)+len(set.Pods)+len(set.Objects), "one object of each kind")
	roundTrip(t, "every", everyKind)
}

func TestRoundTripOfRecordedCases(t *testing.T) {
	files, err := filepath.Glob("../../../shared/golden/scheduler/*0-*/cluster.yaml")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("recorded scheduling cases are not beside this checkout")
	}
	for _, f := range files {
		content, readErr := os.ReadFile(f)
		require.NoError(t, readErr)
		roundTrip(t, f, string(content))
	}
}

// TestJSONIsYAML: a JSON text gives the same tree through either reader, styles and columns aside.
func TestJSONIsYAML(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data, err := json.MarshalIndent(map[string]any{"a": value(t, 3)}, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		fromJSON, err := jsonDocuments("f", data)
		if err != nil {
			t.Fatal(err)
		}
		fromYAML, err := yamlDocuments("f", data)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := outline(fromJSON[0]), outline(fromYAML[0]); got != want {
			t.Fatalf("%s\ngot  %s\nwant %s", data, got, want)
		}
	})
}

// value draws a JSON value.
func value(t *rapid.T, depth int) any {
	kinds := 5
	if depth == 0 {
		kinds = 3
	}
	switch rapid.IntRange(0, kinds).Draw(t, "kind") {
	case 0:
		return nil
	case 1:
		return rapid.Bool().Draw(t, "bool")
	case 2:
		return rapid.Int64().Draw(t, "int")
	case 3:
		return rapid.StringMatching(`[a-z0-9:#'" \-{}\[\]\n]{0,12}`).Draw(t, "string")
	case 4:
		list := make([]any, rapid.IntRange(0, 3).Draw(t, "length"))
		for i := range list {
			list[i] = value(t, depth-1)
		}
		return list
	}
	object := map[string]any{}
	for i := range rapid.IntRange(0, 3).Draw(t, "size") {
		object["k"+strconv.Itoa(i)] = value(t, depth-1)
	}
	return object
}

// outline prints a tree with types and lines.
func outline(n *yaml.Node) string {
	var b strings.Builder
	b.WriteString(strconv.Itoa(n.Line) + n.Tag + strconv.Quote(n.Value) + "(")
	for _, c := range n.Content {
		b.WriteString(outline(c))
	}
	return b.String() + ")"
}

// TestScalarTypes states what a bare word of YAML is to an API server.
func TestScalarTypes(t *testing.T) {
	for text, want := range map[string]string{
		"yes": "!!bool", "Off": "!!bool", "true": "!!bool", `"yes"`: "!!str", "'on'": "!!str", "!!str yes": "!!str",
		"y": "!!str", "2024-01-01": "!!str", "1": "!!int", "0x10": "!!int", "1.5": "!!float", "1e3": "!!float", "~": "!!null",
		"null": "!!null", "1Gi": "!!str", "500m": "!!str", "|-\n  no": "!!str",
	} {
		nodes, err := yamlDocuments("f", []byte("a: "+text))
		require.NoError(t, err)
		value, _ := child(nodes[0], "a")
		require.Equal(t, want, scalarType(value), text)
	}
}

// TestSyntaxErrorLines: the line that an error names is the one to look at.
func TestSyntaxErrorLines(t *testing.T) {
	for text, want := range map[string]string{
		"a: 1\nb: c: d\n":             "f:2: not valid YAML: mapping values are not allowed",
		"a: 1\nb:\n\t- c\n":           "f:3: not valid YAML: found character that cannot start any token",
		"a: 1\nb: *c\n":               "unknown anchor 'c' referenced",
		"a:\n- b\nc\n- d\n":           "not valid YAML: could not find expected ':'",
		"{\"a\": 1,\n\"b\": [1,, 2]}": "f:2: not valid JSON: ",
		"{\"a\":\n\n\"unfinished":     "f:3: not valid JSON: ",
		"{\"a\": 1}\n{\"b\": 2\n}\n}": "f:4: not valid JSON: ",
		"a: 1\nb: [c, d\n":            "f:2: not valid YAML: did not find expected ',' or ']'",
	} {
		_, err := documents("f", []byte(text))
		require.ErrorContains(t, err, want, text)
	}
}

func apiVersion(n *yaml.Node) string { return text(n, "apiVersion") }
