package deployment

import (
	"fmt"
	"time"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// The reasons of changes that a user makes, by kubectl's verbs.
const (
	ReasonUndo    cluster.Reason = "RolloutUndo"
	ReasonRestart cluster.Reason = "RolloutRestart"
)

// RestartedAtAnnotation is the annotation of a template that makes it another one (kubectl
// pkg/polymorphichelpers/objectrestarter.go, v0.36).
const RestartedAtAnnotation = "kubectl.kubernetes.io/restartedAt"

// Edit returns the call that changes the spec of a Deployment. It returns cluster.ErrNotFound if there is none.
func Edit(name cluster.NamespacedName, reason cluster.Reason, edit func(*cluster.Deployment)) controller.Call {
	return func(s *cluster.Store) error {
		d, err := get(s, name)
		if err != nil {
			return err
		}
		return cluster.Edit(s, cluster.KeyOf(d), reason, func(d *cluster.Deployment) {
			edit(d)
			d.Generation++
		})
	}
}

// refuse returns the error of a change that cannot be made to a Deployment.
func refuse(name cluster.NamespacedName, why string, args ...any) error {
	return controller.Errorf(cluster.KindDeployment, name, fmt.Errorf(why, args...))
}

func get(s *cluster.Store, name cluster.NamespacedName) (*cluster.Deployment, error) {
	d, ok := s.Get(cluster.KindDeployment, name).(*cluster.Deployment)
	if !ok {
		return nil, controller.Errorf(cluster.KindDeployment, name, cluster.ErrNotFound)
	}
	return d, nil
}

// Undo returns the call that brings the template of a revision back, that of the last but one for revision 0: what
// kubectl rollout undo does (kubectl pkg/polymorphichelpers/rollback.go, v0.36). It fails if the Deployment is paused or
// there is no such revision, and changes nothing where the template is that of the revision already.
func Undo(name cluster.NamespacedName, revision int64) controller.Call {
	return func(s *cluster.Store) error {
		d, err := get(s, name)
		if err != nil {
			return err
		}
		rs := revisionOf(s, d, revision)
		switch {
		case d.Paused:
			return refuse(name, "cannot undo while it is paused; resume it first")
		case rs == nil && revision == 0:
			return refuse(name, "no earlier revision to return to")
		case rs == nil:
			return refuse(name, "revision %d is not in its history", revision)
		case sameTemplate(rs.Template, d.Template):
			return nil
		}
		return Edit(name, ReasonUndo, func(d *cluster.Deployment) { restore(d, rs) })(s)
	}
}

// revisionOf returns the ReplicaSet of a revision, nil if there is none. Revision 0 stands for the last but one.
func revisionOf(s *cluster.Store, d *cluster.Deployment, revision int64) *cluster.ReplicaSet {
	var last, before *cluster.ReplicaSet
	for _, rs := range replicaSetsOf(s.Owned(d.UID)) {
		switch {
		case revision > 0 && Revision(rs) == revision:
			return rs
		case last == nil || Revision(rs) > Revision(last):
			last, before = rs, last
		case before == nil || Revision(rs) > Revision(before):
			before = rs
		}
	}
	if revision > 0 {
		return nil
	}
	return before
}

// restore gives a Deployment the template of a ReplicaSet, and its annotations but for those they do not share.
func restore(d *cluster.Deployment, rs *cluster.ReplicaSet) {
	d.Template = &cluster.PodTemplate{Labels: withoutHash(rs.Template.Labels), Annotations: rs.Template.Annotations, Spec: rs.Template.Spec}
	annotations := map[string]string{}
	for key, value := range d.Annotations {
		if uncopied[key] {
			annotations[key] = value
		}
	}
	for key, value := range rs.Annotations {
		if !uncopied[key] {
			annotations[key] = value
		}
	}
	d.Annotations = annotations
}

// Restart returns the call that replaces all pods, by a template that differs in an annotation alone: what kubectl rollout
// restart does. It fails if the Deployment is paused, or was restarted within the second.
func Restart(name cluster.NamespacedName) controller.Call {
	return func(s *cluster.Store) error {
		d, err := get(s, name)
		if err != nil {
			return err
		}
		at := time.Duration(s.WholeSecond(s.Now())).String()
		switch {
		case d.Paused:
			return refuse(name, "cannot restart while it is paused; resume it first")
		case d.Template.Annotations[RestartedAtAnnotation] == at:
			return refuse(name, "was restarted within the second")
		}
		return Edit(name, ReasonRestart, func(d *cluster.Deployment) {
			annotations := copyOf(d.Template.Annotations)
			annotations[RestartedAtAnnotation] = at
			d.Template = &cluster.PodTemplate{Labels: d.Template.Labels, Annotations: annotations, Spec: d.Template.Spec}
		})(s)
	}
}
