package sim

// Event is something that will happen. It names objects by key or handle,
// never by a pointer that may have been deleted and made anew, and looks them
// up when it fires. Events that are pointers to a component, or small values
// without pointers in them, are scheduled without an allocation.
type Event interface {
	// Fire makes it happen. The event is no longer pending: it may schedule
	// itself again.
	Fire(now Time)
	// String says what happens, in a few words, for the event log and for errors.
	String() string
}

// Func is an Event made of a function: for tests and one-off wiring. Converting
// one to an Event allocates; a component that fires often has a type of its own.
type Func struct {
	Name string         // what String returns
	Do   func(now Time) // what Fire calls
}

var _ Event = Func{}

// Fire calls f.Do.
func (f Func) Fire(now Time) { f.Do(now) }

// String returns f.Name.
func (f Func) String() string { return f.Name }

// Handle names one scheduled event, to cancel it. The zero Handle names none.
// A Handle stays safe to use after its event has fired or was cancelled, and
// handles of one engine are equal only if they name the same event.
type Handle struct {
	ord  uint64 // the order number of the event: never used twice, never 0
	slot uint32 // where the event is kept while it is pending
}
