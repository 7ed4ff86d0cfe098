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
// A drain cordons its nodes, evicts the pods of one node after the other, but for those of DaemonSets, all of a node at the
// same time, and waits until they are gone. An eviction that is refused for now is tried again after 5 s, and every second
// it is looked whether a pod is gone, as kubectl drain does; of these instants those at which nothing can have changed are
// left out. An upgrade replaces nodes by new ones, with drains on the way. What has begun and not ended when the run does is
// listed as a failure.
//
// What needs a controller's knowledge, to undo a rollout and to evict within a disruption budget, is handed in by Config.
package actions
