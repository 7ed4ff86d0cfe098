package manifest_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/workloads/manifest"
)

const twoObjects = `
# Comments and empty documents hold nothing.
---
---
apiVersion: v1
kind: Node
metadata: {name: n}
---
# another
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: x}
spec: {nodeName: n, containers: [{name: c, image: i}]}
...
`

// TestForms reads the same two objects in every form in which they come.
func TestForms(t *testing.T) {
	want := read(t, twoObjects)
	require.Len(t, want.Nodes, 1)
	require.Len(t, want.Pods, 1)
	const (
		node = `{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}}`
		spec = `"metadata": {"name": "p", "namespace": "x"}, "spec": {"nodeName": "n", "containers": [{"name": "c", "image": "i"}]}`
		pod  = `{"apiVersion": "v1", "kind": "Pod", ` + spec + `}`
	)
	forms := map[string]string{
		"JSON values":        node + "\n" + pod,
		"JSON list":          `{"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": [` + node + "," + pod + `]}`,
		"YAML list":          "apiVersion: v1\nkind: List\nitems:\n- " + node + "\n- " + pod,
		"typed lists":        `{"apiVersion": "v1", "kind": "NodeList", "items": [{"metadata": {"name": "n"}}]}` + "\n" + `{"apiVersion": "v1", "kind": "PodList", "items": [{` + spec + `}]}`,
		"list of lists":      `{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "List", "items": [` + node + "," + pod + `]}]}`,
		"flow style":         "{apiVersion: v1, kind: Node, metadata: {name: n}}\n---\n" + pod,
		"anchors and merges": "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: &v v1, kind: Node, metadata: {name: n}}\n- {kind: Pod, apiVersion: *v, metadata: {<<: [{name: no, namespace: x}], name: p}, spec: {nodeName: n, containers: [{<<: {name: c}, image: i}]}}",
		"byte order mark":    "\ufeff" + twoObjects,
		"carriage returns":   strings.ReplaceAll(twoObjects, "\n", "\r\n"),
	}
	for name, text := range forms {
		t.Run(name, func(t *testing.T) {
			got := read(t, text)
			require.Equal(t, want.Nodes, got.Nodes)
			require.Equal(t, want.Pods, got.Pods)
			require.Empty(t, got.Warnings)
		})
	}
}

// TestPrinted reads a pod as kubectl prints it, with what an API server adds: nothing of that is worth a warning.
func TestPrinted(t *testing.T) {
	set := read(t, `
apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: "2024-05-01T10:00:00Z"
  generateName: web-
  labels: {app: web}
  managedFields: [{apiVersion: v1, fieldsType: FieldsV1, fieldsV1: {"f:metadata": {"f:labels": {".": {}}}}, manager: k, operation: Update, time: "2024-05-01T10:00:00Z"}]
  name: web-x
  namespace: default
  ownerReferences: [{apiVersion: apps/v1, blockOwnerDeletion: true, controller: true, kind: ReplicaSet, name: web, uid: abc}]
  resourceVersion: "123"
  uid: def
spec:
  containers: [{image: nginx, name: c, resources: {}, terminationMessagePath: /dev/termination-log, terminationMessagePolicy: File}]
  dnsPolicy: ClusterFirst
  enableServiceLinks: true
  nodeName: n
  priority: 0
  preemptionPolicy: PreemptLowerPriority
  restartPolicy: Always
  schedulerName: default-scheduler
  securityContext: {}
  serviceAccount: default
  serviceAccountName: default
  terminationGracePeriodSeconds: 30
  tolerations: [{effect: NoExecute, key: node.kubernetes.io/not-ready, operator: Exists, tolerationSeconds: 300}]
status: {phase: Running, podIP: 10.0.0.1, startTime: "2024-05-01T10:00:00Z", qosClass: BestEffort}
`)
	require.Empty(t, set.Warnings)
	require.True(t, set.Pods[0].ControllerRef().Controller)
	require.Equal(t, "web", set.Pods[0].ControllerRef().Name)
}

