package sim

import (
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// ErrStopped is what Run returns after Stop.
var ErrStopped = errors.New("sim: stopped")

// DefaultInstantLimit is how many events one instant may hold unless
// SetInstantLimit says otherwise. A million pods submitted at once make under
// ten events each, which must pass; and a zero-delay loop must be an error within
// a second or so, not a hang: the engine fires over ten million events a second.
const DefaultInstantLimit = 10_000_000

// phaseShift leaves 56 bits for the sequence: 7e16 events.
const phaseShift = 56

// Engine owns the simulated clock and the pending events, and fires them one by
// one in the total order (time, phase, sequence). It is for one goroutine; only
// Stop may be called from another. Use New.
type Engine struct {
	now    Time
	seq    uint64 // events ever scheduled
	fired  uint64
	phase  Phase // the latest of the events fired at now
	hash   uint64
	queue  fourAry // concrete: a call through an interface costs more than the call
	err    error   // from Fail, or the instant limit
	stop   atomic.Bool
	inRun  bool
	here   int // events fired at now
	limit  int
	seed   uint64
	watch  []func(Time, Event)
	named  map[string]*rand.Rand
	source rand.PCG   // under scratch, seeded anew by every Draw
	draw   *rand.Rand // the scratch generator over source
}

// New returns an engine at time 0 without events. Every seed is as good as any
// other, 0 included.
func New(seed uint64) *Engine {
	e := &Engine{seed: seed, limit: DefaultInstantLimit, named: map[string]*rand.Rand{}}
	e.draw = rand.New(&e.source)
	return e
}

// Now returns the time of the event that fires, or fired last; after a Run to a
// given end that ended there, that end.
func (e *Engine) Now() Time { return e.now }

// Phase returns the latest phase that this instant has come to, 0 if none. An event that is scheduled at its own instant for
// an earlier phase does not take it back.
func (e *Engine) Phase() Phase { return e.phase }

// Seed returns the seed of the run.
func (e *Engine) Seed() uint64 { return e.seed }

// Events returns how many events have fired.
func (e *Engine) Events() uint64 { return e.fired }

// Pending returns how many events are scheduled and neither fired nor cancelled.
func (e *Engine) Pending() int { return e.queue.len() }

// Hash returns the hash of the event log so far: of the time, phase and sequence
// of every event fired. Runs with different logs have different hashes, barring a
// collision in 64 bits; and as the sequence counts every call of At, runs that
// scheduled the same things in another order differ too. A seed that no event
// depends on does not show.
func (e *Engine) Hash() uint64 { return e.hash }

// At schedules ev at t, in phase p of that instant. At the current instant it
// fires after this event returns, before all pending events of later phases: also
// when p is an earlier phase than the current one. An event at Never is not
// scheduled, and its Handle is zero. At panics if t is before Now, p is no phase
// or ev is nil: mistakes of the caller.
func (e *Engine) At(t Time, p Phase, ev Event) Handle {
	if t < e.now || !p.valid() || ev == nil {
		e.refuse(t, p, ev)
	}
	if t == Never {
		return Handle{}
	}
	e.seq++
	return e.queue.push(t, uint64(p)<<phaseShift|e.seq, ev)
}

// After is At for the instant d from now; it panics if d is negative.
func (e *Engine) After(d time.Duration, p Phase, ev Event) Handle {
	return e.At(e.now.Add(d), p, ev)
}

// refuse is apart from At so that At stays small.
func (e *Engine) refuse(t Time, p Phase, ev Event) {
	if ev == nil {
		panic(fmt.Sprintf("sim: nil event at %v", t))
	}
	if t < e.now {
		panic(fmt.Sprintf("sim: event %q at %v is before now, %v", ev, t, e.now))
	}
	panic(fmt.Sprintf("sim: event %q at %v in unknown phase %d", ev, t, uint8(p)))
}

// Cancel takes a pending event back and reports whether it was still pending:
// false for the zero Handle and for an event that fired, fires or was cancelled.
func (e *Engine) Cancel(h Handle) bool { return e.queue.cancel(h) }

// Run fires all events up to and including until, those scheduled meanwhile too.
// Then Now is until; after Run(Never) it is the time of the last event. Later
// calls continue where this one ended. Run ends early, with Now at the last event
// and the rest still pending, with the error given to Fail, with ErrStopped after
// Stop, and with an error when one instant holds more events than the limit.
func (e *Engine) Run(until Time) error {
	if e.inRun {
		panic(fmt.Sprintf("sim: Run called by an event at %v", e.now))
	}
	e.inRun = true
	defer func() { e.inRun = false }()
	for {
		if e.err != nil {
			return e.err
		}
		if e.stop.Load() {
			e.stop.Store(false)
			return ErrStopped
		}
		key, ev := e.queue.pop(until)
		if ev == nil {
			break
		}
		e.fire(key, ev)
	}
	if until != Never {
		e.now = max(e.now, until)
	}
	return nil
}

// fire advances the clock to one event and lets it happen.
func (e *Engine) fire(key entry, ev Event) {
	if key.at != e.now {
		e.now, e.here, e.phase = key.at, 0, 0
	}
	if e.here++; e.here > e.limit {
		e.err = fmt.Errorf("sim: more than %d events at %v: a loop without delay? The last is %q", e.limit, e.now, ev)
		return
	}
	e.fired++
	e.phase = max(e.phase, Phase(key.ord>>phaseShift))
	e.hash = mix(mix(e.hash, uint64(key.at)), key.ord)
	for _, fn := range e.watch {
		fn(e.now, ev)
	}
	ev.Fire(e.now)
}

// mix adds a word to a hash. It is a bijection of h for every v, so a difference
// between two logs can only be undone by another difference, not by what they
// share. The multiplier is 2^64 divided by the golden ratio, made odd.
func mix(h, v uint64) uint64 {
	return bits.RotateLeft64((h^v)*0x9e3779b97f4a7c15, 29) + 1
}

// Fail ends the run after the current event: Run returns err, now and whenever it
// is called again. The first error counts; nil is none.
func (e *Engine) Fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

// Stop ends the run cleanly after the current event: Run returns ErrStopped, and
// can be called again to go on. Without a run, it ends the next one before its
// first event. Stop may be called from any goroutine, such as a signal handler's;
// such a stop is as reproducible as the signal.
func (e *Engine) Stop() { e.stop.Store(true) }

// Observe adds a function that is called with every event just before it fires:
// an event log. It sees the world as all earlier events left it, and it may
// neither schedule nor change anything.
func (e *Engine) Observe(fn func(now Time, ev Event)) { e.watch = append(e.watch, fn) }

// SetInstantLimit sets how many events one instant may hold before Run fails. It
// panics if n is not positive.
func (e *Engine) SetInstantLimit(n int) {
	if n <= 0 {
		panic(fmt.Sprintf("sim: instant limit %d is not positive", n))
	}
	e.limit = n
}
