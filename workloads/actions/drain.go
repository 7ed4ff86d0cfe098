package actions

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// The intervals of kubectl drain (kubectl pkg/drain/drain.go: evictPods and waitForDelete, v0.36).
const (
	// RetryEviction is how long it waits before it asks again for an eviction that a budget did not allow.
	RetryEviction = 5 * time.Second
	// PollDeletion is how often it looks whether an evicted pod is gone.
	PollDeletion = time.Second
)

// mirrorPod is the annotation of pods that a kubelet runs from a file of its own (k8s.io/api core/v1 MirrorPodAnnotationKey).
const mirrorPod = "kubernetes.io/config.mirror"

// Drainer empties nodes as kubectl drain --ignore-daemonsets --force --delete-emptydir-data does. All drains of a run
// share one.
type Drainer struct {
	cfg      Config
	observes bool
	leaving  map[cluster.UID]*departure // evicted, and not gone yet
	refused  []*departure               // by their budgets, in order
}

// NewDrainer returns a drainer; of cfg it needs Engine and Store, and uses Evict and CallLatency.
func NewDrainer(cfg Config) *Drainer {
	return &Drainer{cfg: cfg, leaving: map[cluster.UID]*departure{}}
}

// Drain cordons a node, evicts its pods, all at the same time, and waits until they are gone; then it calls done. Pods of
// DaemonSets stay, and mirror pods. After the timeout, if it is not 0, the drain gives up. The error tells of that, of a
// node that is not there, and of evictions that failed for good.
func (d *Drainer) Drain(node string, timeout time.Duration, done func(now sim.Time, err error)) *Drain {
	n := &Drain{d: d, node: node, timeout: timeout, done: done}
	if err := cordon(d.cfg.Store, node, true); err != nil {
		n.end(d.cfg.Engine.Now(), err)
		return n
	}
	n.begin()
	return n
}

// begin asks for the list of the node's pods.
func (n *Drain) begin() {
	e := n.d.cfg.Engine
	if n.timeout > 0 {
		n.timer = e.After(n.timeout, sim.PhaseArrive, sim.Func{Name: "drain of " + n.node + " gives up", Do: n.giveUp})
	}
	wait := n.d.call()
	if wait == 0 {
		n.list(e.Now())
		return
	}
	e.After(wait, sim.PhaseArrive, sim.Func{Name: "drain " + n.node, Do: n.list})
}

// call draws the time of a call of the API.
func (d *Drainer) call() time.Duration {
	if d.cfg.CallLatency == nil {
		return 0
	}
	return d.cfg.CallLatency()
}

// Remove deletes the pods of a node that a drain would evict, whatever their budgets say, and waits until they are gone or
// the timeout is over.
func (d *Drainer) Remove(node string, timeout time.Duration, done func(now sim.Time, err error)) *Drain {
	n := &Drain{d: d, node: node, timeout: timeout, done: done, byForce: true}
	n.begin()
	return n
}

// Drain is the drain of one node while it goes on.
type Drain struct {
	d       *Drainer
	node    string
	byForce bool
	timeout time.Duration
	timer   sim.Handle
	done    func(sim.Time, error)
	pods    []*departure // in order of creation
	open    int          // pods that have not left
	over    bool
	errs    []error
}

// list finds the pods that are to go, and asks for their evictions.
func (n *Drain) list(now sim.Time) {
	if n.over {
		return
	}
	for _, p := range n.d.cfg.Store.PodsOn(n.node) {
		if leaves(n.d.cfg.Store, p) {
			n.pods = append(n.pods, &departure{drain: n, pod: cluster.KeyOf(p)})
		}
	}
	n.open = len(n.pods)
	if n.open == 0 {
		n.end(now, nil)
		return
	}
	for _, p := range slices.Clone(n.pods) {
		p.Fire(now)
	}
}

// leaves tells whether a drain evicts a pod (kubectl pkg/drain/filters.go: daemonSetFilter and mirrorPodFilter, v0.36): not
// if a DaemonSet would put it there again. One that has ended, or whose DaemonSet is gone, is removed.
func leaves(store *cluster.Store, p *cluster.Pod) bool {
	if _, mirror := p.Annotations[mirrorPod]; mirror {
		return false
	}
	owner := p.ControllerRef()
	if owner == nil || owner.Kind != cluster.KindDaemonSet.String() || p.Terminal() {
		return true
	}
	return store.Get(cluster.KindDaemonSet, cluster.NamespacedName{Namespace: p.Namespace, Name: owner.Name}) == nil
}

// left notes that a pod has gone, or that its eviction failed for good.
func (n *Drain) left(now sim.Time, err error) {
	if err != nil {
		n.errs = append(n.errs, err)
	}
	if n.open--; n.open == 0 {
		n.end(now, errors.Join(n.errs...))
	}
}

func (n *Drain) end(now sim.Time, err error) {
	n.over = true
	n.d.cfg.Engine.Cancel(n.timer)
	n.d.forget(n)
	n.done(now, err)
}

// giveUp is the end of the time that the drain has.
func (n *Drain) giveUp(now sim.Time) {
	n.end(now, errors.Join(append(n.errs, fmt.Errorf("drain of node %s did not complete within %v: %s", n.node, n.timeout, n.remaining()))...))
}

// mostNamed is how many pods a message names.
const mostNamed = 3

// remaining names the pods that have not left, and says why the first has not.
func (n *Drain) remaining() string {
	var names []string
	var why string
	for _, p := range n.pods {
		if p.gone {
			continue
		}
		if names = append(names, p.pod.NamespacedName.String()); why == "" && p.err != nil {
			why = ": " + p.err.Error()
		}
	}
	rest := ""
	if more := len(names) - mostNamed; more > 0 {
		names, rest = names[:mostNamed], fmt.Sprintf(" and %d more", more)
	}
	return "left are " + strings.Join(names, ", ") + rest + why
}
