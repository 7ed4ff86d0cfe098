package actions

import (
	"fmt"
	"slices"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads"
)

// Config is what actions work on and what they leave to others.
type Config struct {
	Engine *sim.Engine
	Store  *cluster.Store
	// Apply applies manifest files, by the names that the scenario has for them.
	Apply func(files []string) error
	// Undo brings the template of an earlier revision of a Deployment back; 0 is the one before. Nil: it cannot be done.
	Undo func(store *cluster.Store, name cluster.NamespacedName, revision int64) error
	// Evict asks for the end of a pod within its disruption budget, and calls done when that is answered. An error that is
	// cluster.ErrTooManyRequests asks to try again later. Nil: pods are terminated, whatever the budgets say.
	Evict func(pod cluster.Key, done func(now sim.Time, err error))
	// Power switches a machine off while it is made anew, and on again. Whoever else takes machines down has to know of it.
	// Nil: nobody else does.
	Power func(node cluster.Key, on bool)
	// CallLatency is the time a call of the API takes; nil: none.
	CallLatency func() time.Duration
}

// Failure is an action that could not be carried out.
type Failure struct {
	Action int // its place in the scenario's list
	At     sim.Time
	Err    error
}

// String says it in one line.
func (f Failure) String() string {
	return fmt.Sprintf("actions[%d] at %v: %v", f.Action, f.At, f.Err)
}

// Timetable waits for the time and the condition of each action.
type Timetable struct {
	cfg      Config
	list     []workloads.Action
	waiting  []int // actions whose condition does not hold yet, in order
	failures []Failure
	running  []running           // actions that take their time
	drains   *Drainer            // nil until there is a drain
	off      map[cluster.UID]int // machines that are being made anew, by how many upgrades; nil where others count
}

// Schedule puts a list of actions on the timetable. The engine must not have run yet.
func Schedule(cfg Config, list []workloads.Action) *Timetable {
	t := &Timetable{cfg: cfg, list: list}
	kinds := map[cluster.Kind]bool{}
	for i := range list {
		cfg.Engine.At(sim.Time(list[i].At), sim.PhaseArrive, due{t, i})
		if when := list[i].When; when != nil {
			kinds[when.Kind] = true
			kinds[cluster.KindPod] = kinds[cluster.KindPod] || when.State == workloads.StateDrained
		}
	}
	if len(kinds) > 0 {
		var watched []cluster.Kind
		for k := cluster.KindNode; cluster.NewObject(k) != nil; k++ {
			if kinds[k] {
				watched = append(watched, k)
			}
		}
		cfg.Store.Watch("actions", nil, t.hear, watched...)
	}
	return t
}

// Failures lists what could not be carried out, in order, and then what has begun and not ended.
func (t *Timetable) Failures() []Failure { return append(slices.Clip(t.failures), t.unfinished()...) }

// due is the time of an action.
type due struct {
	t *Timetable
	i int
}

// Fire carries the action out, or begins to wait for its condition.
func (d due) Fire(now sim.Time) {
	a := &d.t.list[d.i]
	if a.When != nil && !holds(d.t.cfg.Store, a.When) {
		d.t.waiting = append(d.t.waiting, d.i)
		return
	}
	d.t.perform(now, d.i)
	if a.Every > 0 {
		d.t.cfg.Engine.After(a.Every, sim.PhaseArrive, d)
	}
}

// String names the event in the log.
func (d due) String() string {
	a := &d.t.list[d.i]
	switch a.Verb {
	case workloads.VerbApply:
		return "action: apply"
	case workloads.VerbDrain:
		return "action: drain " + a.Nodes.String()
	case workloads.VerbUpgrade:
		return "action: upgrade " + a.Upgrade.Nodes.String()
	}
	return "action: " + string(a.Verb) + " " + a.Target.String()
}

// hear carries out what waited for the state that is reached now. What that brings about is news of its own.
func (t *Timetable) hear(now sim.Time, _ *cluster.Change) {
	waiting := t.waiting
	t.waiting = nil
	for _, i := range waiting {
		if holds(t.cfg.Store, t.list[i].When) {
			t.perform(now, i)
		} else {
			t.waiting = append(t.waiting, i)
		}
	}
}

func (t *Timetable) perform(now sim.Time, i int) {
	if err := t.do(now, i, &t.list[i]); err != nil {
		t.fail(now, i, err)
	}
}

func (t *Timetable) fail(now sim.Time, i int, err error) {
	t.failures = append(t.failures, Failure{i, now, err})
}
