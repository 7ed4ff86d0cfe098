package results

import (
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// AutoscalerEvent is one thing that an autoscaler of nodes did or saw.
type AutoscalerEvent struct {
	At    sim.Time
	Event string // one of AutoscalerEvents
	Group string
	Node  string        // "" where it is of the group
	Nodes int           // added or removed
	Size  int           // of the group then, upcoming nodes included
	Pods  int           // that it is done for, or that are to be moved
	Lag   time.Duration // how long the oldest of the pods had been known not to fit
	Cause string        // of a failure
}

// The events of an autoscaler.
const (
	AutoscaleUp         = "scaleUp"         // nodes were asked for
	AutoscaleUpFailed   = "scaleUpFailed"   // the provider refused, or nodes did not come in time
	AutoscaleReady      = "nodeReady"       // a node that was asked for has joined
	AutoscaleHelped     = "podHelped"       // a pod that had made nodes be asked for was placed
	AutoscaleUnneeded   = "unneeded"        // a node is found to be unneeded
	AutoscaleEmpty      = "scaleDownEmpty"  // the removal of a node without pods to be moved begins
	AutoscaleDrain      = "scaleDownDrain"  // the removal of a node with such pods begins
	AutoscaleDown       = "scaleDown"       // a node was removed
	AutoscaleDownFailed = "scaleDownFailed" // a node that was to be removed stays
)

// AutoscalerEvents lists the events of an autoscaler.
func AutoscalerEvents() []string {
	return []string{AutoscaleUp, AutoscaleUpFailed, AutoscaleReady, AutoscaleHelped, AutoscaleUnneeded, AutoscaleEmpty,
		AutoscaleDrain, AutoscaleDown, AutoscaleDownFailed}
}

// autoscalerStatus is the object that a cluster-autoscaler's events are about (cluster-autoscaler/FAQ.md, "What events are
// emitted by CA?").
var autoscalerStatus = cluster.NamespacedName{Namespace: "kube-system", Name: "cluster-autoscaler-status"}

// nodeScaling writes the line of an event.
func (l *eventLog) nodeScaling(e *AutoscalerEvent) {
	l.begin(e.At, cluster.KindConfigMap, autoscalerStatus, e.Event).text("group", e.Group)
	if e.Node != "" {
		l.text("node", e.Node)
	}
	if e.Nodes != 0 {
		l.number("nodes", int64(e.Nodes))
	}
	l.number("size", int64(e.Size))
	if e.Pods != 0 {
		l.number("pods", int64(e.Pods))
	}
	if e.Lag != 0 {
		l.text("lag", e.Lag.String())
	}
	if e.Cause != "" {
		l.text("cause", e.Cause)
	}
	l.end()
}

// Autoscaling is what an autoscaler of nodes did in a run.
type Autoscaling struct {
	ScaleUps         int `json:"scaleUps"` // requests for nodes
	ScaleDowns       int `json:"scaleDowns"`
	FailedScaleUps   int `json:"failedScaleUps"`
	FailedScaleDowns int `json:"failedScaleDowns"`
	NodesAdded       int `json:"nodesAdded"` // those that have joined
	NodesRemoved     int `json:"nodesRemoved"`

	// From when the oldest of the pods was known not to fit until the node for it was ready.
	NodeLag Distribution `json:"nodeLag"`
	// From when a pod was known not to fit until it was placed: the pending time that nodes were waited for.
	PodLag Distribution `json:"podLag"`

	nodeLags, podLags []float64 // seconds
}

// OnAutoscaler takes in what an autoscaler of nodes did.
func (r *Recorder) OnAutoscaler(e AutoscalerEvent) {
	if r.scaling == nil {
		r.scaling = &Autoscaling{}
	}
	r.scaling.count(&e)
	if r.out.events != nil && !r.muted {
		r.out.events.nodeScaling(&e)
	}
}

func (a *Autoscaling) count(e *AutoscalerEvent) {
	switch e.Event {
	case AutoscaleUp:
		a.ScaleUps++
	case AutoscaleUpFailed:
		a.FailedScaleUps++
	case AutoscaleReady:
		a.NodesAdded += e.Nodes
		a.nodeLags = append(a.nodeLags, e.Lag.Seconds())
	case AutoscaleHelped:
		a.podLags = append(a.podLags, e.Lag.Seconds())
	case AutoscaleDown:
		a.ScaleDowns++
		a.NodesRemoved += e.Nodes
	case AutoscaleDownFailed:
		a.FailedScaleDowns++
	}
}

// conclude returns the figures, nil if there was no autoscaler.
func (a *Autoscaling) conclude() *Autoscaling {
	if a == nil {
		return nil
	}
	done := *a
	done.NodeLag, done.PodLag = describe(a.nodeLags), describe(a.podLags)
	done.nodeLags, done.podLags = nil, nil
	return &done
}

func (a *Autoscaling) metrics() []Metric {
	if a == nil {
		return nil
	}
	m := []Metric{
		count("autoscaler.scaleUps", a.ScaleUps), count("autoscaler.scaleDowns", a.ScaleDowns),
		count("autoscaler.failedScaleUps", a.FailedScaleUps), count("autoscaler.failedScaleDowns", a.FailedScaleDowns),
		count("autoscaler.nodesAdded", a.NodesAdded), count("autoscaler.nodesRemoved", a.NodesRemoved),
	}
	m = append(m, a.NodeLag.metrics("autoscaler.nodeLag")...)
	return append(m, a.PodLag.metrics("autoscaler.podLag")...)
}

func (a *Autoscaling) rows() [][]string {
	if a == nil {
		return nil
	}
	return [][]string{
		{"autoscaler: scale-ups", thousands(int64(a.ScaleUps))},
		{"  failed", thousands(int64(a.FailedScaleUps))},
		{"  nodes added", thousands(int64(a.NodesAdded))},
		{"  pod unschedulable to node ready, mean", humanSeconds(a.NodeLag.Mean)},
		{"  pod unschedulable to node ready, max", humanSeconds(a.NodeLag.Max)},
		{"  pods that waited for a node", thousands(int64(a.PodLag.Count))},
		{"  waited, mean", humanSeconds(a.PodLag.Mean)},
		{"  waited, max", humanSeconds(a.PodLag.Max)},
		{"autoscaler: nodes removed", thousands(int64(a.NodesRemoved))},
		{"  failed", thousands(int64(a.FailedScaleDowns))},
	}
}
