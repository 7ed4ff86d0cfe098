package manifest_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads/manifest"
)

// largeCluster is a snapshot of 5,000 nodes and 20,000 pods of 200 workloads, as kubectl get prints it.
func largeCluster(asJSON bool) []byte {
	var b bytes.Buffer
	item := func(i int, format string, args ...any) {
		switch {
		case !asJSON:
			b.WriteString("---\n")
		case i > 0:
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, format+"\n", args...)
	}
	node, pod := nodeYAML, podYAML
	if asJSON {
		node, pod = nodeJSON, podJSON
		b.WriteString("{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [\n")
	}
	for i := range 5000 {
		item(i, node, i, i%3)
	}
	for i := range 20_000 {
		item(i+1, pod, i, i%200, i%5000, i%200)
	}
	if asJSON {
		b.WriteString("]}\n")
	}
	return b.Bytes()
}

const (
	nodeYAML = `apiVersion: v1
kind: Node
metadata:
  name: node-%d
  labels:
    topology.kubernetes.io/zone: z%d
    kubernetes.io/os: linux
status:
  capacity:
    cpu: "16"
    memory: 64Gi
    pods: "110"
  allocatable:
    cpu: 15900m
    memory: 62Gi
    pods: "110"`

	podYAML = `apiVersion: v1
kind: Pod
metadata:
  name: pod-%d
  namespace: default
  creationTimestamp: "2024-05-01T10:00:00Z"
  labels:
    app: app-%d
spec:
  nodeName: node-%d
  priority: 0
  containers:
  - name: main
    image: registry/app-%d:v1
    resources:
      requests:
        cpu: 500m
        memory: 512Mi
    ports:
    - containerPort: 8080
      protocol: TCP
  tolerations:
  - key: node.kubernetes.io/not-ready
    operator: Exists
    effect: NoExecute
    tolerationSeconds: 300
status:
  phase: Running
  startTime: "2024-05-01T10:00:00Z"`

	nodeJSON = `{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-%d", "labels": {"topology.kubernetes.io/zone": "z%d", "kubernetes.io/os": "linux"}},
"status": {"capacity": {"cpu": "16", "memory": "64Gi", "pods": "110"}, "allocatable": {"cpu": "15900m", "memory": "62Gi", "pods": "110"}}}`

	podJSON = `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod-%d", "namespace": "default", "creationTimestamp": "2024-05-01T10:00:00Z", "labels": {"app": "app-%d"}},
"spec": {"nodeName": "node-%d", "priority": 0, "containers": [{"name": "main", "image": "registry/app-%d:v1", "resources": {"requests": {"cpu": "500m", "memory": "512Mi"}}, "ports": [{"containerPort": 8080, "protocol": "TCP"}]}],
"tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}]},
"status": {"phase": "Running", "startTime": "2024-05-01T10:00:00Z"}}`
)

// TestLargeCluster reads both forms of the same cluster to the same history.
func TestLargeCluster(t *testing.T) {
	var hashes []uint64
	for _, asJSON := range []bool{false, true} {
		set, err := manifest.Read("large", bytes.NewReader(largeCluster(asJSON)))
		require.NoError(t, err)
		require.Len(t, set.Nodes, 5000)
		specs := map[*cluster.PodSpec]bool{}
		for _, p := range set.Pods {
			specs[p.Spec] = true
		}
		require.Len(t, specs, 200)
		hashes = append(hashes, loaded(t, set).Hash())
	}
	require.Equal(t, hashes[0], hashes[1])
}

func BenchmarkRead(b *testing.B) {
	for _, form := range []string{"yaml", "json"} {
		b.Run("nodes=5000/pods=20000/"+form, func(b *testing.B) {
			data := largeCluster(form == "json")
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := manifest.Read("large", bytes.NewReader(data)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	data := largeCluster(true)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		set, err := manifest.Read("large", bytes.NewReader(data))
		require.NoError(b, err)
		store := cluster.NewStore(sim.New(1))
		b.StartTimer()
		if err = manifest.Load(set, store); err != nil {
			b.Fatal(err)
		}
	}
}
