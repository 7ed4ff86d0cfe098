package plugins

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// The reasons of VolumeBinding (volumebinding/binder.go and volume_binding.go, v1.36).
const (
	ReasonVolumeNodeConflict = "node(s) didn't match PersistentVolume's node affinity"
	ReasonVolumeBindConflict = "node(s) didn't find available persistent volumes to bind"
	ReasonVolumeNotExist     = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"
	ReasonUnboundImmediate   = "pod has unbound immediate PersistentVolumeClaims"
)

// VolumeBindingArgs are the arguments of VolumeBinding (kubescheduler.config.k8s.io/v1).
type VolumeBindingArgs struct {
	TypeMeta
	// BindTimeoutSeconds is how long PreBind waits for volumes, 600 unless stated. Volumes are bound and provisioned at
	// once here, so nothing waits: it is checked only.
	BindTimeoutSeconds *int64 `json:"bindTimeoutSeconds,omitempty"`
	// Shape belongs to the scoring by capacity, which is off in v1.36: it is refused.
	Shape []struct {
		Utilization int32 `json:"utilization"`
		Score       int32 `json:"score"`
	} `json:"shape,omitempty"`
}

// volumeBinding keeps a pod where its volumes are or can be, as kube-scheduler's VolumeBinding does
// (plugins/volumebinding, v1.36): bound volumes that the node reaches; for claims that wait for their first consumer the
// smallest free volume that the node reaches, or a class that provisions one in the node's topology.
//
// What a placed pod takes is assumed until the store says more, so that the next pod takes something else. Equal
// volumes are taken by name; upstream takes any.
type volumeBinding struct {
	volumes map[string]*cluster.PersistentVolume                      // as assumed
	claims  map[cluster.NamespacedName]*cluster.PersistentVolumeClaim // as assumed
	scratch volumeChoice
}

var (
	_ framework.PreFilterPlugin   = (*volumeBinding)(nil)
	_ framework.FilterPlugin      = (*volumeBinding)(nil)
	_ framework.PreScorePlugin    = (*volumeBinding)(nil)
	_ framework.ScorePlugin       = (*volumeBinding)(nil)
	_ framework.ReservePlugin     = (*volumeBinding)(nil)
	_ framework.PreBindPlugin     = (*volumeBinding)(nil)
	_ framework.EnqueueExtensions = (*volumeBinding)(nil)
)

var (
	volumeBindingSkip = framework.NewStatus(VolumeBinding, framework.Skip)
	unboundImmediate  = framework.NewStatus(VolumeBinding, framework.UnschedulableAndUnresolvable, ReasonUnboundImmediate)
)

// NewVolumeBinding makes the plugin from VolumeBindingArgs. It returns an error for arguments that kube-scheduler refuses.
func NewVolumeBinding(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	a := VolumeBindingArgs{}
	if err := args.Decode(&a); err != nil {
		return nil, fmt.Errorf("%s: %w", VolumeBinding, err)
	}
	if err := a.check(VolumeBinding); err != nil {
		return nil, err
	}
	if a.BindTimeoutSeconds != nil && *a.BindTimeoutSeconds < 0 {
		return nil, fmt.Errorf("%s: bindTimeoutSeconds: %d is negative", VolumeBinding, *a.BindTimeoutSeconds)
	}
	if a.Shape != nil {
		return nil, fmt.Errorf("%s: shape: it needs the feature gate StorageCapacityScoring, which is off in v1.36", VolumeBinding)
	}
	return &volumeBinding{
		volumes: map[string]*cluster.PersistentVolume{},
		claims:  map[cluster.NamespacedName]*cluster.PersistentVolumeClaim{},
	}, nil
}

// Name returns "VolumeBinding".
func (p *volumeBinding) Name() string { return VolumeBinding }

// podClaims is what the pod's claims need of a node.
type podClaims struct {
	view    *cluster.Snapshot
	bound   []*cluster.PersistentVolume // nil for a volume that is not there
	waiting []waitingClaim              // by size
	taken   volumeChoice                // by Reserve
}

