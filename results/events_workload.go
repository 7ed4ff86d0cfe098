package results

import "github.com/wavetank/wavetank/sim/cluster"

// workloadChange writes the lines of an object that makes pods, or makes those that do.
func (l *eventLog) workloadChange(c *cluster.Change) {
	if c.New == nil {
		l.object(c, "deleted").end()
		return
	}
	switch o := c.New.(type) {
	case *cluster.ReplicaSet:
		old, _ := c.Old.(*cluster.ReplicaSet)
		l.replicaSet(c, old, o)
	case *cluster.Deployment:
		old, _ := c.Old.(*cluster.Deployment)
		l.deployment(c, old, o)
	case *cluster.StatefulSet:
		old, _ := c.Old.(*cluster.StatefulSet)
		l.statefulSet(c, old, o)
	case *cluster.DaemonSet:
		old, _ := c.Old.(*cluster.DaemonSet)
		l.daemonSet(c, old, o)
	case *cluster.Job:
		old, _ := c.Old.(*cluster.Job)
		l.job(c, old, o)
	case *cluster.HorizontalPodAutoscaler:
		old, _ := c.Old.(*cluster.HorizontalPodAutoscaler)
		l.autoscaler(c, old, o)
	case *cluster.PodDisruptionBudget:
		old, _ := c.Old.(*cluster.PodDisruptionBudget)
		l.budget(c, old, o)
	default:
		if c.Old == nil {
			l.object(c, "created").end()
		}
	}
}

func (l *eventLog) object(c *cluster.Change, event string) *eventLog {
	o := c.Object()
	return l.begin(c.At, o.Kind(), o.Meta().NamespacedName, event)
}

// replicas writes that an object was created or scaled.
func (l *eventLog) replicas(c *cluster.Change, from, to int) {
	switch {
	case c.Old == nil:
		l.object(c, "created").number("replicas", int64(to)).end()
	case from != to:
		l.object(c, "scaled").number("from", int64(from)).number("to", int64(to)).end()
	}
}

func (l *eventLog) replicaSet(c *cluster.Change, old, o *cluster.ReplicaSet) {
	if old == nil {
		old = &cluster.ReplicaSet{}
	}
	l.replicas(c, old.Replicas, o.Replicas)
	was, is := &old.Status, &o.Status
	if was.Replicas != is.Replicas || was.Ready != is.Ready || was.Available != is.Available {
		l.counts(c, tallied{"replicas", is.Replicas}, tallied{"ready", is.Ready}, tallied{"available", is.Available})
	}
}

func (l *eventLog) deployment(c *cluster.Change, old, o *cluster.Deployment) {
	if old == nil {
		old = &cluster.Deployment{}
	}
	l.replicas(c, old.Replicas, o.Replicas)
	was, is := &old.Status, &o.Status
	if was.Replicas != is.Replicas || was.Updated != is.Updated || was.Ready != is.Ready || was.Available != is.Available ||
		was.Unavailable != is.Unavailable {
		l.counts(c, tallied{"replicas", is.Replicas}, tallied{"updated", is.Updated}, tallied{"ready", is.Ready},
			tallied{"available", is.Available}, tallied{"unavailable", is.Unavailable})
	}
	l.conditions(c, was.Conditions, is.Conditions)
}

func (l *eventLog) statefulSet(c *cluster.Change, old, o *cluster.StatefulSet) {
	if old == nil {
		old = &cluster.StatefulSet{}
	}
	l.replicas(c, old.Replicas, o.Replicas)
	was, is := &old.Status, &o.Status
	if was.Replicas != is.Replicas || was.Ready != is.Ready || was.Available != is.Available || was.Current != is.Current || was.Updated != is.Updated {
		l.counts(c, tallied{"replicas", is.Replicas}, tallied{"ready", is.Ready}, tallied{"available", is.Available},
			tallied{"current", is.Current}, tallied{"updated", is.Updated})
	}
}

func (l *eventLog) daemonSet(c *cluster.Change, old, o *cluster.DaemonSet) {
	if old == nil {
		old = &cluster.DaemonSet{}
		l.object(c, "created").end()
	}
	was, is := old.Status, o.Status
	was.ObservedGeneration, is.ObservedGeneration = 0, 0
	if was != is {
		l.counts(c, tallied{"desired", is.Desired}, tallied{"current", is.Current}, tallied{"ready", is.Ready},
			tallied{"available", is.Available}, tallied{"updated", is.Updated}, tallied{"misscheduled", is.Misscheduled})
	}
}

func (l *eventLog) job(c *cluster.Change, old, o *cluster.Job) {
	if old == nil {
		old = &cluster.Job{}
		l.object(c, "created").end()
	}
	was, is := &old.Status, &o.Status
	if was.Active != is.Active || was.Ready != is.Ready || was.Succeeded != is.Succeeded || was.Failed != is.Failed || was.Terminating != is.Terminating {
		l.counts(c, tallied{"active", is.Active}, tallied{"ready", is.Ready}, tallied{"succeeded", is.Succeeded},
			tallied{"failed", is.Failed}, tallied{"terminating", is.Terminating})
	}
	l.conditions(c, was.Conditions, is.Conditions)
}

// tallied is a number of pods in a status.
type tallied struct {
	of   string
	pods int
}

func (l *eventLog) counts(c *cluster.Change, counts ...tallied) {
	l.object(c, "status")
	for _, n := range counts {
		l.number(n.of, int64(n.pods))
	}
	l.end()
}

// conditions writes the conditions whose status or reason is another than before, in their order.
func (l *eventLog) conditions(c *cluster.Change, was, is []cluster.Condition) {
	for _, now := range is {
		old := conditionOf(was, now.Type)
		if old != nil && old.Status == now.Status && old.Reason == now.Reason {
			continue
		}
		l.condition(c, &now)
	}
}

func (l *eventLog) condition(c *cluster.Change, now *cluster.Condition) {
	l.object(c, "condition").text("type", now.Type).text("status", either(now.Status, "True", "False")).text("reason", now.Reason).end()
}

func conditionOf(conditions []cluster.Condition, name string) *cluster.Condition {
	for i := range conditions {
		if conditions[i].Type == name {
			return &conditions[i]
		}
	}
	return nil
}
