// Package scheduler places pods on nodes in virtual time, as kube-scheduler v1.36 does: three queues, a cache with assumed
// pods, and one scheduling cycle after another.
//
//	          watch (PhaseWatch)                               cycle (PhaseSchedule)
//	pods ------------------------> Queue --Pop--> Algorithm.Schedule --Decision--> assume, Reserve, Permit, Bind
//	nodes, assigned pods --------> Cache = Snapshot                        |
//	every event ------> hints: which waiting pod is worth another try      +--> unplaced: back to the queue; evict victims
//
// An Algorithm decides and changes nothing; a Profile of plugins is the usual one. The scheduler applies what it decides.
//
// # The states of a waiting pod
//
//	               +--PreEnqueue refuses--> gated --update--+
//	created ------>|                                        |
//	               +--> active <----------------------------+
//	                      |  ^ ^
//	                  Pop |  | +--- back-off over, or the active queue is empty
//	                      v  |
//	                    tried --error--------------> back-off (of errors: never popped early)
//	                      |                             ^
//	                      +--rejected--> unschedulable --+ a hinted event, or 5 minutes have passed
//
// While the scheduler is paused (Pause) no cycle begins; news is heard, and bindings that were decided are made.
//
// # Remembered answers
//
// Pods of one class (one *cluster.PodSpec) get the same answer from a node that has not changed, from every plugin that
// declares itself NodeLocal. The Profile keeps these answers by (class, node) with the node's generation, so that a
// decision looks at each node but computes only for those that changed since the class was last decided. The plain path
// without memory is kept: a property test holds the two against each other, and explanations come from it.
package scheduler