// waitingClaim is a claim that waits for its first consumer, and the volumes it could have on some node.
type waitingClaim struct {
	*cluster.PersistentVolumeClaim
	class    *cluster.StorageClass
	prebound *cluster.PersistentVolume   // kept for the claim: this one or none
	free     []*cluster.PersistentVolume // by capacity, then name
}

// volumeChoice is what a pod takes on one node.
type volumeChoice struct {
	volumes   []*cluster.PersistentVolume
	claims    []*cluster.PersistentVolumeClaim // of the volumes
	provision []*cluster.PersistentVolumeClaim
}

// Clone returns s itself: only Reserve changes it, once.
func (s *podClaims) Clone() framework.StateData { return s }

// PreFilter sorts the pod's claims into bound and waiting ones. It rejects a pod whose claims are missing, lost, being
// deleted, of another pod, or unbound although nothing waits for a consumer, and skips one without claims.
func (p *volumeBinding) PreFilter(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot) (*framework.PreFilterResult, *framework.Status) {
	has, problem := checkClaims(pod, view)
	if problem != "" {
		return nil, framework.NewStatus(VolumeBinding, framework.UnschedulableAndUnresolvable, problem)
	}
	if !has {
		return nil, volumeBindingSkip
	}
	s := &podClaims{view: view}
	for i := range pod.Spec.Volumes {
		if name := pod.ClaimName(&pod.Spec.Volumes[i]); name != "" && !p.sort(s, p.claim(view, pod.Namespace, name)) {
			return nil, unboundImmediate
		}
	}
	slices.SortStableFunc(s.waiting, func(a, b waitingClaim) int { return cmp.Compare(a.Request, b.Request) })
	for i := range s.waiting {
		p.findCandidates(&s.waiting[i], view)
	}
	state.Write(VolumeBinding, s)
	return nil, nil
}

// checkClaims returns why a pod cannot run anywhere (volumebinding/volume_binding.go: podHasPVCs, v1.36).
func checkClaims(pod *cluster.Pod, view *cluster.Snapshot) (has bool, problem string) {
	for i := range pod.Spec.Volumes {
		v := &pod.Spec.Volumes[i]
		name := pod.ClaimName(v)
		if name == "" {
			continue
		}
		has = true
		claim := findClaim(view, pod.Namespace, name)
		switch {
		case claim == nil && v.Ephemeral:
			return true, fmt.Sprintf("waiting for ephemeral volume controller to create the persistentvolumeclaim %q", name)
		case claim == nil:
			return true, claimNotFound(name)
		case claim.Lost:
			return true, fmt.Sprintf("persistentvolumeclaim %q bound to non-existent persistentvolume %q", name, claim.VolumeName)
		case claim.Deleting:
			return true, fmt.Sprintf("persistentvolumeclaim %q is being deleted", name)
		case v.Ephemeral:
			if err := checkOwner(pod, claim); err != nil {
				return true, err.Error()
			}
		}
	}
	return has, ""
}

// sort puts a claim where it belongs, and returns false for one that should have been bound already.
func (p *volumeBinding) sort(s *podClaims, claim *cluster.PersistentVolumeClaim) bool {
	if claim.VolumeName != "" && claim.Bound {
		s.bound = append(s.bound, p.volume(s.view, findVolume(s.view, claim.VolumeName)))
		return true
	}
	class := findClass(s.view, claim.StorageClass)
	if claim.VolumeName != "" || claim.StorageClass == "" || class == nil || !class.WaitForConsumer {
		return false
	}
	s.waiting = append(s.waiting, waitingClaim{PersistentVolumeClaim: claim, class: class})
	return true
}

