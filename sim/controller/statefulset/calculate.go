package statefulset

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/wavetank/wavetank/sim/cluster"
)

// LabelRevision names a pod's revision, LabelPodName and LabelPodIndex its identity (k8s.io/api apps/v1, v0.36).
const (
	LabelRevision = "controller-revision-hash"
	LabelPodName  = "statefulset.kubernetes.io/pod-name"
	LabelPodIndex = "apps.kubernetes.io/pod-index"
)

// observation is what one sync of a StatefulSet sees.
type observation struct {
	set       *cluster.StatefulSet
	pods      []*cluster.Pod
	available func(*cluster.Pod) bool
	current   string // revisions
	update    string
}

// creation is a pod to be made.
type creation struct {
	ordinal  int
	revision string
}

// plan is what one sync does, in this order.
type plan struct {
	failed []*cluster.Pod // ended pods: deleted, to be made again
	create []creation
	claims []int          // ordinals of pending pods, whose claims must exist
	remove []*cluster.Pod // surplus, or of another revision
	status cluster.StatefulSetStatus
}

// calculation is one sync while it is worked out (stateful_set_control.go: updateStatefulSet, v1.36.3).
type calculation struct {
	observation
	plan
	replicas       []*cluster.Pod // by ordinal from the first; nil: not created
	condemned      []*cluster.Pod // highest ordinal first
	unavailable    int            // among the replicas
	firstCondemned *cluster.Pod   // the lowest of condemned that is not available, if all replicas are
}

// calculate works out one sync.
func calculate(o observation) plan {
	c := &calculation{observation: o}
	c.part()
	c.count()
	if c.makeReplicas() && c.removeCondemned() && !c.set.OnDelete {
		c.roll()
	}
	c.complete()
	return c.plan
}

// OrdinalOf returns the ordinal in a pod's name, -1 if it has none.
func OrdinalOf(set *cluster.StatefulSet, p *cluster.Pod) int {
	text, found := strings.CutPrefix(p.Name, set.Name+"-")
	if n, err := strconv.ParseUint(text, 10, 31); found && err == nil {
		return int(n)
	}
	return -1
}

// part tells the pods that the set wants from those it does not.
func (c *calculation) part() {
	c.replicas = make([]*cluster.Pod, c.set.Replicas)
	for _, p := range c.pods {
		switch i := OrdinalOf(c.set, p) - c.set.Ordinal; {
		case OrdinalOf(c.set, p) < 0:
		case i >= 0 && i < len(c.replicas):
			c.replicas[i] = p
		default:
			c.condemned = append(c.condemned, p)
		}
	}
	slices.SortFunc(c.condemned, func(p, q *cluster.Pod) int {
		return cmp.Compare(OrdinalOf(c.set, q), OrdinalOf(c.set, p))
	})
	for _, p := range c.replicas {
		if c.isUnavailable(p) {
			c.unavailable++
		}
	}
	if c.unavailable == 0 {
		for _, p := range slices.Backward(c.condemned) {
			if c.isUnavailable(p) {
				c.firstCondemned = p
				break
			}
		}
	}
}

func (c *calculation) isUnavailable(p *cluster.Pod) bool {
	return p == nil || p.Deleting || !c.available(p)
}

// count counts the pods as they are at the begin of the sync (computeReplicaStatus, v1.36.3).
func (c *calculation) count() {
	s := &c.plan.status
	s.ObservedGeneration, s.CurrentRevision, s.UpdateRevision = c.set.Generation, c.current, c.update
	for _, p := range c.pods {
		if OrdinalOf(c.set, p) < 0 {
			continue
		}
		s.Replicas++
		if p.Status.Phase == cluster.Running && p.Status.Ready {
			s.Ready++
			if c.available(p) {
				s.Available++
			}
		}
		if p.Deleting {
			continue
		}
		if p.Labels[LabelRevision] == c.current {
			s.Current++
		}
		if p.Labels[LabelRevision] == c.update {
			s.Updated++
		}
	}
}

