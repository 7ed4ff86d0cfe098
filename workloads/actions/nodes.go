package actions

import (
	"errors"
	"slices"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads"
)

// ErrTooManyRequests is what an eviction returns that a disruption budget does not allow for now: 429 of the API.
var ErrTooManyRequests = errors.New("too many requests")

func (t *Timetable) cordon(r workloads.Ref, cordon bool) error {
	o, err := t.get(r)
	if err != nil || o.(*cluster.Node).Unschedulable == cordon {
		return err
	}
	reason := cluster.ReasonUncordoned
	if cordon {
		reason = cluster.ReasonCordoned
	}
	return t.cfg.Store.EditNode(r.Name, reason, func(n *cluster.Node) { n.Unschedulable = cordon })
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

// drain cordons a node and evicts its pods by name, but for those that a DaemonSet would put there again
// (kubectl drain --ignore-daemonsets --force --delete-emptydir-data).
func (t *Timetable) drain(now sim.Time, i int, r workloads.Ref) error {
	if err := t.cordon(r, true); err != nil {
		return err
	}
	for _, o := range t.cfg.Store.List(cluster.KindPod) {
		p := o.(*cluster.Pod)
		owner := p.ControllerRef()
		if p.NodeName != r.Name || p.Deleting || owner != nil && owner.Kind == cluster.KindDaemonSet.String() {
			continue
		}
		eviction{t, i, cluster.KeyOf(p)}.Fire(now)
	}
	return nil
}

// eviction asks for the end of one pod.
type eviction struct {
	t   *Timetable
	i   int
	pod cluster.Key
}

// Fire evicts the pod, or asks again later. One that is gone meanwhile has left the node, which is what is wanted.
func (e eviction) Fire(now sim.Time) {
	err := e.t.evict(e.pod)
	switch {
	case err == nil || errors.Is(err, cluster.ErrNotFound):
	case errors.Is(err, ErrTooManyRequests):
		e.t.cfg.Engine.After(retryEviction, sim.PhaseArrive, e)
	default:
		e.t.fail(now, e.i, err)
	}
}

// String names the event in the log.
func (e eviction) String() string { return "evict " + e.pod.NamespacedName.String() }

func (t *Timetable) evict(pod cluster.Key) error {
	if t.cfg.Evict != nil {
		return t.cfg.Evict(t.cfg.Store, pod)
	}
	return t.cfg.Store.Terminate(pod, cluster.ReasonEvicted)
}
