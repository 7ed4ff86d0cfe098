package cluster

import (
	"cmp"
	"strconv"

	"github.com/wavetank/wavetank/sim"
)

// Kind is the type of an object, in the words of the Kubernetes API.
type Kind uint8

// The kinds the store holds.
const (
	KindNode Kind = iota + 1
	KindPod
	KindNamespace
	KindService
	KindReplicationController
	KindReplicaSet
	KindStatefulSet
	KindPodDisruptionBudget
	KindPriorityClass
	KindPersistentVolume
	KindPersistentVolumeClaim
	KindStorageClass
	KindCSINode
	KindDeployment
	KindDaemonSet
	KindJob
	KindCronJob
	KindConfigMap
	KindSecret
	KindResourceQuota
	KindLimitRange
	KindHorizontalPodAutoscaler
	kindCount
)

var kindNames = [kindCount]string{
	KindNode: "Node", KindPod: "Pod", KindNamespace: "Namespace", KindService: "Service",
	KindReplicationController: "ReplicationController", KindReplicaSet: "ReplicaSet", KindStatefulSet: "StatefulSet",
	KindPodDisruptionBudget: "PodDisruptionBudget", KindPriorityClass: "PriorityClass",
	KindPersistentVolume: "PersistentVolume", KindPersistentVolumeClaim: "PersistentVolumeClaim",
	KindStorageClass: "StorageClass", KindCSINode: "CSINode",
	KindDeployment: "Deployment", KindDaemonSet: "DaemonSet", KindJob: "Job", KindCronJob: "CronJob",
	KindConfigMap: "ConfigMap", KindSecret: "Secret",
	KindResourceQuota: "ResourceQuota", KindLimitRange: "LimitRange",
	KindHorizontalPodAutoscaler: "HorizontalPodAutoscaler",
}

// String returns the kind as manifests spell it.
func (k Kind) String() string {
	if k < kindCount && kindNames[k] != "" {
		return kindNames[k]
	}
	return "Kind(" + strconv.Itoa(int(k)) + ")"
}

// KindNamed returns the kind with a name as manifests spell it, 0 if the store has none.
func KindNamed(name string) Kind {
	for k, n := range kindNames {
		if n == name && n != "" {
			return Kind(k)
		}
	}
	return 0
}

// UID tells an object from an earlier one of the same name. The store numbers objects from 1 in order of creation.
type UID uint64

// NamespacedName is the name of an object within its kind. Cluster-wide objects have no namespace.
type NamespacedName struct{ Namespace, Name string }

// String returns "namespace/name", or the bare name of a cluster-wide object.
func (n NamespacedName) String() string {
	if n.Namespace == "" {
		return n.Name
	}
	return n.Namespace + "/" + n.Name
}

// Compare orders names by namespace, then name.
func (n NamespacedName) Compare(m NamespacedName) int {
	if c := cmp.Compare(n.Namespace, m.Namespace); c != 0 {
		return c
	}
	return cmp.Compare(n.Name, m.Name)
}

// Key names one object for as long as it lives. It is what events and queues hold instead of a pointer.
type Key struct {
	Kind Kind
	NamespacedName
	UID UID
}

// Labels are an object's labels. They are shared between objects and never written after creation.
type Labels map[string]string

// OwnerReference names the object that owns another.
type OwnerReference struct {
	Kind       string // as in the manifest: "ReplicaSet", "Job", ...
	Name       string
	UID        UID
	Controller bool // the managing controller; at most one
}

// ObjectMeta is what all objects have. The store sets UID, ResourceVersion and CreatedAt.
type ObjectMeta struct {
	NamespacedName
	UID             UID
	ResourceVersion uint64 // sequence number of the last Change
	Generation      int64  // of the spec; whoever changes the spec adds one
	Labels          Labels
	Annotations     map[string]string
	Owners          []OwnerReference
	CreatedAt       sim.Time
	Deleting        bool     // deletionTimestamp is set: the object ends gracefully
	DeletingSince   sim.Time // when Deleting was set
}

// Meta returns the metadata itself, so that embedding ObjectMeta makes a type an Object but for its Kind.
func (m *ObjectMeta) Meta() *ObjectMeta { return m }

// ControllerRef returns the owner that manages the object, or nil.
func (m *ObjectMeta) ControllerRef() *OwnerReference {
	for i := range m.Owners {
		if m.Owners[i].Controller {
			return &m.Owners[i]
		}
	}
	return nil
}

// Object is anything the store holds. Objects are immutable once stored.
type Object interface {
	Meta() *ObjectMeta
	Kind() Kind
	clone() Object
}

// KeyOf returns the key of an object.
func KeyOf(o Object) Key {
	m := o.Meta()
	return Key{Kind: o.Kind(), NamespacedName: m.NamespacedName, UID: m.UID}
}
