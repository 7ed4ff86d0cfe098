package plugins

import (
	"cmp"
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
)

// noProvisioner marks a class whose volumes are made by hand (component-helpers storage/volume/pv_helpers.go, v0.36).
const noProvisioner = "kubernetes.io/no-provisioner"

// findCandidates lists the volumes that suit the claim on some node: all of FindMatchingVolume that does not depend on
// the node (component-helpers storage/volume/pv_helpers.go, v0.36).
func (p *volumeBinding) findCandidates(c *waitingClaim, view *cluster.Snapshot) {
	c.prebound, c.free = nil, nil
	for _, o := range view.List(cluster.KindPersistentVolume) {
		v := p.volume(view, o.(*cluster.PersistentVolume))
		if v.StorageClass != c.StorageClass || v.Capacity < c.Request || volumeMode(v.VolumeMode) != volumeMode(c.VolumeMode) || v.Deleting {
			continue
		}
		switch {
		case v.ClaimRef != (cluster.NamespacedName{}):
			if c.prebound == nil && keptFor(v, c.PersistentVolumeClaim) {
				c.prebound = v
			}
		case !v.Bound && c.accepts(v):
			c.free = append(c.free, v)
		}
	}
	slices.SortStableFunc(c.free, func(a, b *cluster.PersistentVolume) int { return cmp.Compare(a.Capacity, b.Capacity) })
}

func volumeMode(mode string) string {
	if mode == "" {
		return "Filesystem"
	}
	return mode
}

// keptFor tells whether the volume is bound to the claim or kept for it (IsVolumeBoundToClaim).
func keptFor(v *cluster.PersistentVolume, c *cluster.PersistentVolumeClaim) bool {
	return v.ClaimRef == c.NamespacedName && (v.ClaimUID == 0 || v.ClaimUID == c.UID)
}

func (c *waitingClaim) accepts(v *cluster.PersistentVolume) bool {
	if c.HasSelector && !c.Selector.Matches(v.Labels) {
		return false
	}
	return !slices.ContainsFunc(c.AccessModes, func(m cluster.AccessMode) bool { return !slices.Contains(v.AccessModes, m) })
}

// choose finds the volumes of a pod on a node, or why there are none (volumebinding/binder.go: FindPodVolumes, v1.36).
func (p *volumeBinding) choose(s *podClaims, node *cluster.Node, choice *volumeChoice) conflict {
	choice.volumes, choice.claims, choice.provision = choice.volumes[:0], choice.claims[:0], choice.provision[:0]
	return checkBound(s.bound, node) | chooseWaiting(s.waiting, node, choice)
}

// checkBound stops at the first volume that is missing or out of reach.
func checkBound(volumes []*cluster.PersistentVolume, node *cluster.Node) conflict {
	for _, v := range volumes {
		if v == nil {
			return volumeMissing
		}
		if !reaches(v, node) {
			return nodeConflict
		}
	}
	return 0
}

// chooseWaiting takes a volume for each claim, smallest claim first, and provisions for those that find none. A claim
// whose volume is being provisioned on a node already is tied to that node.
func chooseWaiting(claims []waitingClaim, node *cluster.Node, choice *volumeChoice) conflict {
	for i := range claims {
		if selected := claims[i].SelectedNode; selected != "" && selected != node.Name {
			return bindConflict
		}
	}
	for i := range claims {
		c := &claims[i]
		if c.SelectedNode == "" {
			if v := c.match(node, choice.volumes); v != nil {
				choice.volumes, choice.claims = append(choice.volumes, v), append(choice.claims, c.PersistentVolumeClaim)
				continue
			}
		}
		if !c.canProvision(node) {
			return bindConflict
		}
		choice.provision = append(choice.provision, c.PersistentVolumeClaim)
	}
	return 0
}

// match returns the volume for the claim on the node: the one kept for it, or else the smallest that nobody has chosen.
func (c *waitingClaim) match(node *cluster.Node, chosen []*cluster.PersistentVolume) *cluster.PersistentVolume {
	if c.prebound != nil {
		if reaches(c.prebound, node) {
			return c.prebound
		}
		return nil
	}
	for _, v := range c.free {
		if !slices.Contains(chosen, v) && reaches(v, node) {
			return v
		}
	}
	return nil
}

// canProvision tells whether the class makes volumes that the node can use (binder.go: checkVolumeProvisions, v1.36).
func (c *waitingClaim) canProvision(node *cluster.Node) bool {
	if c.class.Provisioner == "" || c.class.Provisioner == noProvisioner {
		return false
	}
	topologies := c.class.AllowedTopologies
	return len(topologies) == 0 || slices.ContainsFunc(topologies, func(t cluster.NodeSelectorTerm) bool { return t.Matches(node) })
}
