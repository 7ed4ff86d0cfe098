// Package lockstep lets two schedulers decide the same pods one after the other on the same cluster.
//
//	Decide(pod) on both -> verdicts equal? -> feasible: both Assume the tested scheduler's node
//	                       |                  preemption: both delete its victims and nominate the pod,
//	                       |                  which is tried again after the next pod
//	                       no: the walk ends, because what follows would differ for that reason
package lockstep
