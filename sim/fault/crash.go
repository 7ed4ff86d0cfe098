package fault

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
)

// Pods says which pods a fault hits.
type Pods interface {
	Selects(p *cluster.Pod) bool
	String() string // what a reader calls them
}

// Crash ends containers of pods in failure: with Code, or killed for want of memory. Of the pods that run, all are hit
// unless Count or Share says how many; which ones is drawn, by the stream and the pod's name.
type Crash struct {
	Pods      Pods
	Container string // "": all but init containers
	Code      int32
	OOM       bool
	Count     int     // 0: no limit
	Share     float64 // of the pods that run, 0..1, rounded up; 0: no limit
	Stream    string
}

func (c *Crash) kind() string {
	if c.OOM {
		return "oom"
	}
	return "crash"
}

func (c *Crash) target() string { return c.Pods.String() }

func (c *Crash) check(f *Faults) error {
	switch {
	case f.cfg.Kubelet == nil:
		return fmt.Errorf("there are no kubelets to run pods")
	case c.Pods == nil:
		return fmt.Errorf("no pods are given")
	case c.Count < 0 || c.Share < 0 || c.Share > 1:
		return fmt.Errorf("count %d and share %g must be 0 or more, and share at most 1", c.Count, c.Share)
	}
	return nil
}

func (c *Crash) begin(f *Faults, _ *occurrence) {
	hits := 0
	for _, p := range c.chosen(f) {
		if f.cfg.Kubelet.Crash(p.UID, c.Container, c.Code, c.OOM) {
			hits++
		}
	}
	if _, known := c.Pods.(*onePod); hits == 0 && !known {
		f.note("%s of %s: no such pod runs", c.kind(), c.target())
	}
}

func (c *Crash) end(*Faults, *occurrence) {}

// chosen returns the pods that are hit, in the order in which they were made.
func (c *Crash) chosen(f *Faults) []*cluster.Pod {
	pods := c.running(f)
	n := len(pods)
	if c.Share > 0 {
		n = int(math.Ceil(c.Share * float64(n)))
	}
	if c.Count > 0 {
		n = min(n, c.Count)
	}
	if n < len(pods) {
		pods = f.draw(pods, n, c.Stream)
	}
	slices.SortFunc(pods, func(a, b *cluster.Pod) int { return cmp.Compare(a.UID, b.UID) })
	return pods
}

func (c *Crash) running(f *Faults) []*cluster.Pod {
	if one, ok := c.Pods.(*onePod); ok {
		return one.now(f.store)
	}
	var pods []*cluster.Pod
	for _, o := range f.store.List(cluster.KindPod) {
		if p := o.(*cluster.Pod); p.Status.Phase == cluster.Running && c.Pods.Selects(p) {
			pods = append(pods, p)
		}
	}
	return pods
}

// draw returns n of the pods, by lot: each has a lot of its own, so that another pod that comes or goes changes nothing
// for the others.
func (f *Faults) draw(pods []*cluster.Pod, n int, stream string) []*cluster.Pod {
	lots := make(map[cluster.UID]uint64, len(pods))
	for _, p := range pods {
		lots[p.UID] = f.engine.Draw("fault/"+stream+"/lot", p.Namespace, p.Name).Uint64()
	}
	slices.SortFunc(pods, func(a, b *cluster.Pod) int {
		return cmp.Or(cmp.Compare(lots[a.UID], lots[b.UID]), cmp.Compare(a.UID, b.UID))
	})
	return pods[:n]
}