// Filter asks whether the node reaches the bound volumes and can have one for each waiting claim.
func (p *volumeBinding) Filter(state *framework.CycleState, _ *cluster.Pod, node *cluster.NodeInfo) *framework.Status {
	s, ok := state.Read(VolumeBinding).(*podClaims)
	if !ok {
		return nil
	}
	return volumeStatuses[p.choose(s, node.Node, &p.scratch)]
}

// conflict is a set of reasons why a node cannot have the pod's volumes.
type conflict uint8

const (
	nodeConflict conflict = 1 << iota
	bindConflict
	volumeMissing
)

// volumeStatuses holds the status of each set of reasons.
var volumeStatuses = func() (statuses [8]*framework.Status) {
	for c := 1; c < len(statuses); c++ {
		var reasons []string
		for i, reason := range []string{ReasonVolumeNodeConflict, ReasonVolumeBindConflict, ReasonVolumeNotExist} {
			if c&(1<<i) != 0 {
				reasons = append(reasons, reason)
			}
		}
		statuses[c] = framework.NewStatus(VolumeBinding, framework.UnschedulableAndUnresolvable, reasons...)
	}
	return statuses
}()

// PreScore always skips: upstream registers the score, but scores only with the feature gate StorageCapacityScoring, which
// is off in v1.36.
func (p *volumeBinding) PreScore(*framework.CycleState, *cluster.Pod, *cluster.Snapshot, []*cluster.NodeInfo) *framework.Status {
	return volumeBindingSkip
}

// Score is never asked: see PreScore.
func (p *volumeBinding) Score(*framework.CycleState, *cluster.Pod, *cluster.NodeInfo) int64 { return 0 }

// Reserve takes the volumes on the chosen node, so that no other pod does.
func (p *volumeBinding) Reserve(state *framework.CycleState, _ *cluster.Pod, node string) *framework.Status {
	s, ok := state.Read(VolumeBinding).(*podClaims)
	if !ok || len(s.waiting) == 0 {
		return nil
	}
	n := s.view.Node(node)
	if n == nil {
		return framework.AsStatus(VolumeBinding, fmt.Errorf("node %q not found", node))
	}
	for i := range s.waiting { // others may have been served since Filter
		c := &s.waiting[i]
		if findClaim(s.view, c.Namespace, c.Name) == nil {
			return framework.NewStatus(VolumeBinding, framework.UnschedulableAndUnresolvable, claimNotFound(c.Name))
		}
		c.PersistentVolumeClaim = p.claim(s.view, c.Namespace, c.Name)
		p.findCandidates(c, s.view)
	}
	s.taken = volumeChoice{}
	if conflicts := p.choose(s, n.Node, &s.taken); conflicts != 0 {
		s.taken = volumeChoice{}
		return volumeStatuses[conflicts]
	}
	p.assume(&s.taken, node)
	return nil
}

// Unreserve gives back what Reserve took.
func (p *volumeBinding) Unreserve(state *framework.CycleState, _ *cluster.Pod, _ string) {
	if s, ok := state.Read(VolumeBinding).(*podClaims); ok {
		p.forget(&s.taken)
		s.taken = volumeChoice{}
	}
}

// PreBind writes what Reserve took: chosen volumes go to their claims, the other claims get a new one. Upstream writes the
// wish and waits for the volume controllers; here both happen at once.
func (p *volumeBinding) PreBind(state *framework.CycleState, _ *cluster.Pod, node string, b framework.Binder) *framework.Status {
	s, ok := state.Read(VolumeBinding).(*podClaims)
	if !ok {
		return nil
	}
	for i, v := range s.taken.volumes {
		if err := b.BindVolume(cluster.KeyOf(v), cluster.KeyOf(s.taken.claims[i])); err != nil {
			return framework.AsStatus(VolumeBinding, err)
		}
	}
	for _, claim := range s.taken.provision {
		if err := b.ProvisionVolume(cluster.KeyOf(claim), node); err != nil {
			return framework.AsStatus(VolumeBinding, err)
		}
	}
	p.forget(&s.taken)
	return nil
}
