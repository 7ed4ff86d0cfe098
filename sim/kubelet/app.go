package kubelet

import (
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// App says what the containers of one pod do: the behaviour of a container in one of its runs, counted from 0. It is
// asked once for each run, when that begins. What it draws should belong to the pod's key, the container and the run.
type App func(container *cluster.Container, run int) Behaviour

// Behaviour is what a container does in one run: what a manifest does not say.
type Behaviour struct {
	// RunTime is how long it runs until it ends by itself with ExitCode; cluster.Forever: until it is stopped.
	RunTime  time.Duration
	ExitCode int32
	// Startup is the time from the start of the process until it answers probes. A container without a readiness probe is
	// ready as soon as it runs, as in a cluster: nobody asks.
	Startup time.Duration
	// HangAfter is when it stops answering; 0: never. Response is how long an answer takes.
	HangAfter time.Duration
	Response  time.Duration
	// NeverReady holds the container unready, with or without a probe.
	NeverReady bool
	// Stop is how long it takes to end once it is told to. If that is longer than the grace period it is killed.
	Stop time.Duration
	// Memory is its use of memory over time. It is killed when that exceeds its limit.
	Memory MemoryUse
	// MilliCPU is what it uses of the processor while it runs.
	MilliCPU int64
}

// DefaultBehaviour is what a container does of which no App says anything: an init container is done at once, a sidecar
// runs for ever, any other as long as the pod is meant to. It answers and stops at once.
func DefaultBehaviour(pod *cluster.Pod, c *cluster.Container) Behaviour {
	switch {
	case c.Sidecar:
		return Behaviour{RunTime: cluster.Forever}
	case isInit(pod.Spec, c):
		return Behaviour{}
	}
	return Behaviour{RunTime: pod.RunTime}
}

func isInit(spec *cluster.PodSpec, c *cluster.Container) bool {
	for i := range spec.InitContainers {
		if &spec.InitContainers[i] == c {
			return true
		}
	}
	return false
}

// Usage is what a pod uses now.
type Usage struct {
	MilliCPU int64
	Memory   int64 // bytes
}

// Usage returns what the containers of a pod use now, as its App has it; false if it is not running under one.
func (k *Kubelet) Usage(uid cluster.UID) (Usage, bool) {
	l := k.lives[uid]
	if l == nil || l.work == nil {
		return Usage{}, false
	}
	return l.work.usage(k.engine.Now()), true
}

func (w *worker) usage(now sim.Time) Usage {
	var u Usage
	for _, c := range w.all {
		if c.up() {
			u.MilliCPU += c.does.MilliCPU
			u.Memory += c.does.Memory.at(now.Sub(c.started))
		}
	}
	return u
}
