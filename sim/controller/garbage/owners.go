package garbage

import (
	"strconv"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// ReasonCollected is the reason of deletions because an owner is gone; pods are deleted as by their owner.
const ReasonCollected cluster.Reason = "GarbageCollected"

const (
	// defaultWorkers is upstream's (--concurrent-gc-syncs, v1.36).
	defaultWorkers = 20
	// callsPerDeletion is how many calls a deletion takes, one to see whether the owner is gone and one to delete. Upstream
	// gives the client as many times the rate (cmd/kube-controller-manager/app/core.go, v1.36.3).
	callsPerDeletion = 2
)

// collector is the garbage collector. Its queue holds dependents, under names that tell their kinds.
type collector struct {
	store  *cluster.Store
	kinds  map[string]cluster.Kind
	queued map[cluster.NamespacedName]cluster.Key
}

// New returns the garbage collector of the store; it must be made before the first write to the store. The rate of opts is
// that of the other controllers: this one's client may make twice as many calls.
func New(engine *sim.Engine, store *cluster.Store, opts controller.Options) *controller.Controller {
	g := &collector{store: store, kinds: map[string]cluster.Kind{}, queued: map[cluster.NamespacedName]cluster.Key{}}
	var kinds []cluster.Kind
	for k := cluster.KindNode; cluster.NewObject(k) != nil; k++ {
		g.kinds[k.String()] = k
		kinds = append(kinds, k)
	}
	opts.QPS *= callsPerDeletion
	if opts.Workers == 0 {
		opts.Workers = defaultWorkers
	}
	c := controller.New("garbage", engine, store, g, opts)
	c.Watch(g.heard, kinds...)
	return c
}

// heard names the dependents of an object that is gone, and an object whose owner is gone already.
func (g *collector) heard(c *cluster.Change) []cluster.NamespacedName {
	if c.New == nil {
		var names []cluster.NamespacedName
		for _, o := range g.store.Owned(c.Old.Meta().UID) {
			names = append(names, g.queue(cluster.KeyOf(o)))
		}
		return names
	}
	ref := c.New.Meta().ControllerRef()
	if ref == nil || !g.isGone(c.New.Meta().Namespace, ref) || c.Old != nil && ownerOf(c.Old) == ref.UID {
		return nil
	}
	return []cluster.NamespacedName{g.queue(cluster.KeyOf(c.New))}
}

func ownerOf(o cluster.Object) cluster.UID {
	if ref := o.Meta().ControllerRef(); ref != nil {
		return ref.UID
	}
	return 0
}

// queue returns the name under which a dependent is queued. No name of the API has a slash.
func (g *collector) queue(key cluster.Key) cluster.NamespacedName {
	name := cluster.NamespacedName{
		Namespace: key.Namespace,
		Name:      key.Kind.String() + "/" + key.Name + "/" + strconv.FormatUint(uint64(key.UID), 10),
	}
	g.queued[name] = key
	return name
}

// isGone tells whether an owner was there and is no more. Owners may be of the same namespace or of none.
func (g *collector) isGone(namespace string, ref *cluster.OwnerReference) bool {
	kind, known := g.kinds[ref.Kind]
	if !known || ref.UID == 0 {
		return false
	}
	for _, ns := range []string{namespace, ""} {
		o := g.store.Get(kind, cluster.NamespacedName{Namespace: ns, Name: ref.Name})
		if o != nil && o.Meta().UID == ref.UID {
			return false
		}
	}
	return true
}

// Reconcile implements controller.Reconciler: it deletes one dependent, if it has still no owner.
func (g *collector) Reconcile(_ sim.Time, name cluster.NamespacedName, calls *controller.Calls) (controller.Result, error) {
	key := g.queued[name]
	o := g.store.Get(key.Kind, key.NamespacedName)
	if o == nil || o.Meta().UID != key.UID || o.Meta().Deleting {
		delete(g.queued, name)
		return controller.Result{}, nil
	}
	calls.Do(func(*cluster.Store) error { return nil })
	calls.Do(func(s *cluster.Store) error {
		delete(g.queued, name)
		return g.collect(s, key)
	})
	return controller.Result{}, nil
}

func (g *collector) collect(s *cluster.Store, key cluster.Key) error {
	o := s.Get(key.Kind, key.NamespacedName)
	if o == nil || o.Meta().UID != key.UID {
		return nil
	}
	if ref := o.Meta().ControllerRef(); ref == nil || !g.isGone(key.Namespace, ref) {
		return nil
	}
	if key.Kind == cluster.KindPod {
		return controller.DeletePod(key)(s)
	}
	return controller.IgnoreGone(s.Delete(key, ReasonCollected))
}
