package kubelet

import (
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// The reasons of the kubelet's own writes. A pod that waits is written for the reason why it waits:
// "ContainerCreating", "CrashLoopBackOff", ...
const (
	ReasonReady     cluster.Reason = "Ready"
	ReasonUnready   cluster.Reason = "Unready"
	ReasonRestarted cluster.Reason = "Restarted"
	ReasonFailed    cluster.Reason = "Failed"
	ReasonEvicted   cluster.Reason = "Evicted"
)

const reasonInitializing = "PodInitializing"

// report is what a pod's status has to say of its containers.
type report struct {
	phase    cluster.Phase
	ready    bool
	reason   string
	message  string
	restarts int32
}

// report looks at the containers (pkg/kubelet/kubelet_pods.go: getPhase, v1.36): pending until all have begun once, ready
// while all that are to stay are.
func (w *worker) report(now sim.Time) report {
	r := report{phase: cluster.Running, ready: w.initialized}
	for _, c := range w.all {
		r.restarts += int32(c.run)
		if !c.init || c.spec.Sidecar {
			r.ready = r.ready && c.isReady(now)
		}
		if !c.init && !c.begun {
			r.phase, r.ready = cluster.Pending, false
		}
	}
	r.reason, r.message = w.waiting(r.phase)
	return r
}

// waiting returns why the pod is not what it should be, "" if it is: the reason of the first container that waits, or
// has ended otherwise than well.
func (w *worker) waiting(phase cluster.Phase) (reason, message string) {
	for _, c := range w.all {
		if !c.up() && c.reason != "" && !(c.state == exited && c.code == 0) {
			return c.reason, c.message
		}
	}
	switch {
	case phase != cluster.Pending:
		return "", ""
	case !w.initialized:
		return reasonInitializing, ""
	}
	return reasonCreating, ""
}

// write brings the pod's status up to date. Nothing is written if nothing has changed.
func (w *worker) write(now sim.Time) {
	p, r := w.k.current(w.pod), w.report(now)
	if w.began == 0 && r.phase == cluster.Running {
		w.began = now
	}
	if w.life.node.cut {
		return // what is true then is written when it can be
	}
	s := &p.Status
	if r == (report{s.Phase, s.Ready, s.Reason, s.Message, s.Restarts}) {
		return
	}
	w.k.edit(p, r.why(s), func(p *cluster.Pod) {
		s := &p.Status
		if s.Phase != r.phase {
			s.Phase, s.StartedAt = r.phase, w.began
		}
		w.k.setReady(s, r.ready)
		s.Reason, s.Message, s.Restarts = r.reason, r.message, r.restarts
	})
}

// why names the change: what weighs most.
func (r *report) why(s *cluster.PodStatus) cluster.Reason {
	switch {
	case r.phase != s.Phase:
		return cluster.ReasonStarted
	case r.reason != s.Reason && r.reason != "":
		return cluster.Reason(r.reason)
	case r.restarts != s.Restarts:
		return ReasonRestarted
	case r.ready && !s.Ready:
		return ReasonReady
	case !r.ready && s.Ready:
		return ReasonUnready
	}
	return cluster.ReasonUpdated
}

// outcome is how a pod ended.
type outcome struct {
	phase  cluster.Phase
	why    cluster.Reason
	reason string
	code   int32
}

// outcome returns how the pod has ended: as the first container that failed, or well.
func (w *worker) outcome() outcome {
	list := w.main
	if c := w.failedInit(); c != nil {
		list = []*container{c}
	}
	for _, c := range list {
		if c.code != 0 {
			return outcome{cluster.Failed, ReasonFailed, c.reason, c.code}
		}
	}
	return outcome{phase: cluster.Succeeded, why: cluster.ReasonCompleted, reason: reasonCompleted}
}

// count writes the restarts, and when the pod began if nobody knows.
func (w *worker) count(p *cluster.Pod) {
	if p.Status.Phase == cluster.Pending {
		p.Status.StartedAt = w.began
	}
	p.Status.Restarts = 0
	for _, c := range w.all {
		p.Status.Restarts += int32(c.run)
	}
}
