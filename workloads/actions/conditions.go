package actions

import (
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads"
)

// holds tells whether an object is in a state.
func holds(store *cluster.Store, c *workloads.Condition) bool {
	o := store.Get(c.Kind, c.NamespacedName)
	switch {
	case c.State == workloads.StateGone:
		return o == nil
	case o == nil:
		return false
	case c.State == workloads.StateExists:
		return true
	}
	switch o := o.(type) {
	case *cluster.Node:
		return drained(store, o)
	case *cluster.Pod:
		return podIs(o, c.State)
	case *cluster.Job:
		return jobIs(o, c.State)
	}
	return c.State == workloads.StateComplete && rolledOut(o)
}

// drained tells whether a drain of the node would find nothing to do.
func drained(store *cluster.Store, n *cluster.Node) bool {
	return n.Unschedulable && !slices.ContainsFunc(store.PodsOn(n.Name), func(p *cluster.Pod) bool { return leaves(store, p) })
}

func podIs(p *cluster.Pod, s workloads.State) bool {
	switch s {
	case workloads.StateRunning:
		return p.Status.Phase == cluster.Running
	case workloads.StateReady:
		return p.Status.Ready
	case workloads.StateSucceeded:
		return p.Status.Phase == cluster.Succeeded
	}
	return p.Status.Phase == cluster.Failed
}

func jobIs(j *cluster.Job, s workloads.State) bool {
	want := "Complete"
	if s == workloads.StateFailed {
		want = "Failed"
	}
	for _, c := range j.Status.Conditions {
		if c.Type == want && c.Status {
			return true
		}
	}
	return false
}

// rolledOut tells whether all replicas are of the newest template and available, and the controller has seen the newest
// spec: what kubectl rollout status waits for (kubectl pkg/polymorphichelpers/rollout_status.go, v0.36).
func rolledOut(o cluster.Object) bool {
	switch o := o.(type) {
	case *cluster.Deployment:
		s := &o.Status
		return s.ObservedGeneration >= o.Generation && s.Updated == o.Replicas && s.Replicas == o.Replicas && s.Available == o.Replicas
	case *cluster.ReplicaSet:
		return o.Status.ObservedGeneration >= o.Generation && o.Status.Replicas == o.Replicas && o.Status.Available == o.Replicas
	case *cluster.StatefulSet:
		s := &o.Status
		updated := s.Updated >= o.Replicas-o.Partition
		return s.ObservedGeneration >= o.Generation && updated && s.Replicas == o.Replicas && s.Available == o.Replicas
	case *cluster.DaemonSet:
		s := &o.Status
		return s.ObservedGeneration >= o.Generation && s.Updated == s.Desired && s.Available == s.Desired
	}
	return false
}
