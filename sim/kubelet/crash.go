package kubelet

import (
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Crash ends the containers of a pod that run, or the one of that name, with an exit code, as a failure of theirs would;
// with oom as the kernel does when memory runs out: killed, with the reason OOMKilled. What becomes of the pod is for its
// restart policy to say; a plain pod that ends by itself is not restarted. It tells whether there was anything to end.
func (k *Kubelet) Crash(uid cluster.UID, container string, code int32, oom bool) bool {
	l := k.lives[uid]
	if l == nil || l.stage != running || l.node.off {
		return false
	}
	reason := reasonError
	if oom {
		code, reason = codeKilled, reasonOOM
	}
	if l.work == nil && !l.attend() {
		return k.crashPlain(l, code, reason)
	}
	return l.work.crash(container, code, reason)
}

// crashPlain ends a pod of which nothing is known but how long it runs.
func (k *Kubelet) crashPlain(l *life, code int32, reason string) bool {
	pod := l.pod
	p := k.current(pod)
	if pod.RunTime < 0 && pod.Spec.RestartPolicy != cluster.RestartNever && p != nil {
		l.reboot(p)
		return true
	}
	k.drop(pod.UID)
	k.end(pod, ReasonFailed, func(p *cluster.Pod) {
		k.markEnded(p, cluster.Failed, reason)
		p.Status.ExitCode = code
	})
	return true
}

// attend gives a plain pod that runs for ever a worker, which finds its containers running. It tells whether it could: a
// pod that ends by itself, or of which no container is known, needs none.
func (l *life) attend() bool {
	if l.pod.RunTime >= 0 || len(l.pod.Spec.Containers) == 0 {
		return false
	}
	w := l.k.newWorker(l, nil)
	w.since, w.initialized, w.mounted = l.since, true, true
	for _, c := range w.main {
		c.begun, c.state, c.serving = true, alive, true
		c.does, c.started = w.behaviour(c.spec, 0), l.since
		c.passes, c.ready, c.quits, c.unready, c.ends = l.since, l.since, sim.Never, sim.Never, sim.Never
	}
	l.work = w
	l.node.workers = append(l.node.workers, w)
	return true
}

// crash ends containers that run.
func (w *worker) crash(name string, code int32, reason string) bool {
	now, hit := w.k.engine.Now(), false
	for _, c := range w.main {
		if c.state == alive && (name == "" || name == c.spec.Name) {
			c.code, c.cause, hit = code, reason, true
			c.end(now)
		}
	}
	if hit {
		w.sync(now)
	}
	return hit
}