// TestWarnings: what is not modelled is named once, with the first object that has it.
func TestWarnings(t *testing.T) {
	set := read(t, `
{apiVersion: v1, kind: Pod, metadata: {name: web, finalizers: [a]}, spec: {hostPID: true, containers: [{name: c, command: [b], securityContext: {privileged: true}}, {name: d, command: [c]}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web2}, spec: {hostPID: true, dnsPolicy: Default, initContainers: [{name: c, securityContext: {privileged: true}}], containers: [{name: c}]}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: web}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: web2}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, args: [d]}]}}}}
---
{apiVersion: apps/v1beta1, kind: Deployment, metadata: {name: old}}
---
{apiVersion: example.com/v1, kind: Thing, metadata: {name: t}, whatever: 1}
---
{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {type: NodePort, selector: {a: b}}}
`)
	require.Equal(t, []string{
		"Pod/web: metadata.finalizers: not modelled",
		"Pod/web: spec.hostPID: not modelled",
		"Pod/web: spec.containers[0].command: not modelled",
		"Pod/web: spec.containers[0].securityContext: not modelled",
		"Pod/web2: spec.dnsPolicy: not modelled",
		"Pod/web2: spec.initContainers[0].securityContext: not modelled",
		"ServiceAccount/web: not modelled",
		"Deployment/web: spec.template.spec.containers[0].args: not modelled",
		"Deployment/old: apps/v1beta1: not modelled",
		"Thing/t: example.com/v1: not modelled",
		"Service/s: spec.type: not modelled",
	}, set.Warnings)
	require.Len(t, set.Objects, 2)
}

// TestSchedulerConfigs hands the documents on as they are written.
func TestSchedulerConfigs(t *testing.T) {
	const config = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration # mine\nprofiles: []\n"
	set := read(t, "# first\n---\n"+config+"---\n"+twoObjects)
	require.Equal(t, []manifest.RawDocument{{File: "test.yaml", Line: 3, Data: []byte(config)}}, set.SchedulerConfigs)

	set = read(t, `{"kind": "KubeSchedulerConfiguration", "apiVersion": "kubescheduler.config.k8s.io/v1", "profiles": []}`)
	require.YAMLEq(t, config, string(set.SchedulerConfigs[0].Data))
}

func TestGeneratedNames(t *testing.T) {
	const pod = "{apiVersion: v1, kind: Pod, metadata: {generateName: web-}, spec: {containers: [{name: c}]}}\n"
	set := read(t, pod+"---\n"+pod)
	require.Equal(t, "web-00001", set.Pods[0].Name)
	require.Equal(t, "web-00002", set.Pods[1].Name)
}

func TestReadFiles(t *testing.T) {
	a, b := filepath.Join(t.TempDir(), "a.yaml"), filepath.Join(t.TempDir(), "b.json")
	require.NoError(t, os.WriteFile(a, []byte(twoObjects), 0o600))
	require.NoError(t, os.WriteFile(b, []byte(`{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "m"}}`), 0o600))
	set, err := manifest.ReadFiles(a, b)
	require.NoError(t, err)
	require.Equal(t, "m", set.Nodes[1].Name)

	_, err = manifest.ReadFiles(a, b, a)
	require.ErrorContains(t, err, a+":7: Node n: metadata.name: there is another Node n at "+a+":5")
	_, err = manifest.ReadFiles(a + ".gone")
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestReadStdin(t *testing.T) {
	path := filepath.Join(t.TempDir(), "in")
	require.NoError(t, os.WriteFile(path, []byte(twoObjects), 0o600))
	in, err := os.Open(path)
	require.NoError(t, err)
	defer in.Close()
	stdin := os.Stdin
	os.Stdin = in
	defer func() { os.Stdin = stdin }()
	set, err := manifest.ReadFiles("-")
	require.NoError(t, err)
	require.Len(t, set.Pods, 1)
}

func TestFailingReader(t *testing.T) {
	broken := errors.New("broken pipe")
	_, err := manifest.Read("x", iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
}
