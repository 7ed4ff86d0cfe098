package cluster

import (
	"errors"
	"fmt"
	"slices"

	"github.com/wavetank/wavetank/sim"
)

// Errors of writes, as the API server's: they name what was wrong with the state of the world, not a mistake of the input.
var (
	ErrNotFound      = errors.New("not found")
	ErrAlreadyExists = errors.New("already exists")
	ErrConflict      = errors.New("conflict")
	ErrForbidden     = errors.New("forbidden") // refused at admission

	// ErrTooManyRequests asks to try again later: a disruption budget does not allow an eviction now (429 of the API).
	ErrTooManyRequests = errors.New("too many requests")
)

// Store holds all objects. Writes apply at once and append one Change; watchers hear of it by an event, never by a call.
type Store struct {
	engine    *sim.Engine
	objects   [kindCount]map[NamespacedName]Object
	lists     [kindCount][]Object // sorted; nil when stale
	owned     map[UID][]Object    // by managing controller, sorted by UID
	onNode    map[string][]*Pod   // nil until somebody asks
	wall      sim.Time            // fraction of the wall clock's second at the run's begin
	seq       uint64
	uids      uint64
	hash      uint64
	admit     func(Object) error // nil: everything is admitted
	observers []func(*Change)
	watchers  []*watcher

	selections *selections // nil until there is one
}

// NewStore returns an empty store whose writes happen at the engine's time.
func NewStore(engine *sim.Engine) *Store {
	s := &Store{engine: engine, owned: map[UID][]Object{}}
	for k := range s.objects {
		s.objects[k] = map[NamespacedName]Object{}
	}
	return s
}

// Now returns the simulated time.
func (s *Store) Now() sim.Time { return s.engine.Now() }

// Changes returns the number of changes so far: the resource version of the last one.
func (s *Store) Changes() uint64 { return s.seq }

// Hash returns the running hash over all changes.
func (s *Store) Hash() uint64 { return s.hash }

// Observe calls fn at once for every change. An observer looks, and changes nothing.
func (s *Store) Observe(fn func(*Change)) { s.observers = append(s.observers, fn) }

// SetAdmission has fn asked before an object is created. It may complete the object; its error refuses it and is
// ErrForbidden, wrapped.
func (s *Store) SetAdmission(fn func(Object) error) { s.admit = fn }

// Get returns the object of that kind and name, nil if there is none.
func (s *Store) Get(kind Kind, name NamespacedName) Object {
	if o, ok := s.objects[kind][name]; ok {
		return o
	}
	return nil
}

// Pod returns a pod by name, nil if there is none.
func (s *Store) Pod(name NamespacedName) *Pod {
	p, _ := s.objects[KindPod][name].(*Pod)
	return p
}

// Node returns a node by name, nil if there is none.
func (s *Store) Node(name string) *Node {
	n, _ := s.objects[KindNode][NamespacedName{Name: name}].(*Node)
	return n
}

// List returns all objects of a kind by namespace and name. The slice is shared and not to be changed; it is made anew
// only when the kind changed since the last call.
func (s *Store) List(kind Kind) []Object {
	if s.lists[kind] == nil {
		list := make([]Object, 0, len(s.objects[kind]))
		for _, o := range s.objects[kind] {
			list = append(list, o)
		}
		slices.SortFunc(list, func(a, b Object) int { return a.Meta().Compare(b.Meta().NamespacedName) })
		s.lists[kind] = list
	}
	return s.lists[kind]
}

// Len returns the number of objects of a kind.
func (s *Store) Len(kind Kind) int { return len(s.objects[kind]) }

// Create adds an object and gives it its UID. The store keeps the object: the caller must not change it any more.
// It returns ErrAlreadyExists if the name is taken, and admission's error if the object is refused.
func (s *Store) Create(o Object, reason Reason) error {
	m, kind := o.Meta(), o.Kind()
	if _, taken := s.objects[kind][m.NamespacedName]; taken {
		return fmt.Errorf("%v %v: %w", kind, m.NamespacedName, ErrAlreadyExists)
	}
	if s.admit != nil {
		if err := s.admit(o); err != nil {
			return err
		}
	}
	s.uids++
	m.UID, m.CreatedAt = UID(s.uids), s.Now()
	s.commit(&Change{Verb: Added, Reason: reason, New: o})
	return nil
}

