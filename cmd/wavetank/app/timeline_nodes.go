package app

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/nodelifecycle"
	"github.com/wavetank/wavetank/workloads/recording"
)

// The label of nodes that the recordings' fake kubelets run, and its value while they do.
const (
	managedLabel = "type"
	managedValue = "kwok"
)

// nodeComponents makes the controllers that watch over nodes. Their latencies come from streams of their own, so that they
// do not change what the others draw.
func (t *timeline) nodeComponents(phases recording.Phases) {
	l := &t.latency
	for _, c := range nodeControllers() {
		make := c.made(settings{flags: t.rec.Flags})
		if c.name == "nodelifecycle" {
			make = nodeLifecycle(t.nodeLifecycle(phases))
		}
		make(t.engine, t.store, limited(controller.Options{
			QPS: l.QPS, Burst: l.Burst, WatchLatency: t.drawn("watch/"+c.name, l.Watch), CallLatency: t.drawn("call/"+c.name, l.Call),
		}, t.rec.Flags))
	}
}

func (t *timeline) nodeLifecycle(phases recording.Phases) nodelifecycle.Config {
	cfg := nodeLifecycleConfig(t.rec.Flags)
	cfg.MonitorPhase, cfg.LastRenewal = phases.NodeMonitor, recordedRenewal(phases.LastRenewal)
	return cfg
}

// join has a node come up as a real one does: it is there with a taint, its kubelet reports that it is ready, and the node
// lifecycle controller takes the taint away.
func (t *timeline) join(n *cluster.Node) { n.Ready = cluster.ConditionUnknown }

// patchNode changes a node as a patch says. What the patch does not speak of stays as the components have left it. A node
// that fake kubelets no longer run because its label has gone is silent from then on.
func (t *timeline) patchNode(next *cluster.Node, patch string) error {
	var p struct {
		Spec map[string]json.RawMessage
	}
	if err := json.Unmarshal([]byte(patch), &p); err != nil {
		return fmt.Errorf("patch: %w", err)
	}
	return t.store.EditNode(next.Name, cluster.ReasonUpdated, func(n *cluster.Node) {
		t.setPower(n, next.Labels)
		n.Labels = next.Labels
		n.Annotations = maps.Clone(n.Annotations)
		if n.Annotations == nil {
			n.Annotations = map[string]string{}
		}
		maps.Copy(n.Annotations, next.Annotations)
		if _, has := p.Spec["unschedulable"]; has {
			n.Unschedulable = next.Unschedulable
		}
		if _, has := p.Spec["taints"]; has {
			n.Taints = next.Taints
		}
		n.Capacity, n.Allocatable, n.AllocatablePods = next.Capacity, next.Allocatable, next.AllocatablePods
	})
}

func (t *timeline) setPower(n *cluster.Node, labels cluster.Labels) {
	was, is := n.Labels[managedLabel] == managedValue, labels[managedLabel] == managedValue
	switch {
	case was && !is:
		n.Down, n.Silent = true, t.store.Now()
	case is && !was:
		n.Down = false
	}
}
