package fault

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Config says what faults act upon, besides the nodes in the store. The zero value is enough for faults of nodes but
// Shutdown.
type Config struct {
	// Plain says that no controllers watch over the nodes: a node without power is marked and tainted at once.
	Plain bool
	// Kubelet runs the pods; Shutdown and Crash need it.
	Kubelet Kubelet
	// Components are what can be paused, by name. One name may stand for several, and one may have several names.
	Components map[string][]Pausable
	// Report hears of every fault that begins or ends; nil: nobody does.
	Report func(Event)
}

// Kubelet is what faults do to pods on their nodes.
type Kubelet interface {
	// Crash ends containers of a pod that run, all or the one of a name, and tells whether there were any.
	Crash(pod cluster.UID, container string, code int32, oom bool) bool
	// Shutdown ends the pods of a node within a grace period, the last part of it for critical ones, and then calls done.
	Shutdown(node string, grace, critical time.Duration, done func())
	// CancelShutdown takes that back.
	CancelShutdown(node string)
}

// Pausable is a component that can stand still and go on. Values are compared: one that has two names is paused once.
type Pausable interface{ Pause(paused bool) }

// Event is the beginning or the end of a fault.
type Event struct {
	ID    int // of the fault, from 1 in the order in which they begin
	Kind  string
	Name  string   // what a reader calls it: "zone a", "node n-3"
	Nodes []string // that it takes down, cuts off or slows; none where it hits something else
	At    sim.Time
	Begin bool
}

// Fault is something that goes wrong once.
type Fault struct {
	Name   string        // in reports; "": what it hits
	At     sim.Time      // when it begins
	For    time.Duration // how long it lasts; 0: to the end of the run. Without meaning for a Crash
	Effect Effect
}

// Effect is one kind of fault, and what it hits.
type Effect interface {
	// kind names it in reports, target what it hits.
	kind() string
	target() string
	// check returns why it cannot happen in this cluster.
	check(f *Faults) error
	// begin makes it true; end takes that back.
	begin(f *Faults, o *occurrence)
	end(f *Faults, o *occurrence)
}

// Faults are all that goes wrong in one cluster. There should be one: faults that overlap count only against others of the
// same.
type Faults struct {
	cfg    Config
	engine *sim.Engine
	store  *cluster.Store

	nodes    map[cluster.UID]*toll
	paused   map[Pausable]int
	broken   map[string]*BadRollout // by image
	rollouts []*occurrence          // bad ones, in the order in which they began
	open     map[int]*occurrence
	begun    int
	notes    []string
}

// New returns the faults of a cluster, of which there are none yet.
func New(engine *sim.Engine, store *cluster.Store, cfg Config) *Faults {
	return &Faults{cfg: cfg, engine: engine, store: store, nodes: map[cluster.UID]*toll{}, paused: map[Pausable]int{},
		broken: map[string]*BadRollout{}, open: map[int]*occurrence{}}
}

// Add has a fault happen. One that is in the past, or hits what is not there or nothing, is an error.
func (f *Faults) Add(fault Fault) error {
	switch now := f.engine.Now(); {
	case fault.Effect == nil:
		return errors.New("nothing goes wrong")
	case fault.At < now:
		return fmt.Errorf("at %v is in the past: it is %v", fault.At, now)
	case fault.For < 0:
		return fmt.Errorf("for %v is negative", fault.For)
	}
	if err := fault.Effect.check(f); err != nil {
		return err
	}
	f.engine.At(fault.At, sim.PhaseWorld, &scripted{f, fault})
	return nil
}

// scripted is the beginning of a fault.
type scripted struct {
	f *Faults
	Fault
}

// Fire implements sim.Event.
func (s *scripted) Fire(sim.Time) {
	lasts := time.Duration(-1)
	if s.For > 0 {
		lasts = s.For
	}
	s.f.begin(s.Effect, s.Name, lasts)
}

// String names the event in the log.
func (s *scripted) String() string { return s.Effect.kind() + " of " + s.Effect.target() }

// occurrence is a fault that has begun. It is the event of its own end.
type occurrence struct {
	f      *Faults
	effect Effect
	id     int
	name   string
	since  sim.Time
	nodes  []cluster.Key
	stages map[cluster.UID]bool // Shutdown: nodes that have gone down
	images map[string]swap      // BadRollout: by container
	over   bool
}

var _ sim.Event = (*occurrence)(nil)

// begin makes a fault true that lasts for a time; below 0: for ever.
func (f *Faults) begin(e Effect, name string, lasts time.Duration) {
	if name == "" {
		name = e.target()
	}
	f.begun++
	o := &occurrence{f: f, effect: e, id: f.begun, name: name, since: f.engine.Now()}
	f.open[o.id] = o
	if on, ok := e.(onNodes); ok {
		f.aim(o, on.of())
	}
	f.report(o, true)
	e.begin(f, o)
	switch _, instant := e.(*Crash); {
	case instant:
		o.finish()
	case lasts >= 0:
		f.engine.After(lasts, sim.PhaseWorld, o)
	}
}

// Fire implements sim.Event: the fault is over.
func (o *occurrence) Fire(sim.Time) { o.finish() }

// String names the event in the log.
func (o *occurrence) String() string { return "end of " + o.effect.kind() + " of " + o.name }

func (o *occurrence) finish() {
	o.over = true
	delete(o.f.open, o.id)
	o.effect.end(o.f, o)
	o.f.report(o, false)
}

func (f *Faults) report(o *occurrence, begin bool) {
	if f.cfg.Report == nil {
		return
	}
	var names []string
	for _, key := range o.nodes {
		names = append(names, key.Name)
	}
	f.cfg.Report(Event{ID: o.id, Kind: o.effect.kind(), Name: o.name, Nodes: names, At: f.engine.Now(), Begin: begin})
}

// StillOn returns the beginnings of all faults that have not ended, in their order. Reports have no end of them either.
func (f *Faults) StillOn() []Event {
	var list []Event
	for _, id := range slices.Sorted(maps.Keys(f.open)) {
		o := f.open[id]
		list = append(list, Event{ID: id, Kind: o.effect.kind(), Name: o.name, At: o.since, Begin: true})
	}
	return list
}

// Notes returns what could not go wrong as it was to, in the order in which that turned out.
func (f *Faults) Notes() []string { return f.notes }

func (f *Faults) note(format string, args ...any) {
	f.notes = append(f.notes, fmt.Sprintf("at %v: ", f.engine.Now())+fmt.Sprintf(format, args...))
}

// must is for writes to objects that were looked up in this same event.
func must(err error) {
	if err != nil {
		panic("fault: " + err.Error())
	}
}
