package results

import (
	"slices"
	"strconv"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// eventLog writes events.jsonl: what a watcher of the API server sees happen, told by comparing the old version of an
// object with the new one. Lines are in the order of time and of the store's writes.
type eventLog struct {
	out   *output
	file  *file             // nil: there is none, somebody only watches
	watch func(line []byte) // nil: nobody does
	line  []byte            // under construction; used again
}

// change writes the lines of one change, often one, sometimes none.
func (l *eventLog) change(c *cluster.Change) {
	switch c.Object().(type) {
	case *cluster.Pod:
		before, after := c.Pods()
		l.podChange(c, before, after)
	case *cluster.Node:
		before, after := c.Nodes()
		l.nodeChange(c.At, before, after)
	default:
		l.workloadChange(c)
	}
}

// unborn stands for a pod before its creation and after its removal: it has none of the properties that events tell of.
var unborn cluster.Pod

func (l *eventLog) podChange(c *cluster.Change, before, after *cluster.Pod) {
	old, p := before, after
	if old == nil {
		old = &unborn
		l.created(c.At, p)
	}
	if p == nil {
		l.podRemoved(c, old)
		return
	}
	if p.NodeName != old.NodeName {
		l.pod(c.At, p, "scheduled").text("node", p.NodeName).end()
	}
	if p.Status.NominatedNode != old.Status.NominatedNode {
		l.pod(c.At, p, "nominated").text("node", p.Status.NominatedNode).end()
	}
	switch ends := p.Deleting && !old.Deleting; {
	case ends && c.Reason != old.Status.Disrupted:
		l.disrupted(c.At, p, c.Reason)
	case !ends && before != nil && p.Status.Disrupted != old.Status.Disrupted:
		l.disrupted(c.At, p, p.Status.Disrupted)
	}
	if p.Deleting && !old.Deleting {
		l.pod(c.At, p, "deleting").text("node", p.NodeName).text("reason", string(c.Reason)).end()
	}
	if p.Status.Phase != old.Status.Phase {
		l.podPhase(c, p)
	}
	if p.Status.Ready != old.Status.Ready {
		l.pod(c.At, p, readyEvent(p.Status.Ready)).end()
	}
}

func (l *eventLog) created(at sim.Time, p *cluster.Pod) {
	l.pod(at, p, "created")
	if owner := p.ControllerRef(); owner != nil {
		l.text("owner", owner.Kind+"/"+owner.Name)
	}
	if p.Spec.Priority != 0 {
		l.number("priority", int64(p.Spec.Priority))
	}
	l.end()
}

func (l *eventLog) podPhase(c *cluster.Change, p *cluster.Pod) {
	switch p.Status.Phase {
	case cluster.Running:
		l.pod(c.At, p, "running").text("node", p.NodeName).end()
	case cluster.Succeeded:
		l.pod(c.At, p, "succeeded").text("node", p.NodeName).end()
	case cluster.Failed:
		reason := p.Status.Reason
		if reason == "" {
			reason = string(c.Reason)
		}
		l.pod(c.At, p, "failed").text("node", p.NodeName).text("reason", reason).end()
	}
}

func (l *eventLog) podRemoved(c *cluster.Change, old *cluster.Pod) {
	if c.Reason != old.Status.Disrupted && !old.Deleting && !old.Terminal() {
		l.disrupted(c.At, old, c.Reason)
	}
	l.pod(c.At, old, "deleted").text("node", old.NodeName).text("phase", old.Status.Phase.String()).
		text("reason", string(c.Reason)).end()
}

// disrupted writes why a pod has to go, where the API server states it as a condition. It may do so before the deletion.
func (l *eventLog) disrupted(at sim.Time, p *cluster.Pod, why cluster.Reason) {
	switch why {
	case cluster.ReasonPreempted:
		l.pod(at, p, "preempted").text("node", p.NodeName).end()
	case cluster.ReasonEvicted, cluster.ReasonTaintEvicted, cluster.ReasonPodGC:
		l.pod(at, p, "evicted").text("node", p.NodeName).text("reason", string(why)).end()
	}
}

// unschedulable writes the condition that the scheduler sets on a pod it found no node for.
func (l *eventLog) unschedulable(d *framework.Decision, message string) {
	reason := "Unschedulable" // core/v1 PodReasonUnschedulable, v0.36
	if d.Err != "" {
		reason = "SchedulerError" // core/v1 PodReasonSchedulerError
	}
	l.begin(d.At, cluster.KindPod, d.Pod.NamespacedName, "unschedulable").text("reason", reason).text("message", message).end()
}

// nowhere stands for a node before its creation: not ready, without taints.
var nowhere = cluster.Node{NodeState: cluster.NodeState{Ready: cluster.ConditionUnknown}}

func (l *eventLog) nodeChange(at sim.Time, before, after *cluster.Node) {
	if after == nil {
		l.node(at, before, "deleted").end()
		return
	}
	if before == nil {
		before = &nowhere
		l.node(at, after, "created").end()
	}
	if after.Down != before.Down {
		l.node(at, after, either(after.Down, "down", "up")).end()
	}
	if after.Isolated != before.Isolated {
		l.node(at, after, either(after.Isolated, "isolated", "connected")).end()
	}
	switch {
	case after.Ready == before.Ready:
	case after.Ready == cluster.ConditionTrue:
		l.node(at, after, "ready").end()
	default:
		l.node(at, after, "notready").text("status", after.Ready.String()).text("reason", after.ReadyReason).end()
	}
	l.taints(at, after, "untainted", before.Taints, after.Taints)
	l.taints(at, after, "tainted", after.Taints, before.Taints)
	if after.Unschedulable != before.Unschedulable {
		l.node(at, after, either(after.Unschedulable, "cordoned", "uncordoned")).end()
	}
}

// taints writes an event for each taint of has that others lacks.
func (l *eventLog) taints(at sim.Time, n *cluster.Node, event string, has, others []cluster.Taint) {
	for _, t := range has {
		if !slices.Contains(others, t) {
			l.node(at, n, event).text("taint", t.String()).end()
		}
	}
}

func readyEvent(ready bool) string { return either(ready, "ready", "unready") }

func either[T any](is bool, yes, no T) T {
	if is {
		return yes
	}
	return no
}

// begin starts a line; text and number add to it, end writes it.
func (l *eventLog) begin(at sim.Time, kind cluster.Kind, name cluster.NamespacedName, event string) *eventLog {
	b := append(l.line[:0], `{"t":`...)
	b = appendSeconds(b, int64(at))
	b = append(append(b, `,"kind":"`...), kind.String()...)
	b = append(b, `","name":"`...)
	if name.Namespace != "" {
		b = append(appendEscaped(b, name.Namespace), '/')
	}
	b = appendEscaped(b, name.Name)
	b = append(append(b, `","event":"`...), event...)
	l.line = append(b, '"')
	return l
}

func (l *eventLog) pod(at sim.Time, p *cluster.Pod, event string) *eventLog {
	return l.begin(at, cluster.KindPod, p.NamespacedName, event)
}

func (l *eventLog) node(at sim.Time, n *cluster.Node, event string) *eventLog {
	return l.begin(at, cluster.KindNode, n.NamespacedName, event)
}

func (l *eventLog) text(key, value string) *eventLog {
	b := append(append(l.line, `,"`...), key...)
	b = append(b, `":"`...)
	l.line = append(appendEscaped(b, value), '"')
	return l
}

func (l *eventLog) number(key string, value int64) *eventLog {
	b := append(append(l.line, `,"`...), key...)
	l.line = strconv.AppendInt(append(b, `":`...), value, 10)
	return l
}

func (l *eventLog) end() {
	l.line = append(l.line, "}\n"...)
	if l.file != nil {
		l.out.write(l.file, l.line)
	}
	if l.watch != nil {
		l.watch(l.line)
	}
}
