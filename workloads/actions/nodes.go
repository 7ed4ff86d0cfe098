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

// power switches a machine off or on. What two upgrades make anew at the same time is on when both are done. A node that is
// gone, or another of its name, stays as it is.
func (t *Timetable) power(node cluster.Key, on bool) {
	if t.cfg.Power != nil {
		t.cfg.Power(node, on)
		return
	}
	if t.off == nil {
		t.off = map[cluster.UID]int{}
	}
	reason := cluster.ReasonNodeDown
	if on {
		reason = cluster.ReasonNodeUp
		t.off[node.UID]--
	} else {
		t.off[node.UID]++
	}
	n, down := t.cfg.Store.Node(node.Name), t.off[node.UID] > 0
	if n == nil || n.UID != node.UID || n.Down == down {
		return
	}
	now := t.cfg.Engine.Now()
	if err := t.cfg.Store.EditNode(node.Name, reason, func(n *cluster.Node) {
		if n.Down = down; down {
			n.Silent = now
		}
	}); err != nil {
		panic("actions: " + err.Error()) // it was looked up in this same event
	}
}
