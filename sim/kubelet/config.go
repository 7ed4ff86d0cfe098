package kubelet

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// retryPeriod is how long the kubelet lets pass before it tries again what failed for want of an object (backOffPeriod of
// pkg/kubelet/kubelet.go and pod_workers.go, v1.36; the real one is up to half as long again, at random).
const retryPeriod = 10 * time.Second

const reasonConfig = "CreateContainerConfigError" // pkg/kubelet/kuberuntime: ErrCreateContainerConfig, v1.36

// lacks returns why a container cannot be created, "" if nothing that it refers to is missing. Volumes are mounted
// before the first container of the pod is made.
func (w *worker) lacks(c *cluster.Container) (reason, message string) {
	if !w.mounted {
		if m := w.missing(w.pod.Spec.ConfigVolumes); m != "" {
			return reasonCreating, "MountVolume.SetUp failed: " + m
		}
		w.mounted = true
	}
	if m := w.missing(c.ConfigRefs); m != "" {
		return reasonConfig, m
	}
	return "", ""
}

// missing names the first object that is not there, "" if all are.
func (w *worker) missing(refs []cluster.ConfigRef) string {
	for _, r := range refs {
		if !r.Exists(w.k.store, w.pod.Namespace) {
			w.k.await(w)
			return fmt.Sprintf("%s %q not found", strings.ToLower(kindOf(r).String()), r.Name)
		}
	}
	return ""
}

func kindOf(r cluster.ConfigRef) cluster.Kind {
	if r.Secret {
		return cluster.KindSecret
	}
	return cluster.KindConfigMap
}

// await has a worker told of new objects.
func (k *Kubelet) await(w *worker) {
	if !w.awaits {
		w.awaits = true
		k.waiting = append(k.waiting, w)
	}
}

// heardConfig has those that wait for an object try again: at the next beat of their retries, and not at each, so that
// waiting costs nothing.
func (k *Kubelet) heardConfig(now sim.Time, c *cluster.Change) {
	if c.Verb != cluster.Added {
		return
	}
	k.waiting = slices.DeleteFunc(k.waiting, func(w *worker) bool {
		if w.pod.Namespace != c.Object().Meta().Namespace || w.life.node.cut {
			return false
		}
		w.retry(now)
		return true
	})
}

// retry has all containers that are blocked by a missing object try again. Those that are blocked once more will be told
// again.
func (w *worker) retry(now sim.Time) {
	w.awaits = false
	for _, c := range w.all {
		if c.state == blocked && c.message != "" {
			beats := (now.Sub(c.missed) + retryPeriod - 1) / retryPeriod
			c.plan(c.missed.Add(beats * retryPeriod))
		}
	}
}

// forget takes a worker that has gone off the list.
func (k *Kubelet) forget(w *worker) {
	if w.awaits {
		k.waiting = slices.DeleteFunc(k.waiting, func(other *worker) bool { return other == w })
	}
}
