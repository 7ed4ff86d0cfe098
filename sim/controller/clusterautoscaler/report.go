package clusterautoscaler

import (
	"time"

	"github.com/wavetank/wavetank/sim"
)

// ReportKind is what a Report tells of.
type ReportKind string

// The kinds of reports.
const (
	ScaleUp         ReportKind = "scaleUp"         // nodes were asked for
	ScaleUpFailed   ReportKind = "scaleUpFailed"   // the provider refused, or a node did not come in time
	NodeReady       ReportKind = "nodeReady"       // a node that was asked for has joined
	PodHelped       ReportKind = "podHelped"       // a pod that had made nodes be asked for was placed
	Unneeded        ReportKind = "unneeded"        // a node is found to be unneeded
	ScaleDownEmpty  ReportKind = "scaleDownEmpty"  // the removal of a node without pods to be moved begins
	ScaleDownDrain  ReportKind = "scaleDownDrain"  // the removal of a node with such pods begins
	ScaleDownDone   ReportKind = "scaleDown"       // a node was removed
	ScaleDownFailed ReportKind = "scaleDownFailed" // it stays
)

// Report is one thing that the autoscaler did or saw.
type Report struct {
	At    sim.Time
	Kind  ReportKind
	Group string
	Node  string // "" where the report is of the group
	Nodes int    // nodes added or removed
	Size  int    // of the group then: its target
	Pods  int    // that it is done for, or that are to be moved
	// Lag is, of ScaleUp, how long the oldest of the pods had been known not to fit; of NodeReady how long it had been
	// when the node was ready; of PodHelped how long the pod waited from then until it was placed.
	Lag    time.Duration
	Reason string // of a failure
}

func (a *Autoscaler) report(r Report) {
	if a.cfg.Report == nil {
		return
	}
	r.At = a.engine.Now()
	for _, g := range a.groups {
		if g.Name() == r.Group {
			r.Size = g.Target()
		}
	}
	a.cfg.Report(r)
}
