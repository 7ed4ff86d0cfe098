package actions

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads"
)

// upgrade is a rolling upgrade of nodes while it goes on, as managed clusters do it. Up to Surge nodes at a time are
// replaced: a new node comes up, the old one is drained and deleted. Up to MaxUnavailable more are upgraded in place: they
// are drained, made anew and take pods again. A drain respects disruption budgets and grace periods for the time of its
// timeout; then the pods that are left are deleted, or the upgrade ends. (GKE: surge upgrades with maxSurge and
// maxUnavailable, an hour for each node, https://cloud.google.com/kubernetes-engine/docs/concepts/node-pool-upgrade-strategies;
// EKS ends an update with PodEvictionFailure unless it is forced,
// https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html.)
type upgrade struct {
	t       *Timetable
	action  int
	how     *workloads.Upgrade
	queue   []string // nodes whose turn has not come
	surge   int      // how many more may be replaced now
	inPlace int      // and how many upgraded in place
	total   int
	through int  // nodes whose turn is over
	stopped bool // after a failure: what has begun goes on, nothing else begins
}

func (t *Timetable) upgradeNodes(now sim.Time, i int, how *workloads.Upgrade) error {
	nodes, err := t.nodesOf(&how.Nodes)
	if err != nil {
		return err
	}
	u := &upgrade{t: t, action: i, how: how, queue: nodes, total: len(nodes), surge: how.Surge, inPlace: how.MaxUnavailable}
	t.begin(now, i, u)
	u.fill()
	return nil
}

// fill begins the upgrade of the next nodes.
func (u *upgrade) fill() {
	for len(u.queue) > 0 && !u.stopped && u.surge+u.inPlace > 0 {
		n := &nodeUpgrade{u: u, old: u.queue[0]}
		u.queue = u.queue[1:]
		if u.surge > 0 {
			u.surge--
			n.after(n.provisionTime(), "new node for "+n.old, n.surge)
			continue
		}
		u.inPlace--
		n.inPlace = true
		n.drain()
	}
}

func (u *upgrade) unfinished() error {
	if u.through == u.total || u.stopped {
		return nil
	}
	return fmt.Errorf("upgrade of %v has not ended: %d of %d nodes are upgraded", &u.how.Nodes, u.through, u.total)
}

// nodeUpgrade is the upgrade of one node.
type nodeUpgrade struct {
	u       *upgrade
	old     string
	inPlace bool
	machine cluster.Key // that is made anew
}

func (n *nodeUpgrade) store() *cluster.Store { return n.u.t.cfg.Store }

func (n *nodeUpgrade) after(d time.Duration, name string, do func(sim.Time)) {
	n.u.t.cfg.Engine.After(d, sim.PhaseWorld, sim.Func{Name: name, Do: do})
}

// provisionTime draws how long it takes until the machine is a ready node. It belongs to the node.
func (n *nodeUpgrade) provisionTime() time.Duration {
	return n.u.how.Provision.Sample(n.u.t.cfg.Engine.Source("upgrade/provision", n.old))
}

// fail notes what went wrong; the upgrade of this node is over.
func (n *nodeUpgrade) fail(now sim.Time, err error) {
	n.u.t.fail(now, n.u.action, fmt.Errorf("upgrade of node %s: %w", n.old, err))
}

// surge creates the new node, and goes on with the old one.
func (n *nodeUpgrade) surge(now sim.Time) {
	old := n.store().Node(n.old)
	if old == nil {
		n.done(now)
		return
	}
	fresh := replacement(n.store(), old, n.u.how.Labels)
	if err := errors.Join(n.store().Create(fresh, cluster.ReasonCreated), n.copyDrivers(fresh.Name)); err != nil {
		n.fail(now, err)
		n.done(now)
		return
	}
	n.drain()
}

// copyDrivers gives the new node the storage drivers of the old one, if it is known which those are.
func (n *nodeUpgrade) copyDrivers(name string) error {
	old, ok := n.store().Get(cluster.KindCSINode, cluster.NamespacedName{Name: n.old}).(*cluster.CSINode)
	if !ok {
		return nil
	}
	c := *old
	c.ObjectMeta = cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: name}, Labels: old.Labels}
	return n.store().Create(&c, cluster.ReasonCreated)
}

