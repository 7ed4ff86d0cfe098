package actions

import (
	"errors"
	"fmt"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads"
)

// restartedAt is the annotation that makes a template another one (kubectl pkg/polymorphichelpers/objectrestarter.go, v0.36).
const restartedAt = "kubectl.kubernetes.io/restartedAt"

func (t *Timetable) do(now sim.Time, i int, a *workloads.Action) error {
	switch a.Verb {
	case workloads.VerbApply:
		return t.cfg.Apply(a.Files)
	case workloads.VerbCordon:
		return cordon(t.cfg.Store, a.Target.Name, true)
	case workloads.VerbUncordon:
		return cordon(t.cfg.Store, a.Target.Name, false)
	case workloads.VerbDrain:
		return t.drainNodes(now, i, a)
	case workloads.VerbUpgrade:
		return t.upgradeNodes(now, i, a.Upgrade)
	case workloads.VerbTaint:
		return t.taint(a.Target, a.Taints)
	case workloads.VerbUntaint:
		return t.untaint(a.Target, a.Taints)
	}
	o, err := t.get(a.Target)
	if err != nil {
		return err
	}
	switch a.Verb {
	case workloads.VerbDelete:
		return t.remove(o)
	case workloads.VerbRollout:
		return t.rollout(now, a, o)
	case workloads.VerbSetImage:
		return t.setImage(a, o)
	case workloads.VerbScale:
		return t.patch(o, &workloads.Patch{Replicas: &a.Replicas})
	case workloads.VerbLabel:
		return t.label(o, a)
	}
	return t.patch(o, a.With)
}

func (t *Timetable) get(r workloads.Ref) (cluster.Object, error) {
	o := t.cfg.Store.Get(r.Kind, r.NamespacedName)
	if o == nil {
		return nil, fmt.Errorf("%v %v: %w", r.Kind, r.NamespacedName, cluster.ErrNotFound)
	}
	return o, nil
}

// remove deletes an object. What it owns is the garbage collector's business; a pod ends gracefully.
func (t *Timetable) remove(o cluster.Object) error {
	if o.Kind() == cluster.KindPod {
		return t.cfg.Store.Terminate(cluster.KeyOf(o), cluster.ReasonKilling)
	}
	return t.cfg.Store.Delete(cluster.KeyOf(o), cluster.ReasonDeleted)
}

var errNoUndo = errors.New("nothing here knows how to undo a rollout")

func (t *Timetable) rollout(now sim.Time, a *workloads.Action, o cluster.Object) error {
	d, _ := o.(*cluster.Deployment)
	paused := d != nil && d.Paused
	switch a.Do {
	case workloads.RolloutUndo:
		if t.cfg.Undo == nil {
			return errNoUndo
		}
		return t.cfg.Undo(t.cfg.Store, a.Target.NamespacedName, int64(a.ToRevision))
	case workloads.RolloutRestart:
		if paused {
			return fmt.Errorf("%v %v: cannot restart while it is paused; resume it first", o.Kind(), a.Target.NamespacedName)
		}
		return t.patch(o, &workloads.Patch{TemplateAnnotations: cluster.Labels{restartedAt: now.String()}})
	}
	pause := a.Do == workloads.RolloutPause
	if paused == pause {
		return fmt.Errorf("%v %v: is %s already", o.Kind(), a.Target.NamespacedName, map[bool]string{true: "paused", false: "running"}[pause])
	}
	return t.patch(o, &workloads.Patch{Paused: &pause})
}

// setImage gives one container or all another image.
func (t *Timetable) setImage(a *workloads.Action, o cluster.Object) error {
	p := &workloads.Patch{}
	for _, c := range cluster.TemplateOf(o).Spec.Containers {
		if a.Container == "" || a.Container == c.Name {
			p.Images = append(p.Images, workloads.ContainerImage{Name: c.Name, Image: a.Image})
		}
	}
	if len(p.Images) == 0 {
		return fmt.Errorf("%v %v: there is no container %q", o.Kind(), a.Target.NamespacedName, a.Container)
	}
	return t.patch(o, p)
}

func (t *Timetable) label(o cluster.Object, a *workloads.Action) error {
	labels := merged(o.Meta().Labels, a.Labels)
	for _, key := range a.Remove {
		labels = without(labels, key)
	}
	return cluster.Edit(t.cfg.Store, cluster.KeyOf(o), cluster.ReasonUpdated, func(o cluster.Object) { o.Meta().Labels = labels })
}
