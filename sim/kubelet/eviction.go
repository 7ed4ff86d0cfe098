package kubelet

import (
	"cmp"
	"slices"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

const (
	// monitorPeriod parts two evictions of a node (pkg/kubelet/kubelet.go: evictionMonitoringPeriod, v1.36).
	monitorPeriod = 10 * time.Second
	// systemCritical is the priority from which pods are not evicted (pkg/apis/scheduling/types.go, v1.36).
	systemCritical = 2_000_000_000

	lowMemory = "The node was low on resource: memory."
)

// pressure is the event of a node that runs out of memory.
type pressure struct {
	k *Kubelet
	n *node
}

var _ sim.Event = (*pressure)(nil)

// Fire implements sim.Event: one pod is evicted, if the node still needs it.
func (p *pressure) Fire(now sim.Time) {
	if p.n.exceeds(now) > now {
		p.n.press(p.k, now)
		return
	}
	if victim := p.n.victim(now); victim != nil {
		p.n.quiet = now.Add(monitorPeriod)
		p.k.evict(victim.pod)
	}
}

// String names the event in the log.
func (p *pressure) String() string { return "memory pressure " + p.n.info.Node.Name }

func (k *Kubelet) evict(pod *cluster.Pod) {
	w := k.lives[pod.UID].work
	k.drop(pod.UID)
	k.end(pod, ReasonEvicted, func(p *cluster.Pod) {
		w.count(p)
		k.markEnded(p, cluster.Failed, string(ReasonEvicted))
		p.Status.Message, p.Status.Disrupted = lowMemory, ReasonEvicted
	})
}

// press plans the instant at which the pods of the node will use more memory than is allocatable.
func (n *node) press(k *Kubelet, now sim.Time) {
	if !n.modelled {
		return
	}
	k.engine.Cancel(n.next)
	n.next = sim.Handle{}
	if at := n.exceeds(now); !n.gone && !n.off && at != sim.Never {
		n.next = k.engine.At(max(at, n.quiet), sim.PhaseWorld, &pressure{k, n})
	}
}

// exceeds returns when all uses together are above what is allocatable.
func (n *node) exceeds(now sim.Time) sim.Time {
	var curves []curve
	for _, w := range n.workers {
		for _, c := range w.all {
			if c.up() {
				curves = append(curves, curve{since: c.started, use: c.does.Memory})
			}
		}
	}
	return crossing(now, curves, n.info.Node.Allocatable.Memory)
}

// victim returns the pod that is evicted first: one that uses more than it requests before one that does not, which
// puts BestEffort and Burstable before Guaranteed; then the lower priority; then the larger excess (pkg/kubelet/eviction/helpers.go:
// rankMemoryPressure, v1.36). Nil if only critical pods are left.
func (n *node) victim(now sim.Time) *worker {
	excess := func(w *worker) int64 { return w.usage(now).Memory - w.pod.Spec.Requests().Memory }
	rank := func(a, b *worker) int {
		x, y := excess(a), excess(b)
		return cmp.Or(cmp.Compare(b2i(y > 0), b2i(x > 0)), cmp.Compare(a.pod.Spec.Priority, b.pod.Spec.Priority),
			cmp.Compare(y, x), cmp.Compare(a.pod.UID, b.pod.UID))
	}
	candidates := slices.DeleteFunc(slices.Clone(n.workers), func(w *worker) bool { return w.pod.Spec.Priority >= systemCritical })
	if len(candidates) == 0 {
		return nil
	}
	return slices.MinFunc(candidates, rank)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
