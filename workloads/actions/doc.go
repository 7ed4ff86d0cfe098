// Package actions carries out the timetable of a scenario: what an operator would do with kubectl while the cluster runs.
//
//	at, every ---> due event (PhaseArrive) ---+
//	                                          +---> perform: one write or several, each once
//	when --------> news of a change ----------+
//
// An action writes to the store and leaves the rest to the controllers, which hear of it as of any change. It takes no time
// of its own. What fails, because the object is not there or admission refuses, is noted and the run goes on, as a cluster
// would: Failures tells afterwards.
//
// A drain cordons its node and evicts the pods there but for those of DaemonSets, all at once. An eviction that is refused
// for now is tried again after 5 s, as kubectl drain does.
//
// What needs a controller's knowledge, to undo a rollout and to evict within a disruption budget, is handed in by Config.
package actions
