// Package kubelet lives the life of a pod that has been bound: admission, image pull, start, run, end. One Kubelet stands
// for the kubelets of all nodes.
//
//	bound ----> admitted --pull, start--> Running --RunTime is over--> Succeeded
//	  |             |                        |
//	  |             +--- deleted ------------+--- Stop, at most what is left of the grace period --> object removed
//	  |             +--- node down or gone --+
//	  |                                      |
//	  +--- does not fit ---------------------+--> Failed ("OutOfcpu", ..., "NodeLost")
//
// # Three ways to live
//
// A plain pod, of which nothing is known but how long it runs (those of traces), lives as drawn above: life.go.
//
// A pod has a worker (worker.go) if Config.App gives it an App, which says what its containers do, or if its manifest says
// more: init containers, probes, hooks, objects that must exist, images where Config.Images is set. Its containers
// (container.go) come and go one by one:
//
//	         +-- what it refers to is missing, no such image --> blocked --+
//	         |                                                             |
//	idle ----+-- image --> pulling --> alive --told to end--> ending --> exited --> held (CrashLoopBackOff) --+
//	  ^                                  +---- ends, hangs, uses too much memory --^                          |
//	  +-------------------------------------------------------------------------------------------------------+
//
// After each step the worker looks at all of them, starts or ends what is due, and writes the pod's status if it has changed. What
// a run will come to is known when it begins, so that the verdict of a probe is an event and a probe is not (probes.go): an
// hour of probes costs nothing.
//
// With Config.Stages all pods go through fixed stages, as under a fake kubelet: stages.go.
//
// # What is news and what is not
//
// The kubelet hears of pods as any component does: by a watch, with a latency if one is configured, so it may admit a pod
// that has been deleted meanwhile. It hears of its own node at once: that the power fails is not news but what happens.
// Before it writes, it looks whether the pod is still there and has not ended otherwise, as the API server would refuse
// the write.
//
// # Failure of a node
//
// When a node goes down, all that runs there stops. Where nobody watches over nodes, its pods are Failed at that same
// instant with the reason NodeLost, and a node that returns is empty and ready. Under Stages nothing is written: the pods
// of the node stay as they are until it is back.
//
// With Config.Heartbeats a node lifecycle controller watches, and the kubelet writes nothing (outage.go, isolation.go) until it
// reports that its node is ready again (nodestatus.go):
//
//	             +-- NodeState.Down: everything ends, nothing is written --> off --+-- pods that are being deleted: removed
//	up, heard of |                                                                 +-- others: started again, or Failed
//	             |                                                                 +-- bound meanwhile: admitted
//	             +-- NodeState.Isolated, or the API server does not answer --> cut --> what is due is written, missed news is heard
//
// A container that the power took with it has ended with exit code 255 and the reason Unknown, as container runtimes find
// it. Pods are started again from their init containers on, counted as restarts, and not ready until their probes say so; pods
// of RestartNever, and plain pods that run for a time, have Failed. A node that is cut off goes on: of each pod the last
// state is written when it can be, with the times at which it came to pass. NodeState.Slowdown makes pulls, starts, runs and
// stops that begin while it holds take so many times as long.
//
// Faults reach the kubelet besides by Crash, Shutdown, Pause and Registry: containers that end in failure, machines that
// shut down in good order, an API server that does not answer, and images that nobody gives out.
//
// # What differs from a real kubelet
//
// A container that ends is seen at once, and one whose back-off is over starts at once: a real kubelet looks about once in a
// second. Retries for missing objects come every 10 s and not up to half as much later. Memory pressure is acted on when it
// comes and not at the next look, at most every 10 s; the only pressure is that of memory, and the pods that count are those whose
// App says what they use. Pods that run already when they are first heard of are plain. What a pod does on a node that is
// cut off after its object is gone takes no time to end when the node hears of it. A machine that starts while it cannot
// reach the API server runs nothing before it can: there are no static pods. Pulls do not need the network that a node is
// cut off from; only Registry takes them down, and it makes them fail at once, with no timeout.
//
// # Cost
//
// With neither pull nor start latency a plain pod starts in the event that brings the news of its binding: one event of its
// own for the whole life, the end. The state of a pod on its node is reused, so that the kubelet allocates nothing for a
// plain pod in steady state beyond the two versions of the object that the store keeps.
package kubelet
