package plugins

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// ReasonVolumeZone is the reason of VolumeZone (volumezone/volume_zone.go, v1.36).
const ReasonVolumeZone = "node(s) had no available volume zone"

// The zone and region labels of the beta API (core/v1 well_known_labels.go).
const (
	labelBetaZone   = "failure-domain.beta.kubernetes.io/zone"
	labelBetaRegion = "failure-domain.beta.kubernetes.io/region"
)

var zoneLabels = [...]string{labelBetaZone, labelBetaRegion, cluster.LabelZone, cluster.LabelRegion}

// volumeZone keeps a pod in the zones that the labels of its bound volumes name, as kube-scheduler's VolumeZone does
// (plugins/volumezone, v1.36).
type volumeZone struct{}

var (
	_ framework.PreFilterPlugin   = volumeZone{}
	_ framework.FilterPlugin      = volumeZone{}
	_ framework.EnqueueExtensions = volumeZone{}
)

var (
	volumeZoneSkip     = framework.NewStatus(VolumeZone, framework.Skip)
	volumeZoneMismatch = framework.NewStatus(VolumeZone, framework.UnschedulableAndUnresolvable, ReasonVolumeZone)
)

// NewVolumeZone makes the plugin. It takes no arguments.
func NewVolumeZone(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	return volumeZone{}, noArgs(VolumeZone, args)
}

// Name returns "VolumeZone".
func (volumeZone) Name() string { return VolumeZone }

// volumeTopology is one label of a volume: the node must have one of the values.
type volumeTopology struct {
	key    string
	values []string
}

type volumeTopologies []volumeTopology

// Clone returns t itself: it does not change after PreFilter.
func (t volumeTopologies) Clone() framework.StateData { return t }

// PreFilter collects the topology labels of the pod's bound volumes. It rejects a pod whose claims are not there or
// should be bound and are not, and skips one whose volumes have no such labels.
func (volumeZone) PreFilter(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot) (*framework.PreFilterResult, *framework.Status) {
	var all volumeTopologies
	for i := range pod.Spec.Volumes {
		name := pod.Spec.Volumes[i].Claim
		if name == "" || pod.Spec.Volumes[i].Ephemeral {
			continue
		}
		volume, problem := volumeBehind(view, pod.Namespace, name)
		if problem != "" {
			return nil, framework.NewStatus(VolumeZone, framework.UnschedulableAndUnresolvable, problem)
		}
		if volume != nil {
			all = append(all, topologiesOf(volume)...)
		}
	}
	if len(all) == 0 {
		return nil, volumeZoneSkip
	}
	state.Write(VolumeZone, all)
	return nil, nil
}

// volumeBehind returns the volume of a claim, nil if it waits for its first consumer.
func volumeBehind(view *cluster.Snapshot, namespace, name string) (volume *cluster.PersistentVolume, problem string) {
	claim := findClaim(view, namespace, name)
	switch {
	case claim == nil:
		return nil, claimNotFound(name)
	case claim.VolumeName != "":
		if volume = findVolume(view, claim.VolumeName); volume == nil {
			return nil, fmt.Sprintf("persistentvolume %q not found", claim.VolumeName)
		}
		return volume, ""
	case claim.StorageClass == "":
		return nil, "PersistentVolumeClaim had no pv name and storageClass name"
	}
	switch class := findClass(view, claim.StorageClass); {
	case class == nil:
		return nil, fmt.Sprintf("storageclass.storage.k8s.io %q not found", claim.StorageClass)
	case !class.WaitForConsumer:
		return nil, "PersistentVolume had no name"
	}
	return nil, ""
}

// topologiesOf reads labels like "zone-1__zone-2"; one that cannot be read is left out (cloud-provider volume/helpers:
// LabelZonesToSet, v0.36).
func topologiesOf(v *cluster.PersistentVolume) (all []volumeTopology) {
	for _, key := range zoneLabels {
		value, has := v.Labels[key]
		if !has {
			continue
		}
		values := strings.Split(value, "__")
		for i := range values {
			values[i] = strings.TrimSpace(values[i])
		}
		if !slices.Contains(values, "") {
			all = append(all, volumeTopology{key, values})
		}
	}
	return all
}

// Filter rejects a node in another zone. A node without any zone label fits: a cluster of one zone may not have any.
func (volumeZone) Filter(state *framework.CycleState, _ *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	all, ok := state.Read(VolumeZone).(volumeTopologies)
	if !ok || !hasZoneLabel(node.Node) {
		return nil
	}
	for i := range all {
		value, has := node.Node.Labels[all[i].key]
		if !has {
			value, has = node.Node.Labels[currentLabel(all[i].key)]
		}
		if !has || !slices.Contains(all[i].values, value) {
			return volumeZoneMismatch
		}
	}
	return nil
}

func hasZoneLabel(node *cluster.Node) bool {
	for _, key := range zoneLabels {
		if _, has := node.Labels[key]; has {
			return true
		}
	}
	return false
}

func currentLabel(key string) string {
	switch key {
	case labelBetaZone:
		return cluster.LabelZone
	case labelBetaRegion:
		return cluster.LabelRegion
	}
	return key
}

// EventsToRegister names what can bring a volume of the right zone, or a node (volumezone/volume_zone.go, v1.36).
func (volumeZone) EventsToRegister() []framework.ClusterEventWithHint {
	return []framework.ClusterEventWithHint{
		on(framework.StorageClass, framework.ActionAdd, func(_ *cluster.Pod, change *cluster.Change) bool {
			return change.New.(*cluster.StorageClass).WaitForConsumer
		}),
		on(framework.NodeEvent, framework.ActionAdd|framework.UpdateNodeLabel, nil),
		on(framework.PersistentVolumeClaim, framework.ActionAdd|framework.ActionUpdate, func(pod *cluster.Pod, change *cluster.Change) bool {
			return usesClaim(pod, change.Object().Meta(), false)
		}),
		on(framework.PersistentVolume, framework.ActionAdd|framework.ActionUpdate, func(_ *cluster.Pod, change *cluster.Change) bool {
			return change.Old == nil || !slices.EqualFunc(topologiesOf(change.Old.(*cluster.PersistentVolume)),
				topologiesOf(change.New.(*cluster.PersistentVolume)), func(a, b volumeTopology) bool {
					return a.key == b.key && slices.Equal(a.values, b.values)
				})
		}),
	}
}
