package replay

import (
	"slices"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// State is what was there at an instant, as far as the events tell. Its zero value is a cluster of which nothing is known.
type State struct {
	At      sim.Time // of the last event
	objects map[cluster.Kind]map[cluster.NamespacedName]*Object
}

// Object is one object at an instant. Which fields have a meaning depends on its kind.
type Object struct {
	Kind    cluster.Kind
	Name    cluster.NamespacedName
	Created sim.Time // sim.Never: it was there before the first event
	Owner   string   // of a pod: "ReplicaSet/web-5d8f"

	// Of a pod.
	Node, Nominated string
	Phase           cluster.Phase
	Ready           bool // of a node too
	Deleting        bool
	Reason          string // why it failed or waits

	// Of a node.
	Cordoned bool
	Taints   []string

	// Of a PodDisruptionBudget, as stated; "" where it is not.
	MinAvailable, MaxUnavailable string

	// Of an object that makes pods: the replicas it asks for (Desired), the numbers of its status by name, and its conditions.
	Replicas   int
	Counts     map[string]int
	Conditions map[string]string // "True" or "False", by type

	// Of an autoscaler: what it scales ("Deployment/web"), its bounds, and its metrics with their targets as of its last
	// status ("cpu: 62%/50%").
	Reference string
	Min, Max  int
	Targets   string
}

// unknown replicas are those of an object that was there before the first event and was not scaled since.
const unknown = -1

// At returns the state of a run at an instant, all of whose events have happened: sim.Never is its end. Events beyond
// the instant are not read.
func At(dir string, at sim.Time) (*State, error) {
	s := &State{}
	for e, err := range Read(dir) {
		if err != nil {
			return nil, err
		}
		if e.At > at {
			break
		}
		s.Apply(e)
	}
	if at != sim.Never {
		s.At = at
	}
	return s, nil
}

// List returns the objects of a kind by name.
func (s *State) List(kind cluster.Kind) []*Object {
	list := make([]*Object, 0, len(s.objects[kind]))
	for _, o := range s.objects[kind] {
		list = append(list, o)
	}
	slices.SortFunc(list, func(a, b *Object) int { return a.Name.Compare(b.Name) })
	return list
}

// PodsOn returns how many pods that have not ended are on each node.
func (s *State) PodsOn() map[string]int {
	pods := map[string]int{}
	for _, o := range s.objects[cluster.KindPod] {
		if o.Node != "" && o.Phase < cluster.Succeeded {
			pods[o.Node]++
		}
	}
	return pods
}

// Apply takes in the next event.
func (s *State) Apply(e *Event) {
	s.At = e.At
	if e.Kind == KindFault {
		return // what it does to objects, events of theirs tell
	}
	if e.What == "deleted" {
		delete(s.objects[e.Kind], e.Name)
		return
	}
	o := s.object(e.Kind, e.Name)
	switch {
	case e.What == "created":
		*o = Object{Kind: e.Kind, Name: e.Name, Created: e.At, Owner: e.Text("owner"), Replicas: e.Number("replicas"),
			MinAvailable: e.Text("minAvailable"), MaxUnavailable: e.Text("maxUnavailable")}
		o.autoscaler(e)
	case e.Kind == cluster.KindPod:
		o.pod(e)
		if e.What == "scheduled" {
			s.object(cluster.KindNode, cluster.NamespacedName{Name: o.Node}) // known by its pods at least
		}
	case e.Kind == cluster.KindNode:
		o.node(e)
	case e.Kind == cluster.KindHorizontalPodAutoscaler && e.What == "changed":
		o.autoscaler(e)
	default:
		o.workload(e)
	}
}

// object returns an object; one that was not heard of before was there from the beginning.
func (s *State) object(kind cluster.Kind, name cluster.NamespacedName) *Object {
	if s.objects == nil {
		s.objects = map[cluster.Kind]map[cluster.NamespacedName]*Object{}
	}
	if s.objects[kind] == nil {
		s.objects[kind] = map[cluster.NamespacedName]*Object{}
	}
	o := s.objects[kind][name]
	if o == nil {
		o = &Object{Kind: kind, Name: name, Created: sim.Never, Replicas: unknown, Ready: kind == cluster.KindNode}
		s.objects[kind][name] = o
	}
	return o
}

func (o *Object) pod(e *Event) {
	switch e.What {
	case "scheduled":
		o.Node, o.Nominated, o.Reason = e.Text("node"), "", ""
	case "nominated":
		o.Nominated = e.Text("node")
	case "unschedulable":
		o.Reason = e.Text("reason")
	case "deleting":
		o.Deleting = true
	case "running":
		o.Node, o.Phase = e.Text("node"), cluster.Running
	case "ready", "unready":
		o.Ready = e.What == "ready"
	case "succeeded":
		o.Phase, o.Ready = cluster.Succeeded, false
	case "failed":
		o.Phase, o.Ready, o.Reason = cluster.Failed, false, e.Text("reason")
	}
}

func (o *Object) node(e *Event) {
	switch e.What {
	case "ready", "notready":
		o.Ready = e.What == "ready"
	case "cordoned", "uncordoned":
		o.Cordoned = e.What == "cordoned"
	case "tainted":
		o.Taints = append(o.Taints, e.Text("taint"))
	case "untainted":
		o.Taints = slices.DeleteFunc(o.Taints, func(t string) bool { return t == e.Text("taint") })
	}
}

// autoscaler takes what an autoscaler says of itself; of other kinds there is nothing of it.
func (o *Object) autoscaler(e *Event) {
	o.Reference, o.Min, o.Max, o.Targets = e.Text("target"), e.Number("min"), e.Number("max"), e.Text("targets")
}

func (o *Object) workload(e *Event) {
	switch e.What {
	case "scaled":
		o.Replicas = e.Number("to")
	case "changed":
		o.MinAvailable, o.MaxUnavailable = e.Text("minAvailable"), e.Text("maxUnavailable")
	case "status":
		o.Counts = map[string]int{}
		for _, f := range e.Fields {
			o.Counts[f.Key] = int(f.Number)
		}
		o.Targets = e.Text("targets")
	case "condition":
		if o.Conditions == nil {
			o.Conditions = map[string]string{}
		}
		o.Conditions[e.Text("type")] = e.Text("status")
	}
}

// Desired returns how many replicas an object asks for. Of one that was there before the first event that is not known;
// the number it has stands for it.
func (o *Object) Desired() int {
	if o.Replicas == unknown {
		return o.Counts["replicas"]
	}
	return o.Replicas
}
