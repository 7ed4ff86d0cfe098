package cluster

import (
	"fmt"

	"github.com/wavetank/wavetank/sim"
)

// Checker watches over what Store.Check counts anew, change by change: cheap enough for every run. A pod is judged at
// each of its changes; a node when the instant in which it or a pod of it changed is over, since within an instant a
// node may be asked for too much until its kubelet hears of it. The first violation is kept.
type Checker struct {
	store *Store
	rules Rules
	nodes map[string]*checkedNode
	dirty []*checkedNode // changed in this instant
	at    sim.Time       // of the last change
	seq   uint64
	uid   UID
	err   error
}

// checkedNode keeps the sums of one node. It holds no list of pods: to find one in it would cost more than all else.
type checkedNode struct {
	usage
	node    *Node // nil: gone
	name    string
	staying int // pods that are not being deleted
	dirty   bool
}

// NewChecker returns a checker of all changes to come. It must be made before the first write to the store.
func NewChecker(s *Store, rules Rules) *Checker {
	c := &Checker{store: s, rules: rules, nodes: map[string]*checkedNode{}}
	s.Observe(c.observe)
	return c
}

// Err returns the first violation in the instants that are over, nil if there was none.
func (c *Checker) Err() error { return c.err }

// Settle takes the current instant for over, and returns the first violation up to now.
func (c *Checker) Settle() error {
	for _, n := range c.dirty {
		n.dirty = false
		c.note(c.judge(n))
	}
	c.dirty = c.dirty[:0]
	return c.err
}

// note keeps the first violation.
func (c *Checker) note(err error) {
	if err != nil && c.err == nil {
		c.err = fmt.Errorf("cluster: at %v: %w", c.at, err)
	}
}

func (c *Checker) observe(ch *Change) {
	if ch.At != c.at {
		c.Settle()
		c.note(c.order(ch))
		c.at = ch.At
	}
	c.note(c.identity(ch))
	c.note(ch.Object().Meta().fault(ch.At))
	switch ch.Object().Kind() {
	case KindPod:
		c.observePod(ch)
	case KindNode:
		c.observeNode(ch)
	}
}

func (c *Checker) order(ch *Change) error {
	if ch.At < c.at {
		return fmt.Errorf("change %d is at %v, before the last", ch.Seq, ch.At)
	}
	return nil
}

// identity checks that a write changes neither the name nor the UID of an object, and that both numbers only grow.
func (c *Checker) identity(ch *Change) error {
	key := ch.Key()
	switch {
	case ch.Seq <= c.seq:
		return fmt.Errorf("%v %v: change %d after change %d", key.Kind, key.NamespacedName, ch.Seq, c.seq)
	case ch.Verb == Added && key.UID <= c.uid:
		return fmt.Errorf("%v %v: UID %d was given before", key.Kind, key.NamespacedName, key.UID)
	case ch.Verb == Modified && KeyOf(ch.Old) != key:
		return fmt.Errorf("%v %v: was %v with UID %d, is UID %d", key.Kind, key.NamespacedName, ch.Old.Meta().NamespacedName, ch.Old.Meta().UID, key.UID)
	}
	c.seq, c.uid = ch.Seq, max(c.uid, key.UID)
	return nil
}

func (c *Checker) observePod(ch *Change) {
	before, after := ch.Pods()
	if after != nil {
		c.note(after.fault(ch.At))
	}
	had := before != nil && c.rules.counts(before)
	has := after != nil && c.rules.counts(after)
	if had && has && sameDemand(before, after) {
		return
	}
	if had {
		c.touch(before.NodeName).account(before, -1)
	}
	if has {
		c.touch(after.NodeName).account(after, 1)
	}
}

// sameDemand tells whether two versions of a pod ask the same of the same node.
func sameDemand(a, b *Pod) bool {
	return a.NodeName == b.NodeName && a.Spec == b.Spec && a.GPUs == b.GPUs && a.Deleting == b.Deleting
}

func (c *Checker) observeNode(ch *Change) {
	_, after := ch.Nodes()
	c.touch(ch.Object().Meta().Name).node = after
}

func (n *checkedNode) account(p *Pod, sign int64) {
	n.add(p, sign)
	if !p.Deleting {
		n.staying += int(sign)
	}
}

// touch returns the node of that name, and has it judged at the end of the instant.
func (c *Checker) touch(name string) *checkedNode {
	n := c.nodes[name]
	if n == nil {
		n = &checkedNode{name: name}
		c.nodes[name] = n
	}
	if !n.dirty {
		n.dirty = true
		c.dirty = append(c.dirty, n)
	}
	return n
}

// judge checks the sums of one node, and forgets one that is gone for good.
func (c *Checker) judge(n *checkedNode) error {
	switch {
	case n.node != nil:
		return n.fault(n.node)
	case n.staying > 0:
		return fmt.Errorf("Node %s is gone, with %d pods", n.name, n.staying)
	case n.pods == 0:
		delete(c.nodes, n.name)
	}
	return nil
}

// Final ends the watch: it returns the first violation, or what a full recount finds, or where the sums that were kept
// differ from the recount.
func (c *Checker) Final() error {
	if err := c.Settle(); err != nil {
		return err
	}
	if err := c.store.CheckRules(c.rules); err != nil {
		return err
	}
	anew := map[string]*NodeInfo{}
	for _, o := range c.store.List(KindNode) {
		anew[o.Meta().Name] = NewNodeInfo(o.(*Node))
	}
	for _, o := range c.store.List(KindPod) {
		if p := o.(*Pod); c.rules.counts(p) && anew[p.NodeName] != nil {
			anew[p.NodeName].AddPod(p)
		}
	}
	for _, o := range c.store.List(KindNode) {
		name := o.Meta().Name
		if err := c.compare(name, anew[name]); err != nil {
			return c.store.violation(err)
		}
	}
	return nil
}

// compare holds the sums kept against a recount.
func (c *Checker) compare(name string, want *NodeInfo) error {
	got := c.nodes[name]
	switch {
	case got == nil:
		return fmt.Errorf("Node %s: never heard of", name)
	case got.pods != int64(len(want.Pods)):
		return fmt.Errorf("Node %s: %d pods kept, %d counted", name, got.pods, len(want.Pods))
	case !got.sum.Equal(&want.Requested):
		return fmt.Errorf("Node %s: %+v kept, %+v counted", name, got.sum, want.Requested)
	}
	for i, free := range want.FreeGPU {
		if got.devices[i] != DeviceMilli-free {
			return fmt.Errorf("Node %s: GPU %d: %d milli kept, %d counted", name, i, got.devices[i], DeviceMilli-free)
		}
	}
	return nil
}
