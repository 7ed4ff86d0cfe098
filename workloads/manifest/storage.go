package manifest

import (
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wavetank/wavetank/sim/cluster"
)

// The annotations that the control plane keeps its bindings in (component-helpers storage/volume/pv_helpers.go, v0.36).
const (
	bindCompleted    = "pv.kubernetes.io/bind-completed"
	selectedNode     = "volume.kubernetes.io/selected-node"
	defaultClass     = "storageclass.kubernetes.io/is-default-class"
	betaDefaultClass = "storageclass.beta.kubernetes.io/is-default-class"
)

// className returns the class of a volume or claim; the old annotation goes before the field
// (component-helpers storage/volume: GetPersistentVolumeClass, v0.36).
func className(m *metav1.ObjectMeta, field string) string {
	if class, ok := m.Annotations[corev1.BetaStorageClassAnnotation]; ok {
		return class
	}
	return field
}

func accessModes(modes []corev1.PersistentVolumeAccessMode) []cluster.AccessMode {
	var list []cluster.AccessMode
	for _, m := range modes {
		list = append(list, cluster.AccessMode(m))
	}
	return list
}

func volumeMode(m *corev1.PersistentVolumeMode) string {
	if m == nil || *m == corev1.PersistentVolumeFilesystem {
		return ""
	}
	return string(*m)
}

func persistentVolumeObject(r *reader, c *check, o *corev1.PersistentVolume) {
	v := &cluster.PersistentVolume{
		ObjectMeta:   r.meta(c, &o.ObjectMeta),
		Capacity:     c.amount("spec.capacity[storage]", corev1.ResourceStorage, o.Spec.Capacity[corev1.ResourceStorage]),
		AccessModes:  accessModes(o.Spec.AccessModes),
		StorageClass: className(&o.ObjectMeta, o.Spec.StorageClassName),
		VolumeMode:   volumeMode(o.Spec.VolumeMode),
		Bound:        o.Status.Phase == corev1.VolumeBound,
		InTree:       inTree(o.Name, &o.Spec.PersistentVolumeSource),
	}
	if a := o.Spec.NodeAffinity; a != nil {
		v.NodeAffinity = c.nodeSelector("spec.nodeAffinity.required", a.Required)
	}
	if csi := o.Spec.CSI; csi != nil {
		v.CSIDriver, v.CSIHandle = csi.Driver, csi.VolumeHandle
	}
	if ref := o.Spec.ClaimRef; ref != nil {
		v.ClaimRef = cluster.NamespacedName{Namespace: ref.Namespace, Name: ref.Name}
		r.set.claims[v] = string(ref.UID)
	}
	r.add(c, v, &o.ObjectMeta)
}

// inTree returns the in-tree disk behind a volume, nil if there is none.
func inTree(name string, s *corev1.PersistentVolumeSource) *cluster.Volume {
	v := &cluster.Volume{Name: name}
	switch {
	case s.GCEPersistentDisk != nil:
		v.GCEDisk, v.ReadOnly = s.GCEPersistentDisk.PDName, s.GCEPersistentDisk.ReadOnly
	case s.AWSElasticBlockStore != nil:
		v.AWSDisk, v.ReadOnly = s.AWSElasticBlockStore.VolumeID, s.AWSElasticBlockStore.ReadOnly
	case s.ISCSI != nil:
		v.ISCSI, v.ReadOnly = s.ISCSI.IQN, s.ISCSI.ReadOnly
	case s.RBD != nil:
		v.RBD, v.ReadOnly = rbdImage(s.RBD.CephMonitors, s.RBD.RBDPool, s.RBD.RBDImage), s.RBD.ReadOnly
	default:
		return nil
	}
	return v
}

// rbdImage names a Ceph block device; the pool is "rbd" by default (k8s.io/api core/v1 RBDVolumeSource, v0.36).
func rbdImage(monitors []string, pool, image string) *cluster.RBDImage {
	if pool == "" {
		pool = "rbd"
	}
	return &cluster.RBDImage{Monitors: monitors, Pool: pool, Image: image}
}

func persistentVolumeClaimObject(r *reader, c *check, o *corev1.PersistentVolumeClaim) {
	p := claim(c, "spec", o)
	p.ObjectMeta = r.meta(c, &o.ObjectMeta)
	r.add(c, p, &o.ObjectMeta)
}

// claim converts all of a claim, or of a template of claims, but its metadata.
func claim(c *check, path string, o *corev1.PersistentVolumeClaim) *cluster.PersistentVolumeClaim {
	class := ""
	if o.Spec.StorageClassName != nil {
		class = *o.Spec.StorageClassName
	}
	_, annotated := o.Annotations[corev1.BetaStorageClassAnnotation]
	_, bound := o.Annotations[bindCompleted]
	return &cluster.PersistentVolumeClaim{
		StorageClass: className(&o.ObjectMeta, class),
		HasClass:     annotated || o.Spec.StorageClassName != nil,
		AccessModes:  accessModes(o.Spec.AccessModes),
		Request:      c.amount(path+".resources.requests[storage]", corev1.ResourceStorage, o.Spec.Resources.Requests[corev1.ResourceStorage]),
		VolumeMode:   volumeMode(o.Spec.VolumeMode),
		VolumeName:   o.Spec.VolumeName,
		Selector:     c.selector(path+".selector", o.Spec.Selector),
		HasSelector:  o.Spec.Selector != nil,
		Bound:        bound && o.Spec.VolumeName != "",
		Lost:         o.Status.Phase == corev1.ClaimLost,
		SelectedNode: o.Annotations[selectedNode],
	}
}

var bindingModes = map[string]bool{"Immediate": false, "WaitForFirstConsumer": true}

func storageClassObject(r *reader, c *check, o *storagev1.StorageClass) {
	s := &cluster.StorageClass{
		ObjectMeta:  r.meta(c, &o.ObjectMeta),
		Provisioner: o.Provisioner,
		Default:     o.Annotations[defaultClass] == "true" || o.Annotations[betaDefaultClass] == "true",
	}
	if m := o.VolumeBindingMode; m != nil {
		s.WaitForConsumer = choose(c, "volumeBindingMode", string(*m), false, bindingModes)
	}
	for _, t := range o.AllowedTopologies {
		var term cluster.NodeSelectorTerm
		for _, e := range t.MatchLabelExpressions {
			term.MatchExpressions = append(term.MatchExpressions, cluster.Requirement{Key: e.Key, Operator: cluster.In, Values: e.Values})
		}
		s.AllowedTopologies = append(s.AllowedTopologies, term)
	}
	r.add(c, s, &o.ObjectMeta)
}

func csiNodeObject(r *reader, c *check, o *storagev1.CSINode) {
	n := &cluster.CSINode{ObjectMeta: r.meta(c, &o.ObjectMeta)}
	for i, d := range o.Spec.Drivers {
		limit := cluster.DriverLimit{Driver: d.Name}
		if a := d.Allocatable; a != nil && a.Count != nil {
			c.want(*a.Count >= 0, at("spec.drivers", i)+".allocatable.count", "%d is negative", *a.Count)
			limit.Count, limit.Stated = *a.Count, true
		}
		n.Drivers = append(n.Drivers, limit)
	}
	r.add(c, n, &o.ObjectMeta)
}
