package kubelet

import (
	"maps"
	"slices"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Registry is the image registry as the kubelets of a cluster meet it.
type Registry struct{ k *Kubelet }

// Registry returns the image registry. It gives out what Config.Images says, and without that is never asked.
func (k *Kubelet) Registry() Registry { return Registry{k} }

// Pause takes the registry down, or brings it back. While it is down pulls fail, those under way too: the containers wait
// with ErrImagePull, then ImagePullBackOff. When it is back each pulls again at the next of its tries, which are 10 s apart
// at first, then twice as long each time, and at most 5 min (pkg/kubelet/kubelet.go: imageBackOffPeriod and
// MaxImageBackOff, v1.36). What a node holds already it needs not pull, unless the image is to be pulled always.
func (r Registry) Pause(down bool) {
	if r.k.closed == down {
		return
	}
	r.k.closed = down
	for _, name := range slices.Sorted(maps.Keys(r.k.nodes)) {
		st := r.k.nodes[name]
		if down {
			st.stopPulls(r.k.engine.Now())
		}
		for _, w := range slices.Clone(st.workers) {
			w.heardRegistry(down)
		}
	}
}

// heardRegistry has the pulls of a pod fail, or be tried again.
func (w *worker) heardRegistry(down bool) {
	now := w.k.engine.Now()
	for _, c := range w.all {
		switch {
		case down && c.state == pulling && c.image > now:
			c.starve(now)
		case !down && c.starved && c.state == blocked:
			c.starved = false
			c.plan(nextTry(c.missed, now))
		}
	}
	w.write(now)
}

// nextTry returns the first of the tries after a failure that is not before now.
func nextTry(failed, now sim.Time) sim.Time {
	b := backoff{since: failed}
	for at := failed; ; at = at.Add(b.wait) {
		if at >= now {
			return at
		}
		b.tried(at)
		if gap := now.Sub(at); b.wait == mostBackoff && gap > mostBackoff {
			at = at.Add(gap / mostBackoff * mostBackoff) // whole waits at once: an outage may be long
			if at == now {
				return at
			}
		}
	}
}

// starve notes that the registry does not give out the image. Nothing is tried until it is back.
func (c *container) starve(now sim.Time) {
	if !c.starved {
		c.starved, c.missed = true, now
	}
	c.refuse(reasonPull, now)
}

// asks tells whether the registry has to be asked for the image of a container.
func (n *node) asks(of *Images, c *cluster.Container) bool {
	if of == nil || c.Image == "" || c.PullPolicy == cluster.PullNever {
		return false
	}
	n.learnImages()
	_, here := n.images[cluster.NormalizedImage(c.Image)]
	return !here || c.PullPolicy == cluster.PullAlways
}

// stopPulls forgets the images that are still on their way.
func (n *node) stopPulls(now sim.Time) {
	maps.DeleteFunc(n.images, func(_ string, at sim.Time) bool { return at > now })
	n.pulled = min(n.pulled, now)
}
