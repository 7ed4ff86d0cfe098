package deployment

import (
	"cmp"
	"maps"
	"reflect"
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// sameTemplate tells whether templates are equal but for HashLabel (deployment_util.go: EqualIgnoreHash). Specs are shared
// between the owners of one template, so that most comparisons end at the pointer.
func sameTemplate(a, b *cluster.PodTemplate) bool {
	return maps.Equal(a.Annotations, b.Annotations) && sameLabels(a.Labels, b.Labels) &&
		(a.Spec == b.Spec || reflect.DeepEqual(a.Spec, b.Spec))
}

// sameLabels tells whether labels are equal but for HashLabel. It is asked for every revision at every reconcile, and so
// copies nothing.
func sameLabels(a, b cluster.Labels) bool {
	if countWithoutHash(a) != countWithoutHash(b) {
		return false
	}
	for key, value := range a {
		if has, ok := b[key]; key != HashLabel && (!ok || has != value) {
			return false
		}
	}
	return true
}

func countWithoutHash(labels cluster.Labels) int {
	if _, ok := labels[HashLabel]; ok {
		return len(labels) - 1
	}
	return len(labels)
}

// rollingUpdate scales up, or else down, or else tidies (rolling.go: rolloutRolling).
func (w *work) rollingUpdate() {
	w.create()
	if w.grow() || w.shrink() {
		return
	}
	if complete(&w.d, &w.d.Status) {
		w.cleanUp()
	}
}

// grow scales the new ReplicaSet towards the Deployment's size, and tells whether it did.
func (w *work) grow() bool {
	size := w.d.Replicas
	if w.fresh.Replicas < size {
		size = NewReplicas(&w.d, total(w.all()), w.fresh.Replicas)
	}
	return w.resize(w.fresh, size)
}

// shrink scales old ReplicaSets down, and tells whether it did.
func (w *work) shrink() bool {
	old := active(w.old)
	if len(old) == 0 {
		return false
	}
	sizes := make([]Size, len(old))
	for i, rs := range old {
		sizes[i] = Size{rs.Replicas, rs.Status.Available}
	}
	fresh := Size{w.fresh.Replicas, w.fresh.Status.Available}
	steps := ShrinkOld(w.d.Replicas, MaxUnavailable(&w.d), total(w.all()), fresh, sizes)
	for _, step := range steps {
		w.setSize(old[step.Index], step.Replicas)
	}
	return len(steps) > 0
}

// recreate ends all old pods before it makes new ones (recreate.go: rolloutRecreate).
func (w *work) recreate() {
	if old := active(w.old); len(old) > 0 {
		for _, rs := range old {
			w.resize(rs, 0)
		}
		return
	}
	if w.oldPodsRun() {
		return
	}
	w.create()
	w.resize(w.fresh, w.d.Replicas)
	if complete(&w.d, &w.d.Status) {
		w.cleanUp()
	}
}

// oldPodsRun tells whether an old ReplicaSet has pods, be they being deleted, that have not ended.
func (w *work) oldPodsRun() bool {
	running := func(p *cluster.Pod) bool { return !p.Terminal() }
	return slices.ContainsFunc(w.old, func(rs *cluster.ReplicaSet) bool {
		return rs.Status.Replicas > 0 || slices.ContainsFunc(w.store.OwnedPods(rs.UID), running)
	})
}

// resized tells whether an active ReplicaSet was scaled for another size of the Deployment than it has now (sync.go:
// isScalingEvent).
func (w *work) resized() bool {
	return slices.ContainsFunc(active(w.all()), func(rs *cluster.ReplicaSet) bool {
		desired, ok := replicasAnnotation(rs, DesiredReplicasAnnotation)
		return ok && desired != w.d.Replicas
	})
}

// scale brings the ReplicaSets to the size of the Deployment without rolling on: the only active one, or else the newest,
// or all in proportion (sync.go: scale).
func (w *work) scale() {
	sets := active(w.all())
	switch {
	case len(sets) == 1:
		w.resize(sets[0], w.d.Replicas)
	case len(sets) == 0:
		if newest := w.newest(); newest != nil {
			w.resize(newest, w.d.Replicas)
		}
	case w.saturated():
		old := active(w.old)
		slices.Reverse(old) // the newest first
		for _, rs := range old {
			w.resize(rs, 0)
		}
	case !w.d.Recreate:
		w.scaleInProportion()
	}
}

// newest returns the new ReplicaSet, or else the old one created last; nil if there is none.
func (w *work) newest() *cluster.ReplicaSet {
	if w.fresh != nil || len(w.old) == 0 {
		return w.fresh
	}
	return w.old[len(w.old)-1]
}

// saturated tells whether the new ReplicaSet is all that the Deployment asks for (IsSaturated).
func (w *work) saturated() bool {
	if w.fresh == nil {
		return false
	}
	desired, ok := replicasAnnotation(w.fresh, DesiredReplicasAnnotation)
	return ok && desired == w.d.Replicas && w.fresh.Replicas == w.d.Replicas && w.fresh.Status.Available == w.d.Replicas
}

func (w *work) scaleInProportion() {
	old := slices.Clone(w.old)
	slices.Reverse(old) // the newest first
	sets := active(append(old, freshOnly(w.fresh)...))
	toAdd := MaxSurge(&w.d) - total(sets)
	if w.d.Replicas > 0 {
		toAdd += w.d.Replicas
	} else {
		toAdd = -total(sets)
	}
	w.bySize(sets, toAdd)
	shares := make([]Share, len(sets))
	for i, rs := range sets {
		shares[i].Replicas = rs.Replicas
		shares[i].Max, _ = replicasAnnotation(rs, MaxReplicasAnnotation)
	}
	for i, size := range Proportional(w.d.Replicas, MaxSurge(&w.d), w.d.Status.Replicas, shares) {
		w.setSize(sets[i], size)
	}
}

func freshOnly(rs *cluster.ReplicaSet) []*cluster.ReplicaSet {
	if rs == nil {
		return nil
	}
	return []*cluster.ReplicaSet{rs}
}

// bySize sorts the largest first; of equal ones the newer when there is to add, the older when there is to take
// (controller_utils.go: ReplicaSetsBySizeNewer, ReplicaSetsBySizeOlder).
func (w *work) bySize(sets []*cluster.ReplicaSet, toAdd int) {
	if toAdd == 0 {
		return
	}
	slices.SortFunc(sets, func(a, b *cluster.ReplicaSet) int {
		c := byCreation(w.store, a, b)
		if toAdd > 0 {
			c = -c
		}
		return cmp.Or(cmp.Compare(b.Replicas, a.Replicas), c)
	})
}

// resize is setSize where the size differs, and tells whether it does.
func (w *work) resize(rs *cluster.ReplicaSet, replicas int) bool {
	if rs.Replicas == replicas {
		return false
	}
	w.setSize(rs, replicas)
	return true
}

// setSize asks for the call that gives a ReplicaSet a size, and notes for which size of the Deployment. It asks for none
// if both are so already (sync.go: scaleReplicaSet).
func (w *work) setSize(rs *cluster.ReplicaSet, replicas int) {
	_, differ := withSizes(rs.Annotations, &w.d)
	if !differ && rs.Replicas == replicas {
		return
	}
	d := w.found
	call := func(s *cluster.Store) error {
		return cluster.Edit(s, cluster.KeyOf(rs), ReasonScaled, func(rs *cluster.ReplicaSet) {
			rs.Annotations, _ = withSizes(rs.Annotations, d)
			if rs.Replicas != replicas {
				rs.Replicas = replicas
				rs.Generation++
			}
		})
	}
	if rs.Replicas != replicas {
		call = w.self.Recorded(d.UID, call)
	}
	w.calls.Do(call)
}

// cleanUp deletes the old ReplicaSets of the lowest revisions beyond the history that is kept, if they are empty and that
// is known (sync.go: cleanupDeployment).
func (w *work) cleanUp() {
	if w.d.RevisionHistoryLimit >= unlimitedHistory {
		return
	}
	old := slices.DeleteFunc(slices.Clone(w.old), func(rs *cluster.ReplicaSet) bool { return rs.Deleting })
	slices.SortFunc(old, func(a, b *cluster.ReplicaSet) int {
		return cmp.Or(cmp.Compare(Revision(a), Revision(b)), byCreation(w.store, a, b))
	})
	for _, rs := range old[:max(0, len(old)-w.d.RevisionHistoryLimit)] {
		if rs.Replicas != 0 || rs.Status.Replicas != 0 || rs.Generation > rs.Status.ObservedGeneration {
			continue
		}
		w.calls.Do(func(s *cluster.Store) error { return controller.IgnoreGone(s.Delete(cluster.KeyOf(rs), ReasonCleanup)) })
	}
}
