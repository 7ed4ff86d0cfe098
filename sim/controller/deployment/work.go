package deployment

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// work is one reconcile of a Deployment.
type work struct {
	store *cluster.Store
	self  *controller.Controller
	calls *controller.Calls
	now   sim.Time            // in whole seconds of the wall clock
	found *cluster.Deployment // as it was read
	d     cluster.Deployment  // as it is after the calls asked for so far
	fresh *cluster.ReplicaSet // of the Deployment's template, nil if there is none
	old   []*cluster.ReplicaSet
	stale bool // the Deployment was written since it was read
}

// begin reads what there is. The ReplicaSets are in order of creation, the new one is the oldest of the same template
// (deployment_util.go: FindNewReplicaSet).
func (r *reconciler) begin(now sim.Time, d *cluster.Deployment, calls *controller.Calls) *work {
	w := &work{store: r.store, self: r.self, calls: calls, now: r.store.WholeSecond(now), found: d, d: *d}
	if d.Selector.Empty() {
		return w
	}
	for _, rs := range r.replicaSets(d, calls) {
		if w.fresh == nil && sameTemplate(rs.Template, d.Template) {
			w.fresh = rs
		} else {
			w.old = append(w.old, rs)
		}
	}
	return w
}

func (r *reconciler) replicaSets(d *cluster.Deployment, calls *controller.Calls) []*cluster.ReplicaSet {
	sets := controller.Claim(calls, d, replicaSetsOf(r.store.Owned(d.UID)), replicaSetsOf(r.orphans.Matching(d.Namespace, d.Selector)))
	slices.SortFunc(sets, func(a, b *cluster.ReplicaSet) int { return byCreation(r.store, a, b) })
	return sets
}

func replicaSetsOf(objects []cluster.Object) []*cluster.ReplicaSet {
	var sets []*cluster.ReplicaSet
	for _, o := range objects {
		if rs, ok := o.(*cluster.ReplicaSet); ok {
			sets = append(sets, rs)
		}
	}
	return sets
}

// byCreation orders by the timestamp of the API, which has whole seconds, then by name (controller_utils.go:
// ReplicaSetsByCreationTimestamp, v1.36.3).
func byCreation(s *cluster.Store, a, b *cluster.ReplicaSet) int {
	return cmp.Or(cmp.Compare(s.WholeSecond(a.CreatedAt), s.WholeSecond(b.CreatedAt)), cmp.Compare(a.Name, b.Name))
}

// all returns the old ReplicaSets and the new one, if it exists.
func (w *work) all() []*cluster.ReplicaSet {
	if w.fresh == nil {
		return w.old
	}
	return append(slices.Clone(w.old), w.fresh)
}

// active returns the ReplicaSets that are to have pods.
func active(sets []*cluster.ReplicaSet) []*cluster.ReplicaSet {
	return slices.DeleteFunc(slices.Clone(sets), func(rs *cluster.ReplicaSet) bool { return rs.Replicas == 0 })
}

func total(sets []*cluster.ReplicaSet) int {
	n := 0
	for _, rs := range sets {
		n += rs.Replicas
	}
	return n
}

// write asks for the call that makes the Deployment in the store what it is here: revision and status.
func (w *work) write() {
	w.stale = true
	w.calls.Do(writing(w.found, w.d.Annotations, w.d.Status))
}

// writing returns the call. Of the annotations only the revision is the controller's.
func writing(d *cluster.Deployment, annotations map[string]string, status cluster.DeploymentStatus) controller.Call {
	return func(s *cluster.Store) error {
		return controller.IgnoreGone(cluster.Edit(s, cluster.KeyOf(d), ReasonStatus, func(d *cluster.Deployment) {
			if revision, ok := annotations[RevisionAnnotation]; ok && d.Annotations[RevisionAnnotation] != revision {
				d.Annotations = copyOf(d.Annotations)
				d.Annotations[RevisionAnnotation] = revision
			}
			d.Status = status
		}))
	}
}

// setRevision notes the revision in the Deployment and tells whether it had another.
func (w *work) setRevision(revision string) bool {
	if w.d.Annotations[RevisionAnnotation] == revision {
		return false
	}
	w.d.Annotations = copyOf(w.d.Annotations)
	w.d.Annotations[RevisionAnnotation] = revision
	return true
}

func (w *work) setCondition(c cluster.Condition) {
	w.d.Status.Conditions = withCondition(w.d.Status.Conditions, c)
}

// notePause writes a condition when the Deployment is paused or resumed, so that no progress is expected meanwhile
// (sync.go: checkPausedConditions).
func (w *work) notePause() {
	if w.d.ProgressDeadline == 0 {
		return
	}
	now := conditionOf(w.d.Status.Conditions, Progressing)
	if now != nil && now.Reason == ProgressDeadlineExceeded {
		return
	}
	noted := now != nil && now.Reason == DeploymentPaused
	reason, message := DeploymentPaused, "Deployment is paused"
	if !w.d.Paused {
		reason, message = DeploymentResumed, "Deployment is resumed"
	}
	if noted == w.d.Paused {
		return
	}
	c := condition(Progressing, false, reason, message, w.now)
	c.Unknown = true
	w.setCondition(c)
	w.write()
}

