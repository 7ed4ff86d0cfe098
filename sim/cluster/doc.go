// Package cluster is the modelled world: nodes, pods and the other Kubernetes objects, the store that holds them,
// the history of what happened to them, and the news of it that components hear.
//
// # Writes are calls, news are events
//
// A component changes the world by calling the Store. The write applies at once, appends one Change to the history and
// calls nobody. Whoever watches hears of it later, in an event of sim.PhaseWatch, after the watcher's own latency:
//
//	scheduler --Bind--> Store --Change--> observers (results: look only, at once)
//	                      |
//	                      +--Change--> watch queue --latency--> kubelet, scheduler, controllers
//
// There is therefore no re-entrancy: no component runs inside another's write.
//
// # Objects are immutable
//
// What the store holds and what a Change carries never changes: a write replaces the object by a modified copy. A watcher
// with latency thus really sees the past, as an informer's cache does. The price is one small allocation for a write.
//
// # A pod's spec is its class
//
// Pods made from one template share one *PodSpec. The pointer is the identity of the class, and what depends on the
// spec alone is computed once for all its pods (requests) or remembered for it (the scheduler's memo).
package cluster
