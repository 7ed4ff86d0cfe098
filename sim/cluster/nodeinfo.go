package cluster

import (
	"slices"
	"strings"
)

// NodeInfo is a node as the scheduler sees it: the node, the pods placed there (assumed ones too) and what they add up to.
type NodeInfo struct {
	Node       *Node  // nil while only pods of a removed node are known
	Index      int    // dense handle: below Snapshot.Handles, reused after removal
	Generation uint64 // moves whenever anything here changes; never goes back

	Pods                         []*Pod
	PodsWithAffinity             []*Pod // those with any rule about other pods
	PodsWithRequiredAntiAffinity []*Pod

	Requested       Resources      // of all Pods
	NonZeroMilliCPU int64          // of all Pods, DefaultMilliCPU for containers that state no cpu
	NonZeroMemory   int64          // of all Pods, DefaultMemory for containers that state no memory
	FreeGPU         []int64        // milli-GPU left on each device
	UsedPorts       []HostPort     // each once
	Claims          map[string]int // "namespace/claim" -> pods here that use it
}

// NewNodeInfo returns a node with the given pods on it.
func NewNodeInfo(node *Node, pods ...*Pod) *NodeInfo {
	n := &NodeInfo{}
	n.SetNode(node)
	for _, p := range pods {
		n.AddPod(p)
	}
	return n
}

// SetNode replaces the node object.
func (n *NodeInfo) SetNode(node *Node) {
	n.Node = node
	n.FreeGPU = slices.Repeat([]int64{DeviceMilli}, node.GPUs)
	for _, p := range n.Pods {
		n.addDevices(p, -1)
	}
	n.Generation++
}

// Name returns the node's name, "" if the node is gone.
func (n *NodeInfo) Name() string {
	if n.Node == nil {
		return ""
	}
	return n.Node.Name
}

// AddPod puts a pod on the node.
func (n *NodeInfo) AddPod(p *Pod) {
	n.Pods = append(n.Pods, p)
	if p.Spec.HasPodAffinity() {
		n.PodsWithAffinity = append(n.PodsWithAffinity, p)
		if len(p.Spec.Affinity.RequiredPodAnti) > 0 {
			n.PodsWithRequiredAntiAffinity = append(n.PodsWithRequiredAntiAffinity, p)
		}
	}
	n.account(p, 1)
}

// RemovePod takes the pod with the same UID off the node, and tells whether it was there.
func (n *NodeInfo) RemovePod(p *Pod) bool {
	removed := removeVersion(&n.Pods, p)
	if removed == nil {
		return false
	}
	removeVersion(&n.PodsWithAffinity, p)
	removeVersion(&n.PodsWithRequiredAntiAffinity, p)
	n.account(removed, -1)
	return true
}

// removeVersion is removePod for a pod of which the list, as a rule, holds this very version: that is found without
// looking into the others, which lie anywhere in memory.
func removeVersion(pods *[]*Pod, p *Pod) *Pod {
	if i := slices.Index(*pods, p); i >= 0 {
		return cutPod(pods, i)
	}
	return removePod(pods, p.UID)
}

func removePod(pods *[]*Pod, uid UID) *Pod {
	return cutPod(pods, slices.IndexFunc(*pods, func(p *Pod) bool { return p.UID == uid }))
}

// cutPod moves the last pod into the gap, as kube-scheduler does: the order of pods on a node says nothing.
func cutPod(pods *[]*Pod, i int) *Pod {
	if i < 0 {
		return nil
	}
	s, last := *pods, len(*pods)-1
	p := s[i]
	s[i] = s[last]
	s[last] = nil
	*pods = s[:last]
	return p
}

func (n *NodeInfo) account(p *Pod, sign int64) {
	n.Requested.addScaled(p.Spec.Requests(), sign)
	n.NonZeroMilliCPU += sign * p.Spec.NonZeroMilliCPU()
	n.NonZeroMemory += sign * p.Spec.NonZeroMemory()
	n.addDevices(p, -sign)
	for _, port := range p.Spec.HostPorts {
		n.accountPort(port, sign)
	}
	n.accountClaims(p, int(sign))
	n.Generation++
}