func (n *nodeUpgrade) drain() { n.u.t.drainer().Drain(n.old, n.u.how.DrainTimeout, n.drained) }

// drained goes on with a node that is empty, or with what is left there.
func (n *nodeUpgrade) drained(now sim.Time, err error) {
	switch {
	case errors.Is(err, cluster.ErrNotFound): // the node went meanwhile
		n.done(now)
	case err == nil:
		n.empty(now)
	case n.u.how.Strict:
		n.fail(now, err)
		n.u.stopped = true
	default:
		n.fail(now, fmt.Errorf("%w; what is left is deleted", err))
		n.u.t.drainer().Remove(n.old, n.patience(), func(now sim.Time, _ error) { n.empty(now) })
	}
}

// patience is the longest grace period of the pods on the node, and a little.
func (n *nodeUpgrade) patience() time.Duration {
	longest := time.Duration(0)
	for _, p := range n.store().PodsOn(n.old) {
		longest = max(longest, p.Spec.TerminationGracePeriod)
	}
	return longest + 2*PollDeletion
}

// empty deletes the old node, or has it made anew.
func (n *nodeUpgrade) empty(now sim.Time) {
	old := n.store().Node(n.old)
	switch {
	case old == nil:
		n.done(now)
	case n.inPlace:
		n.machine = cluster.KeyOf(old)
		n.u.t.power(n.machine, false)
		n.after(n.provisionTime(), "node "+n.old+" is made anew", n.back)
	default:
		err := n.store().Delete(cluster.KeyOf(old), cluster.ReasonDeleted)
		if csi := n.store().Get(cluster.KindCSINode, old.NamespacedName); csi != nil {
			err = errors.Join(err, n.store().Delete(cluster.KeyOf(csi), cluster.ReasonDeleted))
		}
		if err != nil {
			n.fail(now, err)
		}
		n.done(now)
	}
}

// back is the return of a node that was made anew, if it has not been deleted meanwhile.
func (n *nodeUpgrade) back(now sim.Time) {
	old := n.store().Node(n.old)
	there := old != nil && cluster.KeyOf(old) == n.machine
	if there {
		n.check(now, n.store().EditNode(n.old, cluster.ReasonUpdated, func(o *cluster.Node) {
			o.Images, o.Labels = nil, merged(o.Labels, n.u.how.Labels)
		}))
	}
	n.u.t.power(n.machine, true)
	if there {
		n.check(now, cordon(n.store(), n.old, false))
	}
	n.done(now)
}

func (n *nodeUpgrade) check(now sim.Time, err error) {
	if err != nil {
		n.fail(now, err)
	}
}

// done makes room for the next node.
func (n *nodeUpgrade) done(sim.Time) {
	n.u.through++
	if n.inPlace {
		n.u.inPlace++
	} else {
		n.u.surge++
	}
	n.u.fill()
}

// replacement returns a new node like an old one, under a name of its own, with further labels. It has none of the old
// one's images, and none of the taints that tell of the old one's state.
func replacement(store *cluster.Store, old *cluster.Node, labels cluster.Labels) *cluster.Node {
	n := *old
	n.ObjectMeta = cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: nextName(store, old.Name)}, Annotations: old.Annotations}
	n.Labels = merged(merged(old.Labels, labels), cluster.Labels{cluster.LabelHostname: n.Name})
	n.Unschedulable, n.Images, n.NodeState, n.Taints = false, nil, cluster.NodeState{}, nil
	for _, t := range old.Taints {
		if !strings.HasPrefix(t.Key, "node.kubernetes.io/") {
			n.Taints = append(n.Taints, t)
		}
	}
	return &n
}

// nextName returns the name of the next revision of a node that is free: n-0, n-0-r2, n-0-r3.
func nextName(store *cluster.Store, name string) string {
	base, revision := name, 1
	if i := strings.LastIndex(name, "-r"); i > 0 {
		if n, err := fmt.Sscanf(name[i:], "-r%d", &revision); n == 1 && err == nil && fmt.Sprintf("%s-r%d", name[:i], revision) == name {
			base = name[:i]
		} else {
			revision = 1
		}
	}
	for {
		revision++
		if next := fmt.Sprintf("%s-r%d", base, revision); store.Node(next) == nil {
			return next
		}
	}
}
