package generate

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

const (
	driver        = "csi.example.com"
	noProvisioner = "kubernetes.io/no-provisioner"
	boundByUs     = "pv.kubernetes.io/bind-completed"
	gib           = int64(1) << 30
)

// addStorage adds classes, volumes, claims and the drivers of nodes, if any pod is to use them.
func (w *world) addStorage() {
	if !w.chance(4 * w.volume) {
		return
	}
	w.addClasses()
	w.addDrivers()
	for i := range w.between(2, 8) {
		w.addBoundClaim(i)
	}
	for i := range w.between(0, 5) {
		w.addLocalVolume(i)
	}
	for i := range w.between(1, 4) {
		w.addUnboundClaim(i)
	}
}

func (w *world) addClasses() {
	for _, c := range []struct {
		name, provisioner string
		mode              storagev1.VolumeBindingMode
	}{
		{"now", driver, storagev1.VolumeBindingImmediate},
		{"wait", driver, storagev1.VolumeBindingWaitForFirstConsumer},
		{"local", noProvisioner, storagev1.VolumeBindingWaitForFirstConsumer},
		{"zoned", driver, storagev1.VolumeBindingWaitForFirstConsumer},
	} {
		class := &storagev1.StorageClass{
			TypeMeta:   metav1.TypeMeta{APIVersion: "storage.k8s.io/v1", Kind: "StorageClass"},
			ObjectMeta: metav1.ObjectMeta{Name: c.name}, Provisioner: c.provisioner, VolumeBindingMode: &c.mode,
		}
		if c.name == "zoned" {
			class.AllowedTopologies = []corev1.TopologySelectorTerm{{MatchLabelExpressions: []corev1.TopologySelectorLabelRequirement{
				{Key: zoneLabel, Values: w.zones()}}}}
		}
		w.others = append(w.others, class)
	}
}

// zones are one or two zones that nodes are in.
func (w *world) zones() []string {
	zone := pick(w.dice, w.nodes...).Labels[zoneLabel]
	if zone == "" {
		zone = "nowhere-1a"
	}
	return []string{zone}
}

// addDrivers limits on most nodes how many volumes of the driver they can attach.
func (w *world) addDrivers() {
	for _, node := range w.nodes {
		if w.chance(0.2) {
			continue
		}
		d := storagev1.CSINodeDriver{Name: driver, NodeID: node.Name, TopologyKeys: []string{zoneLabel}}
		if w.chance(0.8) {
			d.Allocatable = &storagev1.VolumeNodeResources{Count: new(int32(w.between(1, 3)))}
		}
		w.others = append(w.others, &storagev1.CSINode{
			TypeMeta:   metav1.TypeMeta{APIVersion: "storage.k8s.io/v1", Kind: "CSINode"},
			ObjectMeta: metav1.ObjectMeta{Name: node.Name}, Spec: storagev1.CSINodeSpec{Drivers: []storagev1.CSINodeDriver{d}},
		})
	}
}

func (w *world) newClaim(name, class string, size int64) *corev1.PersistentVolumeClaim {
	w.claims = append(w.claims, name)
	return &corev1.PersistentVolumeClaim{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "PersistentVolumeClaim"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default", UID: types.UID("uid-of-" + name)},
		Spec: corev1.PersistentVolumeClaimSpec{
			StorageClassName: &class,
			AccessModes:      []corev1.PersistentVolumeAccessMode{pick(w.dice, corev1.ReadWriteOnce, corev1.ReadWriteOnce, corev1.ReadWriteOnce, corev1.ReadWriteOncePod)},
			Resources:        corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: byteQuantity(size)}},
		},
	}
}

func newVolume(name, class string, size int64) *corev1.PersistentVolume {
	return &corev1.PersistentVolume{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "PersistentVolume"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{}},
		Spec: corev1.PersistentVolumeSpec{
			StorageClassName: class,
			AccessModes:      []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
			Capacity:         corev1.ResourceList{corev1.ResourceStorage: byteQuantity(size)},
		},
	}
}

// addBoundClaim adds a claim with its volume, which a node label, a node affinity or nothing ties to a place.
func (w *world) addBoundClaim(i int) {
	size := int64(i+1) * 3 * gib
	claim, volume := w.newClaim(fmt.Sprintf("bound-%d", i), "now", size), newVolume(fmt.Sprintf("pv-%d", i), "now", size)
	volume.Spec.CSI = &corev1.CSIPersistentVolumeSource{Driver: driver, VolumeHandle: volume.Name}
	volume.Spec.ClaimRef = &corev1.ObjectReference{APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: "default", Name: claim.Name, UID: claim.UID}
	volume.Spec.AccessModes, volume.Status.Phase = claim.Spec.AccessModes, corev1.VolumeBound
	switch w.IntN(6) {
	case 0, 1, 2:
		volume.Labels[zoneLabel] = w.zones()[0]
	case 3, 4:
		volume.Spec.NodeAffinity = nodeAffinityIn(zoneLabel, w.zones()...)
	}
	claim.Spec.VolumeName = volume.Name
	claim.Annotations = map[string]string{boundByUs: "yes"}
	claim.Status.Phase = corev1.ClaimBound
	w.breakClaim(claim)
	w.others = append(w.others, claim)
	if !w.chance(0.03) { // a claim may outlive its volume
		w.others = append(w.others, volume)
	}
}

