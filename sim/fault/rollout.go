package fault

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wavetank/wavetank/sim/cluster"
)

// The reasons of the writes that begin and end a bad rollout.
const (
	ReasonBadRollout cluster.Reason = "BadRollout"
	ReasonRolledBack cluster.Reason = "RolloutUndo"
)

// BadRollout gives all containers of a Deployment's template another image, with which they never become ready or, with
// Crashes, end in failure After they began. What runs with other images is well. When it is over the images
// are again what they were, which the Deployment controller takes for a return to the revision before, unless somebody has
// changed them meanwhile.
type BadRollout struct {
	Deployment cluster.NamespacedName
	Image      string // "": that of each container, with "-bad" at its tag
	Crashes    bool
	After      time.Duration
}

func (b *BadRollout) kind() string   { return "bad rollout" }
func (b *BadRollout) target() string { return "deployment " + b.Deployment.String() }

func (b *BadRollout) check(f *Faults) error {
	if b.Deployment.Name == "" {
		return fmt.Errorf("no Deployment is given")
	}
	return nil
}

// Broken returns the bad rollout that brought an image, nil if the image is well.
func (f *Faults) Broken(image string) *BadRollout { return f.broken[image] }

func (b *BadRollout) begin(f *Faults, o *occurrence) {
	d := f.deployment(b)
	if d == nil {
		f.note("bad rollout: there is no Deployment %v", b.Deployment)
		return
	}
	o.images = map[string]swap{}
	f.rollouts = append(f.rollouts, o)
	f.setImages(d, ReasonBadRollout, func(container, image string) string {
		bad := b.badImage(image)
		o.images[container], f.broken[bad] = swap{image, bad}, b
		return bad
	})
}

// swap is what a bad rollout did to the image of one container.
type swap struct{ was, is string }

func (f *Faults) deployment(b *BadRollout) *cluster.Deployment {
	d, _ := f.store.Get(cluster.KindDeployment, b.Deployment).(*cluster.Deployment)
	return d
}

// setImages writes the images of a Deployment's template, unless all stay what they are.
func (f *Faults) setImages(d *cluster.Deployment, reason cluster.Reason, image func(container, image string) string) {
	template, spec := *d.Template, *d.Template.Spec
	spec.Containers = slices.Clone(spec.Containers)
	changed := false
	for i := range spec.Containers {
		c := &spec.Containers[i]
		was := c.Image
		c.Image = image(c.Name, was)
		changed = changed || c.Image != was
	}
	if !changed {
		return
	}
	template.Spec = spec.Complete()
	must(cluster.Edit(f.store, cluster.KeyOf(d), reason, func(d *cluster.Deployment) {
		d.Template = &template
		d.Generation++
	}))
}

// badImage returns the image that takes the place of another.
func (b *BadRollout) badImage(image string) string {
	switch {
	case b.Image != "":
		return b.Image
	case strings.Contains(image[strings.LastIndexByte(image, '/')+1:], ":"):
		return image + "-bad"
	}
	return image + ":bad"
}

func (b *BadRollout) end(f *Faults, o *occurrence) {
	if d := f.deployment(b); d != nil {
		f.setImages(d, ReasonRolledBack, func(container, image string) string { return f.imageBefore(o, container, image) })
	}
}

// imageBefore returns what a container's image is to be when a bad rollout is over: the one before, or that before it if a
// bad rollout that is over brought that. What another one has brought since, or anybody else, stays.
func (f *Faults) imageBefore(over *occurrence, container, image string) string {
	if over.images[container].is != image {
		return image
	}
	before := image
	for _, o := range slices.Backward(f.rollouts) {
		brought := o.effect.target() == over.effect.target() && o.images[container].is == before
		switch {
		case brought && !o.over:
			return before
		case brought:
			before = o.images[container].was
		}
	}
	return before
}
