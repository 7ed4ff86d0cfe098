package cluster

import (
	"fmt"
	"strconv"
)

// The reasons of writes that bind volumes.
const (
	ReasonVolumeBound       Reason = "VolumeBound"
	ReasonVolumeProvisioned Reason = "VolumeProvisioned"
)

// BindVolume gives a volume to a claim: what the scheduler asks for and the volume controller completes upstream
// (pkg/controller/volume/persistentvolume, v1.36), in one step. It returns ErrNotFound if either is gone, and ErrConflict
// if either belongs to another.
func (s *Store) BindVolume(volume, claim Key) error {
	v, c, err := s.volumeAndClaim(volume, claim)
	if err != nil {
		return err
	}
	if v.ClaimUID != 0 && v.ClaimUID != c.UID || c.VolumeName != "" && c.VolumeName != v.Name {
		return fmt.Errorf("binding PersistentVolume %s to claim %v: one of them belongs to another: %w", v.Name, c.NamespacedName, ErrConflict)
	}
	err = Edit(s, volume, ReasonVolumeBound, func(v *PersistentVolume) {
		v.ClaimRef, v.ClaimUID, v.Bound = c.NamespacedName, c.UID, true
	})
	if err != nil {
		return err
	}
	return Edit(s, claim, ReasonVolumeBound, func(c *PersistentVolumeClaim) { c.VolumeName, c.Bound = v.Name, true })
}

func (s *Store) volumeAndClaim(volume, claim Key) (*PersistentVolume, *PersistentVolumeClaim, error) {
	v, err := s.current(volume)
	if err != nil {
		return nil, nil, err
	}
	c, err := s.current(claim)
	if err != nil {
		return nil, nil, err
	}
	return v.(*PersistentVolume), c.(*PersistentVolumeClaim), nil
}

// ProvisionVolume makes a volume of the size that the claim asks for, reachable from the zone of the node (from every node
// if it is in none, as disks of a zone are what clouds provision), and binds it. It returns ErrNotFound if claim or node
// is gone, and ErrConflict if the claim has a volume.
func (s *Store) ProvisionVolume(claim Key, node string) error {
	o, err := s.current(claim)
	if err != nil {
		return err
	}
	n := s.Node(node)
	if n == nil {
		return fmt.Errorf("Node %s: %w", node, ErrNotFound)
	}
	c := o.(*PersistentVolumeClaim)
	if c.VolumeName != "" {
		return fmt.Errorf("PersistentVolumeClaim %v: it has volume %s: %w", c.NamespacedName, c.VolumeName, ErrConflict)
	}
	v := &PersistentVolume{
		Capacity: c.Request, AccessModes: c.AccessModes, StorageClass: c.StorageClass, VolumeMode: c.VolumeMode,
		NodeAffinity: zoneOnly(n),
	}
	v.Name = "pvc-" + strconv.FormatUint(uint64(c.UID), 10)
	if err = s.Create(v, ReasonVolumeProvisioned); err != nil {
		return err
	}
	return s.BindVolume(KeyOf(v), claim)
}

func zoneOnly(n *Node) *NodeSelector {
	zone := n.Labels[LabelZone]
	if zone == "" {
		return nil
	}
	return &NodeSelector{Terms: []NodeSelectorTerm{{MatchExpressions: []Requirement{{Key: LabelZone, Operator: In, Values: []string{zone}}}}}}
}
