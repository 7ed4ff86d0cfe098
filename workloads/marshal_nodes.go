package workloads

import "gopkg.in/yaml.v3"

// drained writes the nodes of a drain.
func (n *NodeSet) drained() *yaml.Node {
	ref := func(name string) *yaml.Node { return text("node/" + name) }
	switch {
	case n.Selector != "":
		return object(pair{"selector", text(n.Selector)})
	case len(n.Names) == 1:
		return ref(n.Names[0])
	}
	return sequence(n.Names, ref)
}

func (u *Upgrade) node() *yaml.Node {
	onTimeout := timeoutForce
	if u.Strict {
		onTimeout = timeoutFail
	}
	return object(
		pair{"nodes", sequence(u.Nodes.Names, text)},
		unless(u.Nodes.Selector == "", "selector", text(u.Nodes.Selector)),
		pair{"labels", labelsNode(u.Labels)},
		pair{"surge", intNode(u.Surge)},
		pair{"maxUnavailable", intNode(u.MaxUnavailable)},
		pair{"drainTimeout", spanNode(u.DrainTimeout)},
		pair{"provision", distributionNode(u.Provision)},
		pair{"podEvictionOnTimeout", word(onTimeout)},
	)
}
