package actions

import (
	"errors"
	"fmt"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads"
)

// task is an action that takes its time.
type task interface {
	// unfinished says what it waits for, nil if it has ended.
	unfinished() error
}

// running is a task, and the action that it is of.
type running struct {
	task
	action int
	since  sim.Time
}

// unfinished lists the actions that have not ended, as failures of the end of the run.
func (t *Timetable) unfinished() []Failure {
	var list []Failure
	for _, r := range t.running {
		if err := r.unfinished(); err != nil {
			list = append(list, Failure{r.action, r.since, err})
		}
	}
	return list
}

// begin keeps a task.
func (t *Timetable) begin(now sim.Time, i int, x task) {
	t.running = append(t.running, running{x, i, now})
}

// drainer returns the drainer of the run, made by its first drain.
func (t *Timetable) drainer() *Drainer {
	if t.drains == nil {
		t.drains = NewDrainer(t.cfg)
	}
	return t.drains
}

// nodesOf returns the nodes that an action is for. None is an error.
func (t *Timetable) nodesOf(set *workloads.NodeSet) ([]string, error) {
	nodes := set.In(t.cfg.Store)
	if len(nodes) == 0 {
		return nil, fmt.Errorf("%v: %w", set, cluster.ErrNotFound)
	}
	return nodes, nil
}

// drainNodes cordons all nodes of an action, and then drains them one after the other, or as many at a time as it says
// (kubectl pkg/cmd/drain/drain.go: RunDrain, v0.36). A drain that fails does not keep the others from being tried.
func (t *Timetable) drainNodes(now sim.Time, i int, a *workloads.Action) error {
	nodes, err := t.nodesOf(&a.Nodes)
	if err != nil {
		return err
	}
	for _, n := range nodes {
		err = errors.Join(err, cordon(t.cfg.Store, n, true))
	}
	x := &drains{t: t, action: i, queue: nodes, free: a.Parallel, timeout: a.Timeout}
	t.begin(now, i, x)
	x.fill()
	return err
}

// drains is a drain of several nodes while it goes on.
type drains struct {
	t       *Timetable
	action  int
	timeout time.Duration
	queue   []string // nodes whose turn has not come
	free    int      // how many more nodes may be drained now
	current []*Drain
}

// fill begins the next drains.
func (x *drains) fill() {
	for x.free > 0 && len(x.queue) > 0 {
		node := x.queue[0]
		x.queue = x.queue[1:]
		x.free--
		x.current = append(x.current, x.t.drainer().Drain(node, x.timeout, x.drained))
	}
}

func (x *drains) drained(now sim.Time, err error) {
	if err != nil {
		x.t.fail(now, x.action, err)
	}
	x.free++
	x.fill()
}

func (x *drains) unfinished() error {
	var errs []error
	for _, n := range x.current {
		errs = append(errs, n.unfinished())
	}
	return errors.Join(errs...)
}

// unfinished says what a drain waits for, nil if it has ended.
func (n *Drain) unfinished() error {
	if n.over {
		return nil
	}
	return fmt.Errorf("drain of node %s has not ended: %s", n.node, n.remaining())
}
