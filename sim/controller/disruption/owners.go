package disruption

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavetank/wavetank/sim/cluster"
)

// budgets are the selectors of all budgets by namespace, each list by name.
type budgets map[string][]budget

type budget struct {
	name     cluster.NamespacedName
	selector *cluster.Selector
}

// note takes in what a budget is now; nil: it is gone.
func (x budgets) note(name cluster.NamespacedName, b *cluster.PodDisruptionBudget) {
	here := x[name.Namespace]
	i, known := slices.BinarySearchFunc(here, name, func(b budget, n cluster.NamespacedName) int { return b.name.Compare(n) })
	switch {
	case b == nil && known:
		x[name.Namespace] = slices.Delete(here, i, i+1)
	case b != nil && known:
		here[i].selector = b.Selector
	case b != nil:
		x[name.Namespace] = slices.Insert(here, i, budget{name, b.Selector})
	}
}

// of returns the budgets that select a pod, by name.
func (x budgets) of(namespace string, labels cluster.Labels) []cluster.NamespacedName {
	var names []cluster.NamespacedName
	for _, b := range x[namespace] {
		if b.selector.Matches(labels) {
			names = append(names, b.name)
		}
	}
	return names
}

// ownerOf is the finder of a store: a ReplicaSet that belongs to a Deployment stands for that (disruption.go: finders and
// getScaleController, v1.36.3).
func (r *reconciler) ownerOf(p *cluster.Pod, ref *cluster.OwnerReference) (owner, error) {
	kind := cluster.KindNamed(ref.Kind)
	if kind == 0 {
		return owner{}, fmt.Errorf("no matches for kind %q", ref.Kind)
	}
	o := r.object(kind, p.Namespace, ref)
	scale, ok := scaleOf(o)
	switch {
	case o == nil && scalable(kind):
		return owner{}, fmt.Errorf("found no controllers for pod %q", p.Name)
	case !ok:
		return owner{}, fmt.Errorf("%s does not implement the scale subresource", resource(ref.Kind))
	}
	if up := o.Meta().ControllerRef(); kind == cluster.KindReplicaSet && up != nil && up.Kind == cluster.KindDeployment.String() {
		if d := r.object(cluster.KindDeployment, p.Namespace, up); d != nil {
			scale, _ = scaleOf(d)
			return owner{up.UID, scale}, nil
		}
	}
	return owner{ref.UID, scale}, nil
}

// object returns what a reference names, nil if that is gone.
func (r *reconciler) object(kind cluster.Kind, namespace string, ref *cluster.OwnerReference) cluster.Object {
	o := r.store.Get(kind, cluster.NamespacedName{Namespace: namespace, Name: ref.Name})
	if o == nil || o.Meta().UID != ref.UID {
		return nil
	}
	return o
}

// scaleOf returns how many replicas an object is asked for, false if it has no scale.
func scaleOf(o cluster.Object) (int, bool) {
	if s, ok := o.(*cluster.PodSet); ok && s.Type == cluster.KindReplicationController {
		return s.Replicas, true
	}
	s, ok := cluster.ScaleOf(o)
	return s.Replicas, ok
}

func scalable(kind cluster.Kind) bool {
	_, ok := scaleOf(cluster.NewObject(kind))
	return ok
}

// resource names a kind as the API's errors do: "jobs.batch".
func resource(kind string) string {
	group := map[string]string{"DaemonSet": ".apps", "Job": ".batch", "CronJob": ".batch"}[kind]
	return strings.ToLower(kind) + "s" + group
}
