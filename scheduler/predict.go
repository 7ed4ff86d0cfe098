package scheduler

import (
	"fmt"
	"slices"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Predictor tells where pods would fit in a cluster that is like the store's but for some changes: nodes that are thought
// of, pods that are thought elsewhere. It runs the very PreFilter and Filter plugins that the profiles of the scheduler
// run, out-of-tree ones included, on a snapshot of its own, as the cluster-autoscaler runs the scheduler framework in its
// own process (cluster-autoscaler/simulator/clustersnapshot/predicate/plugin_runner.go).
//
// Fork begins a change that Revert takes back, to any depth. The store may only change while nothing is forked.
type Predictor struct {
	profiles map[string]*Profile
	first    *Profile
	view     *cluster.Snapshot
	placed   map[cluster.UID]*cluster.Pod // of the store, as they are in the view

	undo  []step
	forks []int // lengths of undo
}

// step is the inverse of one change.
type step struct {
	undo stepKind
	node *cluster.Node
	pod  *cluster.Pod
}

type stepKind uint8

const (
	addNode stepKind = iota
	setNode
	removeNode
	addPod
	removePod
)

// NewPredictor returns a predictor for the scheduler of that configuration. It must be made before the first write to the
// store. A pod of a scheduler that is not among the profiles is tried with the first of them.
func NewPredictor(cfg Config, store *cluster.Store, draw Drawer) (*Predictor, error) {
	p := &Predictor{profiles: map[string]*Profile{}, view: cluster.NewSnapshot(store), placed: map[cluster.UID]*cluster.Pod{}}
	for _, pc := range cfg.Profiles {
		profile, err := NewProfile(pc, cfg.Registry, draw, cfg.PlainPath)
		if err != nil {
			return nil, err
		}
		p.profiles[profile.Name()] = profile
		if p.first == nil {
			p.first = profile
		}
	}
	if p.first == nil {
		return nil, fmt.Errorf("scheduler: no profile to predict with")
	}
	store.Observe(p.follow)
	return p, nil
}

// follow keeps the view in step with the store.
func (p *Predictor) follow(c *cluster.Change) {
	if len(p.forks) > 0 {
		panic("scheduler: the store changes under a prediction")
	}
	switch c.Object().(type) {
	case *cluster.Node:
		p.followNode(c.Nodes())
	case *cluster.Pod:
		p.followPod(c.Pods())
	}
}

func (p *Predictor) followNode(before, after *cluster.Node) {
	switch {
	case before == nil:
		p.view.AddNode(after)
	case after == nil:
		p.view.RemoveNode(before.Name)
	default:
		p.view.UpdateNode(after)
	}
}

func (p *Predictor) followPod(before, after *cluster.Pod) {
	pod := after
	if pod == nil {
		pod = before
	}
	old := p.placed[pod.UID]
	switch gone := after == nil || after.Terminal() || after.NodeName == ""; {
	case old == nil && !gone:
		p.view.AddPod(after)
	case old != nil && gone:
		p.view.RemovePod(old)
		delete(p.placed, pod.UID)
		return
	case old != nil:
		p.view.ReplacePod(old, after)
	}
	if after != nil && after.NodeName != "" && !after.Terminal() {
		p.placed[pod.UID] = after
	}
}

// Fork begins changes that Revert takes back, or Commit makes part of the changes before them.
func (p *Predictor) Fork() { p.forks = append(p.forks, len(p.undo)) }

// Commit ends the last fork and keeps its changes.
func (p *Predictor) Commit() { p.forks = p.forks[:len(p.forks)-1] }

// Revert takes back all changes since the last fork that was not committed.
func (p *Predictor) Revert() {
	last := len(p.forks) - 1
	for len(p.undo) > p.forks[last] {
		s := p.undo[len(p.undo)-1]
		p.undo = p.undo[:len(p.undo)-1]
		p.take(s)
	}
	p.forks = p.forks[:last]
}

func (p *Predictor) take(s step) {
	switch s.undo {
	case addNode:
		p.view.AddNode(s.node)
	case setNode:
		p.view.UpdateNode(s.node)
	case removeNode:
		p.view.RemoveNode(s.node.Name)
	case addPod:
		p.view.AddPod(s.pod)
	case removePod:
		p.view.RemovePod(s.pod)
	}
}

func (p *Predictor) did(s step) {
	if len(p.forks) == 0 {
		panic("scheduler: a prediction that nothing would take back: Fork first")
	}
	p.undo = append(p.undo, s)
}

// Node returns a node as it is now thought to be, nil if there is none. Not to be changed; valid until the next change.
func (p *Predictor) Node(name string) *cluster.NodeInfo { return p.view.Node(name) }

// AddNode thinks of a new node.
func (p *Predictor) AddNode(node *cluster.Node) {
	p.did(step{undo: removeNode, node: node})
	p.view.AddNode(node)
}

// SetNode thinks of a node as another object has it: with other taints, say.
func (p *Predictor) SetNode(node *cluster.Node) {
	p.did(step{undo: setNode, node: p.view.Node(node.Name).Node})
	p.view.UpdateNode(node)
}

// RemoveNode thinks of a node, and its pods, as gone.
func (p *Predictor) RemoveNode(name string) {
	info := p.view.Node(name)
	for _, pod := range slices.Clone(info.Pods) {
		p.RemovePod(pod)
	}
	p.did(step{undo: addNode, node: info.Node})
	p.view.RemoveNode(name)
}

// AddPod thinks of a pod as placed on a node.
func (p *Predictor) AddPod(pod *cluster.Pod, node string) {
	there := *pod
	there.NodeName = node
	if info := p.view.Node(node); info != nil {
		there.GPUs, _ = cluster.PickDevices(info.FreeGPU, pod.Spec.GPU)
	}
	p.did(step{undo: removePod, pod: &there})
	p.view.AddPod(&there)
}

// RemovePod thinks of a pod as gone from its node; the version must be one that Node's Pods have.
func (p *Predictor) RemovePod(pod *cluster.Pod) {
	if p.view.RemovePod(pod) {
		p.did(step{undo: addPod, pod: pod})
	}
}

// FirstFit returns the index in nodes of the first that the pod fits on, looking from start on and around; -1 if there is
// none. Nodes that do not exist do not fit.
func (p *Predictor) FirstFit(pod *cluster.Pod, nodes []string, start int) int {
	profile := p.profiles[pod.Scheduler()]
	if profile == nil {
		profile = p.first
	}
	state := profile.newState()
	left, status := profile.runPreFilter(state, pod, p.view)
	if !status.IsSuccess() {
		return -1
	}
	check := profile.checker(state, pod, p.view)
	for k := range nodes {
		i := (start + k) % len(nodes)
		if p.fits(&check, &left, nodes[i]) {
			return i
		}
	}
	return -1
}

func (p *Predictor) fits(check *checker, left *narrowing, name string) bool {
	node := p.view.Node(name)
	if node == nil {
		return false
	}
	if left.narrowed {
		if _, found := slices.BinarySearch(left.names, name); !found {
			return false
		}
	}
	status := check.run(node)
	return status == nil || status.Code() == framework.Success
}
