package plugins

import (
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// imageLocality favours nodes that hold the pod's images already (plugins/imagelocality/image_locality.go, v1.36).
//
// Each image of init containers, containers and image volumes that the node holds counts size * (nodes that hold it) /
// nodes: an image on few nodes must not draw all pods there. The sum is cut to [23 MiB, 1000 MiB * containers], and
// score = 100 * (sum - 23 MiB) / (1000 MiB * containers - 23 MiB), rounded down; image volumes are no containers.
type imageLocality struct{ images podImages }

// podImages is the weight of each image of the pod that some node holds. The buffer is the plugin's own, for one cycle.
type podImages struct{ held []heldImage }

type heldImage struct {
	state  *cluster.ImageState
	weight int64 // bytes, scaled by the share of nodes
}

// Clone returns the same: the images do not change within a cycle.
func (p *podImages) Clone() framework.StateData { return p }

const (
	mebibyte          = 1024 * 1024
	minImages         = 23 * mebibyte
	maxPerContainer   = 1000 * mebibyte
	imageLocalityData = "PreScore" + ImageLocality
)

var (
	_ framework.PreScorePlugin = (*imageLocality)(nil)
	_ framework.ScorePlugin    = (*imageLocality)(nil)
	_ framework.NodeLocal      = (*imageLocality)(nil)
)

func newImageLocality(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	return &imageLocality{}, noArgs(ImageLocality, args)
}

func (*imageLocality) Name() string { return ImageLocality }

// NodeLocal holds while no node holds any image: a score counts the nodes that hold an image.
func (*imageLocality) NodeLocal(_ *cluster.Pod, view *cluster.Snapshot) bool {
	return !view.HasImages()
}

// PreScore weighs the pod's images. It never skips: upstream has no PreScore here.
func (p *imageLocality) PreScore(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot, _ []*cluster.NodeInfo) *framework.Status {
	if !view.HasImages() {
		return nil
	}
	p.images.held = p.images.held[:0]
	for i := range pod.Spec.InitContainers {
		p.add(view, pod.Spec.InitContainers[i].Image)
	}
	for i := range pod.Spec.Containers {
		p.add(view, pod.Spec.Containers[i].Image)
	}
	for _, image := range pod.Spec.ImageVolumes {
		p.add(view, image)
	}
	state.Write(imageLocalityData, &p.images)
	return nil
}

func (p *imageLocality) add(view *cluster.Snapshot, image string) {
	state := view.Image(cluster.NormalizedImage(image))
	if state == nil {
		return
	}
	share := float64(state.Nodes) / float64(len(view.Nodes()))
	p.images.held = append(p.images.held, heldImage{state, int64(float64(state.SizeBytes) * share)})
}

func (p *imageLocality) Score(state *framework.CycleState, pod *cluster.Pod, node *cluster.NodeInfo) int64 {
	images, ok := state.Read(imageLocalityData).(*podImages)
	if !ok {
		return 0 // no node holds any image
	}
	sum := int64(0)
	for i := range images.held {
		if images.held[i].state.Holds(node.Name()) {
			sum += images.held[i].weight
		}
	}
	return imageScore(sum, len(pod.Spec.InitContainers)+len(pod.Spec.Containers))
}

func imageScore(sum int64, containers int) int64 {
	most := int64(maxPerContainer * containers)
	sum = max(minImages, min(sum, most))
	return framework.MaxNodeScore * (sum - minImages) / (most - minImages)
}
