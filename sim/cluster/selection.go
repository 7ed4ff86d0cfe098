package cluster

import (
	"cmp"
	"slices"
)

// Selection is the live set of pods of one namespace that a selector selects. It follows every change of the store, so
// that asking for it costs nothing, however many pods there are.
type Selection struct {
	namespace string
	selector  *Selector
	pods      []*Pod // by UID
	version   uint64
	members   uint64
	index     *selections
}

// Pods returns the selected pods in the order in which they were created. Not to be changed; valid until the next write.
func (s *Selection) Pods() []*Pod { return s.pods }

// Version moves whenever one of the pods changes, comes or goes.
func (s *Selection) Version() uint64 { return s.version }

// Membership moves whenever a pod comes or goes, and not when one of them changes.
func (s *Selection) Membership() uint64 { return s.members }

// Close ends the selection: it follows changes no more.
func (s *Selection) Close() {
	here := s.index.byNamespace[s.namespace]
	s.index.byNamespace[s.namespace] = slices.DeleteFunc(here, func(other *Selection) bool { return other == s })
	for _, p := range s.pods {
		s.index.leave(p.UID, s)
	}
	s.pods = nil
}

// selections are all of a store.
type selections struct {
	byNamespace map[string][]*Selection
	of          map[UID][]*Selection // those a pod is in
}

// Select returns the live set of pods of a namespace that a selector selects. A nil selector selects nothing.
func (s *Store) Select(namespace string, selector *Selector) *Selection {
	if s.selections == nil {
		s.selections = &selections{byNamespace: map[string][]*Selection{}, of: map[UID][]*Selection{}}
	}
	sel := &Selection{namespace: namespace, selector: selector, index: s.selections}
	for _, o := range s.List(KindPod) {
		if p := o.(*Pod); p.Namespace == namespace && selector.Matches(p.Labels) {
			sel.put(p)
		}
	}
	s.selections.byNamespace[namespace] = append(s.selections.byNamespace[namespace], sel)
	return sel
}

// observe keeps the selections in step with a change of a pod.
func (x *selections) observe(before, after *Pod) {
	switch {
	case after == nil:
		for _, s := range x.of[before.UID] {
			s.drop(before.UID)
		}
		delete(x.of, before.UID)
	case before == nil:
		x.enter(after)
	case sameLabels(before.Labels, after.Labels):
		for _, s := range x.of[after.UID] {
			i, _ := s.find(after.UID)
			s.pods[i] = after
			s.version++
		}
	default:
		for _, s := range slices.Clone(x.of[after.UID]) {
			s.drop(after.UID)
		}
		delete(x.of, after.UID)
		x.enter(after)
	}
}

func (x *selections) enter(p *Pod) {
	for _, s := range x.byNamespace[p.Namespace] {
		if s.selector.Matches(p.Labels) {
			s.put(p)
		}
	}
}

func (x *selections) leave(uid UID, s *Selection) {
	rest := slices.DeleteFunc(x.of[uid], func(other *Selection) bool { return other == s })
	if len(rest) == 0 {
		delete(x.of, uid)
		return
	}
	x.of[uid] = rest
}

func (s *Selection) put(p *Pod) {
	i, _ := s.find(p.UID)
	s.pods = slices.Insert(s.pods, i, p)
	s.index.of[p.UID] = append(s.index.of[p.UID], s)
	s.version++
	s.members++
}

func (s *Selection) drop(uid UID) {
	i, _ := s.find(uid)
	s.pods = slices.Delete(s.pods, i, i+1)
	s.version++
	s.members++
}

func (s *Selection) find(uid UID) (int, bool) {
	return slices.BinarySearchFunc(s.pods, uid, func(p *Pod, u UID) int { return cmp.Compare(p.UID, u) })
}

// sameLabels tells at a constant cost that labels were not replaced, and by comparison whether they are equal.
func sameLabels(a, b Labels) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if w, ok := b[k]; !ok || w != v {
			return false
		}
	}
	return true
}

// indexPod keeps what knows pods by node and by label in step with a change.
func (s *Store) indexPod(c *Change) {
	if s.onNode == nil && s.selections == nil {
		return
	}
	before, after := c.Pods()
	if before == nil && after == nil {
		return
	}
	if s.onNode != nil {
		s.indexNode(before, after)
	}
	if s.selections != nil {
		s.selections.observe(before, after)
	}
}