// syncRevision gives the new ReplicaSet the revision after the old ones', the Deployment's annotations and its
// minReadySeconds, and tells whether it lacked one; once it has them, it gives the Deployment its revision (sync.go:
// getNewReplicaSet).
func (w *work) syncRevision() bool {
	if w.fresh == nil {
		return false
	}
	annotations, differ := withRevision(w.fresh.Annotations, &w.d, maxRevision(w.old)+1)
	if differ || w.fresh.MinReadySeconds != w.d.MinReadySeconds {
		w.revise(annotations)
		return true
	}
	write := w.setRevision(w.fresh.Annotations[RevisionAnnotation])
	if w.d.ProgressDeadline != 0 && conditionOf(w.d.Status.Conditions, Progressing) == nil {
		w.setCondition(condition(Progressing, true, FoundNewReplicaSet, fmt.Sprintf("Found new replica set %q", w.fresh.Name), w.now))
		write = true
	}
	if write {
		w.write()
	}
	return false
}

func (w *work) revise(annotations map[string]string) {
	rs, minReady := *w.fresh, w.d.MinReadySeconds
	rs.Annotations, rs.MinReadySeconds = annotations, minReady
	key := cluster.KeyOf(w.fresh)
	w.fresh = &rs
	w.calls.Do(func(s *cluster.Store) error {
		return cluster.Edit(s, key, ReasonRevision, func(rs *cluster.ReplicaSet) {
			rs.Annotations = annotations
			if rs.MinReadySeconds != minReady {
				rs.MinReadySeconds = minReady
				rs.Generation++
			}
		})
	})
}

// create asks for the new ReplicaSet, unless there is one.
func (w *work) create() {
	if w.fresh != nil {
		return
	}
	revision := maxRevision(w.old) + 1
	rs := newReplicaSet(&w.d)
	rs.Replicas = NewReplicas(&w.d, total(w.old), 0)
	rs.Annotations, _ = withRevision(nil, &w.d, revision)
	rs.Annotations, _ = withSizes(rs.Annotations, &w.d)
	w.fresh = rs
	w.calls.Do(w.self.Recorded(w.found.UID, w.creating(rs)))
	write := w.setRevision(strconv.FormatInt(revision, 10))
	if w.d.ProgressDeadline != 0 {
		w.setCondition(condition(Progressing, true, NewReplicaSetCreated, fmt.Sprintf("Created new replica set %q", rs.Name), w.now))
		write = true
	}
	if write {
		w.write()
	}
}

// creating returns the call that creates a ReplicaSet. If it cannot be created the status says why, or counts the
// collision, so that the next try has another name.
func (w *work) creating(rs *cluster.ReplicaSet) controller.Call {
	found, status, now := w.found, w.d.Status, w.now
	return func(s *cluster.Store) error {
		err := s.Create(rs, cluster.ReasonCreated)
		switch {
		case errors.Is(err, cluster.ErrAlreadyExists):
			status.Collisions++
		case err != nil && found.ProgressDeadline != 0:
			status.Conditions = withCondition(status.Conditions,
				condition(Progressing, false, ReplicaSetCreateError, fmt.Sprintf("Failed to create new replica set %q: %v", rs.Name, err), now))
		default:
			return err
		}
		return errors.Join(err, writing(found, nil, status)(s))
	}
}

// HashLabel is the label that tells the pods of a Deployment's templates apart (apps/v1 DefaultDeploymentUniqueLabelKey, v0.36).
const HashLabel = "pod-template-hash"

// mostName is the longest name of an object (apimachinery util/validation: DNS1123SubdomainMaxLength, v0.36).
const mostName = 253

// newReplicaSet returns the ReplicaSet of a Deployment's template, of size 0.
func newReplicaSet(d *cluster.Deployment) *cluster.ReplicaSet {
	hash := controller.TemplateHash(d.Template, d.Status.Collisions)
	labels := cluster.Labels(copyOf(d.Template.Labels))
	labels[HashLabel] = hash
	ours := cluster.Requirement{Key: HashLabel, Operator: cluster.In, Values: []string{hash}}
	return &cluster.ReplicaSet{
		ObjectMeta: cluster.ObjectMeta{
			NamespacedName: cluster.NamespacedName{Namespace: d.Namespace, Name: d.Name[:min(len(d.Name), mostName-1-len(hash))] + "-" + hash},
			Labels:         labels,
			Owners:         []cluster.OwnerReference{controller.Ref(d)},
			Generation:     1,
		},
		MinReadySeconds: d.MinReadySeconds,
		Selector:        &cluster.Selector{Requirements: append(slices.Clone(d.Selector.Requirements), ours)},
		Template:        &cluster.PodTemplate{Labels: labels, Annotations: d.Template.Annotations, Spec: d.Template.Spec},
	}
}

// withoutHash returns labels without HashLabel.
func withoutHash(labels cluster.Labels) cluster.Labels {
	next := maps.Clone(labels)
	delete(next, HashLabel)
	return next
}
