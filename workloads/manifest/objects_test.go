package manifest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
)

// meta is the metadata of an object x.
func meta(namespace string) cluster.ObjectMeta {
	return cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: namespace, Name: "x"}}
}

// generation is the metadata of a workload object x.
func generation(n int64) cluster.ObjectMeta {
	m := meta("default")
	m.Generation = n
	return m
}

func TestObjects(t *testing.T) {
	cases := []struct {
		name, text string
		want       cluster.Object
	}{
		{"namespace", "apiVersion: v1\nkind: Namespace\nmetadata: {name: x, labels: {team: a}}",
			&cluster.Namespace{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: "x"},
				Labels: cluster.Labels{"team": "a", "kubernetes.io/metadata.name": "x"}}}},
		{"service", "apiVersion: v1\nkind: Service\nmetadata: {name: x, namespace: y}\nspec: {selector: {app: web}}",
			&cluster.PodSet{ObjectMeta: meta("y"), Type: cluster.KindService, Selector: selects(in("app", "web"))}},
		{"service without selector", "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {clusterIP: None}",
			&cluster.PodSet{ObjectMeta: meta("default"), Type: cluster.KindService}},
		{"replication controller", "apiVersion: v1\nkind: ReplicationController\nmetadata: {name: x}\nspec: {template: {metadata: {labels: {app: web}}, spec: {containers: []}}}",
			&cluster.PodSet{ObjectMeta: meta("default"), Type: cluster.KindReplicationController, Selector: selects(in("app", "web")), Replicas: 1}},
		{"replica set", "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: x}\nspec: {selector: {matchLabels: {app: web}, matchExpressions: [{key: a, operator: DoesNotExist}]}}",
			&cluster.ReplicaSet{ObjectMeta: generation(1),
				Selector: selects(in("app", "web"), cluster.Requirement{Key: "a", Operator: cluster.DoesNotExist})}},
		{"stateful set", "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: x}\nspec: {selector: {matchLabels: {app: web}}}",
			&cluster.StatefulSet{ObjectMeta: generation(1), Selector: selects(in("app", "web")),
				MaxUnavailable: cluster.IntOrPercent{Value: 1}, RevisionHistoryLimit: 10}},
		{"priority class", "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: x}\nvalue: 1000\nglobalDefault: true\npreemptionPolicy: Never",
			&cluster.PriorityClass{ObjectMeta: meta(""), Value: 1000, GlobalDefault: true, PreemptionPolicy: cluster.PreemptNever}},
		{"csi node", "apiVersion: storage.k8s.io/v1\nkind: CSINode\nmetadata: {name: x}\nspec: {drivers: [{name: d, nodeID: n, allocatable: {count: 4}}, {name: e, nodeID: n}]}",
			&cluster.CSINode{ObjectMeta: meta(""), Drivers: []cluster.DriverLimit{{Driver: "d", Count: 4, Stated: true}, {Driver: "e"}}}},
		{"storage class", "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: x}\nprovisioner: p\nvolumeBindingMode: WaitForFirstConsumer\nallowedTopologies: [{matchLabelExpressions: [{key: zone, values: [a]}]}]",
			&cluster.StorageClass{ObjectMeta: meta(""), Provisioner: "p", WaitForConsumer: true,
				AllowedTopologies: []cluster.NodeSelectorTerm{{MatchExpressions: []cluster.Requirement{in("zone", "a")}}}}},
		{"volume", "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: x}\nspec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: fast, volumeMode: Block, claimRef: {namespace: a, name: b}, nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: [a]}]}]}}, csi: {driver: d, volumeHandle: h}}\nstatus: {phase: Bound}",
			&cluster.PersistentVolume{ObjectMeta: meta(""), Capacity: 1 << 30, AccessModes: []cluster.AccessMode{"ReadWriteOnce"}, StorageClass: "fast", VolumeMode: "Block",
				ClaimRef: cluster.NamespacedName{Namespace: "a", Name: "b"}, Bound: true, CSIDriver: "d", CSIHandle: "h",
				NodeAffinity: &cluster.NodeSelector{Terms: []cluster.NodeSelectorTerm{{MatchExpressions: []cluster.Requirement{in("zone", "a")}}}}}},
		{"in-tree volume", "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: x}\nspec: {capacity: {storage: 1}, volumeMode: Filesystem, gcePersistentDisk: {pdName: disk}}",
			&cluster.PersistentVolume{ObjectMeta: meta(""), Capacity: 1, InTree: &cluster.Volume{Name: "x", GCEDisk: "disk"}}},
		{"claim", "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: x}\nspec: {accessModes: [ReadWriteOncePod], resources: {requests: {storage: 1Gi}}, storageClassName: '', selector: {matchLabels: {a: b}}}\nstatus: {phase: Lost}",
			&cluster.PersistentVolumeClaim{ObjectMeta: meta("default"), HasClass: true, AccessModes: []cluster.AccessMode{cluster.ReadWriteOncePod}, Request: 1 << 30,
				Selector: selects(in("a", "b")), HasSelector: true, Lost: true}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			set := read(t, c.text)
			require.Equal(t, []cluster.Object{c.want}, set.Objects)
			loaded(t, set)
		})
	}
}

// TestClaimAnnotations: the control plane keeps the state of a claim in annotations.
func TestClaimAnnotations(t *testing.T) {
	claim := read(t, `
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: x
  annotations:
    pv.kubernetes.io/bind-completed: "yes"
    volume.kubernetes.io/selected-node: n
    volume.beta.kubernetes.io/storage-class: old
spec: {volumeName: v, storageClassName: new}`).Objects[0].(*cluster.PersistentVolumeClaim)
	require.True(t, claim.Bound)
	require.Equal(t, "n", claim.SelectedNode)
	require.Equal(t, "old", claim.StorageClass)
	require.Equal(t, "v", claim.VolumeName)

	class := read(t, "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: x, annotations: {storageclass.kubernetes.io/is-default-class: 'true'}}\nprovisioner: p").Objects[0]
	require.True(t, class.(*cluster.StorageClass).Default)
}

func TestPriority(t *testing.T) {
	const classes = `
{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: 100, preemptionPolicy: Never}
---
{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: def}, value: 5, globalDefault: true}
---
{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: def2}, value: 6, globalDefault: true}
---
`
	cases := []struct {
		name, classes, spec string
		priority            int32
		class               string
		policy              cluster.PreemptionPolicy
	}{
		{"no classes at all", "", "", 0, "", cluster.PreemptLowerPriority},
		{"the lowest global default", classes, "", 5, "def", cluster.PreemptLowerPriority},
		{"by name, with its policy", classes, "priorityClassName: high", 100, "high", cluster.PreemptNever},
		{"of the system", "", "priorityClassName: system-node-critical", 2000001000, "system-node-critical", cluster.PreemptLowerPriority},
		{"a stated value has been through admission", classes, "priority: 3, priorityClassName: high", 3, "high", cluster.PreemptLowerPriority},
		{"of a class that is not there", "", "priority: 3, priorityClassName: gone", 3, "gone", cluster.PreemptLowerPriority},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			set := read(t, "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c}], "+c.spec+"}}\n---\n"+c.classes)
			s := set.Pods[0].Spec
			require.Equal(t, c.priority, s.Priority)
			require.Equal(t, c.class, s.PriorityClass)
			require.Equal(t, c.policy, s.PreemptionPolicy)
		})
	}
}
