package controller

import (
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Reconciler moves one object towards what its spec asks for. Level-based: it is told a name, not what changed. It reads
// the store and asks for calls; it changes nothing itself. An object that is gone is no error.
type Reconciler interface {
	Reconcile(now sim.Time, name cluster.NamespacedName, calls *Calls) (Result, error)
}

// Result says when to look again. The zero value: when something changes.
type Result struct {
	RequeueAfter time.Duration // counted from the end of the reconcile's calls
}

// Call is one call of the API: a write to the store. Its error ends the reconcile, which is then tried again.
type Call func(*cluster.Store) error

// Calls are what a reconcile wants to do, in order.
type Calls struct {
	steps    [][]Call
	finally  [][]Call
	conclude func(now sim.Time, err error) (Call, Result)
}

// Do asks for a call after all earlier ones have been made.
func (c *Calls) Do(call Call) { c.steps = append(c.steps, []Call{call}) }

// Together asks for calls to be made at the same time, after all earlier ones. If one fails the others of the step are
// made, and later steps are not.
func (c *Calls) Together(calls ...Call) {
	if len(calls) > 0 {
		c.steps = append(c.steps, calls)
	}
}

// Finally asks for calls to be made, together, at the end and even if one before has failed: a status that tells of the
// failure. Several such steps are made in order.
func (c *Calls) Finally(calls ...Call) {
	if len(calls) > 0 {
		c.finally = append(c.finally, calls)
	}
}

// Conclude has decide called when all other calls have been made, or one of them has failed with err. What it returns
// takes the place of the Result of Reconcile, its RequeueAfter counted from then; and it may ask for one last call, nil
// for none. It is for a status that depends on when it is written, or need not be written.
func (c *Calls) Conclude(decide func(now sim.Time, err error) (Call, Result)) { c.conclude = decide }

// Len returns how many calls are asked for, the one of Conclude left out.
func (c *Calls) Len() int {
	n := 0
	for _, s := range c.steps {
		n += len(s)
	}
	for _, s := range c.finally {
		n += len(s)
	}
	return n
}

// Refused is what a call returns whose object has changed since the reconcile read it: the API refuses the write, the
// controller reads the object again and makes the call then. It is no error of the reconcile.
func Refused(then Call) error { return &refusal{then} }

type refusal struct{ then Call }

// Error makes a refusal an error, as which nobody ever sees it.
func (r *refusal) Error() string { return "the object has changed since it was read" }
