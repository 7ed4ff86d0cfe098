package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Distribution is a distribution of spans of time, of 0 or more.
type Distribution interface {
	Sample(src rand.Source) time.Duration
}

// Process makes something go wrong again and again, at random. What its Effect hits are those that may fail, each by
// itself: nodes, pods, a component.
type Process struct {
	// Stream names the streams of its draws. Processes of one cluster have different ones.
	Stream string
	Name   string // in reports, before what is hit; "": nothing
	Effect Effect
	// Domain makes the nodes fail together that are in one; the zero value: each fails by itself.
	Domain Domain
	// From is when it begins; what comes later has its first failure a gap after it came.
	From sim.Time
	// TimeBetween is the time from the beginning of one failure to the beginning of the next, Repair how long one lasts:
	// nil for a Crash alone.
	TimeBetween, Repair Distribution
}

// process is a Process that runs.
type process struct {
	Process
	f     *Faults
	units map[string]*unit
	lives map[string]int // how many units of a name there have been, of those that are no more
}

// unit is what fails as one: a node, a domain, a pod, a component. It is the event of its own next failure.
type unit struct {
	p     *process
	name  string
	nodes []string    // of a domain, or the node itself; sorted
	pod   cluster.Key // of a pod
	key   [3]string   // of its draws: the name, its life, the number of the failure
	k     int         // failures so far
	next  sim.Handle
}

var _ sim.Event = (*unit)(nil)

// Start lets a process run. It never ends by itself: a run without a given end would not either.
func (f *Faults) Start(p Process) error {
	_, instant := p.Effect.(*Crash)
	switch {
	case p.Effect == nil || p.TimeBetween == nil:
		return errors.New("what goes wrong, and the time between, must be given")
	case p.Repair == nil && !instant:
		return errors.New("the time of repair must be given")
	case p.From < f.engine.Now():
		return fmt.Errorf("from %v is in the past: it is %v", p.From, f.engine.Now())
	}
	if err := p.Effect.check(f); err != nil {
		return err
	}
	run := &process{Process: p, f: f, units: map[string]*unit{}, lives: map[string]int{}}
	switch e := p.Effect.(type) {
	case onNodes:
		run.watchNodes()
	case *Crash:
		run.watchPods(e)
	case *Pause:
		run.add(e.Component)
	default:
		return fmt.Errorf("a %s happens once, not at random", e.kind())
	}
	return nil
}

// add begins the life of a unit.
func (p *process) add(name string) *unit {
	u := &unit{p: p, name: name}
	u.key[0] = name
	if n := p.lives[name]; n > 0 {
		u.key[1] = strconv.Itoa(n)
	}
	p.units[name] = u
	u.plan(max(p.From, p.f.engine.Now()))
	return u
}

// remove ends it: the next of that name draws anew.
func (p *process) remove(u *unit) {
	p.f.engine.Cancel(u.next)
	delete(p.units, u.name)
	p.lives[u.name]++
}

// plan draws when the unit fails next.
func (u *unit) plan(from sim.Time) {
	u.next = u.p.f.engine.At(from.Add(u.draw("gap", u.p.TimeBetween)), sim.PhaseWorld, u)
}

// draw draws what belongs to the unit's k-th failure.
func (u *unit) draw(what string, d Distribution) time.Duration {
	u.key[2] = strconv.Itoa(u.k)
	return d.Sample(u.p.f.engine.Source("fault/"+u.p.Stream+"/"+what, u.key[:]...))
}

// Fire implements sim.Event: the unit fails.
func (u *unit) Fire(now sim.Time) {
	p := u.p
	var repair time.Duration
	if p.Repair != nil {
		repair = u.draw("repair", p.Repair)
	}
	u.k++
	u.plan(now)
	if e := u.effect(); e != nil {
		name := e.target()
		if p.Name != "" {
			name = p.Name + ": " + name
		}
		p.f.begin(e, name, repair)
	}
}

// String names the event in the log.
func (u *unit) String() string { return "failure of " + u.name }

// effect returns what its failure is, nil if there is nothing left to fail.
func (u *unit) effect() Effect {
	switch e := u.p.Effect.(type) {
	case onNodes:
		if len(u.nodes) == 0 {
			return nil
		}
		return e.on(&machines{u.title(), u.nodes})
	case *Crash:
		one := *e
		one.Pods, one.Count, one.Share = &onePod{u.pod}, 0, 0
		return &one
	}
	return u.p.Effect
}
