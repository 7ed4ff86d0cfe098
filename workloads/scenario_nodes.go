package workloads

import (
	"path"
	"strings"
	"time"

	"github.com/wavetank/wavetank/sim/cluster"
)

// NodeSet names nodes, by name or by label.
type NodeSet struct {
	Names    []string          // names, or patterns of names such as n-*
	Selector string            // of labels, as kubectl takes it; instead of Names
	selector *cluster.Selector // Selector, parsed
}

// In returns the names of the nodes of a store that belong to the set, each once: in the order of Names, those of one
// pattern sorted.
func (n *NodeSet) In(store *cluster.Store) []string {
	var found []string
	seen := map[string]bool{}
	add := func(matches func(*cluster.Node) bool) {
		for _, o := range store.List(cluster.KindNode) {
			node := o.(*cluster.Node)
			if !seen[node.Name] && matches(node) {
				seen[node.Name] = true
				found = append(found, node.Name)
			}
		}
	}
	if n.selector != nil {
		add(func(node *cluster.Node) bool { return n.selector.Matches(node.Labels) })
	}
	for _, pattern := range n.Names {
		add(func(node *cluster.Node) bool {
			matches, err := path.Match(pattern, node.Name)
			return err == nil && matches
		})
	}
	return found
}

// String says in a word or two which nodes are meant.
func (n *NodeSet) String() string {
	if n.Selector != "" {
		return "nodes " + n.Selector
	}
	return "node/" + strings.Join(n.Names, ",")
}

// Upgrade is a rolling upgrade of nodes, as managed clusters do it: so many at a time are replaced by new ones, and so many
// are made anew in their place.
type Upgrade struct {
	Nodes          NodeSet
	Labels         cluster.Labels // that the upgraded nodes have beside those of the old ones
	Surge          int            // new nodes that come up before old ones go, at a time; default 1
	MaxUnavailable int            // nodes that are upgraded in place, at a time; default 0. One of both is above 0
	DrainTimeout   time.Duration  // how long a drain may take; default DefaultDrainTimeout
	Provision      Distribution   // of the time until a new node is ready; default DefaultProvision
	Strict         bool           // what is left after the drain's timeout ends the upgrade; otherwise it is deleted
}

// The defaults of an upgrade. A drain has an hour, after which GKE deletes what is left
// (https://cloud.google.com/kubernetes-engine/docs/concepts/node-pool-upgrade-strategies, surge upgrades). The time until
// a new machine is a ready node is one to three minutes with the large providers.
const (
	DefaultDrainTimeout = time.Hour
	DefaultProvision    = 2 * time.Minute
)
