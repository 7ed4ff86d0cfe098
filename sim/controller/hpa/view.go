package hpa

import (
	"cmp"
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
)

// view is an autoscaler's sight of the pods of its target.
type view struct {
	name     cluster.NamespacedName
	selector *cluster.Selector
	pods     *cluster.Selection // nil: it has not looked yet, or is gone

	checked uint64                   // the state of the others when shared was computed
	shared  []cluster.NamespacedName // all whose pods are among its own, itself too; nil if there are no others
}

// overlaps knows whose pods are also another autoscaler's: neither may scale them (horizontal.go:
// hpasControllingPodsUnderSelector, v1.36.3).
type overlaps struct {
	byNamespace map[string][]*view
	opened      uint64 // views, so far, and closed
}

// follow has a view follow the pods that a selector selects.
func (o *overlaps) follow(store *cluster.Store, v *view, name cluster.NamespacedName, selector *cluster.Selector) {
	if v.pods != nil && v.selector == selector {
		return
	}
	o.close(v)
	if o.byNamespace == nil {
		o.byNamespace = map[string][]*view{}
	}
	*v = view{name: name, selector: selector, pods: store.Select(name.Namespace, selector)}
	here := append(o.byNamespace[name.Namespace], v)
	slices.SortFunc(here, func(a, b *view) int { return cmp.Compare(a.name.Name, b.name.Name) })
	o.byNamespace[name.Namespace] = here
	o.opened++
}

// close ends a view.
func (o *overlaps) close(v *view) {
	if v.pods == nil {
		return
	}
	v.pods.Close()
	v.pods = nil
	ns := v.name.Namespace
	o.byNamespace[ns] = slices.DeleteFunc(o.byNamespace[ns], func(other *view) bool { return other == v })
	o.opened++
}

// of returns the autoscalers that see one of a view's pods, if there is another than its own. It compares pods only when
// some pod or view of the namespace has come or gone.
func (o *overlaps) of(v *view) []cluster.NamespacedName {
	here := o.byNamespace[v.name.Namespace]
	if len(here) < 2 {
		return nil
	}
	state := o.opened << 32
	for _, other := range here {
		state += other.pods.Membership()
	}
	if state == v.checked {
		return v.shared
	}
	v.checked, v.shared = state, nil
	for _, other := range here {
		if other != v && meet(v.pods.Pods(), other.pods.Pods()) {
			v.shared = append(v.shared, other.name)
		}
	}
	if v.shared != nil {
		v.shared = append(v.shared, v.name)
		slices.SortFunc(v.shared, cluster.NamespacedName.Compare)
	}
	return v.shared
}

// meet tells whether two lists in the order of creation have a pod in common.
func meet(a, b []*cluster.Pod) bool {
	for len(a) > 0 && len(b) > 0 {
		switch c := cmp.Compare(a[0].UID, b[0].UID); {
		case c == 0:
			return true
		case c < 0:
			a = a[1:]
		default:
			b = b[1:]
		}
	}
	return false
}
