package manifest_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestErrors states each mistake with the whole sentence that a user reads.
func TestErrors(t *testing.T) {
	pod := func(spec string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n" + indent(spec)
	}
	node := func(rest string) string { return "apiVersion: v1\nkind: Node\nmetadata: {name: n}\n" + rest }
	cases := []struct{ name, text, want string }{
		{"unknown field", "# a comment\n" + pod("contaienrs:\n- name: c"), `test.yaml:7: Pod default/web: unknown field "spec.contaienrs"`},
		{"unknown field deep down", pod("containers:\n- name: c\n  resources:\n    request: {cpu: 1}"), `test.yaml:9: Pod default/web: unknown field "spec.containers[0].resources.request"`},
		{"case matters", pod("containers:\n- Name: c"), `test.yaml:7: Pod default/web: unknown field "spec.containers[0].Name"`},
		{"doubled field", pod("hostNetwork: true\ncontainers: []\nhostNetwork: false"), `test.yaml:8: Pod default/web: field "spec.hostNetwork" is stated twice`},
		{"doubled label", "apiVersion: v1\nkind: Node\nmetadata:\n  name: n\n  labels:\n    a: b\n    a: c", `test.yaml:7: Node n: field "metadata.labels[a]" is stated twice`},
		{"number for a string", "apiVersion: v1\nkind: Node\nmetadata:\n  name: n\n  labels:\n    a: 1", `test.yaml:6: Node n: metadata.labels[a]: expected a string, found the number 1: quote it`},
		{"yes is a boolean", "apiVersion: v1\nkind: Node\nmetadata:\n  name: n\n  labels:\n    a: yes", `test.yaml:6: Node n: metadata.labels[a]: expected a string, found the boolean yes: quote it`},
		{"string for a number", pod("priority: high\n" + one), `test.yaml:6: Pod default/web: spec.priority: expected a whole number, found the string "high"`},
		{"too large a number", pod("priority: 3000000000\n" + one), `test.yaml:6: Pod default/web: spec.priority: 3000000000 is beyond the range of the field (32 bits)`},
		{"string for a boolean", pod("hostNetwork: \"true\"\n" + one), `test.yaml:6: Pod default/web: spec.hostNetwork: expected true or false, found the string "true"`},
		{"mapping for a list", pod("containers: {name: c}"), `test.yaml:6: Pod default/web: spec.containers: expected a list, found a mapping`},
		{"list for a mapping", pod("containers: [[]]"), `test.yaml:6: Pod default/web: spec.containers[0]: expected a mapping, found a list`},
		{"no quantity", pod("containers:\n- name: c\n  resources:\n    requests:\n      cpu: two"), `test.yaml:10: Pod default/web: spec.containers[0].resources.requests[cpu]: the string "two" is no quantity (examples: 2, 500m, 1.5Gi)`},
		{"endless quantity", pod("containers: [{name: c, resources: {requests: {cpu: 1e99999999}}}]"), `test.yaml:6: Pod default/web: spec.containers[0].resources.requests[cpu]: the string "1e99999999" is no quantity`},
		{"unknown affinity of clients", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  sessionAffinity: Cookie",
			`test.yaml:5: Service default/web: spec.sessionAffinity: unknown value "Cookie" (ClientIP, None)`},
		{"negative quantity", pod("containers:\n- name: c\n  resources:\n    requests:\n      memory: -1Gi"), `test.yaml:10: Pod default/web: spec.containers[0].resources.requests[memory]: -1Gi is negative`},
		{"huge quantity", node("status: {capacity: {memory: 100Ei}}"), `test.yaml:4: Node n: status.capacity[memory]: 9223372036854775807 is more than 4503599627370496`},
		{"request above limit", pod("containers:\n- name: c\n  resources: {requests: {cpu: 2}, limits: {cpu: 1}}"), `test.yaml:8: Pod default/web: spec.containers[0].resources.requests[cpu]: 2 is above the limit of 1`},
		{"no time", "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: c}]}\nstatus:\n  startTime: yesterday", `test.yaml:6: Pod default/web: status.startTime: the string "yesterday": parsing time`},
		{"no name", "apiVersion: v1\nkind: Node", `test.yaml:1: Node: metadata.name: is missing`},
		{"bad name", "apiVersion: v1\nkind: Node\nmetadata:\n  name: N_1", `test.yaml:4: Node N_1: metadata.name: "N_1": a lowercase RFC 1123 subdomain must consist of`},
		{"namespaced node", "apiVersion: v1\nkind: Node\nmetadata:\n  name: n\n  namespace: x", `test.yaml:5: Node n: metadata.namespace: a Node has no namespace`},
		{"taint effect", node("spec:\n  taints:\n  - {key: a, effect: NoScheduling}"), `test.yaml:6: Node n: spec.taints[0].effect: unknown value "NoScheduling" (NoExecute, NoSchedule, PreferNoSchedule)`},
		{"taint without effect", node("spec:\n  taints:\n  - {key: a}"), `test.yaml:6: Node n: spec.taints[0].effect: is missing`},
		{"negative image", node("status: {images: [{names: [a], sizeBytes: -1}]}"), `test.yaml:4: Node n: status.images[0].sizeBytes: -1 is negative`},
		{"too many GPUs", node("status: {capacity: {alibabacloud.com/gpu-count: 65}}"), `test.yaml:4: Node n: status.allocatable: 65 GPUs on one node are more than 64`},
		{"shared GPUs", "apiVersion: v1\nkind: Pod\nmetadata: {name: web, annotations: {alibabacloud.com/gpu-count: '2', alibabacloud.com/gpu-milli: '500'}}\nspec: {containers: [{name: c}]}", `test.yaml:3: Pod default/web: metadata.annotations[alibabacloud.com/gpu-milli]: a pod of 2 GPUs cannot share them`},
		{"no containers", pod("hostNetwork: true"), `test.yaml:5: Pod default/web: spec.containers: at least one container is needed`},
		{"two containers of one name", pod("containers:\n- name: c\n- name: c"), `test.yaml:8: Pod default/web: spec.containers[1].name: there is another container "c"`},
		{"port", pod("containers: [{name: c, ports: [{containerPort: 70000}]}]"), `test.yaml:6: Pod default/web: spec.containers[0].ports[0].containerPort: 70000 is not from 1 to 65535`},
		{"protocol", pod("containers: [{name: c, ports: [{containerPort: 1, protocol: tcp}]}]"), `test.yaml:6: Pod default/web: spec.containers[0].ports[0].protocol: unknown value "tcp" (SCTP, TCP, UDP)`},
		{"restart policy", pod("restartPolicy: Sometimes\n" + one), `test.yaml:6: Pod default/web: spec.restartPolicy: unknown value "Sometimes" (Always, Never, OnFailure)`},
		{"grace period", pod("terminationGracePeriodSeconds: -1\n" + one), `test.yaml:6: Pod default/web: spec.terminationGracePeriodSeconds: -1 is not from 0 to 3153600000`},
		{"toleration without key", pod("tolerations: [{value: a}]\n" + one), `test.yaml:6: Pod default/web: spec.tolerations[0].operator: must be Exists where no key is stated`},
		{"toleration operator", pod("tolerations: [{key: a, operator: Is}]\n" + one), `test.yaml:6: Pod default/web: spec.tolerations[0].operator: unknown value "Is" (Equal, Exists, Gt, Lt)`},
		{"toleration seconds", pod("tolerations: [{key: a, effect: NoSchedule, tolerationSeconds: 1}]\n" + one), `test.yaml:6: Pod default/web: spec.tolerations[0].effect: tolerationSeconds needs the effect NoExecute`},
		{"selector operator", pod(one + "affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: a, labelSelector: {matchExpressions: [{key: a, operator: Gt, values: ['1']}]}}]}}"),
			`test.yaml:7: Pod default/web: spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector.matchExpressions[0].operator: unknown value "Gt" (DoesNotExist, Exists, In, NotIn)`},
		{"In without values", pod(one + "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In}]}]}}}"),
			`test.yaml:7: Pod default/web: spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values: In needs at least one value`},
		{"weight", pod(one + "affinity:\n  nodeAffinity:\n    preferredDuringSchedulingIgnoredDuringExecution:\n    - weight: 101\n      preference: {}"),
			`test.yaml:10: Pod default/web: spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: 101 is not from 1 to 100`},
		{"match field", pod(one + "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: spec.x, operator: In, values: [a]}]}]}}}"),
			`test.yaml:7: Pod default/web: spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[0].key: unknown field "spec.x" (metadata.name)`},
		{"skew", pod(one + "topologySpreadConstraints: [{topologyKey: a, whenUnsatisfiable: ScheduleAnyway}]"), `test.yaml:7: Pod default/web: spec.topologySpreadConstraints[0].maxSkew: 0 is not above 0`},
		{"unsatisfiable", pod(one + "topologySpreadConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: Never}]"), `test.yaml:7: Pod default/web: spec.topologySpreadConstraints[0].whenUnsatisfiable: unknown value "Never" (DoNotSchedule, ScheduleAnyway)`},
		{"min domains", pod(one + "topologySpreadConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: ScheduleAnyway, minDomains: 2}]"), `test.yaml:7: Pod default/web: spec.topologySpreadConstraints[0].minDomains: needs whenUnsatisfiable DoNotSchedule`},
		{"priority class", pod(one + "priorityClassName: gone"), `test.yaml:7: Pod default/web: spec.priorityClassName: there is no PriorityClass "gone"`},
		{"preemption policy", pod(one + "priorityClassName: system-node-critical\npreemptionPolicy: Never"), `test.yaml:8: Pod default/web: spec.preemptionPolicy: Never is not the policy of the pod's PriorityClass`},
		{"pod-level resource", pod(one + "resources: {requests: {ephemeral-storage: 1}}"), `test.yaml:7: Pod default/web: spec.resources.requests[ephemeral-storage]: only cpu, memory and huge pages can be stated for a pod as a whole`},
		{"runs nowhere", pod(one) + "status: {phase: Running}", `test.yaml:7: Pod default/web: status.phase: a pod without spec.nodeName cannot be Running`},
		{"selector and template", "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: x}\nspec:\n  selector: {matchLabels: {a: b}}\n  template: {metadata: {labels: {a: c}}, spec: {containers: []}}",
			`test.yaml:5: ReplicaSet default/x: spec.selector: does not match the labels of spec.template`},
		{"two controllers", "apiVersion: v1\nkind: Pod\nmetadata: {name: p, ownerReferences: [{apiVersion: v1, kind: A, name: a, uid: a, controller: true}, {apiVersion: v1, kind: A, name: b, uid: b, controller: true}]}\nspec: {containers: [{name: c}]}",
			`test.yaml:3: Pod default/p: metadata.ownerReferences[1]: there is another owner with controller: true`},
		{"binding mode", "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: x}\nprovisioner: p\nvolumeBindingMode: Later", `test.yaml:5: StorageClass x: volumeBindingMode: unknown value "Later" (Immediate, WaitForFirstConsumer)`},
		{"twice", node("") + "---\n" + node(""), `test.yaml:7: Node n: metadata.name: there is another Node n at test.yaml:1`},
		{"no object", "name: x", `test.yaml:1: document: this is no Kubernetes object: apiVersion and kind are not stated`},
		{"a list of scalars", "[a, b]", `test.yaml:1: document: this is no Kubernetes object but a list`},
		{"unknown kind", "apiVersion: v1\nkind: Pood\nmetadata: {name: x}", `test.yaml:2: Pood default/x: there is no kind "Pood" in v1`},
		{"bad version", "apiVersion: a/b/c\nkind: Pod\nmetadata: {name: x}", `test.yaml:1: Pod default/x: apiVersion: "a/b/c" is no group and version`},
		{"broken YAML", "apiVersion: v1\nkind: [Pod\n", `test.yaml:2: not valid YAML: `},
		{"broken JSON", "{\n\"apiVersion\": \"v1\",\n\"kind\": \"Pod\" \"x\"}", `test.yaml:3: not valid JSON: `},
		{"cut JSON", "{\"apiVersion\": \"v1\",\n\"kind\": \"Pod\"", `test.yaml:2: not valid JSON: `},
		{"unknown field of a list", "apiVersion: v1\nkind: List\nitem: []", `test.yaml:3: List: unknown field "item"`},
		{"items of a list", "apiVersion: v1\nkind: List\nitems: {}", `test.yaml:3: List: items: expected a list, found a mapping`},
		{"item of a list", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Node, metadata: {name: n}, spce: {}}", `test.yaml:4: Node n: unknown field "spce"`},
		{"unmodelled kinds are strict too", "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: x}\nspec:\n  rule: []", `test.yaml:5: Ingress default/x: unknown field "spec.rule"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, failure(t, c.text), c.want)
		})
	}
}

// TestAliasesAreBounded: a file of a few lines must not fill the memory.
func TestAliasesAreBounded(t *testing.T) {
	text := "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n  - &a {name: c, command: &c [a, b, c, d, e, f, g, h, i, j]}\n"
	for range 20_000 {
		text += "  - *a\n"
	}
	require.Contains(t, failure(t, text), "aliases expand to more than 100000 values")

	text = "a: &a {x: y}\nb: &b {<<: [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]}\nc: &c {<<: [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]}\n" +
		"d: &d {<<: [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]}\ne: &e {<<: [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]}\n" +
		"f: &f {<<: [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]}\napiVersion: v1\nkind: Node\n<<: [*f]\n"
	require.Contains(t, failure(t, text), "merges (<<) expand to too much")
}
