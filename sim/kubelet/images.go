package kubelet

import (
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// The reasons of containers that wait for their image (pkg/kubelet/images/types.go, v1.36).
const (
	reasonCreating    = "ContainerCreating"
	reasonPull        = "ErrImagePull"
	reasonPullBackoff = "ImagePullBackOff"
	reasonNeverPull   = "ErrImageNeverPull"
)

// Images says what images are and how fast they come.
type Images struct {
	// Size returns the compressed size of a container's image in bytes, false if there is none of that name. It is asked when
	// a node is to get the image, so that the first pod there decides.
	Size func(pod *cluster.Pod, container *cluster.Container) (int64, bool)
	// Bandwidth is what a node pulls in a second, in bytes; 0: no time at all.
	Bandwidth int64
}

// pull returns when the image of a container is on the node, or why it will not be. A node gets one image at a time, in
// the order of asking (serializeImagePulls, pkg/kubelet/apis/config/v1beta1/defaults.go, v1.36), keeps all, and begins with those
// that its status names.
func (n *node) pull(of *Images, pod *cluster.Pod, c *cluster.Container, now sim.Time) (sim.Time, string) {
	if of == nil || c.Image == "" {
		return now, ""
	}
	n.learnImages()
	name := cluster.NormalizedImage(c.Image)
	if at, ok := n.images[name]; ok {
		return max(at, now), ""
	}
	if c.PullPolicy == cluster.PullNever {
		return sim.Never, reasonNeverPull
	}
	size, ok := of.Size(pod, c)
	if !ok {
		return sim.Never, reasonPull
	}
	n.pulled = max(n.pulled, now).Add(n.slowed(of.takes(size)))
	n.images[name] = n.pulled
	return n.pulled, ""
}

func (of *Images) takes(size int64) time.Duration {
	if of.Bandwidth <= 0 {
		return 0
	}
	return seconds(float64(size) / float64(of.Bandwidth))
}

func (n *node) learnImages() {
	if n.images != nil {
		return
	}
	n.images = map[string]sim.Time{}
	for _, image := range n.info.Node.Images {
		for _, name := range image.Names {
			n.images[cluster.NormalizedImage(name)] = 0
		}
	}
}
