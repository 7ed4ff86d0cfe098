package scheduler

import (
	"github.com/wavetank/wavetank/sim/cluster"
)

// cache keeps the snapshot in step with the news, and with what the scheduler has decided and not yet heard of.
//
//	        assume             news: bound              news: deleted or ended
//	(none) -------> assumed ---------------> added ---------------------------> (none)
//	                   |  forget: binding failed, or the pod is gone              ^
//	                   +----------------------------------------------------------+
type cache struct {
	*cluster.Snapshot
	placed  map[cluster.UID]*cluster.Pod // on a node of the snapshot, assumed or added
	assumed map[cluster.UID]bool
}

func newCache(l cluster.Lister) *cache {
	return &cache{Snapshot: cluster.NewSnapshot(l), placed: map[cluster.UID]*cluster.Pod{}, assumed: map[cluster.UID]bool{}}
}

// assume places the pod in the snapshot before the binding is made.
func (c *cache) assume(pod *cluster.Pod, node string, gpus cluster.DeviceSet) *cluster.Pod {
	p := *pod
	p.NodeName, p.GPUs = node, gpus
	c.put(&p)
	c.assumed[p.UID] = true
	return &p
}

// forget takes an assumed pod out again.
func (c *cache) forget(uid cluster.UID) {
	if c.assumed[uid] {
		c.drop(uid)
	}
}

// heard brings an assigned pod up to date, and tells whether the scheduler had not known it to be bound.
func (c *cache) heard(pod *cluster.Pod) (added bool) {
	old := c.placed[pod.UID]
	added = old == nil || c.assumed[pod.UID]
	delete(c.assumed, pod.UID)
	switch {
	case old == nil:
		c.put(pod)
	case old.NodeName != pod.NodeName || old.GPUs != pod.GPUs:
		c.RemovePod(old)
		c.put(pod)
	default:
		c.ReplacePod(old, pod)
		c.placed[pod.UID] = pod
	}
	return added
}

func (c *cache) put(pod *cluster.Pod) {
	c.placed[pod.UID] = pod
	c.AddPod(pod)
}

// drop takes a pod out of the snapshot, and tells whether it was there.
func (c *cache) drop(uid cluster.UID) bool {
	pod := c.placed[uid]
	if pod == nil {
		return false
	}
	delete(c.placed, uid)
	delete(c.assumed, uid)
	c.RemovePod(pod)
	return true
}