// breakClaim makes of some bound claims such as no pod can use.
func (w *world) breakClaim(claim *corev1.PersistentVolumeClaim) {
	switch {
	case w.chance(0.04):
		claim.Status.Phase = corev1.ClaimLost
	case w.chance(0.04):
		delete(claim.Annotations, boundByUs) // bound in spec only: counts as an unbound immediate claim
	case w.chance(0.04):
		claim.DeletionTimestamp, claim.DeletionGracePeriodSeconds = &metav1.Time{Time: epoch}, new(int64(0))
		claim.Finalizers = []string{"kubernetes.io/pvc-protection"}
	}
}

func nodeAffinityIn(key string, values ...string) *corev1.VolumeNodeAffinity {
	return &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{
		MatchExpressions: []corev1.NodeSelectorRequirement{{Key: key, Operator: corev1.NodeSelectorOpIn, Values: values}}}}}}
}

// addLocalVolume adds a free volume on one node; all sizes differ, so that the smallest fit is one volume.
func (w *world) addLocalVolume(i int) {
	volume := newVolume(fmt.Sprintf("local-%d", i), "local", int64(4+3*i)*gib)
	node := pick(w.dice, w.nodes...)
	volume.Spec.Local = &corev1.LocalVolumeSource{Path: "/mnt/disk"}
	volume.Spec.NodeAffinity = nodeAffinityIn(corev1.LabelHostname, node.Name)
	volume.Status.Phase = corev1.VolumeAvailable
	w.others = append(w.others, volume)
}

func (w *world) addUnboundClaim(i int) {
	class := pick(w.dice, "wait", "local", "zoned")
	if w.chance(0.08) { // an unknown class counts as one that binds at once
		class = pick(w.dice, "now", "no-such-class")
	}
	claim := w.newClaim(fmt.Sprintf("unbound-%d", i), class, int64(2+3*i)*gib)
	claim.Status.Phase = corev1.ClaimPending
	if class == "wait" && w.chance(0.2) {
		claim.Annotations = map[string]string{"volume.kubernetes.io/selected-node": pick(w.dice, w.nodes...).Name}
	}
	w.others = append(w.others, claim)
}

// useRunningVolume gives a running pod a bound claim or a disk of a cloud.
func (w *world) useRunningVolume(pod *corev1.Pod) {
	if !w.chance(w.volume) || len(w.claims) == 0 {
		return
	}
	if w.chance(0.3) {
		addVolume(pod, w.disk())
	} else if claim := pick(w.dice, w.claims...); pod.Namespace == "default" && claim[:5] == "bound" {
		addVolume(pod, claimVolume(claim))
	}
}

func (w *world) usePendingVolumes(pod *corev1.Pod) {
	if !w.chance(w.volume) || len(w.claims) == 0 || pod.Namespace != "default" {
		return
	}
	for _, claim := range some(w.dice, 2, w.claims...) {
		addVolume(pod, claimVolume(claim))
	}
	switch {
	case w.chance(0.4):
		addVolume(pod, w.disk())
	case w.chance(0.03):
		addVolume(pod, claimVolume("no-such-claim"))
	}
}

func addVolume(pod *corev1.Pod, source corev1.VolumeSource) {
	name := fmt.Sprintf("v%d", len(pod.Spec.Volumes))
	pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: name, VolumeSource: source})
}

func claimVolume(claim string) corev1.VolumeSource {
	return corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: claim}}
}

// disk is one of a few disks that two pods may want at once.
func (w *world) disk() corev1.VolumeSource {
	switch w.IntN(4) {
	case 0:
		return corev1.VolumeSource{GCEPersistentDisk: &corev1.GCEPersistentDiskVolumeSource{PDName: "disk-1", ReadOnly: w.chance(0.5)}}
	case 1:
		return corev1.VolumeSource{AWSElasticBlockStore: &corev1.AWSElasticBlockStoreVolumeSource{VolumeID: "vol-1"}}
	case 2:
		return corev1.VolumeSource{ISCSI: &corev1.ISCSIVolumeSource{TargetPortal: "10.0.0.9", IQN: "iqn.2026-01.com.example:a", ReadOnly: w.chance(0.5)}}
	}
	return corev1.VolumeSource{RBD: &corev1.RBDVolumeSource{CephMonitors: some(w.dice, 2, "m1", "m2"), RBDPool: "p", RBDImage: "i", ReadOnly: w.chance(0.5)}}
}

// useImageVolume mounts an image, which counts for the locality of images like a container's.
func (w *world) useImageVolume(pod *corev1.Pod) {
	if w.chance(w.image / 5) {
		addVolume(pod, corev1.VolumeSource{Image: &corev1.ImageVolumeSource{Reference: pick(w.dice, images...).asked}})
	}
}
