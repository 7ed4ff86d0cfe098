// Package controller runs control loops in virtual time: a deduplicating work queue, workers, and a client with the rate
// limit and the latency of a real one.
//
//	change --watch latency--> Enqueue(key) --> queue --a worker is free--> Reconcile(now, key, calls)
//	                             ^                                            |  decides, changes nothing
//	                             |                                            v
//	             error: back-off, RequeueAfter  <-- calls made one after the other: token, latency, write
//
// # Decide, then act
//
// Reconcile reads the store and says which calls it wants to make; it changes nothing itself. The calls are made after it
// has returned: one after the other, or together where it says so, each after a token of the controller's rate limiter
// and the latency of the API. So one reconcile may last seconds of simulated time, as that of a real controller does when
// it creates a hundred pods at 20 calls a second. Meanwhile no other reconcile runs for its key; news of the key waits.
//
// What is written last, a status, often depends on when that is and on whether the calls before it succeeded: Conclude
// decides it then, and may find that there is nothing to write. Events about what was done (Recorded) are written beside
// the reconciles, but by the same client: they take its tokens.
//
// With neither limit nor latency all calls are made in the instant of the reconcile, in one event.
//
// # What real controllers have and this does not
//
// Reconcile reads the store, not an informer's cache of it. A controller hears late, by its watch latency, but what it
// then reads is up to date. Expectations, which keep a real controller from acting twice on its own stale cache, are
// therefore not needed: a key's own writes are done before it is looked at again.
package controller