// makeReplicas sees to it that every ordinal has a pod. It returns false where the sync has to end
// (processReplica, v1.36.3).
func (c *calculation) makeReplicas() bool {
	for i, p := range c.replicas {
		goOn := c.makeReplica(c.set.Ordinal+i, p)
		if !goOn && !c.set.Parallel {
			return false
		}
	}
	return true
}

// makeReplica returns false where OrderedReady has to wait.
func (c *calculation) makeReplica(ordinal int, p *cluster.Pod) bool {
	switch {
	case p == nil:
		c.plan.create = append(c.plan.create, creation{ordinal, c.revisionFor(ordinal)})
		return false
	case p.Terminal():
		if !p.Deleting {
			c.plan.failed = append(c.plan.failed, p)
		}
		return false
	case p.Status.Phase == cluster.Pending:
		c.plan.claims = append(c.plan.claims, ordinal)
	}
	return !c.isUnavailable(p)
}

// revisionFor returns the revision of a new pod: below the partition the one that the set had (newVersionedStatefulSetPod).
func (c *calculation) revisionFor(ordinal int) string {
	if !c.set.OnDelete && ordinal < c.set.Ordinal+c.set.Partition {
		return c.current
	}
	return c.update
}

// removeCondemned deletes surplus pods, with OrderedReady one, and none while one is going or a lower one is not
// available. It returns false where the sync has to end (processCondemned, v1.36.3).
func (c *calculation) removeCondemned() bool {
	for _, p := range c.condemned {
		switch {
		case c.set.Parallel:
			if !p.Deleting {
				c.plan.remove = append(c.plan.remove, p)
			}
		case p.Deleting:
			return false
		case !c.available(p) && p != c.firstCondemned:
			return false
		default:
			c.plan.remove = append(c.plan.remove, p)
			return false
		}
	}
	return true
}

// roll deletes pods of another revision, highest ordinal first. It counts places from the first ordinal, as upstream does.
func (c *calculation) roll() {
	most := max(1, c.set.MaxUnavailable.Of(c.set.Replicas, false))
	if most == 1 {
		c.rollOne()
		return
	}
	left := most - c.unavailable
	for i := len(c.replicas) - 1; i >= c.set.Partition && left > 0; i-- {
		if c.isOutdated(c.replicas[i]) {
			c.replace(c.replicas[i])
			left--
		}
	}
}

// rollOne deletes the highest pod of another revision, if all above it are available.
func (c *calculation) rollOne() {
	for i := len(c.replicas) - 1; i >= c.set.Partition; i-- {
		p := c.replicas[i]
		if c.isOutdated(p) {
			c.replace(p)
			return
		}
		if c.isUnavailable(p) {
			return
		}
	}
}

// isOutdated tells whether a pod has to be replaced. One that does not exist yet has the revision it will be made of.
func (c *calculation) isOutdated(p *cluster.Pod) bool {
	return p != nil && !p.Deleting && p.Labels[LabelRevision] != c.update
}

func (c *calculation) replace(p *cluster.Pod) {
	if !slices.Contains(c.plan.failed, p) {
		c.plan.remove = append(c.plan.remove, p)
	}
	c.plan.status.Current--
}

// complete makes the update revision the current one when all pods have it and are ready (completeRollingUpdate, v1.36.3).
func (c *calculation) complete() {
	s := &c.plan.status
	if n := c.set.Replicas; !c.set.OnDelete && s.Updated == n && s.Ready == n && s.Replicas == n {
		s.Current, s.CurrentRevision = s.Updated, s.UpdateRevision
	}
}

// differs tells whether a status has to be written (inconsistentStatus, v1.36.3).
func differs(before, after cluster.StatefulSetStatus) bool {
	if after.ObservedGeneration < before.ObservedGeneration {
		after.ObservedGeneration = before.ObservedGeneration
	}
	return before != after
}
