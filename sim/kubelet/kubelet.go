package kubelet

import (
	"cmp"
	"slices"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Config says how long the steps of a pod's life take. The zero value: no time at all.
type Config struct {
	// WatchLatency is the time until the kubelet hears of a change to a pod; nil: none.
	WatchLatency cluster.Latency
	// Pull is the time to get the pod's images, Start the time from then until it is running and ready; nil: none.
	Pull, Start func(pod *cluster.Pod) time.Duration
	// Stop is the time a running pod takes to end once it is told to, at most its grace period; nil: none.
	Stop func(pod *cluster.Pod) time.Duration
	// App says what the containers of a pod do; nil, or nil for a pod: DefaultBehaviour. What Stop says then counts for
	// pods without an App only.
	App func(pod *cluster.Pod) App
	// Images says which images there are and how fast they come, besides what Pull says; nil: they are where they are needed.
	Images *Images
	// Heartbeats says that a node lifecycle controller watches over the nodes: what becomes of the pods of a node that fails
	// is left to it, and the kubelet takes them up again when the node is back (outage.go).
	Heartbeats bool
	// Stages makes the kubelet a fake one, to which nothing above but WatchLatency applies; nil: it is not.
	Stages *Stages
}

// Kubelet runs the pods that are bound to the nodes of one cluster.
type Kubelet struct {
	cfg    Config
	engine *sim.Engine
	store  *cluster.Store
	nodes  map[string]*node
	lives  map[cluster.UID]*life
	free   []*life // for reuse

	waiting []*worker                // for objects that are missing
	missed  map[string][]cluster.Key // pods bound to nodes that could not hear of it, by node
	severed bool                     // the API server does not answer
	closed  bool                     // nor does the image registry
	past    sim.Time                 // when what is written now came to pass; 0: now
	stages  *stages                  // of a fake kubelet

	markRunning, markSucceeded, markLost func(*cluster.Pod) // made once: a write needs no closure
}

// node is a machine that is up, and what was admitted there.
type node struct {
	info    *cluster.NodeInfo
	workers []*worker           // in the order in which they began
	images  map[string]sim.Time // by normalised name, since when or from when they are there
	pulled  sim.Time            // when the last of the images asked for will be there

	modelled bool       // the use of memory is known of some container
	quiet    sim.Time   // no eviction before
	next     sim.Handle // the next eviction
	gone     bool

	off      bool // it has no power
	cut      bool // it cannot reach the API server
	deferred []*deferral
	shutting *shutdown // nil: it is not being shut down
}

// stage says what a life's pending event will do.
type stage uint8

const (
	starting stage = iota + 1
	running
	stopping
	rebooting // its node is back: it is about to run again
)

// life is one admitted pod on its node. It is the event of its own next step.
type life struct {
	k     *Kubelet
	node  *node
	pod   *cluster.Pod // the version that was admitted
	work  *worker      // nil for a plain pod
	stage stage
	end   sim.Time // when it ends by itself, once it runs
	since sim.Time // when it began to run
	ended bool     // by the kubelet, since the machine shuts down
	next  sim.Handle
}

// New returns a kubelet for all nodes of the store. It must be made before the first write to the store.
func New(engine *sim.Engine, store *cluster.Store, cfg Config) *Kubelet {
	k := &Kubelet{cfg: cfg, engine: engine, store: store, nodes: map[string]*node{}, lives: map[cluster.UID]*life{}}
	k.markRunning = func(p *cluster.Pod) {
		p.Status.Phase, p.Status.StartedAt = cluster.Running, k.now()
		k.setReady(&p.Status, true)
	}
	k.markSucceeded = func(p *cluster.Pod) { k.markEnded(p, cluster.Succeeded, "") }
	k.markLost = func(p *cluster.Pod) { k.markEnded(p, cluster.Failed, nodeLost) }
	if cfg.Heartbeats {
		store.WatchSome("kubelet reports", nil, reports, k.report, cluster.KindNode)
	}
	if cfg.Stages != nil {
		newStages(k, *cfg.Stages)
		return k
	}
	if cfg.Heartbeats {
		k.missed = map[string][]cluster.Key{}
		store.Observe(k.witness)
	}
	store.Watch("kubelet nodes", nil, k.heardNode, cluster.KindNode)
	store.Watch("kubelet", cfg.WatchLatency, k.heardPod, cluster.KindPod)
	store.Watch("kubelet objects", cfg.WatchLatency, k.heardConfig, cluster.KindConfigMap, cluster.KindSecret)
	return k
}

// nodeLost is the reason of pods that ended with their node (pkg/util/node: NodeUnreachablePodReason, v1.36).
const nodeLost = "NodeLost"

func (k *Kubelet) markEnded(p *cluster.Pod, phase cluster.Phase, reason string) {
	p.Status.Phase, p.Status.Reason, p.Status.Message, p.Status.FinishedAt = phase, reason, "", k.now()
	k.setReady(&p.Status, false)
}

// setReady sets the condition Ready, and when it changed: in whole seconds, as the API keeps it.
func (k *Kubelet) setReady(s *cluster.PodStatus, ready bool) {
	if s.Ready != ready {
		s.Ready, s.ReadyTransition = ready, k.store.WholeSecond(k.now())
	}
}

// Pods returns the number of pods that are admitted and have not ended.
func (k *Kubelet) Pods() int { return len(k.lives) }

// heardNode keeps the nodes on which something runs up to date. Their state is made when the first pod comes.
func (k *Kubelet) heardNode(now sim.Time, c *cluster.Change) {
	name := c.Object().Meta().Name
	if k.cfg.Heartbeats {
		k.revive(now, name)
	}
	st := k.nodes[name]
	if st == nil || st.info.Node.UID != c.Object().Meta().UID {
		return
	}
	if _, after := c.Nodes(); after == nil || after.Down && !k.cfg.Heartbeats {
		k.lose(name)
	} else {
		st.info.SetNode(after)
		st.press(k, now)
	}
}

// up returns the state of a node that is up. One that was made anew under its name has nothing of the former.
func (k *Kubelet) up(n *cluster.Node) *node {
	st := k.nodes[n.Name]
	if st != nil && st.info.Node.UID != n.UID {
		k.lose(n.Name)
		st = nil
	}
	if st == nil {
		st = &node{info: cluster.NewNodeInfo(n)}
		k.nodes[n.Name] = st
	}
	return st
}

// lose ends everything on a node that is down or gone, in the order in which the pods were made.
func (k *Kubelet) lose(name string) {
	st := k.nodes[name]
	delete(k.nodes, name)
	st.gone = true
	k.engine.Cancel(st.next)
	pods := slices.Clone(st.info.Pods)
	slices.SortFunc(pods, func(a, b *cluster.Pod) int { return cmp.Compare(a.UID, b.UID) })
	for _, p := range pods {
		k.drop(p.UID)
		k.end(p, cluster.ReasonNodeLost, k.markLost)
	}
}

func (k *Kubelet) heardPod(_ sim.Time, c *cluster.Change) {
	before, after := c.Pods()
	switch {
	case k.cfg.Heartbeats && k.deaf(c):
	case after == nil:
		k.drop(before.UID)
	case after.NodeName == "":
	case after.Terminal():
		k.drop(after.UID)
	case before == nil || before.NodeName == "":
		k.admit(after)
	case after.Deleting && !before.Deleting:
		k.terminate(after)
	}
}

// admit takes a bound pod onto its node, or turns it away.
func (k *Kubelet) admit(pod *cluster.Pod) {
	n := k.store.Node(pod.NodeName)
	if n == nil || n.Down {
		k.end(pod, cluster.ReasonNodeLost, k.markLost)
		return
	}
	st := k.up(n)
	if st.shutting != nil {
		k.end(pod, cluster.ReasonRejected, k.markShut)
		return
	}
	if reason := admission(st.info, pod); reason != "" {
		k.end(pod, cluster.ReasonRejected, func(p *cluster.Pod) { k.markEnded(p, cluster.Failed, reason) })
		return
	}
	st.info.AddPod(pod)
	l := k.newLife(st, pod)
	if app := k.appOf(pod); pod.Status.Phase == cluster.Pending && (app != nil || k.special(pod.Spec)) {
		l.work = k.newWorker(l, app)
	}
	if d := st.slowed(k.startLatency(pod)); d > 0 {
		l.next = k.engine.After(d, sim.PhaseWorld, l)
		return
	}
	l.start()
}

// appOf returns the App of a pod, nil if it has none.
func (k *Kubelet) appOf(pod *cluster.Pod) App {
	if k.cfg.App == nil {
		return nil
	}
	return k.cfg.App(pod)
}

// special tells whether a pod's life is more than a start and an end.
func (k *Kubelet) special(spec *cluster.PodSpec) bool {
	return !spec.Plain() || k.cfg.Images != nil && spec.NamesImages()
}

func (k *Kubelet) startLatency(pod *cluster.Pod) time.Duration {
	var d time.Duration
	if k.cfg.Pull != nil {
		d += k.cfg.Pull(pod)
	}
	if k.cfg.Start != nil {
		d += k.cfg.Start(pod)
	}
	return d
}

// current returns the newest version of a pod, nil if it is gone, made anew or has ended. A node that is cut off does not
// know: there the pod goes on.
func (k *Kubelet) current(pod *cluster.Pod) *cluster.Pod {
	p := k.store.Pod(pod.NamespacedName)
	switch {
	case p != nil && p.UID == pod.UID && !p.Terminal():
		return p
	case k.cfg.Heartbeats && k.isCut(pod.NodeName):
		return pod
	}
	return nil
}

// end writes the end of a pod. One that is being deleted as well is removed, as nothing is left to wait for.
func (k *Kubelet) end(pod *cluster.Pod, reason cluster.Reason, mark func(*cluster.Pod)) {
	p := k.current(pod)
	if p == nil {
		return
	}
	k.edit(p, reason, mark)
	if p.Deleting {
		k.remove(p, cluster.ReasonCleanedUp)
	}
}

// edit and remove write to a pod that was looked up in this same event: an error is a mistake of ours.
func (k *Kubelet) edit(p *cluster.Pod, reason cluster.Reason, mark func(*cluster.Pod)) {
	if k.cfg.Heartbeats && k.postpone(p, reason, mark) {
		return
	}
	if err := k.store.EditPod(cluster.KeyOf(p), reason, mark); err != nil {
		panic("kubelet: " + err.Error())
	}
}

func (k *Kubelet) remove(p *cluster.Pod, reason cluster.Reason) {
	if k.cfg.Heartbeats && k.postpone(p, reason, nil) {
		return
	}
	if err := k.store.Delete(cluster.KeyOf(p), reason); err != nil {
		panic("kubelet: " + err.Error())
	}
}
