package kubelet

import (
	"slices"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// worker lives the life of a pod container by container, where a manifest or an App says more of it than how long it
// runs. After every event it looks at what there is and does what is to be done, as upstream's pod worker does
// (pkg/kubelet/kuberuntime/kuberuntime_manager.go: computePodActions, v1.36).
type worker struct {
	k      *Kubelet
	life   *life
	pod    *cluster.Pod // the version that was admitted
	app    App
	policy cluster.RestartPolicy
	since  sim.Time // when the worker began: its probes keep that time
	began  sim.Time // when all containers had begun

	init, main  []*container
	all         []*container // init, then main
	initialized bool
	mounted     bool // all volumes were there once
	awaits      bool // an object that is missing

	closing  bool // nothing is started any more
	deleted  bool // because the pod is being deleted
	ended    bool // because the machine shuts down
	deadline sim.Time
}

func (k *Kubelet) newWorker(l *life, app App) *worker {
	spec := l.pod.Spec
	w := &worker{k: k, life: l, pod: l.pod, app: app, policy: spec.RestartPolicy}
	if app == nil && l.pod.RunTime >= 0 {
		w.policy = cluster.RestartNever // the run time is the pod's, not that of one of many runs
	}
	for i := range spec.InitContainers {
		w.init = append(w.init, &container{w: w, spec: &spec.InitContainers[i], init: true})
	}
	for i := range spec.Containers {
		w.main = append(w.main, &container{w: w, spec: &spec.Containers[i]})
	}
	w.all = append(slices.Clone(w.init), w.main...)
	return w
}

// behaviour returns what a container will do in a run.
func (w *worker) behaviour(c *cluster.Container, run int) Behaviour {
	if w.app != nil {
		return w.app(c, run)
	}
	b := DefaultBehaviour(w.pod, c)
	if w.k.cfg.Stop != nil {
		b.Stop = w.k.cfg.Stop(w.pod)
	}
	return b
}

// begin is the first step.
func (w *worker) begin(now sim.Time) {
	w.since = now
	w.life.node.workers = append(w.life.node.workers, w)
	w.sync(now)
}

// sync does what is to be done, and writes what has become of it.
func (w *worker) sync(now sim.Time) {
	if w.k.current(w.pod) == nil {
		w.k.drop(w.pod.UID)
		return
	}
	if !w.closing {
		w.advance(now)
	}
	if !w.closing && w.over() {
		w.closing, w.deadline = true, now.Add(w.pod.Spec.TerminationGracePeriod)
	}
	if w.closing && w.close(now) {
		w.finish()
		return
	}
	w.write(now)
	w.life.node.press(w.k, now)
}

// advance starts what is to be started: init containers one after another, then the others; a container's image is
// pulled when those before it have begun.
func (w *worker) advance(now sim.Time) {
	for _, c := range w.init {
		if w.initialized && !c.spec.Sidecar {
			continue
		}
		if c.advance(now); !w.initialized && !c.done() {
			return
		}
	}
	w.initialized = true
	for _, c := range w.main {
		if c.advance(now); c.state == pulling && !c.begun {
			return
		}
	}
}

// over tells whether the pod has come to its own end: an init container has failed for good, or all containers have ended
// and none is started again (pkg/kubelet/kubelet_pods.go: getPhase, v1.36).
func (w *worker) over() bool {
	if w.failedInit() != nil {
		return true
	}
	for _, c := range w.main {
		if c.state != exited || c.again() {
			return false
		}
	}
	return w.initialized
}

func (w *worker) failedInit() *container {
	for _, c := range w.init {
		if !w.initialized && c.state == exited && c.code != 0 && !c.again() {
			return c
		}
	}
	return nil
}

// terminate begins the graceful end of a pod that is being deleted.
func (w *worker) terminate(pod *cluster.Pod) {
	now := w.k.engine.Now()
	deadline := pod.DeletingSince.Add(pod.Spec.TerminationGracePeriod)
	if w.closing {
		deadline = min(deadline, w.deadline)
	}
	w.closing, w.deleted, w.deadline = true, true, deadline
	w.sync(now)
}

// close ends all containers, sidecars last and in reverse order (kuberuntime_termination_order.go, v1.36), and tells whether
// none is left.
func (w *worker) close(now sim.Time) bool {
	left := false
	for _, c := range w.all {
		if c.spec.Sidecar && c.up() {
			continue
		}
		left = w.stop(c, now) || left
	}
	for i := len(w.init) - 1; i >= 0 && !left; i-- {
		left = w.stop(w.init[i], now)
	}
	return !left
}

// stop ends one container, and tells whether it is still there.
func (w *worker) stop(c *container, now sim.Time) bool {
	switch c.state {
	case alive:
		c.stop(now, w.deadline)
		return c.up()
	case ending:
	case exited:
		return false
	default:
		c.abort()
		return false
	}
	return true
}

// finish ends the pod itself. One that is being deleted, and came to its own end before it was killed, has that end.
func (w *worker) finish() {
	l, k := w.life, w.k
	if w.ended && w.outcome().phase != cluster.Succeeded {
		k.drop(w.pod.UID)
		k.end(w.pod, ReasonTerminated, func(p *cluster.Pod) {
			w.count(p)
			k.markTerminated(p)
		})
		return
	}
	if w.deleted && (!w.over() || slices.ContainsFunc(w.main, func(c *container) bool { return c.told })) {
		l.kill()
		return
	}
	end := w.outcome()
	k.drop(w.pod.UID)
	k.end(w.pod, end.why, func(p *cluster.Pod) {
		w.count(p)
		k.markEnded(p, end.phase, end.reason)
		p.Status.ExitCode = end.code
	})
}

// abandon forgets all containers, whatever they do.
func (w *worker) abandon() {
	for _, c := range w.all {
		w.k.engine.Cancel(c.next)
	}
	w.k.forget(w)
	n := w.life.node
	if i := slices.Index(n.workers, w); i >= 0 {
		n.workers = slices.Delete(n.workers, i, i+1)
	}
	n.press(w.k, w.k.engine.Now())
}
