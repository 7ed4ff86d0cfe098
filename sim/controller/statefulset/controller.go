package statefulset

import (
	"errors"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// ReasonStatus is the reason of the controller's writes of a status.
const ReasonStatus cluster.Reason = "StatefulSetStatus"

// reconciler is the StatefulSet controller.
type reconciler struct {
	store     *cluster.Store
	self      *controller.Controller
	templates map[cluster.UID]map[string]*cluster.PodTemplate // by set and name of the revision
}

// New returns the controller of all StatefulSets of the store. It must be made before the first write to the store.
func New(engine *sim.Engine, store *cluster.Store, opts controller.Options) *controller.Controller {
	r := &reconciler{store: store, templates: map[cluster.UID]map[string]*cluster.PodTemplate{}}
	r.self = controller.New("statefulset", engine, store, r, opts)
	r.self.Watch(r.heardSet, cluster.KindStatefulSet)
	r.self.Watch(controller.OwnerOf(cluster.KindStatefulSet), cluster.KindPod)
	return r.self
}

func (r *reconciler) heardSet(c *cluster.Change) []cluster.NamespacedName {
	if c.Verb == cluster.Deleted {
		delete(r.templates, c.Old.Meta().UID)
	}
	return controller.Itself(c)
}

// Reconcile implements controller.Reconciler.
func (r *reconciler) Reconcile(now sim.Time, name cluster.NamespacedName, calls *controller.Calls) (controller.Result, error) {
	set, _ := r.store.Get(cluster.KindStatefulSet, name).(*cluster.StatefulSet)
	if set == nil || set.Deleting {
		return controller.Result{}, nil
	}
	pods := r.store.OwnedPods(set.UID)
	available := func(p *cluster.Pod) bool {
		return p.Status.Phase == cluster.Running && controller.IsAvailable(r.store, p, set.MinReadySeconds, now)
	}
	current, update := r.revisions(set, pods, calls)
	p := calculate(observation{set: set, pods: pods, available: available, current: current, update: update})
	r.act(set, &p, calls)
	if wait, some := controller.AvailableIn(r.store, pods, set.MinReadySeconds, now); some {
		r.self.EnqueueAfter(name, wait)
	}
	return controller.Result{}, nil
}

// revisions returns the names of the set's revision before and after its update, and remembers their templates. A new
// template is a new revision, whose ControllerRevision a real controller stores first (getStatefulSetRevisions, v1.36.3).
func (r *reconciler) revisions(set *cluster.StatefulSet, pods []*cluster.Pod, calls *controller.Calls) (current, update string) {
	known := r.templates[set.UID]
	update = set.Name + "-" + controller.TemplateHash(set.Template, 0)
	if known[update] == nil {
		calls.Do(func(*cluster.Store) error { return nil })
	}
	current = update
	if known[set.Status.CurrentRevision] != nil {
		current = set.Status.CurrentRevision
	}
	kept := map[string]*cluster.PodTemplate{current: known[current], update: set.Template}
	for _, p := range pods {
		if t := known[p.Labels[LabelRevision]]; t != nil {
			kept[p.Labels[LabelRevision]] = t
		}
	}
	if current == update {
		kept[current] = set.Template
	}
	r.templates[set.UID] = kept
	return current, update
}

// act asks for the calls of a plan.
func (r *reconciler) act(set *cluster.StatefulSet, p *plan, calls *controller.Calls) {
	for _, ordinal := range p.claims {
		r.claim(set, ordinal, calls)
	}
	var creations []controller.Call
	for _, made := range p.create {
		r.claim(set, made.ordinal, calls)
		template := r.templates[set.UID][made.revision]
		creations = append(creations, r.self.Recorded(set.UID, func(s *cluster.Store) error {
			return s.Create(newPod(set, template, made), cluster.ReasonCreated)
		}))
	}
	calls.SlowStart(creations)
	calls.SlowStart(r.deletions(set, p.failed))
	calls.SlowStart(r.deletions(set, p.remove))
	if differs(set.Status, p.status) {
		calls.Finally(func(s *cluster.Store) error {
			return controller.IgnoreGone(cluster.Edit(s, cluster.KeyOf(set), ReasonStatus, func(set *cluster.StatefulSet) {
				set.Status = p.status
			}))
		})
	}
}

func (r *reconciler) deletions(set *cluster.StatefulSet, pods []*cluster.Pod) []controller.Call {
	calls := make([]controller.Call, len(pods))
	for i, p := range pods {
		calls[i] = r.self.Recorded(set.UID, controller.DeletePod(cluster.KeyOf(p)))
	}
	return calls
}

// claim asks for the claims of an ordinal that do not exist. One that was made meanwhile will do.
func (r *reconciler) claim(set *cluster.StatefulSet, ordinal int, calls *controller.Calls) {
	for i := range set.ClaimTemplates {
		claim := newClaim(set, &set.ClaimTemplates[i], ordinal)
		if r.store.Get(cluster.KindPersistentVolumeClaim, claim.NamespacedName) != nil {
			continue
		}
		calls.Do(r.self.Recorded(set.UID, func(s *cluster.Store) error {
			if err := s.Create(claim, cluster.ReasonCreated); !errors.Is(err, cluster.ErrAlreadyExists) {
				return err
			}
			return nil
		}))
	}
}
