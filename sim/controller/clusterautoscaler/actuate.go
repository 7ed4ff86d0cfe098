package clusterautoscaler

import (
	"slices"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// deletion is the removal of a node under way. It is the event of its own next step.
type deletion struct {
	a       *Autoscaler
	node    cluster.Key
	group   *group
	drain   bool
	stage   stage
	asked   int // evictions that were not answered yet
	refused bool
	pods    []cluster.Key // whose end is waited for
	until   sim.Time      // at the longest
}

type stage uint8

const (
	delaying stage = iota // between taint and drain
	waitingForPods
)

// startDeletion taints nodes and begins to remove them (core/scaledown/actuation/actuator.go: StartDeletion).
func (s *scan) startDeletion(list []removal) {
	for _, r := range list {
		d := &deletion{a: s.Autoscaler, node: cluster.KeyOf(r.node), group: s.groupOf(r.node.Name), drain: len(r.move) > 0}
		s.deletions[r.node.Name] = d
		delete(s.unneeded, r.node.Name)
		kind := ScaleDownEmpty
		if d.drain {
			kind = ScaleDownDrain
		}
		s.report(Report{Kind: kind, Group: d.group.Name(), Node: r.node.Name, Pods: len(r.move)})
		s.editTaints(r.node.Name, ReasonToBeDeleted, func(taints []cluster.Taint) []cluster.Taint {
			return append(without(taints, TaintToBeDeleted), s.toBeDeleted())
		})
		s.engine.After(s.cfg.NodeDeleteDelay, sim.PhaseControl, d)
	}
}

func (a *Autoscaler) editTaints(node string, reason cluster.Reason, edit func([]cluster.Taint) []cluster.Taint) {
	err := a.store.EditNode(node, reason, func(n *cluster.Node) { n.Taints = edit(slices.Clone(n.Taints)) })
	if err != nil {
		panic("clusterautoscaler: " + err.Error()) // it was looked up in this same event
	}
}

func without(taints []cluster.Taint, keys ...string) []cluster.Taint {
	return slices.DeleteFunc(taints, func(t cluster.Taint) bool { return slices.Contains(keys, t.Key) })
}

// current returns the node, nil if it is gone or another has its name.
func (d *deletion) current() *cluster.Node {
	n := d.a.store.Node(d.node.Name)
	if n == nil || n.UID != d.node.UID {
		return nil
	}
	return n
}

// Fire implements sim.Event.
func (d *deletion) Fire(now sim.Time) {
	if d.a.hold(d) {
		return
	}
	n := d.current()
	switch {
	case d.a.deletions[d.node.Name] != d:
	case n == nil:
		d.end()
	case d.stage == delaying:
		d.begin(now, n)
	default:
		d.look(now)
	}
}

// String names the event in the log.
func (d *deletion) String() string { return "cluster-autoscaler removes " + d.node.Name }

// begin looks at the node once more before its pods are touched (actuator.go: deleteNodesAsync).
func (d *deletion) begin(now sim.Time, n *cluster.Node) {
	a := d.a
	info := cluster.NewNodeInfo(n)
	var daemons []*cluster.Pod
	for _, p := range a.store.PodsOn(n.Name) {
		if p.Terminal() {
			continue
		}
		info.AddPod(p)
		if isDaemonPod(p) {
			daemons = append(daemons, p)
		}
	}
	move, why := a.podsToMove(info, newBudgets(a.store), now)
	switch {
	case why != "":
		d.save("blocked by a pod: " + string(why))
		return
	case !d.drain && len(move) > 0:
		d.save("new pods were scheduled")
		return
	}
	byDefault := a.cfg.DaemonSetEvictionEmpty
	if d.drain {
		byDefault = a.cfg.DaemonSetEvictionDrained
	}
	for _, p := range daemons {
		if evictsDaemon(p, byDefault) {
			a.cfg.Evictor.Evict(cluster.KeyOf(p), func(sim.Time, error) {})
		}
	}
	d.evict(now, move)
}

// evictsDaemon tells whether a daemon pod is evicted; nobody waits for it (utils/daemonset: PodsToEvict).
func evictsDaemon(p *cluster.Pod, byDefault bool) bool {
	switch p.Annotations[AnnotationDaemonEvicted] {
	case "true":
		return true
	case "false":
		return false
	}
	return byDefault
}

// evict asks for the eviction of the pods, all at once (actuation/drain.go: initiateEviction).
func (d *deletion) evict(now sim.Time, pods []*cluster.Pod) {
	d.stage = waitingForPods
	if len(pods) == 0 {
		d.remove()
		return
	}
	retryUntil := now.Add(d.a.cfg.MaxPodEvictionTime)
	for _, p := range pods {
		d.pods = append(d.pods, cluster.KeyOf(p))
	}
	d.asked = len(pods)
	for _, p := range d.pods {
		(&eviction{d, p, retryUntil}).Fire(now)
	}
}

// eviction is the attempt to evict one pod, again and again. It is the event of its next try.
type eviction struct {
	d     *deletion
	pod   cluster.Key
	until sim.Time
}

// Fire implements sim.Event.
func (e *eviction) Fire(now sim.Time) {
	if e.d.a.hold(e) {
		return
	}
	if e.d.a.deletions[e.d.node.Name] != e.d {
		return
	}
	if p := e.d.a.store.Pod(e.pod.NamespacedName); p == nil || p.UID != e.pod.UID || p.Deleting {
		e.answered(now, nil)
		return
	}
	e.d.a.cfg.Evictor.Evict(e.pod, e.answered)
}

// String names the event in the log.
func (e *eviction) String() string { return "cluster-autoscaler evicts " + e.pod.String() }

// answered goes on once the API server has answered (drain.go: evictPod).
func (e *eviction) answered(now sim.Time, err error) {
	d := e.d
	if d.a.paused {
		d.a.hold(sim.Func{Name: e.String(), Do: func(now sim.Time) { e.answered(now, err) }})
		return
	}
	gone := d.a.store.Pod(e.pod.NamespacedName) == nil
	if err != nil && !gone && now.Add(evictionRetry) < e.until {
		d.a.engine.After(evictionRetry, sim.PhaseControl, e)
		return
	}
	d.refused = d.refused || err != nil && !gone
	if d.asked--; d.asked > 0 || d.a.deletions[d.node.Name] != d {
		return
	}
	if d.refused {
		d.save("pods could not be evicted")
		return
	}
	d.until = now.Add(d.a.cfg.MaxGracefulTermination + evictionHeadroom)
	d.look(now)
}

// look sees whether the pods have left (drain.go: waitPodsToDisappear).
func (d *deletion) look(now sim.Time) {
	here := func(k cluster.Key) bool {
		p := d.a.store.Pod(k.NamespacedName)
		return p != nil && p.UID == k.UID
	}
	switch {
	case !slices.ContainsFunc(d.pods, here):
		d.remove()
	case now >= d.until:
		d.save("pods remain after the time-out")
	default:
		d.a.engine.After(disappearancePoll, sim.PhaseControl, d)
	}
}

// remove has the provider take the node away.
func (d *deletion) remove() {
	if err := d.group.Delete(d.node.Name); err != nil {
		d.save(err.Error())
		return
	}
	d.end()
	d.a.report(Report{Kind: ScaleDownDone, Group: d.group.Name(), Node: d.node.Name, Nodes: 1})
}

func (d *deletion) end() {
	delete(d.a.deletions, d.node.Name)
	d.a.changed()
}

// save leaves the node where it is (actuation: CleanUpAndRecordFailedScaleDownEvent). It is not looked at for a while.
func (d *deletion) save(why string) {
	a, now := d.a, d.a.engine.Now()
	a.editTaints(d.node.Name, ReasonSaved, func(taints []cluster.Taint) []cluster.Taint {
		return without(taints, TaintToBeDeleted)
	})
	a.lastFailure = now
	d.end()
	a.unremovable[d.node.Name] = recheck{until: now.Add(a.cfg.UnremovableRecheck)}
	a.report(Report{Kind: ScaleDownFailed, Group: d.group.Name(), Node: d.node.Name, Reason: why})
}

// markCandidates has the scheduler avoid nodes that are unneeded, some at a time
// (core/scaledown/actuation/softtaint.go: UpdateSoftDeletionTaints).
func (s *scan) markCandidates() {
	left := s.cfg.MaxBulkSoftTaintCount
	if left == 0 {
		return
	}
	mark := func(n *cluster.Node, wanted bool) {
		is := slices.ContainsFunc(n.Taints, func(t cluster.Taint) bool { return t.Key == TaintDeletionCandidate })
		if is == wanted || s.groupOf(n.Name) == nil || s.deletions[n.Name] != nil {
			return
		}
		if left--; left < 0 {
			s.again()
			return
		}
		s.editTaints(n.Name, ReasonCandidate, func(taints []cluster.Taint) []cluster.Taint {
			taints = without(taints, TaintDeletionCandidate)
			if wanted {
				taints = append(taints, cluster.Taint{Key: TaintDeletionCandidate, Value: s.toBeDeleted().Value, Effect: cluster.PreferNoSchedule})
			}
			return taints
		})
	}
	for _, wanted := range []bool{true, false} {
		for _, n := range s.nodes {
			if _, unneeded := s.unneeded[n.Name]; unneeded == wanted {
				mark(n, wanted)
			}
		}
	}
}