// Delete removes an object. It returns ErrNotFound if it is gone, or if another has taken its name.
func (s *Store) Delete(key Key, reason Reason) error {
	old, err := s.current(key)
	if err != nil {
		return err
	}
	s.commit(&Change{Verb: Deleted, Reason: reason, Old: old})
	return nil
}

// Edit replaces the object by a copy that edit has changed. It returns ErrNotFound if the object is gone, or if another
// has taken its name.
func Edit[T Object](s *Store, key Key, reason Reason, edit func(T)) error {
	old, err := s.current(key)
	if err != nil {
		return err
	}
	next := old.clone()
	edit(next.(T))
	s.commit(&Change{Verb: Modified, Reason: reason, Old: old, New: next})
	return nil
}

// EditPod is Edit for pods.
func (s *Store) EditPod(key Key, reason Reason, edit func(*Pod)) error {
	return Edit(s, key, reason, edit)
}

// EditNode is Edit for nodes.
func (s *Store) EditNode(name string, reason Reason, edit func(*Node)) error {
	n := s.Node(name)
	if n == nil {
		return fmt.Errorf("Node %s: %w", name, ErrNotFound)
	}
	return Edit(s, KeyOf(n), reason, edit)
}

// Bind places a pod on a node, with the GPUs chosen for it. It returns ErrNotFound if the pod or the node is gone, and
// ErrConflict if the pod is placed already or is being deleted.
func (s *Store) Bind(key Key, node string, gpus DeviceSet) error {
	o, err := s.current(key)
	if err != nil {
		return err
	}
	p := o.(*Pod)
	if p.NodeName != "" || p.Deleting {
		return fmt.Errorf("Pod %v: binding to %s: already on %q, deleting %v: %w", p.NamespacedName, node, p.NodeName, p.Deleting, ErrConflict)
	}
	if s.Node(node) == nil {
		return fmt.Errorf("Node %s: %w", node, ErrNotFound)
	}
	return s.EditPod(key, ReasonScheduled, func(p *Pod) {
		p.NodeName, p.GPUs = node, gpus
		p.Status.ScheduledAt, p.Status.NominatedNode = s.Now(), ""
	})
}

func (s *Store) current(key Key) (Object, error) {
	o, ok := s.objects[key.Kind][key.NamespacedName]
	if !ok || o.Meta().UID != key.UID {
		return nil, fmt.Errorf("%v %v: %w", key.Kind, key.NamespacedName, ErrNotFound)
	}
	return o, nil
}

// commit makes the change true, appends it to the history and queues the news.
func (s *Store) commit(c *Change) {
	s.seq++
	c.At, c.Seq = s.Now(), s.seq
	o := c.Object()
	kind, name := o.Kind(), o.Meta().NamespacedName
	if c.New == nil {
		delete(s.objects[kind], name)
	} else {
		c.New.Meta().ResourceVersion = s.seq
		s.objects[kind][name] = c.New
	}
	s.lists[kind] = nil
	s.index(c)
	s.indexPod(c)
	s.hash = c.mix(s.hash)
	for _, fn := range s.observers {
		fn(c)
	}
	for _, w := range s.watchers {
		w.push(c)
	}
}

// Terminate deletes a pod as the API server does: one that holds a node is marked and left to its kubelet to end
// gracefully, any other is removed at once. It returns ErrNotFound if the pod is gone. Marking twice changes nothing.
func (s *Store) Terminate(key Key, reason Reason) error {
	o, err := s.current(key)
	if err != nil {
		return err
	}
	p := o.(*Pod)
	switch {
	case p.Deleting:
		return nil
	case p.NodeName == "" || p.Terminal():
		return s.Delete(key, reason)
	}
	return s.EditPod(key, reason, func(p *Pod) {
		p.Deleting, p.DeletingSince, p.Status.Disrupted = true, s.Now(), reason
	})
}
