package plugins

import (
	"slices"
	"strings"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// ReasonVolumeLimit is the reason of NodeVolumeLimits (nodevolumelimits/csi.go, v1.36).
const ReasonVolumeLimit = "node(s) exceed max volume count"

// The CSI drivers that in-tree disks are served by, and their in-tree names (csi-translation-lib plugins, v0.36).
const (
	gceDriver      = "pd.csi.storage.gke.io"
	awsDriver      = "ebs.csi.aws.com"
	gceProvisioner = "kubernetes.io/gce-pd"
	awsProvisioner = "kubernetes.io/aws-ebs"
)

// nodeVolumeLimits keeps the number of attached volumes of each CSI driver below what the node's CSINode states, as
// kube-scheduler's NodeVolumeLimits does (plugins/nodevolumelimits, v1.36).
type nodeVolumeLimits struct{ wanted, attached []attachable }

// attachable is a volume of a driver; the handle is unique within the driver.
type attachable struct{ driver, handle string }

var (
	_ framework.PreFilterPlugin   = (*nodeVolumeLimits)(nil)
	_ framework.FilterPlugin      = (*nodeVolumeLimits)(nil)
	_ framework.EnqueueExtensions = (*nodeVolumeLimits)(nil)
)

var (
	volumeLimitsSkip = framework.NewStatus(NodeVolumeLimits, framework.Skip)
	volumeLimitHit   = framework.NewStatus(NodeVolumeLimits, framework.Unschedulable, ReasonVolumeLimit)
)

// NewNodeVolumeLimits makes the plugin. It takes no arguments.
func NewNodeVolumeLimits(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	return &nodeVolumeLimits{}, noArgs(NodeVolumeLimits, args)
}

// Name returns "NodeVolumeLimits".
func (p *nodeVolumeLimits) Name() string { return NodeVolumeLimits }

// volumeView lets Filter read the objects that volumes lead to.
type volumeView struct{ *cluster.Snapshot }

// Clone returns v itself: plugins do not change the cluster.
func (v volumeView) Clone() framework.StateData { return v }

// PreFilter skips a pod without volumes that a driver attaches.
func (p *nodeVolumeLimits) PreFilter(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot) (*framework.PreFilterResult, *framework.Status) {
	if !slices.ContainsFunc(pod.Spec.Volumes, canAttach) {
		return nil, volumeLimitsSkip
	}
	state.Write(NodeVolumeLimits, volumeView{view})
	return nil, nil
}

func canAttach(v cluster.Volume) bool {
	return v.Claim != "" || v.Ephemeral || v.GCEDisk != "" || v.AWSDisk != ""
}

// Filter rejects a node where the pod's new volumes and those attached are more than a driver's limit.
func (p *nodeVolumeLimits) Filter(state *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	view, ok := state.Read(NodeVolumeLimits).(volumeView)
	if !ok {
		return nil
	}
	csiNode := findCSINode(view.Snapshot, node.Node.Name)
	var status *framework.Status
	if p.wanted, status = addAttachables(p.wanted[:0], view.Snapshot, pod, csiNode, true); !status.IsSuccess() {
		return status
	}
	if len(p.wanted) == 0 || csiNode == nil || !slices.ContainsFunc(csiNode.Drivers, hasLimit) {
		return nil
	}
	p.attached = p.attached[:0]
	for _, existing := range node.Pods {
		if p.attached, status = addAttachables(p.attached, view.Snapshot, existing, csiNode, false); !status.IsSuccess() {
			return status
		}
	}
	for i := range csiNode.Drivers {
		if d := &csiNode.Drivers[i]; d.Stated && p.exceeds(d) {
			return volumeLimitHit
		}
	}
	return nil
}

func hasLimit(d cluster.DriverLimit) bool { return d.Stated }

// exceeds counts a volume that is attached already once only, and asks nothing of a driver of which the pod wants no new
// volume.
func (p *nodeVolumeLimits) exceeds(limit *cluster.DriverLimit) bool {
	attached, added := 0, 0
	for _, a := range p.attached {
		attached += int(oneIf(a.driver == limit.Driver))
	}
	for _, a := range p.wanted {
		added += int(oneIf(a.driver == limit.Driver && !slices.Contains(p.attached, a)))
	}
	return added > 0 && attached+added > int(limit.Count)
}

// addAttachables adds the pod's volumes that a CSI driver attaches, each once. A claim that is not there is an error for
// the pod in hand only (csi.go: filterAttachableVolumes, v1.36).
func addAttachables(list []attachable, view *cluster.Snapshot, pod *cluster.Pod, csiNode *cluster.CSINode, incoming bool) ([]attachable, *framework.Status) {
	for i := range pod.Spec.Volumes {
		v := &pod.Spec.Volumes[i]
		name := pod.ClaimName(v)
		if name == "" {
			list = addAttachable(list, inTreeAttachable(v, csiNode))
			continue
		}
		claim := findClaim(view, pod.Namespace, name)
		if claim == nil {
			if incoming {
				reason := "looking up PVC " + pod.Namespace + "/" + name + ": " + claimNotFound(name)
				return list, framework.NewStatus(NodeVolumeLimits, framework.UnschedulableAndUnresolvable, reason)
			}
			continue
		}
		if v.Ephemeral {
			if err := checkOwner(pod, claim); err != nil {
				return list, framework.AsStatus(NodeVolumeLimits, err)
			}
		}
		list = addAttachable(list, attachableOf(view, claim, csiNode))
	}
	return list, nil
}

func addAttachable(list []attachable, a attachable) []attachable {
	if a.driver == "" || a.handle == "" || slices.Contains(list, a) {
		return list
	}
	return append(list, a)
}

// inTreeAttachable returns what an in-tree disk is to its CSI driver. Migration is on where the node has a CSINode.
func inTreeAttachable(v *cluster.Volume, csiNode *cluster.CSINode) attachable {
	switch {
	case csiNode == nil || v == nil:
		return attachable{}
	case v.GCEDisk != "":
		return attachable{gceDriver, v.GCEDisk}
	case v.AWSDisk != "":
		return attachable{awsDriver, v.AWSDisk[strings.LastIndexByte(v.AWSDisk, '/')+1:]}
	}
	return attachable{}
}

// attachableOf returns the volume of a claim; one that is not bound yet will be provisioned by its class. Upstream gives
// that one a random handle, here it is the claim's name.
func attachableOf(view *cluster.Snapshot, claim *cluster.PersistentVolumeClaim, csiNode *cluster.CSINode) attachable {
	if claim.VolumeName != "" {
		if v := findVolume(view, claim.VolumeName); v != nil {
			if v.CSIDriver != "" {
				return attachable{v.CSIDriver, v.CSIHandle}
			}
			return inTreeAttachable(v.InTree, csiNode)
		}
	}
	class := findClass(view, claim.StorageClass)
	if claim.StorageClass == "" || class == nil {
		return attachable{}
	}
	return attachable{driverOf(class.Provisioner, csiNode), "claim " + claim.NamespacedName.String()}
}

// driverOf returns the driver that serves a provisioner, "" for an in-tree one where migration is off.
func driverOf(provisioner string, csiNode *cluster.CSINode) string {
	switch {
	case provisioner == gceProvisioner && csiNode != nil:
		return gceDriver
	case provisioner == awsProvisioner && csiNode != nil:
		return awsDriver
	case provisioner == gceProvisioner || provisioner == awsProvisioner:
		return ""
	}
	return provisioner
}

// EventsToRegister names what can free a volume or raise a limit (nodevolumelimits/csi.go, v1.36).
func (p *nodeVolumeLimits) EventsToRegister() []framework.ClusterEventWithHint {
	return []framework.ClusterEventWithHint{
		on(framework.CSINode, framework.ActionAdd, nil),
		on(framework.CSINode, framework.ActionUpdate, func(_ *cluster.Pod, change *cluster.Change) bool {
			return raisesLimit(change.Old.(*cluster.CSINode), change.New.(*cluster.CSINode))
		}),
		on(framework.PodEvent, framework.ActionDelete, func(_ *cluster.Pod, change *cluster.Change) bool {
			gone := goneFrom(change)
			return gone != nil && heldRoom(gone) && slices.ContainsFunc(gone.Spec.Volumes, canAttach)
		}),
		on(framework.PersistentVolumeClaim, framework.ActionAdd, func(pod *cluster.Pod, change *cluster.Change) bool {
			return usesClaim(pod, change.Object().Meta(), true)
		}),
	}
}

// raisesLimit takes a driver without a limit for one with limit 0, as upstream.
func raisesLimit(before, after *cluster.CSINode) bool {
	return slices.ContainsFunc(after.Drivers, func(d cluster.DriverLimit) bool {
		return d.Stated && d.Count > limitOf(before, d.Driver)
	})
}

func limitOf(n *cluster.CSINode, driver string) int32 {
	for _, d := range n.Drivers {
		if d.Driver == driver && d.Stated {
			return d.Count
		}
	}
	return 0
}
