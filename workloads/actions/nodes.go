package actions

import (
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads"
)

// cordon makes a node unschedulable, or takes that back.
func cordon(store *cluster.Store, name string, on bool) error {
	if n := store.Node(name); n != nil && n.Unschedulable == on {
		return nil
	}
	reason := cluster.ReasonUncordoned
	if on {
		reason = cluster.ReasonCordoned
	}
	return store.EditNode(name, reason, func(n *cluster.Node) { n.Unschedulable = on })
}

// taint sets taints; one of the same key and effect is replaced.
func (t *Timetable) taint(r workloads.Ref, taints []cluster.Taint) error {
	return t.cfg.Store.EditNode(r.Name, cluster.ReasonUpdated, func(n *cluster.Node) {
		n.Taints = slices.Clone(n.Taints)
		for _, taint := range taints {
			n.Taints = slices.DeleteFunc(n.Taints, func(old cluster.Taint) bool { return old.Key == taint.Key && old.Effect == taint.Effect })
			n.Taints = append(n.Taints, taint)
		}
	})
}

// untaint removes taints by key, and by effect where one is given.
func (t *Timetable) untaint(r workloads.Ref, taints []cluster.Taint) error {
	named := func(old cluster.Taint) bool {
		return slices.ContainsFunc(taints, func(taint cluster.Taint) bool {
			return old.Key == taint.Key && (taint.Effect == 0 || taint.Effect == old.Effect)
		})
	}
	return t.cfg.Store.EditNode(r.Name, cluster.ReasonUpdated, func(n *cluster.Node) {
		n.Taints = slices.DeleteFunc(slices.Clone(n.Taints), named)
	})
}
