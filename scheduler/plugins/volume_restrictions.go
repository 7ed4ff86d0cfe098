package plugins

import (
	"slices"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// The reasons of VolumeRestrictions (volumerestrictions/volume_restrictions.go, v1.36).
const (
	ReasonDiskConflict     = "node(s) had no available disk"
	ReasonReadWriteOncePod = "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod"
)

// volumeRestrictions keeps pods apart that want the same disk for themselves, as kube-scheduler's VolumeRestrictions does
// (plugins/volumerestrictions, v1.36): in-tree disks on one node, ReadWriteOncePod claims in the cluster.
type volumeRestrictions struct{}

var (
	_ framework.PreFilterPlugin     = volumeRestrictions{}
	_ framework.PreFilterExtensions = volumeRestrictions{}
	_ framework.FilterPlugin        = volumeRestrictions{}
	_ framework.EnqueueExtensions   = volumeRestrictions{}
)

var (
	restrictionsSkip = framework.NewStatus(VolumeRestrictions, framework.Skip)
	diskConflict     = framework.NewStatus(VolumeRestrictions, framework.Unschedulable, ReasonDiskConflict)
	oncePodConflict  = framework.NewStatus(VolumeRestrictions, framework.Unschedulable, ReasonReadWriteOncePod)
)

// NewVolumeRestrictions makes the plugin. It takes no arguments.
func NewVolumeRestrictions(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	return volumeRestrictions{}, noArgs(VolumeRestrictions, args)
}

// Name returns "VolumeRestrictions".
func (volumeRestrictions) Name() string { return VolumeRestrictions }

// oncePodState counts how often the pod's ReadWriteOncePod claims are in use.
type oncePodState struct {
	claims []string
	users  int
}

// Clone returns a copy.
func (s *oncePodState) Clone() framework.StateData { c := *s; return &c }

// PreFilter looks whether the pod's ReadWriteOncePod claims are in use. It rejects a pod whose claims are not there, and
// skips one that nothing keeps apart.
func (volumeRestrictions) PreFilter(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot) (*framework.PreFilterResult, *framework.Status) {
	s := &oncePodState{}
	for i := range pod.Spec.Volumes {
		v := &pod.Spec.Volumes[i]
		if v.Claim == "" || v.Ephemeral {
			continue
		}
		claim := findClaim(view, pod.Namespace, v.Claim)
		if claim == nil {
			return nil, framework.NewStatus(VolumeRestrictions, framework.UnschedulableAndUnresolvable, claimNotFound(v.Claim))
		}
		if slices.Contains(claim.AccessModes, cluster.ReadWriteOncePod) && !slices.Contains(s.claims, v.Claim) {
			s.claims = append(s.claims, v.Claim)
			s.users += int(oneIf(inUse(view, pod.Namespace, v.Claim)))
		}
	}
	if s.users == 0 && !slices.ContainsFunc(pod.Spec.Volumes, isDisk) {
		return nil, restrictionsSkip
	}
	state.Write(VolumeRestrictions, s)
	return nil, nil
}

// inUse tells whether a pod on any node uses the claim; claims made for one pod do not count.
func inUse(view *cluster.Snapshot, namespace, name string) bool {
	key := namespace + "/" + name
	claim := cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: namespace, Name: name}}
	for _, n := range view.Nodes() {
		if n.Claims[key] > 0 && slices.ContainsFunc(n.Pods, func(p *cluster.Pod) bool { return usesClaim(p, &claim, false) }) {
			return true
		}
	}
	return false
}

func isDisk(v cluster.Volume) bool {
	return v.GCEDisk != "" || v.AWSDisk != "" || v.ISCSI != "" || v.RBD != nil
}

// Filter rejects a node where a pod has one of the disks, and every node while a ReadWriteOncePod claim is in use.
func (volumeRestrictions) Filter(state *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	for _, existing := range node.Pods {
		if disksConflict(pod, existing) {
			return diskConflict
		}
	}
	if s, ok := state.Read(VolumeRestrictions).(*oncePodState); ok && s.users > 0 {
		return oncePodConflict
	}
	return nil
}

func disksConflict(pod, existing *cluster.Pod) bool {
	for i := range pod.Spec.Volumes {
		for j := range existing.Spec.Volumes {
			if sameDisk(&pod.Spec.Volumes[i], &existing.Spec.Volumes[j]) {
				return true
			}
		}
	}
	return false
}

// sameDisk tells whether two volumes are a disk that only one pod of a node may mount. All but AWS disks may be shared
// read-only.
func sameDisk(a, b *cluster.Volume) bool {
	writes := !a.ReadOnly || !b.ReadOnly
	switch {
	case a.AWSDisk != "" && a.AWSDisk == b.AWSDisk:
		return true
	case a.GCEDisk != "" && a.GCEDisk == b.GCEDisk, a.ISCSI != "" && a.ISCSI == b.ISCSI:
		return writes
	case a.RBD != nil && b.RBD != nil:
		return writes && a.RBD.Pool == b.RBD.Pool && a.RBD.Image == b.RBD.Image &&
			slices.ContainsFunc(a.RBD.Monitors, func(m string) bool { return slices.Contains(b.RBD.Monitors, m) })
	}
	return false
}

// AddPod counts the users of a pod that is thought onto a node.
func (volumeRestrictions) AddPod(state *framework.CycleState, _, added *cluster.Pod, _ *cluster.NodeInfo) *framework.Status {
	moveUser(state, added, 1)
	return nil
}

// RemovePod counts off the users of a pod that is thought away from a node.
func (volumeRestrictions) RemovePod(state *framework.CycleState, _, removed *cluster.Pod, _ *cluster.NodeInfo) *framework.Status {
	moveUser(state, removed, -1)
	return nil
}

// moveUser goes by the names of claims alone: a claim of the same name in another namespace counts too, as upstream
// (volume_restrictions.go: conflictingPVCRefCountForPod, v1.36).
func moveUser(state *framework.CycleState, pod *cluster.Pod, delta int) {
	s, ok := state.Read(VolumeRestrictions).(*oncePodState)
	if !ok {
		return
	}
	for i := range pod.Spec.Volumes {
		if v := &pod.Spec.Volumes[i]; v.Claim != "" && !v.Ephemeral && slices.Contains(s.claims, v.Claim) {
			s.users += delta
		}
	}
}

// EventsToRegister names what can free a disk or bring a claim (volumerestrictions/volume_restrictions.go, v1.36).
func (volumeRestrictions) EventsToRegister() []framework.ClusterEventWithHint {
	return []framework.ClusterEventWithHint{
		on(framework.PodEvent, framework.ActionDelete, func(pod *cluster.Pod, change *cluster.Change) bool {
			gone := goneFrom(change)
			return gone != nil && gone.Namespace == pod.Namespace && (disksConflict(pod, gone) || sharesClaim(pod, gone))
		}),
		on(framework.NodeEvent, framework.ActionAdd, nil),
		on(framework.PersistentVolumeClaim, framework.ActionAdd, func(pod *cluster.Pod, change *cluster.Change) bool {
			return usesClaim(pod, change.Object().Meta(), false)
		}),
	}
}

func sharesClaim(a, b *cluster.Pod) bool {
	return slices.ContainsFunc(a.Spec.Volumes, func(v cluster.Volume) bool {
		return v.Claim != "" && !v.Ephemeral && slices.ContainsFunc(b.Spec.Volumes, func(w cluster.Volume) bool {
			return w.Claim == v.Claim && !w.Ephemeral
		})
	})
}
