package manifest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavetank/wavetank/sim/cluster"
)

// ownedObject is an object that names owners, and where it does.
type ownedObject struct {
	object  cluster.Object
	name    string // "Pod default/web"
	file    string
	line    int
	visited bool
}

// checkOwners refuses objects that own themselves, at once or by way of others: an API server takes them, but nothing
// would ever collect them.
func (r *reader) checkOwners() error {
	w := ownerWalk{set: r.set, owned: map[objectKey]*ownedObject{}}
	for _, o := range r.owned {
		w.owned[objectKey{o.object.Kind(), o.object.Meta().NamespacedName}] = o
	}
	for _, o := range r.owned {
		if err := w.visit(o); err != nil {
			return err
		}
	}
	return nil
}

// ownerWalk goes from objects to their owners, depth first.
type ownerWalk struct {
	set   *Set
	owned map[objectKey]*ownedObject
	way   []*ownedObject // from where the walk began to where it is
}

func (w *ownerWalk) visit(o *ownedObject) error {
	if i := slices.Index(w.way, o); i >= 0 {
		return cycle(w.way[i:])
	}
	if o.visited {
		return nil
	}
	o.visited = true
	w.way = append(w.way, o)
	for i := range o.object.Meta().Owners {
		if owner := w.owner(o.object, i); owner != nil {
			if err := w.visit(owner); err != nil {
				return err
			}
		}
	}
	w.way = w.way[:len(w.way)-1]
	return nil
}

// owner returns the i-th owner if it has owners itself. One that has another UID is not the one that is meant.
func (w *ownerWalk) owner(o cluster.Object, i int) *ownedObject {
	ref, namespace := &o.Meta().Owners[i], o.Meta().Namespace
	if clusterWide[ref.Kind] {
		namespace = ""
	}
	owner := w.owned[objectKey{cluster.KindNamed(ref.Kind), cluster.NamespacedName{Namespace: namespace, Name: ref.Name}}]
	if owner == nil {
		return nil
	}
	if has, wanted := w.set.uids[owner.object], w.set.owners[o][i]; has != "" && wanted != "" && has != wanted {
		return nil
	}
	return owner
}

// cycle is the error about objects of which each is owned by the next, and the last by the first.
func cycle(way []*ownedObject) error {
	names := make([]string, 0, len(way))
	for _, o := range append(slices.Clone(way[1:]), way[0]) {
		names = append(names, o.name)
	}
	return fmt.Errorf("%s:%d: %s: metadata.ownerReferences: it owns itself: it is owned by %s",
		way[0].file, way[0].line, way[0].name, strings.Join(names, ", that by "))
}