func (n *NodeInfo) addDevices(p *Pod, sign int64) {
	if p.GPUs == 0 {
		return
	}
	for i := range n.FreeGPU {
		if p.GPUs&(1<<i) != 0 {
			n.FreeGPU[i] += sign * p.Spec.GPU.Milli
		}
	}
}

// accountPort keeps the ports in use as a set, not a count, because kube-scheduler does: where two pods hold the same port,
// which no scheduler allows, it is free again once one of them goes (kube-scheduler framework HostPortInfo.Remove, v0.36).
func (n *NodeInfo) accountPort(port HostPort, sign int64) {
	i := slices.IndexFunc(n.UsedPorts, func(used HostPort) bool {
		return used.Port == port.Port && protocol(used) == protocol(port) && address(used) == address(port)
	})
	switch {
	case sign > 0 && i < 0:
		n.UsedPorts = append(n.UsedPorts, port)
	case sign < 0 && i >= 0:
		n.UsedPorts = slices.Delete(n.UsedPorts, i, i+1)
	}
}

func (n *NodeInfo) accountClaims(p *Pod, sign int) {
	for i := range p.Spec.Volumes {
		claim := p.ClaimName(&p.Spec.Volumes[i])
		if claim == "" {
			continue
		}
		key := p.Namespace + "/" + claim
		if n.Claims == nil {
			n.Claims = map[string]int{}
		}
		if n.Claims[key] += sign; n.Claims[key] <= 0 {
			delete(n.Claims, key)
		}
	}
}

// ClaimName returns the name of the PersistentVolumeClaim behind a volume of the pod, "" if there is none. The claim of
// a generic ephemeral volume is named after pod and volume (component-helpers storage/ephemeral.VolumeClaimName, v0.36).
func (p *Pod) ClaimName(v *Volume) string {
	if v.Ephemeral {
		return p.Name + "-" + v.Name
	}
	return v.Claim
}

// Clone returns a copy that can be changed without changing n: for trying out what-ifs.
func (n *NodeInfo) Clone() *NodeInfo {
	c := *n
	c.Pods = slices.Clone(n.Pods)
	c.PodsWithAffinity = slices.Clone(n.PodsWithAffinity)
	c.PodsWithRequiredAntiAffinity = slices.Clone(n.PodsWithRequiredAntiAffinity)
	c.Requested = n.Requested.Clone()
	c.FreeGPU = slices.Clone(n.FreeGPU)
	c.UsedPorts = slices.Clone(n.UsedPorts)
	if n.Claims != nil {
		c.Claims = make(map[string]int, len(n.Claims))
		for k, v := range n.Claims {
			c.Claims[k] = v
		}
	}
	return &c
}

// PortConflict tells whether a wanted host port collides with one in use: same port and protocol on the same address,
// where 0.0.0.0 is every address (kube-scheduler framework HostPortInfo.CheckConflict, v0.36).
func (n *NodeInfo) PortConflict(want HostPort) bool {
	for _, used := range n.UsedPorts {
		if portsCollide(used, want) {
			return true
		}
	}
	return false
}

func portsCollide(a, b HostPort) bool {
	return a.Port == b.Port && protocol(a) == protocol(b) && (address(a) == anyAddress || address(b) == anyAddress || a.IP == b.IP)
}

func protocol(p HostPort) string {
	if p.Protocol == "" {
		return "TCP"
	}
	return p.Protocol
}

const anyAddress = "0.0.0.0"

func address(p HostPort) string {
	if p.IP == "" {
		return anyAddress
	}
	return p.IP
}

// NormalizedImage returns an image name with ":latest" if it has neither tag nor digest
// (plugins/imagelocality: normalizedImageName, v1.36).
func NormalizedImage(name string) string {
	if strings.LastIndex(name, ":") <= strings.LastIndex(name, "/") {
		return name + ":latest"
	}
	return name
}
