package scheduler

import (
	"time"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// binding is a pod on its way from the decision to the node.
type binding struct {
	s       *Scheduler
	w       *waiting
	pod     *cluster.Pod // as assumed
	state   *framework.CycleState
	profile *Profile // nil for other algorithms
}

// place assumes the pod on its node and starts the binding cycle (schedule_one.go: prepareForBindingCycle, v1.36).
func (s *Scheduler) place(w *waiting, d *framework.Decision) {
	b := &binding{s: s, w: w, state: d.State}
	b.profile, _ = s.algorithms[w.Pod.Scheduler()].(*Profile)
	b.pod = s.cache.assume(w.Pod, d.Node, d.GPUs)
	s.cache.Unnominate(w.Pod.UID)
	if b.state == nil || b.profile == nil {
		b.later()
		return
	}
	if st := b.profile.Reserve(b.state, b.pod); !st.IsSuccess() {
		b.undo(st)
		return
	}
	st, wait := b.permit()
	switch {
	case st.Code() == framework.Wait:
		s.permits.hold(b, st.Plugin(), wait)
	case st.IsSuccess():
		b.later()
	default:
		b.undo(st)
	}
}

// later binds after the bind latency.
func (b *binding) later() {
	if b.s.cfg.BindLatency == nil {
		b.bind()
		return
	}
	b.s.engine.After(b.s.cfg.BindLatency(), sim.PhaseSchedule, b)
}

// Fire implements sim.Event: the binding reaches the store.
func (b *binding) Fire(sim.Time) {
	if b.s.queue.pods[b.pod.UID] != b.w { // it was withdrawn
		b.unreserve()
		return
	}
	b.bind()
	b.s.wake()
}

// String names the event in the log.
func (b *binding) String() string { return "bind " + b.pod.NamespacedName.String() }

func (b *binding) bind() {
	if st := b.bindStatus(); !st.IsSuccess() {
		b.undo(st)
		return
	}
	delete(b.s.queue.pods, b.pod.UID)
	if b.profile != nil && b.state != nil {
		for _, pl := range b.profile.postBind {
			if b.skipped(pl) {
				continue
			}
			pl.PostBind(b.state, b.pod, b.pod.NodeName)
		}
	}
}

func (b *binding) bindStatus() *framework.Status {
	if b.profile != nil && b.state != nil {
		for _, pl := range b.profile.preBind {
			if b.skipped(pl) {
				continue
			}
			if st := pl.PreBind(b.state, b.pod, b.pod.NodeName, b.s.store); !st.IsSuccess() {
				return st
			}
		}
		for _, pl := range b.profile.bind {
			if b.skipped(pl) {
				continue
			}
			st := pl.Bind(b.state, b.pod, b.pod.NodeName, b.pod.GPUs, b.s.store)
			if !st.IsSkip() {
				return st
			}
		}
	}
	return framework.AsStatus("", b.s.store.Bind(cluster.KeyOf(b.pod), b.pod.NodeName, b.pod.GPUs))
}

// skipped tells whether a plugin takes no part, since its PreFilter skipped the pod.
func (b *binding) skipped(pl framework.Plugin) bool {
	return b.state.SkipFilters&b.profile.filterBit(pl.Name()) != 0
}

// Reserve tells the Reserve plugins that the pod of a decision, whose State it takes, has been given its node. It returns the
// first refusal. Whoever runs a profile without a Scheduler calls it for every pod that is placed; a nil state means that no
// plugin has anything to reserve.
func (p *Profile) Reserve(state *framework.CycleState, pod *cluster.Pod) *framework.Status {
	if state == nil {
		return nil
	}
	for _, pl := range p.reserve {
		if state.SkipFilters&p.filterBit(pl.Name()) != 0 {
			continue
		}
		if st := pl.Reserve(state, pod, pod.NodeName); !st.IsSuccess() {
			return st
		}
	}
	return nil
}

// permit asks the Permit plugins. The first that makes the pod wait names itself in the status.
func (b *binding) permit() (*framework.Status, time.Duration) {
	for _, pl := range b.profile.permit {
		if b.skipped(pl) {
			continue
		}
		st, wait := pl.Permit(b.state, b.pod, b.pod.NodeName)
		if st.Code() == framework.Wait {
			return framework.NewStatus(pl.Name(), framework.Wait, st.Reasons()...), min(wait, framework.PermitWait)
		}
		if !st.IsSuccess() {
			return st, 0
		}
	}
	return nil, 0
}

// undo takes the pod off the node again and gives it back to the queue.
func (b *binding) undo(st *framework.Status) {
	b.unreserve()
	b.s.cache.forget(b.pod.UID)
	freed := &cluster.Change{At: b.s.engine.Now(), Verb: cluster.Deleted, Old: b.pod}
	b.s.queue.happened(framework.ClusterEvent{Resource: framework.AssignedPod, Action: framework.ActionDelete}, freed)
	if b.s.store.Pod(b.pod.NamespacedName) == nil {
		b.s.queue.remove(b.pod.UID)
		return
	}
	var d framework.Decision
	if st.IsRejected() {
		addRejector(&d, st)
	}
	b.s.queue.failed(b.w, d.Rejectors, d.PendingOn)
}

// unreserve tells the Reserve plugins, the last first, that nothing comes of it.
func (b *binding) unreserve() {
	if b.profile == nil || b.state == nil {
		return
	}
	for i := len(b.profile.reserve) - 1; i >= 0; i-- {
		if pl := b.profile.reserve[i]; !b.skipped(pl) {
			pl.Unreserve(b.state, b.pod, b.pod.NodeName)
		}
	}
}

// permits holds the pods that wait at Permit.
type permits struct {
	s    *Scheduler
	pods map[cluster.UID]*permit
}

// permit is one pod that waits at Permit, until its plugin allows or rejects it or its time is up.
type permit struct {
	*binding
	plugin  string
	timeout sim.Handle
}

func (p *permits) hold(b *binding, plugin string, wait time.Duration) {
	h := &permit{binding: b, plugin: plugin}
	h.timeout = p.s.engine.After(wait, sim.PhaseSchedule, &permitTimeout{p, b.pod.UID, plugin})
	p.pods[b.pod.UID] = h
}

func (p *permits) take(uid cluster.UID, plugin string) *permit {
	h := p.pods[uid]
	if h == nil || h.plugin != plugin {
		return nil
	}
	p.drop(uid)
	return h
}

func (p *permits) drop(uid cluster.UID) {
	if h := p.pods[uid]; h != nil {
		p.s.engine.Cancel(h.timeout)
		delete(p.pods, uid)
	}
}

// withdraw ends the wait of a pod that is gone.
func (p *permits) withdraw(uid cluster.UID) {
	if h := p.pods[uid]; h != nil {
		p.drop(uid)
		h.unreserve()
	}
}

// Allow lets the pod go on.
func (p *permits) Allow(uid cluster.UID, plugin string) {
	if h := p.take(uid, plugin); h != nil {
		h.later()
	}
}

// Reject turns the pod away.
func (p *permits) Reject(uid cluster.UID, plugin, reason string) {
	if h := p.take(uid, plugin); h != nil {
		h.undo(framework.NewStatus(plugin, framework.Unschedulable, reason))
		p.s.wake()
	}
}

// permitTimeout rejects a pod that has waited too long.
type permitTimeout struct {
	permits *permits
	uid     cluster.UID
	plugin  string
}

// Fire implements sim.Event.
func (t *permitTimeout) Fire(sim.Time) {
	t.permits.Reject(t.uid, t.plugin, "rejected due to timeout after waiting at plugin "+t.plugin)
}

// String names the event in the log.
func (t *permitTimeout) String() string { return "permit timeout" }
