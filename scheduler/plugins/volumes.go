package plugins

import (
	"fmt"

	"github.com/wavetank/wavetank/sim/cluster"
)

// What the volume plugins look up, and the words of the API for what is missing.

func findClaim(view *cluster.Snapshot, namespace, name string) *cluster.PersistentVolumeClaim {
	c, _ := view.Get(cluster.KindPersistentVolumeClaim, cluster.NamespacedName{Namespace: namespace, Name: name}).(*cluster.PersistentVolumeClaim)
	return c
}

func findVolume(view *cluster.Snapshot, name string) *cluster.PersistentVolume {
	v, _ := view.Get(cluster.KindPersistentVolume, cluster.NamespacedName{Name: name}).(*cluster.PersistentVolume)
	return v
}

func findClass(view *cluster.Snapshot, name string) *cluster.StorageClass {
	c, _ := view.Get(cluster.KindStorageClass, cluster.NamespacedName{Name: name}).(*cluster.StorageClass)
	return c
}

func findCSINode(view *cluster.Snapshot, name string) *cluster.CSINode {
	n, _ := view.Get(cluster.KindCSINode, cluster.NamespacedName{Name: name}).(*cluster.CSINode)
	return n
}

func claimNotFound(name string) string {
	return fmt.Sprintf("persistentvolumeclaim %q not found", name)
}

// checkOwner refuses the claim of a generic ephemeral volume that was not made for the pod (component-helpers
// storage/ephemeral: VolumeIsForPod, v0.36).
func checkOwner(pod *cluster.Pod, claim *cluster.PersistentVolumeClaim) error {
	if owner := claim.ControllerRef(); owner == nil || owner.UID != pod.UID {
		return fmt.Errorf("PVC %v was not created for pod %v (pod is not owner)", claim.NamespacedName, pod.NamespacedName)
	}
	return nil
}

// usesClaim tells whether the pod has a volume of that claim; ephemeral says whether those made for the pod count.
func usesClaim(pod *cluster.Pod, claim *cluster.ObjectMeta, ephemeral bool) bool {
	if pod.Namespace != claim.Namespace {
		return false
	}
	for i := range pod.Spec.Volumes {
		v := &pod.Spec.Volumes[i]
		if (ephemeral || !v.Ephemeral) && pod.ClaimName(v) != "" && pod.ClaimName(v) == claim.Name {
			return true
		}
	}
	return false
}

// reaches tells whether the volume's node affinity lets the node use it. The volume plugins know a node by its labels
// alone: a term about its name fits no node (component-helpers storage/volume: CheckNodeAffinity, v0.36).
func reaches(v *cluster.PersistentVolume, node *cluster.Node) bool {
	if v.NodeAffinity == nil {
		return true
	}
	for i := range v.NodeAffinity.Terms {
		if t := &v.NodeAffinity.Terms[i]; len(t.MatchFields) == 0 && t.Matches(node) {
			return true
		}
	}
	return false
}
