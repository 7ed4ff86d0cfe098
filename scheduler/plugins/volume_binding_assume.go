package plugins

import "github.com/wavetank/wavetank/sim/cluster"

// assume writes down that the chosen volumes are the claims', and where the other claims get theirs.
func (p *volumeBinding) assume(choice *volumeChoice, node string) {
	for i, v := range choice.volumes {
		claim := choice.claims[i]
		if v.ClaimRef == claim.NamespacedName && v.ClaimUID == claim.UID {
			continue
		}
		assumed := *v
		assumed.ClaimRef, assumed.ClaimUID = claim.NamespacedName, claim.UID
		p.volumes[v.Name] = &assumed
	}
	for _, claim := range choice.provision {
		assumed := *claim
		assumed.SelectedNode = node
		p.claims[claim.NamespacedName] = &assumed
	}
}

// forget takes back what was assumed.
func (p *volumeBinding) forget(choice *volumeChoice) {
	for _, v := range choice.volumes {
		delete(p.volumes, v.Name)
	}
	for _, claim := range choice.provision {
		delete(p.claims, claim.NamespacedName)
	}
}

// volume returns the volume as assumed, unless the store has a newer version or the claim is gone.
func (p *volumeBinding) volume(view *cluster.Snapshot, v *cluster.PersistentVolume) *cluster.PersistentVolume {
	if v == nil {
		return nil
	}
	assumed := p.volumes[v.Name]
	if assumed == nil {
		return v
	}
	claim := findClaim(view, assumed.ClaimRef.Namespace, assumed.ClaimRef.Name)
	if assumed.UID == v.UID && assumed.ResourceVersion == v.ResourceVersion && claim != nil && claim.UID == assumed.ClaimUID {
		return assumed
	}
	delete(p.volumes, v.Name)
	return v
}

// claim returns the claim as assumed, unless the store has a newer version. The claim is there: checkClaims has looked.
func (p *volumeBinding) claim(view *cluster.Snapshot, namespace, name string) *cluster.PersistentVolumeClaim {
	c := findClaim(view, namespace, name)
	assumed := p.claims[c.NamespacedName]
	if assumed == nil {
		return c
	}
	if assumed.UID == c.UID && assumed.ResourceVersion == c.ResourceVersion {
		return assumed
	}
	delete(p.claims, c.NamespacedName)
	return c
}
