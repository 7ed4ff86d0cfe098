// Package sim is the discrete-event kernel: a clock, the pending events, and
// randomness by name. It has never heard of a pod.
//
// An [Engine] takes the first pending [Event], moves the clock to its time and
// fires it, until none is left. Nothing ticks: an idle hour costs nothing.
//
// # Order
//
// Events fire in the total order (time, phase, sequence). The sequence counts the
// calls of [Engine.At], so nothing is left to chance or to the order of a map: the
// same seed gives the same events, and [Engine.Hash] is a proof in 64 bits.
//
// Phases order the events of one instant by what they may know:
//
//	      World     pods end, nodes fail and return: room is freed, or lost
//	        |
//	      Arrive    the workload submits what this instant brings
//	        |
//	+---> Watch     watchers hear of both: all news, before anyone acts on them
//	|       |
//	|     Control   controllers reconcile what they heard, once and not per piece of news
//	|       |
//	+---< Schedule  a cycle sees what has ended, arrived and been made
//	|       |
//	|     Observe   samplers see the instant when it has settled
//	|
//	+---- a write of any phase is news at this same instant (without a latency)
//
// Were Schedule before World, a pod that ends at 10s would hold its node against
// the pod that arrives at 10s; were Control before Watch, a controller would act on
// the state of the last instant, and act again for every piece of news; were Observe
// not last, a sample would depend on who happened to be scheduled first.
//
// Phases are priorities, not barriers. After every event the first pending one is
// next, so an event that is scheduled at the current instant in an earlier phase
// fires before what remains of the current phase: the arrow back to Watch. A loop
// without delay therefore never leaves its instant, and the engine limits the
// events of one instant to make that an error, see [Engine.SetInstantLimit].
//
// # Randomness
//
// Generators are named. [Engine.Rand] is one generator per stream, for what
// happens in sequence (arrivals). [Engine.Draw] starts anew from (seed, stream,
// key), for what belongs to an object: its draws are the same whatever else was
// drawn, so that two policies are compared on the same luck.
//
// # Cost
//
// In steady state an event costs no allocation in the engine, provided that the
// Event itself is a pointer to a component or otherwise fits an interface without
// one. BenchmarkEngine, an M/M/1 queue with its draws, fires 35 million events/s.
// Memory follows the largest number of events pending at once, and is kept.
package sim
