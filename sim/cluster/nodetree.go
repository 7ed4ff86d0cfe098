package cluster

import "slices"

// nodeTree holds the names of nodes by zone, zones in order of their first node (backend/cache/node_tree.go, v1.36).
type nodeTree struct{ zones []zone }

type zone struct {
	name  string
	nodes []string
}

// zoneOf is the identity of a node's zone: region and zone label (component-helpers node/topology.GetZoneKey, v0.36).
func zoneOf(n *Node) string {
	region, zone := n.Labels[LabelRegion], n.Labels[LabelZone]
	if region == "" && zone == "" {
		return ""
	}
	return region + ":\x00:" + zone
}

func (t *nodeTree) add(n *Node) {
	key := zoneOf(n)
	i := t.find(key)
	if i < 0 {
		i = len(t.zones)
		t.zones = append(t.zones, zone{name: key})
	}
	t.zones[i].nodes = append(t.zones[i].nodes, n.Name)
}

func (t *nodeTree) remove(n *Node) {
	i := t.find(zoneOf(n))
	if i < 0 {
		return
	}
	z := &t.zones[i]
	if j := slices.Index(z.nodes, n.Name); j >= 0 {
		z.nodes = slices.Delete(z.nodes, j, j+1)
	}
	if len(z.nodes) == 0 {
		t.zones = slices.Delete(t.zones, i, i+1)
	}
}

func (t *nodeTree) find(key string) int {
	return slices.IndexFunc(t.zones, func(z zone) bool { return z.name == key })
}

// order appends the nodes round-robin over the zones: the first of each, the second of each, and so on.
func (t *nodeTree) order(into []*NodeInfo, byName map[string]*NodeInfo) []*NodeInfo {
	for i, more := 0, true; more; i++ {
		more = false
		for z := range t.zones {
			if i < len(t.zones[z].nodes) {
				into = append(into, byName[t.zones[z].nodes[i]])
				more = true
			}
		}
	}
	return into
}
