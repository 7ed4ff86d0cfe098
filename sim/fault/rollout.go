package fault

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wavetank/wavetank/sim/cluster"
)

// ReasonBadRollout is the reason of the write that begins a bad rollout.
const ReasonBadRollout cluster.Reason = "BadRollout"

// BadRollout gives all containers of a Deployment's template another image, with which they never become ready or, with
// Crashes, end in failure After they began. What runs with other images is well. When it is over the Deployment is
// rolled back, unless somebody has changed the image meanwhile.
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

func (b *BadRollout) begin(f *Faults, _ *occurrence) {
	d, _ := f.store.Get(cluster.KindDeployment, b.Deployment).(*cluster.Deployment)
	if d == nil {
		f.note("bad rollout: there is no Deployment %v", b.Deployment)
		return
	}
	template, spec := *d.Template, *d.Template.Spec
	spec.Containers = slices.Clone(spec.Containers)
	for i := range spec.Containers {
		c := &spec.Containers[i]
		c.Image = b.badImage(c.Image)
		f.broken[c.Image] = b
	}
	template.Spec = spec.Complete()
	must(cluster.Edit(f.store, cluster.KeyOf(d), ReasonBadRollout, func(d *cluster.Deployment) {
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

func (b *BadRollout) end(f *Faults, _ *occurrence) {
	d, _ := f.store.Get(cluster.KindDeployment, b.Deployment).(*cluster.Deployment)
	if d == nil || !f.runsBroken(d) {
		return
	}
	if f.cfg.Undo == nil {
		f.note("bad rollout of %v: nobody knows how to undo it", b.target())
		return
	}
	if err := f.cfg.Undo(b.Deployment); err != nil {
		f.note("bad rollout of %v: undo: %v", b.target(), err)
	}
}

func (f *Faults) runsBroken(d *cluster.Deployment) bool {
	for i := range d.Template.Spec.Containers {
		if f.broken[d.Template.Spec.Containers[i].Image] != nil {
			return true
		}
	}
	return false
}
